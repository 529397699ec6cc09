import type { ProcessEntry } from '../os/platform';
import { redactCommandLine } from './redaction';

/** Arguments do not change, and are shown at every scan. */
const linesOfArgs = new WeakMap<readonly string[], string>();

/** The redacted command line of a process, for people. */
export function commandLineOf({ args, name }: ProcessEntry): string {
  if (!args || args.length === 0) return `[${name}]`;
  const line = linesOfArgs.get(args) ?? redactCommandLine(args).join(' ');
  linesOfArgs.set(args, line);
  return line;
}
