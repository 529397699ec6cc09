import * as l10n from '@vscode/l10n';
import type { OwnerFinding, OwnerRole } from '../model/ownerFinding';

/** The state of a session's owner, as a clause without a capital and a full stop. */
export function ownerSentence(fact: OwnerFinding): string {
  switch (fact.kind) {
    case 'owner-running':
      return l10n.t('{0} is running', ownerText(fact.role, fact.pid));
    case 'owner-gone':
      return fact.isPidReused
        ? l10n.t(
            '{0} no longer exists: that pid now belongs to a process with another start time',
            ownerText(fact.role, fact.pid),
          )
        : l10n.t('{0} no longer exists', ownerText(fact.role, fact.pid));
    case 'owner-hidden':
      return l10n.t("pid {0}, its owner's pid, belongs to a process that is hidden from this user", fact.pid);
    case 'owner-contradicted':
      return l10n.t('its owner seems gone, but pid {0} still has pid {1} as its parent', fact.child, fact.pid);
    case 'other-scope':
      return l10n.t('its session belongs to another boot, container or machine');
    case 'session-changing':
      return l10n.t('another process is changing its session file');
  }
}

function ownerText(role: OwnerRole, pid: number): string {
  switch (role) {
    case 'window':
      return l10n.t('the window that started it (pid {0})', pid);
    case 'client':
      return l10n.t('the client that started it (pid {0})', pid);
    case 'process':
      return l10n.t('the process that started it (pid {0})', pid);
  }
}
