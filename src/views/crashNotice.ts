import * as vscode from 'vscode';
import { managerOf, type ServerView } from '../model/serverView';
import type { Crash } from '../registry/crashes';
import type { CrashReport } from '../tracker/formerCrashes';
import { folderName, formatMemory } from '../wording/format';
import type { Actions } from './actions';
import { can } from './capabilities';
import { showFailure } from './failures';
import { startServer } from './startServer';

/** The guard may still be at work: its waits are seconds, and a user may have set longer ones. */
const SCAN_PAUSE_MS = 2_000;
const MAX_CHECKS = 90;
/** A host that replaces a crashed one gets its settings late: so many checks wait for servers to be configured. */
const SETTLING_CHECKS = 5;

interface History {
  /** Shows in the view what ended lately. */
  showHistory(): Promise<void>;
}

/** Announces once, after a crash, what was left and has been ended, and offers to start again what ran before. */
export class CrashNotice implements vscode.Disposable {
  #timer: NodeJS.Timeout | undefined;
  #checks = 0;
  /** Whether the check before found one: servers that start automatically are starting by the next. */
  #isDue = false;

  constructor(
    private readonly actions: Actions,
    private readonly history: History,
  ) {
    this.#checkLater();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #checkLater(): void {
    this.#timer = setTimeout(() => {
      showFailure(this.check());
      if (++this.#checks < MAX_CHECKS) this.#checkLater();
    }, SCAN_PAUSE_MS);
    this.#timer.unref();
  }

  /** Announces crashes where there are any. Settles when that is answered. */
  async check(): Promise<void> {
    const crashes = this.actions.crashes();
    const wasDue = this.#isDue;
    this.#isDue = crashes.length > 0 && this.actions.inventory().scanned && this.#isSettled(crashes);
    if (!this.#isDue || !wasDue) return;
    this.#isDue = false;
    const report = this.actions.takeCrashes(crashes);
    if (report) await this.#announce(report);
  }

  #isSettled(crashes: readonly Crash[]): boolean {
    return (
      this.#checks >= SETTLING_CHECKS || crashes.every((crash) => crash.servers.length === this.#rowsOf(crash).length)
    );
  }

  /** What a crashed session ran, as far as it is configured here. */
  #rowsOf({ servers }: Crash): ServerView[] {
    const rows = this.actions.inventory().servers.filter((one) => managerOf(one) === 'mcpProcesses');
    return servers.flatMap(
      ({ server, client, folder }) =>
        rows.find(
          (row) =>
            row.name === server &&
            row.client === client &&
            row.folder === folder &&
            (row.group === 'thisWindow' || row.group === 'notRunning'),
        ) ?? [],
    );
  }

  async #announce(report: CrashReport): Promise<void> {
    const startable = [...new Set(report.crashes.flatMap((crash) => this.#rowsOf(crash)))].filter(can('canStart'));
    if (report.ended === 0 && startable.length === 0) return;
    const text = crashMessage(report, startable.length, this.actions.ownFolder());
    const again = vscode.l10n.t('Start Again');
    const details = vscode.l10n.t('Details');
    const buttons = startable.length > 0 ? [again] : [];
    let answer = await vscode.window.showInformationMessage(text, ...buttons, ...(report.ended > 0 ? [details] : []));
    if (answer === details) {
      await this.history.showHistory();
      // A click closes the message; after reading the details, a person may want the other button.
      answer = startable.length > 0 ? await vscode.window.showInformationMessage(text, again) : undefined;
    }
    if (answer === again) await Promise.all(startable.map((server) => startServer(server, this.actions)));
  }
}

function crashMessage(
  { crashes, ended, memoryFreed }: CrashReport,
  startable: number,
  own: string | undefined,
): string {
  const folder = crashes.find((crash) => crash.folder !== own)?.folder;
  const where =
    folder === undefined
      ? vscode.l10n.t('After a crash')
      : vscode.l10n.t('After the window "{0}" crashed', folderName(folder));
  return vscode.l10n.t('{0}: {1}', where, whatEnded(ended, memoryFreed, startable));
}

function whatEnded(ended: number, memoryFreed: number, startable: number): string {
  const memory = formatMemory(memoryFreed);
  if (ended === 0) {
    return startable === 1
      ? vscode.l10n.t('1 server is no longer running.')
      : vscode.l10n.t('{0} servers are no longer running.', startable);
  }
  if (memoryFreed === 0) {
    return ended === 1
      ? vscode.l10n.t('1 leftover server ended.')
      : vscode.l10n.t('{0} leftover servers ended.', ended);
  }
  return ended === 1
    ? vscode.l10n.t('1 leftover server ended, {0} freed.', memory)
    : vscode.l10n.t('{0} leftover servers ended, {1} freed.', ended, memory);
}
