/** A process by the names that people know. */
export interface ProcessName {
  readonly pid: number;
  /** Absent where it could not be read. */
  readonly name?: string;
}

/** The processes that hold or use something, as far as they are visible. */
export type Users =
  | { readonly kind: 'seen'; readonly processes: readonly ProcessName[] }
  /** An invisible process. `clientOf`: the process that it is connected to. */
  | { readonly kind: 'unseen'; readonly clientOf?: ProcessName };

export const UNSEEN: Users = { kind: 'unseen' };

/** A process, with its name where that is known. */
export function processName(pid: number, name: string | undefined): ProcessName {
  return name ? { pid, name } : { pid };
}

export function seen(...processes: readonly ProcessName[]): Users {
  return { kind: 'seen', processes };
}

/** The pids of the visible ones. */
export function pidsOf(users: Users): readonly number[] {
  return users.kind === 'seen' ? users.processes.map(({ pid }) => pid) : [];
}
