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

  it('L01 L02 L03 closes stdin, waits, terminates, waits, kills; no wait is shortened', async () => {
    machine.start(DEAF);
    assert.deepEqual(await machine.runLadder(), ['1 killed']);
    assert.deepEqual(machine.log, [
      '0 eof',
      '0 step stdin 1000',
      '1000 SIGTERM 1',
      '1000 step term 2000',
      '3000 step kill 0',
      '3000 SIGKILL 1',
    ]);
  });

  it('L01 slow scans, as with hundreds of ladders at once, shorten no wait', async () => {
    machine.slowness = () => (signals().length === 0 ? 1_900 : 0);
    machine.start(DEAF);
    assert.deepEqual(await machine.runLadder(), ['1 killed']);
    const [terminated, killed] = signals().map((line) => Number.parseInt(line, 10)) as [number, number];
    assert.ok(killed - terminated >= 2_000, `${killed - terminated} ms`);
    assert.ok(
      machine.log.some((line) => line === `${terminated} step term 2000`),
      'another process that continues the ladder waits in full',
    );
  });

  it('L04 signals every member at each step, and the waits end early when all are gone', async () => {
    machine.start({ onEof: 100 });
    machine.start({ onTerm: 100 });
    machine.start({ onTerm: 0 });
    machine.start(DEAF);
    assert.deepEqual(await machine.runLadder(), ['1 exited', '2 terminated', '3 terminated', '4 killed']);
    assert.deepEqual(signals(), ['1000 SIGTERM 2', '1000 SIGTERM 3', '1000 SIGTERM 4', '3000 SIGKILL 4']);
  });

  it('sends no signal to a server that ends on end-of-file, and waits no longer than needed', async () => {
    machine.start({ onEof: 60 });
    assert.deepEqual(await machine.runLadder(), ['1 exited']);
    assert.deepEqual(signals(), []);
    assert.ok(machine.now < 300, String(machine.now));
  });

  it('does not kill a server that ends on SIGTERM', async () => {
    machine.start({ onTerm: 1_900 });
    assert.deepEqual(await machine.runLadder(), ['1 terminated']);
    assert.deepEqual(signals(), ['1000 SIGTERM 1']);
  });

  it('continues where another process stopped, with the full rest of the wait', async () => {
    const table = [
      { from: { step: 'stdin', remaining: 300 }, term: 300, kill: 2_300 },
      { from: { step: 'stdin', remaining: 0 }, term: 0, kill: 2_000 },
      // The other process's wait may have been longer than ours.
      { from: { step: 'stdin', remaining: 9_000 }, term: 9_000, kill: 11_000 },
      { from: { step: 'term', remaining: 700 }, term: 0, kill: 700 },
      { from: { step: 'kill', remaining: 0 }, term: undefined, kill: 0 },
    ] as const;
    for (const { from, term, kill } of table) {
      machine.dispose();
      machine = new Simulation();
      machine.start(DEAF);
      assert.deepEqual(await machine.runLadder({ from, closeStdin: undefined }), ['1 killed']);
      assert.deepEqual(signals(), [...(term === undefined ? [] : [`${term} SIGTERM 1`]), `${kill} SIGKILL 1`]);
    }
  });

  it('L16 takes in processes that appear on the way', async () => {
    machine.start(DEAF);
    machine.at(500, () => machine.start(DEAF));
    machine.at(1_500, () => machine.start(DEAF));
    machine.at(1_500, () => machine.start({ onTerm: 0 }));
    assert.deepEqual(await machine.runLadder(), ['1 killed', '2 killed', '3 killed', '4 terminated']);
    const sent = signals().map((line) => line.replace(/^\d+(\.\d+)? /, ''));
    assert.deepEqual(sent.slice(0, 2), ['SIGTERM 1', 'SIGTERM 2']);
    assert.deepEqual(sent.slice(2, 4), ['SIGTERM 3', 'SIGTERM 4']);
    assert.deepEqual(sent.slice(4), ['SIGKILL 1', 'SIGKILL 2', 'SIGKILL 3']);
  });

  it('L16 ends only after two empty scans in a row', async () => {
    // A child forked while its parent was being killed appears after the first empty scan.
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
    assert.deepEqual(await machine.runLadder(), ['1 killed', '2 killed']);
    assert.deepEqual(machine.alive, []);
    const last = Number(signals().at(-1)?.split(' ')[0]);
    assert.equal(machine.scans.filter((at) => at > last).length, 2);
  });

  it('scans twice even when all ended on end-of-file', async () => {
    machine.start({ onEof: 0 });
    await machine.runLadder();
    const [first, ...more] = machine.scans;
    assert.equal(first, 0);
    assert.ok(more.length >= 2);
    assert.deepEqual(await machine.runLadder(), [], 'no process at all');
  });

  it('gives up on a fork storm that outruns it', async () => {
    machine.start(DEAF);
    machine.failing = () => {
      if (machine.alive.length === 0) machine.start(DEAF);
      return undefined;
    };
    const result = await machine.runLadder({ from: { step: 'kill', remaining: 0 } });
    assert.ok(result.length > 10 && machine.scans.length < 100, `${result.length} in ${machine.scans.length} scans`);
  });

  it('K09 sends no signal after a failed scan, whenever it fails', async () => {
    const whole = new Simulation();
    let length = 0;
    try {
      whole.start(DEAF);
      await whole.runLadder();
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
      // Once only: the ladder must stop even if the next scan would succeed.
      machine.failing = (scan) => {
        if (scan !== at) return undefined;
        logged = signals().length;
        return 'EMFILE';
      };
      const result = await machine.runLadder();
      assert.equal(signals().length, logged, `scan ${at}`);
      assert.equal(machine.scans.length, at + 1, 'it does not scan again either');
      if (at === 0) assert.deepEqual([result, machine.log], [[], ['0 eof']], 'only stdin is closed');
      else if (logged === 0) assert.deepEqual(result, ['1 spared (tableUnreadable: EMFILE)']);
      else if (logged === 1) assert.deepEqual(result, ['1 survived (tableUnreadable: EMFILE)']);
      else assert.deepEqual(result, ['1 killed']);
    }
  });

  it('treats a failed decision as a failed scan', async () => {
    machine.start(DEAF);
    machine.start({
      spared: (at) => {
        if (at >= 1_000) throw new Error('EIO');
        return undefined;
      },
    });
    const result = await machine.runLadder();
    assert.deepEqual(signals(), []);
    assert.deepEqual(
      result,
      [1, 2].map((one) => `${one} spared (tableUnreadable: EIO)`),
    );
  });

  it('never signals what the policy spares, does not wait for it, and says why', async () => {
    machine.start({ spared: () => 'in use' });
    machine.start({ onEof: 50 });
    assert.deepEqual(await machine.runLadder(), ['1 spared (notExamined: in use)', '2 exited']);
    assert.deepEqual(signals(), []);
    assert.ok(machine.now < 300, String(machine.now));
    machine.start(DEAF);
    assert.deepEqual((await machine.runLadder()).sort(), ['1 spared (notExamined: in use)', '3 killed']);
    assert.ok(!machine.log.some((line) => line.endsWith(' 1')));
  });

  it('asks the policy again for a process decided on long before its turn, as happens where each decision calls `ps`', async () => {
    machine.decisionTime = 100;
    // Decided on at 700, before the others; the last decision comes at 1,200.
    machine.start({ spared: (at) => (at >= 900 ? 'in use now' : undefined) });
    for (let number = 2; number <= 6; number++) machine.start(DEAF);
    const outcomes = await machine.runLadder({ from: { step: 'kill', remaining: 0 }, closeStdin: undefined });
    assert.deepEqual(outcomes, [
      '1 spared (notExamined: in use now)',
      ...[2, 3, 4, 5, 6].map((one) => `${one} killed`),
    ]);
    assert.ok(!signals().some((line) => line.endsWith(' 1')));
  });

  it('asks the policy again before each signal', async () => {
    machine.start({ spared: (at) => (at >= 1_000 ? 'in use now' : undefined) });
    machine.start({ spared: (at) => (at >= 3_000 ? 'in use now' : undefined) });
    assert.deepEqual(await machine.runLadder(), [
      '1 spared (notExamined: in use now)',
      '2 survived (notExamined: in use now)',
    ]);
    assert.deepEqual(signals(), ['1000 SIGTERM 2']);
  });

  it('K01 does not signal a pid that is recycled on the way', async () => {
    machine.start({});
    machine.at(2_000, () => machine.recycle(1));
    assert.deepEqual(await machine.runLadder(), ['1 terminated']);
    assert.deepEqual(signals(), ['1000 SIGTERM 1']);
    assert.deepEqual(machine.alive, [1], 'the stranger lives');
  });

  it('K15 reports what it may not signal, without trying again and again', async () => {
    machine.start({ refuses: 'EPERM' });
    machine.start({ onTerm: 0 });
    assert.deepEqual(await machine.runLadder(), ['1 spared (signalFailed: not permitted)', '2 terminated']);
    assert.deepEqual(signals(), ['1000 SIGTERM 1', '1000 SIGTERM 2']);
  });

  it('L25 waits for a killed process that ends slowly and can no longer be inspected', async () => {
    machine.start({ onKill: 300, spared: (at) => (at > 3_000 ? 'its main thread is gone' : undefined) });
    assert.deepEqual(await machine.runLadder(), ['1 killed']);
    assert.deepEqual(signals(), ['1000 SIGTERM 1', '3000 SIGKILL 1']);
  });

  it('reports what survives SIGKILL (state D), after a bounded time', async () => {
    machine.start({ onKill: undefined });
    assert.deepEqual(await machine.runLadder(), ['1 survived (outlivedKill)']);
    assert.ok(machine.now < 30_000, String(machine.now));
  });
});
