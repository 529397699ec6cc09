import { recordKey } from '../model/keys';
import type { SessionView } from '../model/serverView';
import type { SessionFile } from '../registry/schema';
import { containersView, processesView } from './row';

/** The rows of a window before its first scan: this workspace's servers as last written. */
export function rememberedRows(sessions: readonly SessionFile[]): SessionView[] {
  return sessions.flatMap((session) =>
    session.records.map(
      (record): SessionView => ({
        kind: 'session',
        key: recordKey(session.id, record.id),
        name: record.server,
        client: record.client,
        folder: record.folder,
        ...{ group: 'otherWindows', verdict: 'unknown', checking: true },
        evidence: [],
        state: 'running',
        sessionId: session.id,
        recordId: record.id,
        ...processesView([]),
        ...containersView(undefined),
      }),
    ),
  );
}
