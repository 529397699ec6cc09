import assert from 'node:assert/strict';
import { Simulation } from './simulation';

const DEAF = {};

describe('ladder', () => {
  let machine: Simulation;

  beforeEach(() => {
    machine = new Simulation();
  });

  afterEach(() => {
    machine.dispose();
  });

  const signals = () => machine.log.filter((line) => line.includes('SIG'));

  it('L01 L02 L03 closes stdin, waits, terminates, waits, kills; each wait in full', async () => {
    machine.start(DEAF);
    assert.deepEqual(await machine.climb(), ['1 killed']);
    assert.deepEqual(machine.log, [
      '0 eof',
      '0 step stdin 1000',
      '1000 SIGTERM 1',
      '1000 step term 2000',
      '3000 step kill 0',
      '3000 SIGKILL 1',
    ]);
  });

  it('L01 looks that take long, as among hundreds of ladders, take nothing from a wait', async () => {
    machine.slowness = () => (signals().length === 0 ? 1_900 : 0);
    machine.start(DEAF);
    assert.deepEqual(await machine.climb(), ['1 killed']);
    const [terminated, killed] = signals().map((line) => Number.parseInt(line, 10)) as [number, number];
    assert.ok(killed - terminated >= 2_000, `${killed - terminated} ms`);
    assert.ok(
      machine.log.some((line) => line === `${terminated} step term 2000`),
      'who takes over has all of it',
    );
  });

  it('L04 signals every member at each step, and the waits end early when all are gone', async () => {
    machine.start({ onEof: 100 });
    machine.start({ onTerm: 100 });
    machine.start({ onTerm: 0 });
    machine.start(DEAF);
    assert.deepEqual(await machine.climb(), ['1 exited', '2 terminated', '3 terminated', '4 killed']);
    assert.deepEqual(signals(), ['1000 SIGTERM 2', '1000 SIGTERM 3', '1000 SIGTERM 4', '3000 SIGKILL 4']);
  });

  it('a server that ends on end-of-file hears no signal and takes no longer than it needs', async () => {
    machine.start({ onEof: 60 });
    assert.deepEqual(await machine.climb(), ['1 exited']);
    assert.deepEqual(signals(), []);
    assert.ok(machine.now < 300, String(machine.now));
  });

  it('a server that ends on SIGTERM is not killed', async () => {
    machine.start({ onTerm: 1_900 });
    assert.deepEqual(await machine.climb(), ['1 terminated']);
    assert.deepEqual(signals(), ['1000 SIGTERM 1']);
  });

  it('carries on where another left it, with what was left of the wait and no less', async () => {
    const table = [
      { from: { step: 'stdin', remaining: 300 }, term: 300, kill: 2_300 },
      { from: { step: 'stdin', remaining: 0 }, term: 0, kill: 2_000 },
      // Another's wait may have been longer than ours is.
      { from: { step: 'stdin', remaining: 9_000 }, term: 9_000, kill: 11_000 },
      { from: { step: 'term', remaining: 700 }, term: 0, kill: 700 },
      { from: { step: 'kill', remaining: 0 }, term: undefined, kill: 0 },
    ] as const;
    for (const { from, term, kill } of table) {
      machine.dispose();
      machine = new Simulation();
      machine.start(DEAF);
      assert.deepEqual(await machine.climb({ from, closeStdin: undefined }), ['1 killed']);
      assert.deepEqual(signals(), [...(term === undefined ? [] : [`${term} SIGTERM 1`]), `${kill} SIGKILL 1`]);
    }
  });

  it('L16 takes in whoever appears on the way', async () => {
    machine.start(DEAF);
    machine.at(500, () => machine.start(DEAF));
    machine.at(1_500, () => machine.start(DEAF));
    machine.at(1_500, () => machine.start({ onTerm: 0 }));
    assert.deepEqual(await machine.climb(), ['1 killed', '2 killed', '3 killed', '4 terminated']);
    const sent = signals().map((line) => line.replace(/^\d+(\.\d+)? /, ''));
    assert.deepEqual(sent.slice(0, 2), ['SIGTERM 1', 'SIGTERM 2']);
    assert.deepEqual(sent.slice(2, 4), ['SIGTERM 3', 'SIGTERM 4']);
    assert.deepEqual(sent.slice(4), ['SIGKILL 1', 'SIGKILL 2', 'SIGKILL 3']);
  });

  it('L16 ends only after two scans in a row that found nobody', async () => {
    // A child that was forked while its parent was being killed shows up after the first empty scan.
    machine.start(DEAF);
    let born = false;
    const scansAfter = () => machine.scans.filter((at) => at > 3_000).length;
    machine.failing = () => {
      if (!born && scansAfter() === 1) {
        born = true;
        machine.start(DEAF);
      }
      return undefined;
    };
    assert.deepEqual(await machine.climb(), ['1 killed', '2 killed']);
    assert.deepEqual(machine.alive, []);
    const last = Number(signals().at(-1)?.split(' ')[0]);
    assert.equal(machine.scans.filter((at) => at > last).length, 2);
  });

  it('looks twice even where all ended by themselves', async () => {
    machine.start({ onEof: 0 });
    await machine.climb();
    const [first, ...more] = machine.scans;
    assert.equal(first, 0);
    assert.ok(more.length >= 2);
    assert.deepEqual(await machine.climb(), [], 'nobody there at all');
  });

  it('gives up on a fork storm that outruns it', async () => {
    machine.start(DEAF);
    machine.failing = () => {
      if (machine.alive.length === 0) machine.start(DEAF);
      return undefined;
    };
    const result = await machine.climb({ from: { step: 'kill', remaining: 0 } });
    assert.ok(result.length > 10 && machine.scans.length < 100, `${result.length} in ${machine.scans.length} scans`);
  });

  it('K09 after a scan that fails nothing is signalled any more, whenever it fails', async () => {
    const whole = new Simulation();
    let length = 0;
    try {
      whole.start(DEAF);
      await whole.climb();
      length = whole.scans.length;
    } finally {
      whole.dispose();
    }
    assert.ok(length > 10);
    for (let at = 0; at < length; at++) {
      machine.dispose();
      machine = new Simulation();
      machine.start(DEAF);
      let logged = 0;
      // Once only: it must not go on when the next scan would succeed.
      machine.failing = (scan) => {
        if (scan !== at) return undefined;
        logged = signals().length;
        return 'EMFILE';
      };
      const result = await machine.climb();
      assert.equal(signals().length, logged, `scan ${at}`);
      assert.equal(machine.scans.length, at + 1, 'it does not look again either');
      if (at === 0) assert.deepEqual([result, machine.log], [[], ['0 eof']], 'only stdin is closed');
      else if (logged === 0) assert.deepEqual(result, ['1 spared (tableUnreadable: EMFILE)']);
      else if (logged === 1) assert.deepEqual(result, ['1 survived (tableUnreadable: EMFILE)']);
      else assert.deepEqual(result, ['1 killed']);
    }
  });

  it('a decision that fails is a scan that fails', async () => {
    machine.start(DEAF);
    machine.start({
      spared: (at) => {
        if (at >= 1_000) throw new Error('EIO');
        return undefined;
      },
    });
    const result = await machine.climb();
    assert.deepEqual(signals(), []);
    assert.deepEqual(
      result,
      [1, 2].map((one) => `${one} spared (tableUnreadable: EIO)`),
    );
  });

  it('what the policy spares is never signalled, holds nothing up, and says why', async () => {
    machine.start({ spared: () => 'in use' });
    machine.start({ onEof: 50 });
    assert.deepEqual(await machine.climb(), ['1 spared (notExamined: in use)', '2 exited']);
    assert.deepEqual(signals(), []);
    assert.ok(machine.now < 300, String(machine.now));
    machine.start(DEAF);
    assert.deepEqual((await machine.climb()).sort(), ['1 spared (notExamined: in use)', '3 killed']);
    assert.ok(!machine.log.some((line) => line.endsWith(' 1')));
  });

  it('asks the policy again for a process decided on long before its turn, as where each decision asks `ps`', async () => {
    machine.decisionTime = 100;
    // Decided on at 700, before the others; the last decision is there at 1,200.
    machine.start({ spared: (at) => (at >= 900 ? 'somebody came' : undefined) });
    for (let number = 2; number <= 6; number++) machine.start(DEAF);
    const outcomes = await machine.climb({ from: { step: 'kill', remaining: 0 }, closeStdin: undefined });
    assert.deepEqual(outcomes, [
      '1 spared (notExamined: somebody came)',
      ...[2, 3, 4, 5, 6].map((one) => `${one} killed`),
    ]);
    assert.ok(!signals().some((line) => line.endsWith(' 1')));
  });

  it('asks the policy again before each signal', async () => {
    machine.start({ spared: (at) => (at >= 1_000 ? 'somebody came' : undefined) });
    machine.start({ spared: (at) => (at >= 3_000 ? 'somebody came' : undefined) });
    assert.deepEqual(await machine.climb(), [
      '1 spared (notExamined: somebody came)',
      '2 survived (notExamined: somebody came)',
    ]);
    assert.deepEqual(signals(), ['1000 SIGTERM 2']);
  });

  it('K01 a pid that changes hands on the way is not signalled', async () => {
    machine.start({});
    machine.at(2_000, () => machine.recycle(1));
    assert.deepEqual(await machine.climb(), ['1 terminated']);
    assert.deepEqual(signals(), ['1000 SIGTERM 1']);
    assert.deepEqual(machine.alive, [1], 'the stranger lives');
  });

  it('K15 what it may not signal is reported, not looped on', async () => {
    machine.start({ refuses: 'EPERM' });
    machine.start({ onTerm: 0 });
    assert.deepEqual(await machine.climb(), ['1 spared (signalFailed: not permitted)', '2 terminated']);
    assert.deepEqual(signals(), ['1000 SIGTERM 1', '1000 SIGTERM 2']);
  });

  it('L25 one that is killed and takes its time is waited for, though half gone it cannot be examined any more', async () => {
    machine.start({ onKill: 300, spared: (at) => (at > 3_000 ? 'its main thread is gone' : undefined) });
    assert.deepEqual(await machine.climb(), ['1 killed']);
    assert.deepEqual(signals(), ['1000 SIGTERM 1', '3000 SIGKILL 1']);
  });

  it('what does not even end on SIGKILL (state D) is reported, after a bounded time', async () => {
    machine.start({ onKill: undefined });
    assert.deepEqual(await machine.climb(), ['1 survived (outlivedKill)']);
    assert.ok(machine.now < 30_000, String(machine.now));
  });
});
