import assert from 'node:assert/strict';
import type { ContainerWithoutClient, Inventory, ServerGroup, VerdictKind } from '../../../src/model/inventory';
import { stopPermissionOf } from '../../../src/reaping/containerActions';
import { rowOf } from '../../../src/tracker/rows';

const ID = 'a'.repeat(64);

function inventory(
  server: { group: ServerGroup; verdict: VerdictKind; labelled: boolean } | undefined,
  lost?: Pick<ContainerWithoutClient, 'notOurs'>,
): Inventory {
  const view = { id: ID, image: 'img', state: 'running', labelled: server?.labelled ?? false };
  const row =
    server &&
    rowOf([], new Map(), {
      ...{
        key: 'k',
        name: 'n',
        client: 'c',
        folder: undefined,
        managedBy: 'mcpProcesses',
        evidence: [],
        state: 'running',
      },
      ...{ group: server.group, verdict: server.verdict, containers: [view] },
    });
  return {
    ...{ scanned: true, sweptAt: 0, servers: row ? [row] : [], problems: [], reapForeign: 'report', history: [] },
    guard: { state: 'off', pid: undefined, memory: undefined, problem: undefined },
    containersWithoutClient: lost
      ? [{ ...view, name: 'x', createdAt: 0, server: 's', client: 'c', notOurs: lost.notOurs }]
      : [],
  };
}

describe('K11 who may stop a container from here', () => {
  const table: [string, Inventory, 'at once' | 'ask' | 'no'][] = [
    ['ours and orphaned', inventory({ group: 'orphaned', verdict: 'orphaned', labelled: true }), 'at once'],
    ['ours, of this window', inventory({ group: 'thisWindow', verdict: 'active', labelled: true }), 'ask'],
    ['of another live window', inventory({ group: 'otherWindows', verdict: 'active', labelled: true }), 'no'],
    ['of a window that is away', inventory({ group: 'otherWindows', verdict: 'detached', labelled: true }), 'no'],
    ['of a session in doubt', inventory({ group: 'otherWindows', verdict: 'unknown', labelled: true }), 'no'],
    ['of a live wrapper', inventory({ group: 'otherClients', verdict: 'active', labelled: true }), 'no'],
    ['orphaned without our labels', inventory({ group: 'orphaned', verdict: 'orphaned', labelled: false }), 'ask'],
    ['another client’s', inventory({ group: 'otherClients', verdict: 'active', labelled: false }), 'ask'],
    ['without a client', inventory(undefined, { notOurs: undefined }), 'ask'],
    ['a gateway’s', inventory(undefined, { notOurs: 'gateway' }), 'no'],
    ['left running by a reap', inventory(undefined), 'ask'],
  ];
  for (const [what, given, expected] of table) {
    it(`${what}: ${expected}`, () => assert.equal(stopPermissionOf(given, ID).kind, expected));
  }
});
