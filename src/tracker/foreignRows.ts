import type { Evidence, StdinFinding } from '../model/evidence';
import { foreignKey } from '../model/keys';
import type { ForeignStanding, ForeignView } from '../model/serverView';
import { processName, type Users } from '../os/users';
import type { ForeignServer } from '../scan/foreign/foreignServer';
import { type ContainersOf, containersView, membershipEvidence, processesView, unlabelledEvidence } from './row';

/** Rows of other clients' servers. */
export function foreignRows(servers: readonly ForeignServer[], containersOf: ContainersOf): ForeignView[] {
  const copyKey = ({ named, above }: ForeignServer) => (above.kind === 'client' ? `${named.name}@${above.pid}` : '');
  const copies = new Map<string, number>();
  for (const other of servers) copies.set(copyKey(other), (copies.get(copyKey(other)) ?? 0) + 1);
  return servers.map((other) => {
    const count = other.above.kind === 'client' ? (copies.get(copyKey(other)) ?? 1) : 1;
    return foreignRow(other, count, containersOf);
  });
}

function foreignRow(other: ForeignServer, copies: number, containersOf: ContainersOf): ForeignView {
  const { record, named, members, above, launcher, isProven, terminal, idleSince } = other;
  const seen = containersOf(record.id);
  return {
    kind: 'foreign',
    key: foreignKey(record),
    name: named.name,
    client: above.kind === 'client' ? above.title : (launcher?.name ?? named.client),
    folder: other.folder,
    ...(terminal !== undefined && { terminal }),
    ...(idleSince !== undefined && { idleSince }),
    ...standingOf(other),
    ...(!isProven && { checking: true }),
    dependsOn: other.dependsOn.map(({ pid, start }) => ({ pid, start })),
    evidence: [
      matchEvidence(other),
      ownerEvidence(other),
      ...inputEvidence(other),
      ...useEvidence(other),
      ...(isProven ? [] : [{ kind: 'seen-once' } as const]),
      ...(copies > 1 ? [{ kind: 'copies', count: copies } as const] : []),
      // Its root needs no proof: this scan has just recorded it.
      ...membershipEvidence(members).slice(members[0]?.by === 'root' ? 1 : 0),
      ...unlabelledEvidence(record, members, seen),
    ],
    state: 'running',
    copies,
    configurationFile: named.file,
    recordId: record.id,
    ...processesView(members),
    ...containersView(seen),
  };
}

function standingOf(other: ForeignServer): ForeignStanding {
  const { above, launcher, stdin, heldBy } = other;
  if (other.isOrphaned) return { group: 'orphaned', verdict: 'orphaned' };
  if (above.kind === 'client' || launcher) return { group: 'otherClients', verdict: 'active' };
  const usedBy = userOf(other);
  const isHeld = stdin?.kind === 'alive' && heldBy !== 'orphans';
  if (!isHeld && !usedBy) return { group: 'ownerUnknown', verdict: 'unknown' };
  return { group: 'otherClients', verdict: 'active', ...(usedBy && { usedBy }) };
}

function matchEvidence({ record, named }: ForeignServer): Evidence {
  const { name, client, file, basis } = named;
  const entry = { name, client, ...(file !== undefined && { file }) };
  return { kind: 'matches', ...(record.root && { pid: record.root.pid }), entry, basis };
}

/** What has a connection to a server that no known client runs. */
function userOf({ stdin, heldBy, use }: ForeignServer): Users | undefined {
  if (stdin?.kind === 'alive' && heldBy === 'strangers') return stdin.by;
  return use?.kind === 'used' ? use.by : undefined;
}

function ownerEvidence({ above, launcher }: ForeignServer): Evidence {
  if (above.kind === 'client') return { kind: 'runs-under', process: processName(above.pid, above.title) };
  if (launcher) return { kind: 'runs-under', process: processName(launcher.pid, launcher.name) };
  return { kind: 'parent-gone' };
}

function inputEvidence({ above, stdin, heldBy }: ForeignServer): StdinFinding[] {
  if (above.kind === 'client' || !stdin) return [];
  switch (stdin.kind) {
    case 'gone':
      return [{ ...stdin, kind: 'stdin-gone' }];
    case 'unknown':
      return [{ kind: 'stdin-unknown', reason: stdin.reason }];
    case 'alive':
      return [{ kind: 'stdin-held', by: stdin.by, heldBy: heldBy ?? 'clients' }];
  }
}

function useEvidence({ above, use }: ForeignServer): Evidence[] {
  if (above.kind === 'client') return [];
  switch (use?.kind) {
    case 'used':
      return [{ kind: 'in-use', by: use.by }];
    case 'unknown':
      return [{ kind: 'use-unknown', reason: use.reason }];
    case 'none':
      return [{ kind: 'not-in-use' }];
    case undefined:
      return [];
  }
}
