import type { ExitStatus } from '../registry/history';

/**
 * Why a server could not be started; wording/start.ts turns it into a sentence, with what to do.
 * `code`: the system's.
 */
export type StartProblem =
  // Before it was spawned.
  | { readonly kind: 'nul-byte' | 'too-large' }
  | { readonly kind: 'folder-missing' | 'folder-is-file'; readonly folder: string }
  | { readonly kind: 'command-is-folder'; readonly command: string }
  | { readonly kind: 'not-found' | 'not-executable' | 'no-interpreter'; readonly command: string }
  | { readonly kind: 'bad-path'; readonly command: string; readonly code: string }
  | { readonly kind: 'refused'; readonly code: string }
  /** What the system said, where nothing of the server ran. */
  | { readonly kind: 'said'; readonly text: string }
  // Before it answered.
  | { readonly kind: 'exited'; readonly exit: ExitStatus }
  | { readonly kind: 'no-answer'; readonly seconds: number }
  /** `said`: what the client of the protocol makes of its answer, redacted. */
  | { readonly kind: 'no-mcp'; readonly said: string };
