import * as vscode from 'vscode';
import type { ProcessNode, ServerView } from '../lifecycle/model';
import { isStillThere } from '../lifecycle/result';
import type { Actions } from './actions';
import { offerToStop } from './containers';
import { showFailure } from './failures';
import { joinParts } from './format';
import type { Node } from './treeRows';

/** Asks, with everything that is known, and ends the process of a row, or all processes of a server's row. */
export async function endProcess(target: Node | undefined, actions: Actions): Promise<void> {
  const meant = target && meantBy(target);
  if (!meant) {
    throw new Error(vscode.l10n.t('Choose the process in the view "MCP Processes": End This Process… is in its menu.'));
  }
  const { server, processes } = meant;
  const [first] = processes;
  if (!first) throw new Error(vscode.l10n.t('No process of it is left.'));
  const preview = await actions.previewEnd(first);
  if (preview.kept !== undefined) {
    throw new Error(vscode.l10n.t('Process {0} ({1}) is not ended: {2}.', preview.pid, preview.name, preview.kept));
  }
  const end = processes.length === 1 ? vscode.l10n.t('End Process') : vscode.l10n.t('End All');
  const answer = await vscode.window.showWarningMessage(
    processes.length === 1
      ? vscode.l10n.t('End process {0} ({1})?', preview.pid, preview.name)
      : vscode.l10n.t('End all {0} processes of {1}?', processes.length, server.name),
    { modal: true, detail: [preview.commandLine, '', ...preview.uses].join('\n') },
    end,
  );
  if (answer !== end) return;
  const result = await actions.endChosen(server.name, processes);
  const isAll = processes.length === all(server.processes).length;
  if (isAll)
    offerToStop(
      server.containers.filter(({ labelled, state }) => !labelled && state === 'running'),
      actions,
    );
  const left = result.processes.filter(isStillThere);
  if (left.length > 0) {
    const names = left.map(({ name, pid, reason }) => joinParts([`${name} (${pid})`, reason]));
    throw new Error(vscode.l10n.t('These still run: {0}', names.join('; ')));
  }
}

/** Puts a server on the list of what is never reaped; a click undoes it. */
export async function keepServer(server: ServerView, actions: Actions): Promise<void> {
  const [root] = server.processes;
  if (!root) throw new Error(vscode.l10n.t('No process of it is left.'));
  // What is hidden in a command line may be anything.
  const pattern = root.commandLine.replaceAll('•••', '*');
  await actions.keep(pattern);
  const undo = vscode.l10n.t('Undo');
  const show = vscode.l10n.t('Show Setting');
  const answered = vscode.window
    .showInformationMessage(vscode.l10n.t('{0} will never be reaped.', server.name), undo, show)
    .then(async (answer) => {
      if (answer === undo) await actions.unkeep(pattern);
      if (answer === show) {
        await vscode.commands.executeCommand('workbench.action.openSettings', 'mcpProcesses.reap.neverReap');
      }
    });
  showFailure(answered);
}

function meantBy(target: Node): { server: ServerView; processes: ProcessNode[] } | undefined {
  if (target.kind === 'server') return { server: target.server, processes: all(target.server.processes) };
  if (target.kind !== 'process') return undefined;
  let row: Node = target;
  while (row.kind === 'process') row = row.parent;
  return { server: row.server, processes: [target.process] };
}

function all(processes: readonly ProcessNode[]): ProcessNode[] {
  return processes.flatMap((process) => [process, ...all(process.children)]);
}
