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
   * What this window looks for, and how: windows of the same manner share their sweeps. Absent or undefined: it neither
   * shares nor takes over.
   */
  readonly configFingerprint?: () => string | undefined;
}

/** What a sweep finds besides the window's own. */
export type Findings = Pick<SharedScan, 'sessions' | 'foreign' | 'problems'>;

/** One scanner per machine: who finds that another window has just swept shows what that has found. */
export class ScanSharing {
  /** Epoch ms: what was seen before this is not to be shown any more. */
  private forgottenAt = 0;

  constructor(private readonly parts: ScanSharingParts) {}

  /**
   * What another window has just found, and this window's own processes as they are now.
   * @param youngerThan ms that the other's sweep may be old
   * @param newerThan epoch ms of what this window has found itself: an older finding must not take that back
   * @returns undefined where this window has to look itself
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
   * Tells the other windows, unless there are containers: how to reach their engines each has to find out for itself.
   * @param findings with the rows of this window's own session, as others show them
   * @param records of all sessions
   * @param sweptAt epoch ms of the look
   */
  share(findings: Findings, records: readonly ServerRecord[], sweptAt: number): void {
    const { platform, folder, own } = this.parts;
    const configFingerprint = this.parts.configFingerprint?.();
    // A scan that began before the last reap ended may still show what that has ended.
    if (sweptAt <= this.forgottenAt) return;
    // Without the means to look at one's own only, nobody could take it over.
    if (configFingerprint === undefined || !platform.childrenOf || records.some(({ container }) => container)) return;
    if (![...findings.sessions, ...findings.foreign].every(isShareable)) return;
    writeSharedScan(folder, platform.scope, { by: own.session.id, configFingerprint, sweptAt, ...findings });
  }

  /** Nobody shall show on what has just been ended: from now on every window looks for itself. */
  forget(): void {
    this.forgottenAt = Date.now();
    if (this.parts.configFingerprint) removeSharedScan(this.parts.folder);
  }
}
