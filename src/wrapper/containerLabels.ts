import { ENGINE_CONTEXT_TIMEOUT_MS } from '../common/limits';
import { containerRunOf, describeRun, labelPosition } from '../containers/containerRun';
import { withContextInUse } from '../containers/recordedContainers';
import type { ContainerRun } from '../registry/schema';

/** What the launcher must know of a command that runs a container. */
export interface ContainerLabels {
  /** How many arguments stand before the labels. */
  readonly position: number;
  /** For the record. */
  readonly run: ContainerRun;
}

/** Reads a server's command; undefined when it runs no container, or not in words that can be read. Never rejects. */
export async function containerLabels(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<ContainerLabels | undefined> {
  const position = labelPosition(command, args);
  const run = containerRunOf(command, args, environment);
  // With `-d` its client ends at once, and the container is meant to live on.
  if (position === undefined || !run || describeRun(command, args)?.detach) return undefined;
  return { position, run: await withContextInUse(run, { timeout: ENGINE_CONTEXT_TIMEOUT_MS }) };
}

/** The same in one line for the launcher's shell; empty when there is nothing to label. */
export async function containerLine([command = '', ...args]: readonly string[]): Promise<string> {
  const words = await containerLabels(command, args, process.env);
  return words ? `${words.position} ${JSON.stringify(words.run)}\n` : '';
}
