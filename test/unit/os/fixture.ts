import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InspectError } from '../../../src/os/reason';
import type { CommandResult, CommandRunner } from '../../../src/os/runCommand';

/** A recording; see fixtures/README.md. */
export function fixture(name: string): string {
  return readFileSync(join(__dirname, 'fixtures', name), 'utf8');
}

/** A runner that answers from recordings; a command without one fails as if it were not installed. */
export function recorded(
  answers: Record<string, string | CommandResult>,
): CommandRunner & { readonly asked: string[] } {
  const asked: string[] = [];
  const run = async (command: string, args: readonly string[]): Promise<CommandResult> => {
    const line = [command, ...args].join(' ');
    asked.push(line);
    const key = Object.keys(answers).find((part) => line.includes(part));
    const answer = key === undefined ? undefined : answers[key];
    if (answer === undefined) throw new InspectError({ kind: 'program-missing', program: command }, 'no means');
    return typeof answer === 'string' ? { code: 0, stdout: answer, stderr: '' } : answer;
  };
  return Object.assign(run, { asked });
}
