import assert from 'node:assert/strict';
import {
  containerRunOf,
  describeRun,
  engineNameOf,
  type RunDescription,
  withLabels,
} from '../../../src/containers/containerRun';

const OWNER = { home: 'aaaa000011112222', session: 'SESSION', record: 'RECORD' };
const LABELS = [
  ...['--label', 'mcp-processes.session=SESSION'],
  ...['--label', 'mcp-processes.record=RECORD'],
  ...['--label', 'mcp-processes.home=aaaa000011112222'],
];

/** Splits at blanks; `|` marks where the labels belong. */
const words = (line: string) => line.split(' ').filter(Boolean);

describe('L07 recognising the run of a container', () => {
  const runs = [
    'docker run | img',
    'docker run | -i --rm img',
    '/usr/bin/docker run | -i --rm mcp/fetch --user-agent x',
    'C:\\Docker\\docker.exe run | -i img',
    'DOCKER.EXE run | -i img',
    'docker container run | -i img',
    'docker --context far run | -i img',
    'docker --context=far container run | -i img',
    'docker -c run run | img',
    'docker -H tcp://127.0.0.1:1 --log-level debug run | img',
    'docker -Htcp://127.0.0.1:1 -D run | img',
    'docker -DH tcp://127.0.0.1:1 run | img',
    'docker --tls --tlscacert /a --tlscert /b --tlskey /c run | img',
    'docker --config /x run | --label mcp-processes.session=other img',
    'docker run | -- img run',
    'docker run | run',
    'docker run |',
    'podman run | -i --rm img',
    'podman --remote --url unix:///x run | img',
    'podman -r -c box run | img',
    'podman --root /a --runroot=/b --storage-opt x=y container run | img',
    'podman container --log-level error run | img',
    'podman.exe run | img',
    'nerdctl run | -i img',
    'nerdctl -n k8s.io run | -i img',
    'nerdctl --namespace=k8s.io -a /run/c.sock --debug-full container run | img',
    'nerdctl --insecure-registry --snapshotter native run | img',
  ];
  for (const line of runs) {
    it(`labels ${line}`, () => {
      const [command = '', ...args] = words(line);
      const expected = args.flatMap((word) => (word === '|' ? LABELS : [word]));
      const given = args.filter((word) => word !== '|');
      const copy = [...given];
      assert.deepEqual(withLabels(command, given, OWNER), expected);
      assert.deepEqual(given, copy, 'the given arguments are not changed');
    });
  }

  const others = [
    'docker',
    'docker container',
    'docker exec -i box run img',
    'docker container exec -i box run',
    'docker compose run web',
    'docker compose -f run run web',
    'docker mcp gateway run',
    'docker --context far mcp gateway run',
    'docker container container run img',
    'docker start -ai box',
    'docker container start run',
    'docker --version run',
    'docker --help run img',
    // The next argument may or may not be its value.
    'docker --unknown run run',
    'docker -Z run img',
    'docker --context',
    'docker -- run img',
    'docker-compose run web',
    'docker-mcp gateway run',
    'podman exec box run',
    'podman pod run img',
    'podman --context',
    'nerdctl compose run web',
    'nerdctl -z run img',
    'npx docker run img',
    'sudo docker run img',
    '/opt/docker/server run img',
    'mydocker run img',
    'docker.sh run img',
    'run img',
  ];
  for (const line of others) {
    it(`does not label ${line}`, () => {
      const [command = '', ...args] = words(line);
      assert.equal(withLabels(command, args, OWNER), undefined);
      assert.equal(describeRun(command, args), undefined);
    });
  }

  it('keeps empty and strange arguments as they are', () => {
    const args = ['run', '-e', '', '-e', 'A=b c', 'img', '--', '$(x)', '"'];
    assert.deepEqual(withLabels('docker', args, OWNER), ['run', ...LABELS, ...args.slice(1)]);
  });

  it('knows a client by its file name only', () => {
    assert.equal(engineNameOf('/a/docker/podman'), 'podman');
    assert.equal(engineNameOf('docker.exe.bak'), undefined);
    assert.equal(engineNameOf(''), undefined);
  });
});

describe('describing the run of a container', () => {
  const rows: [string, Partial<RunDescription>][] = [
    [
      'docker run img',
      { image: 'img', hasRm: false, detach: false, interactive: false, arguments: [], globalFlags: [] },
    ],
    ['docker run -i --rm img a b', { image: 'img', hasRm: true, interactive: true, arguments: ['a', 'b'] }],
    ['docker run img -i --rm', { image: 'img', hasRm: false, interactive: false, arguments: ['-i', '--rm'] }],
    ['docker run --rm=false -i=false img', { image: 'img', hasRm: false, interactive: false }],
    ['docker run --rm=true img', { image: 'img', hasRm: true }],
    ['docker run --rm=T img', { image: 'img', hasRm: true }],
    ['docker run --rm --rm=false img', { image: 'img', hasRm: false }],
    ['docker run -itd img', { image: 'img', interactive: true, detach: true }],
    ['docker run -ie KEY=--rm img', { image: 'img', interactive: true, hasRm: false }],
    ['docker run -ieKEY img', { image: 'img', interactive: true }],
    ['docker run -e --rm img', { image: 'img', hasRm: false }],
    ['docker run -v /a:/b -p 80:80 --mount type=bind,src=/x,dst=/y img', { image: 'img' }],
    ['docker run -v=/a:/b img', { image: 'img' }],
    ['docker run --name box --entrypoint sh img -c x', { image: 'img', name: 'box', entrypoint: 'sh' }],
    ['docker run --pull always --init --read-only --privileged -P -q img', { image: 'img' }],
    ['docker run --network none --gpus all --use-api-socket img', { image: 'img' }],
    ['docker run --name=box -- img --rm', { image: 'img', name: 'box', hasRm: false, arguments: ['--rm'] }],
    ['docker run --rm', { image: undefined, hasRm: true }],
    ['docker run --rm --name', { image: undefined, hasRm: true }],
    ['docker run --rmi img img', { image: 'img', hasRm: false }],
    ['docker -D -l debug --context far -H x run img', { image: 'img', globalFlags: ['--context', 'far', '-H', 'x'] }],
    ['podman run --rmi img', { image: 'img', hasRm: true }],
    ['podman run --tls-verify=false --env-host --no-hosts --replace --name x img', { image: 'img', name: 'x' }],
    ['podman run --systemd always --userns keep-id --pod p --passwd img', { image: 'img' }],
    ['podman --noout --url u run --root /r -i img', { image: 'img', globalFlags: ['--url', 'u', '--root', '/r'] }],
    ['podman --connection box --log-level=debug run img', { image: 'img', globalFlags: ['--connection', 'box'] }],
    ['nerdctl run --namespace k8s.io --rm img', { image: 'img', hasRm: true, globalFlags: ['--namespace', 'k8s.io'] }],
    ['nerdctl -n a run --snapshotter=native -i img', { globalFlags: ['-n', 'a', '--snapshotter=native'] }],
    ['nerdctl run --rootfs --umask 022 --cgroup-conf a=b /root', { image: '/root' }],
  ];
  for (const [line, expected] of rows) {
    it(line, () => {
      const [command = '', ...args] = words(line);
      const described = describeRun(command, args);
      assert.ok(described);
      const asked = Object.keys(expected) as (keyof RunDescription)[];
      assert.deepEqual(Object.fromEntries(asked.map((key) => [key, described[key]])), expected);
    });
  }

  it('reads the same from a command line with labels', () => {
    const args = ['--context', 'far', 'run', '-i', '--rm', 'img', 'a'];
    assert.deepEqual(describeRun('docker', withLabels('docker', args, OWNER) ?? []), describeRun('docker', args));
  });
});

describe('what a record keeps of a container run', () => {
  it('keeps what selects the engine, and nothing else of the environment', () => {
    const environment = { DOCKER_HOST: 'unix:///x', CONTAINER_HOST: undefined, API_KEY: 'k', PATH: '/bin' };
    assert.deepEqual(containerRunOf('docker', ['-c', 'far', 'run', '--rm', 'img'], environment), {
      program: 'docker',
      globalFlags: ['-c', 'far'],
      environment: { DOCKER_HOST: 'unix:///x' },
      removable: true,
      containerId: undefined,
    });
  });

  it('makes a relative program absolute, as the reaper has another working folder', () => {
    assert.equal(
      containerRunOf('./bin/docker', ['run', 'img'], {}, '/repos space')?.program,
      '/repos space/bin/docker',
    );
    assert.equal(containerRunOf('docker', ['exec', 'img'], {}), undefined);
  });
});
