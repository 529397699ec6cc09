import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Recogniser } from '../../src/clients/recogniser';
import type { ServerView } from '../../src/model/serverView';
import type { Tracker } from '../../src/tracker/tracker';
import { nextLine } from '../support/nextLine';
import { isAlive, killHard, type Sandbox, SERVER } from '../support/sandbox';
import { Stranger } from '../support/stranger';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

const DEAF = ['--deaf-to-eof', '--deaf-to-term'];

/**
 * A client that leaks the ends of its servers' pipes into others. argv: one JSON for each process to start, {args,
 * holds}: what it runs, and the indexes of processes whose writing end of stdin it inherits. Prints the pids.
 */
const LEAKING_CLIENT = `
import json, os, subprocess, sys, time
orders = [json.loads(text) for text in sys.argv[1:]]
pipes = [os.pipe() for _ in orders]
started = [subprocess.Popen(order['args'], stdin=pipes[index][0], stdout=subprocess.DEVNULL,
    pass_fds=[pipes[held][1] for held in order['holds']]) for index, order in enumerate(orders)]
print(json.dumps([one.pid for one in started]), flush=True)
time.sleep(600)
`;

import { pidsOf } from '../../src/os/users';
import { codeOf, factsOf } from '../support/codes';

interface Order {
  readonly args: readonly string[];
  /** Indexes of the processes whose stdin it holds. */
  readonly holds: readonly number[];
}

describe('orphans that hold each other’s stdin', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let mark: string;
  beforeEach(() => {
    mark = `--run=${randomUUID()}`;
  });

  const server = (name: string, holds: readonly number[], ...flags: string[]): Order => ({
    args: [process.execPath, SERVER, mark, `--name=${name}`, ...DEAF, `--serve=${addressOf(name)}`, ...flags],
    holds,
  });
  const addressOf = (name: string) => join(sandbox.path, `${name}.port`);
  const sleep = (...holds: number[]): Order => ({ args: ['sleep', '300'], holds });
  const start = async (...orders: Order[]): Promise<{ client: ChildProcess; pids: number[] }> => {
    const client = spawn('python3', ['-c', LEAKING_CLIENT, ...orders.map((one) => JSON.stringify(one))], {
      env: sandbox.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { client, pids: JSON.parse(await nextLine(client)) };
  };
  const open = (settings: Parameters<Sandbox['tracker']>[0] = {}) => {
    const known: Recogniser = {
      serverOf: (args) => {
        const name = args.find((arg) => arg.startsWith('--name='))?.slice('--name='.length);
        return name && args.includes(mark)
          ? { name, client: 'Some Client', file: undefined, basis: { kind: 'path' as const } }
          : undefined;
      },
      clientOf: () => undefined,
    };
    return sandbox.tracker(settings, { recogniser: () => known });
  };
  const rowOf = ({ inventory }: Tracker, pid: number) => inventory.servers.find((one) => one.pid === pid) as ServerView;
  /** What the row says about the holders of its stdin. */
  const holdersOf = (tracker: Tracker, pid: number) => factsOf(rowOf(tracker, pid), 'stdin-held')[0];
  const orphaned = (tracker: Tracker, pids: readonly number[]) =>
    waitFor('all are proven to be orphaned', async () => {
      await tracker.sweep();
      return pids.every((pid) => rowOf(tracker, pid)?.verdict === 'orphaned');
    });
  const keysOf = (tracker: Tracker, pids: readonly number[]) => pids.map((pid) => rowOf(tracker, pid).key);
  /** Checks that a process is running and works. */
  const answers = async (name: string) => {
    const one = await Stranger.at(sandbox, addressOf(name));
    const pid = await one.ask();
    await one.leave();
    return pid;
  };

  it('L29 each holds the other: named together, ended together; one alone is held by the other', async () => {
    const { client, pids } = await start(server('a', [1]), server('b', [0]));
    const [a, b] = pids as [number, number];
    const tracker = await open();
    await answers('a');
    await tracker.sweep();
    for (const pid of pids) assert.equal(rowOf(tracker, pid).verdict, 'active', 'its client lives');
    await killHard(client);
    await orphaned(tracker, pids);
    const held = holdersOf(tracker, a);
    assert.deepEqual([held?.heldBy, held && pidsOf(held.by)], ['orphans', [b]]);
    const [alone] = await tracker.reapOrphans({ only: keysOf(tracker, [a]) });
    assert.equal(codeOf(alone?.processes[0]?.reason), `foreignIsAbandoned: held ${b}`);
    assert.equal(await answers('a'), a);
    const both = keysOf(tracker, pids);
    const previews = await tracker.requestedReap.preview(both);
    assert.ok(previews.length === 2 && previews.every(({ processes }) => processes[0]?.spared === undefined));
    assert.ok(pids.every(isAlive));
    const results = await tracker.reapOrphans({ only: both });
    assert.deepEqual(
      results.map(({ processes }) => processes[0]?.outcome),
      ['killed', 'killed'],
    );
    assert.deepEqual(sandbox.living(), []);
  });

  it('L29 ends that leaked from each into the next: all are named at once, and ended at once', async () => {
    const { client, pids } = await start(
      server('a', []),
      server('b', [0]),
      server('c', [0, 1]),
      server('d', [0, 1, 2]),
    );
    await killHard(client);
    const tracker = await open();
    await orphaned(tracker, pids);
    const results = await tracker.reapOrphans({ only: keysOf(tracker, pids) });
    assert.deepEqual(
      results.flatMap(({ processes }) => processes.filter(({ outcome }) => outcome === 'spared')),
      [],
    );
    assert.deepEqual(sandbox.living(), []);
  });

  it('L29 "auto" ends a set as a whole, and none of one that is larger than what one sweep may end', async () => {
    const { client, pids } = await start(server('a', [1]), server('b', [0]), server('c', []));
    const [a, b, c] = pids as [number, number, number];
    await killHard(client);
    const few = await open({ reapForeign: 'auto', maxPerSweep: 1 });
    await waitFor('the one that no process holds is ended', async () => {
      await few.sweep();
      return !isAlive(c);
    });
    await few.sweep();
    assert.deepEqual([await answers('a'), await answers('b')], [a, b]);
    await few.deactivate();
    const enough = await open({ reapForeign: 'auto', maxPerSweep: 2 });
    await waitFor('both are ended', async () => {
      await enough.sweep();
      return !isAlive(a) && !isAlive(b);
    });
  });

  it('K05 L29 a stranger holds an end too: it is named, and all servers along the chain are spared; ended without it', async () => {
    const { client, pids } = await start(server('a', [1]), server('b', [0]), sleep(1));
    const [a, b, stranger] = pids as [number, number, number];
    await killHard(client);
    const tracker = await open();
    await waitFor('its row says what holds it', async () => {
      await tracker.sweep();
      const held = holdersOf(tracker, b);
      const pids = held ? pidsOf(held.by) : [];
      return held?.heldBy === 'strangers' && pids.length === 2 && pids.includes(a) && pids.includes(stranger);
    });
    const both = keysOf(tracker, [a, b]);
    const results = await tracker.reapOrphans({ only: both });
    assert.ok(results.every(({ processes }) => processes.every(({ outcome }) => outcome === 'spared')));
    assert.equal(results.length, 2);
    for (const pid of [a, b]) assert.notEqual(rowOf(tracker, pid).verdict, 'orphaned');
    assert.deepEqual([await answers('a'), await answers('b')], [a, b]);
    process.kill(stranger, 'SIGKILL');
    await orphaned(tracker, [a, b]);
    await tracker.reapOrphans({ only: both });
    assert.ok(!isAlive(a) && !isAlive(b), 'control');
  });

  it('K20 L29 a spared server spares what it holds: listed to be kept, or in use', async () => {
    const { client, pids } = await start(
      server('a', [1]),
      server('b', [0], '--listed'),
      server('c', [3]),
      server('d', [2]),
    );
    const [a, b, c, d] = pids as [number, number, number, number];
    const stranger = await Stranger.at(sandbox, addressOf('c'));
    await killHard(client);
    const tracker = await open({ neverReap: ['--listed'] });
    await orphaned(tracker, [a, b]);
    await waitFor('both probes', async () => {
      await tracker.sweep();
      return factsOf(rowOf(tracker, c), 'in-use').some(({ by }) => stranger.isAmong(by));
    });
    assert.deepEqual([rowOf(tracker, c).verdict, rowOf(tracker, d).verdict], ['active', 'active']);
    const results = await tracker.reapOrphans({ only: keysOf(tracker, pids) });
    const reasons = results.flatMap(({ processes }) => processes.map(({ reason }) => codeOf(reason)));
    assert.ok(reasons.length === 4 && !reasons.includes('none'), reasons.join('\n'));
    assert.equal(await stranger.ask(), c);
    assert.deepEqual([await answers('a'), await answers('b'), await answers('d')], [a, b, d]);
    await stranger.leave();
    const others = await open();
    await orphaned(others, pids);
    await others.reapOrphans({ only: keysOf(others, pids) });
    assert.deepEqual(sandbox.living(), [], 'control');
  });
});
