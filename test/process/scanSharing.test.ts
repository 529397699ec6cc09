import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recogniser } from '../../src/clients/recogniser';
import type { ServerView } from '../../src/model/serverView';
import { choosePlatform } from '../../src/os/choosePlatform';
import type { FailedInspection } from '../../src/os/reason';
import { readSessions } from '../../src/registry/sessionStore';
import type { Tracker } from '../../src/tracker/tracker';
import { askingAgain } from '../support/askingAgain';
import { FakeOwner, PLAIN, pidIn } from '../support/fakeOwner';
import { nextLine } from '../support/nextLine';
import { withSs } from '../support/programs';
import { isAlive, killHard, SERVER } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

const LONG = 10 * 60_000;
/** Starts a server with a pipe, prints its pid, and waits. */
const CLIENT = `import subprocess, sys, time
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
print(server.pid, flush=True)
time.sleep(600)`;

describe('windows of one machine share their scans', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let mark: string;
  /** The number of scans of the whole process table. */
  let scans: number;
  /** Whether windows notice the end of a client; they would scan in the middle of a test. */
  let areNoticing: boolean;
  beforeEach(() => {
    areNoticing = false;
    mark = `--mark=${randomUUID()}`;
    scans = 0;
  });

  /** The fingerprint includes what a workspace adds. */
  const recogniser = (fingerprint: string | undefined = 'the same'): Recogniser => ({
    serverOf: (args) =>
      args.at(-1) === mark
        ? { name: 'notes', client: 'Some Client', file: undefined, basis: { kind: 'path' as const } }
        : undefined,
    clientOf: () => undefined,
    ...(fingerprint !== undefined && { fingerprint }),
  });
  const window = async (known = recogniser(), version = '0', parts: object = {}): Promise<Tracker> => {
    const platform = askingAgain(await choosePlatform());
    const counting = Object.create(platform, {
      snapshot: {
        value: () => {
          scans++;
          return platform.snapshot();
        },
      },
      ...(!areNoticing && { identify: { value: undefined } }),
    });
    const tracker = await sandbox.tracker({}, { platform: counting, recogniser: () => known, version, ...parts });
    // As at activation: the first scan is its own.
    await tracker.sweep();
    return tracker;
  };
  /** The number of scans of the whole table in one turn. */
  const turn = async (tracker: Tracker, youngerThan = LONG): Promise<number> => {
    const before = scans;
    await tracker.sweepOrReuse(youngerThan);
    return scans - before;
  };
  const foreign = async (): Promise<{ client: ChildProcess; server: number }> => {
    const client = spawn(
      'python3',
      ['-c', CLIENT, process.execPath, PLAIN, '--deaf', '--token', 'not-a-real-one', mark],
      {
        env: sandbox.environment,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    return { client, server: Number(await nextLine(client)) };
  };
  const named = ({ inventory }: Tracker, name: string) => inventory.servers.filter((row) => row.name === name);
  const isChecking = (row: ServerView | undefined) => row !== undefined && 'checking' in row;
  const lasting = ({ memory, processes, idleSince, ...row }: ServerView & { readonly idleSince?: number }) =>
    JSON.parse(JSON.stringify(row));
  const orphaned = async (tracker: Tracker) =>
    waitFor('it is proven to be orphaned', async () => {
      await tracker.sweep();
      return named(tracker, 'notes').find(({ verdict }) => verdict === 'orphaned');
    });

  it('a window reuses a recent scan, shows the same, and reads only its own processes', async () => {
    const dead = await new FakeOwner(sandbox).open();
    const { pid } = await dead.start();
    dead.write({ automatic: 'ask' });
    await dead.kill();
    const { client, server } = await foreign();
    const [first, second] = [await window(), await window()];
    await first.servers.launch(sandbox.server('of the first'));
    await second.servers.launch(sandbox.server('of the second'));
    await killHard(client);
    await orphaned(first);
    assert.equal(await turn(second), 0);
    const shown = (tracker: Tracker, group: string) =>
      tracker.inventory.servers.filter((row) => row.group === group).map(lasting);
    assert.equal(shown(first, 'orphaned').length, 2);
    assert.deepEqual(shown(second, 'orphaned'), shown(first, 'orphaned'));
    assert.deepEqual(
      shown(second, 'otherWindows').map(({ name }) => name),
      ['of the first'],
    );
    assert.deepEqual(
      shown(second, 'thisWindow').map(({ name }) => name),
      ['of the second'],
    );
    // Its own processes are read now.
    await second.servers.launch(sandbox.server('another', '--child=plain'));
    await orphaned(first);
    assert.equal(await turn(second), 0);
    await waitFor('its child is shown', async () => {
      assert.equal(await turn(second), 0);
      return named(second, 'another')[0]?.processes[0]?.children.length === 1;
    });
    assert.deepEqual(
      named(second, 'another').map(({ group }) => group),
      ['thisWindow'],
    );
    // Control arm: too old. From then on nothing that was reused is shown.
    for (const orphan of [pid, server]) process.kill(orphan, 'SIGKILL');
    await waitFor('they are gone', () => !isAlive(pid) && !isAlive(server));
    assert.ok((await turn(second, 0)) > 0);
    assert.deepEqual(shown(second, 'orphaned'), []);
  });

  it('a new process below its own is shown and in the census after such a turn', async () => {
    const [first, second] = [await window(), await window()];
    const go = join(sandbox.path, 'go');
    const script = '(while [ ! -e "$0" ]; do sleep 0.1; done; sleep 300 & echo $! >"$0.pid"; wait) <&- >&- & exec "$@"';
    const args = ['-c', script, go, process.execPath, SERVER];
    await second.servers.launch({ ...sandbox.server('mine'), command: 'sh', args });
    writeFileSync(go, '');
    const pid = await pidIn(`${go}.pid`);
    await first.sweep();
    assert.equal(await turn(second), 0);
    const below = JSON.stringify(named(second, 'mine').map(({ processes }) => processes));
    assert.match(below, new RegExp(`"pid":${pid}\\b`));
    const records = readSessions(sandbox.folder).sessions.flatMap(({ session }) => session.records);
    assert.ok(records.find(({ server }) => server === 'mine')?.census.some((one) => one.pid === pid));
  });

  it('a server that was adopted since is shown once @no-ss', async () => {
    const first = await window();
    const matches = (args: readonly string[]) => args.at(-1) === mark;
    const entry = { key: 'notes', name: 'notes', client: 'Editor', folder: undefined, url: undefined };
    const known = { ...entry, file: undefined, managedBy: 'foreign' as const, describe: undefined, matches };
    const second = await window(recogniser(), '0', { adoptable: () => [known] });
    const server = spawn(process.execPath, [PLAIN, mark], { env: sandbox.environment, stdio: 'pipe' });
    await first.sweep();
    // The second window scans on its own when it has adopted a server.
    await waitFor('it is adopted', () => named(second, 'notes').some(({ group }) => group === 'thisWindow'));
    // Without `ss` the first window does not know who holds its stdin, and does not share that.
    assert.equal((await turn(second)) === 0, withSs);
    assert.deepEqual(
      named(second, 'notes').map(({ pid, group }) => ({ pid, group })),
      [{ pid: server.pid, group: 'thisWindow' }],
    );
  });

  it('a server that is found and then adopted is shown once, in every inventory', async () => {
    const matches = (args: readonly string[]) => args.at(-1) === mark;
    const entry = { key: 'notes', name: 'notes', client: 'Editor', folder: undefined, url: undefined };
    const known = { ...entry, file: undefined, managedBy: 'foreign' as const, describe: undefined, matches };
    let isAdoptable = false;
    const tracker = await window(recogniser(), '0', { adoptable: () => (isAdoptable ? [known] : []) });
    spawn(process.execPath, [PLAIN, mark], { env: sandbox.environment, stdio: 'pipe' });
    await waitFor('it is found', async () => {
      await tracker.sweep();
      return named(tracker, 'notes').length > 0;
    });
    const shown = new Set<string>();
    tracker.onDidChange(() =>
      shown.add(
        named(tracker, 'notes')
          .map(({ group }) => group)
          .join(),
      ),
    );
    isAdoptable = true;
    await waitFor('it is adopted', () => shown.has('thisWindow'));
    await tracker.sweep();
    assert.deepEqual(
      [...shown].filter((groups) => groups.includes('thisWindow')),
      ['thisWindow'],
    );
  });

  it('a finding that needs a second scan is not shared after the first, and takes no proof back', async () => {
    const { client } = await foreign();
    const [first, second] = [await window(), await window()];
    await killHard(client);
    await orphaned(first);
    // The third window has scanned once.
    const third = await window();
    assert.equal(named(third, 'notes')[0]?.verdict, 'unknown');
    assert.equal(await turn(second), 0);
    const verdicts = new Set([named(second, 'notes')[0]?.verdict]);
    second.onDidChange(() => verdicts.add(named(second, 'notes')[0]?.verdict));
    assert.equal(await turn(second, 0), 1);
    assert.ok(isChecking(named(second, 'notes')[0]));
    await waitFor('it has proven that too', () => !isChecking(named(second, 'notes')[0]));
    assert.deepEqual(verdicts, new Set(['orphaned']));
  });

  it('findings older than a window’s own scan are not reused: they would take back what is proven', async () => {
    const { client } = await foreign();
    const [first, second] = [await window(), await window()];
    await waitFor('it is shared', async () => {
      await first.sweep();
      return readFileSync(join(sandbox.folder.path, 'scan.json'), 'utf8').includes('"notes"');
    });
    const shared = readFileSync(join(sandbox.folder.path, 'scan.json'), 'utf8');
    await killHard(client);
    await orphaned(second);
    writeFileSync(join(sandbox.folder.path, 'scan.json'), shared);
    assert.equal(await turn(second), 1);
    assert.equal(named(second, 'notes')[0]?.verdict, 'orphaned');
  });

  it('a window that reuses a scan still notices the end of a client', async () => {
    areNoticing = true;
    const { client } = await foreign();
    const [first, second] = [await window(), await window()];
    await waitFor('the scan is reused', async () => {
      await first.sweep();
      return (await turn(second)) === 0 && named(second, 'notes')[0]?.verdict === 'active';
    });
    await killHard(client);
    await waitFor('it is orphaned', () => named(second, 'notes')[0]?.verdict === 'orphaned');
  });

  it('a sweep without the means to probe is not shared; one with a stdin that says nothing is', async () => {
    const { client, server } = await foreign();
    const platform = askingAgain(await choosePlatform());
    let failure: FailedInspection | undefined = 'no means';
    const blind = Object.create(platform, {
      stdinPeer: {
        value: async () => ({
          kind: 'unknown',
          reason: { kind: 'said', text: 'cannot be known here' },
          ...(failure && { failure }),
        }),
      },
    });
    await killHard(client);
    const second = await window();
    const first = await window(recogniser(), '0', { platform: blind });
    // After its second scan the findings are final.
    await first.sweep();
    await first.sweep();
    assert.equal(named(first, 'notes')[0]?.verdict, 'unknown');
    assert.ok((await turn(second)) > 0);
    await orphaned(second);
    assert.ok(isAlive(server));
    failure = undefined;
    await first.scanNow();
    await first.sweep();
    assert.equal(await turn(second), 0, 'control arm');
  });

  it('a window scans on its own if it recognises other servers or probes differently, or if it cannot tell', async () => {
    const first = await window();
    const { fingerprint: _, ...withoutFingerprint } = recogniser();
    const others = [
      await window(recogniser('another workspace')),
      await window(recogniser(), '1'),
      await window(withoutFingerprint),
    ];
    for (const other of others) {
      await first.sweep();
      assert.equal(await turn(other), 1);
    }
    const alike = await window();
    await first.sweep();
    assert.equal(await turn(alike), 0, 'control arm');
    assert.equal(await turn(first), 1, 'its own scan does not help');
  });

  it('K13 a damaged or hostile file is ignored', async () => {
    const [first, second] = [await window(), await window()];
    await foreign();
    const path = join(sandbox.folder.path, 'scan.json');
    // While the server starts, the holder of its stdin is unknown.
    const good = await waitFor('it is shared', async () => {
      await first.sweep();
      const text = readFileSync(path, 'utf8');
      return text.includes('"notes"') ? text : undefined;
    });
    assert.doesNotMatch(good, /not-a-real-one/);
    const hostile = [
      '',
      'null',
      good.slice(0, -9),
      good.replace('"schema":1', '"schema":2'),
      good.replace(/"scope":"[^"]*"/, '"scope":"t0123456789abcdef"'),
      good.replace(/"sweptAt":\d+/, `"sweptAt":${Date.now() + LONG}`),
      good.replace(/"sweptAt":\d+/, '"sweptAt":null'),
      good.replace(/"pid":\d+/, '"pid":-1'),
      good.replace(/"pid":\d+/, '"pid":1'),
      good.replace(/"start":"t\d+"/, '"start":"now"'),
      good.replace(/"group":"\w+"/, '"group":"prey"'),
      good.replace(/"evidence":\[/, '"evidence":"trust me","other":['),
      good.replace(/"evidence":\[\{"kind":"[^"]*"/, '"evidence":[{"kind":"rumour"'),
      good.replace(/"kind":"matches"/, '"kind":"spared"'),
      good.replace(/"dependsOn":\[[^\]]*\]/, '"dependsOn":[{"pid":7,"start":"now"}]'),
      good.replace('"kind":"foreign"', '"kind":"session"'),
      good.replace(/"copies":\d+/, '"copies":"many"'),
    ];
    // No window reuses a scan older than its own.
    const ofNow = (text: string) => text.replace(good.match(/"sweptAt":\d+/)?.[0] ?? '', `"sweptAt":${Date.now()}`);
    for (const text of hostile) {
      assert.notEqual(text, good);
      writeFileSync(path, ofNow(text));
      assert.equal(await turn(second), 1, text.slice(0, 300));
    }
    writeFileSync(path, ofNow(good));
    assert.equal(await turn(second), 0, 'control arm');
  });

  it('a reused finding can be reaped like the others, after two scans by the window itself; then no window shows it', async () => {
    const { client, server } = await foreign();
    const served = await foreign();
    const [first, second] = [await window(), await window()];
    await killHard(client);
    const { key } = await orphaned(first);
    assert.equal(await turn(second), 0);
    const rows = named(second, 'notes');
    assert.deepEqual(new Set(rows.map(({ verdict }) => verdict)), new Set(['orphaned', 'active']));
    const [preview] = await second.requestedReap.preview([key]);
    assert.equal(preview?.processes.length, 1);
    await second.reapOrphans({ only: rows.map((row) => row.key) });
    assert.ok(!isAlive(server));
    assert.ok(isAlive(served.server), 'control arm: it is still served');
    assert.equal(existsSync(join(sandbox.folder.path, 'scan.json')), false);
    assert.equal(await turn(first), 1);
    assert.deepEqual(
      named(first, 'notes').map(({ verdict }) => verdict),
      ['active'],
    );
  });
});
