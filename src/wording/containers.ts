import * as l10n from '@vscode/l10n';
import type { ContainerReason, ForeignContainer } from '../model/containerOutcome';

/** What is to be said of a container, without a capital. */
export function containerReasonSentence(reason: ContainerReason): string {
  switch (reason.code) {
    case 'engine':
      return reason.message;
    case 'state':
      return l10n.t('it is {0}', reason.state);
    case 'still':
      return l10n.t('it is still {0} after being stopped', reason.state);
    case 'being removed':
      return l10n.t('its engine is removing it');
    case 'data kept':
      return l10n.t('its data is kept');
    case 'no --rm':
      return l10n.t('it was started without --rm, so its data is kept');
    case 'no --rm, not running':
      return l10n.t('it does not run, and was started without --rm, so its data is kept');
    case 'no label':
      return l10n.t('it carries no label of ours');
    case 'other labels':
      return l10n.t('its labels are not those of this record');
    case 'labels of a session':
      return l10n.t('it carries the labels of a session');
    case 'not ours':
      return l10n.t('it is not ours: {0}', foreignContainerText(reason.by));
    case 'may be used':
      return l10n.t('pid {0} ({1}) may use it', reason.pid, reason.name);
    case 'used by a session':
      return l10n.t('another live session uses it; stop it there');
    case 'no container client':
      return l10n.t('{0} is no container client', reason.program);
    case 'not finished':
      return l10n.t('its engine did not finish');
    case 'processes not seen':
      return l10n.t('its processes could not be examined, so its container is left alone');
  }
}

/** Who runs a container that is not ours to offer. */
export function foreignContainerText(by: ForeignContainer): string {
  return by === 'gateway' ? l10n.t('an MCP gateway runs it') : l10n.t('a Compose project runs it');
}
