import assert from 'node:assert/strict';
import type { Clock } from '../../../src/common/clock';
import { LABELS } from '../../../src/containers/containerRun';
import type { Container, EngineAnswer } from '../../../src/containers/engine';
import type { EngineFailure } from '../../../src/model/engineFailure';
import { stopContainers } from '../../../src/reaping/stopContainers';

const OWNER = {
  home: 'aaaa000011112222',
  session: '11111111-1111-4111-8111-111111111111',
  record: '22222222-2222-4222-8222-222222222222',
};
const MARKS = { [LABELS.home]: OWNER.home, [LABELS.session]: OWNER.session, [LABELS.record]: OWNER.record };
const FAILED: EngineFailure = { kind: 'failed', program: 'docker', found: 'exit code', code: 1 };

const at = (index: number) => String(index).repeat(64);

function container(id: string, state: string, more: Partial<Container> = {}): Container {
  const rest = { name: '', image: 'img', createdAt: 0, commandLine: [], openStdin: true };
  return { id, state, labels: MARKS, neverStarted: state === 'created', ...rest, ...more };
}

/** An engine in memory, for events that a test cannot time with a real one. */
class FakeEngine {
  readonly calls: string[] = [];
  /** Called before each call; may change things, or answer with an error. */
  onCall: (call: string, id: string) => EngineFailure | undefined = () => undefined;

  constructor(readonly containers: Map<string, Container>) {}

  async list(): Promise<EngineAnswer<string[]>> {
    return this.answer('list', '', () => [...this.containers.keys()]);
  }
  async inspect(ids: readonly string[]): Promise<EngineAnswer<Container[]>> {
    return this.answer('inspect', ids.join(), () => ids.flatMap((id) => this.containers.get(id) ?? []));
  }
  async resume(id: string): Promise<EngineAnswer<void>> {
    return this.answer('resume', id, () => this.set(id, 'running'));
  }
  async stop(id: string): Promise<EngineAnswer<void>> {
    return this.answer('stop', id, () => this.set(id, 'exited'));
  }
  async remove(id: string): Promise<EngineAnswer<void>> {
    return this.answer('remove', id, () => void this.containers.delete(id));
  }
  set(id: string, state: string): void {
    this.containers.set(id, { ...(this.containers.get(id) as Container), state, neverStarted: false });
  }
  done(): string[] {
    return this.calls.filter((call) => !/^(?:list|inspect)/.test(call));
  }

  private answer<T>(call: string, id: string, value: () => T): EngineAnswer<T> {
    this.calls.push(`${call} ${id.slice(0, 1)}`.trim());
    const error = this.onCall(call, id);
    return error ? { ok: false, error } : { ok: true, value: value() };
  }
}

class FakeClock implements Clock {
  slept = 0;
  now = () => this.slept;
  async sleep(milliseconds: number) {
    this.slept += milliseconds;
  }
}

function reap(engine: FakeEngine, removable = true) {
  return stopContainers(engine, OWNER, { clock: new FakeClock(), grace: 1_000, removable });
}

function engineWith(...containers: Container[]): FakeEngine {
  return new FakeEngine(new Map(containers.map((one) => [one.id, one])));
}

describe('ending containers of a record', () => {
  it('K11 reads the labels again immediately before it touches a container', async () => {
    for (const changed of [{}, { ...MARKS, [LABELS.home]: 'bbbb000011112222' }, { ...MARKS, [LABELS.record]: 'x' }]) {
      const engine = engineWith(container(at(1), 'running'));
      let inspections = 0;
      engine.onCall = (call) => {
        if (call === 'inspect' && ++inspections === 2)
          engine.containers.set(at(1), container(at(1), 'running', { labels: changed }));
        return undefined;
      };
      const { containers } = await reap(engine);
      assert.deepEqual(containers, [{ id: at(1), image: 'img', outcome: 'spared', reason: { code: 'other labels' } }]);
      assert.deepEqual(engine.done(), []);
    }
  });

  it('K11 does not touch a listed container without labels', async () => {
    const engine = engineWith(container(at(1), 'running', { labels: { ...MARKS, [LABELS.session]: 'other' } }));
    assert.deepEqual(await reap(engine), { containers: [], error: undefined, finished: true });
    assert.deepEqual(engine.done(), []);
  });

  it('does what each state requires', async () => {
    const rows: [string, boolean, string[], string][] = [
      ['running', true, ['stop 1', 'remove 1'], 'removed'],
      ['running', false, ['stop 1'], 'stopped'],
      ['paused', false, ['resume 1', 'stop 1'], 'stopped'],
      ['restarting', false, ['stop 1'], 'stopped'],
      ['something new', false, ['stop 1'], 'stopped'],
      ['exited', true, ['remove 1'], 'removed'],
      ['dead', true, ['remove 1'], 'removed'],
      ['exited', false, [], 'spared'],
      ['stopped', false, [], 'spared'],
      ['created', true, ['remove 1'], 'removed'],
      ['created', false, ['remove 1'], 'removed'],
    ];
    for (const [state, removable, calls, outcome] of rows) {
      const engine = engineWith(container(at(1), state));
      const { containers, finished } = await reap(engine, removable);
      assert.deepEqual(engine.done(), calls, state);
      assert.deepEqual(
        containers.map((one) => one.outcome),
        [outcome],
        state,
      );
      assert.equal(finished, true);
    }
  });

  it('K28 does not remove a container in state created that may have run', async () => {
    const engine = engineWith(container(at(1), 'created', { neverStarted: false }));
    assert.equal((await reap(engine, false)).containers[0]?.outcome, 'spared');
    assert.deepEqual(engine.done(), []);
  });

  it('L20 a created container that begins to run is not removed by force: the next round stops it', async () => {
    const engine = engineWith(container(at(1), 'created'));
    engine.onCall = (call) => {
      if (call !== 'remove' || engine.containers.get(at(1))?.state !== 'created') return undefined;
      engine.set(at(1), 'running');
      return FAILED;
    };
    const { containers, finished } = await reap(engine);
    assert.deepEqual(engine.done(), ['remove 1', 'stop 1', 'remove 1']);
    assert.deepEqual(
      containers.map((one) => one.outcome),
      ['removed'],
    );
    assert.equal(finished, true);
  });

  it('L16 takes in what appears between two rounds, and ends after two empty ones', async () => {
    const engine = engineWith(container(at(1), 'running'));
    let lists = 0;
    engine.onCall = (call) => {
      if (call === 'list' && ++lists === 3) engine.containers.set(at(2), container(at(2), 'running'));
      return undefined;
    };
    const { containers } = await reap(engine);
    assert.deepEqual(
      containers.map(({ id, outcome }) => [id, outcome]),
      [
        [at(1), 'removed'],
        [at(2), 'removed'],
      ],
    );
    assert.equal(lists, 5);
  });

  it('waits for a container that the engine is removing', async () => {
    const engine = engineWith(container(at(1), 'removing'));
    let lists = 0;
    engine.onCall = (call) => {
      if (call === 'list' && ++lists === 3) engine.containers.delete(at(1));
      return undefined;
    };
    assert.deepEqual(
      (await reap(engine)).containers.map((one) => one.outcome),
      ['removed'],
    );
    assert.deepEqual(engine.done(), []);
  });

  it('waits, but not forever, for one that the engine lists and says it does not have', async () => {
    for (const [until, lists] of [
      [3, 4],
      [Number.POSITIVE_INFINITY, 40],
    ] as const) {
      const engine = engineWith();
      let asked = 0;
      engine.list = async () => ({ ok: true, value: ++asked < until ? [at(1)] : [] });
      assert.deepEqual(await reap(engine), { containers: [], error: undefined, finished: true });
      assert.equal(asked, lists);
    }
  });

  it('ends the others and returns when one cannot be ended: that one is unknown', async () => {
    const engine = engineWith(container(at(1), 'running'), container(at(2), 'running'));
    engine.onCall = (call, id) => (call === 'stop' && id === at(1) ? FAILED : undefined);
    const { containers, error, finished } = await reap(engine);
    assert.deepEqual(
      containers.map(({ id, outcome, reason }) => [id, outcome, reason]),
      [
        [at(1), 'unknown', { code: 'engine', failure: FAILED }],
        [at(2), 'removed', undefined],
      ],
    );
    assert.equal(error, undefined);
    assert.equal(finished, false);
  });

  it('does not believe a stop that had no effect', async () => {
    const engine = engineWith(container(at(1), 'running'));
    let stops = 0;
    engine.stop = async () => {
      stops++;
      return { ok: true, value: undefined };
    };
    const { containers, finished } = await reap(engine);
    assert.equal(containers[0]?.outcome, 'unknown');
    assert.deepEqual(containers[0]?.reason, { code: 'still', state: 'running' });
    assert.equal(stops, 3, 'each takes as long as the grace');
    assert.equal(finished, false);
  });

  it('stops asking an engine that does not answer, and says so', async () => {
    const timeout: EngineFailure = { kind: 'timeout', program: 'docker', seconds: 1 };
    for (const [where, calls] of [
      ['list', 1],
      ['inspect', 2],
    ] as const) {
      const engine = engineWith(container(at(1), 'running'));
      engine.onCall = (call) => (call === where ? timeout : undefined);
      assert.deepEqual(await reap(engine), { containers: [], error: timeout, finished: false });
      assert.equal(engine.calls.length, calls);
    }
    const engine = engineWith(...[1, 2, 3, 4, 5, 6, 7].map((index) => container(at(index), 'running')));
    engine.onCall = (call, id) => (call === 'stop' && id === at(2) ? timeout : undefined);
    const { containers, error, finished } = await reap(engine);
    assert.equal(error, timeout);
    assert.equal(finished, false);
    assert.equal(containers.find(({ id }) => id === at(2))?.outcome, 'unknown');
    assert.equal(engine.calls.includes('stop 6'), false);
  });
});
