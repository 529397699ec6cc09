import * as l10n from '@vscode/l10n';
import type { Basis, ContainerFinding, Evidence, StdinFinding } from '../model/evidence';
import type { OwnerFinding } from '../model/ownerFinding';
import type { StdinDetail } from '../os/platform';
import { engineSentence } from './containers';
import { formatTime, shortId } from './format';
import { ownerSentence } from './owners';
import { reasonSentence } from './reasons';
import { refusalSentence } from './refusals';
import { processNamed, usersText } from './users';

type Of<Kind extends Evidence['kind']> = Extract<Evidence, { readonly kind: Kind }>;

/** One observed fact as a clause without a capital and a full stop. */
export function evidenceSentence(fact: Evidence): string {
  switch (fact.kind) {
    case 'owner-running':
    case 'owner-gone':
    case 'owner-hidden':
    case 'owner-contradicted':
    case 'other-scope':
    case 'session-changing':
      return ownerSentence(fact);
    case 'stdin-gone':
    case 'stdin-unknown':
    case 'stdin-held':
      return stdinSentence(fact);
    case 'container-not-asked':
    case 'container-unknown':
    case 'container':
    case 'container-elsewhere':
      return containerSentence(fact);
    case 'member':
      return memberSentence(fact);
    case 'started-here':
    case 'started-in-window':
    case 'started-by':
    case 'matches':
    case 'child-matches':
    case 'root-ended':
    case 'copies':
      return originSentence(fact);
    default:
      return useSentence(fact);
  }
}

function stdinSentence(fact: StdinFinding): string {
  switch (fact.kind) {
    case 'stdin-gone':
      return stdinGoneSentence(fact);
    case 'stdin-unknown':
      return l10n.t('cannot confirm that no client is connected: {0}', reasonSentence(fact.reason));
    case 'stdin-held':
      return holderSentence(fact);
  }
}

function stdinGoneSentence({ proof, detail }: Of<'stdin-gone'>): string {
  switch (proof) {
    case 'no peer':
      return detail === undefined
        ? l10n.t('nothing is connected to its stdin any more')
        : l10n.t('nothing is connected to its stdin any more ({0})', detailText(detail));
    case 'not open':
      return l10n.t('it has ended, and none of its processes has its stdin open');
    case 'held by orphans':
      return l10n.t('its stdin is held only by other orphans');
  }
}

function detailText(detail: StdinDetail): string {
  return detail === 'lsof: no peer' ? l10n.t('`lsof` shows no peer') : l10n.t('`lsof` shows `->(none)`');
}

function holderSentence({ by, heldBy }: Of<'stdin-held'>): string {
  const holders = usersText(by);
  switch (heldBy) {
    case 'clients':
      return l10n.t('its stdin is held by {0}', holders);
    case 'orphans':
      return l10n.t('its stdin is held only by other orphans: {0}', holders);
    case 'strangers':
      return by.kind === 'seen' && by.processes.length > 1
        ? l10n.t('its stdin is held by {0}, which are no known MCP clients', holders)
        : l10n.t('its stdin is held by {0}, which is no known MCP client', holders);
  }
}

function containerSentence(fact: ContainerFinding): string {
  switch (fact.kind) {
    case 'container-not-asked':
      return l10n.t('it runs in a container; {0} has not been asked about it yet', fact.program);
    case 'container-unknown':
      return l10n.t('container unknown: {0}', engineSentence(fact.failure));
    case 'container':
      return l10n.t('container {0} of {1} is {2}', shortId(fact.id), fact.image, fact.state);
    case 'container-elsewhere':
      return elsewhereSentence(fact);
  }
}

function elsewhereSentence(fact: Of<'container-elsewhere'>): string {
  switch (fact.found) {
    case 'compose':
      return l10n.t('its container is not ours: a Compose project runs it');
    case 'gateway':
      return l10n.t('its containers are not ours: an MCP gateway runs them');
    case 'exec':
      return l10n.t('its container is not ours: {0} exec only joins one that runs already', fact.engine);
  }
}

function memberSentence({ pid, by, below }: Of<'member'>): string {
  switch (by) {
    case 'root':
      return l10n.t('pid {0} is the same process that was started (checked by start time)', pid);
    case 'census':
      return l10n.t('pid {0} was seen earlier as its child process', pid);
    case 'cookie':
      return l10n.t('pid {0} carries its cookie', pid);
    case 'tree':
      return below === undefined
        ? l10n.t('pid {0} is its child process', pid)
        : l10n.t('pid {0} is a child process of pid {1}', pid, below);
  }
}

type Origin = Of<
  'started-here' | 'started-in-window' | 'started-by' | 'matches' | 'child-matches' | 'root-ended' | 'copies'
>;

function originSentence(fact: Origin): string {
  switch (fact.kind) {
    case 'started-here':
      return l10n.t('started by this window');
    case 'started-in-window':
      return l10n.t('started by {0} in this window', fact.client);
    case 'started-by': {
      const editor = fact.editor ?? l10n.t('an editor session');
      return fact.server === undefined
        ? l10n.t('this server was started by {0}', editor)
        : l10n.t('{0} was started by {1}', fact.server, editor);
    }
    case 'matches':
      return matchSentence(fact);
    case 'child-matches':
      return l10n.t("pid {0} is a child of this window's extension host and matches the configuration", fact.pid);
    case 'root-ended':
      return l10n.t('its first process has ended, but what it started still runs');
    case 'copies':
      return l10n.t('{0} copies of it run under the same client', fact.count);
  }
}

function matchSentence({ pid, entry: { name, client, file }, basis }: Of<'matches'>): string {
  const process = pid === undefined ? l10n.t('it') : l10n.t('pid {0}', pid);
  const why = basisSentence(basis);
  return file === undefined
    ? l10n.t('{0} matches "{1}" of {2}: {3}', process, name, client, why)
    : l10n.t('{0} matches "{1}" of {2} ({3}): {4}', process, name, client, file, why);
}

function basisSentence(basis: Basis): string {
  switch (basis.kind) {
    case 'path':
      return l10n.t('its command names what it runs by the whole path');
    case 'package':
      return l10n.t('it runs that published package');
    case 'image':
      return l10n.t('it runs that image');
    case 'program':
      return l10n.t('it is that installed program');
    case 'folder':
      return l10n.t("it runs in that entry's folder, {0}", basis.folder);
    case 'placeholder':
      return l10n.t('{0} stands for {1}, where that entry applies', basis.placeholder, basis.value);
    case 'name':
      return l10n.t('nothing but its name says so');
  }
}

type Use = Exclude<Evidence, OwnerFinding | StdinFinding | ContainerFinding | Origin | Of<'member'>>;

function useSentence(fact: Use): string {
  switch (fact.kind) {
    case 'runs-under':
      return l10n.t('it runs under {0}', processNamed(fact.process));
    case 'parent-gone':
      return l10n.t('its parent has exited, and no known client is above it');
    case 'in-use':
      return l10n.t('it is in use by {0}, which is connected to it', usersText(fact.by));
    case 'use-unknown':
      return l10n.t('cannot determine whether anything is connected to it: {0}', reasonSentence(fact.reason));
    case 'not-in-use':
      return l10n.t('no other program is connected to it');
    case 'seen-once':
      return l10n.t('this was seen once; a second check follows in a moment');
    case 'window-away':
      return l10n.t('its window has been away since {0}', formatTime(fact.since));
    case 'spared':
      return l10n.t('pid {0} is spared: {1}', fact.pid, refusalSentence(fact.refusal));
    case 'being-ended':
      return l10n.t('pid {0} is ending it', fact.by);
    case 'not-automatic':
      return l10n.t('not ended automatically: its session\'s mcpProcesses.reap.automatic is "{0}"', fact.automatic);
  }
}
