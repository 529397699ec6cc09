import assert from 'node:assert/strict';
import { RecordedContainers } from '../../../src/containers/recordedContainers';
import type { Member } from '../../../src/judgement/members';
import type { Inventory } from '../../../src/model/inventory';
import { foreignKey, recordKey } from '../../../src/model/keys';
import type { Platform } from '../../../src/os/platform';
import type { ServerRecord, SessionFile } from '../../../src/registry/schema';
import type { ForeignServer } from '../../../src/scan/foreign/foreignServer';
import type { ScannedSession } from '../../../src/scan/scan';
import type { Findings } from '../../../src/scan/scanSharing';
import {
  buildInventory,
  type InventoryOwner,
  type InventoryParts,
  NOTHING_KNOWN,
} from '../../../src/tracker/buildInventory';
import { entry, identity, machine, OWNER_GONE, OWNER_RUNNING, recordOf, sessionOf, uuid } from '../judgement/table';
import { foreignView, serverView } from '../views/rows';

const SNAPSHOT = machine(entry(600, 1), entry(700, 1));
const NONE: Findings = { sessions: [], foreign: [], problems: [] };
const log = { info() {}, warn() {}, error() {} };

const memberOf = (pid: number): Member => ({ entry: entry(pid, 1), identity: identity(pid), by: 'root' });

/** A session with one running server, pid `pid`. */
function sessionWith(pid: number, kind: 'dead' | 'live'): ScannedSession {
  const record = recordOf({ id: uuid(pid), server: `${kind} ${pid}`, root: identity(pid) });
  const session = sessionOf({ id: uuid(1_000 + pid), records: [record] });
  const verdict = kind === 'dead' ? { kind, evidence: OWNER_GONE } : { kind, evidence: OWNER_RUNNING };
  return { session, found: undefined, verdict, records: [{ record, members: [memberOf(pid)] }], claimedBy: undefined };
}

function foreignWith(pid: number, change: Partial<ForeignServer> = {}): ForeignServer {
  const record = recordOf({ id: uuid(pid), kind: 'foreign', root: identity(pid) });
  return {
    ...{ record, named: { name: `other ${pid}`, client: 'Codex', file: undefined, basis: { kind: 'path' } } },
    ...{ members: [memberOf(pid)], above: { kind: 'none' }, launcher: undefined, stdin: undefined, use: undefined },
    ...{ heldBy: undefined, heldWith: [], isProven: true, isOrphaned: false, idleSince: undefined, dependsOn: [] },
    ...{ folder: undefined, terminal: undefined },
    ...change,
  };
}

function ownerWith(records: readonly ServerRecord[] = []): InventoryOwner {
  const session: SessionFile = sessionOf({ id: uuid(9), owner: identity(200), records });
  const own = { session, record: (id: string) => records.find((one) => one.id === id) };
  const containers = new RecordedContainers(log);
  return { own: own as unknown as InventoryOwner['own'], self: identity(200), platform: {} as Platform, containers };
}

const adopted = recordOf({ id: uuid(5), kind: 'adopted', server: 'here', root: identity(500) });

function build(
  parts: Partial<InventoryParts>,
  { before = NONE, ending = [], owner = ownerWith([adopted]) }: Partial<Parts> = {},
) {
  const known = { ...NOTHING_KNOWN, snapshot: SNAPSHOT, ...parts };
  return buildInventory(known, owner, before, new Set(ending), 1_234);
}

interface Parts {
  readonly before: Findings;
  readonly ending: readonly string[];
  readonly owner: InventoryOwner;
}

const namesIn = ({ servers }: Inventory) => servers.map(({ name }) => name);
const scanWith = (...sessions: readonly ScannedSession[]) => ({ snapshot: SNAPSHOT, sessions, problems: ['x'] });

describe('an inventory', () => {
  it('begins with the orphans of sessions, then this window, other windows, other clients', () => {
    const scan = scanWith(sessionWith(600, 'live'), sessionWith(700, 'dead'));
    const { inventory, findings } = build({
      scan,
      foreign: { servers: [foreignWith(800)], takenAt: 0, hasFailed: false },
    });
    assert.deepEqual(namesIn(inventory), ['dead 700', 'here', 'live 600', 'other 800']);
    assert.deepEqual([inventory.scanned, inventory.sweptAt], [true, 1_234]);
    assert.deepEqual([findings.sessions.length, findings.foreign.length, findings.problems], [2, 1, ['x']]);
    assert.deepEqual(inventory.problems, [{ file: undefined, line: undefined, column: undefined, message: 'x' }]);
  });

  it('shows the servers of its own session only as this window’s', () => {
    const own = { ...sessionWith(500, 'live'), session: ownerWith().own.session };
    assert.deepEqual(namesIn(build({ scan: scanWith(own) }).inventory), ['here']);
  });

  it('shows the findings of another window in place of its own', () => {
    const reused = {
      sessions: [serverView({ name: 'theirs' })],
      foreign: [foreignView({ name: 'found', processes: [] })],
    };
    const scan = scanWith(sessionWith(700, 'dead'));
    const { inventory, findings } = build({ scan, reused });
    assert.deepEqual(namesIn(inventory), ['theirs', 'here', 'found']);
    assert.deepEqual(findings.sessions, reused.sessions);
    const { foreign } = reused;
    assert.deepEqual(namesIn(build({ scan, reused: { foreign } }).inventory), ['dead 700', 'here', 'found']);
  });

  it('has one row per process: a recorded one is not listed as another client’s', () => {
    const servers = [foreignWith(500), foreignWith(700), foreignWith(800)];
    const scan = scanWith(sessionWith(700, 'dead'));
    const { inventory } = build({ scan, foreign: { servers, takenAt: 0, hasFailed: false } });
    assert.deepEqual(namesIn(inventory), ['dead 700', 'here', 'other 800']);
  });

  it('keeps showing the last verdict until a second look confirms a new one', () => {
    const server = foreignWith(800, { isProven: false });
    const parts = { scan: scanWith(), foreign: { servers: [server], takenAt: 0, hasFailed: false } };
    const before = { ...NONE, foreign: [foreignView({ key: foreignKey(server.record) })] };
    const verdictOf = (change?: Partial<Parts>) => build(parts, change).inventory.servers.at(-1)?.verdict;
    assert.equal(verdictOf({ before }), 'orphaned');
    assert.equal(verdictOf(), 'unknown');
  });

  it('says which rows are being ended, but does not share that', () => {
    const dead = sessionWith(700, 'dead');
    const server = foreignWith(800, { isOrphaned: true });
    const ending = [recordKey(dead.session.id, uuid(700)), foreignKey(server.record)];
    const parts = { scan: scanWith(dead), foreign: { servers: [server], takenAt: 0, hasFailed: false } };
    const { inventory, findings } = build(parts, { ending });
    assert.deepEqual(
      inventory.servers.map(({ state }) => state),
      ['stopping', 'running', 'stopping'],
    );
    assert.ok([...findings.sessions, ...findings.foreign].every(({ state }) => state === 'running'));
  });

  it('before the first scan shows what is recorded, as being checked, and keeps the earlier findings', () => {
    const remembered = [sessionOf({ records: [recordOf({ server: 'a' })] })];
    const problem = { file: 'f', line: 1, column: 1, message: 'wrong' };
    const before = { ...NONE, problems: ['kept'] };
    const { inventory, findings } = build({ remembered, problems: [problem] }, { before });
    const [row, ...more] = inventory.servers;
    assert.deepEqual([row?.name, row?.verdict, row && 'checking' in row, more], ['a', 'unknown', true, []]);
    assert.deepEqual([inventory.scanned, inventory.sweptAt, inventory.problems], [false, 0, [problem]]);
    assert.equal(findings, before);
  });

  it('shows the state of the guard, with its memory', () => {
    const guard = { kind: 'armed', pid: 600, problem: undefined } as const;
    const armed = build({ scan: scanWith(), guard }).inventory.guard;
    assert.deepEqual(armed, { state: 'armed', pid: 600, memory: 1, problem: undefined });
    assert.equal(build({ scan: scanWith() }).inventory.guard.state, 'off');
  });
});
