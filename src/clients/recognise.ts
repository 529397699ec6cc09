import { basename } from 'node:path';

/**
 * Whether a running process's arguments are those of an entry: the same program and the same arguments in order.
 * `npx` shows up under the name it gives itself (`npx -y @x/y` becomes `npm exec @x/y`, `uvx` becomes `uv tool uvx`),
 * and a script with a shebang behind its interpreter. A part of a path or a bare name alone never matches.
 */
export function matchesCommand(running: readonly string[], command: string, args: readonly string[]): boolean {
  if (running.length === 0) return false;
  const words = running.length === 1 ? (running[0] as string).split(' ') : running;
  const program = basename(command).replace(/\.(?:exe|cmd|bat)$/i, '');
  if (program === 'npx') {
    const plain = args.filter((arg) => arg !== '-y' && arg !== '--yes');
    return startsWith(words, ['npm', 'exec', ...plain]);
  }
  if (program === 'uvx') return startsWith(words, ['uv', 'tool', 'uvx', ...args]);
  if (sameProgram(words[0], program, command)) return sameList(words.slice(1), args);
  // A script started by its shebang stands behind the interpreter.
  return (
    words.length > 1 && sameProgram(words[1], program, command) && args.length > 0 && sameList(words.slice(2), args)
  );
}

function sameProgram(running: string | undefined, program: string, command: string): boolean {
  return running !== undefined && (running === command || basename(running).replace(/\.exe$/i, '') === program);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function startsWith(words: readonly string[], expected: readonly string[]): boolean {
  return expected.length > 2 && expected.every((word, index) => words[index] === word);
}
