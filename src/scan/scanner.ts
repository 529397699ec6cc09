import type { Log } from '../common/log';
import type { Platform } from '../os/platform';
import type { DataFolder } from '../registry/dataFolder';
import type { OwnSession } from '../registry/ownSession';
import type { SessionFile } from '../registry/schema';
import type { SessionMemory } from '../registry/sessionMemory';
import { errorText } from '../wording/reasons';
import type { ForeignServer } from './foreign/foreignServer';
import type { ForeignServers } from './foreignServers';
import { recordsNow, updateCensus } from './ownCensus';
import { type Scan, scanMachine } from './scan';

export interface ScannerParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly own: OwnSession;
  readonly log: Log;
  /** What applies to sessions that are known from cookies only. */
  readonly settings: () => Pick<SessionFile, 'automatic' | 'neverReap'>;
  /** A second source of records; absent where there is none. */
  readonly memory?: SessionMemory;
  /** Undefined where other clients' servers are not scanned. */
  readonly foreignServers: ForeignServers | undefined;
}

/** The foreign servers of one scan. */
export interface ForeignScan {
  readonly servers: readonly ForeignServer[];
  /** Epoch ms of the snapshot in which they were found. */
  readonly takenAt: number;
  /** Whether the scan failed: none is listed then, because a server is listed as orphaned only when that is certain. */
  readonly hasFailed: boolean;
}

export const NO_FOREIGN_SCAN: ForeignScan = { servers: [], takenAt: 0, hasFailed: false };

/** Scans the machine for this session. Has no state but its last scan; ends nothing. */
export class Scanner {
  private last: Scan | undefined;

  constructor(private readonly parts: ScannerParts) {}

  /**
   * One scan: session files, process table, verdicts. Updates the census of this session's servers.
   * @throws when the process table or the data folder cannot be read; then nothing is known.
   */
  async scan(): Promise<Scan> {
    const { platform, folder, own, log, settings, memory } = this.parts;
    const before = recordsNow(own);
    const scan = await scanMachine(platform, folder, own.session.id, settings(), memory?.sessions());
    memory?.retain(new Set([own.session.id, ...scan.sessions.map(({ session }) => session.id)]));
    // Logged once for as long as it lasts.
    const known = new Set(this.last?.problems);
    for (const problem of scan.problems.filter((one) => !known.has(one))) log.warn(problem);
    // Only a scan of everything shows that its editor has ended it.
    for (const { id, kind } of updateCensus(own, scan.snapshot, before)) if (kind === 'adopted') own.remove(id);
    this.last = scan;
    return scan;
  }

  /** Other clients' servers in the last scan. Never rejects. */
  async scanForeign(): Promise<ForeignScan> {
    const { foreignServers, log } = this.parts;
    const { last } = this;
    if (!foreignServers || !last) return NO_FOREIGN_SCAN;
    const { takenAt } = last.snapshot;
    try {
      return { servers: await foreignServers.find(last), takenAt, hasFailed: false };
    } catch (error) {
      log.warn(`Other clients' servers could not be scanned: ${errorText(error)}`);
      return { servers: [], takenAt, hasFailed: true };
    }
  }

  /** From now on no earlier finding about other clients' servers is trusted. */
  forgetForeign(): void {
    this.parts.foreignServers?.forget();
  }
}
