import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ServerRequester } from '../../src/judgement/facts';
import type { Decision } from '../../src/judgement/killPolicy';
import { type Member, membersOf } from '../../src/judgement/members';
import { judgeSession } from '../../src/judgement/sessionVerdict';
import { StdinWatch } from '../../src/reaping/stdinWatch';
import { chosenScan, scanTree } from '../../src/reaping/treeScan';
import type { SessionFile } from '../../src/registry/schema';
import { type ForestDraw, forests } from './draws';
import { chain, isEditor, isNamed, liveOwners, obstacles, trueMembers, verdictOn } from './oracle';
import { check } from './seeds';
import { type Being, fileOf, identityOf, makeWorld, type TrueRecord, type World } from './world';

const HOW_FAR = 3_000;

/** The process that a decision is about. Throws when no process has that identity. */
function beingOf(world: World, { identity }: Member): Being {
  const being = world.byPid.get(identity.pid);
  assert.ok(
    being && identity.start === `t${being.start}`,
    `no process has the identity ${identity.pid} ${identity.start}`,
  );
  return being;
}

/** No permit may ever name a protected process, whoever the requester is. */
function assertUnprotected(world: World, being: Being, decision: Decision): void {
  if ('spared' in decision) return;
  const what = `permit for ${being.index}`;
  assert.deepEqual(decision.permit.identity, identityOf(being), what);
  assert.equal(being.draw.life, 'alive', what);
  assert.ok(!['gone', 'recycled', 'error', 'zombie', 'otherUser', 'editor'].includes(being.draw.race), what);
  assert.notEqual(being.pid, 1, what);
  assert.notEqual(being, world.self, what);
  assert.ok(!chain(world, world.self).includes(being), what);
  assert.ok(!isEditor(being), what);
  if (process.getuid) assert.equal(being.draw.user, 'own', what);
  assert.notEqual(being.draw.role, 'serviceUnknown', what);
  assert.notEqual(being.draw.role, 'runtime', what);
}

/** Judges every session of a world as a sweep does, and asks the policy about every member of every record. */
async function judge(draw: ForestDraw): Promise<void> {
  const world = makeWorld(draw);
  const live = liveOwners(world);
  const files = new Map(world.sessions.map((session) => [session, fileOf(session)]));
  for (const [session, file] of files) {
    const members = file.records.flatMap((record) => membersOf(world.snapshot, file, record));
    const verdict = judgeSession(world.snapshot, file, members);
    assert.equal(verdict.kind, verdictOn(world, session), `session of ${session.owner.index}`);
    for (const record of session.records) {
      if (!file.records.some(({ id }) => id === record.id)) continue;
      await ruleOnRecord(world, record, file, live, { by: 'reaper' });
      if (session.owner === world.self) {
        await ruleOnRecord(world, record, file, live, { by: 'own session', owner: file.owner });
      }
    }
  }
  for (const being of world.beings.filter(({ draw: { life } }) => life === 'alive').slice(0, 60)) {
    await decideForUser(world, being, live);
  }
}

async function ruleOnRecord(
  world: World,
  record: TrueRecord,
  file: SessionFile,
  live: Being[],
  requester: ServerRequester,
) {
  let now = 0;
  const clientAbove = (_: unknown, { pid }: { pid: number }) => {
    const being = world.byPid.get(pid) as Being;
    const client = chain(world, being).find(({ draw: { role } }) => role === 'client');
    return client ? { kind: 'client' as const, title: 'x', pid: client.pid } : { kind: 'none' as const };
  };
  const scan = scanTree(
    {
      platform: world.platform,
      self: identityOf(world.self),
      requester: requester,
      liveOwners: live.map(identityOf),
      neverReap: world.neverReap,
      stdinWatch: new StdinWatch({ now: () => now, sleep: async () => {} }),
      named: isNamed(record),
      clientAbove,
    },
    world.snapshot,
    file,
    file.records.find(({ id }) => id === record.id) as SessionFile['records'][number],
  );
  const members = trueMembers(world, record);
  const found = scan.members.map((member) => beingOf(world, member));
  const indices = (beings: Iterable<Being>) => [...beings].map(({ index }) => index).sort((a, b) => a - b);
  assert.deepEqual(indices(found), indices(members), `members of record ${record.started.index}`);
  const verdict = verdictOn(world, record.session);
  for (const probedBefore of [false, true]) {
    if (probedBefore && record.kind !== 'foreign') break;
    for (const { member, decision } of await scan.decide(scan.members)) {
      const being = beingOf(world, member);
      assertUnprotected(world, being, decision);
      const against = obstacles(world, being, { record, members, verdict, live, requester, probedBefore });
      const what = `${requester.by} on ${being.index} of ${record.kind} record ${record.started.index}`;
      if ('permit' in decision) assert.deepEqual(against, [], `${what}: permitted`);
      else assert.notDeepEqual(against, [], `${what}: spared because of ${decision.spared}`);
    }
    now += HOW_FAR;
  }
}

/** The user may end more, but nothing that is protected and nothing of a live session. */
async function decideForUser(world: World, being: Being, live: readonly Being[]): Promise<void> {
  const identity = identityOf(being);
  const context = {
    platform: world.platform,
    self: identityOf(world.self),
    liveOwners: live.map(identityOf),
    neverReap: world.neverReap,
  };
  const entry = world.snapshot.processes.get(being.pid);
  assert.ok(entry, `${being.index} is in the snapshot`);
  const scan = chosenScan(context, world.snapshot, [{ entry, identity, by: 'root' }]);
  const [decided] = await scan.decide(scan.members);
  assert.ok(decided);
  const { decision } = decided;
  assertUnprotected(world, being, decision);
  if ('spared' in decision) return;
  if (being.draw.race === 'none') {
    assert.ok(!chain(world, being).some((one) => live.includes(one)), `the user's confirmation for ${being.index}`);
  }
  if (world.neverReap.length > 0) assert.notEqual(being.draw.role, 'listed');
}

/** Small worlds. For a long search: `PROPERTY_RUNS=50000 npx mocha test/property/killPolicy.test.ts -g small`. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 400);

describe('kill policy on random machines', () => {
  it('small: permits for all members of a provable orphan with no obstacle, and for no other process', async function () {
    this.timeout(0);
    await check('small', fc.asyncProperty(forests(0, 40), judge), {
      numRuns: RUNS,
      interruptAfterTimeLimit: RUNS * 50,
      // Who only wants to know whether it fails need not wait for the smallest example.
      endOnFailure: process.env.PROPERTY_SHRINK === 'off',
    });
  });

  it('up to 2,000 processes', async function () {
    // On a busy machine some forests take most of a minute.
    this.timeout(0);
    await check('large', fc.asyncProperty(forests(1_000, 2_000), judge), { numRuns: 2, endOnFailure: true });
  });
});
