import * as vscode from 'vscode';
import type { ReapResult } from '../../model/reapResult';
import type { ServerView } from '../../model/serverView';
import { previewReport, reapReport, summariseReap } from '../../wording/results';
import type { Actions } from '../actions';
import { can } from '../capabilities';
import { showFailure } from '../failures';
import { inView } from '../inView';
import { chooseOrphans, reapWithProgress } from './chooseOrphans';
import { chooseServer, findServer, serverOfRow } from './chooseServer';
import { leftRunning, stopContainers, stopLabel } from './containers';
import type { CommandContext, Target } from './context';

/** Orphaned, and not being ended yet. */
const isOrphaned = ({ verdict, state }: ServerView) => verdict === 'orphaned' && state !== 'stopping';

/** Ends our own proven orphans at once. If other clients have orphans too, a person chooses. */
export async function reapOrphans(context: CommandContext): Promise<void> {
  const { actions } = context;
  const { servers } = actions.inventory();
  if (servers.some((server) => isOrphaned(server) && server.kind === 'foreign')) {
    await reapChosen(context, servers);
  } else {
    report(context, await inView(() => actions.reapOrphans()));
  }
}

/** A person chooses among our own orphans. */
export async function reviewOrphans(context: CommandContext): Promise<void> {
  const canReap = can('canReap');
  const { servers } = context.actions.inventory();
  const ours = servers.filter((server) => server.kind !== 'foreign' && canReap(server));
  if (ours.length === 0) sayNothingFound();
  else await reapChosen(context, ours);
}

/** Reaps the server of a row; of a row with several copies, those that a person chooses. */
export async function reapServer(context: CommandContext, target: Target): Promise<void> {
  if (typeof target === 'object' && target.kind === 'copies') {
    return reapChosen(
      context,
      target.servers.map(({ server }) => server),
    );
  }
  const { actions } = context;
  const server = await chooseServer(actions, target, 'canReap', {
    select: vscode.l10n.t('Select an orphaned server to end'),
    none: vscode.l10n.t('No orphaned servers found.'),
  });
  if (server) report(context, await inView(() => actions.reapOrphans({ only: [server.key] })));
}

/** Shows what a reap would do; signals nothing. */
export async function previewReap({ actions, documents }: CommandContext, target: Target): Promise<void> {
  const only = keysOf(actions, target) ?? keysOfOrphans(actions);
  const previews = await inView(() => actions.previewOrphans(only));
  if (previews.length === 0) sayNothingFound();
  else await documents.show(vscode.l10n.t('Cleanup Preview.txt'), previewReport(previews));
}

async function reapChosen(context: CommandContext, among: readonly ServerView[]): Promise<void> {
  const only = await chooseOrphans(among);
  if (only.length === 0) return;
  const { results, isCalledOff } = await reapWithProgress(context.actions, only);
  report(context, results, isCalledOff);
}

/** Says what was ended and how much memory was freed, with details on demand. */
function report({ actions, documents, log }: CommandContext, results: readonly ReapResult[], isCalledOff = false) {
  const summary = summariseReap(results, isCalledOff);
  log.info(summary);
  if (results.length === 0) {
    vscode.window.showInformationMessage(summary);
    return;
  }
  const details = vscode.l10n.t('Show Details');
  const left = results.some(
    ({ problem, processes }) => problem !== undefined || processes.some(({ outcome }) => outcome === 'survived'),
  );
  const show = left ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const running = leftRunning(results);
  const stop = stopLabel(running.length);
  const answered = show(summary, details, ...(running.length > 0 ? [stop] : [])).then(async (answer) => {
    if (answer === stop) await stopContainers(running, actions);
    if (answer === details) await documents.show(vscode.l10n.t('Cleanup Report.txt'), reapReport(results));
  });
  showFailure(answered);
}

/** The servers that a row or a key stands for; undefined if it stands for none in particular. */
function keysOf(actions: Actions, target: Target): string[] | undefined {
  if (typeof target === 'string') return [findServer(actions, target).key];
  if (target?.kind === 'copies') return target.servers.map(({ server }) => server.key);
  const server = target && serverOfRow(target);
  return server && [server.key];
}

/** Other clients' orphans are reaped only if named. Undefined if there are none: the reap finds our own itself. */
function keysOfOrphans(actions: Actions): string[] | undefined {
  const orphans = actions.inventory().servers.filter(isOrphaned);
  return orphans.some(({ kind }) => kind === 'foreign') ? orphans.map(({ key }) => key) : undefined;
}

/** The sentence of a reap that found no orphans. */
function sayNothingFound(): void {
  vscode.window.showInformationMessage(summariseReap([]));
}
