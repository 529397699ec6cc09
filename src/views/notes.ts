import * as vscode from 'vscode';
import { type GuardView, type Inventory, MAX_HISTORY, type ProcessOutcome } from '../model/inventory';
import { isStillThere } from '../reaping/results';
import type { HistoryEntry } from '../registry/history';
import { formatAge, formatMemory, formatMoment, joinParts, shortId } from '../wording/format';
import { containerWord, outcomeWord } from '../wording/results';
import { exitWord } from './serverWords';
import type { Info } from './treeRows';

export const HISTORY_ID = 'note:history';

interface InfoWithMore {
  readonly id: string;
  readonly note: Info;
  readonly below: readonly Info[];
}

/** What stands below the servers: what ended lately, and the guard. @param now for ages, epoch ms */
export function infosOf({ guard, history }: Inventory, now: number): InfoWithMore[] {
  const notes: InfoWithMore[] = [];
  if (history.length > 0)
    notes.push({ id: HISTORY_ID, note: historyNote(history), below: history.map((entry) => endNote(entry, now)) });
  const shown = guardNote(guard);
  if (shown) notes.push({ id: 'note:guard', note: shown, below: [] });
  return notes;
}

function historyNote(history: readonly HistoryEntry[]): Info {
  const memory = history.reduce((sum, { memoryFreed }) => sum + memoryFreed, 0);
  // There may be more than are read.
  const isCut = history.length >= MAX_HISTORY;
  return {
    label: vscode.l10n.t('Recently Ended'),
    description: joinParts([
      isCut ? vscode.l10n.t('the last {0}', history.length) : String(history.length),
      memory > 0 ? vscode.l10n.t('{0} freed', formatMemory(memory)) : undefined,
    ]),
    icon: 'history',
    color: 'descriptionForeground',
    tooltip: isCut
      ? vscode.l10n.t('The last {0} servers that ended on this machine.', history.length)
      : vscode.l10n.t('Servers that ended on this machine in the last 24 hours.'),
  };
}

function endNote(entry: HistoryEntry, now: number): Info {
  const { at, server, processes, containers, memoryFreed } = entry;
  // A newer version's word for an outcome is none of ours, and counts as ended.
  const remaining = processes.filter(({ outcome }) => isStillThere({ outcome: outcome as ProcessOutcome })).length;
  const ended = processes.length - remaining;
  const running = (containers ?? []).filter(({ outcome }) => outcome === 'left running').length;
  const boxes = (containers ?? []).length - running;
  const left = remaining + running;
  const isCrash = entry.cause === 'exit';
  return {
    label: server || vscode.l10n.t('unknown server'),
    description: joinParts([
      causeWord(entry),
      exitWord(entry.exit),
      ended === 1 ? vscode.l10n.t('1 process') : undefined,
      ended > 1 ? vscode.l10n.t('{0} processes', ended) : undefined,
      boxes === 1 ? vscode.l10n.t('1 container') : undefined,
      boxes > 1 ? vscode.l10n.t('{0} containers', boxes) : undefined,
      left > 0 ? vscode.l10n.t('{0} left', left) : undefined,
      memoryFreed > 0 ? formatMemory(memoryFreed) : undefined,
      vscode.l10n.t('{0} ago', formatAge(at, now) ?? ''),
    ]),
    icon: isCrash ? 'error' : left > 0 ? 'warning' : 'check',
    color: isCrash ? 'list.errorForeground' : left > 0 ? 'list.warningForeground' : 'descriptionForeground',
    tooltip: endTooltip(entry),
  };
}

/** Who or what ended it, in a word or two. */
function causeWord({ by, cause }: HistoryEntry): string | undefined {
  switch (cause) {
    case 'exit':
      return vscode.l10n.t('exited unexpectedly');
    case 'start':
      return vscode.l10n.t('did not start');
    case 'close':
      return vscode.l10n.t('window closed');
  }
  switch (by) {
    case 'guard':
      return vscode.l10n.t('after a crash');
    case 'command line':
      return vscode.l10n.t('by the command line');
    case 'wrapper':
      return vscode.l10n.t('its client ended');
  }
  // Older entries do not say whether a person asked for it.
  if (cause === undefined) return undefined;
  return cause === 'user' ? vscode.l10n.t('by you') : vscode.l10n.t('automatically');
}

/** The same as a sentence. */
function causeSentence({ by, cause, exit }: HistoryEntry): string {
  const how = exitWord(exit);
  switch (cause) {
    case 'exit':
      return how === undefined
        ? vscode.l10n.t('Exited unexpectedly.')
        : vscode.l10n.t('Exited unexpectedly ({0}).', how);
    case 'start':
      return how === undefined ? vscode.l10n.t('Did not start.') : vscode.l10n.t('Did not start ({0}).', how);
    case 'close':
      return vscode.l10n.t('Ended because its window closed or reloaded.');
  }
  switch (by) {
    case 'guard':
      return vscode.l10n.t('Ended by crash protection: the window that used it was gone.');
    case 'command line':
      return vscode.l10n.t('Ended by the command line.');
    case 'wrapper':
      return vscode.l10n.t('Ended because its client ended.');
  }
  if (cause === undefined) return vscode.l10n.t('Ended by an editor window.');
  return cause === 'user'
    ? vscode.l10n.t('Ended by you.')
    : vscode.l10n.t('Ended automatically: nothing used it any more.');
}

/** Plain text: a server chooses its own words. */
function endTooltip(entry: HistoryEntry): string {
  const { at, lastLine, commandLine, processes, containers } = entry;
  return [
    formatMoment(at),
    causeSentence(entry),
    ...(lastLine === undefined ? [] : [vscode.l10n.t('Last line of its output: {0}', lastLine)]),
    ...(commandLine === undefined ? [] : [vscode.l10n.t('Command: {0}', commandLine)]),
    ...processes.map(({ pid, name, outcome }) => vscode.l10n.t('{0} ({1}): {2}', name, pid, wordOf(outcome))),
    ...(containers ?? []).map(({ id, outcome }) =>
      vscode.l10n.t('container {0}: {1}', shortId(id), containerOutcome(outcome)),
    ),
  ].join('\n');
}

function containerOutcome(outcome: string): string {
  return containerWord(outcome as Parameters<typeof containerWord>[0]) ?? outcome;
}

/** The same as in the report of a reap. A newer version's word for an outcome is shown as it is. */
function wordOf(outcome: string): string {
  return outcomeWord(outcome as ProcessOutcome) ?? outcome;
}

function guardNote({ state, pid, memory, problem }: GuardView): Info | undefined {
  if (state === 'off') return undefined;
  const armed = state === 'armed';
  return {
    label: vscode.l10n.t('Crash Protection'),
    description: armed
      ? joinParts([vscode.l10n.t('on'), vscode.l10n.t('pid {0}', pid ?? ''), formatMemory(memory)])
      : problem === undefined
        ? vscode.l10n.t('unavailable')
        : vscode.l10n.t('unavailable: {0}', problem),
    icon: armed ? 'shield' : 'warning',
    color: armed ? 'descriptionForeground' : 'list.warningForeground',
    tooltip: armed
      ? vscode.l10n.t('If this window crashes, crash protection stops its servers.')
      : vscode.l10n.t('If this window crashes, its servers are ended the next time an editor starts.'),
  };
}
