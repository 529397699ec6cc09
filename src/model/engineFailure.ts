/** What is wrong with the answer of a container client. */
export type AnswerFault = 'no JSON' | 'no list' | 'not an id' | 'no full id' | 'no state';

/**
 * Why an engine could not be asked; wording/containers.ts turns it into a sentence.
 * - `missing`: no such program, or no engine behind it. - `denied`: this user may not. - `timeout`: no answer; what was
 *   asked for may still happen. - `failed`: anything else.
 * `said`: what the client said, redacted.
 */
export type EngineFailure =
  /** It was not asked: the record does not say whose container it looks for. */
  { readonly kind: 'failed'; readonly found: 'no owner' } | ClientFailure;

type ClientFailure = { readonly program: string } & (
  | { readonly kind: 'missing' | 'denied'; readonly found: 'program' }
  | { readonly kind: 'missing' | 'denied'; readonly found: 'engine'; readonly said: string }
  | { readonly kind: 'timeout'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly found: 'said'; readonly said: string }
  | { readonly kind: 'failed'; readonly found: 'exit code'; readonly code: number }
  | { readonly kind: 'failed'; readonly found: 'signal'; readonly signal: string }
  | { readonly kind: 'failed'; readonly found: 'not run'; readonly code: string }
  | { readonly kind: 'failed'; readonly found: 'too much'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly found: 'unreadable'; readonly fault: AnswerFault }
  /** It said nothing about this container. */
  | { readonly kind: 'failed'; readonly found: 'silent'; readonly id: string }
);
