import * as vscode from 'vscode';
import { type GuardView, MOST_HISTORY, type Picture, type ProcessOutcome } from '../lifecycle/model';
import { isStillThere } from '../lifecycle/result';
import type { HistoryEntry } from '../registry/history';
import { formatAge, formatMemory, joinParts, outcomeWord, shortId } from './format';
import type { Note } from './treeRows';

interface NoteWithMore {
  readonly id: string;
  readonly note: Note;
  readonly below: readonly Note[];
}

/** What stands below the servers: what was reaped lately, and the guard. @param now for ages, epoch ms */
export function notesOf({ guard, history }: Picture, now: number): NoteWithMore[] {
  const notes: NoteWithMore[] = [];
  if (history.length > 0)
    notes.push({ id: 'note:history', note: historyNote(history), below: history.map((entry) => reapNote(entry, now)) });
  const shown = guardNote(guard);
  if (shown) notes.push({ id: 'note:guard', note: shown, below: [] });
  return notes;
}

function historyNote(history: readonly HistoryEntry[]): Note {
  const memory = history.reduce((sum, { memoryFreed }) => sum + memoryFreed, 0);
  // There may be more than are read.
  const isCut = history.length >= MOST_HISTORY;
  return {
    label: vscode.l10n.t('Recently Ended'),
    description: joinParts([
      isCut ? vscode.l10n.t('the last {0}', history.length) : String(history.length),
      formatMemory(memory),
    ]),
    icon: 'history',
    color: 'descriptionForeground',
    tooltip: isCut
      ? vscode.l10n.t('The last {0} servers that were stopped or reaped on this machine.', history.length)
      : vscode.l10n.t('Servers that were stopped or reaped on this machine in the last 24 hours.'),
  };
}

function reapNote({ at, by, server, processes, containers, memoryFreed }: HistoryEntry, now: number): Note {
  // A newer version's word for an outcome is none of ours, and counts as ended.
  const remaining = processes.filter(({ outcome }) => isStillThere({ outcome: outcome as ProcessOutcome })).length;
  const ended = processes.length - remaining;
  const running = (containers ?? []).filter(({ outcome }) => outcome === 'left running').length;
  const boxes = (containers ?? []).length - running;
  const left = remaining + running;
  return {
    label: server || vscode.l10n.t('unknown server'),
    description: joinParts([
      by === 'guard' ? vscode.l10n.t('by the guard') : undefined,
      by === 'command line' ? vscode.l10n.t('by the command line') : undefined,
      by === 'launcher' ? vscode.l10n.t('by mcp-processes run') : undefined,
      ended === 1 ? vscode.l10n.t('1 process') : vscode.l10n.t('{0} processes', ended),
      boxes === 1 ? vscode.l10n.t('1 container') : undefined,
      boxes > 1 ? vscode.l10n.t('{0} containers', boxes) : undefined,
      left > 0 ? vscode.l10n.t('{0} left', left) : undefined,
      formatMemory(memoryFreed),
      vscode.l10n.t('{0} ago', formatAge(at, now, vscode.l10n.t) ?? ''),
    ]),
    icon: left > 0 ? 'warning' : 'check',
    color: left > 0 ? 'list.warningForeground' : 'descriptionForeground',
    tooltip: [
      ...processes.map(({ pid, name, outcome }) => `${name} (${pid}): ${wordOf(outcome)}`),
      ...(containers ?? []).map(({ id, outcome }) => `${vscode.l10n.t('container {0}', shortId(id))}: ${outcome}`),
    ].join('\n'),
  };
}

/** The same as in the report of a reap. A newer version's word for an outcome is shown as it is. */
function wordOf(outcome: string): string {
  return outcomeWord(outcome as ProcessOutcome, false, vscode.l10n.t) ?? outcome;
}

function guardNote({ state, pid, memory, problem }: GuardView): Note | undefined {
  if (state === 'off') return undefined;
  const armed = state === 'armed';
  return {
    label: vscode.l10n.t('Guard'),
    description: armed
      ? joinParts([vscode.l10n.t('armed'), vscode.l10n.t('pid {0}', pid ?? ''), formatMemory(memory)])
      : problem === undefined
        ? vscode.l10n.t('unavailable')
        : vscode.l10n.t('unavailable: {0}', problem),
    icon: armed ? 'shield' : 'warning',
    color: armed ? 'descriptionForeground' : 'list.warningForeground',
    tooltip: armed
      ? vscode.l10n.t('Should this window crash or be killed, the guard ends what its servers leave behind.')
      : vscode.l10n.t('Servers that a crash leaves behind are ended when an editor starts the next time.'),
  };
}
