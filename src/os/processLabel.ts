/** How a process is named to people. A name that nobody could read stays away. */
export function processLabel(pid: number, name: string | undefined): string {
  return name ? `${name} (pid ${pid})` : `pid ${pid}`;
}
