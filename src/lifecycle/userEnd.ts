import { askKillBar } from '../judgement/killBar';
import { findAlive, identityOf, type Member } from '../judgement/members';
import { descendantsOf } from '../judgement/processTree';
import type { ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import { type Clock, systemClock } from '../reaping/clock';
import { climbLadder, type Ruled, type TreeScan } from '../reaping/ladder';
import type { DataFolder } from '../registry/dataFolder';
import type { Grace } from '../registry/schema';
import type { Log } from './log';
import type { ReapResult } from './model';
import { describeProcess, freedBy, writeResult } from './result';
import { commandLineOf } from './rows';
import { liveOwnersOf, survey } from './sweep';

/** A process as a row showed it. The start token makes sure that it is still that one. */
export interface ChosenProcess {
  readonly pid: number;
  readonly start: string;
}

/** What a person should know before ending a process. */
export interface EndPreview {
  readonly pid: number;
  readonly name: string;
  /** Redacted. */
  readonly commandLine: string;
  /** Who still uses it, as far as it can be seen; one sentence each. */
  readonly uses: readonly string[];
  /** Why it cannot be ended even on the user's word. */
  readonly kept: string | undefined;
}

export interface UserEndParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly log: Log;
  readonly clock?: Clock;
  readonly ownSessionId: string;
  readonly neverReap: () => readonly string[];
}

const GRACE: Grace = { stdin: 0, term: 5_000 };

/** Says who one process is and who uses it. @throws when it is no longer that process. */
export async function previewEnd(chosen: ChosenProcess, parts: UserEndParts): Promise<EndPreview> {
  const { snapshot, scan } = await look([chosen], parts);
  const [one] = await scan.rule(scan.members);
  if (!one) throw new Error(`Process ${chosen.pid} has ended, or its number belongs to another process by now.`);
  const { entry, identity } = one.member;
  const { platform } = parts;
  const peer = await platform.stdinPeer(identity);
  const pids = [entry.pid, ...descendantsOf(snapshot, entry.pid).map(({ pid }) => pid)];
  const use = await platform.outsideUse(pids, new Set(pids));
  const parent = snapshot.processes.get(entry.ppid);
  const uses = [
    ...(peer.kind === 'alive' ? [`Its input is held by ${peer.by}.`] : []),
    ...(peer.kind === 'unknown' ? [`Who holds its input is unknown: ${peer.reason}.`] : []),
    ...(use.kind === 'used' ? [`It is connected to ${use.by}.`] : []),
    ...(use.kind === 'unknown' ? [`Who is connected to it is unknown: ${use.reason}.`] : []),
    ...(parent && parent.pid > 1 ? [`It runs under ${parent.name}, process ${parent.pid}.`] : []),
    ...(pids.length > 1 ? [`${pids.length - 1} more below it are not ended with it.`] : []),
  ];
  return {
    pid: entry.pid,
    name: entry.name,
    commandLine: commandLineOf(entry),
    uses,
    kept: 'kept' in one.ruling ? one.ruling.kept : undefined,
  };
}

/** Ends processes on the user's word: SIGTERM, then SIGKILL. Each signal passes what of the bar nobody can waive. */
export async function endChosen(
  server: string,
  chosen: readonly ChosenProcess[],
  parts: UserEndParts,
): Promise<ReapResult> {
  const clock = parts.clock ?? systemClock;
  const startedAt = clock.now();
  const processes = await climbLadder({
    platform: parts.platform,
    clock,
    grace: GRACE,
    from: { step: 'term', remaining: GRACE.term },
    closeStdin: undefined,
    scan: async () => (await look(chosen, parts)).scan,
  });
  const result: ReapResult = {
    server,
    sessionId: '',
    recordId: '',
    dryRun: false,
    processes: processes.map(describeProcess),
    containers: [],
    containerProblem: undefined,
    memoryFreed: freedBy(processes.map(describeProcess)),
    milliseconds: Math.round(clock.now() - startedAt),
  };
  writeResult(parts, 'window', result);
  return result;
}

async function look(
  chosen: readonly ChosenProcess[],
  { platform, folder, self, ownSessionId, neverReap }: UserEndParts,
): Promise<{ snapshot: Snapshot; scan: TreeScan }> {
  const seen = await survey(platform, folder, ownSessionId, { automatic: 'off', neverReap: [] });
  const { snapshot } = seen;
  const members = chosen.flatMap(({ pid, start }): Member[] => {
    const entry = findAlive(snapshot, { pid, start, scope: platform.scope });
    return entry ? [{ entry, identity: identityOf(snapshot, entry), by: 'root' }] : [];
  });
  // What another window's session owns is ended from there; our own is ours to end.
  const liveOwners = liveOwnersOf(snapshot, seen.sessions).filter(({ pid }) => pid !== self.pid);
  const rule = (some: readonly Member[]) =>
    Promise.all(
      some.map(async (member): Promise<Ruled> => {
        const { identity } = member;
        const service = await platform.serviceRole(identity);
        const ruling = askKillBar({
          identity,
          kind: 'foreign',
          look: await platform.look(identity.pid),
          snapshot,
          self,
          ownUid: process.getuid?.(),
          claim: { by: 'user' },
          memberBy: member.by,
          provenByCookie: false,
          carriesAnother: false,
          session: undefined,
          stdin: undefined,
          clientAbove: undefined,
          named: true,
          liveOwners,
          service,
          rootSession: undefined,
          outsideUse: undefined,
          neverReap: neverReap(),
        });
        return { member, ruling };
      }),
    );
  return { snapshot, scan: { members, rule } };
}
