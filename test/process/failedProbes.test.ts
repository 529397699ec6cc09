import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { COOKIE_VARIABLE } from '../../src/registry/cookie';
import type { ServerRecord } from '../../src/registry/schema';
import { evidenceSentence } from '../../src/wording/evidence';
import { ask, FakeOwner, identityOf, PLAIN, procfs } from '../support/fakeOwner';
import { programPath, scripts, withPath, withSs } from '../support/programs';
import { newRecord } from '../support/records';
import { isAlive } from '../support/sandbox';
import { withSandbox } from '../support/withSandbox';

/** Ways in which a run of `ss` can fail. */
const FAILURES = { 'exits with 1': 'exit 1', hangs: 'exec sleep 10' };

describe('servers whose owner is dead, when the holder of their stdin cannot be found out', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let owner: FakeOwner;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    owner = await new FakeOwner(sandbox).open();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** A server of this process whose stdin is a socket pair. Its record names another owner, which dies. */
  const served = async (kind: ServerRecord['kind']): Promise<ChildProcess> => {
    const id = randomUUID();
    const cookie = kind === 'launched' ? { [COOKIE_VARIABLE]: owner.cookie(id) } : {};
    const path = owner.path('served');
    const child = spawn(process.execPath, [PLAIN, '--deaf', `--answer=${path}`], {
      env: { ...sandbox.environment, ...cookie },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    children.push(child);
    assert.equal(await ask(path), child.pid);
    const root = await identityOf(child.pid as number);
    owner.add(newRecord({ id, server: 'served', kind, root, posixSession: child.pid }));
    if (kind === 'launched') owner.write({ editor: 'mcp-processes run for helper' });
    await owner.kill();
    return child;
  };
  /** A window's sweep with this `ss`. @returns what it says about the servers. */
  const sweep = async (ss: string | undefined): Promise<string> => {
    const tracker = await sandbox.tracker({}, { platform: procfs() });
    const bin = scripts(owner.path(`bin ${randomUUID()}`), ss === undefined ? {} : { ss });
    await withPath(ss === undefined ? bin : `${bin}:${process.env.PATH}`, async () => void (await tracker.sweep()));
    return tracker.inventory.servers.flatMap((row) => row.evidence.map(evidenceSentence)).join('\n');
  };

  for (const [failure, ss] of Object.entries(FAILURES)) {
    for (const kind of ['launched', 'adopted'] as const) {
      it(`K05 K09 \`ss\` ${failure}: a ${kind} server that is still served answers; alone it is ended`, async () => {
        const child = await served(kind);
        assert.match(await sweep(ss), /spared: cannot determine what holds its stdin: `ss` (?:failed|did not answer)/);
        assert.equal(await ask(owner.path('served')), child.pid);
        if (withSs) {
          const working = `exec '${programPath('ss')}' "$@"`;
          assert.match(await sweep(working), /its stdin is still held by \S+ \(pid \d+\)/);
          child.stdin?.destroy();
          await sweep(working);
        } else await sweep(undefined);
        assert.ok(!isAlive(child.pid as number), 'control');
      });
    }
  }

  it('K05 on a system without `ss` the dead owner is enough (docs/safety.md)', async () => {
    const child = await served('launched');
    await sweep(undefined);
    assert.ok(!isAlive(child.pid as number));
  });

  it('L08 an adopted orphan is ended although `ss` fails once', async () => {
    if (!withSs) return;
    const { pid } = await owner.start(undefined, { cookie: false, record: { kind: 'adopted' } });
    await owner.kill();
    const mark = owner.path('failed once');
    await sweep(`[ -e '${mark}' ] || { echo >'${mark}'; exit 1; }; exec '${programPath('ss')}' "$@"`);
    assert.ok(existsSync(mark));
    assert.ok(!isAlive(pid));
  });

  it('L08 what a window launched itself needs no `ss`', async () => {
    const { pid } = await owner.start();
    await owner.kill();
    await sweep('exit 1');
    assert.ok(!isAlive(pid));
  });
});
