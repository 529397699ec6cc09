import assert from 'node:assert/strict';
import fs, {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../../src/os/identity';
import type { Platform } from '../../src/os/platform';
import { openDataFolder } from '../../src/registry/dataFolder';
import { readHistory } from '../../src/registry/history';
import { OwnSession } from '../../src/registry/ownSession';
import type { ServerRecord } from '../../src/registry/schema';
import { readSessions } from '../../src/registry/sessionStore';
import { scanMachine } from '../../src/scan/scan';
import type { Tracker } from '../../src/tracker/tracker';
import { codeOf, kindsOf } from '../support/codes';
import { FakeOwner, identityOf, PLAIN } from '../support/fakeOwner';
import { isAlive, killHard, Sandbox } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

describe('reaping what a dead session left', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  const DEAF = ['--deaf-to-eof', '--deaf-to-term'];

  it('L01 L03 L08 ends deaf servers and their children after kill -9 of the host; control: until then they live @root', async () => {
    const host = await sandbox.host({ polite: [], eof: ['--deaf-to-eof'], term: [...DEAF, '--child=plain'] });
    await killHard(host.child);
    const [, eof, term] = host.servers as [number, number, number];
    // Control arm: without a reap they stay.
    assert.ok(isAlive(eof) && isAlive(term));
    const tracker = await sandbox.tracker({ automatic: 'on' });
    await tracker.sweep();
    assert.deepEqual(sandbox.living(), []);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), [], 'its session file is gone');
    assert.ok(readdirSync(sandbox.folder.history).length > 0, 'the history has an entry');
    assert.deepEqual(tracker.inventory.servers, []);
  });

  it('L05 finds a grandchild that left its tree by setsid', async () => {
    const host = await sandbox.host({ escape: [...DEAF, '--child=setsid'] });
    await killHard(host.child);
    await (await sandbox.tracker()).sweep();
    assert.deepEqual(sandbox.living(), []);
  });

  it('L23 finds them by the cookie alone when the registry is lost', async () => {
    const host = await sandbox.host({ deaf: DEAF });
    await killHard(host.child);
    for (const file of readdirSync(sandbox.folder.sessions)) rmSync(join(sandbox.folder.sessions, file));
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    assert.deepEqual(sandbox.living(), []);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('K13 L23 the settings of a session with a damaged file are unknown: its servers are shown, and ended only on a click', async () => {
    const owner = await new FakeOwner(sandbox).open();
    const { pid } = await owner.start();
    owner.write({ automatic: 'off', neverReap: ['--deaf'] });
    await owner.kill();
    const path = join(sandbox.folder.sessions, `${owner.id}.json`);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 200));
    const tracker = await sandbox.tracker();
    for (let round = 0; round < 3; round++) {
      await tracker.sweep();
      assert.ok(isAlive(pid));
      const [row] = tracker.inventory.servers;
      assert.equal(row?.verdict, 'orphaned');
      assert.ok(kindsOf(row).includes('not-automatic'));
    }
    assert.ok(
      sandbox.log.some((line) => line.includes('.damaged')),
      'the log says what happened to the file',
    );
    const [row] = tracker.inventory.servers;
    await tracker.reapOrphans({ only: [row?.key as string] });
    assert.ok(!isAlive(pid));
    assert.deepEqual(readdirSync(sandbox.folder.sessions), [`${owner.id}.json.damaged`]);
  });

  it('L22 K20 a session’s settings hold while another window claims its file, or gives it back', async () => {
    const owner = await new FakeOwner(sandbox).open();
    const { pid, record } = await owner.start();
    owner.write({ automatic: 'off', neverReap: ['--deaf'] });
    await owner.kill();
    const tracker = await sandbox.tracker();
    const own = join(sandbox.folder.sessions, `${owner.id}.json`);
    const { pid: self, start, scope } = await owner.platform.self();
    const claimed = join(sandbox.folder.sessions, `${owner.id}.claim-${self}-${start}-${scope}.json`);
    const { lstatSync } = fs;
    for (const [before, after] of [
      [own, claimed],
      [claimed, own],
    ] as const) {
      let isMoved = false;
      // Between listing the folder and reading the file.
      const moving = (path: fs.PathLike, options?: fs.StatSyncOptions) => {
        if (path === before && !isMoved) {
          renameSync(before, after);
          isMoved = true;
        }
        return lstatSync(path, options as undefined);
      };
      Object.assign(fs, { lstatSync: moving });
      try {
        await tracker.sweep();
      } finally {
        Object.assign(fs, { lstatSync });
      }
      assert.ok(isMoved);
      assert.ok(isAlive(pid));
      assert.deepEqual(readdirSync(sandbox.folder.sessions), [after.slice(sandbox.folder.sessions.length + 1)]);
      assert.equal(tracker.inventory.servers[0]?.verdict, 'unknown', 'another window had claimed it');
    }
    // A folder listed in parts may miss a file that is being renamed.
    rmSync(own);
    const platform = Object.assign(Object.create(owner.platform), {
      snapshot: async () => {
        owner.write({ automatic: 'off', neverReap: ['--deaf'] });
        return owner.platform.snapshot();
      },
    });
    await (await sandbox.tracker({}, { platform })).sweep();
    assert.ok(isAlive(pid));
    await tracker.sweep();
    assert.ok(isAlive(pid));
    assert.ok(kindsOf(tracker.inventory.servers[0]).includes('not-automatic'));
    // Control arm: if no file name mentions it, the cookie and this window decide.
    rmSync(own);
    await tracker.sweep();
    assert.ok(!isAlive(pid), record.id);
  });

  it('K09 a lost session that cannot be recorded again, as on a full disk, is spared; the sweep continues', async () => {
    const host = await sandbox.host({ deaf: DEAF });
    await killHard(host.child);
    rmSync(sandbox.folder.sessions, { recursive: true });
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    assert.equal(sandbox.living().length, 1);
    await tracker.sweep();
    const said = sandbox.log.filter((line) => line.includes('could not be claimed, so nothing of it was ended'));
    assert.equal(said.length, 1, `said once, not in every sweep:\n${sandbox.log.join('\n')}`);
    mkdirSync(sandbox.folder.sessions);
    await tracker.sweep();
    assert.deepEqual(sandbox.living(), [], 'control arm');
  });

  it('K09 a session that cannot be claimed is spared, and the reap says why; a sweep continues', async () => {
    const [stuck, other] = [await sandbox.host({ stuck: DEAF }), await sandbox.host({ other: DEAF })];
    const tracker = await sandbox.tracker();
    const [id] = readSessions(sandbox.folder).sessions.flatMap(({ session }) =>
      session.records.some(({ server }) => server === 'stuck') ? session.id : [],
    );
    // No rename can replace a folder that is not empty.
    const { pid, start, scope } = await identityOf(process.pid);
    const claim = join(sandbox.folder.sessions, `${id}.claim-${pid}-${start}-${scope}.json`);
    for (const folder of [claim, `${claim}.damaged`]) mkdirSync(join(folder, 'full'), { recursive: true });
    await Promise.all([killHard(stuck.child), killHard(other.child)]);
    await tracker.sweep();
    assert.deepEqual(
      [...stuck.servers, ...other.servers].map((one) => isAlive(one as number)),
      [true, false],
    );
    const [result, ...more] = await tracker.reapOrphans();
    assert.deepEqual([result?.server, result?.processes, more], ['stuck', [], []]);
    assert.deepEqual([result?.problem?.kind, result?.problem?.session], ['unclaimable', id]);
    assert.ok(isAlive(stuck.servers[0] as number));
    rmSync(claim, { recursive: true });
    const [ended] = await tracker.reapOrphans();
    assert.deepEqual([ended?.problem, sandbox.living()], [undefined, []], 'control arm');
  });

  it('K09 a session whose file can no longer be removed does not block the others: all are reported', async () => {
    const owners = [await new FakeOwner(sandbox).open(), await new FakeOwner(sandbox).open()] as const;
    const started = [await owners[0].start(), await owners[1].start()] as const;
    for (const owner of owners) await owner.kill();
    const tracker = await sandbox.tracker();
    const { rmSync: remove } = fs;
    // As if the folder had become read-only, or another user's.
    Object.assign(fs, {
      rmSync: (path: string, options: object) => {
        if (path.includes(`${owners[0].id}.claim-`)) throw new Error('EROFS: read-only file system');
        remove(path, options);
      },
    });
    try {
      const results = await tracker.reapOrphans();
      assert.deepEqual(
        new Set(results.map(({ of }) => (of.kind === 'session' ? of.session : undefined))),
        new Set(owners.map(({ id }) => id)),
      );
    } finally {
      Object.assign(fs, { rmSync: remove });
    }
    for (const { pid } of started) assert.ok(!isAlive(pid));
    assert.match(sandbox.log.join('\n'), /stays claimed: EROFS/);
  });

  it('K09 a file without processes that cannot be removed does not fail a scan', async () => {
    const [empty, other] = [await new FakeOwner(sandbox).open(), await new FakeOwner(sandbox).open()];
    empty.write();
    const { pid } = await other.start();
    await Promise.all([empty.kill(), other.kill()]);
    const { rmSync: remove } = fs;
    Object.assign(fs, {
      rmSync: (path: string, options: object) => {
        if (path.includes(empty.id)) throw new Error('EROFS: read-only file system');
        remove(path, options);
      },
    });
    try {
      await (await sandbox.tracker()).sweep();
    } finally {
      Object.assign(fs, { rmSync: remove });
    }
    assert.ok(!isAlive(pid));
  });

  it('L22 two windows that start at once reap once', async () => {
    const host = await sandbox.host({ deaf: DEAF });
    await killHard(host.child);
    const windows = await Promise.all([sandbox.tracker(), sandbox.tracker()]);
    await Promise.all(windows.map((window) => window.sweep()));
    assert.deepEqual(sandbox.living(), []);
    const entries = readHistory(sandbox.folder, 0, 10);
    assert.equal(entries.length, 1, JSON.stringify(entries));
  });

  it('K04 K17 leaves a live session of another window alone, with the same command line', async () => {
    const dead = await sandbox.host({ twin: DEAF });
    const live = await sandbox.host({ twin: DEAF });
    await killHard(dead.child);
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    assert.ok(!isAlive(dead.servers[0] as number));
    assert.ok(isAlive(live.servers[0] as number));
    assert.deepEqual(
      tracker.inventory.servers.map(({ group, verdict }) => [group, verdict]),
      [['otherWindows', 'active']],
    );
    await killHard(live.child);
  });

  it('K26 leaves the servers of another home alone', async () => {
    const other = new Sandbox();
    try {
      const host = await other.host({ deaf: DEAF });
      await killHard(host.child);
      await (await sandbox.tracker()).sweep();
      assert.ok(isAlive(host.servers[0] as number));
      // Control arm: a sweep in its own home ends it.
      await (await other.tracker()).sweep();
      assert.deepEqual(other.living(), []);
    } finally {
      await other.dispose();
    }
  });

  it('K01 K13 signals nothing for a session file that names pid 1, ourselves or a recycled pid', async () => {
    const host = await sandbox.host({ deaf: DEAF });
    const [file] = readdirSync(sandbox.folder.sessions);
    const path = join(sandbox.folder.sessions, file as string);
    const session = JSON.parse(readFileSync(path, 'utf8'));
    await killHard(host.child);
    const bystander = await sandbox.host({ bystander: DEAF });
    const record = session.records[0];
    const scope = record.root.scope;
    const pids = [process.pid, process.ppid, bystander.child.pid, bystander.servers[0]];
    session.records = [
      {
        ...record,
        census: pids.map((pid) => ({ pid, start: 't1', scope })),
        root: { pid: process.pid, start: 't2', scope },
      },
    ];
    writeFileSync(path, JSON.stringify(session));
    await (await sandbox.tracker()).sweep();
    assert.ok(isAlive(bystander.child.pid as number) && isAlive(bystander.servers[0] as number));
    writeFileSync(path, JSON.stringify({ ...session, records: [{ ...record, root: { pid: 1, start: 't1', scope } }] }));
    await (await sandbox.tracker()).sweep();
    assert.ok(sandbox.log.some((line) => line.includes('"records.0.root.pid" is not valid')));
    await killHard(bystander.child);
  });

  it('K12 K10 acts on nothing of another boot or container', async () => {
    const host = await sandbox.host({ deaf: DEAF });
    await killHard(host.child);
    const [file] = readdirSync(sandbox.folder.sessions);
    const path = join(sandbox.folder.sessions, file as string);
    const foreign = readFileSync(path, 'utf8').replaceAll(/"scope": "t[0-9a-f]{16}"/g, '"scope": "t0000000000000000"');
    writeFileSync(path, foreign);
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    assert.ok(isAlive(host.servers[0] as number));
    assert.deepEqual(readdirSync(sandbox.folder.sessions), [file]);
  });

  it('L08 ends a server that runs on the editor’s own program; control: by its name alone it is an editor', async () => {
    const owner = await new FakeOwner(sandbox).open();
    const folder = join(sandbox.path, 'bin');
    mkdirSync(folder);
    const code = join(folder, 'code');
    try {
      linkSync(process.execPath, code);
    } catch {
      // On another disk, or another user's.
      copyFileSync(process.execPath, code);
    }
    const asNode = await owner.start(['ELECTRON_RUN_AS_NODE=1', code, PLAIN, '--deaf'], { command: 'env' });
    const editor = await owner.start([code, PLAIN, '--deaf'], { command: 'env' });
    for (const { pid } of [asNode, editor]) {
      await waitFor('it runs', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(code));
    }
    await owner.kill();
    await (await sandbox.tracker()).sweep();
    assert.ok(!isAlive(asNode.pid));
    assert.ok(isAlive(editor.pid), 'control');
  });

  it('K12 L24 a session in another scope is kept, however old, while a window there sees it', async () => {
    const owner = await new FakeOwner(sandbox).open();
    // Nor can a container be queried from another scope.
    const container = { program: 'docker', globalFlags: [], environment: {}, removable: true, containerId: undefined };
    await owner.start([PLAIN, '--deaf'], { record: { container } });
    const month = new Date(Date.now() - 31 * 86_400_000);
    owner.write({ startedAt: month.getTime() });
    const file = join(sandbox.folder.sessions, `${owner.id}.json`);
    utimesSync(file, month, month);
    // A window in the owner's scope.
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    const snapshot = async () => ({ ...(await owner.platform.snapshot()), scope: 't0000000000000000' });
    const sweepElsewhere = () =>
      scanMachine({ snapshot } as unknown as Platform, sandbox.folder, undefined, { automatic: 'off', neverReap: [] });
    await sweepElsewhere();
    assert.ok(existsSync(file));
    // Control: no window has seen it for a month.
    utimesSync(file, month, month);
    await sweepElsewhere();
    assert.ok(!existsSync(file));
  });

  it('L23 the whole data folder is removed while its owner runs: it comes back, under the same tag', async () => {
    const tracker = await sandbox.tracker();
    await tracker.servers.launch(sandbox.server('it', ...DEAF));
    const pid = tracker.inventory.servers[0]?.pid as number;
    const files = readdirSync(sandbox.folder.sessions);
    rmSync(sandbox.folder.path, { recursive: true });
    await tracker.sweep();
    assert.equal(openDataFolder(sandbox.folder.path).homeTag, sandbox.folder.homeTag);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), files);
    assert.ok(isAlive(pid));
    await tracker.servers.stop('it');
    assert.ok(!isAlive(pid));
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('automatic "ask" shows orphans with their evidence and waits; a dry run signals nothing; the command ends them', async () => {
    const host = await sandbox.host({ deaf: DEAF }, 'ask');
    await killHard(host.child);
    const tracker = await sandbox.tracker({ automatic: 'on' });
    const inventory = await tracker.sweep();
    const [orphan] = inventory.servers;
    assert.equal(orphan?.verdict, 'orphaned');
    assert.ok(kindsOf(orphan).includes('owner-gone'));
    const preview = await tracker.requestedReap.preview();
    assert.deepEqual(
      preview.map(({ processes }) => processes.map(({ spared }) => spared)),
      [[undefined]],
    );
    assert.ok(isAlive(host.servers[0] as number));
    const [result] = await tracker.reapOrphans({ only: [orphan?.key as string] });
    assert.deepEqual(
      result?.processes.map(({ outcome }) => outcome),
      ['killed'],
    );
    assert.ok((result?.memoryFreed ?? 0) > 0);
    assert.deepEqual(sandbox.living(), []);
  });

  it('a server is shown as being ended for exactly that time: by a sweep, by hand, by its row', async () => {
    const ways = {
      sweep: (tracker: Tracker) => tracker.sweep(),
      'by hand': (tracker: Tracker) => tracker.reapOrphans(),
      'its row': (tracker: Tracker) =>
        tracker.reapOrphans({
          only: tracker.inventory.servers.flatMap(({ key, name }) => (name === 'server 1' ? key : [])),
        }),
    };
    for (const [way, reap] of Object.entries(ways)) {
      const owner = await new FakeOwner(sandbox).open();
      await owner.start();
      const { record } = await owner.start([PLAIN, '--deaf', '--listed']);
      owner.write({ automatic: 'ask', neverReap: ['--listed'] });
      await owner.kill();
      const tracker = await sandbox.tracker();
      await tracker.sweep();
      if (way === 'sweep') owner.write({ automatic: 'on', neverReap: ['--listed'] });
      const states = new Map<string, string[]>();
      tracker.onDidChange(({ servers }) => {
        for (const name of ['server 1', 'server 2']) {
          const state = servers.find((row) => row.name === name)?.state ?? 'gone';
          const before = states.get(name) ?? [];
          if (before.at(-1) !== state) states.set(name, [...before, state]);
        }
      });
      await reap(tracker);
      // Listeners are called at the end of the turn.
      await waitFor('listeners are called', () => states.get('server 1')?.at(-1) === 'gone');
      assert.equal(states.get('server 1')?.at(-2), 'stopping', way);
      assert.deepEqual(states.get('server 2'), ['running'], `${way}: what is spared is not shown as being ended`);
      process.kill((record.root as ProcessIdentity).pid, 'SIGKILL');
      await tracker.sweep();
    }
  });

  it('two clicks at once on two servers of one session: each is reported, and nothing is left', async () => {
    const host = await sandbox.host({ one: DEAF, two: DEAF }, 'ask');
    await killHard(host.child);
    const tracker = await sandbox.tracker({ automatic: 'off' });
    const { servers } = await tracker.sweep();
    const results = await Promise.all(servers.map(({ key }) => tracker.reapOrphans({ only: [key] })));
    assert.deepEqual(
      results.map((result) => result.map(({ server, processes }) => [server, processes.length])),
      [[['one', 1]], [['two', 1]]],
    );
    assert.deepEqual(sandbox.living(), []);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('a server adopted during a scan stays recorded, and so does a server launched meanwhile', async () => {
    const owner = await new FakeOwner(sandbox).open();
    const started = async () => ({ ...(await owner.start()).record, kind: 'adopted' as const });
    const known = await started();
    const records: ServerRecord[] = [];
    const platform = Object.assign(Object.create(owner.platform) as Platform, {
      snapshot: async () => {
        const snapshot = await owner.platform.snapshot();
        // Processes that start now are not in the snapshot.
        if (records.length === 0) {
          records.push(await started(), await started());
          own.add(records[0] as ServerRecord);
          own.update(known.id, { census: [known.root, records[1]?.root] as ProcessIdentity[] });
        }
        return snapshot;
      },
    });
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const settings = { automatic: 'on', neverReap: [] } as const;
    const own = new OwnSession(sandbox.folder, log, await owner.platform.self(), 'test', undefined, settings);
    const tracker = await sandbox.tracker({}, { platform, own });
    own.add(known);
    await tracker.sweep();
    assert.deepEqual(own.record(records[0]?.id as string), records[0]);
    assert.deepEqual(
      own.record(known.id)?.census.map(({ pid }) => pid),
      [known.root?.pid, records[1]?.root?.pid],
    );
  });

  it('a server listed to keep meanwhile is shown as spared at once', async () => {
    const host = await sandbox.host({ deaf: DEAF }, 'off');
    await killHard(host.child);
    const neverReap: string[] = [];
    const tracker = await sandbox.tracker({ neverReap });
    await tracker.sweep();
    const kept = () => tracker.inventory.servers.map(({ processes }) => processes[0]?.spared);
    assert.deepEqual(kept(), [undefined]);
    neverReap.push('--deaf-to-term');
    tracker.refresh();
    await waitFor('it is spared', () => codeOf(kept()[0]) === 'notListedToKeep: listed');
    neverReap.pop();
    tracker.refresh();
    await waitFor('it is no longer spared', () => kept()[0] === undefined);
    assert.ok(isAlive(host.servers[0] as number), 'a scan reaps nothing');
  });

  it('deactivate ends its own servers, and hands over those that take longer', async () => {
    const host = await sandbox.host({ polite: [], deaf: [...DEAF, '--child=plain'] });
    host.child.stdin?.write('deactivate\n');
    await waitFor('the host has exited', () => host.child.exitCode !== null);
    // On a busy machine its few seconds may not be enough.
    const [left] = readSessions(sandbox.folder).sessions;
    if (left) assert.ok((left.session.handedOver ?? 0) > 0, 'another window may continue');
    else assert.deepEqual(sandbox.living(), []);
    const tracker = await sandbox.tracker();
    await waitFor('nothing is left', async () => {
      await tracker.sweep();
      return sandbox.living().length + readdirSync(sandbox.folder.sessions).length === 0;
    });
  });
});
