import type { Branded } from '../common/branded';

export type SessionId = Branded<string, 'SessionId'>;
export type RecordId = Branded<string, 'RecordId'>;
/** The tag of a data folder; see `DataFolder.homeTag`. */
export type HomeTag = Branded<string, 'HomeTag'>;
/** An engine's full id of a container: 64 hexadecimal digits. */
export type ContainerId = Branded<string, 'ContainerId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HOME_TAG = /^[0-9a-f]{16}$/;
const CONTAINER_ID = /^[0-9a-f]{64}$/;

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

export function isSessionId(value: unknown): value is SessionId {
  return matches(value, UUID);
}

export function isRecordId(value: unknown): value is RecordId {
  return matches(value, UUID);
}

export function isHomeTag(value: unknown): value is HomeTag {
  return matches(value, HOME_TAG);
}

export function isContainerId(value: unknown): value is ContainerId {
  return matches(value, CONTAINER_ID);
}
