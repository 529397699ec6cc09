import { PROBE_INTERVAL_MS } from '../../common/limits';
import { identityKey, type ProcessIdentity } from '../../os/identity';
import type { StdinPeer } from '../../os/platform';
import type { DataFolder } from '../../registry/dataFolder';
import { readSharedProbes, type SharedProbe, writeSharedProbes } from '../../registry/sharedProbes';

/** The probes that all windows share, during one scan: read when it begins, written when it ends. */
export class ProbeSharing {
  private readonly probes: Map<string, SharedProbe>;
  private isChanged = false;

  /** @param folder absent where windows do not share their probes */
  constructor(
    private readonly folder: DataFolder | undefined,
    private readonly scope: string,
  ) {
    this.probes = folder ? readSharedProbes(folder, scope, PROBE_INTERVAL_MS) : new Map();
  }

  of(identity: ProcessIdentity): SharedProbe | undefined {
    return this.probes.get(identityKey(identity));
  }

  /**
   * Notes a new probe of this window. Only "alive" is shared: "gone" needs a second scan of each window, and
   * another window may find out what is "unknown" here.
   */
  note(identity: ProcessIdentity, { ppid, peer }: { readonly ppid: number; readonly peer: StdinPeer }): void {
    const key = identityKey(identity);
    if (peer.kind === 'alive') {
      this.probes.set(key, { identity, ppid, peer, at: Date.now() });
      this.isChanged = true;
    } else if (peer.kind === 'gone') {
      this.isChanged = this.probes.delete(key) || this.isChanged;
    }
  }

  write(): void {
    if (this.folder && this.isChanged) writeSharedProbes(this.folder, this.scope, [...this.probes.values()]);
  }
}
