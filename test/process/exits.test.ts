import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Failure } from '../../src/model/serverView';
import { readCrashes } from '../../src/registry/crashes';
import { type HistoryEntry, readHistory } from '../../src/registry/history';
import type { Tracker } from '../../src/tracker/tracker';
import { isAlive, killHard } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

describe('the end of a server', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  const viewOf = (tracker: Tracker, key: string) =>
    tracker.inventory.servers.flatMap((one) => (one.kind === 'launched' && one.key === key ? [one] : []))[0];
  const history = () => readHistory(sandbox.folder, 0, 100);

  /** Launches a server, makes it end, and waits until it is shown as failed. */
  async function crash(tracker: Tracker, signal: NodeJS.Signals, ...flags: string[]): Promise<Failure | undefined> {
    await tracker.servers.launch(sandbox.server('one', '--crash-on-usr2', ...flags));
    const children = flags.length;
    await waitFor('its children run', () => sandbox.living().length === 1 + children);
    process.kill(viewOf(tracker, 'one')?.pid as number, signal);
    await waitFor('it has failed', () => viewOf(tracker, 'one')?.state === 'failed');
    return viewOf(tracker, 'one')?.failure;
  }

  it('kill -9 of a running server: shows the signal; the history says that it ended on its own', async () => {
    const tracker = await sandbox.tracker();
    const failure = await crash(tracker, 'SIGKILL');
    assert.deepEqual([failure?.kind, failure?.exit], ['exit', { signal: 'SIGKILL' }]);
    const [entry, ...more] = history();
    assert.deepEqual([entry?.by, entry?.cause, entry?.exit, more], ['window', 'exit', { signal: 'SIGKILL' }, []]);
    assert.match(entry?.commandLine ?? '', /server\.mjs --crash-on-usr2$/);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('exit code 3 of a running server: shows the code and the last line of stderr, and no secret', async () => {
    const tracker = await sandbox.tracker();
    const failure = await crash(tracker, 'SIGUSR2');
    assert.deepEqual(failure?.exit, { code: 3 });
    assert.equal(failure?.lastLine, 'lost the database, opened with --token •••');
    const [entry] = history();
    assert.deepEqual([entry?.cause, entry?.exit, entry?.lastLine], ['exit', { code: 3 }, failure?.lastLine]);
    assert.doesNotMatch(JSON.stringify([tracker.inventory, history()]) + sandbox.log.join(), /not-a-real-one/);
  });

  for (const child of ['--child=plain', '--child=setsid']) {
    it(`leaves nothing behind although its child (${child}) ignores everything`, async () => {
      const tracker = await sandbox.tracker();
      const failure = await crash(tracker, 'SIGKILL', child);
      assert.deepEqual(failure?.exit, { signal: 'SIGKILL' });
      assert.deepEqual(sandbox.living(), []);
      const [entry, ...more] = history();
      assert.deepEqual([entry?.cause, entry?.processes.length, more], ['exit', 1, []]);
      assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
    });
  }

  it('is shown while the processes that it left are still being ended', async () => {
    const tracker = await sandbox.tracker();
    const seen: (string | undefined)[] = [];
    tracker.onDidChange(({ servers }) => {
      for (const one of servers) if (one.kind === 'launched') seen.push(`${one.state} ${one.failure?.kind}`);
    });
    await crash(tracker, 'SIGKILL', '--child=setsid');
    assert.ok(seen.includes('stopping exit'), seen.join());
  });

  it('is no longer shown after a restart', async () => {
    const tracker = await sandbox.tracker();
    await crash(tracker, 'SIGKILL');
    const before = viewOf(tracker, 'one')?.recordId;
    await tracker.servers.restart('one');
    const { state, failure, recordId } = viewOf(tracker, 'one') ?? {};
    assert.deepEqual([state, failure, recordId === before], ['running', undefined, false]);
    await tracker.servers.stop('one');
  });

  it('a person ends its process: it counts as stopped, not as crashed', async () => {
    const tracker = await sandbox.tracker();
    await tracker.servers.launch(sandbox.server('one'));
    const { pid, processes } = viewOf(tracker, 'one') ?? {};
    await tracker.endChosen('one', [{ pid: pid as number, start: processes?.[0]?.start as string }]);
    await waitFor('it is stopped', () => viewOf(tracker, 'one')?.state === 'stopped');
    assert.equal(viewOf(tracker, 'one')?.failure, undefined);
    assert.deepEqual(
      history().map(({ cause }) => cause),
      ['user'],
    );
  });

  it('a person ends what its wrapper wraps: the same', async () => {
    const tracker = await sandbox.tracker();
    const { command, args, ...server } = sandbox.server('one');
    const script = `'${command}' '${args.join("' '")}'; exit 7`;
    await tracker.servers.launch({ ...server, command: 'sh', args: ['-c', script] });
    await tracker.sweep();
    const [wrapped] = viewOf(tracker, 'one')?.processes[0]?.children ?? [];
    await tracker.endChosen('one', [{ pid: wrapped?.pid as number, start: wrapped?.start as string }]);
    await waitFor('it is stopped', () => viewOf(tracker, 'one')?.state === 'stopped');
    assert.equal(viewOf(tracker, 'one')?.failure, undefined);
  });

  it('a server that never answers: shows the reason, without its name, and its last line', async () => {
    const tracker = await sandbox.tracker();
    await assert.rejects(
      tracker.servers.launch(sandbox.server('dies', '--die')),
      /^UserError: "dies" cannot start: it exited/,
    );
    const failure = viewOf(tracker, 'dies')?.failure;
    assert.equal(failure?.kind, 'start');
    assert.deepEqual(failure.problem, { kind: 'exited', exit: { code: 3 } });
    assert.deepEqual([failure.exit, failure.lastLine], [{ code: 3 }, 'started with --token •••']);
  });

  it('the history distinguishes a stop, a failed start and a closed window', async () => {
    // Long enough for the others, even on a busy machine.
    const tracker = await sandbox.tracker({ launchTimeout: 8_000 });
    await assert.rejects(tracker.servers.launch(sandbox.server('mute', '--silent')));
    await tracker.servers.launch(sandbox.server('stopped'));
    await tracker.servers.stop('stopped');
    await tracker.servers.launch(sandbox.server('left', '--deaf-to-eof'));
    await tracker.deactivate();
    assert.deepEqual(causes(history()), { mute: 'start', stopped: 'user', left: 'close' });
  });

  it('a host killed with -9: a sweep ends what it left, and notes once for its successor what it ran', async () => {
    const host = await sandbox.host({ deaf: ['--deaf-to-eof', '--deaf-to-term'], polite: [] });
    await killHard(host.child);
    await waitFor('the polite one has ended', () => sandbox.living().length === 1);
    const successor = await sandbox.tracker();
    await successor.sweep();
    assert.deepEqual(sandbox.living(), []);
    assert.deepEqual(causes(history()), { deaf: 'orphaned' });
    const crashes = successor.crashes.find();
    assert.deepEqual(
      crashes.map(({ servers }) => servers.map(({ server }) => server)),
      [['deaf', 'polite']],
    );
    const report = successor.takeCrashes(crashes);
    assert.equal(report?.ended, 1);
    assert.ok(report.memoryFreed > 0);
    assert.deepEqual([successor.crashes.find(), successor.takeCrashes(crashes)], [[], undefined]);
  });

  it('a host that left nothing: what it ran is noted too', async () => {
    const host = await sandbox.host({ polite: [] });
    await killHard(host.child);
    await waitFor('it has ended', () => sandbox.living().length === 0);
    const successor = await sandbox.tracker();
    await waitFor('it is noted', async () => {
      await successor.sweep();
      return successor.crashes.find().length === 1;
    });
    const report = successor.takeCrashes(successor.crashes.find());
    assert.deepEqual([report?.ended, report?.crashes[0]?.servers.length], [0, 1]);
  });

  it('a host whose guard was faster than the successor: the same', async () => {
    const host = await sandbox.host({ deaf: ['--deaf-to-eof', '--deaf-to-term'] }, 'on', { guard: true });
    await killHard(host.child);
    await waitFor('the guard has noted it', () => readCrashes(sandbox.folder).length === 1, 60_000);
    assert.deepEqual(sandbox.living(), []);
    const [entry] = history();
    assert.deepEqual([entry?.by, entry?.cause], ['guard', 'orphaned']);
    const successor = await sandbox.tracker();
    assert.equal(successor.takeCrashes(successor.crashes.find())?.ended, 1);
  });

  it('a window that handed its servers over has not crashed', async () => {
    const grace = { stdin: 3_000, term: 3_000 };
    const deaf = { deaf: ['--deaf-to-eof', '--deaf-to-term'] };
    const host = await sandbox.host(deaf, 'on', { guard: true, grace });
    host.child.stdin?.write('deactivate\n');
    await waitFor('the host is gone', () => !isAlive(host.child.pid as number));
    await waitFor('the guard has continued', () => history().length === 1, 60_000);
    assert.deepEqual([history()[0]?.by, history()[0]?.cause], ['guard', 'close']);
    await waitFor('its file is gone', () => readdirSync(sandbox.folder.sessions).length === 0);
    assert.deepEqual(readCrashes(sandbox.folder), []);
  });

  it('a reap by a person is not announced again', async () => {
    const host = await sandbox.host({ deaf: ['--deaf-to-eof', '--deaf-to-term'] }, 'ask');
    await killHard(host.child);
    const successor = await sandbox.tracker();
    await successor.sweep();
    await successor.reapOrphans();
    assert.deepEqual(causes(history()), { deaf: 'user' });
    assert.deepEqual(successor.crashes.find(), []);
  });
});

function causes(entries: readonly HistoryEntry[]): Record<string, string | undefined> {
  return Object.fromEntries(entries.map(({ server, cause }) => [server, cause]));
}
