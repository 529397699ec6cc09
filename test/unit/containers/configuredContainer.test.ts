import assert from 'node:assert/strict';
import { configuredRun } from '../../../src/containers/configuredContainer';
import { ENGINE_VARIABLES } from '../../../src/containers/containerRun';

const NAMED = { name: 'boxed', client: 'Some Client' };
const words = (line: string) => line.split(' ');

function read(line: string, env: Record<string, string | number | null> = {}, folder?: string) {
  const [command = '', ...args] = words(line);
  return configuredRun({ command, args, env, source: { client: 'x', file: '/x.json', folder } }, NAMED);
}

describe('containers in a configuration', () => {
  let saved: Record<string, string | undefined>;
  beforeEach(() => {
    saved = Object.fromEntries(ENGINE_VARIABLES.map((name) => [name, process.env[name]]));
    for (const name of ENGINE_VARIABLES) delete process.env[name];
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(saved)) if (value !== undefined) process.env[name] = value;
  });

  const runs: [line: string, engine: string, image: string, flags: string[]][] = [
    ['docker run -i --rm mcp/fetch', 'docker', 'mcp/fetch', []],
    ['/usr/local/bin/docker --context far run -i mcp/fetch', 'docker', 'mcp/fetch', ['--context', 'far']],
    ['podman container run -i --rm quay.io/a/b', 'podman', 'quay.io/a/b', []],
    ['podman --connection vm run -i img', 'podman', 'img', ['--connection', 'vm']],
    ['podman run --root /a -i img', 'podman', 'img', ['--root', '/a']],
    ['nerdctl -n k8s.io run -i img', 'nerdctl', 'img', ['-n', 'k8s.io']],
    ['nerdctl.exe run -i img', 'nerdctl', 'img', []],
    ['env -i A=b docker run -i img', 'docker', 'img', []],
  ];
  for (const [line, engine, image, flags] of runs) {
    it(`${line}: asks ${engine} by name`, () => {
      const found = read(line);
      assert.equal(found?.run.engine, engine);
      assert.equal(found?.run.image, image);
      assert.deepEqual(found?.address, { program: engine, globalFlags: flags, environment: {} });
    });
  }

  for (const line of [
    'docker exec -i box server',
    'docker compose run -T server',
    'docker mcp gateway run',
    'node x.js',
  ]) {
    it(`${line}: none`, () => assert.equal(read(line), undefined));
  }

  it('K25 a workspace file chooses neither program nor engine', () => {
    process.env.DOCKER_HOST = 'unix:///mine';
    const found = read('./bin/docker --config ./x run -i img', { DOCKER_HOST: 'ssh://theirs' }, '/repos');
    assert.deepEqual(found?.address, {
      program: 'docker',
      globalFlags: [],
      environment: { DOCKER_HOST: 'unix:///mine' },
    });
    assert.equal(
      read('docker run -i img', { DOCKER_HOST: 'unix:///other' })?.address.environment.DOCKER_HOST,
      'unix:///other',
    );
  });

  it('an engine is not asked if an unknown variable decides which', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
    assert.equal(read('docker run -i img', { DOCKER_HOST: '${input:host}' }), undefined);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
    assert.ok(read('docker run -i img', { TOKEN: '${input:token}', DOCKER_HOST: null }));
  });
});
