import { foreignKey, recordKey } from '../model/keys';
import type { ReapPreview, ReapResult } from '../model/reapResult';
import { type ReapOptions, ReapQueue } from '../reaping/reapQueue';
import { hasContent } from '../reaping/results';
import type { ForeignServer } from '../scan/foreign/foreignServer';
import type { Scan, ScannedSession } from '../scan/scan';
import type { ScanSharing } from '../scan/scanSharing';
import { type AutomaticReapParts, keysOf, reapForeignServers, recordsOf } from './automaticReap';
import { isReapable } from './sessionPlans';

export interface RequestedReapParts extends Omit<AutomaticReapParts, 'settings'> {
  readonly scanSharing: ScanSharing;
}

interface Chosen {
  readonly scan: Scan;
  readonly sessions: readonly ScannedSession[];
  readonly foreign: readonly ForeignServer[];
  readonly isMeant: (sessionId: string, recordId: string) => boolean;
}

/** Ends what a person chooses: all our servers that are provably orphaned, or the given rows. */
export class RequestedReap {
  constructor(private readonly parts: RequestedReapParts) {}

  /** Reaps foreign servers only where `options.only` names them. */
  reap(options: ReapOptions = {}): Promise<ReapResult[]> {
    const { store, turns } = this.parts;
    // Marked even while another reap runs first.
    return store.ending.during(options.only ?? [], () =>
      turns.run(async () => {
        const only = options.only && new Set(options.only);
        return this.end(await this.choose(only), only, options);
      }),
    );
  }

  /** What {@link reap} would do with the same rows; signals nothing. */
  preview(only?: readonly string[]): Promise<ReapPreview[]> {
    return this.parts.turns.run(async () => this.previewOf(await this.choose(only && new Set(only))));
  }

  private async choose(only: ReadonlySet<string> | undefined): Promise<Chosen> {
    const { cycle, store, own, self } = this.parts;
    const scan = await cycle.scan();
    const isMeant = (sessionId: string, recordId: string) => !only || only.has(recordKey(sessionId, recordId));
    const sessions = scan.sessions.filter(
      (judged) =>
        isReapable(judged, { ownId: own.session.id, self }) &&
        judged.records.some(({ record }) => isMeant(judged.session.id, record.id)),
    );
    // Another window has found them, and this window has no findings of its own yet.
    if (store.parts.reused.foreign?.some(({ key }) => only?.has(key))) await cycle.scanForeign();
    const foreign = only ? store.parts.foreign.servers.filter(({ record }) => only.has(foreignKey(record))) : [];
    return { scan, sessions, foreign, isMeant };
  }

  private async previewOf({ scan, sessions, foreign, isMeant }: Chosen): Promise<ReapPreview[]> {
    const { reaper, foreignReaper } = this.parts;
    const own = (await Promise.all(sessions.map((judged) => reaper.preview(scan, judged)))).flat();
    const meant = own.filter(({ of }) => of.kind === 'session' && isMeant(of.session, of.record));
    const theirs = foreignReaper ? await foreignReaper.preview(recordsOf(foreign)) : [];
    return [...meant, ...theirs];
  }

  private async end(
    { sessions, foreign, isMeant }: Chosen,
    only: ReadonlySet<string> | undefined,
    options: ReapOptions,
  ): Promise<ReapResult[]> {
    const { reaper, store, cycle, scanSharing } = this.parts;
    const meant = sessions.flatMap(({ session, records }) =>
      records.filter(({ record }) => isMeant(session.id, record.id)),
    );
    const queue = new ReapQueue(options, meant.length + foreign.length);
    return store.ending.during(only ? [] : keysOf(sessions), async () => {
      const [own, foreignReaps] = await Promise.all([
        Promise.all(sessions.map((judged) => reaper.reap(judged, only, undefined, queue, true))),
        reapForeignServers(this.parts, foreign, { isAsked: true, queue }),
      ]);
      scanSharing.forget();
      if (foreign.length === 0) this.dropReused(only);
      await cycle.scan();
      return [...own.flat(), ...foreignReaps].filter(hasContent);
    });
  }

  /** Removes servers that have just been ended from another window's findings. */
  private dropReused(only: ReadonlySet<string> | undefined): void {
    const { store } = this.parts;
    const { reused } = store.parts;
    const foreign = reused.foreign?.filter(({ key }) => !only?.has(key));
    if (foreign) store.set({ reused: { ...reused, foreign } });
  }
}
