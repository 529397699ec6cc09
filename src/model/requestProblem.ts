/**
 * Why a running server did not do what it was asked for; wording/requests.ts turns it into sentences, with what to do.
 * `said`: its answer, or what the client of the protocol makes of it, redacted.
 */
export type RequestProblem =
  | { readonly kind: 'exited' | 'no-answer' }
  | { readonly kind: 'said'; readonly said: string };
