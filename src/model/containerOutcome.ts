import type { ContainerId } from '../registry/ids';
import type { EngineFailure } from './engineFailure';

/** Who runs a container that looks like a server and is not ours to offer. */
export type ForeignContainer = 'gateway' | 'compose';

/** What is to be said of one container. Sentences are made of it in wording/containers.ts. */
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

/** What became of one container. */
export interface ContainerOutcome {
  readonly id: ContainerId;
  readonly image: string;
  /**
   * - `removed`: it no longer exists. - `stopped`: it ran, was stopped, and stays, because its data is the user's.
   * - `spared`: nothing was done to it. - `unknown`: the engine could not say, or did not do it.
   * - `left running`: it runs on without a client, and is not ours to end.
   */
  readonly outcome: 'removed' | 'stopped' | 'spared' | 'unknown' | 'left running';
  /** Why; undefined with `removed`. */
  readonly reason: ContainerReason | undefined;
}
