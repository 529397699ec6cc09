import type * as vscode from 'vscode';
import type { SessionFile } from '../registry/schema';

const KEY = 'mcpProcesses.sessions';
const MAX_SESSIONS = 20;

/**
 * This workspace's records in `workspaceState`, by session id: a history that the editor keeps with the workspace.
 * Nothing here reads it back but to add to it, and nothing is ever reaped from it. Writes are not awaited: with the
 * client away they never settle.
 */
export class WorkspaceRecords {
  constructor(private readonly state: vscode.Memento) {}

  get sessions(): Readonly<Record<string, SessionFile>> {
    return this.state.get(KEY, {});
  }

  remember(session: SessionFile): void {
    const others = Object.entries(this.sessions).filter(([id]) => id !== session.id);
    const kept = others.sort(([, a], [, b]) => b.startedAt - a.startedAt).slice(0, MAX_SESSIONS - 1);
    void this.state.update(KEY, Object.fromEntries([[session.id, session], ...kept]));
  }
}
