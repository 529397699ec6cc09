import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerRunOf } from '../../src/containers/containerRun';
import { ContainerEngine } from '../../src/containers/engine';
import { engineSentence } from '../../src/wording/containers';
import { waitFor } from '../support/waitFor';
import { IMAGE } from './host/engine';
import { TestEngine } from './host/testEngine';
import { useEngine } from './host/useEngine';
import { ContainerClients, killHard, newOwner, PROGRAMS } from './support';

/** Short, because the engine does not answer here. */
const IMPATIENT = { timeout: 1_000, stopMargin: 1_000 };

describe('containers and an engine in trouble', function () {
  this.timeout(120_000);
  const engine = useEngine(new TestEngine());
  const clients = new ContainerClients(engine);

  afterEach(() => clients.dispose());

  it('L07 an engine that hangs: nothing waits for it, and the next reap ends the container', async () => {
    const launched = await clients.running(['-i', '--rm'], PROGRAMS['plain loop']);
    await killHard(launched.client);
    engine.signal('SIGSTOP');
    try {
      const { finished, error, containers } = await clients.reap(launched, clients.client(launched.run, IMPATIENT));
      assert.equal(finished, false);
      assert.equal(error?.kind, 'timeout');
      assert.match(error ? engineSentence(error) : '', /^"docker" did not answer within 1 s; .*\.$/);
      assert.deepEqual(containers, []);
      await waitFor('no client of ours is left', () => ownClients().length === 0);
    } finally {
      engine.signal('SIGCONT');
    }
    assert.equal((await clients.reap(launched)).finished, true);
    assert.deepEqual(await clients.states(launched.owner), []);
  });

  for (const step of ['list', 'inspect', 'stop', 'remove'] as const) {
    it(`L07 an engine that hangs during a reap, at the step ${step}, and goes on afterwards`, async () => {
      // Only an ended container with --rm that the engine has not removed itself gets as far as `remove`.
      const flags = step === 'remove' ? ['-i'] : ['-i', '--rm'];
      const launched = await clients.running(flags, PROGRAMS['plain loop']);
      await killHard(launched.client);
      const removable = { ...launched, run: { ...launched.run, removable: true } };
      // On a busy machine the engine may be slow in the steps before the one at which it hangs.
      let client = clients.client(launched.run);
      const hangAt = (name: string) => {
        if (name !== step) return client;
        engine.signal('SIGSTOP');
        client = clients.client(launched.run, IMPATIENT);
        return client;
      };
      try {
        const { finished, error, containers } = await clients.reap(removable, {
          list: (labels) => hangAt('list').list(labels),
          inspect: (ids) => hangAt('inspect').inspect(ids),
          resume: (id) => client.resume(id),
          stop: (id, grace) => hangAt('stop').stop(id, grace),
          remove: (id) => hangAt('remove').remove(id),
        });
        assert.equal(finished, false);
        assert.equal(error?.kind, 'timeout');
        for (const { outcome, reason } of containers) {
          assert.equal(outcome, 'unknown');
          assert.ok(reason?.code === 'engine' && reason.failure.kind === 'timeout');
        }
        assert.equal(containers.length, step === 'list' || step === 'inspect' ? 0 : 1);
      } finally {
        engine.signal('SIGCONT');
      }
      const again = await clients.reap(removable);
      assert.equal(again.finished, true);
      assert.deepEqual(await clients.states(launched.owner), []);
    });
  }

  for (const flags of [['-i', '--rm'], ['-i']]) {
    it(`L07 an engine that was killed and started again: docker run ${flags.join(' ')}`, async () => {
      const launched = await clients.running([...flags, '--stop-timeout', '1'], PROGRAMS['plain loop']);
      const id = (await clients.all())[0]?.id;
      await killHard(launched.client);
      await engine.kill();
      const meanwhile = await clients.reap(launched);
      assert.equal(meanwhile.finished, false, 'the container is still running, although the engine cannot say so');
      assert.equal(meanwhile.error?.kind, 'missing');
      assert.match(
        meanwhile.error ? engineSentence(meanwhile.error) : '',
        /^The engine of "docker" cannot be reached: /,
      );

      await engine.start();

      assert.equal((await clients.reap(launched)).finished, true);
      const inspected = await engine.command('inspect', '--format', '{{.State.Status}}', id as string).catch(String);
      assert.match(inspected, flags.includes('--rm') ? /no such (?:object|container)/i : /^exited$/);
    });
  }

  it('a missing engine, a missing client: unknown, in one clear sentence', async () => {
    const launched = await clients.running(['-i', '--rm'], PROGRAMS['plain loop']);
    const rows = [
      [
        { ...launched.run, environment: { DOCKER_HOST: 'unix:///nonexistent/docker.sock' } },
        'missing',
        /cannot be reached/,
      ],
      [{ ...launched.run, environment: { DOCKER_HOST: 'tcp://127.0.0.1:1' } }, 'missing', /cannot be reached/],
      [
        { ...launched.run, program: '/nonexistent/docker' },
        'missing',
        /The program "\/nonexistent\/docker" was not found/,
      ],
      [{ ...launched.run, program: 'podman-is-not-here/podman' }, 'missing', /was not found/],
      [{ ...launched.run, environment: { DOCKER_CONTEXT: 'removed' } }, 'failed', /context/i],
    ] as const;
    for (const [run, kind, message] of rows) {
      const { finished, error } = await clients.reap(launched, clients.client(run));
      assert.equal(finished, false);
      const said = error ? engineSentence(error) : '';
      assert.equal(error?.kind, kind, said);
      assert.match(said, message);
      assert.equal(said.includes('\n'), false);
    }
    assert.deepEqual(await clients.states(launched.owner), ['running']);
  });

  it('a context that was changed meanwhile: the record still leads to the original engine', async () => {
    const home = mkdtempSync(join(tmpdir(), 'ctx-'));
    try {
      mkdirSync(join(home, '.docker'));
      const { DOCKER_HOST: _, DOCKER_CONFIG: __, ...rest } = engine.environment;
      const base = { ...rest, HOME: home };
      const docker = (...args: string[]) => engine.command('--config', join(home, '.docker'), ...args);
      await docker('context', 'create', 'far', '--docker', `host=${engine.host}`);
      await docker('context', 'create', 'elsewhere', '--docker', 'host=unix:///nonexistent/docker.sock');
      await docker('context', 'use', 'far');
      const environment = {};
      const inUse = await new ContainerEngine(
        { program: 'docker', globalFlags: [], environment },
        {},
        base,
      ).contextInUse();
      assert.deepEqual(inUse, { ok: true, value: 'far' });

      const launched = await clients.running(['-i', '--rm'], PROGRAMS['plain loop']);
      await docker('context', 'use', 'elsewhere');
      const elsewhere = { program: 'docker', globalFlags: ['--config', join(home, '.docker')], environment };
      assert.deepEqual(await new ContainerEngine(elsewhere, {}, rest).contextInUse(), { ok: true, value: 'elsewhere' });
      const plain = new ContainerEngine({ program: 'docker', globalFlags: [], environment }, {}, base);
      assert.equal((await clients.reap(launched, plain)).error?.kind, 'missing');
      for (const address of [
        { environment: { DOCKER_CONTEXT: 'far' } as Record<string, string>, globalFlags: [] },
        { environment: {}, globalFlags: ['--context', 'far'] },
      ]) {
        const pinned = new ContainerEngine({ program: 'docker', ...address }, {}, base);
        assert.deepEqual(await pinned.contextInUse(), { ok: true, value: undefined });
        assert.equal((await pinned.list()).ok, true);
      }
      const pinned = new ContainerEngine(
        { program: 'docker', globalFlags: ['-c', 'far'], environment },
        {},
        // This process's own choice does not count.
        { ...base, DOCKER_HOST: 'unix:///nonexistent/docker.sock', DOCKER_CONTEXT: 'elsewhere' },
      );
      assert.equal((await clients.reap(launched, pinned)).containers[0]?.outcome, 'removed');
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('reaches the engine with the flags of the server', async () => {
    const owner = newOwner();
    const plain = ['--log-level', 'debug', '-H', engine.host, 'run', '-i', '--rm', IMAGE, 'cat'];
    const run = containerRunOf('docker', plain, { DOCKER_HOST: undefined });
    assert.deepEqual(run?.globalFlags, ['-H', engine.host]);
    const launched = await clients.running(['-i', '--rm'], PROGRAMS['plain loop'], owner);
    await killHard(launched.client);
    assert.equal((await clients.reap({ ...launched, run })).containers[0]?.outcome, 'removed');
  });

  it('refuses an answer that is too long', async () => {
    await clients.running(['-i', '--rm'], 'cat');
    const listed = await clients.client(undefined, { output: 20 }).list();
    assert.equal(listed.ok, false);
    assert.match(listed.ok ? '' : engineSentence(listed.error), /more than 20 bytes/);
  });
});

/** Living clients that the code under test has started. */
function ownClients(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return state !== 'Z' && Number(parent) === process.pid && stat.includes('(docker)');
      } catch {
        return false;
      }
    });
}
