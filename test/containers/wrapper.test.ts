import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { containerRunOf, withLabels } from '../../src/containers/containerRun';
import { scripts } from '../support/programs';
import { GUARD, isAlive } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';
import { type FakeClient, InstalledWrapper } from '../support/wrapper';
import { IMAGE } from './host/engine';
import { TestEngine } from './host/testEngine';
import { useEngine } from './host/useEngine';
import { PROGRAMS } from './support';

const SHELLS = ['dash', 'bash', 'busybox'] as const;
const BOXED = ['run', '-i', '--rm', '--network', 'none', IMAGE, 'sh', '-c', PROGRAMS['trap loop']];

describe('mcp-processes run of a container', function () {
  this.timeout(120_000);
  const engine = useEngine(new TestEngine());
  const sandbox = withSandbox();
  const clients: FakeClient[] = [];

  afterEach(() => {
    for (const { child } of clients.splice(0)) child.kill('SIGKILL');
  });

  const environmentOf = (installed: InstalledWrapper) => {
    const { PATH = '', DOCKER_HOST = '', DOCKER_CONFIG = '' } = engine.environment;
    const bin = PATH.split(':', 1)[0] as string;
    return { ...installed.environment, DOCKER_HOST, DOCKER_CONFIG, PATH: `${bin}:${installed.shell.programs}` };
  };
  const client = (installed: InstalledWrapper) => {
    const one = installed.client();
    clients.push(one);
    return one;
  };

  it('L07 labels and records it, and ends it when its client is killed; another client’s stays', async () => {
    const installed = new InstalledWrapper(sandbox, 'busybox');
    const [one, other] = [client(installed), client(installed)];
    const cli = await one.start(['docker', ...BOXED], environmentOf(installed));
    await waitFor('its container runs', async () => (await engine.states()).includes('running'));
    await installed.protected();
    const session = installed.sessions()[0] ?? assert.fail();
    const record = session.records[0] ?? assert.fail();
    const owner = { home: session.home, session: session.id, record: record.id };
    assert.deepEqual(argumentsOf(cli), ['docker', ...(withLabels('docker', BOXED, owner) ?? [])]);
    assert.deepEqual(record.container, containerRunOf('docker', BOXED, environmentOf(installed)));
    await other.start(['docker', ...BOXED], environmentOf(installed));
    await waitFor('both run', async () => (await engine.states()).join() === 'running,running');
    const [survivor] = await engine.ids();
    await one.kill();
    await waitFor('its container is gone', async () => (await engine.ids()).length === 1);
    assert.deepEqual(await engine.ids(), [survivor]);
    await waitFor('its session is gone', () => installed.sessions().length === 1);
    assert.equal(isAlive(cli), false);
    await other.kill();
    await installed.nothingLeft();
    assert.deepEqual(await engine.states(), []);
  });

  it('L07 ends the container if only its command-line client is killed, as by a client’s own ladder', async () => {
    const installed = new InstalledWrapper(sandbox);
    const cli = await client(installed).start(['docker', ...BOXED], environmentOf(installed));
    await waitFor('its container runs', async () => (await engine.states()).includes('running'));
    process.kill(cli, 'SIGKILL');
    await waitFor('its container is gone', async () => (await engine.states()).length === 0);
    await waitFor('its session is gone', () => installed.sessions().length === 0);
  });

  it('"ask": leaves the container of a killed client until you confirm', async () => {
    const installed = new InstalledWrapper(sandbox, 'dash', { automatic: 'ask' });
    const cli = await client(installed).start(['docker', ...BOXED], environmentOf(installed));
    await waitFor('its container runs', async () => (await engine.states()).includes('running'));
    process.kill(cli, 'SIGKILL');
    await waitFor('a scan has seen it', () => /waits for a click/.test(sandbox.guardLog()));
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    assert.deepEqual(await engine.states(), ['running']);
    const [only] = clients;
    await only?.kill();
    await waitFor('it is shown as orphaned', async () => {
      await tracker.sweep();
      return tracker.inventory.servers.some(
        ({ verdict, containers }) => verdict === 'orphaned' && containers.length > 0,
      );
    });
    assert.deepEqual(await engine.states(), ['running']);
    await tracker.reapOrphans();
    assert.deepEqual(await engine.states(), []);
  });

  it('L07 does the same in Node, where there is no shell', async () => {
    const installed = new InstalledWrapper(sandbox);
    const one = client(installed);
    const words = [process.execPath, GUARD, '--run', 'run', '--', 'docker', ...BOXED];
    await one.startPlain(words, environmentOf(installed));
    await waitFor('its container runs', async () => (await engine.states()).includes('running'));
    const record = installed.sessions()[0]?.records[0];
    assert.deepEqual(record?.container, containerRunOf('docker', BOXED, environmentOf(installed)));
    const root = await waitFor('its client is recorded', () => installed.sessions()[0]?.records[0]?.root?.pid);
    process.kill(root, 'SIGKILL');
    await waitFor('its container is gone', async () => (await engine.states()).length === 0);
    await one.startPlain(words, environmentOf(installed));
    await waitFor('another one runs', async () => (await engine.states()).includes('running'));
    await one.kill();
    await waitFor('that is gone, too', async () => (await engine.states()).length === 0);
    await installed.nothingLeft();
  });
});

/** Without an engine: a program of that name prints its arguments. */
describe('mcp-processes run puts labels where they belong', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();

  const odd = ['img', 'two words', `' " \\ $HOME \`id\``, 'a\nb\n', '', '*', '-x', '--', 'run', 'ü'];
  const lines: [string, string[]][] = [
    ['docker', ['run', '-i', '--rm', ...odd]],
    ['docker', ['--context', 'run', 'container', 'run', '-e', 'A=b c', ...odd]],
    ['docker', ['run']],
    ['podman', ['--remote', '--url', 'unix:///x y', 'run', '--root', '/a', ...odd]],
    ['nerdctl', ['-n', 'k8s.io', '--debug-full', 'run', '-i', ...odd]],
  ];
  const others: [string, string[]][] = [
    ['docker', ['exec', '-i', 'box', 'run', ...odd]],
    ['docker', ['compose', 'run', 'server']],
    ['docker', ['run', '-id', 'img']],
    ['docker', ['mcp', 'gateway', 'run']],
    ['podman', ['--no-such-flag', 'run', 'img']],
    ['docker-like', ['run', 'img']],
  ];
  for (const shell of SHELLS) {
    it(`under ${shell}`, async () => {
      const installed = new InstalledWrapper(sandbox, shell);
      const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
      const program = `exec "${process.execPath}" -e "${script}" -- "$@"`;
      const bin = scripts(join(sandbox.path, 'programs'), {
        ...{ docker: program, podman: program, nerdctl: program, 'docker-like': program },
      });
      const env = { ...installed.environment, PATH: `${bin}:${installed.shell.programs}`, DOCKER_CONTEXT: 'x "y' };
      const said = (command: string, args: string[]) =>
        new Promise<string>((resolve) => {
          const child = installed.run([command, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
          let text = '';
          child.stdout?.on('data', (chunk) => {
            text += chunk;
          });
          child.once('close', () => resolve(text));
        });
      for (const [command, args] of lines) {
        const got: string[] = JSON.parse(await said(command, args));
        const at = got.indexOf('--label');
        const [, session, , record, , home] = got.slice(at, at + 6).map((word) => word.split('=')[1] ?? '');
        const owner = { session: session ?? '', record: record ?? '', home: home ?? '' };
        assert.deepEqual(got, withLabels(command, args, owner), args.join(' '));
        assert.equal(owner.home, sandbox.folder.homeTag);
      }
      for (const [command, args] of others) assert.deepEqual(JSON.parse(await said(command, args)), args);
    });
  }
});

function argumentsOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
}
