import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { definitionMatcher } from '../../src/clients/recognise';
import type { Recogniser } from '../../src/clients/recogniser';
import { configuredRun } from '../../src/containers/configuredContainer';
import { readChildren } from '../../src/os/procfs/children';
import { readHistory } from '../../src/registry/history';
import type { ContainerRun } from '../../src/registry/schema';
import { writeSession } from '../../src/registry/sessionStore';
import type { Tracker } from '../../src/tracker/tracker';
import { identityOf } from '../support/fakeOwner';
import { newRecord, newSession } from '../support/records';
import { isAlive, killHard, SHORT_GRACE } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';
import { IMAGE } from './host/engine';
import { TestEngine } from './host/testEngine';
import { useEngine } from './host/useEngine';
import { PROGRAMS } from './support';

const run = (script: string) => ['run', '-i', '--rm', '--network', 'none', IMAGE, 'sh', '-c', script];
const DEAF = run(PROGRAMS['trap loop']);
const CLIENT = `require('child_process').spawn('docker', process.argv.slice(1), { stdio: ['pipe', 'ignore', 'ignore'] });
  setInterval(() => {}, 1e6)`;
const named = { name: 'boxed', client: 'Some Client', file: undefined, basis: { kind: 'image' as const } };

describe('a container without our labels', function () {
  this.timeout(120_000);
  const engine = useEngine(new TestEngine(), { inherited: true });
  const sandbox = withSandbox();
  const clients: ChildProcess[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) await killHard(client);
  });

  const recogniser: Recogniser = {
    serverOf: (args) => (definitionMatcher({ command: 'docker', args: DEAF })(args).length > 0 ? named : undefined),
    clientOf: () => undefined,
  };
  const open = (settings = {}, parts = {}) =>
    sandbox.tracker(settings, {
      recogniser: () => recogniser,
      containerRuns: () => {
        const source = { client: named.client, file: undefined, folder: undefined };
        return [configuredRun({ command: 'docker', args: DEAF, env: {}, source }, named) ?? assert.fail()];
      },
      ...parts,
    });
  /** Starts an MCP client whose server is a container without labels, and waits until that is running. */
  const start = async (args: readonly string[] = DEAF): Promise<ChildProcess> => {
    const count = (await engine.states()).length;
    const client = spawn(process.execPath, ['-e', CLIENT, '--', ...args], {
      env: sandbox.environment,
      stdio: 'ignore',
    });
    clients.push(client);
    await waitFor('its container runs', async () => {
      const now = await engine.states();
      return now.length > count && now.every((state) => state === 'running');
    });
    return client;
  };
  const swept = <T>(tracker: Tracker, what: string, read: () => T | undefined) =>
    waitFor(what, async () => {
      await tracker.sweep();
      return read();
    });

  // Comes first: a query of another test could still be running.
  it('asks no engine if nothing running or configured uses one', async () => {
    const tracker = await open({}, { containerRuns: () => [] });
    engine.signal('SIGSTOP');
    try {
      await tracker.sweep();
      await tracker.sweep();
      assert.deepEqual(tracker.inventory.containersWithoutClient, []);
      assert.deepEqual(clientsOf(engine.host), []);
    } finally {
      engine.signal('SIGCONT');
    }
    await engine.answers();
  });

  it('L07 of another client’s server is named when its orphaned client is ended, and left to the user', async () => {
    const client = await start();
    const tracker = await open();
    const row = await swept(tracker, 'its container is noted', () =>
      tracker.inventory.servers.find(({ kind, containers }) => kind === 'foreign' && containers.length > 0),
    );
    const [container] = row.containers;
    await killHard(client);
    await swept(tracker, 'it is orphaned', () =>
      tracker.inventory.servers.some(({ key, verdict }) => key === row.key && verdict === 'orphaned'),
    );
    const [preview] = await tracker.requestedReap.preview([row.key]);
    assert.deepEqual(
      preview?.containers.map(({ id, labelled }) => [id, labelled]),
      [[container?.id, false]],
    );
    const [result] = await tracker.reapOrphans({ only: [row.key] });
    assert.deepEqual(
      result?.containers.map(({ id, outcome }) => [id, outcome]),
      [[container?.id, 'left running']],
    );
    assert.deepEqual(await engine.states(), ['running']);
    const again = spawn('docker', ['attach', container?.id ?? ''], { env: sandbox.environment });
    clients.push(again);
    await waitFor('it is attached again', () => clientsOf(engine.host).includes(again.pid as number));
    await assert.rejects(tracker.stopContainer(container?.id ?? ''), /may use it/);
  });

  /** Writes the record of a window that adopted the server of `client`. */
  const adopt = async (client: ChildProcess, container?: ContainerRun) => {
    const owner = await identityOf(client.pid as number);
    const [pid = 0] = readChildren(owner.pid) ?? [];
    const root = await identityOf(pid);
    const seen = { root, census: [root], grace: SHORT_GRACE, container };
    const record = newRecord({
      server: 'boxed',
      client: 'VS Code',
      kind: 'adopted',
      commandLine: 'docker run',
      ...seen,
    });
    const { folder } = sandbox;
    writeSession(folder, newSession({ home: folder.homeTag, owner, records: [record] }));
    return pid;
  };

  it('L07 of an adopted server is named by the sweep that ends its client, even if it was not recorded before', async () => {
    const client = await start();
    const cli = await adopt(client);
    await killHard(client);
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    assert.equal(isAlive(cli), false);
    assert.deepEqual(await engine.states(), ['running'], 'not ended without a notice');
    const [id = ''] = (await engine.command('ps', '-q', '--no-trunc')).split('\n');
    const [entry] = readHistory(sandbox.folder, 0, 10);
    assert.deepEqual(entry?.containers, [{ id, outcome: 'left running' }]);
    assert.match(sandbox.log.join('\n'), new RegExp(`container ${id.slice(0, 12)} .* left running`));
    assert.deepEqual(readdirSync(sandbox.folder.sessions), [], 'nothing is left to do');
  });

  it('K11 of an adopted server that has ended on its own is left alone: the record goes, the container stays', async () => {
    const client = await start();
    const [id = ''] = (await engine.command('ps', '-q', '--no-trunc')).split('\n');
    const run = { program: 'docker', globalFlags: [], environment: {}, removable: true, containerId: id };
    const cli = await adopt(client, run);
    await killHard(client);
    process.kill(cli, 'SIGKILL');
    await waitFor('both are gone', () => !isAlive(cli));
    const tracker = await sandbox.tracker();
    await tracker.sweep();
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
    assert.deepEqual(await engine.states(), ['running']);
  });

  it('K09 does not block a sweep when its engine hangs, which is logged in one line', async () => {
    const client = await start();
    const cli = await adopt(client);
    await killHard(client);
    engine.signal('SIGSTOP');
    try {
      const tracker = await open();
      await tracker.sweep();
      assert.equal(isAlive(cli), false, 'its client is ended anyway');
      await waitFor('the timeout is logged', () => sandbox.log.some((line) => /did not answer/.test(line)));
      assert.equal(sandbox.log.filter((line) => /its container could not be determined/.test(line)).length, 1);
    } finally {
      engine.signal('SIGCONT');
    }
    await engine.answers();
    assert.deepEqual(await engine.states(), ['running']);
  });

  it('K11 without a client is listed, inspected and, with your confirmation, stopped; a gateway’s never', async () => {
    const obedient = run('trap "exit 0" TERM; echo hello; while :; do sleep 0.1; done');
    const source = { client: named.client, file: undefined, folder: undefined };
    const configured = configuredRun({ command: 'docker', args: obedient, env: {}, source }, named);
    const tracker = await open({}, { containerRuns: () => [configured] });
    const cli = spawn('docker', obedient, { env: sandbox.environment, stdio: ['pipe', 'ignore', 'ignore'] });
    clients.push(cli);
    await waitFor('its container runs', async () => (await engine.states()).includes('running'));
    // Containers of others: not a server, a gateway's, and another configuration's.
    const gateway = ['run', '-i', '-d', '--label', 'docker-mcp=true', ...obedient.slice(2)];
    for (const args of [gateway, ['run', '-d', ...obedient.slice(2)], ['run', '-id', IMAGE, 'cat']]) {
      await engine.command(...args);
    }
    const listed = () => tracker.inventory.containersWithoutClient;
    await killHard(cli);
    const lost = await swept(tracker, 'it is listed', () => listed().find((one) => one.notOurs === undefined));
    assert.deepEqual([lost.server, lost.client, lost.state], ['boxed', named.client, 'running']);
    const notOurs = listed().find((one) => one.notOurs !== undefined);
    assert.equal(listed().length, 2);
    assert.equal(notOurs?.notOurs, 'gateway');
    await assert.rejects(tracker.stopContainer(notOurs?.id ?? ''), /not ours/);
    await tracker.reapOrphans();
    await tracker.sweep();
    assert.equal((await engine.states()).length, 4, 'nothing of it is automatic');
    assert.match(await tracker.containers.logs(lost.id), /hello/);
    assert.ok(((await tracker.containers.stats(lost.id))?.memory ?? 0) > 0);
    assert.equal((await tracker.stopContainer(lost.id)).outcome, 'removed');
    assert.equal((await engine.states()).length, 3);
    await swept(tracker, 'it is no longer listed', () => (listed().length === 1 ? true : undefined));
  });
});

/** Living clients of an engine; while it hangs, those that have asked it do not end. */
function clientsOf(host: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const isClient = readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'docker';
        return isClient && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(host) && isAlive(pid);
      } catch {
        return false;
      }
    });
}
