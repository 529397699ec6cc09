import { memoizeWeak } from '../common/memo';
import type { ProcessEntry } from '../os/platform';
import { redactCommandLine } from './redaction';

/** Arguments do not change, and every scan shows them. */
const lineOf = memoizeWeak((args: readonly string[]) => redactCommandLine(args).join(' '));

/** The redacted command line of a process, for people. */
export function commandLineOf({ args, name }: ProcessEntry): string {
  if (!args || args.length === 0) return `[${name}]`;
  return lineOf(args);
}
