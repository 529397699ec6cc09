import { membersOf } from '../judgement/members';
import type { Snapshot } from '../os/platform';
import type { OwnSession } from '../registry/ownSession';
import type { ServerRecord } from '../registry/schema';
import { censusOf, joinCensus } from './scan';

/** This session's present records, by id. */
export function recordsNow({ session }: OwnSession): ReadonlyMap<string, ServerRecord> {
  return new Map(session.records.map((record) => [record.id, record]));
}

/**
 * Updates the census of this session's servers.
 * @param before its records when the snapshot was begun: servers adopted since may be missing in it
 * @returns the records without a living process
 */
export function updateCensus(
  own: OwnSession,
  snapshot: Snapshot,
  before: ReadonlyMap<string, ServerRecord>,
): ServerRecord[] {
  return own.session.records.filter((record) => {
    const then = before.get(record.id);
    if (!then) return false;
    const members = membersOf(snapshot, own.session, record);
    // Processes added meanwhile may be missing in the snapshot too.
    const added = record.census.filter((one) => !then.census.includes(one));
    if (members.length > 0) own.update(record.id, { census: joinCensus(censusOf(members), added) });
    return members.length === 0;
  });
}
