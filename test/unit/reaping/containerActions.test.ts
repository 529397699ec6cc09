import assert from 'node:assert/strict';
import type { ContainerWithoutClient } from '../../../src/model/containerView';
import type { Inventory } from '../../../src/model/inventory';
import type { ServerView } from '../../../src/model/serverView';
import { stopPermissionOf } from '../../../src/reaping/containerActions';
import { foreignView, launchedView, serverView } from '../views/rows';

const ID = 'a'.repeat(64);
const LIVE = { group: 'otherWindows', verdict: 'active' } as const;

const view = (labelled: boolean) => ({ id: ID, image: 'img', state: 'running', labelled });

function inventory(server: ServerView | undefined, lost?: Pick<ContainerWithoutClient, 'notOurs'>): Inventory {
  return {
    ...{ scanned: true, sweptAt: 0, servers: server ? [server] : [], problems: [], reapForeign: 'report', history: [] },
    guard: { state: 'off', pid: undefined, memory: undefined, problem: undefined },
    containersWithoutClient: lost
      ? [{ ...view(false), name: 'x', createdAt: 0, server: 's', client: 'c', notOurs: lost.notOurs }]
      : [],
  };
}

describe('K11 the requesters that may stop a container', () => {
  const table: [string, Inventory, 'at once' | 'ask' | 'no'][] = [
    ['ours and orphaned', inventory(serverView({ containers: [view(true)] })), 'at once'],
    ['ours, of this window', inventory(launchedView({ containers: [view(true)] })), 'ask'],
    ['of another live window', inventory(serverView({ ...LIVE, containers: [view(true)] })), 'no'],
    [
      'of a window that is away',
      inventory(serverView({ ...LIVE, verdict: 'detached', containers: [view(true)] })),
      'no',
    ],
    ['of a session in doubt', inventory(serverView({ ...LIVE, verdict: 'unknown', containers: [view(true)] })), 'no'],
    ['of a live wrapper', inventory(serverView({ ...LIVE, group: 'otherClients', containers: [view(true)] })), 'no'],
    ['orphaned without our labels', inventory(serverView({ containers: [view(false)] })), 'ask'],
    [
      'another client’s',
      inventory(foreignView({ group: 'otherClients', verdict: 'active', containers: [view(false)] })),
      'ask',
    ],
    ['without a client', inventory(undefined, { notOurs: undefined }), 'ask'],
    ['a gateway’s', inventory(undefined, { notOurs: 'gateway' }), 'no'],
    ['left running by a reap', inventory(undefined), 'ask'],
  ];
  for (const [what, given, expected] of table) {
    it(`${what}: ${expected}`, () => assert.equal(stopPermissionOf(given, ID).kind, expected));
  }
});
