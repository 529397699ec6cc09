/** One connected socket: both ends, the pids that hold this end, and whether this end was accepted. */
export interface Connection {
  readonly local: string;
  readonly peer: string;
  readonly pids: readonly number[];
  /** True for the end that a listening socket accepted: its holder *serves* the other end. */
  readonly serves: boolean;
  /** One side has closed its half or has exited: only a holder that is visible is certainly still there. */
  readonly isHalfClosed?: boolean;
}
