import assert from 'node:assert/strict';
import { redrawAfter } from '../../../src/views/tree/rowClock';
import { NODE, serverView } from './rows';

describe('the next update of rows that show ages', () => {
  const NOW = 1_000_000;
  const old = serverView({ startedAt: NOW - 61_000 });
  const child = { ...NODE, children: [{ ...NODE, startedAt: NOW - 1_000 }] };
  const entry = { by: 'window', server: '', sessionId: '', processes: [], memoryFreed: 0, milliseconds: 0 } as const;
  const table: [string, Parameters<typeof redrawAfter>[0], number][] = [
    ['no rows', { servers: [], history: [] }, 60_000],
    ['an old one', { servers: [old], history: [] }, 60_000],
    ['a young one', { servers: [old, serverView({ startedAt: NOW })], history: [] }, 5_000],
    ['an old one with a young process', { servers: [{ ...old, processes: [child] }], history: [] }, 5_000],
    ['one that was just ended', { servers: [], history: [{ ...entry, at: NOW - 5, containers: [] }] }, 5_000],
    ['one whose start is unknown', { servers: [serverView()], history: [] }, 60_000],
  ];
  for (const [what, inventory, expected] of table) {
    it(`${what}: after ${expected / 1000} s`, () => assert.equal(redrawAfter(inventory, NOW), expected));
  }
});
