import assert from 'node:assert/strict';
import fc from 'fast-check';
import { abandonedTogether, type HeldServer } from '../../src/judgement/abandonedTogether';
import { heldBy } from '../support/codes';
import { check } from './seeds';

const MAX = 6;
/** Who holds a stdin: one of the servers (its index), a stranger, or a process that cannot be seen. */
const holder = fc.oneof({ weight: 8, arbitrary: fc.nat(MAX - 1) }, { weight: 1, arbitrary: fc.constant(-1) });
const server = fc.record({
  peer: fc.oneof(
    { weight: 2, arbitrary: fc.constant('gone' as const) },
    { weight: 6, arbitrary: fc.array(holder, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant('unknown' as const) },
  ),
  isSpared: fc.boolean().chain((one) => (one ? fc.boolean() : fc.constant(false))),
});

const STRANGER = 999;
const pidOf = (place: number) => (place < 0 ? STRANGER : place + 10);

/** Tries every subset: the union of all that no outsider holds. Shares no code with what it checks. */
function slowly(draws: readonly (typeof server extends fc.Arbitrary<infer T> ? T : never)[]): number[] {
  const found = new Set<number>();
  for (let bits = 1; bits < 1 << draws.length; bits++) {
    const subset = draws.map((_, place) => place).filter((place) => bits & (1 << place));
    const isClosed = subset.every((place) => {
      const { peer } = draws[place] as (typeof draws)[number];
      if (peer === 'gone' || peer === 'unknown') return peer === 'gone';
      const others = peer.filter((one) => one !== place);
      // A server that holds only its own stdin proves nothing.
      return others.length > 0 && others.every((one) => subset.includes(one) && !draws[one]?.isSpared);
    });
    if (isClosed) for (const place of subset) found.add(place);
  }
  return [...found].sort((a, b) => a - b);
}

describe('random servers that hold one another’s stdin', () => {
  it('L29 finds the largest set that no outsider holds, and no other', async () => {
    const property = fc.asyncProperty(fc.array(server, { maxLength: MAX }), async (draws) => {
      const servers = draws.map(({ peer, isSpared }, place): HeldServer & { place: number } => {
        const pids = new Set([pidOf(place)]);
        const holders = Array.isArray(peer) ? peer.map((one) => (one >= draws.length ? STRANGER : pidOf(one))) : [];
        return {
          place,
          pids,
          endable: isSpared ? new Set() : pids,
          peers: [
            peer === 'gone'
              ? { kind: 'gone', proof: 'no peer' }
              : peer === 'unknown'
                ? { kind: 'unknown', reason: { kind: 'said', text: 'x' } }
                : heldBy(...holders),
          ],
        };
      });
      const places = [...abandonedTogether(servers)].map(({ place }) => place).sort((a, b) => a - b);
      assert.deepEqual(places, slowly(draws));
    });
    await check('abandonedTogether', property, { numRuns: 2_000 });
  });
});
