import * as vscode from 'vscode';
import type { ProcessNode, ServerGroup, ServerView } from '../model/inventory';
import { evidenceSentence } from '../wording/evidence';
import { formatAge, formatMoment } from '../wording/format';
import { refusalSentence } from '../wording/refusals';
import { containerSentence, failureLines, serverInfoSentence, verdictSentence } from './serverWords';
import type { Node } from './treeRows';

/** What a row says when a person rests on it. */
export function tooltipOf(row: Node): vscode.MarkdownString | string {
  switch (row.kind) {
    case 'group':
      return groupSentence(row.group);
    case 'bundle':
      return vscode.l10n.t('{0} copies of {1}', row.servers.length, row.name);
    case 'server':
      return serverTooltip(row.server);
    case 'process':
      return processTooltip(row.process);
    case 'container':
      return containerSentence(row.container);
    case 'containerGroup':
      return vscode.l10n.t(
        'Containers that match a configured server but have no client on this machine. They are never stopped automatically.',
      );
    case 'note':
      return row.info.tooltip;
  }
}

function groupSentence(group: ServerGroup): string {
  switch (group) {
    case 'orphaned':
      return vscode.l10n.t('Servers whose client no longer exists. "Reap Orphaned MCP Servers" ends them.');
    case 'thisWindow':
      return vscode.l10n.t('Servers used by this window.');
    case 'otherWindows':
      return vscode.l10n.t('Servers used by another window or client. They are left alone.');
    case 'otherClients':
      return vscode.l10n.t('Servers of other MCP clients on this machine. They are left alone.');
    case 'ownerUnknown':
      return vscode.l10n.t('The process that started them has exited, but something may still be connected.');
    case 'notRunning':
      return vscode.l10n.t('Configured but not running. VS Code starts its own servers when chat needs them.');
  }
}

/** Untrusted, and everything that came from outside goes in as text: a server chooses its own command line and name. */
function serverTooltip(server: ServerView): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown('**').appendText(server.name).appendMarkdown('**\n\n');
  tooltip.appendText(verdictSentence(server)).appendMarkdown('\n\n');
  for (const line of server.failure ? failureLines(server.failure) : []) {
    tooltip.appendText(oneLine(line)).appendMarkdown('\n\n');
  }
  for (const fact of server.evidence) {
    tooltip
      .appendMarkdown('- ')
      .appendText(oneLine(evidenceSentence(fact)))
      .appendMarkdown('\n');
  }
  tooltip.appendMarkdown('\n');
  if (server.folder !== undefined) {
    tooltip.appendText(vscode.l10n.t('Folder: {0}', server.folder)).appendMarkdown('\n\n');
  }
  if (server.terminal !== undefined) {
    tooltip.appendText(vscode.l10n.t('Terminal: {0}', server.terminal)).appendMarkdown('\n\n');
  }
  const idle = formatAge(server.idleSince, Date.now());
  if (idle !== undefined) {
    tooltip.appendText(vscode.l10n.t('Idle for {0}', idle)).appendMarkdown('\n\n');
  }
  if (server.url !== undefined) {
    tooltip.appendText(vscode.l10n.t('Address: {0}', server.url)).appendMarkdown('\n\n');
  }
  const root = server.processes.find((process) => process.pid === server.pid) ?? server.processes[0];
  if (root) {
    tooltip.appendCodeblock(root.commandLine, 'text');
    tooltip.appendText(vscode.l10n.t('Processes: {0}', pids(server.processes).join(', '))).appendMarkdown('\n\n');
  }
  if (server.serverInfo) {
    tooltip.appendText(serverInfoSentence(server.serverInfo));
  }
  return tooltip;
}

function processTooltip(process: ProcessNode): vscode.MarkdownString {
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

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** Of a tree of processes, all of them. */
export function pids(processes: readonly ProcessNode[]): number[] {
  return processes.flatMap((process) => [process.pid, ...pids(process.children)]);
}
