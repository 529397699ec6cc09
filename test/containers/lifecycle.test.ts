import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindsOf } from '../support/codes';
import { killHard } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';
import { IMAGE } from './host/engine';
import { TestEngine } from './host/testEngine';
import { useEngine } from './host/useEngine';

/** An MCP server in a few lines of shell, which ignores end-of-file and SIGTERM once its client is gone. */
const SERVER = `trap "" TERM HUP INT
while read -r line; do
  id=$(echo "$line" | sed -n 's/.*"id":\\([0-9]*\\).*/\\1/p')
  [ -n "$id" ] || continue
  case "$line" in
    *'"method":"initialize"'*) echo '{"jsonrpc":"2.0","id":'$id',"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"boxed","version":"1"}}}' ;;
    *) echo '{"jsonrpc":"2.0","id":'$id',"error":{"code":-32601,"message":"no such method"}}' ;;
  esac
done
while :; do sleep 1; done`;

const CLI = join(__dirname, '../../dist/cli.js');

const run = (...flags: string[]) => ({
  command: 'docker',
  args: ['run', '-i', ...flags, '--network', 'none', IMAGE, 'sh', '-c', SERVER],
});

describe('a launched server in a container', function () {
  this.timeout(120_000);
  const engine = useEngine(new TestEngine(), { inherited: true });
  const sandbox = withSandbox();
  /** Runs the command line with the sandbox's folder as home. */
  const cli = (...words: string[]) =>
    new Promise<{ stdout: string; code: number }>((resolve) => {
      const env = { ...sandbox.environment, HOME: sandbox.path };
      execFile(process.execPath, [CLI, ...words], { env }, (error, stdout, stderr) => {
        sandbox.log.push(stderr);
        resolve({ stdout, code: Number(error?.code ?? 0) });
      });
    });

  it('is shown under its server, and ends with it', async () => {
    const tracker = await sandbox.tracker({ launchTimeout: 60_000 });
    await tracker.servers.launch({ ...sandbox.server('boxed'), ...run('--rm'), environment: sandbox.environment });
    const [container] = await waitFor('the container is shown', async () => {
      await tracker.sweep();
      const containers = tracker.inventory.servers.find(({ key }) => key === 'boxed')?.containers ?? [];
      return containers.length > 0 ? containers : undefined;
    });
    assert.equal(container?.state, 'running');
    const result = await tracker.servers.stop('boxed');
    assert.deepEqual(
      result.containers.map(({ outcome }) => outcome),
      ['removed'],
    );
    assert.deepEqual(await engine.states(), []);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('L07 L08 is ended by the guard after kill -9 of its host; control: killing its client alone leaves it', async () => {
    const host = await sandbox.host({ boxed: run('--rm') }, 'on', { guard: true });
    assert.deepEqual(await engine.states(), ['running']);
    await killHard(host.child);
    await waitFor('the container is gone', async () => (await engine.states()).length === 0);
    await waitFor('nothing is left', () => sandbox.living().length + sandbox.guards().length === 0);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('L07 is ended by the command line, which says so', async () => {
    const host = await sandbox.host({ boxed: run('--rm') });
    await killHard(host.child);
    const [id = ''] = (await engine.command('ps', '-q', '--no-trunc')).split('\n');
    const { stdout, code } = await cli('reap');
    assert.match(stdout, new RegExp(`container ${id.slice(0, 12)} .* removed`));
    assert.equal(code, 0);
    assert.deepEqual(await engine.states(), []);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('K11 the command line lists one without a client and without a record, and none with a client', async () => {
    const { command, args } = run('--rm');
    mkdirSync(join(sandbox.path, '.codex'));
    writeFileSync(
      join(sandbox.path, '.codex', 'config.toml'),
      `[mcp_servers.boxed]\ncommand = "${command}"\nargs = ${JSON.stringify(args)}\n`,
    );
    const client = spawn(command, args, { env: sandbox.environment, stdio: ['pipe', 'ignore', 'ignore'] });
    await waitFor('it runs', async () => (await engine.states()).includes('running'));
    assert.doesNotMatch((await cli('list', '--all')).stdout, /without a client/);
    assert.equal(sandbox.log.join(''), '', 'every query succeeded');
    await killHard(client);
    const { stdout } = await cli('list', '--all');
    assert.match(stdout, new RegExp(`without a client.*\n.*${IMAGE} · running, matches server boxed from Codex`));
    assert.deepEqual(await engine.states(), ['running']);
  });

  it('K28 without --rm it is stopped, and its data stays', async () => {
    const host = await sandbox.host({ boxed: run() });
    await killHard(host.child);
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    assert.deepEqual(await engine.states(), ['exited']);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
  });

  it('is "container unknown" while its engine does not answer, and ended by the first sweep after that', async () => {
    const host = await sandbox.host({ boxed: run('--rm'), plain: ['--deaf-to-eof'] });
    await killHard(host.child);
    await engine.kill();
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    assert.deepEqual(sandbox.living(), [], 'the rest of the sweep continued');
    const row = await waitFor('the row says so', async () => {
      await tracker.sweep();
      return tracker.inventory.servers.find(({ containerProblem }) => containerProblem !== undefined);
    });
    assert.ok(kindsOf(row).includes('container-unknown'));
    assert.equal(readdirSync(sandbox.folder.sessions).length, 1, 'the record stays');
    await engine.start();
    await waitFor('the record is gone', async () => {
      await tracker.sweep();
      return readdirSync(sandbox.folder.sessions).length === 0;
    });
    assert.deepEqual(await engine.states(), []);
  });
});
