import type { SessionView } from '../model/inventory';
import { recordKey } from '../model/keys';
import type { SessionFile } from '../registry/schema';
import { containersView, processesView } from './row';

/** What a window shows at once when it opens: this workspace's servers as they were written down, until the first scan. */
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
