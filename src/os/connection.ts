/** One connected socket: both ends, the pids that hold this end, and whether this end was accepted. */
export interface Connection {
  readonly local: string;
  readonly peer: string;
  readonly pids: readonly number[];
  /** True for the end that a listening socket accepted: its holder *serves* the other end. */
  readonly serves: boolean;
  /** One side has said that it sends nothing more, or has gone: only somebody who is seen is still there. */
  readonly isHalfClosed?: boolean;
}
