/** An error for people: its message says what is wrong and what to do about it. Any other error is a defect of ours. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** What a thrown value says; anything may be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code that Node gives an error of the system, such as `ENOENT`; undefined where there is none. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
