import assert from 'node:assert/strict';
import { describeRun, LABELS, type RunDescription } from '../../src/containers/containerRun';
import type { Container } from '../../src/containers/engine';
import { attachedContainer, hasNoClient, notOurs, type RunningClient } from '../../src/containers/matchContainer';
import { waitFor } from '../support/waitFor';
import { IMAGE } from './host/engine';
import { TestEngine } from './host/testEngine';
import { TestPodman } from './host/testPodman';
import { useEngine } from './host/useEngine';
import { answersRequest, ContainerClients, killHard, type Launched, PROGRAMS } from './support';

for (const tested of [new TestEngine(), new TestPodman()]) {
  describe(`watching containers with ${tested.program}`, function () {
    this.timeout(120_000);
    const engine = useEngine(tested);
    const clients = new ContainerClients(engine);

    afterEach(() => clients.dispose());

    /** Starts a client without labels, and waits until its container is running. */
    async function unlabelled(...behind: string[]): Promise<RunningClient & Pick<Launched, 'client' | 'output'>> {
      const args = ['run', '-i', '--rm', '--network', 'none', ...behind];
      const startedAt = Date.now();
      const before = (await clients.all()).length;
      const run = describeRun(engine.program, args);
      assert.ok(run);
      const started = clients.start(args);
      await waitFor('its container runs', async () => {
        const all = await clients.all();
        return all.length > before && all.every(({ state }) => state === 'running');
      });
      return { run, startedAt, ...started };
    }

    it('knows the container of a living client without labels by image, arguments and time', async () => {
      const client = await unlabelled(IMAGE, 'cat');
      const other = await unlabelled(IMAGE, 'cat', '-');
      await clients.running(['-i', '--rm'], 'cat');
      const all = await clients.all();
      assert.equal(all.length, 3);
      const found = attachedContainer(client, all, [other]);
      assert.deepEqual(found?.commandLine, ['cat']);
      assert.deepEqual(attachedContainer(other, all, [client])?.commandLine, ['cat', '-']);
      // It is the right one: what its program prints reaches this client.
      await engine.command('exec', found?.id as string, 'sh', '-c', 'echo from inside >/proc/1/fd/1');
      await waitFor('its client prints it', () => client.output().includes('from inside'));
      assert.ok(!other.output().includes('from inside'));
      await answersRequest(other);
    });

    it('K11 attributes no container in doubt to either of two clients with the same arguments', async () => {
      const first = await unlabelled(IMAGE, 'cat');
      const second = await unlabelled(IMAGE, 'cat');
      const all = await clients.all();
      assert.equal(attachedContainer(first, all, [second]), undefined);
      assert.equal(attachedContainer(second, all, [first]), undefined);
    });

    it('knows a named one, and reads its logs and its use of resources', async () => {
      const client = await unlabelled(
        '--name',
        'box',
        '--entrypoint',
        'sh',
        IMAGE,
        '-c',
        'echo out; echo token=abcdef >&2; cat',
      );
      const found = attachedContainer(client, await clients.all(), []);
      assert.equal(found?.name, 'box');
      assert.equal(found?.openStdin, true);
      const reader = clients.client();
      const logs = await waitFor('it has logged both lines', async () => {
        const answer = await reader.logs(found.id, 10);
        return answer.ok && answer.value.includes('token') && answer.value.includes('out') ? answer.value : undefined;
      });
      assert.equal(logs.includes('abcdef'), false, 'secrets are not shown');
      const stats = await reader.stats([found.id]);
      assert.ok(stats.ok);
      assert.equal(stats.value[0]?.id, found.id);
      assert.ok((stats.value[0]?.memory ?? 0) > 0);
      assert.equal(typeof stats.value[0]?.cpu, 'number');
    });

    it('reports a container without a client, and none that may have a client', async () => {
      const client = await unlabelled(IMAGE, 'sh', '-c', PROGRAMS['plain loop']);
      await clients.running(['-i', '--rm'], PROGRAMS['plain loop']);
      clients.start(['run', '-i', '--rm', '--label', 'docker-mcp=true', IMAGE, 'sh', '-c', PROGRAMS['plain loop']]);
      await waitFor('all run', async () => (await clients.all()).length === 3);
      const { run } = client;
      const withoutClient = (all: readonly Container[], ...others: [RunDescription[], RunningClient[]]) =>
        all.filter((one) => hasNoClient(one, ...others) && notOurs(one) === undefined);
      assert.deepEqual(withoutClient(await clients.all(), [run], [client]), []);
      await killHard(client.client);
      const left = withoutClient(await clients.all(), [run], []);
      assert.equal(left.length, 1);
      assert.equal(LABELS.session in (left[0]?.labels ?? {}), false);
      const otherRun = describeRun(engine.program, ['run', '-i', 'other/image']);
      assert.ok(otherRun);
      assert.deepEqual(withoutClient(await clients.all(), [otherRun], []), []);
    });

    it('says that a container is gone, and describes the others', async () => {
      const first = await clients.running(['-i', '--rm'], 'cat');
      const [container] = await clients.all();
      assert.ok(container);
      const gone = '0'.repeat(64);
      const answer = await clients.client(first.run).inspect([gone, container.id]);
      assert.deepEqual(answer.ok && answer.value.map(({ id }) => id), [container.id]);
    });
  });
}
