import { codeOf, messageOf } from '../common/errors';

/** Reasons without further data why something is not known. */
export const BARE_REASONS = [
  // The process.
  ...(['gone', 'other-scope', 'pid-reused', 'changed', 'no-pid', 'unexpected-format', 'threads-hidden'] as const),
  // Its stdin.
  ...(['no-stdin', 'stdin-changed', 'stdin-no-connection', 'stdin-closed', 'stdin-moved'] as const),
  ...(['stdin-holder-hidden', 'no-own-stdin', 'no-pipe-probe'] as const),
  // The system.
  ...(['other-network', 'no-proc', 'foreign-proc', 'windows-pipes', 'windows-connections'] as const),
  ...(['no-control-group', 'machine-unknown', 'boot-unknown', 'no-permit', 'not-permitted'] as const),
] as const;

/** Failures of one program of the system. `/proc` and Windows count as programs. */
export const PROGRAM_REASONS = [
  ...(['program-missing', 'program-signal', 'program-too-much', 'program-failed', 'unreadable-output'] as const),
  ...(['self-missing', 'self-replaced', 'clock-set', 'not-listed', 'no-sockets', 'peers-unknown'] as const),
  ...(['stdin-not-shown', 'stdin-shown-twice', 'stdin-no-address', 'stdin-peer-unknown', 'pipe-unexamined'] as const),
  'control-group-untold',
] as const;

/** What is not known about one of several processes. */
export const PID_REASONS = [
  ...(['main-thread-gone', 'process-hidden', 'connections-hidden', 'files-hidden'] as const),
  ...(['in-other-network', 'socket-users-unknown'] as const),
] as const;

/** A reason that does not contain another one. */
export type PlainReason =
  | { readonly kind: (typeof BARE_REASONS)[number] }
  | { readonly kind: (typeof PROGRAM_REASONS)[number]; readonly program: string }
  | { readonly kind: (typeof PID_REASONS)[number]; readonly pid: number }
  /** An error code of the system, such as `EACCES`. */
  | { readonly kind: 'system'; readonly code: string }
  /** What a program or the system said, quoted: the only text that is not ours. */
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'program-timeout'; readonly program: string; readonly seconds: number }
  | { readonly kind: 'program-exit'; readonly program: string; readonly code: number }
  | { readonly kind: 'program-not-run'; readonly program: string; readonly code: string }
  | { readonly kind: 'listed-once'; readonly program: string; readonly pid: number }
  | { readonly kind: 'stdin-odd'; readonly type: string }
  | { readonly kind: 'runs-services'; readonly services: string };

/**
 * Why something about a process could not be found out. Sentences are made of it in wording/reasons.ts.
 * `why`: what kept it from being read.
 */
export type Reason =
  | PlainReason
  | { readonly kind: 'unexamined'; readonly pid?: number; readonly why: PlainReason }
  | { readonly kind: 'stdin-closed-to-us' | 'control-group-unreadable'; readonly why: PlainReason }
  | { readonly kind: 'files-closed-to-us' | 'client-unknown'; readonly pid: number; readonly why: PlainReason }
  | { readonly kind: 'file-unreadable'; readonly file: string; readonly why: PlainReason };

/** `failed`: it failed or ran out of time, and the next one may succeed. `no means`: what it needs is not installed. */
export type FailedInspection = 'failed' | 'no means';

/** The system could not be asked, or did not answer. Its message is for defects: people get the sentence of its reason. */
export class InspectError<R extends Reason = Reason> extends Error {
  override readonly name = 'InspectError';

  readonly failure: FailedInspection | undefined;

  /** @param failure `lasting`: another inspection would find the same */
  constructor(
    readonly reason: R,
    failure: FailedInspection | 'lasting' = 'failed',
  ) {
    super(JSON.stringify(reason));
    this.failure = failure === 'lasting' ? undefined : failure;
  }
}

/** Processes cannot be identified here: nothing may be launched or ended. `reason`: undefined for a system we do not know. */
export class NoPlatformError extends Error {
  override readonly name = 'NoPlatformError';

  constructor(readonly reason: Reason | undefined) {
    super(JSON.stringify(reason));
  }
}

/** The number of characters that are quoted from an output. */
const MAX_SAID = 300;

/** The system's reason for a failed call. */
export function systemReason(error: unknown): PlainReason {
  const code = codeOf(error);
  return code === undefined ? { kind: 'said', text: messageOf(error).slice(0, MAX_SAID) } : { kind: 'system', code };
}

/** The reason in a thrown value. */
export function reasonOf(error: unknown): Reason {
  return error instanceof InspectError ? error.reason : systemReason(error);
}
