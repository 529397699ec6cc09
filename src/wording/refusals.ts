import * as l10n from '@vscode/l10n';
import type { Refusal, RefusalOf, RuleName } from '../model/refusal';
import { ownerSentence } from './owners';
import { reasonSentence } from './reasons';
import { usersText } from './users';

type Sentences = { readonly [Rule in RuleName]: (refusal: RefusalOf<Rule>) => string };

const SENTENCES: Sentences = {
  gone: () => l10n.t('it is gone'),
  notExamined: ({ reason }) => l10n.t('it cannot be examined ({0})', reasonSentence(reason)),
  identityMatches: ({ found }) =>
    found === 'a zombie' ? l10n.t('it is already dead') : l10n.t('its pid now belongs to another process'),
  notAnothers: () => l10n.t('it now belongs to another server'),
  notSystem: () => l10n.t('it is a system process'),
  sameUser: ({ found }) =>
    found === 'another user' ? l10n.t('it belongs to another user') : l10n.t('its user cannot be determined'),
  notSelfOrAncestor: ownSentence,
  notEditor: () => l10n.t('it is an editor process'),
  notService: serviceSentence,
  notContainerRuntime: ({ runtime }) => l10n.t('it runs in a container under {0}', runtime),
  notUnderLiveOwner: ({ found, pid }) =>
    found === 'owner'
      ? l10n.t('it runs under pid {0}, the owner of a live session', pid)
      : l10n.t('it runs under the running editor with pid {0}', pid),
  notInUse: useSentence,
  notListedToKeep: (refusal) =>
    refusal.found === 'listed'
      ? l10n.t('the setting mcpProcesses.reap.neverReap lists it ({0})', refusal.pattern)
      : l10n.t('its command line cannot be read, so the setting mcpProcesses.reap.neverReap may list it'),
  launchedIsNamed: () => l10n.t('no record and no cookie names it'),
  adoptedIsNamed: () => l10n.t('our record does not name it'),
  foreignIsNamed: () => l10n.t('you did not ask to end it'),
  launchedOwnerGone: ({ owner }) => ownerSentence(owner),
  adoptedOwnerGone: ({ owner }) => ownerSentence(owner),
  foreignHasNoClient: ({ client }) =>
    client === 'not asked'
      ? l10n.t('whether a client runs it was not examined')
      : l10n.t('it runs under {0}, pid {1}', client.title, client.pid),
  launchedIsAbandoned: stdinSentence,
  adoptedIsAbandoned: stdinSentence,
  foreignIsAbandoned: stdinSentence,
  tableUnreadable: ({ reason }) => l10n.t('the process table could not be read: {0}', reasonSentence(reason)),
  signalFailed: ({ reason }) => l10n.t('it could not be signalled: {0}', reasonSentence(reason)),
  notReached: () => l10n.t('it was not reached'),
  outlivedKill: () => l10n.t('it did not end, even after SIGKILL'),
};

/** Why a process is spared, for use after a colon or in brackets: no capital, no full stop. */
export function refusalSentence(refusal: Refusal): string {
  // Each rule's function takes the refusals of that rule, which the compiler cannot follow through the lookup.
  const sentence = SENTENCES[refusal.rule] as (refusal: Refusal) => string;
  return sentence(refusal);
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
      return l10n.t('cannot determine whether it is a service: {0}', reasonSentence(refusal.reason));
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
      return l10n.t('cannot determine whether anything is connected to it: {0}', reasonSentence(refusal.reason));
    case 'users':
      return l10n.t('it is in use by {0}', usersText(refusal.by));
  }
}

function stdinSentence(refusal: RefusalOf<'foreignIsAbandoned'>): string {
  switch (refusal.found) {
    case 'held':
      return l10n.t('its stdin is still held by {0}', usersText(refusal.by));
    case 'unknown':
      return l10n.t('cannot determine what holds its stdin: {0}', reasonSentence(refusal.reason));
    case 'awaits second scan':
      return l10n.t('its stdin is closed at the other end; awaiting a second check');
    case 'not asked':
      return l10n.t('what holds its stdin was not examined');
  }
}
