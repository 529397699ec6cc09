import { CRASH_REPORT_DELAY_MS } from '../common/limits';
import { type Crash, readCrashes, takeCrash } from '../registry/crashes';
import type { DataFolder } from '../registry/dataFolder';
import { readHistory } from '../registry/history';
import type { SessionFile } from '../registry/schema';

/** A window's report about crashes before it, with what it can offer. */
export interface CrashReport {
  readonly crashes: readonly Crash[];
  /** Left-over servers that have been ended since; a server that exited with its host was not left over. */
  readonly ended: number;
  /** Bytes. */
  readonly memoryFreed: number;
}

/** Sessions that crashed before this window opened. */
export class FormerCrashes {
  constructor(
    private readonly folder: DataFolder,
    private readonly own: () => Pick<SessionFile, 'startedAt' | 'folder'>,
  ) {}

  /** The crashes that this window must report now. */
  find(now = Date.now()): Crash[] {
    const own = this.own();
    return readCrashes(this.folder).filter((crash) => isAnnouncedHere(crash, own, now));
  }

  /** Takes crashes, so that no other window reports them too. @returns undefined where other windows were faster */
  take(found: readonly Crash[]): CrashReport | undefined {
    const crashes = found.filter((crash) => takeCrash(this.folder, crash));
    const [first] = crashes;
    if (!first) return undefined;
    const sessions = new Set(crashes.map(({ sessionId }) => sessionId));
    const entries = readHistory(this.folder, 0, Number.POSITIVE_INFINITY).filter(
      ({ sessionId, cause, processes, containers }) =>
        sessionId !== undefined &&
        sessions.has(sessionId) &&
        cause === 'orphaned' &&
        (containers.length > 0 || processes.some(({ outcome }) => outcome === 'terminated' || outcome === 'killed')),
    );
    const memoryFreed = entries.reduce((sum, one) => sum + one.memoryFreed, 0);
    return { crashes, ended: entries.length, memoryFreed };
  }
}

/**
 * Of several windows, the one with the crashed session's folder reports the crash; where none comes back, the first other
 * window. A window that was open before the crash has not come back.
 */
export function isAnnouncedHere(crash: Crash, own: Pick<SessionFile, 'startedAt' | 'folder'>, now: number): boolean {
  if (own.startedAt <= crash.startedAt) return false;
  return own.folder === crash.folder || now - Math.max(own.startedAt, crash.at) >= CRASH_REPORT_DELAY_MS;
}
