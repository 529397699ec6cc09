import { nextTick } from '../../common/eventLoop';
import { abandonedTogether, type HeldServer } from '../../judgement/abandonedTogether';
import { runsUnderOtherUser } from '../../judgement/clientAbove';
import type { OutsideUse, Platform, Snapshot, StdinPeer } from '../../os/platform';
import { askOutsideUses } from '../outsideUses';
import type { DescribedServer } from './foreignServer';
import type { StdinProbe } from './stdinProbes';

/** The orphans of one scan, and what was examined to find them; by the ids of their records. */
export interface OrphanSearch {
  readonly orphans: ReadonlyMap<string, HeldServer>;
  /** The latest probes of all probable orphans, and what is connected to them. */
  readonly probes: ReadonlyMap<string, StdinProbe>;
  readonly uses: ReadonlyMap<string, OutsideUse>;
}

export interface OrphanSearchParts {
  readonly snapshot: Snapshot;
  readonly platform: Platform;
  readonly probeAgain: (server: DescribedServer) => Promise<StdinProbe>;
  /** When this scan began, ms by the clock of the probes. */
  readonly startedAt: number;
}

/**
 * Finds the orphans among the servers without a client: no outside process holds their stdin or is connected to them.
 * Examines holders and users of each probable orphan again.
 */
export async function findOrphans(
  described: readonly DescribedServer[],
  { snapshot, platform, probeAgain, startedAt }: OrphanSearchParts,
): Promise<OrphanSearch> {
  const candidates = described.flatMap((server) =>
    server.probe ? [{ server, probe: server.probe, ...heldServerOf(snapshot, server, server.probe.peer) }] : [],
  );
  const examined = await Promise.all(
    [...abandonedTogether(candidates)].map(async ({ server, probe: before, ...held }) => {
      // There may be hundreds at the same time.
      await nextTick();
      const isOld = before.peer.kind === 'alive' && before.at < startedAt;
      const probe = isOld ? await probeAgain(server) : before;
      return {
        id: server.record.id,
        ...held,
        probe,
        peers: [probe.peer],
        use: await useOf(snapshot, platform, server),
      };
    }),
  );
  const orphans = abandonedTogether(examined.filter(({ use }) => use.kind === 'none'));
  return {
    orphans: new Map([...orphans].map((one) => [one.id, one])),
    probes: new Map(examined.map(({ id, probe }) => [id, probe])),
    uses: new Map(examined.map(({ id, use }) => [id, use])),
  };
}

function heldServerOf(snapshot: Snapshot, { entry, members }: DescribedServer, peer: StdinPeer): HeldServer {
  const pids = new Set(members.map((member) => member.entry.pid));
  return { pids, endable: runsUnderOtherUser(snapshot, entry) ? new Set() : pids, peers: [peer] };
}

async function useOf(
  snapshot: Snapshot,
  platform: Platform,
  { record, members }: DescribedServer,
): Promise<OutsideUse> {
  const insiders = new Set(members.map(({ entry }) => entry.pid));
  const asked = { snapshot, members, rootSession: record.posixSession, insiders, isAskedWhole: true };
  return (await askOutsideUses(platform, asked)).server;
}
