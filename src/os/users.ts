/** A process as people find it. */
export interface ProcessName {
  readonly pid: number;
  /** Absent where it could not be read. */
  readonly name?: string;
}

/** Who holds or uses something, as far as it can be seen. */
export type Users =
  | { readonly kind: 'seen'; readonly processes: readonly ProcessName[] }
  /** A process that cannot be seen from here. `clientOf`: the one that it is connected to. */
  | { readonly kind: 'unseen'; readonly clientOf?: ProcessName };

export const UNSEEN: Users = { kind: 'unseen' };

/** A process and its name, where there is one. */
export function processName(pid: number, name: string | undefined): ProcessName {
  return name ? { pid, name } : { pid };
}

export function seen(...processes: readonly ProcessName[]): Users {
  return { kind: 'seen', processes };
}

/** The pids of those that can be seen; empty where none can. */
export function pidsOf(users: Users): readonly number[] {
  return users.kind === 'seen' ? users.processes.map(({ pid }) => pid) : [];
}
