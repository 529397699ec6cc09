const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Reads `lstart` as `ps` prints it under `TZ=UTC LC_ALL=C`: `Sat Nov 21 01:47:44 2026`.
 * `Date.parse` would read it in the time zone of *this* process (K27).
 * @returns whole epoch seconds, or undefined when it is not such a date.
 */
export function parseStartDate(text: string): number | undefined {
  const match = /^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) +([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(text);
  if (!match) return undefined;
  const [, monthName, ...numbers] = match;
  const month = MONTHS.indexOf(monthName as string);
  const [day, hour, minute, second, year] = numbers.map(Number) as [number, number, number, number, number];
  if (month < 0 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  const milliseconds = Date.UTC(year, month, day, hour, minute, second);
  // `Date.UTC` turns 31 February into 3 March.
  if (new Date(milliseconds).getUTCMonth() !== month && second !== 60) return undefined;
  return milliseconds < 0 ? undefined : milliseconds / 1000;
}

/**
 * Reads CPU time: `[days-][hours:]minutes:seconds[.hundredths]`; Linux prints `1-02:03:04`, macOS `123:45.67`.
 * @returns milliseconds, or undefined when it is not such a time.
 */
export function parseCpuTime(text: string): number | undefined {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d\d)(?:\.(\d\d))?$/.exec(text);
  if (!match) return undefined;
  const [days, hours, minutes, seconds, hundredths] = match.slice(1).map((part) => Number(part ?? 0)) as number[];
  return (
    ((((days as number) * 24 + (hours as number)) * 60 + (minutes as number)) * 60 + (seconds as number)) * 1000 +
    (hundredths as number) * 10
  );
}
