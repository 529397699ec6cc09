import type { ContainerId } from '../registry/ids';
import type { EngineFailure } from './engineFailure';

/** What runs a container that looks like a server, but is not ours to offer. */
export type ForeignContainer = 'gateway' | 'compose';

/** A fact about one container; wording/containers.ts turns it into a sentence. */
export type ContainerReason =
  | { readonly code: 'engine'; readonly failure: EngineFailure }
  | { readonly code: 'state'; readonly state: string }
  | { readonly code: 'still'; readonly state: string }
  | { readonly code: 'being removed' | 'data kept' | 'no --rm' | 'no --rm, not running' }
  | { readonly code: 'no label' | 'other labels' | 'labels of a session' }
  | { readonly code: 'not ours'; readonly by: ForeignContainer }
  | { readonly code: 'may be used'; readonly pid: number; readonly name: string }
  | { readonly code: 'used by a session' }
  // Why nothing is known about the containers of a server.
  | { readonly code: 'no container client'; readonly program: string }
  | { readonly code: 'not finished' | 'processes not seen' };

/** The outcome of a reap for one container. */
export interface ContainerOutcome {
  readonly id: ContainerId;
  readonly image: string;
  /**
   * - `removed`: it no longer exists.
   * - `stopped`: it was stopped and stays, because its data belongs to the user.
   * - `spared`: nothing was done to it.
   * - `unknown`: the engine gave no answer, or did not do it.
   * - `left running`: it runs on without a client, and is not ours to end.
   */
  readonly outcome: 'removed' | 'stopped' | 'spared' | 'unknown' | 'left running';
  /** Why; undefined with `removed`. */
  readonly reason: ContainerReason | undefined;
}
