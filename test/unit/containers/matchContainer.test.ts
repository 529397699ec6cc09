import assert from 'node:assert/strict';
import { describeRun, LABELS, type RunDescription } from '../../../src/containers/containerRun';
import type { Container } from '../../../src/containers/engine';
import { attachedContainer, hasNoClient, notOurs, type RunningClient } from '../../../src/containers/matchContainer';

const START = Date.parse('2026-01-01T10:00:00Z');

function run(line: string): RunDescription {
  const [command = '', ...args] = line.split(' ');
  const described = describeRun(command, args);
  assert.ok(described);
  return described;
}

function client(line: string, startedAt = START): RunningClient {
  return { run: run(line), startedAt };
}

function container(commandLine: string, more: Partial<Container> = {}): Container {
  return {
    id: 'a'.repeat(64),
    name: 'box',
    image: 'mcp/fetch',
    state: 'running',
    neverStarted: false,
    labels: {},
    createdAt: START + 300,
    commandLine: commandLine.split(' '),
    openStdin: true,
    ...more,
  };
}

describe('which container belongs to a living client', () => {
  const rows: [string, boolean, string, Container][] = [
    ['image and arguments', true, 'docker run -i mcp/fetch --agent x', container('fetch --agent x')],
    ['no arguments: those of the image', true, 'docker run -i mcp/fetch', container('fetch --default')],
    ['other arguments', false, 'docker run -i mcp/fetch --agent x', container('fetch --agent y')],
    ['arguments elsewhere in the line', false, 'docker run -i mcp/fetch --agent', container('fetch --agent y')],
    ['more arguments than the line has', false, 'docker run -i mcp/fetch a b c', container('b c')],
    ['other image', false, 'docker run -i mcp/fetch2', container('fetch')],
    ['other tag', false, 'docker run -i mcp/fetch:2', container('fetch')],
    ['docker does not complete names', false, 'docker run -i fetch', container('fetch')],
    ['name', true, 'docker run -i --name box mcp/fetch', container('fetch')],
    ['other name', false, 'docker run -i --name other mcp/fetch', container('fetch')],
    ['entrypoint', true, 'docker run -i --entrypoint sh mcp/fetch -c x', container('sh -c x')],
    ['other entrypoint', false, 'docker run -i --entrypoint sh mcp/fetch -c x', container('bash -c x')],
    [
      'entrypoint, and arguments that were not given',
      false,
      'docker run -i --entrypoint sh mcp/fetch x',
      container('sh -c x'),
    ],
    ['closed input', false, 'docker run -i mcp/fetch', container('fetch', { openStdin: false })],
    ['input that was not requested', false, 'docker run mcp/fetch', container('fetch')],
    ['input unknown', true, 'docker run -i mcp/fetch', container('fetch', { openStdin: undefined })],
    ['created before', false, 'docker run -i mcp/fetch', container('fetch', { createdAt: START - 2_500 })],
    ['clocks a little apart', true, 'docker run -i mcp/fetch', container('fetch', { createdAt: START - 1_500 })],
    ['created long after', false, 'docker run -i mcp/fetch', container('fetch', { createdAt: START + 11_000 })],
    ['creation unknown', false, 'docker run -i mcp/fetch', container('fetch', { createdAt: undefined })],
    ['ended', false, 'docker run -i mcp/fetch', container('fetch', { state: 'exited' })],
    ['labelled by us', false, 'docker run -i mcp/fetch', container('fetch', { labels: { [LABELS.session]: 'x' } })],
    ['of a gateway', false, 'docker run -i mcp/fetch', container('fetch', { labels: { 'docker-mcp': 'true' } })],
    [
      'of Compose',
      false,
      'docker run -i mcp/fetch',
      container('fetch', { labels: { 'com.docker.compose.project': 'p' } }),
    ],
    ['podman, completed', true, 'podman run -i mcp/fetch', container('x', { image: 'docker.io/mcp/fetch:latest' })],
    ['podman, built here', true, 'podman run -i fetch', container('x', { image: 'localhost/fetch:latest' })],
    ['podman, other tag', false, 'podman run -i fetch:2', container('x', { image: 'localhost/fetch:latest' })],
    ['podman, other name', false, 'podman run -i fetch', container('x', { image: 'localhost/prefetch:latest' })],
    ['podman, digest', true, 'podman run -i a/b@sha256:1', container('x', { image: 'docker.io/a/b@sha256:1' })],
    ['nerdctl, registry port', true, 'nerdctl run -i r:5000/a', container('x', { image: 'r:5000/a:latest' })],
  ];
  for (const [name, fits, line, one] of rows) {
    it(`${fits ? 'matches' : 'does not match'}: ${name}`, () => {
      assert.equal(attachedContainer(client(line), [one], []), fits ? one : undefined);
    });
  }

  it('matches none in doubt: two that fit, a client without a certain start, another client that fits', () => {
    const first = container('fetch');
    const second = container('fetch', { id: 'b'.repeat(64) });
    const mine = client('docker run -i mcp/fetch');
    assert.equal(attachedContainer(mine, [first, second], []), undefined);
    assert.equal(attachedContainer({ ...mine, startedAt: Number.NaN }, [first], []), undefined);
    assert.equal(attachedContainer(mine, [first], [client('docker run -i mcp/fetch', START - 5_000)]), undefined);
    assert.equal(attachedContainer(mine, [first], [client('docker run -i mcp/fetch', START - 60_000)]), first);
    assert.equal(attachedContainer(mine, [first], [client('docker run -i other')]), first);
    assert.equal(attachedContainer(mine, [], []), undefined);
  });
});

describe('containers without a client', () => {
  const withoutClient = (
    containers: readonly Container[],
    runs: Parameters<typeof hasNoClient>[1],
    clients: readonly RunningClient[],
  ) => containers.filter((one) => hasNoClient(one, runs, clients));
  const configured = [run('docker run -i --rm mcp/fetch --agent x')];

  it('are reported if they wait for input, match the configuration, and have no client', () => {
    const left = container('fetch --agent x');
    const others = [
      container('fetch --agent y'),
      container('fetch --agent x', { openStdin: false }),
      container('fetch --agent x', { openStdin: undefined }),
      container('fetch --agent x', { state: 'paused' }),
      container('fetch --agent x', { labels: { [LABELS.session]: 'x' } }),
      container('fetch --agent x', { image: 'postgres' }),
    ];
    assert.deepEqual(withoutClient([left, ...others], configured, []), [left]);
    assert.deepEqual(withoutClient([left], [], []), []);
  });

  it('are not reported if a living client may be attached, however old either is', () => {
    const left = container('fetch --agent x');
    for (const startedAt of [START - 3_600_000, START, START + 3_600_000, Number.NaN]) {
      const clients = [client('docker run -i mcp/fetch --agent x', startedAt)];
      assert.deepEqual(withoutClient([left], configured, clients), []);
    }
  });

  it('may belong to a gateway or to compose, and then say so', () => {
    assert.equal(notOurs(container('x', { labels: { 'docker-mcp': 'true' } })), 'gateway');
    assert.equal(notOurs(container('x', { labels: { 'io.podman.compose.project': '' } })), 'compose');
    assert.equal(notOurs(container('x', { labels: { 'docker-mcp': 'false' } })), undefined);
  });
});
