import type { Reason } from '../os/reason';
import type { ContainerOutcome, ContainerReason } from './containerOutcome';
import type { ContainerView } from './containerView';
import type { Refusal } from './refusal';

// What a reap has done, or would do. Plain data, redacted.

export type ProcessOutcome = 'exited' | 'terminated' | 'killed' | 'survived' | 'spared';

export interface ReapedProcess {
  readonly pid: number;
  readonly name: string;
  readonly commandLine: string;
  readonly outcome: ProcessOutcome;
  /** Why it was spared or survived. */
  readonly reason: Refusal | undefined;
  /** Bytes seen before it ended. */
  readonly memory: number | undefined;
}

/** What a result is about: a server of a session, one of another client's, or processes that the user chose. */
export type Reaped =
  | { readonly kind: 'session'; readonly session: string; readonly record: string }
  | { readonly kind: 'foreign'; readonly record: string }
  | { readonly kind: 'user' };

/** Why a session's servers could not be reaped. */
export type ReapProblem =
  /** `folder`: the one that has to be writable. */
  | { readonly kind: 'unclaimable'; readonly session: string; readonly folder: string; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly session: string; readonly reason: Reason };

/** The outcome of a reap for one server tree. */
export interface ReapResult {
  readonly server: string;
  readonly of: Reaped;
  readonly processes: readonly ReapedProcess[];
  /** The outcome for the containers it ran in. */
  readonly containers: readonly ContainerOutcome[];
  /** Why the engine could not be asked to the end; the record stays until its containers are known to be gone. */
  readonly containerProblem: ContainerReason | undefined;
  /** Why it could not be reaped. */
  readonly problem?: ReapProblem;
  /** Bytes of the processes that ended. */
  readonly memoryFreed: number;
  readonly milliseconds: number;
}

/** What a reap would do to one server tree; nothing was signalled. */
export interface ReapPreview {
  readonly server: string;
  readonly of: Reaped;
  readonly processes: readonly ReapCandidate[];
  /** The containers it runs in; those with our labels would be ended. */
  readonly containers: readonly ContainerView[];
  /** Why the engine could not say. */
  readonly containerProblem: ContainerReason | undefined;
}

export interface ReapCandidate {
  readonly pid: number;
  readonly name: string;
  readonly commandLine: string;
  /** Why it would be spared, if it would. */
  readonly spared: Refusal | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
}
