import assert from 'node:assert/strict';
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataFolder, openDataFolder } from '../../../src/registry/dataFolder';
import type { SessionFile } from '../../../src/registry/schema';
import {
  claimLost,
  claimSession,
  type FoundSession,
  isStillOurs,
  readSessions,
  releaseClaim,
  removeSession,
  sessionPath,
  sessionsNamedIn,
  writeClaimed,
  writeSession,
} from '../../../src/registry/sessionStore';
import { identity, OTHER_HOME, recordOf, sessionOf, uuid } from '../judgement/table';

const NONE = { sessions: [], newer: new Set(), unreadable: new Set(), inFlux: new Set(), problems: [] };

describe('session store', () => {
  let temp: string;
  let folder: DataFolder;
  let session: SessionFile;

  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'store-'));
    folder = openDataFolder(join(temp, 'home'));
    session = sessionOf({ home: folder.homeTag });
  });

  afterEach(() => {
    rmSync(temp, { recursive: true });
  });

  function only(): FoundSession {
    const { sessions, problems } = readSessions(folder);
    assert.deepEqual(problems, []);
    assert.equal(sessions.length, 1);
    return sessions[0] as FoundSession;
  }

  it('reads what was written, and a second write replaces the first', () => {
    assert.deepEqual(readSessions(folder), NONE);
    writeSession(folder, session);
    assert.deepEqual(only(), { path: sessionPath(folder, session.id), session, claimer: undefined });
    writeSession(folder, { ...session, handedOver: 5 });
    assert.equal(only().session.handedOver, 5);
    assert.deepEqual(readdirSync(folder.sessions), [`${session.id}.json`], 'no temporary file is left');
    removeSession(only().path);
    assert.deepEqual(readSessions(folder).sessions, []);
  });

  it('L22 of two processes that claim a dead session exactly one gets it', () => {
    writeSession(folder, session);
    // Both saw it before either claimed it.
    const [first, second] = [only(), only()];
    const won = claimSession(folder, first, identity(600));
    assert.deepEqual(won?.claimer, identity(600));
    assert.equal(claimSession(folder, second, identity(700)), undefined);
    assert.deepEqual(only().claimer, identity(600));
    assert.ok(!isStillOurs(folder, session.id), 'its owner sees that it is claimed');
    assert.deepEqual(claimSession(folder, only(), identity(600)), only(), 'claiming one’s own claim changes nothing');
  });

  it('L22 of many processes that claim at once exactly one gets it', () => {
    for (let round = 0; round < 20; round++) {
      writeSession(folder, session);
      const found = only();
      const claims = Array.from({ length: 10 }, (_, index) => claimSession(folder, found, identity(600 + index)));
      const winners = claims.filter((claim) => claim !== undefined);
      assert.equal(winners.length, 1);
      removeSession((winners[0] as FoundSession).path);
    }
  });

  it("L22 a dead claimer's claim can be claimed, and its path is then gone", () => {
    writeSession(folder, session);
    claimSession(folder, only(), identity(600));
    const stale = only();
    assert.deepEqual(claimSession(folder, stale, identity(700))?.claimer, identity(700));
    assert.equal(claimSession(folder, stale, identity(800)), undefined);
    assert.deepEqual(only().claimer, identity(700));
  });

  it('what was written between listing and claim counts', () => {
    writeSession(folder, session);
    const found = only();
    const more = { ...session, records: [recordOf(), recordOf({ id: uuid(2) })] };
    writeSession(folder, more);
    assert.deepEqual(claimSession(folder, found, identity(600))?.session, more);
  });

  it('a claim can be written to by its claimer, and given back under the old name', () => {
    writeSession(folder, session);
    const claimed = claimSession(folder, only(), identity(600)) as FoundSession;
    const left = writeClaimed(folder, claimed, { ...session, records: [] });
    assert.deepEqual(only(), left);
    releaseClaim(folder, left);
    assert.deepEqual(only(), { path: sessionPath(folder, session.id), session: left.session, claimer: undefined });
    assert.ok(isStillOurs(folder, session.id));
    // Removed by another process in the meantime: no error.
    removeSession(only().path);
    releaseClaim(folder, left);
    assert.deepEqual(readSessions(folder).sessions, []);
  });

  it('a claim that fails for another reason than another claim is an error, and the file stays', () => {
    writeSession(folder, session);
    const found = only();
    const { pid, start, scope } = identity(600);
    // No rename can replace a folder that is not empty.
    mkdirSync(join(folder.sessions, `${session.id}.claim-${pid}-${start}-${scope}.json`, 'full'), { recursive: true });
    assert.throws(() => claimSession(folder, found, identity(600)), /EISDIR|ENOTEMPTY|EEXIST/);
    assert.ok(isStillOurs(folder, session.id));
    assert.ok(claimSession(folder, found, identity(700)), 'control arm');
  });

  it('L22 L23 of two processes that claim a session without a file, and see each other, neither proceeds', () => {
    const won = claimLost(folder, session, identity(600));
    assert.deepEqual(won, only());
    assert.equal(claimLost(folder, session, identity(700)), undefined);
    assert.equal(claimLost(folder, session, identity(600)), undefined, 'nor does the first begin twice');
    assert.deepEqual(claimSession(folder, only(), identity(600)), won);
    assert.deepEqual(only(), won, 'the second has left nothing, and taken nothing');
    releaseClaim(folder, won as FoundSession);
    assert.equal(claimLost(folder, session, identity(700)), undefined, 'it has a file again');
    writeFileSync(sessionPath(folder, session.id), '{"schema":2}');
    assert.equal(claimLost(folder, session, identity(700)), undefined);
    assert.deepEqual(readdirSync(folder.sessions), [`${session.id}.json`]);
  });

  it('a claim on a damaged file fails', () => {
    writeSession(folder, session);
    const found = only();
    writeFileSync(found.path, '{');
    assert.equal(claimSession(folder, found, identity(600)), undefined);
  });

  it('K13 L23 damaged and hostile files are moved aside, named, and do not hide the others', () => {
    writeSession(folder, session);
    const put = (name: string, text: string) => writeFileSync(join(folder.sessions, name), text);
    const file = (number: number) => `${uuid(number)}.json`;
    put(file(1), '{"schema":1,');
    put(file(2), JSON.stringify(session));
    put(file(3), JSON.stringify({ ...session, id: uuid(3), owner: { ...session.owner, pid: 1 } }));
    put(file(4), '');
    put('notes.json', '{}');
    put(`${uuid(5)}.claim-0-t5-${session.owner.scope}.json.json`, '{}');
    const strangeId = '-'.repeat(36);
    put(`${strangeId}.json`, JSON.stringify({ ...session, id: strangeId }));
    mkdirSync(join(folder.sessions, file(6)));
    writeFileSync(join(temp, 'elsewhere.json'), JSON.stringify({ ...session, id: uuid(7) }));
    symlinkSync(join(temp, 'elsewhere.json'), join(folder.sessions, file(7)));
    const { sessions, problems, unreadable } = readSessions(folder);
    assert.deepEqual(
      sessions.map(({ session: { id } }) => id),
      [session.id],
    );
    assert.equal(problems.length, 9);
    for (const problem of problems) {
      assert.match(problem, /was moved to .*\.damaged and not used: .+\. Look in the list .+ The file can be removed/);
    }
    assert.ok(existsSync(join(temp, 'elsewhere.json')), 'what a link points to stays where it is');
    // Their session ids are remembered: the settings of these sessions are unknown.
    const unread = new Set([1, 2, 3, 4, 5, 6, 7].map(uuid));
    for (const found of [{ unreadable: unreadable }, readSessions(folder)]) assert.deepEqual(found.unreadable, unread);
    assert.deepEqual(sessionsNamedIn(folder), new Set([session.id, ...unread]));
    assert.deepEqual(readSessions(folder).problems, [], 'they are reported once');
  });

  it('what was set aside is removed 30 days later; folders, links and all other names stay', () => {
    const path = (name: string) => join(folder.sessions, name);
    const age = (name: string, days: number) => {
      const then = new Date(Date.now() - days * 24 * 3_600_000);
      lutimesSync(path(name), then, then);
    };
    const names = ['old', 'young', 'link', 'folder'].map((name) => `${name}.json.damaged`);
    const [old, young, link, below] = names as [string, string, string, string];
    const foreign = 'notes.damaged';
    for (const name of [old, young, foreign]) writeFileSync(path(name), '');
    symlinkSync(path(foreign), path(link));
    mkdirSync(path(below));
    for (const name of [old, link, below, foreign]) age(name, 31);
    age(young, 29);
    // An old file, set aside only now.
    writeFileSync(path(`${uuid(1)}.json`), '{');
    age(`${uuid(1)}.json`, 31);
    for (let round = 0; round < 2; round++) {
      readSessions(folder);
      const left = [young, link, below, foreign, `${uuid(1)}.json.damaged`];
      assert.deepEqual(readdirSync(folder.sessions).sort(), left.sort());
    }
  });

  it('a file that can be neither used nor moved aside is reported with what to do', () => {
    const path = join(folder.sessions, `${uuid(1)}.json`);
    for (const one of [path, `${path}.damaged`]) mkdirSync(join(one, 'full'), { recursive: true });
    assert.match(
      readSessions(folder).problems[0] ?? '',
      /was not used: .+\. It could not be moved aside: remove it\.$/,
    );
  });

  it('K26 a session of another home is moved aside', () => {
    writeSession(folder, { ...session, home: OTHER_HOME });
    const { sessions, problems } = readSessions(folder);
    assert.deepEqual(sessions, []);
    assert.match(problems[0] ?? '', /another data folder/);
    writeSession(folder, session);
    only();
  });

  it('K29 a file of a newer version stays untouched, and its session is named', () => {
    const path = sessionPath(folder, session.id);
    writeFileSync(path, '{"schema":2,"anything":"else"}');
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(readSessions(folder), { ...NONE, newer: new Set([session.id]) });
    }
    assert.ok(existsSync(path));
  });

  it('a claim by an impossible process is no claim', () => {
    const claims = ['claim-0-t5', 'claim-1-t5', 'claim-99999999999-t5', 'claim-600-x5', 'claim-600-t007'];
    for (const claim of claims) {
      const path = join(folder.sessions, `${session.id}.${claim}-${session.owner.scope}.json`);
      writeFileSync(path, JSON.stringify(session));
      assert.equal(only().claimer, undefined, claim);
      rmSync(path);
    }
  });

  it('an interrupted write is removed with its session, and only with its own', () => {
    writeSession(folder, session);
    const left = `${session.id}.json.1134969902`;
    const others = `${uuid(7)}.json.5`;
    for (const name of [left, others]) writeFileSync(join(folder.sessions, name), '{}');
    removeSession(only().path);
    assert.deepEqual(readdirSync(folder.sessions), [others]);
  });

  it('an interrupted write of a session without a file is removed when it is old', () => {
    const [old, young] = [`${uuid(7)}.json.5`, `${uuid(8)}.json.6`];
    for (const name of [old, young]) writeFileSync(join(folder.sessions, name), '{}');
    const before = new Date(Date.now() - 3_600_000);
    utimesSync(join(folder.sessions, old), before, before);
    openDataFolder(folder.path);
    assert.deepEqual(readdirSync(folder.sessions), [young]);
  });

  it('other files are left alone', () => {
    for (const name of ['README', `${session.id}.json.damaged`, `${session.id}.json.1234567890`]) {
      writeFileSync(join(folder.sessions, name), 'x');
    }
    assert.deepEqual(readSessions(folder), { ...NONE, unreadable: new Set([session.id]) });
    assert.equal(readdirSync(folder.sessions).length, 3);
  });
});
