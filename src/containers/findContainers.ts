import { isHomeTag, isRecordId, isSessionId } from '../registry/ids';
import type { ContainerOwner } from './containerRun';
import { LABELS } from './containerRun';
import type { Container, ContainerEngine, EngineAnswer } from './engine';

/** Containers in any state with these labels of ours, each checked against its own description. */
export async function findContainers(
  engine: Pick<ContainerEngine, 'list' | 'inspect'>,
  owner: ContainerOwner,
): Promise<EngineAnswer<Container[]>> {
  const owned = await listOwned(engine, owner);
  return owned.ok ? { ok: true, value: owned.value.containers } : owned;
}

/** @returns also the `vanishing` ids: the engine lists them, but then has no such containers */
export async function listOwned(
  engine: Pick<ContainerEngine, 'list' | 'inspect'>,
  owner: ContainerOwner,
): Promise<EngineAnswer<{ containers: Container[]; vanishing: string[] }>> {
  // An empty value would match the containers of others.
  if (!isComplete(owner)) return { ok: false, error: { kind: 'failed', found: 'no owner' } };
  const listed = await engine.list(labelsOf(owner));
  if (!listed.ok) return listed;
  const inspected = await engine.inspect(listed.value);
  if (!inspected.ok) return inspected;
  const containers = inspected.value.filter((container) => isOwnedBy(container, owner));
  const vanishing = listed.value.filter((id) => !inspected.value.some((container) => container.id === id));
  return { ok: true, value: { containers, vanishing } };
}

/** Whether a container has exactly these labels. */
export function isOwnedBy(container: Pick<Container, 'labels'>, owner: ContainerOwner): boolean {
  return Object.entries(labelsOf(owner)).every(([name, value]) => container.labels[name] === value);
}

export function isComplete({ home, session, record }: ContainerOwner): boolean {
  return isHomeTag(home) && isSessionId(session) && isRecordId(record);
}

export function labelsOf({ home, session, record }: ContainerOwner): Record<string, string> {
  return { [LABELS.home]: home, [LABELS.session]: session, [LABELS.record]: record };
}
