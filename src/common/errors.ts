/** An error for people: its message says what is wrong and how to fix it. Any other error is a defect of ours. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The message of a thrown value, which may be anything. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code that Node gives a system error, such as `ENOENT`; undefined for other values. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
