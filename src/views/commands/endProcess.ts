import * as vscode from 'vscode';
import type { EndPreview } from '../../model/endPreview';
import type { Refusal } from '../../model/refusal';
import type { ProcessNode, ServerView } from '../../model/serverView';
import { isStillThere } from '../../reaping/results';
import { cautionSentence } from '../../wording/endPreview';
import { joinParts } from '../../wording/format';
import { refusalSentence } from '../../wording/refusals';
import { processNamed } from '../../wording/users';
import { type Row, serverRowOf } from '../tree/rows';
import { offerToStop } from './containers';
import type { CommandContext, Target } from './context';

/** Ends the process of a row, or all processes of a server, after a question that says everything that is known. */
export async function endProcess({ actions }: CommandContext, target: Target): Promise<void> {
  const meant = typeof target === 'object' ? meantBy(target) : undefined;
  if (!meant) {
    throw new Error(vscode.l10n.t('Right-click a process or a server in the MCP Processes view to end it.'));
  }
  const { server, processes } = meant;
  if (processes.length === 0) throw new Error(vscode.l10n.t('It is no longer running.'));
  const question = questionOf(server, await actions.previewEnd(processes));
  const answer = await vscode.window.showWarningMessage(
    question.text,
    { modal: true, detail: question.detail },
    question.button,
  );
  if (answer !== question.button) return;
  // A process that the question called spared stays spared, even if the reason is gone by now.
  const agreed = processes.filter(({ pid }) => !question.spared.has(pid));
  const result = await actions.endChosen(server.name, agreed);
  const isAll = agreed.length === all(server.processes).length;
  if (isAll)
    offerToStop(
      server.containers.filter(({ labelled, state }) => !labelled && state === 'running'),
      actions,
    );
  const left = result.processes.filter(isStillThere);
  if (left.length > 0) {
    const names = left.map(({ name, pid, reason }) =>
      joinParts([processNamed({ pid, name }), reason && refusalSentence(reason)]),
    );
    throw new Error(vscode.l10n.t('Could not end: {0}', names.join('; ')));
  }
}

/** The question must fit on the screen, with its buttons. */
const MAX_LISTED = 20;

/** Names each process that would be ended and each that is spared. @throws if all are spared */
function questionOf(server: ServerView, { processes, uses }: EndPreview) {
  const endable = processes.filter(({ spared }) => spared === undefined);
  const notEndable = processes.flatMap((one) => (one.spared === undefined ? [] : [{ ...one, spared: one.spared }]));
  const reasons = cut(notEndable.map(sparedSentence));
  const cautions = cut(uses.map(cautionSentence));
  const [first] = endable;
  if (!first) throw new Error(reasons.join(' '));
  const spared = new Set(notEndable.map(({ pid }) => pid));
  if (endable.length === 1) {
    return {
      spared,
      text: vscode.l10n.t('End {0} (pid {1})?', first.name, first.pid),
      detail: paragraphs([first.commandLine], reasons, cautions),
      button: vscode.l10n.t('End Process'),
    };
  }
  const lines = endable.map(({ pid, commandLine }) => vscode.l10n.t('pid {0}: {1}', pid, commandLine));
  return {
    spared,
    text:
      spared.size === 0
        ? vscode.l10n.t('End all {0} processes of {1}?', endable.length, server.name)
        : vscode.l10n.t('End {0} of the {1} processes of {2}?', endable.length, processes.length, server.name),
    detail: paragraphs(cut(lines), reasons, cautions),
    button: spared.size === 0 ? vscode.l10n.t('End All') : vscode.l10n.t('End {0} Processes', endable.length),
  };
}

function sparedSentence({ pid, name, spared }: { pid: number; name: string; spared: Refusal }): string {
  return vscode.l10n.t('{0} (pid {1}) will not be ended: {2}.', name, pid, refusalSentence(spared));
}

function cut(lines: readonly string[]): readonly string[] {
  // A line that says "1 more" takes the place of that one.
  if (lines.length <= MAX_LISTED + 1) return lines;
  return [...lines.slice(0, MAX_LISTED), vscode.l10n.t('… and {0} more', lines.length - MAX_LISTED)];
}

function paragraphs(...all: readonly (readonly string[])[]): string {
  return all
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function meantBy(target: Row): { server: ServerView; processes: ProcessNode[] } | undefined {
  if (target.kind === 'server') return { server: target.server, processes: all(target.server.processes) };
  if (target.kind !== 'process') return undefined;
  const row = serverRowOf(target);
  return row && { server: row.server, processes: [target.process] };
}

function all(processes: readonly ProcessNode[]): ProcessNode[] {
  return processes.flatMap((process) => [process, ...all(process.children)]);
}
