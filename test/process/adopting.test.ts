import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHistory } from '../../src/registry/history';
import { watchedSs, whileSsAnswers } from '../support/askingAgain';
import { codeOf, factsOf } from '../support/codes';
import { withPath, withSs } from '../support/programs';
import { isAlive, killHard, Sandbox } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

const DEAF = ['--deaf-to-eof', '--deaf-to-term'];

describe('servers that the editor itself started', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  it('L09 L13 L26 are adopted, and ended by the guard when their host dies; control: unguarded, the deaf one stays', async () => {
    const manners = { polite: [], deaf: [...DEAF, '--child=plain'] };
    const other = new Sandbox();
    try {
      const unguarded = await other.host({}, 'on', { adopted: manners });
      const guarded = await sandbox.host({}, 'on', { adopted: manners, guard: true });
      assert.equal(sandbox.watchers().length, 1);
      await Promise.all([killHard(unguarded.child), killHard(guarded.child)]);
      await waitFor('nothing is left', () => sandbox.living().length + sandbox.guards().length === 0);
      assert.ok(other.living().length >= 2, 'control arm');
      const outcomes = readHistory(sandbox.folder, 0, 10).flatMap(({ processes }) => processes.map((p) => p.outcome));
      assert.ok(outcomes.length >= 2, 'the deaf one and its child');
      // On a busy machine one may still be starting, and then dies of SIGTERM.
      const ended = ['killed', 'terminated', 'exited'];
      assert.deepEqual(
        outcomes.filter((outcome) => !ended.includes(outcome)),
        [],
      );
    } finally {
      await other.dispose();
    }
  });

  it('L05 a grandchild that left its tree after a scan saw it is found by the census', async () => {
    const host = await sandbox.host({}, 'on', { adopted: { escape: [...DEAF, '--child=setsid'] }, guard: true });
    await waitFor('the grandchild is in the census', () => censusSize(sandbox) === 2);
    await killHard(host.child);
    await waitFor('nothing is left', () => sandbox.living().length + sandbox.guards().length === 0);
  });

  it('K18 keep running when only this extension goes away, and K16 no other process below the host is touched', async () => {
    const host = await sandbox.host({}, 'on', { adopted: { deaf: DEAF }, guard: true, bystander: true });
    const [server, bystander] = host.servers as [number, number];
    host.child.stdin?.write('disable\n');
    await waitFor('it has made its last write', () => sessionText(sandbox).includes('"handedOver": 1'));
    await (await sandbox.tracker()).sweep();
    assert.ok(isAlive(server) && isAlive(bystander), 'the host and its children are alive');
    await killHard(host.child);
    await waitFor('the server is gone', () => !isAlive(server));
    await waitFor('the guard is gone', () => sandbox.guards().length === 0);
    assert.ok(isAlive(bystander), 'a language server is not touched');
  });

  it('are spared while another process still holds their stdin, although their host is dead @no-ss', async () => {
    const ss = watchedSs(join(sandbox.path, 'bin'));
    const attempt = async () => {
      const host = await sandbox.host({}, 'on', { adopted: { deaf: DEAF }, guard: true, sharedStdin: true });
      const [server] = host.servers as [number];
      await killHard(host.child);
      await waitFor('the guard has come and gone', () => sandbox.guards().length === 0);
      // Without `ss` the holder of a socket pair is unknown; then its dead owner is enough.
      assert.equal(isAlive(server), withSs);
    };
    await withPath(ss.path, () => whileSsAnswers(ss, attempt));
    if (!withSs) return;
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    const [row] = tracker.inventory.servers;
    assert.deepEqual(
      factsOf(row, 'spared').map(({ refusal }) => codeOf(refusal).split(' ').slice(0, 2).join(' ')),
      ['adoptedIsAbandoned: held'],
    );
  });

  it('lose their record when they end while the host lives', async () => {
    const host = await sandbox.host({}, 'on', { adopted: { one: [] } });
    process.kill(host.servers[0] as number, 'SIGTERM');
    await waitFor('the session file is gone', () => readdirSync(sandbox.folder.sessions).length === 0);
  });
});

function sessionText(sandbox: Sandbox): string {
  return readdirSync(sandbox.folder.sessions)
    .map((file) => readFileSync(join(sandbox.folder.sessions, file), 'utf8'))
    .join('\n');
}

function censusSize(sandbox: Sandbox): number {
  return JSON.parse(sessionText(sandbox) || '{"records":[]}').records[0]?.census.length ?? 0;
}
