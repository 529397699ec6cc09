import type { SessionSettings } from '../registry/ownSession';
import type { Grace } from '../registry/schema';

/** What sweeps do about other clients' proven orphans: list them, ask, or reap them. */
export type ForeignReap = 'report' | 'ask' | 'auto';

/** What decides about reaps. What a session wants is also in its file. */
export interface ReapSettings extends SessionSettings {
  /** `report` where absent. */
  readonly reapForeign?: ForeignReap;
  /** Most of other clients' servers that one sweep reaps; 0 where absent. */
  readonly maxPerSweep?: number;
}

/** What the tracker reads of the settings, live. The one shape: editor, wrapper and command line have parts of it. */
export interface Settings extends ReapSettings {
  /** ms that a server may take for its handshake. */
  readonly launchTimeout: number;
  readonly guard: boolean;
  /** Waits of one server's ladder; `standard` where the user set none. */
  readonly graceOf: (server: string, standard: Grace) => Grace;
}
