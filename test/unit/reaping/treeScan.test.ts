import assert from 'node:assert/strict';
import { CONFIRM_FOREIGN_MS } from '../../../src/common/limits';
import type { OutsideUse, Platform, Snapshot, StdinPeer } from '../../../src/os/platform';
import { seen, UNSEEN } from '../../../src/os/users';
import { OrphanedSet } from '../../../src/reaping/orphanedSet';
import { StdinWatch } from '../../../src/reaping/stdinWatch';
import { type DecisionContext, heldServerIn, scanOf, type Tree, treeOf } from '../../../src/reaping/treeScan';
import { type ServerRecord, type SessionFile, WRAPPER_EDITOR } from '../../../src/registry/schema';
import { codeOf, heldBy } from '../../support/codes';
import { entry, identity, machine, recordOf, SCOPE, sessionOf, table, uuid } from '../judgement/table';

interface Probes {
  readonly use?: Record<number, OutsideUse>;
  readonly stdin?: Record<number, StdinPeer>;
  readonly insiders?: ReadonlySet<number>[];
}

function treeIn(
  snapshot: Snapshot,
  record: ServerRecord,
  probes: Probes = {},
  change: Partial<DecisionContext> = {},
  records: readonly ServerRecord[] = [record],
  session: Partial<SessionFile> = {},
): Tree {
  const platform = {
    scope: SCOPE,
    inspect: async (pid: number) => ({ kind: 'present', entry: snapshot.processes.get(pid) }),
    serviceRole: async () => ({ kind: 'none' }),
    stdinPeer: async ({ pid }: { pid: number }) =>
      probes.stdin?.[pid] ?? { kind: 'unknown', reason: { kind: 'said', text: 'no probe' } },
    // One answer for all, as `ss` gives it: one hidden process makes the whole answer unknown.
    outsideUse: async (pids: readonly number[], insiders: ReadonlySet<number>) => {
      probes.insiders?.push(insiders);
      const all = pids.map((pid) => probes.use?.[pid] ?? { kind: 'none' });
      return all.find(({ kind }) => kind === 'unknown') ?? all.find(({ kind }) => kind === 'used') ?? { kind: 'none' };
    },
  } as unknown as Platform;
  const context: DecisionContext = {
    platform,
    self: identity(200),
    requester: { by: 'reaper' },
    liveOwners: [],
    neverReap: [],
    stdinWatch: new StdinWatch({ now: () => 0, sleep: async () => {} }),
    ...change,
  };
  return treeOf(context, snapshot, sessionOf({ records, ...session }), record);
}

/** The decision about each member: `<pid> permit` or `<pid> <reason>`. */
async function rule(...tree: Parameters<typeof treeIn>): Promise<string[]> {
  const scan = scanOf(treeIn(...tree));
  const decided = await scan.decide(scan.members);
  return decided.map(
    ({ member, decision }) => `${member.entry.pid} ${'spared' in decision ? codeOf(decision.spared) : 'permit'}`,
  );
}

/** The user who runs the test, instead of the table's usual one. */
const ours = { uid: process.getuid?.() };

describe('decisions on a tree', () => {
  const snapshot = machine(
    entry(500, 1, ours),
    entry(501, 500, { ...ours, sid: 500 }),
    entry(502, 500, { ...ours, sid: 502 }),
    entry(503, 500, { ...ours, sid: 503 }),
    entry(504, 502, { ...ours, sid: 502 }),
  );

  it('L04 come children first', async () => {
    const found = (await rule(snapshot, recordOf())).map((line) => Number(line.split(' ')[0]));
    for (const [child, parent] of [
      [504, 502],
      [502, 500],
      [501, 500],
    ] as const) {
      assert.ok(found.indexOf(child) < found.indexOf(parent), `${found}`);
    }
  });

  it('K33 a server started for another client is spared as a whole while one of its processes is in use', async () => {
    const used: OutsideUse = { kind: 'used', by: seen({ pid: 812 }) };
    const gone = { stdin: { 500: { kind: 'gone', proof: 'no peer' } as const } };
    const foreign = { named: true, clientAbove: () => ({ kind: 'none' }) as const };
    const run = { editor: `${WRAPPER_EDITOR}x` };
    const kinds: [ServerRecord['kind'], Partial<DecisionContext>, Partial<SessionFile>][] = [
      ['adopted', {}, {}],
      ['foreign', foreign, {}],
      ['launched', {}, run],
      // Known from cookies alone, which do not say who launched it.
      ['launched', {}, { editor: '' }],
    ];
    const kept = (lines: string[], reason: RegExp) => lines.filter((line) => reason.test(line)).length;
    for (const [kind, change, session] of kinds) {
      const ask = (use: Record<number, OutsideUse>) =>
        rule(snapshot, recordOf({ kind }), { use, ...gone }, change, undefined, session);
      const what = `${kind} ${JSON.stringify(session)}`;
      for (const pid of [500, 501, 502, 504]) {
        assert.equal(kept(await ask({ [pid]: used }), /notInUse: users 812/), 5, `${what}: ${pid}`);
      }
      // One that left and cannot be examined, such as a sandboxed browser, spares itself and what is above it.
      const unknown: OutsideUse = { kind: 'unknown', reason: { kind: 'said', text: 'hidden' } };
      assert.equal(kept(await ask({ 504: unknown }), /notInUse: unknown/), 2, what);
      for (const pid of [500, 501]) assert.equal(kept(await ask({ [pid]: unknown }), /notInUse: unknown/), 5, what);
      assert.equal(kept(await ask({}), /notInUse/), 0, what);
    }
    // For what the session itself launched, only processes that have left are asked about.
    const own = await rule(snapshot, recordOf(), { use: { 500: used, 501: used } });
    assert.ok(
      own.every((line) => line.endsWith('permit')),
      own.join('\n'),
    );
  });

  it('K33 the owner is no stranger to what it launched; the owner of an mcp-processes run is one', async () => {
    for (const [editor, isInsider] of [
      ['an editor', true],
      [`${WRAPPER_EDITOR}x`, false],
    ] as const) {
      const insiders: ReadonlySet<number>[] = [];
      const claim = { by: 'own session', owner: identity(300), unasked: true } as const;
      await rule(snapshot, recordOf(), { insiders }, { requester: claim }, undefined, { editor });
      assert.ok(insiders.length > 0 && insiders.every((one) => one.has(300) === isInsider && one.has(500)), editor);
    }
  });

  it('K33 a process that left its server and runs on without it is spared alone', async () => {
    const away = machine(entry(500, 1, ours), entry(501, 500, { ...ours, sid: 500 }), entry(502, 1, ours));
    const record = recordOf({ kind: 'adopted', census: [identity(502)] });
    const stdin = { 500: { kind: 'gone', proof: 'no peer' }, 502: { kind: 'gone', proof: 'no peer' } } as const;
    const decided = await rule(away, record, { stdin, use: { 502: { kind: 'used', by: seen({ pid: 9 }) } } });
    assert.deepEqual(decided.sort(), ['500 permit', '501 permit', '502 notInUse: users 9']);
  });

  it('K23 a process that is or may be in use spares the members above it, and no others', async () => {
    const uses: [OutsideUse, RegExp][] = [
      [{ kind: 'used', by: seen({ pid: 812 }) }, /notInUse: users 812/],
      [{ kind: 'unknown', reason: { kind: 'said', text: 'hidden' } }, /notInUse: unknown/],
    ];
    for (const [use, reason] of uses) {
      const decided = (await rule(snapshot, recordOf(), { use: { 504: use } })).sort();
      assert.deepEqual(
        decided.filter((line) => line.endsWith('permit')),
        ['500 permit', '501 permit', '503 permit'],
      );
      assert.equal(decided.filter((line) => reason.test(line)).length, 2);
    }
    assert.ok(
      (await rule(snapshot, recordOf())).every((line) => line.endsWith('permit')),
      'control',
    );
  });

  it('K05 the stdin of the topmost process decides for an adopted server', async () => {
    const record = recordOf({ kind: 'adopted' });
    const alive: StdinPeer = heldBy(812);
    const decided = await rule(snapshot, record, { stdin: { 500: alive } });
    assert.ok(
      decided.every((line) => line.endsWith('adoptedIsAbandoned: held 812')),
      decided.join('\n'),
    );
    const below = await rule(snapshot, record, { stdin: { 501: alive } });
    assert.ok(
      below.every((line) => line.endsWith('permit')),
      below.join('\n'),
    );
    const foreign = await rule(snapshot, recordOf({ kind: 'foreign' }), {
      stdin: { 500: { kind: 'gone', proof: 'no peer' } },
    });
    assert.ok(
      foreign.every((line) => line.endsWith('foreignIsNamed')),
      foreign.join('\n'),
    );
  });

  it('K05 L16 a probe that fails on a busy machine is repeated once; if that fails too, the server is spared', async () => {
    const failed: StdinPeer = {
      kind: 'unknown',
      reason: { kind: 'program-timeout', program: 'ss', seconds: 1 },
      failure: 'failed',
    };
    const gone: StdinPeer = { kind: 'gone', proof: 'no peer' };
    const asked = async (...answers: StdinPeer[]) => {
      let count = 0;
      const stdin = Object.defineProperty({}, 500, { get: () => answers[count++] });
      const decided = await rule(snapshot, recordOf({ kind: 'adopted' }), { stdin });
      return { count, permits: decided.filter((line) => line.endsWith('permit')).length };
    };
    assert.deepEqual(await asked(failed, failed), { count: 2, permits: 0 });
    assert.deepEqual(await asked(failed, gone), { count: 2, permits: 5 });
    assert.deepEqual(await asked(gone), { count: 1, permits: 5 });
    // On this system the probe is never possible.
    assert.deepEqual(await asked({ ...failed, failure: 'no means' }), { count: 1, permits: 5 });
  });

  it('L21 a dead parent’s pid that a member has now does not hide the topmost process', async () => {
    // The parent of 500 is dead; a child of 500 got its pid.
    const recycled = machine(entry(500, 501, ours), entry(501, 500, { ...ours, sid: 500 }));
    const record = recordOf({ kind: 'adopted' });
    const decided = await rule(recycled, record, { stdin: { 500: { kind: 'alive', by: UNSEEN } } });
    assert.ok(
      decided.length === 2 && decided.every((line) => line.endsWith('adoptedIsAbandoned: held')),
      decided.join('\n'),
    );
  });

  it('K27 a contradiction in one record counts for all records of the session', async () => {
    const other = recordOf({ id: uuid(2), root: identity(600) });
    const shifted = table(
      entry(1, 0),
      entry(200, 1),
      entry(500, 1, ours),
      entry(300, 1, { start: 't400' }),
      entry(600, 300, ours),
    );
    const both = await rule(shifted, recordOf(), {}, {}, [recordOf(), other]);
    assert.match(both.join(), /^500 launchedOwnerGone$/);
    assert.deepEqual(await rule(shifted, recordOf()), ['500 permit'], 'control');
  });

  it('L17 a wrapper that is gone leaves several topmost processes; if one is served, all are', async () => {
    const orphans = machine(entry(501, 1, { ...ours, sid: 500 }), entry(502, 1, { ...ours, sid: 500 }));
    const record = recordOf({ kind: 'adopted', root: undefined, census: [identity(501), identity(502)] });
    const decided = await rule(orphans, record, {
      stdin: { 501: { kind: 'gone', proof: 'no peer' }, 502: { kind: 'alive', by: UNSEEN } },
    });
    assert.ok(
      decided.length === 2 && decided.every((line) => line.endsWith('adoptedIsAbandoned: held')),
      decided.join('\n'),
    );
    const pipes = await rule(orphans, record, {
      stdin: { 501: { kind: 'gone', proof: 'no peer' }, 502: heldBy(501) },
    });
    assert.ok(
      pipes.every((line) => line.endsWith('permit')),
      pipes.join('\n'),
    );
  });

  describe('of orphans that hold each other’s stdin', () => {
    const held = heldBy;
    const gone: StdinPeer = { kind: 'gone', proof: 'no peer' };
    const both = machine(entry(500, 1, ours), entry(501, 500, { ...ours, sid: 500 }), entry(600, 1, ours));
    const records = [500, 600].map((pid) =>
      recordOf({ id: uuid(pid), kind: 'foreign', root: identity(pid), posixSession: pid }),
    );

    /** The decisions about both, examined twice, 2 s apart. */
    async function ruleOnBoth(probes: Probes, change: Partial<DecisionContext> = {}, snapshot = both): Promise<string> {
      let now = 0;
      const stdinWatch = new StdinWatch({ now: () => now, sleep: async () => {} });
      const context = { named: true, clientAbove: () => ({ kind: 'none' }) as const, stdinWatch, ...change };
      const byId = new Map(records.map((record) => [record.id, record]));
      const set = new OrphanedSet([...byId.keys()], (id) =>
        heldServerIn(treeIn(snapshot, byId.get(id) as ServerRecord, probes, context)),
      );
      const decide = async () => {
        const decided = records.map((record) =>
          rule(snapshot, record, probes, { ...context, companions: () => set.companionsOf(record.id) }),
        );
        return (await Promise.all(decided)).flat().sort().join('; ');
      };
      assert.ok(!(await decide()).includes('permit'), 'one scan is not enough');
      now = CONFIRM_FOREIGN_MS;
      return decide();
    }
    const ALL = '500 permit; 501 permit; 600 permit';

    it('L29 both are ended', async () => {
      assert.equal(await ruleOnBoth({ stdin: { 500: held(600), 600: held(501) } }), ALL);
      assert.equal(await ruleOnBoth({ stdin: { 500: held(600), 600: gone } }), ALL);
    });

    it('K05 L29 a stranger that holds one of them spares both', async () => {
      const kept = await ruleOnBoth({ stdin: { 500: held(600), 600: held(501, 200) } });
      assert.ok(!kept.includes('permit'), kept);
      // Holding another's stdin does not spare the holder.
      const one = await ruleOnBoth({ stdin: { 500: held(600, 200), 600: gone } });
      assert.match(one, /^500 foreignIsAbandoned: held .*; 501 foreignIsAbandoned: held .*; 600 permit$/);
    });

    it('K09 L29 one unknown stdin spares both', async () => {
      const kept = await ruleOnBoth({
        stdin: { 500: held(600), 600: { kind: 'unknown', reason: { kind: 'said', text: 'x' } } },
      });
      assert.ok(!kept.includes('permit'), kept);
    });

    it('K20 K33 L29 one that is spared spares what it holds', async () => {
      const stdin = { 500: held(600), 600: gone };
      const listed = await ruleOnBoth({ stdin }, { neverReap: ['server-600'] });
      assert.match(listed, /^500 foreignIsAbandoned: held.*; 600 notListedToKeep: listed/);
      const used = await ruleOnBoth({ stdin, use: { 600: { kind: 'used', by: seen({ pid: 9 }) } } });
      assert.match(used, /^500 foreignIsAbandoned: held.*; 600 notInUse: users 9/);
      const client = { kind: 'client', title: 'Claude', pid: 7 } as const;
      const served = await ruleOnBoth(
        { stdin },
        { clientAbove: (_, { pid }) => (pid === 600 ? client : { kind: 'none' }) },
      );
      assert.match(served, /^500 foreignIsAbandoned: held.*; 600 foreignHasNoClient/);
    });

    it('K15 L29 below another user’s process there may be more holders than can be seen', async () => {
      const below = machine(entry(100, 1, { uid: 77 }), entry(500, 100, ours), entry(600, 1, ours));
      const kept = await ruleOnBoth({ stdin: { 500: held(600), 600: held(500) } }, {}, below);
      assert.ok(!kept.includes('permit'), kept);
      const one = await ruleOnBoth({ stdin: { 500: held(600), 600: gone } }, {}, below);
      assert.match(one, /^500 foreignIsAbandoned: held.*; 600 permit$/);
      const child = entry(501, 500, { ...ours, sid: 500 });
      const own = machine(entry(100, 1, ours), entry(500, 100, ours), child, entry(600, 1, ours));
      const control = await ruleOnBoth({ stdin: { 500: held(600), 600: held(500) } }, {}, own);
      assert.equal(control, ALL);
    });

    it('L29 a server that was not chosen is a stranger', async () => {
      const decided = await rule(
        both,
        records[0] as ServerRecord,
        { stdin: { 500: held(600) } },
        { named: true, clientAbove: () => ({ kind: 'none' }) },
      );
      assert.ok(
        decided.every((line) => line.includes('foreignIsAbandoned: held')),
        decided.join('\n'),
      );
    });
  });
});
