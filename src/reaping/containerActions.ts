import * as l10n from '@vscode/l10n';
import { UserError } from '../common/errors';
import { CONTAINER_STOP_GRACE_MS } from '../common/limits';
import { LABELS } from '../containers/containerRun';
import { type Container, ContainerEngine, type ContainerStats } from '../containers/engine';
import { clientProcessesIn, mayBeAttached } from '../containers/engineClients';
import { isNotRunning } from '../containers/engineOutput';
import { isOwnedBy } from '../containers/findContainers';
import { attachedContainer, notOurs } from '../containers/matchContainer';
import type { RecordedContainers } from '../containers/recordedContainers';
import type { ContainerOutcome, ContainerReason } from '../model/containerOutcome';
import type { Inventory } from '../model/inventory';
import type { ServerView } from '../model/serverView';
import type { Platform } from '../os/platform';
import type { ContainerId, HomeTag } from '../registry/ids';
import { containerReasonSentence, engineSentence } from '../wording/containers';
import { shortId } from '../wording/format';

export interface ContainerActionsParts {
  readonly platform: Platform;
  readonly containers: RecordedContainers;
  readonly homeTag: HomeTag;
  readonly inventory: () => Inventory;
}

/** Whether a container may be stopped: at once, after a question that names it, or not at all, and why. */
export type StopPermission =
  | { readonly kind: 'at once' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'no'; readonly why: ContainerReason };

const LINES = 200;

/** Whether a person may stop a container that the inventory lists, or that a result reported as left running. */
export function stopPermissionOf({ servers, containersWithoutClient }: Inventory, id: ContainerId): StopPermission {
  const loose = containersWithoutClient.find((one) => one.id === id);
  if (loose?.notOurs !== undefined) return { kind: 'no', why: { code: 'not ours', by: loose.notOurs } };
  const server = serverOf(servers, id);
  if (server && isLabelledIn(server, id)) {
    if (server.verdict === 'orphaned') return { kind: 'at once' };
    if (server.group !== 'thisWindow') return { kind: 'no', why: { code: 'used by a session' } };
  }
  return { kind: 'ask' };
}

/** The actions on one container. All reject with a UserError. */
export class ContainerActions {
  constructor(private readonly parts: ContainerActionsParts) {}

  /** The last lines of its output, redacted. */
  async logs(id: ContainerId): Promise<string> {
    const answer = await this.engineOf(id).logs(id, LINES);
    if (!answer.ok) throw new UserError(engineSentence(answer.error));
    return answer.value;
  }

  /** Its present use of memory and CPU; takes a second or two. Undefined when it no longer runs. */
  async stats(id: ContainerId): Promise<ContainerStats | undefined> {
    const answer = await this.engineOf(id).stats([id]);
    if (!answer.ok) throw new UserError(engineSentence(answer.error));
    return answer.value[0];
  }

  /**
   * Stops one container with the user's confirmation, after a new check of the container and of its possible clients.
   * Never removes it; its engine does, where it was started with `--rm`.
   */
  async stop(id: ContainerId): Promise<ContainerOutcome> {
    const permission = stopPermissionOf(this.parts.inventory(), id);
    if (permission.kind === 'no') throw notStopped(id, permission.why);
    const engine = this.engineOf(id);
    const before = await inspectOne(engine, id);
    if (!before) return { id, image: '', outcome: 'removed', reason: undefined };
    const problem = await this.objection(before);
    if (problem) throw notStopped(id, problem);
    const { image } = before;
    if (isNotRunning(before)) return { id, image, outcome: 'spared', reason: { code: 'state', state: before.state } };
    const stopped = await engine.stop(id, CONTAINER_STOP_GRACE_MS);
    const after = await inspectOne(engine, id);
    if (!after || after.state === 'removing') return { id, image, outcome: 'removed', reason: undefined };
    if (isNotRunning(after)) return { id, image, outcome: 'stopped', reason: { code: 'data kept' } };
    throw new UserError(
      stopped.ok ? l10n.t('Container {0} is still {1}.', shortId(id), after.state) : engineSentence(stopped.error),
    );
  }

  /** Why a container must not be stopped after all. */
  private async objection(container: Container): Promise<ContainerReason | undefined> {
    const server = serverOf(this.parts.inventory().servers, container.id);
    if (server && isLabelledIn(server, container.id)) {
      const isRecorded = 'sessionId' in server && server.recordId !== undefined;
      const isSame =
        isRecorded &&
        isOwnedBy(container, { home: this.parts.homeTag, session: server.sessionId, record: server.recordId });
      return isSame ? undefined : { code: 'other labels' };
    }
    if (LABELS.session in container.labels) return { code: 'labels of a session' };
    const foreign = notOurs(container);
    // Where a server's row lists the container, its client is known, and the question names it.
    if (foreign || server) return foreign && { code: 'not ours', by: foreign };
    const clients = clientProcessesIn(await this.parts.platform.snapshot());
    const attached = clients.find(({ running, argv }) =>
      running ? attachedContainer(running, [container], []) : mayBeAttached(argv, container),
    );
    return attached && { code: 'may be used', pid: attached.entry.pid, name: attached.entry.name };
  }

  private engineOf(id: ContainerId): ContainerEngine {
    const address = this.parts.containers.addressOf(id);
    if (!address) throw new UserError(l10n.t('This container is no longer listed. Scan again.'));
    return new ContainerEngine(address);
  }
}

function notStopped(id: ContainerId, why: ContainerReason): Error {
  return new UserError(l10n.t('Container {0} was not stopped: {1}.', shortId(id), containerReasonSentence(why)));
}

function serverOf(servers: readonly ServerView[], id: ContainerId): ServerView | undefined {
  return servers.find(({ containers }) => containers.some((one) => one.id === id));
}

function isLabelledIn({ containers }: ServerView, id: ContainerId): boolean {
  return containers.some((one) => one.id === id && one.labelled);
}

async function inspectOne(engine: ContainerEngine, id: ContainerId): Promise<Container | undefined> {
  const answer = await engine.inspect([id]);
  if (!answer.ok) throw new UserError(engineSentence(answer.error));
  return answer.value[0];
}
