import type { Platform, ProcessEntry, Snapshot } from '../os/platform';
import type { Observed } from './proof';

/** What recognition may ask about a process; each answer is read from the system when it is needed. */
export function observe(
  platform: Platform,
  { scope }: Pick<Snapshot, 'scope'>,
  { pid, start }: Pick<ProcessEntry, 'pid' | 'start'>,
  clientFolders: () => ReadonlySet<string> = () => new Set(),
): Observed {
  return {
    folder: () => platform.folderOf?.(pid),
    executable: () => platform.executableOf?.(pid),
    variable: (name) => platform.variablesOf?.({ pid, start, scope }, [name])?.[name],
    clientFolders,
  };
}
