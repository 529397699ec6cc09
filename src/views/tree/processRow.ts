import * as vscode from 'vscode';
import type { ProcessNode } from '../../model/serverView';
import { formatAge, formatMemory, formatMoment, joinParts, processLabel } from '../../wording/format';
import { refusalSentence } from '../../wording/refusals';
import { coloredIcon, itemOf, type RowKind } from './row';

export class ProcessRow implements RowKind {
  readonly kind = 'process';
  processes: ProcessRow[] = [];

  constructor(
    readonly id: string,
    readonly process: ProcessNode,
    readonly parent: RowKind,
  ) {}

  item(now: number): vscode.TreeItem {
    const { process } = this;
    return itemOf(this, {
      label: processLabel(process.name, process.commandLine),
      description: descriptionOf(process, now),
      icon: coloredIcon(process.spared === undefined ? 'gear' : 'shield', 'descriptionForeground'),
      collapsible:
        this.processes.length > 0 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
      flags: ['process', 'hasPid'],
    });
  }

  tooltip(): vscode.MarkdownString {
    const { process } = this;
    const tooltip = new vscode.MarkdownString();
    tooltip.appendText(vscode.l10n.t('{0}, pid {1}', process.name, process.pid));
    tooltip.appendCodeblock(process.commandLine, 'text');
    if (process.startedAt !== undefined) {
      tooltip.appendText(vscode.l10n.t('Started {0}', formatMoment(process.startedAt))).appendMarkdown('\n\n');
    }
    if (process.spared !== undefined) {
      tooltip.appendText(vscode.l10n.t('Will not be ended: {0}', refusalSentence(process.spared)));
    }
    return tooltip;
  }

  children(): readonly ProcessRow[] {
    return this.processes;
  }

  fingerprint(now: number): string {
    const { process } = this;
    return JSON.stringify([process.name, descriptionOf(process, now), process.commandLine, process.spared]);
  }
}

function descriptionOf(process: ProcessNode, now: number): string {
  return joinParts([
    process.spared === undefined ? undefined : vscode.l10n.t('spared'),
    vscode.l10n.t('pid {0}', process.pid),
    formatMemory(process.memory),
    formatAge(process.startedAt, now),
  ]);
}

/** The pids of whole trees. */
export function pidsOf(processes: readonly ProcessNode[]): number[] {
  return processes.flatMap(({ pid, children }) => [pid, ...pidsOf(children)]);
}
