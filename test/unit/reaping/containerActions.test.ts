import assert from 'node:assert/strict';
import type { ContainerWithoutClient, Picture, ServerGroup, VerdictKind } from '../../../src/model/inventory';
import { stopStandOf } from '../../../src/reaping/containerActions';
import { rowOf } from '../../../src/tracker/rows';

const ID = 'a'.repeat(64);

function picture(
  server: { group: ServerGroup; verdict: VerdictKind; labelled: boolean } | undefined,
  lost?: Pick<ContainerWithoutClient, 'notOurs'>,
): Picture {
  const view = { id: ID, image: 'img', state: 'running', labelled: server?.labelled ?? false };
  const row =
    server &&
    rowOf([], new Map(), {
      ...{ key: 'k', name: 'n', client: 'c', folder: undefined, owner: 'us', evidence: [], state: 'running' },
      ...{ group: server.group, verdict: server.verdict, containers: [view] },
    });
  return {
    ...{ scanned: true, sweptAt: 0, servers: row ? [row] : [], problems: [], reapOthers: 'report', history: [] },
    guard: { state: 'off', pid: undefined, memory: undefined, problem: undefined },
    containersWithoutClient: lost
      ? [{ ...view, name: 'x', createdAt: 0, server: 's', client: 'c', notOurs: lost.notOurs }]
      : [],
  };
}

describe('K11 who may stop a container from here', () => {
  const table: [string, Picture, 'at once' | 'ask' | 'no'][] = [
    ['ours and orphaned', picture({ group: 'orphaned', verdict: 'orphaned', labelled: true }), 'at once'],
    ['ours, of this window', picture({ group: 'thisWindow', verdict: 'active', labelled: true }), 'ask'],
    ['of another live window', picture({ group: 'otherWindows', verdict: 'active', labelled: true }), 'no'],
    ['of a window that is away', picture({ group: 'otherWindows', verdict: 'detached', labelled: true }), 'no'],
    ['of a session in doubt', picture({ group: 'otherWindows', verdict: 'unknown', labelled: true }), 'no'],
    ['of a live launcher', picture({ group: 'otherClients', verdict: 'active', labelled: true }), 'no'],
    ['orphaned without our labels', picture({ group: 'orphaned', verdict: 'orphaned', labelled: false }), 'ask'],
    ['another client’s', picture({ group: 'otherClients', verdict: 'active', labelled: false }), 'ask'],
    ['without a client', picture(undefined, { notOurs: undefined }), 'ask'],
    ['a gateway’s', picture(undefined, { notOurs: 'an MCP gateway runs it' }), 'no'],
    ['left running by a reap', picture(undefined), 'ask'],
  ];
  for (const [what, given, expected] of table) {
    it(`${what}: ${expected}`, () => assert.equal(stopStandOf(given, ID).kind, expected));
  }
});
