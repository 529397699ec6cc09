// Which words of a command are paths, which of them only its folder completes, and what placeholders leave open.

/** A `${…}` of a configuration that could not be replaced. */
export const PLACEHOLDER = /\$\{[^${}]{1,200}\}/;
export const PLACEHOLDERS = new RegExp(PLACEHOLDER, 'g');

/** A path from the root, a home, a drive. `~name` is another user's home. */
export const ABSOLUTE = /^(?:[\\/]|~[\\/]|\$HOME[\\/]|[A-Za-z]:[\\/])/;
export const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
export const SCRIPT = /\.(?:[cm]?[jt]sx?|py|pyz|rb|sh|jar|php|pl|lua|exs?|dll|csproj|fsproj|toml|json|ya?ml)$/i;
/** Scripts' endings that no runner takes for a program. */
export const DATA = /\.(?:json|ya?ml|toml)$/i;
/** A placeholder for whole folders: it comes first, with a separator or nothing after it. */
export const OPEN_FRONT = /^(\$\{[^${}]{1,200}\})(?:[\\/]|$)/;
/** The same with a path after it: a placeholder alone may be no path at all. */
export const OPEN_PATH = /^\$\{[^${}]{1,200}\}[\\/]./;
/** A package of another tool, or a URL, where its runner takes a path. */
export const REMOTE_SCRIPT = /^(?:jsr:|npm:|https:\/\/)./;

export function isCompletePath(arg: string): boolean {
  return ABSOLUTE.test(arg) || OPEN_PATH.test(arg);
}

export function isComplete(arg: string): boolean {
  return ABSOLUTE.test(arg) || ADDRESS.test(arg) || PLACEHOLDER.test(arg);
}

/** A word that only the working folder makes a path: `src/server.ts`, `.`, `--config=./x`. */
export function isRelativePath(arg: string): boolean {
  const value = pathIn(arg);
  if (value === '' || ABSOLUTE.test(value) || ADDRESS.test(value) || OPEN_FRONT.test(value)) return false;
  if (REMOTE_SCRIPT.test(value) || /^[\w.-]+@[\w.-]+:/.test(value)) return false;
  return isDotted(value) || SCRIPT.test(value);
}

export function pathIn(arg: string): string {
  return arg.startsWith('-') ? (/=(.*)$/s.exec(arg)?.[1] ?? '') : arg;
}

export function isDotted(path: string): boolean {
  return /^\.{1,2}(?:[\\/]|$)/.test(path);
}
