import type { Reason } from '../os/reason';
import type { HistoryEntry } from '../registry/history';
import type { ContainerWithoutClient } from './containerView';
import type { ServerView } from './serverView';
import type { ForeignReap } from './settings';

// What a sweep publishes, and all that views, API and CLI read. Plain data, redacted, without live handles.

export interface Problem {
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
}

/** All servers and what is known of them, as published at one moment. */
export interface Inventory {
  /** False until the first sweep has finished. */
  readonly scanned: boolean;
  /** Epoch ms of the sweep; 0 before the first. */
  readonly sweptAt: number;
  readonly servers: readonly ServerView[];
  /** Configuration and registry problems, for the log and the panel. */
  readonly problems: readonly Problem[];
  /** What sweeps do about other clients' orphans; with `report` they are listed, and the badge does not count them. */
  readonly reapForeign: ForeignReap;
  readonly guard: GuardView;
  /** Containers whose client is gone, for people to check and to choose from. */
  readonly containersWithoutClient: readonly ContainerWithoutClient[];
  /** The latest reaps on this machine, newest first, at most {@link MAX_HISTORY}. */
  readonly history: readonly HistoryEntry[];
}

/** Entries of the history in an inventory. */
export const MAX_HISTORY = 20;

/** Why there is no guard. */
export type GuardProblem =
  | { readonly kind: 'not-run'; readonly program: string; readonly why: Reason }
  | { readonly kind: 'not-node'; readonly program: string }
  /** Other programs ended it so often. */
  | { readonly kind: 'ended'; readonly count: number }
  | { readonly kind: 'failed'; readonly why: Reason };

/** The guard of this window. */
export interface GuardView {
  readonly state: 'off' | 'armed' | 'unavailable';
  readonly pid: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
  /** Why it is unavailable. */
  readonly problem: GuardProblem | undefined;
}
