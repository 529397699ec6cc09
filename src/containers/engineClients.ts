import { commandLineOfArgs } from '../clients/commandLine';
import { identityOf, type Member } from '../judgement/members';
import { programNamed, programOf } from '../known/programs';
import type { ContainerFinding } from '../model/evidence';
import { sameStart } from '../os/identity';
import type { Platform, ProcessEntry, Snapshot } from '../os/platform';
import { approximateStart } from '../os/startTime';
import type { ContainerRun } from '../registry/schema';
import { containerRunOf, describeRun, ENGINE_VARIABLES, engineNameOf, LABELS } from './containerRun';
import { type Container, ContainerEngine } from './engine';
import type { EngineAnswer } from './engineCall';
import { attachedContainer, type RunningClient } from './matchContainer';

/** A living process that is a container engine's client. */
export interface ClientProcess {
  readonly entry: ProcessEntry;
  readonly argv: readonly string[];
  /** Undefined when it is no `run`, or when its arguments are a guess. */
  readonly running: RunningClient | undefined;
}

/**
 * All living clients in a snapshot without a label of ours. Where the system gives command lines instead of arguments,
 * none has a description: its arguments are then a guess.
 */
export function clientProcessesIn(snapshot: Snapshot): ClientProcess[] {
  return [...snapshot.processes.values()].flatMap((entry) => clientProcessOf(entry) ?? []);
}

/** Describes a living process if it is an engine's client without a label of ours. */
export function clientProcessOf(entry: ProcessEntry): ClientProcess | undefined {
  if (entry.zombie || !entry.args) return undefined;
  const { argv, isSingleString } = commandLineOfArgs(entry.args);
  const program = programOf(argv[0] ?? '');
  if (!engineNameOf(program) || argv.some((arg) => arg.includes(`${LABELS.session}=`))) return undefined;
  const run = isSingleString ? undefined : describeRun(program, argv.slice(1));
  const startedAt = approximateStart(entry.start);
  return { entry, argv, running: run && startedAt !== undefined ? { run, startedAt } : undefined };
}

/** Commands that hold a container's input. Others only ask, as our own `stats` and `inspect` do. */
const ATTACHING = /^(?:attach|start|run)$/;

/** Whether a client without a parsed `run` (attach, start, a single line) may be attached to a container. */
export function mayBeAttached(
  argv: readonly string[],
  { id, name, image }: Pick<Container, 'id' | 'name' | 'image'>,
): boolean {
  const all = argv.flatMap((arg) => arg.split(/\s+/));
  if (!all.some((arg) => ATTACHING.test(arg))) return false;
  return all.some((arg) => arg === name || arg === image || (/^[0-9a-f]{4,64}$/.test(arg) && id.startsWith(arg)));
}

/** Whether a process is a client of a container engine, labelled or not. */
export function isEngineClient({ args }: Pick<ProcessEntry, 'args'>): boolean {
  return args !== undefined && engineNameOf(programOf(commandLineOfArgs(args).argv[0] ?? '')) !== undefined;
}

/** Whether one of a server's processes runs a container without a label of ours. */
export function runsUnlabelled(members: readonly Pick<Member, 'entry'>[]): boolean {
  return members.some(({ entry }) => clientProcessOf(entry)?.running !== undefined);
}

/** Why the container in which a client's server runs is not this client's own; undefined otherwise. */
export function containerElsewhere({
  args,
  zombie,
}: Pick<ProcessEntry, 'args' | 'zombie'>): Extract<ContainerFinding, { kind: 'container-elsewhere' }> | undefined {
  if (zombie || !args) return undefined;
  const { argv } = commandLineOfArgs(args);
  const program = programOf(argv[0] ?? '');
  const kind = 'container-elsewhere';
  if (programNamed(program).isCompose) return { kind, found: 'compose' };
  const engine = engineNameOf(program);
  if (!engine) return undefined;
  const [command = '', second] = argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (command === 'exec' || (command === 'container' && second === 'exec')) return { kind, found: 'exec', engine };
  if (command === 'compose') return { kind, found: 'compose' };
  return command === 'mcp' ? { kind, found: 'gateway' } : undefined;
}

/**
 * The container of an unlabelled server while its client lives: the only container that fits this client and no other.
 * Undefined when no member is such a client, and in doubt. For display and questions only, never to act on.
 * @param timeout ms for each call of the engine
 */
export async function noteContainer(
  platform: Platform,
  members: readonly Member[],
  withContext: (run: ContainerRun) => Promise<ContainerRun>,
  timeout: number,
): Promise<EngineAnswer<ContainerRun | undefined>> {
  const nothing = { ok: true, value: undefined } as const;
  const clients = members.flatMap(({ entry }) => (clientProcessOf(entry)?.running ? [entry] : []));
  const [client] = clients;
  if (!client || clients.length > 1) return nothing;
  const snapshot = await platform.snapshot();
  const entry = snapshot.processes.get(client.pid);
  const found = entry && sameStart(entry.start, client.start) ? clientProcessOf(entry) : undefined;
  const variables = entry && platform.variablesOf?.(identityOf(snapshot, entry), ENGINE_VARIABLES);
  if (!found?.running || !variables) return nothing;
  const asked = containerRunOf(programToAsk(found.argv[0] as string), found.argv.slice(1), variables);
  if (!asked) return nothing;
  const run = await withContext(asked);
  const engine = new ContainerEngine(run, { timeout });
  const listed = await engine.list({}, 'running');
  const containers = listed.ok ? await engine.inspect(listed.value) : listed;
  if (!containers.ok) return containers;
  const otherClients = clientProcessesIn(snapshot).flatMap(({ entry, running }) =>
    running && entry.pid !== client.pid ? [running] : [],
  );
  const container = attachedContainer(found.running, containers.value, otherClients);
  const after = await platform.inspect(client.pid);
  const stillLives = after.kind === 'present' && !after.entry.zombie && sameStart(after.entry.start, client.start);
  return container && stillLives ? { ok: true, value: { ...run, containerId: container.id } } : nothing;
}

/** A relative path would name another program here: its file name then decides. */
function programToAsk(arg: string): string {
  const isAbsolute = /^(?:[\\/]|[a-z]:)/i.test(arg) && engineNameOf(arg) !== undefined;
  return isAbsolute ? arg : programOf(arg);
}
