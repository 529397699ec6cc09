import assert from 'node:assert/strict';
import { cookieNames, findAlive, membersOf } from '../../../src/judgement/members';
import type { Snapshot } from '../../../src/os/platform';
import { parseCookie } from '../../../src/registry/cookie';
import type { ServerRecord, SessionFile } from '../../../src/registry/schema';
import { cookieOf, entry, identity, OTHER_HOME, OTHER_SCOPE, recordOf, sessionOf, table, uuid } from './table';

const session = sessionOf();
const ours = cookieOf();

/** The members as `pid:proof`, ordered by pid. */
function found(snapshot: Snapshot, record: ServerRecord = recordOf(), of: SessionFile = session): string[] {
  return membersOf(snapshot, of, record)
    .sort((a, b) => a.entry.pid - b.entry.pid)
    .map(({ entry: { pid }, by }) => `${pid}:${by}`);
}

describe('members', () => {
  it('are root, census, cookie carriers, and what is below any of these; nothing else', () => {
    const snapshot = table(
      entry(1, 0),
      entry(400, 1),
      entry(500, 1),
      entry(501, 500),
      entry(502, 501),
      entry(600, 1),
      entry(601, 600),
      entry(700, 1, { cookie: ours }),
      entry(701, 700),
      // The same program beside it (K04).
      entry(800, 1, { args: ['node', 'server-500.js'] }),
    );
    const record = recordOf({ census: [identity(600)] });
    assert.deepEqual(found(snapshot, record), [
      '500:root',
      '501:tree',
      '502:tree',
      '600:census',
      '601:tree',
      '700:cookie',
      '701:tree',
    ]);
    assert.deepEqual(found(snapshot, recordOf({ root: undefined })), ['700:cookie', '701:tree']);
  });

  it('K01 K12 K30 an identity that does not match makes no process a member', () => {
    const snapshot = table(entry(1, 0), entry(500, 1), entry(501, 500));
    for (const root of [identity(500, 't499'), identity(500, 't500', OTHER_SCOPE), identity(499)]) {
      assert.deepEqual(found(snapshot, recordOf({ root })), []);
      assert.deepEqual(found(snapshot, recordOf({ root: undefined, census: [root] })), []);
    }
    assert.deepEqual(found(snapshot), ['500:root', '501:tree'], 'control');
    assert.equal(findAlive(snapshot, identity(500))?.pid, 500);
    assert.equal(findAlive(snapshot, identity(500, 't499')), undefined);
  });

  it('K12 a session of another boot, container or machine has no members here', () => {
    const elsewhere = sessionOf({ owner: identity(300, 't300', OTHER_SCOPE) });
    const snapshot = table(entry(500, 1), entry(501, 1, { cookie: cookieOf(elsewhere) }));
    assert.deepEqual(found(snapshot, recordOf(), elsewhere), []);
    assert.deepEqual(found(snapshot), ['500:root'], 'control');
  });

  it('L15 L25 a zombie is not a member; what is below it still is', () => {
    const snapshot = table(
      entry(500, 1, { zombie: true, cookie: ours }),
      entry(501, 500),
      entry(502, 1, { cookie: ours }),
    );
    assert.deepEqual(found(snapshot), ['502:cookie']);
    const middle = table(entry(500, 1), entry(501, 500, { zombie: true }), entry(502, 501));
    assert.deepEqual(found(middle), ['500:root', '502:tree']);
  });

  it('K24 K26 only the full cookie of this session, of this home, names a member', () => {
    const strangers: Partial<SessionFile>[] = [
      { home: OTHER_HOME },
      { id: uuid(101) },
      { owner: identity(301) },
      { owner: identity(300, 't301') },
      { owner: identity(300, 't300', OTHER_SCOPE) },
    ];
    for (const change of strangers) {
      const text = cookieOf(sessionOf(change));
      assert.deepEqual(found(table(entry(700, 1, { cookie: text }))), [], text);
      assert.ok(!cookieNames(parseCookie(text), session, uuid(1)), text);
    }
    const others = [cookieOf(session, uuid(2)), ours.slice(0, -1), `${ours} `, '', undefined];
    for (const cookie of others) assert.deepEqual(found(table(entry(700, 1, { cookie }))), [], cookie);
    assert.deepEqual(found(table(entry(700, 1, { cookie: ours }))), ['700:cookie'], 'control');
  });

  it("K24 a process below with another record's cookie belongs to that record, as does what is below it", () => {
    const nested = cookieOf(session, uuid(2));
    const tree = (cookie: string | undefined) =>
      table(
        entry(500, 1, { cookie: ours }),
        entry(501, 500, { cookie: ours }),
        entry(502, 501, { cookie }),
        entry(503, 502),
        entry(504, 503),
        entry(505, 501, { cookie: ours }),
      );
    assert.deepEqual(found(tree(nested)), ['500:root', '501:tree', '505:tree']);
    const elsewhere = cookieOf(sessionOf({ home: OTHER_HOME }));
    assert.deepEqual(found(tree(elsewhere)), ['500:root', '501:tree', '505:tree'], 'K26');
    const all = ['500:root', '501:tree', '502:tree', '503:tree', '504:tree', '505:tree'];
    for (const cookie of [ours, undefined, 'rubbish']) assert.deepEqual(found(tree(cookie)), all, 'control');
  });

  it("K22 a process in the census that now carries another record's cookie belongs to that record", () => {
    const record = recordOf({ census: [identity(502)] });
    const nested = cookieOf(sessionOf({ id: uuid(101), owner: identity(400) }));
    assert.deepEqual(found(table(entry(500, 1), entry(502, 1, { cookie: nested })), record), ['500:root']);
    assert.deepEqual(found(table(entry(500, 1), entry(502, 1)), record), ['500:root', '502:census'], 'control');
  });

  it('L17 a process whose environment was overwritten is known by census or tree', () => {
    const snapshot = table(entry(500, 1, { cookie: ours }), entry(501, 500), entry(502, 1), entry(503, 1));
    assert.deepEqual(found(snapshot, recordOf({ census: [identity(502)] })), ['500:root', '501:tree', '502:census']);
  });
});
