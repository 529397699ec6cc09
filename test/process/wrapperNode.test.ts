import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { programPath, scripts } from '../support/programs';
import { GUARD, isAlive } from '../support/sandbox';
import { ask, identityOf } from '../support/scene';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';
import { LauncherScene } from '../support/wrapper';

/** What stands in for the shell where there is none (Windows); here only what does not depend on the system. */
describe('mcp-processes run, in Node', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let scene: LauncherScene;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    scene = new LauncherScene(sandbox);
  });
  afterEach(() => {
    child?.kill('SIGKILL');
  });
  const run = (args: string[]) =>
    spawn(process.execPath, [GUARD, '--run', 'run', '--name', 'it', '--', ...args], { env: scene.environment });

  it('passes on arguments, input and exit code, and leaves nothing', async () => {
    const program = 'process.stdin.pipe(process.stdout); process.stdin.on("end", () => { process.exitCode = 23; })';
    child = run([process.execPath, '-e', program, 'two words', '"']);
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    await waitFor('its record', () => scene.sessions()[0]?.records[0]?.root);
    assert.deepEqual(scene.sessions()[0]?.owner, await identityOf(process.pid));
    child.stdin?.end('bytes');
    const code = await new Promise((resolve) => child?.once('close', resolve));
    assert.equal(said, 'bytes');
    assert.equal(code, 23);
    await scene.nothingLeft();
  });

  it('L08 L05 its client is killed: the deaf server and what escaped from it are ended', async () => {
    const client = scene.client();
    child = client.child;
    await client.startPlain([
      process.execPath,
      GUARD,
      '--run',
      'run',
      '--',
      ...scene.server('it', '--deaf', scene.escaped('e')),
    ]);
    const server = await ask(scene.at('it'));
    const escaped = await ask(scene.at('e'));
    await waitFor('its record', () => scene.sessions()[0]?.records[0]?.root);
    await client.kill();
    await waitFor('both are ended', () => !isAlive(server) && !isAlive(escaped));
    await scene.nothingLeft();
  });

  it('never breaks a server: without its settings it says so once and runs it', async () => {
    rmSync(join(sandbox.folder.path, 'bin'), { recursive: true });
    child = run(['echo', 'works']);
    let said = '';
    let complained = '';
    child.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      complained += chunk;
    });
    assert.equal(await new Promise((resolve) => child?.once('close', resolve)), 0);
    assert.equal(said, 'works\n');
    assert.match(complained, /^mcp-processes: it runs without protection: .*\n$/);
  });

  it('a program that does not exist: exit code 127, even when nobody can tell what it left', async () => {
    const ps = `[ -z "$(ls '${sandbox.folder.sessions}')" ] || exit 1; exec '${programPath('ps')}' "$@"`;
    const path = `${scripts(join(sandbox.path, 'failing'), { ps })}:${scene.environment.PATH}`;
    for (const environment of [{}, { MCP_PROCESSES_PLATFORM: 'portable', PATH: path }]) {
      const env = { ...scene.environment, ...environment };
      child = spawn(process.execPath, [GUARD, '--run', 'run', '--name', 'it', '--', '/nonexistent/server'], { env });
      let complained = '';
      child.stderr?.on('data', (chunk) => {
        complained += chunk;
      });
      assert.equal(await new Promise((resolve) => child?.once('close', resolve)), 127, complained);
      assert.match(complained, /^mcp-processes: \/nonexistent\/server could not be started: .*ENOENT\n/);
      assert.doesNotMatch(complained, /runs without protection/);
      assert.equal(scene.sessions().length, 'PATH' in environment ? 1 : 0);
    }
  });
});
