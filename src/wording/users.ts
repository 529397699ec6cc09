import * as l10n from '@vscode/l10n';
import type { ProcessName, Users } from '../os/users';

/** "node (pid 812)"; the pid alone where the name could not be read. */
export function processNamed({ pid, name }: ProcessName): string {
  return name === undefined ? l10n.t('pid {0}', pid) : l10n.t('{0} (pid {1})', name, pid);
}

/** The processes that hold or use something: "node (pid 812) and sleep (pid 9)". */
export function usersText(users: Users): string {
  if (users.kind === 'seen') {
    return users.processes.map(processNamed).reduce((before, one) => l10n.t('{0} and {1}', before, one));
  }
  return users.clientOf === undefined
    ? l10n.t('a process that cannot be seen from here')
    : l10n.t('a client of {0} that cannot be seen from here', processNamed(users.clientOf));
}
