import * as l10n from '@vscode/l10n';
import type { Refusal, RefusalOf } from '../model/refusal';
import { ownerSentence } from './owners';
import { usersText } from './users';

/** Why a process is spared, to stand behind a colon or in brackets: no capital, no full stop. */
export function refusalSentence(refusal: Refusal): string {
  switch (refusal.rule) {
    case 'gone':
      return l10n.t('it is gone');
    case 'notExamined':
      return l10n.t('it cannot be examined ({0})', refusal.reason);
    case 'identityMatches':
      return refusal.found === 'a zombie'
        ? l10n.t('it is already dead')
        : l10n.t('its pid now belongs to another process');
    case 'notAnothers':
      return l10n.t('it now belongs to another server');
    case 'notSystem':
      return l10n.t('it is a system process');
    case 'sameUser':
      return refusal.found === 'another user'
        ? l10n.t('it belongs to another user')
        : l10n.t('its user cannot be determined');
    case 'notSelfOrAncestor':
      return ownSentence(refusal);
    case 'notEditor':
      return l10n.t('it is an editor process');
    case 'notService':
      return serviceSentence(refusal);
    case 'notContainerRuntime':
      return l10n.t('it runs in a container under {0}', refusal.runtime);
    case 'notUnderLiveOwner':
      return refusal.found === 'owner'
        ? l10n.t('it runs under pid {0}, the owner of a live session', refusal.pid)
        : l10n.t('it runs under the running editor with pid {0}', refusal.pid);
    case 'notInUse':
      return useSentence(refusal);
    case 'notListedToKeep':
      return refusal.found === 'listed'
        ? l10n.t('the setting mcpProcesses.reap.neverReap lists it ({0})', refusal.pattern)
        : l10n.t('its command line cannot be read, so the setting mcpProcesses.reap.neverReap may list it');
    case 'launchedIsNamed':
      return l10n.t('no record and no cookie names it');
    case 'adoptedIsNamed':
      return l10n.t('our record does not name it');
    case 'foreignIsNamed':
      return l10n.t('you did not ask to end it');
    case 'launchedOwnerGone':
    case 'adoptedOwnerGone':
      return ownerSentence(refusal.owner);
    case 'foreignHasNoClient':
      return refusal.client === 'not asked'
        ? l10n.t('whether a client runs it was not examined')
        : l10n.t('it runs under {0}, pid {1}', refusal.client.title, refusal.client.pid);
    case 'launchedIsAbandoned':
    case 'adoptedIsAbandoned':
    case 'foreignIsAbandoned':
      return stdinSentence(refusal);
    case 'tableUnreadable':
      return l10n.t('the process table could not be read: {0}', refusal.reason);
    case 'signalFailed':
      return l10n.t('it could not be signalled: {0}', refusal.reason);
    case 'notReached':
      return l10n.t('it was not reached');
    case 'outlivedKill':
      return l10n.t('it did not end, even after SIGKILL');
  }
}

function ownSentence({ found }: RefusalOf<'notSelfOrAncestor'>): string {
  switch (found) {
    case 'self':
      return l10n.t('it is this process itself');
    case 'ancestor':
      return l10n.t('this process runs under it');
    case 'self not listed':
      return l10n.t('our own process is missing from the process table');
  }
}

function serviceSentence(refusal: RefusalOf<'notService'>): string {
  switch (refusal.found) {
    case 'unknown':
      return l10n.t('cannot determine whether it is a service: {0}', refusal.reason);
    case 'main process':
      return l10n.t('it is the main process of the service {0}', refusal.service);
    case 'perhaps main process':
      return l10n.t('it may be the main process of the service {0}', refusal.service);
  }
}

function useSentence(refusal: RefusalOf<'notInUse'>): string {
  switch (refusal.found) {
    case 'terminal':
      return l10n.t('it is in use: pid {0} has a terminal', refusal.pid);
    case 'editor':
      return l10n.t('it is in use: pid {0} is an editor', refusal.pid);
    case 'terminal unknown':
      return l10n.t('cannot determine whether it is used in a terminal');
    case 'not asked':
      return l10n.t('whether anything is connected to it was not examined');
    case 'unknown':
      return l10n.t('cannot determine whether anything is connected to it: {0}', refusal.reason);
    case 'users':
      return l10n.t('it is in use by {0}', usersText(refusal.by));
  }
}

function stdinSentence(refusal: RefusalOf<'foreignIsAbandoned'>): string {
  switch (refusal.found) {
    case 'held':
      return l10n.t('its stdin is still held by {0}', usersText(refusal.by));
    case 'unknown':
      return l10n.t('cannot determine what holds its stdin: {0}', refusal.reason);
    case 'awaits second look':
      return l10n.t('its stdin is closed at the other end; awaiting a second check');
    case 'not asked':
      return l10n.t('what holds its stdin was not examined');
  }
}
