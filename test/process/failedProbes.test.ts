import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { COOKIE_VARIABLE } from '../../src/registry/cookie';
import type { ServerRecord } from '../../src/registry/schema';
import { programPath, scripts, withPath, withSs } from '../support/programs';
import { newRecord } from '../support/records';
import { isAlive } from '../support/sandbox';
import { ask, identityOf, PLAIN, procfs, Scene } from '../support/scene';
import { withSandbox } from '../support/withSandbox';

/** What a run of `ss` comes to on a bad day. */
const FAILURES = { 'exits with 1': 'exit 1', hangs: 'exec sleep 10' };

describe('servers whose owner is dead, when nobody can look who holds their stdin @user @no-ss', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let scene: Scene;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    scene = await new Scene(sandbox).open();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** A server of this process, whose stdin is a socket pair; in its record another has started it, who dies. */
  const served = async (kind: ServerRecord['kind']): Promise<ChildProcess> => {
    const id = randomUUID();
    const cookie = kind === 'launched' ? { [COOKIE_VARIABLE]: scene.cookie(id) } : {};
    const path = scene.path('served');
    const child = spawn(process.execPath, [PLAIN, '--deaf', `--answer=${path}`], {
      env: { ...sandbox.environment, ...cookie },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    children.push(child);
    assert.equal(await ask(path), child.pid);
    const root = await identityOf(child.pid as number);
    scene.add(newRecord({ id, server: 'served', kind, root, posixSession: child.pid }));
    if (kind === 'launched') scene.write({ editor: 'mcp-processes run for helper' });
    await scene.killOwner();
    return child;
  };
  /** A window's sweep, whose `ss` does this. @returns what it says of the servers. */
  const sweep = async (ss: string | undefined): Promise<string> => {
    const tracker = await sandbox.tracker({}, { platform: procfs() });
    const bin = scripts(scene.path(`bin ${randomUUID()}`), ss === undefined ? {} : { ss });
    await withPath(ss === undefined ? bin : `${bin}:${process.env.PATH}`, async () => void (await tracker.sweep()));
    return tracker.inventory.servers.flatMap(({ evidence }) => evidence).join('\n');
  };

  for (const [failure, ss] of Object.entries(FAILURES)) {
    for (const kind of ['launched', 'adopted'] as const) {
      it(`K05 K09 \`ss\` ${failure}: a ${kind} server that somebody else serves answers; alone it is ended`, async () => {
        const child = await served(kind);
        assert.match(await sweep(ss), /kept: whether anybody holds its stdin is unknown: `ss` failed/);
        assert.equal(await ask(scene.path('served')), child.pid);
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

  it('K05 a system without `ss` lets the dead owner be enough (docs/safety.md)', async () => {
    const child = await served('launched');
    await sweep(undefined);
    assert.ok(!isAlive(child.pid as number));
  });

  it('L08 an adopted orphan is ended although `ss` fails once', async () => {
    if (!withSs) return;
    const { pid } = await scene.start(undefined, { cookie: false, record: { kind: 'adopted' } });
    await scene.killOwner();
    const mark = scene.path('failed once');
    await sweep(`[ -e '${mark}' ] || { echo >'${mark}'; exit 1; }; exec '${programPath('ss')}' "$@"`);
    assert.ok(existsSync(mark));
    assert.ok(!isAlive(pid));
  });

  it('L08 what a window launched itself needs no `ss`', async () => {
    const { pid } = await scene.start();
    await scene.killOwner();
    await sweep('exit 1');
    assert.ok(!isAlive(pid));
  });
});
