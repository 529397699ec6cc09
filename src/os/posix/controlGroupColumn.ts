import { parseStartDate } from './psTime';

/** `ps` arguments that print start time and control group of one process. */
export function controlGroupArguments(pid: number): string[] {
  return ['-ww', '-p', String(pid), '-o', 'lstart=', '-o', 'cgroup='];
}

/**
 * Parses the line of {@link controlGroupArguments} into the form of `/proc/PID/cgroup`, one hierarchy per line.
 * `ps` joins them with commas, which also occur in the names of controllers and groups.
 * @returns undefined when it is not such a line.
 */
export function parseControlGroupLine(text: string): { startSeconds: number; controlGroups: string } | undefined {
  const match = /^ *(\S+ +\S+ +\d+ \S+ \d{4}) +(\S.*)$/.exec(text.replace(/\n$/, ''));
  const startSeconds = match && parseStartDate(match[1] as string);
  // A dash means that there is none.
  if (!match || startSeconds === undefined || !/^\d+:/.test(match[2] as string)) return undefined;
  return { startSeconds: startSeconds as number, controlGroups: (match[2] as string).split(/,(?=\d+:)/).join('\n') };
}
