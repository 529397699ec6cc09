import * as vscode from 'vscode';
import type { ReapResult } from '../../model/reapResult';
import type { ServerView } from '../../model/serverView';
import { isStillThere } from '../../reaping/results';
import { joinParts } from '../../wording/format';
import { refusalSentence } from '../../wording/refusals';
import { processNamed } from '../../wording/users';
import { can } from '../capabilities';
import { messageOf } from '../failures';
import { inView } from '../inView';
import { restartServer, startServer } from '../startServer';
import { chooseServer } from './chooseServer';
import type { CommandContext, Target } from './context';

export async function start({ actions }: CommandContext, target: Target): Promise<void> {
  const server = await chooseServer(actions, target, 'canStart', {
    select: vscode.l10n.t('Select a server to start'),
    none: vscode.l10n.t('There is no server to start.'),
    canAdd: true,
  });
  if (server) await startServer(server, actions);
}

export async function stop({ actions }: CommandContext, target: Target): Promise<void> {
  const server = await chooseServer(actions, target, 'canStop', {
    select: vscode.l10n.t('Select a server to stop'),
    none: vscode.l10n.t('No server is running.'),
  });
  if (!server) return;
  const result = await inView(() => actions.stop(server.key));
  reportLeft(result ? [result] : []);
}

export async function restart({ actions }: CommandContext, target: Target): Promise<void> {
  const server = await chooseServer(actions, target, 'canStop', {
    select: vscode.l10n.t('Select a server to restart'),
    none: vscode.l10n.t('No server is running.'),
  });
  if (server) await restartServer(server, actions);
}

/** Stops all servers of this window after a question that names them. */
export async function stopAll({ actions }: CommandContext): Promise<void> {
  const servers = actions.inventory().servers.filter(can('canStop'));
  if (servers.length === 0) {
    vscode.window.showInformationMessage(vscode.l10n.t('No MCP servers are running in this window.'));
    return;
  }
  if (!(await isConfirmed(servers))) return;
  const outcomes = await inView(() => Promise.allSettled(servers.map((server) => actions.stop(server.key))));
  reportLeft(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? (outcome.value ?? []) : [])));
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [`${servers[index]?.name}: ${messageOf(outcome.reason)}`] : [],
  );
  if (failures.length > 0) throw new Error(failures.join(' '));
}

export async function scanNow({ actions }: CommandContext): Promise<void> {
  await inView(() => actions.scanNow());
}

export async function showOutput({ actions }: CommandContext, target: Target): Promise<void> {
  const server = await chooseServer(actions, target, 'canShowOutput', {
    select: vscode.l10n.t('Select a server to show its output'),
    none: vscode.l10n.t('No server has output to show.'),
    canAdd: true,
  });
  if (server) await actions.showOutput(server.key);
}

export async function showConfiguration({ actions }: CommandContext, target: Target): Promise<void> {
  const server = await chooseServer(actions, target, 'canShowConfiguration', {
    select: vscode.l10n.t('Select a server to show its configuration'),
    none: vscode.l10n.t('No server is configured.'),
    canAdd: true,
  });
  if (server) await actions.showConfiguration(server);
}

async function isConfirmed(servers: readonly ServerView[]): Promise<boolean> {
  const button = vscode.l10n.t('Stop All');
  const detail = servers.map((server) => {
    const root = server.processes[0];
    const pid = server.pid === undefined ? undefined : vscode.l10n.t('pid {0}', server.pid);
    return joinParts([server.name, server.client, pid, root?.commandLine]);
  });
  const answer = await vscode.window.showWarningMessage(
    servers.length === 1
      ? vscode.l10n.t('Stop the MCP server in this window?')
      : vscode.l10n.t('Stop the {0} MCP servers in this window?', servers.length),
    { modal: true, detail: detail.join('\n') },
    button,
  );
  return answer === button;
}

/** A stop that worked needs no notification, because the row shows it. One that left processes behind does. */
function reportLeft(results: readonly ReapResult[]): void {
  const left = results.flatMap((result) =>
    result.processes
      .filter(isStillThere)
      .map((process) =>
        joinParts([`${result.server}: ${processNamed(process)}`, process.reason && refusalSentence(process.reason)]),
      ),
  );
  if (left.length > 0) {
    vscode.window.showWarningMessage(vscode.l10n.t('These processes are still running: {0}', left.join('; ')));
  }
}
