import { ENGINE_CONTEXT_TIMEOUT_MS } from '../common/limits';
import { containerRunOf, describeRun, labelPosition } from '../containers/containerRun';
import { withContextInUse } from '../containers/recordedContainers';
import type { ContainerRun } from '../registry/schema';

/** What the wrapper needs to know about a command that runs a container. */
export interface ContainerLabels {
  /** The number of arguments before the labels. */
  readonly position: number;
  /** For the record. */
  readonly run: ContainerRun;
}

/** Reads a server's command; undefined when it runs no container, or is unclear. Never rejects. */
export async function containerLabels(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<ContainerLabels | undefined> {
  const position = labelPosition(command, args);
  const run = containerRunOf(command, args, environment);
  // With `-d` the client exits at once, and the container is meant to stay.
  if (position === undefined || !run || describeRun(command, args)?.detach) return undefined;
  return { position, run: await withContextInUse(run, { timeout: ENGINE_CONTEXT_TIMEOUT_MS }) };
}

/** The labels in one line for the wrapper's shell; empty when there is nothing to label. */
export async function containerLine([command = '', ...args]: readonly string[]): Promise<string> {
  const labels = await containerLabels(command, args, process.env);
  return labels ? `${labels.position} ${JSON.stringify(labels.run)}\n` : '';
}
