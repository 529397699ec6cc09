import assert from 'node:assert/strict';
import { LABELS } from '../../src/containers/containerRun';
import { waitFor } from '../support/waitFor';
import { type Engine, IMAGE } from './host/engine';
import { TestEngine } from './host/testEngine';
import { TestPodman } from './host/testPodman';
import { useEngine } from './host/useEngine';
import { answersRequest, ContainerClients, killHard, newOwner, PROGRAMS } from './support';

for (const tested of [new TestEngine(), new TestPodman()]) {
  describe(`reaping containers with ${tested.program}`, function () {
    this.timeout(120_000);
    const engine = useEngine(tested);
    const clients = new ContainerClients(engine);

    afterEach(() => clients.dispose());

    for (const [program, script] of Object.entries(PROGRAMS)) {
      it(`L07 ends it after kill -9 of its client: ${program}, with and without --init, with and without --rm`, async () => {
        const variants = [['--rm'], [], ['--init', '--rm'], ['--init']].map(async (flags) => {
          const what = `${program}, ${engine.program} run ${flags.join(' ')}`;
          const launched = await clients.running(['-i', ...flags], script);
          await killHard(launched.client);
          const endsByItself = program === 'stdin reader';
          if (endsByItself) {
            await waitFor(
              'it ends with its input',
              async () => !(await clients.states(launched.owner)).includes('running'),
            );
          } else {
            // Control: without a reaper it stays, even with --rm.
            assert.deepEqual(await clients.states(launched.owner), ['running'], what);
          }

          const { containers, error, finished } = await clients.reap(launched);

          assert.equal(error, undefined, what);
          assert.equal(finished, true, what);
          const outcomes = containers.map(({ outcome }) => outcome);
          if (flags.includes('--rm')) {
            assert.deepEqual(await clients.states(launched.owner), [], what);
            if (!endsByItself) assert.deepEqual(outcomes, ['removed'], what);
          } else {
            assert.deepEqual(outcomes, [endsByItself ? 'spared' : 'stopped'], what);
            assert.deepEqual(await clients.states(launched.owner), ['exited'], what);
          }
        });
        const failed = (await Promise.allSettled(variants)).find(({ status }) => status === 'rejected');
        if (failed?.status === 'rejected') throw failed.reason;
      });
    }

    it('L07 gives the program in the container its grace', async () => {
      const farewell = 'trap "sleep 1; echo bye >/data; exit 0" TERM; echo ready; while :; do sleep 0.1; done';
      const launched = await clients.running(['-i'], farewell);
      await waitFor('its trap is set', () => launched.output().includes('ready'));
      await killHard(launched.client);
      const { containers } = await clients.reap({ ...launched }, withGrace(clients, 10_000));
      assert.equal(containers[0]?.outcome, 'stopped');
      assert.equal(await exitCode(engine, containers[0]?.id), '0');
    });

    it('L07 stops one that restarts itself', async () => {
      const launched = await clients.running(['-i', '--restart', 'always'], PROGRAMS['plain loop']);
      await killHard(launched.client);
      const { containers, finished } = await clients.reap(launched);
      assert.equal(containers[0]?.outcome, 'stopped');
      assert.equal(finished, true);
      assert.deepEqual(await clients.states(launched.owner), ['exited']);
    });

    it('L07 stops one that is paused', async () => {
      const launched = await clients.running(['-i', '--rm'], PROGRAMS['plain loop']);
      await engine.command('pause', (await clients.all())[0]?.id as string);
      await killHard(launched.client);
      const { finished } = await clients.reap(launched);
      assert.equal(finished, true);
      assert.deepEqual(await clients.states(launched.owner), []);
    });

    // Without --rm docker leaves the removal to us, as nerdctl always does.
    for (const rm of [['--rm'], []]) {
      it(`L07 removes the anonymous volumes too, and never a named one: run -i ${rm.join(' ')}`, async () => {
        const volumes = ['-v', '/anonymous', '-v', 'named:/named'];
        const launched = await clients.running(['-i', ...rm, ...volumes], 'sleep 1000');
        await killHard(launched.client);
        await clients.reap({ ...launched, run: { ...launched.run, removable: true } });
        assert.equal(await engine.command('volume', 'ls', '-q'), 'named');
        await engine.command('volume', 'rm', 'named');
      });
    }

    for (const rm of [['--rm'], []]) {
      it(`L20 ends it if its client was killed just after the start: run -i ${rm.join(' ')}`, async function () {
        this.timeout(300_000);
        // How long a client takes to create and to start differs between machines, so the test searches for the gap.
        let delay = 50;
        let tooEarly = 0;
        let tooLate = Infinity;
        const launched = await waitFor(
          'a container is left in state created',
          async () => {
            // A new owner each time: what a late attempt left must not count for the next one.
            const owner = newOwner();
            const one = clients.launch(['-i', ...rm], PROGRAMS['plain loop'], owner);
            await new Promise((resolve) => setTimeout(resolve, delay));
            await killHard(one.client);
            // The engine may still start what the client asked for.
            await new Promise((resolve) => setTimeout(resolve, 150));
            const [state] = await clients.states(owner);
            await new Promise((resolve) => setTimeout(resolve, state === 'created' ? 500 : 0));
            const [later] = await clients.states(owner);
            if (later === 'created') return one;
            if (later === undefined) tooEarly = delay;
            else tooLate = delay;
            // Attempts vary in time, so the interval must not become too narrow.
            if (tooEarly > 0.9 * tooLate) [tooEarly, tooLate] = [0.8 * delay, 1.25 * delay];
            delay = tooLate === Infinity ? 1.5 * delay : tooEarly + Math.random() * (tooLate - tooEarly);
            await engine.clear();
            return undefined;
          },
          240_000,
        );

        const { containers, finished } = await clients.reap(launched);

        assert.deepEqual(
          containers.map(({ outcome }) => outcome),
          ['removed'],
        );
        assert.equal(finished, true);
        assert.deepEqual(await clients.states(launched.owner), []);
      });
    }

    it('L20 finds a container that the engine creates only after the first query', async () => {
      const owner = newOwner();
      const client = clients.client();
      let queries = 0;
      const slow = {
        list: async (labels: Record<string, string>) => {
          const answer = await client.list(labels);
          if (queries++ === 0) await clients.running(['-i', '--rm'], PROGRAMS['plain loop'], owner);
          return answer;
        },
        inspect: client.inspect.bind(client),
        resume: client.resume.bind(client),
        stop: client.stop.bind(client),
        remove: client.remove.bind(client),
      };
      const launched = { client: undefined as never, output: () => '', owner, run: { removable: true } as never };
      const { containers, finished } = await clients.reap(launched, slow);
      assert.deepEqual(
        containers.map(({ outcome }) => outcome),
        ['removed'],
      );
      assert.equal(finished, true);
      assert.deepEqual(await clients.states(owner), []);
    });

    it('K11 K26 leaves every other container alone: same image, other session, record, home, similar labels', async () => {
      const doomed = await clients.running(['-i', '--rm'], 'cat; while :; do sleep 1; done');
      const { owner } = doomed;
      const echo = ['-i', '--rm'];
      const others = [
        await clients.running(echo, 'cat'),
        await clients.running(echo, 'cat', { ...newOwner(), home: owner.home }),
        await clients.running(echo, 'cat', { ...newOwner(), session: owner.session }),
        await clients.running(echo, 'cat', { ...owner, home: 'bbbb000011112222' }),
        await clients.running(echo, 'cat', { ...owner, session: `${owner.session}0` }),
      ];
      const labels = [
        [],
        ['--label', `${LABELS.session}=${owner.session}`],
        ['--label', `${LABELS.session}s=${owner.session}`, '--label', `x-${LABELS.home}=${owner.home}`],
        // Joined with commas, as the client lists labels, this reads like all three.
        [
          '--label',
          `a=b,${LABELS.session}=${owner.session},${LABELS.record}=${owner.record},${LABELS.home}=${owner.home}`,
        ],
      ];
      for (const flags of labels) {
        others.push({ ...doomed, ...clients.start(['run', ...echo, ...flags, '--network', 'none', IMAGE, 'cat']) });
      }
      for (const other of others) await answersRequest(other);
      await killHard(doomed.client);

      const { containers } = await clients.reap(doomed);

      assert.equal(containers.length, 1);
      assert.equal(containers[0]?.outcome, 'removed');
      for (const other of others) await answersRequest(other);
      // Control: the image would match all of them, and with its own labels each can be ended.
      const sameImage = await engine.command('ps', '-q', '--filter', `ancestor=${IMAGE}`);
      assert.equal(sameImage.split('\n').length, others.length);
      const [first] = others;
      assert.ok(first);
      assert.equal((await clients.reap(first)).containers[0]?.outcome, 'removed');
    });

    it('K13 ends nothing for a record without ids', async () => {
      const launched = await clients.running(['-i', '--rm', '--label', `${LABELS.record}=`], 'cat');
      for (const part of ['home', 'session', 'record'] as const) {
        const reap = await clients.reap({ ...launched, owner: { ...launched.owner, [part]: '' } });
        assert.equal(reap.finished, false);
        assert.equal(reap.error?.kind, 'failed');
      }
      await answersRequest(launched);
    });

    it('K28 without --rm, stops the container and keeps its data', async () => {
      const launched = await clients.running(
        ['-i', '-v', '/volume'],
        'echo precious | tee /data >/volume/data; sleep 1000',
      );
      await killHard(launched.client);
      const { containers } = await clients.reap(launched);
      const [outcome] = containers;
      assert.equal(outcome?.outcome, 'stopped');
      assert.match(outcome?.reason?.code ?? '', /^no --rm/);
      assert.equal(await engine.command('start', outcome?.id as string), outcome?.id);
      assert.equal(
        await engine.command('exec', outcome?.id as string, 'cat', '/data', '/volume/data'),
        'precious\nprecious',
      );
      // A second reap continues: it ends what is running, and leaves what is not.
      assert.equal((await clients.reap(launched)).containers[0]?.outcome, 'stopped');
      assert.equal((await clients.reap(launched)).containers[0]?.outcome, 'spared');
    });
  });
}

/** The engine's client with a longer grace than the other tests need. */
function withGrace(clients: ContainerClients, grace: number) {
  const client = clients.client();
  return {
    list: client.list.bind(client),
    inspect: client.inspect.bind(client),
    remove: client.remove.bind(client),
    resume: client.resume.bind(client),
    stop: (id: string) => client.stop(id, grace),
  };
}

function exitCode(engine: Engine, id: string | undefined): Promise<string> {
  return engine.command('inspect', '--format', '{{.State.ExitCode}}', id as string);
}
