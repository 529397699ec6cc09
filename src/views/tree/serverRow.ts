import * as vscode from 'vscode';
import type { ForeignView, LaunchedView, ServerView } from '../../model/serverView';
import { evidenceSentence } from '../../wording/evidence';
import { folderName, formatAge, formatMemory, joinParts } from '../../wording/format';
import { CAPABILITIES, capabilitiesOf } from '../capabilities';
import { failureLines, serverInfoSentence, stateWords, verdictSentence } from '../serverWords';
import type { ContainerRow } from './containerRow';
import { type ProcessRow, pidsOf } from './processRow';
import { collapsedAbove, coloredIcon, itemOf, type RowFlag, type RowKind } from './row';

export class ServerRow implements RowKind {
  readonly kind = 'server';
  processes: ProcessRow[] = [];
  containers: ContainerRow[] = [];

  constructor(
    readonly id: string,
    readonly server: ServerView,
    readonly parent: RowKind,
  ) {}

  item(now: number): vscode.TreeItem {
    const { server } = this;
    return itemOf(this, {
      label: server.name,
      description: descriptionOf(server, now),
      icon: serverIcon(server),
      collapsible: collapsedAbove(this.children()),
      flags: flagsOf(server),
    });
  }

  /** Untrusted Markdown, with everything from outside as plain text: a server chooses its own command line and name. */
  tooltip(): vscode.MarkdownString {
    const { server } = this;
    const tooltip = new vscode.MarkdownString();
    tooltip.appendMarkdown('**').appendText(server.name).appendMarkdown('**\n\n');
    const paragraph = (text: string) => tooltip.appendText(text).appendMarkdown('\n\n');
    paragraph(verdictSentence(server));
    const { failure, serverInfo } = launchedFactsOf(server);
    for (const line of failure ? failureLines(failure) : []) paragraph(oneLine(line));
    for (const fact of server.evidence) {
      tooltip
        .appendMarkdown('- ')
        .appendText(oneLine(evidenceSentence(fact)))
        .appendMarkdown('\n');
    }
    tooltip.appendMarkdown('\n');
    for (const fact of factsOf(server)) paragraph(fact);
    const root = server.processes.find((process) => process.pid === server.pid) ?? server.processes[0];
    if (root) {
      tooltip.appendCodeblock(root.commandLine, 'text');
      paragraph(vscode.l10n.t('Processes: {0}', pidsOf(server.processes).join(', ')));
    }
    if (serverInfo) {
      tooltip.appendText(serverInfoSentence(serverInfo));
    }
    return tooltip;
  }

  children(): readonly (ContainerRow | ProcessRow)[] {
    return [...this.containers, ...this.processes];
  }

  fingerprint(now: number): string {
    const { server } = this;
    const url = server.kind === 'remote' ? server.url : undefined;
    const facts = [server.evidence, launchedFactsOf(server), server.pid, url, server.verdict];
    return JSON.stringify([server.name, descriptionOf(server, now), flagsOf(server), server.state, facts]);
  }
}

/** The state comes first: a side bar of usual width cuts off the end. */
function descriptionOf(server: ServerView, now: number): string {
  return joinParts([
    stateWords(server),
    formatMemory(server.memory),
    server.kind === 'foreign' && server.copies > 1 ? vscode.l10n.t('{0} copies', server.copies) : undefined,
    formatAge(server.startedAt, now),
    server.client,
    server.folder === undefined ? undefined : folderName(server.folder),
  ]);
}

function flagsOf(server: ServerView): RowFlag[] {
  const capabilities = capabilitiesOf(server);
  return ['server', ...CAPABILITIES.filter((one) => capabilities[one])];
}

function factsOf(server: ServerView): string[] {
  const facts = [
    server.folder === undefined ? undefined : vscode.l10n.t('Folder: {0}', server.folder),
    ...(server.kind === 'foreign' ? launcherFactsOf(server) : []),
    server.kind === 'remote' ? vscode.l10n.t('Address: {0}', server.url) : undefined,
  ];
  return facts.filter((fact) => fact !== undefined);
}

function launcherFactsOf({ terminal, idleSince }: ForeignView): (string | undefined)[] {
  const idle = formatAge(idleSince, Date.now());
  return [
    terminal === undefined ? undefined : vscode.l10n.t('Terminal: {0}', terminal),
    idle === undefined ? undefined : vscode.l10n.t('Idle for {0}', idle),
  ];
}

function launchedFactsOf(server: ServerView): Partial<Pick<LaunchedView, 'failure' | 'serverInfo'>> {
  return server.kind === 'launched' ? { failure: server.failure, serverInfo: server.serverInfo } : {};
}

export function serverIcon(server: ServerView): vscode.ThemeIcon {
  if (server.state === 'starting' || server.state === 'stopping') {
    return new vscode.ThemeIcon('loading~spin');
  }
  if (server.verdict === 'orphaned') {
    return coloredIcon('warning', 'list.warningForeground');
  }
  if (server.state === 'failed') {
    return coloredIcon('error', 'list.errorForeground');
  }
  if (server.kind === 'remote') {
    return coloredIcon('globe', 'descriptionForeground');
  }
  if (server.state === 'stopped' || server.verdict === 'gone') {
    return coloredIcon('circle-outline', 'descriptionForeground');
  }
  switch (server.verdict) {
    case 'detached':
      return coloredIcon('debug-disconnect', 'charts.yellow');
    case 'unknown':
      return coloredIcon('question', 'charts.yellow');
    default:
      return coloredIcon('pass-filled', 'charts.green');
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
