import * as vscode from 'vscode';
import type { ContainerWithoutClient } from '../../model/containerView';
import type { ReapResult } from '../../model/reapResult';
import type { ServerView } from '../../model/serverView';
import { stopPermissionOf } from '../../reaping/containerActions';
import { containerReasonSentence } from '../../wording/containers';
import { formatAge, joinParts, shortId } from '../../wording/format';
import type { Actions } from '../actions';
import { showFailure } from '../failures';
import { inView } from '../inView';
import { containerSentence } from '../serverWords';
import type { ContainerRow } from '../tree/containerRow';
import { serverRowOf } from '../tree/rows';
import type { CommandContext, Target } from './context';

/** Shows the last lines that a container wrote, in a read-only document. */
export async function showContainerLogs({ actions, documents }: CommandContext, target: Target): Promise<void> {
  if (typeof target !== 'object' || target.kind !== 'container') {
    throw new Error(vscode.l10n.t('Right-click a container in the MCP Processes view to do this.'));
  }
  const { id, image } = target.container;
  const text = await inView(() => actions.containerLogs(id));
  const title = vscode.l10n.t('Logs of {0} ({1}).txt', image, shortId(id));
  await documents.show(title, text || vscode.l10n.t('No log output.'), id);
}

/** Stops the container of a row; without a row, the containers without a client that a person checks. */
export async function stopContainer({ actions }: CommandContext, target: Target): Promise<void> {
  if (typeof target === 'object' && target.kind === 'container') {
    const { container } = target;
    const permission = stopPermissionOf(actions.inventory(), container.id);
    if (permission.kind === 'no') {
      throw new Error(
        vscode.l10n.t(
          'Container {0} cannot be stopped: {1}.',
          shortId(container.id),
          containerReasonSentence(permission.why),
        ),
      );
    }
    if (permission.kind === 'at once' || (await isConfirmed(target))) await stopAll([container.id], actions);
    return;
  }
  const ids = await choose(actions.inventory().containersWithoutClient);
  if (ids.length > 0) await stopAll(ids, actions);
}

/** Containers that still run after a reap, because they are not ours to end. */
export function leftRunning(results: readonly ReapResult[]): { readonly id: string; readonly image: string }[] {
  return results.flatMap(({ containers }) => containers.filter(({ outcome }) => outcome === 'left running'));
}

/** Names containers that still run after their client was ended, and offers to stop them. */
export function offerToStop(
  containers: readonly { readonly id: string; readonly image: string }[],
  actions: Actions,
): void {
  if (containers.length === 0) return;
  const stop = stopLabel(containers.length);
  const names = containers.map(({ id, image }) => `${shortId(id)} (${image})`).join(', ');
  const message =
    containers.length === 1
      ? vscode.l10n.t('Container {0} is left running.', names)
      : vscode.l10n.t('These containers are left running: {0}.', names);
  const answered = vscode.window.showWarningMessage(message, stop).then(async (answer) => {
    if (answer === stop) await stopContainers(containers, actions);
  });
  showFailure(answered);
}

/** Stops containers that a notification named. */
export async function stopContainers(containers: readonly { readonly id: string }[], actions: Actions): Promise<void> {
  await stopAll(
    containers.map(({ id }) => id),
    actions,
  );
}

export function stopLabel(count: number): string {
  return count === 1 ? vscode.l10n.t('Stop Container') : vscode.l10n.t('Stop Containers');
}

async function isConfirmed(row: ContainerRow): Promise<boolean> {
  const stop = stopLabel(1);
  const { container, parent } = row;
  const server = serverRowOf(row)?.server;
  const lost = parent.kind === 'containers' ? (container as ContainerWithoutClient) : undefined;
  const detail = [
    containerSentence(container),
    server && belongsSentence(server),
    lost && ownerSentence(lost),
    lost && vscode.l10n.t('Clients on other machines, or connected directly to the engine, cannot be detected.'),
  ];
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Stop container {0} ({1})?', shortId(container.id), container.image),
    { modal: true, detail: detail.filter(Boolean).join('\n') },
    stop,
  );
  return answer === stop;
}

async function choose(containers: readonly ContainerWithoutClient[]): Promise<string[]> {
  const offered = containers.filter(({ notOurs }) => notOurs === undefined);
  if (offered.length === 0) {
    vscode.window.showInformationMessage(vscode.l10n.t('No containers without a client found.'));
    return [];
  }
  const picked = await vscode.window.showQuickPick(
    offered.map((one) => ({
      label: one.image,
      description: joinParts([one.name, shortId(one.id), formatAge(one.createdAt, Date.now())]),
      detail: ownerSentence(one),
      id: one.id,
    })),
    {
      canPickMany: true,
      matchOnDescription: true,
      title: vscode.l10n.t('Stop Containers Without a Client'),
      placeHolder: vscode.l10n.t('These have no client on this machine. Clients elsewhere cannot be detected.'),
    },
  );
  return (picked ?? []).map(({ id }) => id);
}

function belongsSentence({ name, client, pid }: ServerView): string {
  return pid === undefined
    ? vscode.l10n.t('It belongs to {0} of {1}.', name, client)
    : vscode.l10n.t('It belongs to {0} of {1}, pid {2}.', name, client, pid);
}

function ownerSentence({ server, client }: ContainerWithoutClient): string {
  return vscode.l10n.t('Matches server {0} from {1}.', server, client);
}

async function stopAll(ids: readonly string[], actions: Actions): Promise<void> {
  const outcomes = await inView(() => Promise.allSettled(ids.map((id) => actions.stopContainer(id))));
  const failures = outcomes.flatMap((one) => (one.status === 'rejected' ? [String(one.reason?.message)] : []));
  if (failures.length > 0) throw new Error(failures.join(' '));
}
