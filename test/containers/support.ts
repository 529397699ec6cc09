import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/common/clock';
import { type ContainerOwner, containerRunOf, engineVariablesOf, withLabels } from '../../src/containers/containerRun';
import { type Container, ContainerEngine, type EngineLimits } from '../../src/containers/engine';
import { stopContainers } from '../../src/reaping/stopContainers';
import type { ContainerRun } from '../../src/registry/schema';
import { killHard } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { type Engine, IMAGE } from './host/engine';

export { killHard };

/** Programs that run as process 1 of a container. */
export const PROGRAMS = {
  'trap loop': 'trap "" TERM HUP INT; while :; do sleep 1; done',
  'plain loop': 'while :; do sleep 1; done',
  'chatty loop': 'while :; do echo chat; sleep 0.01; done',
  'stdin reader': 'cat',
} as const;

/** A new record of a new session, in the same home unless another is given. */
export function newOwner(home = 'aaaa000011112222'): ContainerOwner {
  return { home, session: randomUUID(), record: randomUUID() };
}

/** One server in a container: its command-line client, and what its record would hold. */
export interface Launched {
  readonly client: ChildProcess;
  readonly run: ContainerRun;
  readonly owner: ContainerOwner;
  /** Everything that it has printed so far. */
  readonly output: () => string;
}

/** An engine beside editors on a small machine may be slow. */
const PATIENT = { timeout: 60_000, stopMargin: 60_000 };

/** Everything that the tests of one file start on an engine; {@link dispose} ends the clients. */
export class ContainerClients {
  private readonly clients: ChildProcess[] = [];

  constructor(readonly engine: Engine) {}

  /** Starts a labelled `docker run` as a launch does; returns at once. */
  launch(flags: readonly string[], script: string, owner = newOwner()): Launched {
    const plain = ['run', ...flags, '--network', 'none', IMAGE, 'sh', '-c', script];
    const { program, environment } = this.engine;
    const args = withLabels(program, plain, owner);
    const run = containerRunOf(program, plain, environment);
    if (!args || !run) throw new Error('not recognised as a run');
    return { owner, run, ...this.start(args) };
  }

  /** Starts a client with exactly these arguments, without labels of ours. */
  start(args: readonly string[]): Pick<Launched, 'client' | 'output'> {
    const client = spawn(this.engine.program, args, { env: this.engine.environment, stdio: 'pipe' });
    this.clients.push(client);
    let output = '';
    client.stdin.on('error', () => {});
    client.stdout.setEncoding('utf8').on('data', (chunk) => {
      output = (output + chunk).slice(-4_096);
    });
    client.stderr.resume();
    return { client, output: () => output };
  }

  /** Starts a client and waits until its container is running. */
  async running(flags: readonly string[], script: string, owner = newOwner()): Promise<Launched> {
    const launched = this.launch(flags, script, owner);
    await waitFor('the container runs', async () => (await this.states(owner)).includes('running'));
    return launched;
  }

  /** Our client of this engine, made from the record as a reaper in another process would make it. */
  client(run?: ContainerRun, limits: Partial<EngineLimits> = {}): ContainerEngine {
    const { program, environment } = this.engine;
    const { DOCKER_HOST: _, ...base } = environment;
    return new ContainerEngine(
      run ?? { program, globalFlags: [], environment: engineVariablesOf(environment) },
      { ...PATIENT, ...limits },
      base,
    );
  }

  reap({ run, owner }: Launched, engine: Parameters<typeof stopContainers>[0] = this.client(run)) {
    return stopContainers(engine, owner, { clock: systemClock, grace: 1_000, removable: run.removable, pause: 50 });
  }

  /** States of an owner's containers, read with the engine's own client and not with the code under test. */
  async states({ session }: ContainerOwner): Promise<string[]> {
    const filter = `label=mcp-processes.session=${session}`;
    const text = await this.engine.command('ps', '-a', '--filter', filter, '--format', '{{.State}}');
    // Podman says "Up 3 seconds ago" for "running", and "Exited (0) 3 seconds ago".
    const words = text.split('\n').filter(Boolean);
    return words.map((word) => (word.split(' ', 1)[0] as string).toLowerCase().replace(/^up$/, 'running'));
  }

  /** All containers of the engine. */
  async all(): Promise<Container[]> {
    const client = this.client();
    const listed = await client.list();
    const found = listed.ok ? await client.inspect(listed.value) : listed;
    if (!found.ok) throw new Error(JSON.stringify(found.error));
    return found.value;
  }

  async dispose(): Promise<void> {
    for (const client of this.clients.splice(0)) await killHard(client);
  }
}

/** Checks that a container works: it sends back what it is sent. */
export async function answersRequest({ client, output }: Pick<Launched, 'client' | 'output'>): Promise<void> {
  const word = randomUUID();
  client.stdin?.write(`${word}\n`);
  await waitFor('the container answers', () => output().includes(word));
}
