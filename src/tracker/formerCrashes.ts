import { CRASH_REPORT_DELAY_MS } from '../common/limits';
import { type Crash, readCrashes, takeCrash } from '../registry/crashes';
import type { DataFolder } from '../registry/dataFolder';
import { readHistory } from '../registry/history';
import type { SessionFile } from '../registry/schema';

/** What a window tells of crashes before it, and what it can offer. */
export interface CrashReport {
  readonly crashes: readonly Crash[];
  /** Servers that were left and have been ended since; one that ended because its host did was not left. */
  readonly ended: number;
  /** Bytes. */
  readonly memoryFreed: number;
}

/** Sessions that crashed before this window came. */
export class FormerCrashes {
  constructor(
    private readonly folder: DataFolder,
    private readonly own: () => Pick<SessionFile, 'startedAt' | 'folder'>,
  ) {}

  /** Those that this window is to tell of now. */
  find(now = Date.now()): Crash[] {
    const own = this.own();
    return readCrashes(this.folder).filter((crash) => isAnnouncedHere(crash, own, now));
  }

  /** Takes them, so that no other window tells of them too. @returns undefined where others had been faster. */
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
 * Of several windows the one with the crashed session's folder tells; where none comes back, the first other one. A
 * window that was there before has not come back.
 */
export function isAnnouncedHere(crash: Crash, own: Pick<SessionFile, 'startedAt' | 'folder'>, now: number): boolean {
  if (own.startedAt <= crash.startedAt) return false;
  return own.folder === crash.folder || now - Math.max(own.startedAt, crash.at) >= CRASH_REPORT_DELAY_MS;
}
