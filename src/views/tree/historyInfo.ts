import * as vscode from 'vscode';
import { MAX_HISTORY } from '../../model/inventory';
import type { ProcessOutcome } from '../../model/reapResult';
import { isStillThere } from '../../reaping/results';
import type { HistoryEntry } from '../../registry/history';
import { formatAge, formatMemory, formatMoment, joinParts, shortId } from '../../wording/format';
import { containerWord, outcomeWord } from '../../wording/results';
import { exitWord } from '../serverWords';
import type { Info } from './infoRow';

/** The row above the servers that ended lately. */
export function historyInfo(history: readonly HistoryEntry[]): Info {
  const memory = history.reduce((sum, { memoryFreed }) => sum + memoryFreed, 0);
  // The file may have more entries than were read.
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

/** One server that ended. @param now for its age, epoch ms */
export function endedInfo(entry: HistoryEntry, now: number): Info {
  const counts = countsOf(entry);
  return {
    label: entry.server || vscode.l10n.t('unknown server'),
    description: joinParts([
      causeWord(entry),
      exitWord(entry.exit),
      ...countWords(counts),
      entry.memoryFreed > 0 ? formatMemory(entry.memoryFreed) : undefined,
      vscode.l10n.t('{0} ago', formatAge(entry.at, now) ?? ''),
    ]),
    ...iconOf(entry, counts.left),
    tooltip: endTooltip(entry),
  };
}

interface Counts {
  readonly processes: number;
  readonly containers: number;
  /** Processes and containers that were not ended. */
  readonly left: number;
}

function countsOf({ processes, containers }: HistoryEntry): Counts {
  // An outcome that only a newer version knows counts as ended.
  const survivors = processes.filter(({ outcome }) => isStillThere({ outcome: outcome as ProcessOutcome })).length;
  const running = containers.filter(({ outcome }) => outcome === 'left running').length;
  return {
    processes: processes.length - survivors,
    containers: containers.length - running,
    left: survivors + running,
  };
}

function countWords({ processes, containers, left }: Counts): (string | undefined)[] {
  return [
    processes === 1 ? vscode.l10n.t('1 process') : undefined,
    processes > 1 ? vscode.l10n.t('{0} processes', processes) : undefined,
    containers === 1 ? vscode.l10n.t('1 container') : undefined,
    containers > 1 ? vscode.l10n.t('{0} containers', containers) : undefined,
    left > 0 ? vscode.l10n.t('{0} left', left) : undefined,
  ];
}

function iconOf({ cause }: HistoryEntry, left: number): Pick<Info, 'icon' | 'color'> {
  if (cause === 'exit') return { icon: 'error', color: 'list.errorForeground' };
  if (left > 0) return { icon: 'warning', color: 'list.warningForeground' };
  return { icon: 'check', color: 'descriptionForeground' };
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
    ...containers.map(({ id, outcome }) => vscode.l10n.t('container {0}: {1}', shortId(id), containerOutcome(outcome))),
  ].join('\n');
}

function containerOutcome(outcome: string): string {
  return containerWord(outcome as Parameters<typeof containerWord>[0]) ?? outcome;
}

/** As in the report of a reap. An outcome that only a newer version knows is shown as it is recorded. */
function wordOf(outcome: string): string {
  return outcomeWord(outcome as ProcessOutcome) ?? outcome;
}
