import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recogniser } from '../../src/clients/recogniser';
import type { Evidence } from '../../src/model/evidence';
import type { Refusal } from '../../src/model/refusal';
import type { Tracker } from '../../src/tracker/tracker';
import { kindsOf } from '../support/codes';
import { nextLine } from '../support/nextLine';
import { PIPE_CLIENT } from '../support/pipeClient';
import { withSs } from '../support/programs';
import { isAlive, killHard, SERVER } from '../support/sandbox';
import { Stranger } from '../support/stranger';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';
import { InstalledWrapper } from '../support/wrapper';

/** Built by the stage `build`. */
const CLI = join(__dirname, '../../dist/cli.js');
const DEAF = ['--deaf-to-eof', '--deaf-to-term'];

describe('an orphan that strangers are connected to @no-ss', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let mark: string;
  beforeEach(() => {
    mark = `--run=${randomUUID()}`;
  });

  const addressOf = (kind: 'tcp' | 'unix') => join(sandbox.path, kind === 'tcp' ? 'it.port' : 'it.sock');
  const foreign = async (...flags: string[]) => {
    const child = spawn('python3', ['-c', PIPE_CLIENT, process.execPath, SERVER, mark, ...flags], {
      env: sandbox.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { child, server: Number(await nextLine(child)) };
  };
  const known: Recogniser = {
    serverOf: (args) =>
      args.includes(mark)
        ? { name: 'leader', client: 'Some Client', file: undefined, basis: { kind: 'path' as const } }
        : undefined,
    clientOf: () => undefined,
  };
  const rowOf = (tracker: Tracker, pid: number) => tracker.inventory.servers.find((server) => server.pid === pid);
  /** Whether this fact names the stranger, or only says that there is one. */
  const names = (stranger: Stranger, isNamed: boolean, fact: Evidence | Refusal | undefined): boolean => {
    if (fact === undefined) return false;
    if (isNamed) return 'by' in fact && typeof fact.by === 'object' && stranger.isAmong(fact.by);
    return 'reason' in fact && /program-missing.*"ss"/.test(JSON.stringify(fact.reason));
  };
  /** Sweeps until the row says so. */
  const says = (tracker: Tracker, pid: number, stranger: Stranger, isNamed: boolean) =>
    waitFor('its row says so', async () => {
      await tracker.sweep();
      const row = rowOf(tracker, pid);
      const facts = row?.evidence.map((fact) => (fact.kind === 'spared' ? fact.refusal : fact)) ?? [];
      return facts.some((fact) => names(stranger, isNamed, fact)) ? row : undefined;
    });

  for (const kind of ['tcp', 'unix'] as const) {
    // Only `ss` knows who is at the other end of a Unix socket. That a process is there is enough to spare.
    const isNamed = withSs || kind === 'tcp';

    it(`K33 of another client (${kind}): not a proven orphan, and ended neither by hand nor by "auto"; ended when they are gone`, async () => {
      const address = addressOf(kind);
      const { child, server } = await foreign(...DEAF, `--serve=${address}`, '--child=plain');
      const stranger = await Stranger.at(sandbox, address);
      await killHard(child);
      const settings = { reapForeign: 'auto', maxPerSweep: 1 } as const;
      const tracker = await sandbox.tracker(settings, { recogniser: () => known });
      const row = await says(tracker, server, stranger, isNamed);
      assert.ok(kindsOf(row).includes('stdin-gone'));
      assert.deepEqual(
        [row.verdict, row.group],
        isNamed ? ['active', 'otherClients'] : ['unknown', 'ownerUnknown'],
        kindsOf(row).join(),
      );
      const [preview] = await tracker.requestedReap.preview([row.key]);
      const [result] = await tracker.reapOrphans({ only: [row.key] });
      assert.ok(preview && result);
      assert.ok(result.processes.every(({ outcome }) => outcome === 'spared'));
      for (const reasons of [
        preview.processes.map(({ spared }) => spared),
        result.processes.map(({ reason }) => reason),
      ]) {
        assert.ok(reasons.length === 2 && reasons.every((reason) => names(stranger, isNamed, reason)));
      }
      // Well after the second probe.
      await tracker.sweep();
      assert.equal(await stranger.ask(), server);
      await stranger.leave();
      await waitFor('control: now it is ended', async () => {
        await tracker.sweep();
        return !isAlive(server);
      });
    });

    it(`K33 that the editor started (${kind}): spared by guard and automatic sweep, with the reason; ended when they are gone`, async () => {
      const address = addressOf(kind);
      const host = await sandbox.host({}, 'on', { adopted: { it: [...DEAF, `--serve=${address}`] }, guard: true });
      const [server] = host.servers as [number];
      const stranger = await Stranger.at(sandbox, address);
      await killHard(host.child);
      await waitFor('the guard has come and gone', () => sandbox.guards().length === 0);
      const tracker = await sandbox.tracker();
      const row = await says(tracker, server, stranger, isNamed);
      assert.equal(row.verdict, isNamed ? 'active' : 'orphaned', kindsOf(row).join());
      assert.ok(names(stranger, isNamed, row.processes[0]?.spared));
      assert.equal(await stranger.ask(), server);
      await stranger.leave();
      await waitFor('control: now it is ended', async () => {
        await tracker.sweep();
        return !isAlive(server);
      });
    });

    it(`K33 of mcp-processes run (${kind}): its client is dead, it stays while they are connected`, async () => {
      const address = addressOf(kind);
      const installed = new InstalledWrapper(sandbox);
      const client = installed.client();
      try {
        const server = await client.start([process.execPath, SERVER, ...DEAF, `--serve=${address}`]);
        await installed.protected();
        const stranger = await Stranger.at(sandbox, address);
        await client.kill();
        await waitFor('its watcher has come and gone', () => sandbox.guards().length === 0);
        const tracker = await sandbox.tracker();
        const row = await says(tracker, server, stranger, isNamed);
        assert.equal(row.verdict, isNamed ? 'active' : 'orphaned', kindsOf(row).join());
        assert.equal(await stranger.ask(), server);
        await stranger.leave();
        await waitFor('control: now it is ended', async () => {
          await tracker.sweep();
          return !isAlive(server);
        });
      } finally {
        client.child.kill('SIGKILL');
      }
    });
  }

  it('K33 the command line lists it as in use, and reap --other-clients --yes spares it', async () => {
    const home = join(sandbox.path, 'user');
    mkdirSync(home);
    const args = [SERVER, mark, ...DEAF, `--serve=${addressOf('tcp')}`];
    const entry = { command: process.execPath, args };
    writeFileSync(join(home, '.claude.json'), JSON.stringify({ mcpServers: { leader: entry } }));
    const { child, server } = await foreign(...args.slice(2));
    const stranger = await Stranger.at(sandbox, addressOf('tcp'));
    await killHard(child);
    const run = (...words: string[]) => {
      const env = { ...sandbox.environment, HOME: home };
      return spawnSync(process.execPath, [CLI, ...words], { env, encoding: 'utf8', timeout: 60_000 });
    };
    const listed = run('list', '--all');
    assert.match(listed.stdout, new RegExp(`^leader {2}active · .*pid ${server} `, 'm'), listed.stdout + listed.stderr);
    assert.match(listed.stdout, stranger.named);
    const kept = run('reap', '--other-clients', '--yes');
    assert.deepEqual([kept.status, kept.stdout], [0, 'No orphaned MCP servers.\n'], kept.stderr);
    assert.equal(await stranger.ask(), server);
    await stranger.leave();
    const reaped = run('reap', '--other-clients', '--yes');
    assert.match(reaped.stdout, new RegExp(`pid ${server} \\(.+\\): killed`), reaped.stderr);
    assert.ok(!isAlive(server), 'control');
  });

  it('K33 a window stops what it launched, whoever is connected; so does a person who ends one', async () => {
    const tracker = await sandbox.tracker({}, { recogniser: () => known });
    const address = addressOf('tcp');
    await tracker.servers.launch(sandbox.server('it', ...DEAF, `--serve=${address}`));
    const own = tracker.inventory.servers.find(({ key }) => key === 'it')?.pid as number;
    await Stranger.at(sandbox, address);
    await tracker.servers.stop('it');
    assert.ok(!isAlive(own));
    const { child, server } = await foreign(...DEAF, `--serve=${addressOf('unix')}`);
    const stranger = await Stranger.at(sandbox, addressOf('unix'));
    await killHard(child);
    const row = await waitFor('its row says that nothing holds its stdin', async () => {
      await tracker.sweep();
      const seen = rowOf(tracker, server);
      return kindsOf(seen).includes('stdin-gone') ? seen : undefined;
    });
    const [chosen] = row.processes;
    assert.ok(chosen);
    const { uses } = await tracker.previewEnd([chosen]);
    const connected = uses.find(({ kind }) => kind === 'connected' || kind === 'connections-unknown');
    if (withSs) assert.ok(connected?.kind === 'connected' && stranger.isAmong(connected.by), JSON.stringify(uses));
    else assert.equal(connected?.kind, 'connections-unknown');
    await tracker.endChosen('leader', [chosen]);
    assert.ok(!isAlive(server));
  });
});
