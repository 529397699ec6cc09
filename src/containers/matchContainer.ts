import type { ForeignContainer } from '../model/containerOutcome';
import { LABELS, type RunDescription } from './containerRun';
import type { Container } from './engine';
import type { EngineName } from './flags';

/** A living command-line client of `docker run` or the like. */
export interface RunningClient {
  readonly run: RunDescription;
  /** Epoch ms when the process started. */
  readonly startedAt: number;
}

/** The clock of the engine's machine may differ a little, and process starts are rounded to 10 ms. */
const CLOCK_SLACK_MS = 2_000;
/** An image that had to be pulled takes longer; its container then counts for no client. */
const LATEST_CREATION_MS = 10_000;

/**
 * The container of a living client that did not label it: the only one whose image, arguments and time of creation fit
 * this client and no other living client. Undefined without one, and in doubt. It is wrong when the client has removed
 * or replaced its container: for display and questions, never as the only reason to act.
 * @param containers all containers of the client's engine
 * @param others all other known living clients
 */
export function attachedContainer(
  client: RunningClient,
  containers: readonly Container[],
  others: readonly RunningClient[],
): Container | undefined {
  const fits = containers.filter((container) => isPlausible(client, container));
  const [only] = fits;
  if (!only || fits.length > 1) return undefined;
  return others.some((other) => isPlausible(other, only)) ? undefined : only;
}

/** What runs a container that we must not offer to stop, although it looks like a server; undefined otherwise. */
export function notOurs({ labels }: Pick<Container, 'labels'>): ForeignContainer | undefined {
  if (labels['docker-mcp'] === 'true') return 'gateway';
  if ('com.docker.compose.project' in labels || 'io.podman.compose.project' in labels) return 'compose';
  return undefined;
}

/**
 * Whether a container waits for input that no client can send: it runs with an open stdin, matches a configured server,
 * and no living client on this machine can be attached. For reports and pickers, never to act automatically: a client on
 * another machine or of the engine's API may hold it. {@link notOurs} covers other programs that may run it.
 */
export function hasNoClient(
  container: Container,
  configured: readonly RunDescription[],
  clients: readonly RunningClient[],
): boolean {
  return (
    container.state === 'running' &&
    container.openStdin === true &&
    !isLabelled(container) &&
    configured.some((run) => matchesRun(run, container)) &&
    // At any age: the client may have pulled the image first, or be attached to an older container.
    !clients.some((client) => matchesRun(client.run, container))
  );
}

function isPlausible({ run, startedAt }: RunningClient, container: Container): boolean {
  if (isLabelled(container) || notOurs(container) !== undefined || !matchesRun(run, container)) return false;
  if (container.createdAt === undefined || !Number.isFinite(startedAt)) return false;
  if (!/^(?:created|running|paused|restarting)$/.test(container.state)) return false;
  const after = container.createdAt - startedAt;
  return after >= -CLOCK_SLACK_MS && after <= LATEST_CREATION_MS;
}

/** Whether a container may have come from this command line. */
export function matchesRun(run: RunDescription, container: Container): boolean {
  if (run.image === undefined || !sameImage(run.engine, run.image, container.image)) return false;
  if (run.name !== undefined && run.name !== container.name) return false;
  if (container.openStdin !== undefined && container.openStdin !== run.interactive) return false;
  // Without arguments it runs the image's own command, which the line does not show.
  const { commandLine } = container;
  if (run.arguments.length > commandLine.length) return false;
  if (run.entrypoint && commandLine.length - run.arguments.length !== 1) return false;
  if (run.entrypoint && commandLine[0] !== run.entrypoint) return false;
  const tail = commandLine.slice(commandLine.length - run.arguments.length);
  return run.arguments.every((arg, index) => arg === tail[index]);
}

/** Docker stores the name as typed, the others complete it with a registry and a tag. */
function sameImage(engine: EngineName, typed: string, recorded: string): boolean {
  if (typed === recorded) return true;
  if (engine === 'docker') return false;
  const tagged = /[:@][^/]*$/.test(typed) ? typed : `${typed}:latest`;
  return recorded === tagged || recorded.endsWith(`/${tagged}`);
}

function isLabelled({ labels }: Container): boolean {
  return LABELS.session in labels;
}
