import type { ContainerId } from '../registry/ids';

/** What became of one container. */
export interface ContainerOutcome {
  readonly id: ContainerId;
  readonly image: string;
  /**
   * - `removed`: it no longer exists. - `stopped`: it ran, was stopped, and stays, because its data is the user's.
   * - `kept`: nothing was done to it. - `unknown`: the engine could not say, or did not do it.
   * - `left running`: it runs on without a client, and is not ours to end.
   */
  readonly outcome: 'removed' | 'stopped' | 'spared' | 'unknown' | 'left running';
  /** Why, for people; undefined with `removed`. */
  readonly reason: string | undefined;
}
