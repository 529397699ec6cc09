import type { ForeignContainer } from '../model/containerOutcome';
import { LABELS, type RunDescription } from './containerRun';
import type { Container } from './engine';
import type { EngineName } from './flags';

/** A living command-line client that runs `docker run` or its like. */
export interface RunningClient {
  readonly run: RunDescription;
  /** Epoch ms when the process started. */
  readonly startedAt: number;
}

/** The engine may be on a machine whose clock differs a little, and a process's start is known to 10 ms. */
const CLOCK_SLACK_MS = 2_000;
/** An image that had to be pulled first takes longer; its container is then attributed to no client. */
const LATEST_CREATION_MS = 10_000;

/**
 * Which container belongs to a living client that put no label of ours on it: the only one whose image, arguments and
 * time of creation fit this client and no other living one. Undefined when there is none or any doubt. A client that
 * removed or replaced its container can make this wrong: for showing and asking, never for acting alone.
 * @param containers all of the client's engine. @param others all other living clients known.
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

/** Why a container is not for us to offer, although it looks like a server; undefined when it is. */
export function notOurs({ labels }: Pick<Container, 'labels'>): ForeignContainer | undefined {
  if (labels['docker-mcp'] === 'true') return 'gateway';
  if ('com.docker.compose.project' in labels || 'io.podman.compose.project' in labels) return 'compose';
  return undefined;
}

/**
 * Whether a container waits for input that no client can send: open stdin, running, started as one of the configured
 * servers is, and no living client on this machine that may be attached. For a report and a picker, never automatic: a
 * client on another machine, or the engine's own API, may hold it. For other programs that may run it, see {@link notOurs}.
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
    // However long ago it started: it may have pulled the image first, or be attached to what it once created.
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
  // Without arguments it runs what the image says, which the line does not tell.
  const { commandLine } = container;
  if (run.arguments.length > commandLine.length) return false;
  if (run.entrypoint && commandLine.length - run.arguments.length !== 1) return false;
  if (run.entrypoint && commandLine[0] !== run.entrypoint) return false;
  const tail = commandLine.slice(commandLine.length - run.arguments.length);
  return run.arguments.every((arg, index) => arg === tail[index]);
}

/** Docker keeps the name as it was typed, the others complete it with a registry and a tag. */
function sameImage(engine: EngineName, typed: string, recorded: string): boolean {
  if (typed === recorded) return true;
  if (engine === 'docker') return false;
  const tagged = /[:@][^/]*$/.test(typed) ? typed : `${typed}:latest`;
  return recorded === tagged || recorded.endsWith(`/${tagged}`);
}

function isLabelled({ labels }: Container): boolean {
  return LABELS.session in labels;
}
