import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ReapResult } from '../../src/model/reapResult';
import { openDataFolder } from '../../src/registry/dataFolder';
import { codeOf } from '../support/codes';
import { FakeOwner, identityOf } from '../support/fakeOwner';
import { isAlive } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

/** Built by the stage `build`. */
const CLI = join(__dirname, '../../dist/cli.js');

describe('bad input', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let owner: FakeOwner;
  const { kill } = process;
  /** Pids that this process signalled. The signals are still sent. */
  let signalled: number[];
  beforeEach(async () => {
    owner = await new FakeOwner(sandbox).open();
    signalled = [];
    process.kill = (pid, signal) => {
      signalled.push(pid);
      return kill.call(process, pid, signal);
    };
  });
  afterEach(() => {
    process.kill = kill;
  });

  const file = (name: string) => join(sandbox.folder.sessions, name);
  /** The file of the owner’s session, as the file of a session with another id. */
  const sessionText = (id: string, change: (session: Json) => unknown = () => undefined) => {
    const session = JSON.parse(readFileSync(file(`${owner.id}.json`), 'utf8'));
    session.id = id;
    session.records[0].id = randomUUID();
    change(session);
    return JSON.stringify(session);
  };

  it('K13 K23 L23 damaged and hostile session files are set aside, each with a log line; nothing they name is signalled', async () => {
    const { pid: orphan } = await owner.start();
    const numbers = [1, 0, -1, -process.pid, 2 ** 31, 2 ** 53, 1e300, 1.5, `${orphan}`, null];
    const hostile = [
      ...numbers.map((pid) => (session: Json) => Object.assign(session.records[0].root, { pid })),
      ...numbers.map((pid) => (session: Json) => Object.assign(session.owner, { pid })),
      ...numbers.map((pid) => (session: Json) => session.records[0].census.push({ ...session.owner, pid })),
      (session: Json) => Object.assign(session.records[0].root, { start: '*' }),
      (session: Json) => Object.assign(session.records[0].root, { scope: '' }),
      (session: Json) => Object.assign(session, { records: {} }),
      (session: Json) => Object.assign(session, { schema: 'one' }),
      (session: Json) => Object.assign(session, { home: '0123456789abcdef' }),
      (session: Json) => Object.assign(session, { id: randomUUID() }),
    ];
    const texts = hostile.map((change) => (id: string) => sessionText(id, change));
    texts.push(
      (id) => sessionText(id).slice(0, -40),
      () => '',
      () => '\0'.repeat(5_000),
      () => '['.repeat(100_000),
    );
    const bad = texts.map((text) => {
      const id = randomUUID();
      writeFileSync(file(`${id}.json`), text(id));
      return `${id}.json`;
    });
    const link = `${randomUUID()}.json`;
    symlinkSync(file(`${owner.id}.json`), file(link));
    const folder = `${randomUUID()}.json`;
    mkdirSync(file(folder));
    writeFileSync(file('notes.json'), '{}');
    bad.push(link, folder, 'notes.json');
    await owner.kill();

    const tracker = await sandbox.tracker();
    await tracker.sweep();
    // Control arm: the valid file beside them has its effect.
    assert.ok(!isAlive(orphan));
    assert.deepEqual([...new Set(signalled)], [orphan]);
    assert.deepEqual(readdirSync(sandbox.folder.sessions).sort(), bad.map((name) => `${name}.damaged`).sort());
    for (const name of bad) {
      const lines = sandbox.log.filter((line) => line.includes(`${name} was moved to `));
      assert.equal(lines.length, 1, `${name}: ${lines.length} lines`);
    }
    // Said once, not in every sweep.
    const said = sandbox.log.length;
    await tracker.sweep();
    assert.equal(sandbox.log.length, said);
  });

  it('K07 K13 a dead session that names ourselves and our parent: both are spared, with the reason', async () => {
    const { record, pid } = await owner.start();
    // A reaper with its own parent, as this process's parent has other tests below it. The shell becomes it on request.
    const reaper = 'echo $$; read go; exec "$@"';
    const args = ['-c', 'sh -c "$0" sh "$@"; echo "the parent lives"', reaper, process.execPath, CLI, 'reap', '--json'];
    const parent = spawn('sh', args, { env: sandbox.environment, stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    parent.stdout.on('data', (data) => {
      output += data;
    });
    const self = Number(await waitFor('the reaper to be', () => /^(\d+)\n/.exec(output)?.[1]));
    const above = parent.pid as number;
    assert.notEqual(self, above);
    for (const claimed of [self, above]) {
      owner.add({ ...record, id: randomUUID(), server: String(claimed), root: await identityOf(claimed) });
    }
    await owner.kill();
    parent.stdin.write('go\n');
    await waitFor('the reaper has ended', () => output.includes('the parent lives'));
    const done = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
    const results: ReapResult[] = done.results;
    const outcomes = new Map(
      results.flatMap(({ processes }) => processes.map((one) => [one.pid, [one.outcome, codeOf(one.reason)]])),
    );
    assert.deepEqual(outcomes.get(self), ['spared', 'notSelfOrAncestor: self']);
    assert.deepEqual(outcomes.get(above), ['spared', 'notSelfOrAncestor: ancestor']);
    // Control arm: the same file ends its own server.
    assert.match(outcomes.get(pid)?.[0] ?? '', /^(?:terminated|killed)$/);
    assert.ok(!isAlive(pid));
  });

  it('a data folder that cannot be created, is a link, or is a file: says which, and what to do', () => {
    const plain = join(sandbox.path, 'file');
    writeFileSync(plain, '');
    const link = join(sandbox.path, 'link');
    symlinkSync(sandbox.folder.path, link);
    for (const path of [plain, join(plain, 'below'), link]) {
      assert.throws(() => openDataFolder(path), new RegExp(`${basename(path)} cannot be used: .*MCP_PROCESSES_HOME`));
    }
  });

  it('a data folder that disappears: what cannot be recorded is not started, and sweeps end nothing', async () => {
    const tracker = await sandbox.tracker();
    const { pid } = await owner.start();
    rmSync(sandbox.folder.sessions, { recursive: true });
    writeFileSync(sandbox.folder.sessions, '');
    const before = sandbox.living();
    await assert.rejects(tracker.servers.launch(sandbox.server('one')), /ENOTDIR|cannot be written/);
    assert.deepEqual(sandbox.living(), before);
    await assert.rejects(tracker.sweep(), /ENOTDIR/);
    assert.deepEqual(signalled, []);
    rmSync(sandbox.folder.sessions);
    mkdirSync(sandbox.folder.sessions);
    owner.write();
    await owner.kill();
    await tracker.sweep();
    await waitFor('control arm', () => !isAlive(pid));
  });
});

// biome-ignore lint/suspicious/noExplicitAny: no type describes the broken files of these tests.
type Json = any;
