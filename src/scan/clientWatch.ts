import { CLIENT_CHECK_INTERVAL_MS, MAX_WATCHED_CLIENTS } from '../common/limits';
import type { ProcessId } from '../model/inventory';
import { sameStart } from '../os/identity';
import type { Platform } from '../os/platform';

export interface ClientWatchParts {
  readonly platform: Pick<Platform, 'identify'>;
  /** At least one of those that were watched has ended. Its servers have to be judged anew. */
  readonly onEnd: () => void;
}

/** Notices the end of those on whom other clients' servers depend, without waiting for the next scan. */
export class ClientWatch {
  private watched = new Map<string, ProcessId>();
  /** Told of already; a row that still names them must not tell again. */
  private ended = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: ClientWatchParts) {}

  /** From now on these, and nobody else. */
  watch(processes: readonly ProcessId[]): void {
    // Only a table that tells who has a pid without starting a program is cheap enough.
    if (!this.parts.platform.identify) return;
    const known = new Map(processes.map((process) => [keyOf(process), process]));
    this.ended = new Set([...this.ended].filter((key) => known.has(key)));
    this.watched = new Map([...known].filter(([key]) => !this.ended.has(key)).slice(0, MAX_WATCHED_CLIENTS));
    if (this.watched.size === 0) this.dispose();
    else this.timer ??= setInterval(() => this.check(), CLIENT_CHECK_INTERVAL_MS).unref();
  }

  /** One check. An error says nothing about whether a process lives. */
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
