import type { Reason } from '../os/reason';
import type { ProcessName, Users } from '../os/users';
import type { Refusal } from './refusal';

/** What a person should know before ending processes. */
export interface EndPreview {
  /** The chosen processes that are still there. */
  readonly processes: readonly PreviewedProcess[];
  /** What still uses them, as far as it is visible. */
  readonly uses: readonly EndCaution[];
}

export interface PreviewedProcess {
  readonly pid: number;
  readonly name: string;
  /** Redacted. */
  readonly commandLine: string;
  /** Why it cannot be ended even with the user's confirmation. */
  readonly spared: Refusal | undefined;
}

/** A reason against ending processes. `many`: several are to be ended. `pid`: the one of several that the reason is about. */
export type EndCaution =
  | { readonly kind: 'connected'; readonly many: boolean; readonly by: Users }
  | { readonly kind: 'connections-unknown'; readonly many: boolean; readonly reason: Reason }
  | { readonly kind: 'below'; readonly many: boolean; readonly count: number }
  | { readonly kind: 'stdin-held'; readonly pid?: number; readonly by: Users }
  | { readonly kind: 'stdin-unknown'; readonly pid?: number; readonly reason: Reason }
  | { readonly kind: 'runs-under'; readonly pid?: number; readonly parent: ProcessName };
