import type { ServerView } from '../model/inventory';
import { recordKey } from '../model/keys';
import type { SessionFile } from '../registry/schema';

/** The rows of a window before its first scan: this workspace's servers as last written. */
export function rememberedRows(sessions: readonly SessionFile[]): ServerView[] {
  return sessions.flatMap((session) =>
    session.records.map(
      (record): ServerView => ({
        key: recordKey(session.id, record.id),
        name: record.server,
        client: record.client,
        folder: record.folder,
        group: 'otherWindows',
        managedBy: 'mcpProcesses',
        verdict: 'unknown',
        checking: true,
        evidence: [],
        state: 'running',
        failure: undefined,
        copies: 1,
        pid: undefined,
        startedAt: undefined,
        memory: undefined,
        processes: [],
        containers: [],
        containerProblem: undefined,
        serverInfo: undefined,
        url: undefined,
        configurationFile: undefined,
        sessionId: session.id,
        recordId: record.id,
      }),
    ),
  );
}
