import type { SessionSettings } from '../registry/ownSession';
import type { Grace } from '../registry/schema';

/** What sweeps do about other clients' proven orphans: list them, ask, or reap them. */
export type ForeignReap = 'report' | 'ask' | 'auto';

/** Settings that decide about reaps. A session also writes its own into its file. */
export interface ReapSettings extends SessionSettings {
  /** `report` where absent. */
  readonly reapForeign?: ForeignReap;
  /** The maximum of foreign servers that one sweep reaps; 0 where absent. */
  readonly maxPerSweep?: number;
}

/** The settings that the tracker reads, live. Editor, wrapper and command line each have parts of this one shape. */
export interface Settings extends ReapSettings {
  /** ms that a server may take for its handshake. */
  readonly launchTimeout: number;
  readonly guard: boolean;
  /** The waits of one server's ladder; `standard` where the user set none. */
  readonly graceOf: (server: string, standard: Grace) => Grace;
}
