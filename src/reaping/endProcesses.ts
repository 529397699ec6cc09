import * as l10n from '@vscode/l10n';
import { commandLineOf } from '../clients/shownCommandLine';
import { type Clock, systemClock } from '../common/clock';
import { UserError } from '../common/errors';
import { USER_END_GRACE } from '../common/limits';
import type { Log } from '../common/log';
import { findAlive, identityOf, type Member } from '../judgement/members';
import { descendantsOf } from '../judgement/processTree';
import { isHeldWithin } from '../judgement/stdinStatus';
import type { EndCaution, EndPreview } from '../model/endPreview';
import type { ReapResult } from '../model/reapResult';
import type { ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import { processName } from '../os/users';
import type { DataFolder } from '../registry/dataFolder';
import { liveOwnersOf, scanMachine } from '../scan/scan';
import { runLadder, type TreeScan } from './ladder';
import { describeProcess, freedBy, recordResult } from './results';
import { chosenScan, type ProcessContext } from './treeScan';

/** A process of a row. The start token ensures that it is still the same one. */
export interface ChosenProcess {
  readonly pid: number;
  readonly start: string;
}

export interface EndParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly log: Log;
  readonly clock?: Clock;
  readonly ownSessionId: string;
  readonly neverReap: () => readonly string[];
}

/** Describes processes and their users. @throws UserError when none of them is there any more */
export async function previewEnd(chosen: readonly ChosenProcess[], parts: EndParts): Promise<EndPreview> {
  const { snapshot, scan } = await scanChosen(chosen, parts);
  const decided = await scan.decide(scan.members);
  const [_first, ..._more] = chosen;
  if (decided.length === 0) {
    const [first] = chosen;
    throw new UserError(
      first && chosen.length === 1
        ? l10n.t('The process with pid {0} has ended, or its pid now belongs to another process.', first.pid)
        : l10n.t('These processes have ended, or their pids now belong to other processes.'),
    );
  }
  const processes = decided.map(({ member: { entry }, decision }) => ({
    pid: entry.pid,
    name: entry.name,
    commandLine: commandLineOf(entry),
    spared: 'spared' in decision ? decision.spared : undefined,
  }));
  const endable = decided.flatMap(({ member, decision }) => ('spared' in decision ? [] : [member]));
  return { processes, uses: endable.length > 0 ? await usesOf(endable, snapshot, parts.platform) : [] };
}

/** The outside users of processes. Uses among the processes themselves do not count. */
async function usesOf(members: readonly Member[], snapshot: Snapshot, platform: Platform): Promise<EndCaution[]> {
  const meant = new Set(members.map(({ entry }) => entry.pid));
  const tops = members.filter(({ entry }) => !meant.has(entry.ppid));
  const ofTops: EndCaution[] = [];
  // Sequentially: each may run a program of the system.
  for (const { entry, identity } of tops) {
    const peer = await platform.stdinPeer(identity);
    const parent = snapshot.processes.get(entry.ppid);
    // A single process needs no name.
    const which = tops.length > 1 ? { pid: entry.pid } : {};
    if (peer.kind === 'alive' && !isHeldWithin(peer, meant)) ofTops.push({ kind: 'stdin-held', ...which, by: peer.by });
    if (peer.kind === 'unknown') ofTops.push({ kind: 'stdin-unknown', ...which, reason: peer.reason });
    if (parent && parent.pid > 1) {
      ofTops.push({ kind: 'runs-under', ...which, parent: processName(parent.pid, parent.name) });
    }
  }
  const below = new Set(tops.flatMap(({ entry }) => descendantsOf(snapshot, entry.pid).map(({ pid }) => pid)));
  const all = new Set([...meant, ...below]);
  const use = await platform.outsideUse([...all], all);
  const many = members.length > 1;
  const count = all.size - meant.size;
  const cautions: EndCaution[] = [];
  if (use.kind === 'used') cautions.push({ kind: 'connected', many, by: use.by });
  if (use.kind === 'unknown') cautions.push({ kind: 'connections-unknown', many, reason: use.reason });
  if (count > 0) cautions.push({ kind: 'below', many, count });
  // Last, because there may be many.
  return [...cautions, ...ofTops];
}

/** Ends processes that the user chose: SIGTERM, then SIGKILL. Each signal passes the rules that hold for every signal. */
export async function endChosen(
  server: string,
  chosen: readonly ChosenProcess[],
  parts: EndParts,
): Promise<ReapResult> {
  const clock = parts.clock ?? systemClock;
  const startedAt = clock.now();
  const processes = await runLadder({
    platform: parts.platform,
    clock,
    grace: USER_END_GRACE,
    from: { step: 'term', remaining: USER_END_GRACE.term },
    closeStdin: undefined,
    scan: async () => (await scanChosen(chosen, parts)).scan,
  });
  const result: ReapResult = {
    server,
    of: { kind: 'user' },
    processes: processes.map(describeProcess),
    containers: [],
    containerProblem: undefined,
    memoryFreed: freedBy(processes.map(describeProcess)),
    milliseconds: Math.round(clock.now() - startedAt),
  };
  const [first] = result.processes;
  recordResult(parts, 'window', result, { cause: 'user', ...(first && { commandLine: first.commandLine }) });
  return result;
}

async function scanChosen(
  chosen: readonly ChosenProcess[],
  { platform, folder, self, ownSessionId, neverReap }: EndParts,
): Promise<{ snapshot: Snapshot; scan: TreeScan }> {
  const seen = await scanMachine(platform, folder, ownSessionId, { automatic: 'off', neverReap: [] });
  const { snapshot } = seen;
  const members = chosen.flatMap(({ pid, start }): Member[] => {
    const entry = findAlive(snapshot, { pid, start, scope: platform.scope });
    return entry ? [{ entry, identity: identityOf(snapshot, entry), by: 'root' }] : [];
  });
  // Servers of another window's session are ended from there; our own are ours to end.
  const liveOwners = liveOwnersOf(snapshot, seen.sessions).filter(({ pid }) => pid !== self.pid);
  const context: ProcessContext = {
    ...{ platform, self, liveOwners },
    // Read for each decision: the list may change while a ladder waits.
    get neverReap() {
      return neverReap();
    },
  };
  return { snapshot, scan: chosenScan(context, snapshot, members) };
}
