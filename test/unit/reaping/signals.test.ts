import assert from 'node:assert/strict';
import { evaluateKillPolicy, type Permit } from '../../../src/judgement/killPolicy';
import type { Inspection, Platform } from '../../../src/os/platform';
import { sendSignal } from '../../../src/reaping/signals';
import { entry, factsOn, identity, machine, OTHER_SCOPE, SCOPE } from '../judgement/table';

/** Above every pid that Linux assigns. */
const PID = 5_000_001;

describe('signals', () => {
  const kill = process.kill;
  let sent: string[];
  let code: string | undefined;

  beforeEach(() => {
    sent = [];
    code = undefined;
    process.kill = (pid, signal) => {
      sent.push(`${String(signal)} ${pid}`);
      if (code) throw Object.assign(new Error(code), { code });
      return true;
    };
  });

  afterEach(() => {
    process.kill = kill;
  });

  const target = entry(PID, 1, { start: 't5' });
  function permit(): Permit {
    const decision = evaluateKillPolicy(factsOn(machine(target), PID, { identity: identity(PID, 't5') }));
    assert.ok('permit' in decision);
    return decision.permit;
  }

  /** The result, the same on platforms with and without an immediate check of the identity. */
  async function send(found: Inspection, scope = SCOPE, leave: () => unknown = permit) {
    const identify = () => (found.kind === 'present' ? { ...found.entry, kind: 'present' as const } : found);
    const outcomes = [];
    for (const platform of [
      { scope, identify },
      { scope, inspect: async () => found },
    ]) {
      outcomes.push(await sendSignal(platform as unknown as Platform, leave() as Permit, 'SIGTERM'));
    }
    assert.deepEqual(outcomes[0], outcomes[1]);
    return outcomes[0];
  }
  const present = (change = {}): Inspection => ({ kind: 'present', entry: { ...target, ...change } });

  it('are sent to the one identity of a permit, once, and never to a group', async () => {
    assert.equal(await send(present()), 'sent');
    assert.deepEqual(sent, [`SIGTERM ${PID}`, `SIGTERM ${PID}`], 'one on each platform');
    const one = permit();
    await send(present(), SCOPE, () => one).catch(() => {});
    assert.equal(sent.length, 3, 'a second signal with the same permit is not sent');
  });

  it('K01 K09 K12 are not sent when the last inspection finds another process, none or an error', async () => {
    assert.equal(await send({ kind: 'gone' }), 'gone');
    assert.deepEqual(await send({ kind: 'error', reason: { kind: 'system', code: 'EIO' } }), {
      failed: { kind: 'system', code: 'EIO' },
    });
    assert.equal(await send(present({ start: 't6' })), 'gone');
    assert.equal(await send(present({ zombie: true })), 'gone');
    assert.equal(await send(present({ pid: PID + 1 })), 'gone');
    assert.equal(await send(present(), OTHER_SCOPE), 'gone');
    assert.equal(await send(present(), ''), 'gone');
    assert.deepEqual(sent, []);
  });

  it('are not sent without a permit of the kill policy', async () => {
    for (const forged of [{ identity: identity(PID, 't5') }, {}, null, 5]) {
      assert.deepEqual(await send(present(), SCOPE, () => forged), { failed: { kind: 'no-permit' } });
    }
    assert.deepEqual(sent, []);
  });

  it('K15 a refused signal does not mean that the process is dead', async () => {
    code = 'EPERM';
    assert.deepEqual(await send(present()), { failed: { kind: 'not-permitted' } });
    code = 'EINVAL';
    assert.deepEqual(await send(present()), { failed: { kind: 'system', code: 'EINVAL' } });
    code = 'ESRCH';
    assert.equal(await send(present()), 'gone');
  });
});
