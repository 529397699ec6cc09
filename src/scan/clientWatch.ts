import { CLIENT_CHECK_INTERVAL_MS, MAX_WATCHED_CLIENTS } from '../common/limits';
import type { ProcessId } from '../model/serverView';
import { sameStart } from '../os/identity';
import type { Platform } from '../os/platform';

export interface ClientWatchParts {
  readonly platform: Pick<Platform, 'identify'>;
  /** At least one watched process has ended: its servers must be judged again. */
  readonly onEnd: () => void;
}

/** Notices, before the next scan, the end of processes that foreign servers depend on. */
export class ClientWatch {
  private watched = new Map<string, ProcessId>();
  /** Reported already: a row that still names them must not report them again. */
  private ended = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: ClientWatchParts) {}

  /** Watches these processes, and no longer any others. */
  watch(processes: readonly ProcessId[]): void {
    // Only a system that identifies a pid without running a program is cheap enough.
    if (!this.parts.platform.identify) return;
    const known = new Map(processes.map((process) => [keyOf(process), process]));
    this.ended = new Set([...this.ended].filter((key) => known.has(key)));
    this.watched = new Map([...known].filter(([key]) => !this.ended.has(key)).slice(0, MAX_WATCHED_CLIENTS));
    if (this.watched.size === 0) this.dispose();
    else this.timer ??= setInterval(() => this.check(), CLIENT_CHECK_INTERVAL_MS).unref();
  }

  /** One check. After an error the process still counts as alive. */
  check(): void {
    const gone = [...this.watched].filter(([, process]) => this.hasEnded(process)).map(([key]) => key);
    for (const key of gone) {
      this.watched.delete(key);
      this.ended.add(key);
    }
    if (gone.length > 0) this.parts.onEnd();
  }

  dispose(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private hasEnded({ pid, start }: ProcessId): boolean {
    const now = this.parts.platform.identify?.(pid);
    if (!now || now.kind === 'error') return false;
    return now.kind === 'gone' || !sameStart(now.start, start) || now.zombie;
  }
}

function keyOf({ pid, start }: ProcessId): string {
  return `${pid}:${start}`;
}
