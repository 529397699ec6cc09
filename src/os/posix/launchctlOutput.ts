/**
 * Running services in the output of `launchctl print <domain>`: label by pid.
 * ```
 * gui/501 = {
 *         services = {
 *                      887      -      org.example.agent
 * ```
 * Only the block `services` counts; other blocks have lines of the same form.
 * @returns undefined when there is no such block, or it has no end: the format is not promised to stay.
 */
export function parseLaunchctlServices(text: string): Map<number, string> | undefined {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => /^\s*services = \{$/.test(line.trimEnd()));
  if (begin < 0) return undefined;
  const services = new Map<number, string>();
  for (const line of lines.slice(begin + 1)) {
    if (line.trim() === '}') return services;
    const match = /^\s*(\d+|-)\s+\S+\s+(\S.*?)\s*$/.exec(line);
    if (!match) return undefined;
    if (Number(match[1]) > 0) services.set(Number(match[1]), match[2] as string);
  }
  return undefined;
}

/** Whether `launchctl print` says that there is no such domain, as for a user who is not logged in at the screen. */
export function saysNoSuchDomain(text: string): boolean {
  return /\bCould not find domain for\b/.test(text);
}
