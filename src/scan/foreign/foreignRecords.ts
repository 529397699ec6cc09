import type { NamedServer } from '../../clients/recogniser';
import { commandLineOf } from '../../clients/shownCommandLine';
import { FOREIGN_GRACE } from '../../common/limits';
import { identityOf } from '../../judgement/members';
import { identityKey, type ProcessIdentity } from '../../os/identity';
import type { ProcessEntry, Snapshot } from '../../os/platform';
import { newRecord, newSession } from '../../registry/newRecord';
import type { ContainerRun, Grace, ServerRecord, SessionFile } from '../../registry/schema';

/** The records of foreign servers: made at first sight, kept while the root process lives, written nowhere. */
export class ForeignRecords {
  private readonly byRoot = new Map<string, ServerRecord>();

  /** @param graceOf the user's waits for a server; `standard` where the user set none */
  constructor(private readonly graceOf: (server: string, standard: Grace) => Grace) {}

  of(snapshot: Snapshot, entry: ProcessEntry, named: NamedServer): ServerRecord {
    const root = identityOf(snapshot, entry);
    const key = identityKey(root);
    const known = this.byRoot.get(key);
    if (known) return known;
    const record = newRecord({
      server: named.name,
      client: named.client,
      kind: 'foreign',
      commandLine: commandLineOf(entry),
      root,
      posixSession: entry.sid,
      census: [root],
      grace: this.graceOf(named.name, FOREIGN_GRACE),
    });
    this.byRoot.set(key, record);
    return record;
  }

  /** The present state of a record: its container may have been noted since. */
  current(record: ServerRecord): ServerRecord {
    return [...this.byRoot.values()].find(({ id }) => id === record.id) ?? record;
  }

  noteContainer({ id }: ServerRecord, container: ContainerRun): void {
    for (const [key, known] of this.byRoot) if (known.id === id) this.byRoot.set(key, { ...known, container });
  }

  /** Forgets all servers whose root is not among `living`, which are identity keys. @returns the ids that are left */
  retain(living: ReadonlySet<string>): ReadonlySet<string> {
    for (const key of this.byRoot.keys()) if (!living.has(key)) this.byRoot.delete(key);
    return new Set([...this.byRoot.values()].map(({ id }) => id));
  }
}

/** A session for a foreign server, which has none: it only gives its members their scope. */
export function foreignSession(record: ServerRecord, owner: ProcessIdentity): SessionFile {
  // No such session exists; rows of foreign servers have keys of their records.
  const id: string = record.id;
  const whose = { id, home: '', owner, editor: '' };
  return newSession({ ...whose, startedAt: 0, automatic: 'off', neverReap: [], records: [record] });
}
