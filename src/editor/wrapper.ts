import * as vscode from 'vscode';
import { messageOf } from '../common/errors';
import { LAUNCHED_GRACE } from '../common/limits';
import type { Log } from '../common/log';
import type { DataFolder } from '../registry/dataFolder';
import { installWrapper } from '../wrapper/install';
import type { EditorSettings } from './settings';

/** Activation comes first: nothing waits for these files. */
const LATER_MS = 1_000;

/** Keeps the `mcp-processes` command, which other clients' configurations name, and its settings up to date. */
export class WrapperInstaller implements vscode.Disposable {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly folder: DataFolder,
    private readonly dist: string,
    private readonly version: string,
    private readonly log: Log,
  ) {}

  /** Installs or updates it soon, once for several calls. */
  refresh(settings: EditorSettings): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.install(settings), LATER_MS);
    this.timer.unref();
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private install({ automatic, neverReap, graceOf }: EditorSettings): void {
    const table = vscode.workspace.getConfiguration('mcpProcesses').get<object>('reap.grace') ?? {};
    const names = new Set(['*', ...Object.keys(table)]);
    const graces = [...names].map((name) => [name, graceOf(name, LAUNCHED_GRACE)] as const);
    try {
      const path = installWrapper(this.folder, {
        dist: this.dist,
        version: this.version,
        settings: { automatic, neverReap, graces },
      });
      this.log.info(`To protect the servers of other clients, start them with: ${path} run -- command args…`);
    } catch (error) {
      this.log.warn(`The mcp-processes command could not be installed: ${messageOf(error)}`);
    }
  }
}
