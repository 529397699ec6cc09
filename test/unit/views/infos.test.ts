import './fakeEditor';
import assert from 'node:assert/strict';
import { type GuardView, type Inventory, MAX_HISTORY } from '../../../src/model/inventory';
import type { HistoryEntry } from '../../../src/registry/history';
import type { InfoRow } from '../../../src/views/tree/infoRow';
import { PanelRows } from '../../../src/views/tree/panelRows';
import { inventoryOf } from './rows';

function reaped(over: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    // The future is shown as now; otherwise a slow machine would show seconds.
    ...{ at: Date.now() + 60_000, by: 'window', server: 'files', sessionId: 's', containers: [], milliseconds: 1 },
    ...{ processes: [{ pid: 500, name: 'node', outcome: 'exited' }], memoryFreed: 1 << 20 },
    ...over,
  };
}

function infoOf(over: Partial<Inventory>): InfoRow | undefined {
  const rows = new PanelRows();
  rows.update({ ...inventoryOf([]), ...over }, Date.now());
  return rows.top.find((row) => row.kind === 'info');
}

const historyOf = (history: readonly HistoryEntry[]) => infoOf({ history });
const endedOf = (entry: HistoryEntry) => historyOf([entry])?.infos[0]?.info;

describe('rows below the servers', () => {
  it('show the guard, or why there is none', () => {
    const guard: GuardView = { state: 'unavailable', pid: undefined, memory: undefined, problem: undefined };
    const table: [Partial<GuardView>, string | undefined][] = [
      [{ state: 'off' }, undefined],
      [{ state: 'armed', pid: 7, memory: 1 << 20 }, 'on · pid 7 · 1 MB'],
      [{}, 'unavailable'],
      [
        { problem: { kind: 'not-run', program: 'node', why: { kind: 'system', code: 'ENOENT' } } },
        'unavailable: node cannot be run (ENOENT)',
      ],
    ];
    for (const [over, description] of table) {
      const shown = infoOf({ guard: { ...guard, ...over } });
      assert.equal(shown?.info.description, description);
    }
  });

  it('say what ended a server, and why', () => {
    const ended = '1 process · 1 MB · 0 s ago';
    const table: [Partial<HistoryEntry>, string, RegExp][] = [
      [{}, ended, /Ended by an editor window\./],
      [{ by: 'guard' }, `after a crash · ${ended}`, /Ended by crash protection/],
      [{ by: 'command line' }, `by the command line · ${ended}`, /Ended by the command line/],
      [{ by: 'wrapper' }, `its client ended · ${ended}`, /because its client ended/],
      [{ cause: 'user' }, `by you · ${ended}`, /Ended by you/],
      [{ cause: 'orphaned' }, `automatically · ${ended}`, /Ended automatically/],
      [{ cause: 'orphaned', by: 'guard' }, `after a crash · ${ended}`, /Ended by crash protection/],
      [{ cause: 'close', by: 'guard' }, `window closed · ${ended}`, /because its window closed/],
      [{ cause: 'start' }, `did not start · ${ended}`, /Did not start\./],
      [
        { cause: 'exit', exit: { code: 3 } },
        `exited unexpectedly · exit code 3 · ${ended}`,
        /unexpectedly \(exit code 3\)/,
      ],
    ];
    for (const [over, description, sentence] of table) {
      const info = endedOf(reaped(over));
      assert.equal(info?.description, description);
      assert.match(info?.tooltip ?? '', sentence);
    }
  });

  it('mention neither processes nor memory for a crash that left nothing', () => {
    const crash = { cause: 'exit', exit: { signal: 'SIGKILL' }, processes: [], memoryFreed: 0 } as const;
    const info = endedOf(reaped({ ...crash, lastLine: 'no memory', commandLine: 'node files.js' }));
    assert.equal(info?.description, 'exited unexpectedly · SIGKILL · 0 s ago');
    assert.deepEqual(info.tooltip.split('\n').slice(1), [
      'Exited unexpectedly (SIGKILL).',
      'Last line of its output: no memory',
      'Command: node files.js',
    ]);
  });

  it('describe the outcome of its processes as a reap’s report does', () => {
    const outcomes = ['exited', 'terminated', 'survived', 'a newer word'];
    const processes = outcomes.map((outcome, index) => ({ pid: 500 + index, name: 'node', outcome }));
    assert.deepEqual(endedOf(reaped({ processes }))?.tooltip.split('\n').slice(2), [
      'node (500): exited on request',
      'node (501): terminated',
      'node (502): survived',
      'node (503): a newer word',
    ]);
  });

  it('count what was ended in a day, or the latest of it if there may be more', () => {
    const table: [number, string, RegExp][] = [
      [1, '1 · 1 MB freed', /in the last 24 hours\.$/],
      [MAX_HISTORY - 1, '19 · 19 MB freed', /in the last 24 hours\.$/],
      [MAX_HISTORY, 'the last 20 · 20 MB freed', /^The last 20 servers that/],
    ];
    for (const [count, description, tooltip] of table) {
      const info = historyOf(Array.from({ length: count }, () => reaped()))?.info;
      assert.equal(info?.description, description);
      assert.match(info?.tooltip ?? '', tooltip);
    }
  });
});
