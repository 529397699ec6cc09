import type { ProcessIdentity } from '../os/identity';
import type { Platform, Snapshot } from '../os/platform';
import type { DataFolder } from '../registry/dataFolder';
import type { OwnSession } from '../registry/ownSession';
import type { ServerRecord } from '../registry/schema';
import { scanOwnProcesses } from './ownProcesses';
import { isShareable, readSharedScan, removeSharedScan, type SharedScan, writeSharedScan } from './sharedScan';

export interface ScanSharingParts {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
  readonly own: OwnSession;
  /**
   * What this window scans for, and how: windows with the same fingerprint share their scans. Absent or undefined: this
   * window neither shares nor reuses.
   */
  readonly configFingerprint?: () => string | undefined;
}

/** The findings of a sweep, without the window's own rows. */
export type Findings = Pick<SharedScan, 'sessions' | 'foreign' | 'problems'>;

/** One scan for all windows of a machine: a window reuses what another window has just found. */
export class ScanSharing {
  /** Epoch ms: older findings are obsolete. */
  private forgottenAt = 0;

  constructor(private readonly parts: ScanSharingParts) {}

  /**
   * The findings of another window's latest scan, and the present state of this window's own processes.
   * @param youngerThan ms that the other's sweep may be old
   * @param newerThan epoch ms of this window's own findings, which older ones must not replace
   * @returns undefined where this window must scan itself
   */
  async reuse(youngerThan: number, newerThan: number): Promise<{ findings: Findings; snapshot: Snapshot } | undefined> {
    const { platform, folder, self, own } = this.parts;
    const configFingerprint = this.parts.configFingerprint?.();
    const { id, records } = own.session;
    if (configFingerprint === undefined || records.some(({ container }) => container)) return undefined;
    const shared = readSharedScan(folder, platform.scope, youngerThan);
    if (
      !shared ||
      shared.configFingerprint !== configFingerprint ||
      shared.by === id ||
      shared.sweptAt <= Math.max(newerThan, this.forgottenAt)
    )
      return undefined;
    const snapshot = await scanOwnProcesses(platform, self, records);
    if (!snapshot) return undefined;
    const findings = {
      sessions: shared.sessions.filter(({ sessionId }) => sessionId !== id),
      foreign: shared.foreign,
      problems: shared.problems,
    };
    return { findings, snapshot };
  }

  /**
   * Shares with the other windows, unless there are containers: each window must find out how to reach their engines.
   * @param findings with the rows of this window's own session, as others show them
   * @param records of all sessions
   * @param sweptAt epoch ms of the scan
   */
  share(findings: Findings, records: readonly ServerRecord[], sweptAt: number): void {
    const { platform, folder, own } = this.parts;
    const configFingerprint = this.parts.configFingerprint?.();
    // A scan that began before the last reap ended may still show what that has ended.
    if (sweptAt <= this.forgottenAt) return;
    // Without a cheap way to scan their own processes, other windows could not reuse it.
    if (configFingerprint === undefined || !platform.childrenOf || records.some(({ container }) => container)) return;
    if (![...findings.sessions, ...findings.foreign].every(isShareable)) return;
    writeSharedScan(folder, platform.scope, { by: own.session.id, configFingerprint, sweptAt, ...findings });
  }

  /** After a reap the shared scan is obsolete: from now on every window scans for itself. */
  forget(): void {
    this.forgottenAt = Date.now();
    if (this.parts.configFingerprint) removeSharedScan(this.parts.folder);
  }
}
