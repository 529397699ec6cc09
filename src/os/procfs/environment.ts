const AS_NODE = '\0ELECTRON_RUN_AS_NODE=1\0';
const COOKIE_PREFIX = 'MCP_PROCESSES_COOKIE=';

/** Whether an environment block makes a program of Electron a plain Node. */
export function runsAsNodeIn(environment: Buffer): boolean {
  return environment.includes(AS_NODE);
}

/** The first variable of each name counts, as it does for the program itself. */
export function variablesIn(environment: string, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of environment.split('\0')) {
    const at = entry.indexOf('=');
    const name = entry.slice(0, at);
    if (at > 0 && names.includes(name) && !Object.hasOwn(found, name)) found[name] = entry.slice(at + 1);
  }
  return found;
}

/** The cookie in an environment block; undefined when there is none, or when two contradict each other. */
export function cookieIn(environment: Buffer): string | undefined {
  if (!environment.includes(COOKIE_PREFIX)) return undefined;
  let found: string | undefined;
  for (const entry of environment.toString('latin1').split('\0')) {
    if (!entry.startsWith(COOKIE_PREFIX)) continue;
    const value = entry.slice(COOKIE_PREFIX.length);
    if (found !== undefined && found !== value) return undefined;
    found = value;
  }
  return found;
}
