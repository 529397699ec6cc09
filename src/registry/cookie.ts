import { isProcessId, isStartToken, type ProcessIdentity } from '../os/identity';
import { isScopeTag } from '../os/scope';
import { type HomeTag, isHomeTag, isRecordId, isSessionId, type RecordId, type SessionId } from './ids';

/** Name of the environment variable that every descendant of a launched server inherits. */
export const COOKIE_VARIABLE = 'MCP_PROCESSES_COOKIE';

/**
 * The content of the cookie: `1:<home tag>:<session>:<record>:<owner pid>-<owner start>:<scope tag>`.
 * It is a name tag, not a secret: a program that can set it can send the signal as well.
 */
export interface Cookie {
  readonly home: HomeTag;
  readonly session: SessionId;
  readonly record: RecordId;
  readonly owner: ProcessIdentity;
}

export function formatCookie(cookie: Cookie): string {
  const { owner } = cookie;
  return `1:${cookie.home}:${cookie.session}:${cookie.record}:${owner.pid}-${owner.start}:${owner.scope}`;
}

/** Parses a cookie; one that cannot be parsed in full is no cookie. */
export function parseCookie(text: string | undefined): Cookie | undefined {
  if (!text || text.length > 256) return undefined;
  const parts = text.split(':');
  if (parts.length !== 6 || parts[0] !== '1') return undefined;
  const [, home, session, record, ownerText, scope] = parts;
  const match = /^([1-9]\d{0,9})-([a-z]\d+)$/.exec(ownerText ?? '');
  const pid = Number(match?.[1]);
  const start = match?.[2];
  if (!isHomeTag(home) || !isSessionId(session) || !isRecordId(record) || !isScopeTag(scope)) return undefined;
  if (!isProcessId(pid) || !isStartToken(start)) return undefined;
  return { home, session, record, owner: { pid, start, scope } };
}
