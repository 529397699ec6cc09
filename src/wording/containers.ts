import * as l10n from '@vscode/l10n';
import type { ContainerReason, ForeignContainer } from '../model/containerOutcome';
import type { AnswerFault, EngineFailure } from '../model/engineFailure';
import { shortId } from './format';

/** A fact about a container as a clause without a capital. */
export function containerReasonSentence(reason: ContainerReason): string {
  switch (reason.code) {
    case 'engine':
      return engineSentence(reason.failure);
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

/** Why an engine could not be asked, as a whole sentence that ends with the client's own words. */
export function engineSentence(failure: EngineFailure): string {
  switch (failure.kind) {
    case 'timeout':
      return l10n.t('"{0}" did not answer within {1} s; its engine may hang.', failure.program, failure.seconds);
    case 'missing':
      return failure.found === 'program'
        ? l10n.t('The program "{0}" was not found.', failure.program)
        : l10n.t('The engine of "{0}" cannot be reached: {1}', failure.program, failure.said);
    case 'denied':
      return failure.found === 'program'
        ? l10n.t('You are not allowed to run the program "{0}".', failure.program)
        : l10n.t('You are not allowed to use the engine of "{0}": {1}', failure.program, failure.said);
    case 'failed':
      return failedSentence(failure);
  }
}

function failedSentence(failure: Extract<EngineFailure, { readonly kind: 'failed' }>): string {
  if (failure.found === 'no owner') return l10n.t('The record does not say whose it is.');
  const { program } = failure;
  switch (failure.found) {
    case 'said':
      return l10n.t('"{0}" failed: {1}', program, failure.said);
    case 'exit code':
      return l10n.t('"{0}" failed: it exited with code {1}.', program, failure.code);
    case 'signal':
      return l10n.t('"{0}" failed: it was ended by {1}.', program, failure.signal);
    case 'not run':
      return l10n.t('"{0}" failed: it could not be run ({1}).', program, failure.code);
    case 'too much':
      return l10n.t('"{0}" wrote more than {1} bytes.', program, failure.bytes);
    case 'silent':
      return l10n.t('"{0}" said nothing about container {1}.', program, shortId(failure.id));
    case 'unreadable':
      return l10n.t('"{0}" gave an answer that cannot be read: {1}.', program, faultText(failure.fault));
  }
}

function faultText(fault: AnswerFault): string {
  switch (fault) {
    case 'no JSON':
      return l10n.t('it is not JSON');
    case 'no list':
      return l10n.t('it is not a list');
    case 'not an id':
      return l10n.t('it lists what is no container id');
    case 'no full id':
      return l10n.t('it describes a container without a full id');
    case 'no state':
      return l10n.t('it describes a container without a state');
  }
}

/** Who runs a container that is not ours to offer. */
export function foreignContainerText(by: ForeignContainer): string {
  return by === 'gateway' ? l10n.t('an MCP gateway runs it') : l10n.t('a Compose project runs it');
}
