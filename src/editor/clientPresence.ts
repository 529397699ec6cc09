import * as vscode from 'vscode';

const ASK_MS = 5_000;
const AWAY_MS = 15_000;

/**
 * Notices that the window is away: a remote host outlives its browser or its desktop window by up to 3 h (K14), and
 * what it asks of the window meanwhile is answered only when that comes back.
 */
export class ClientPresence implements vscode.Disposable {
  private readonly timer: NodeJS.Timeout;
  private askedAt: number | undefined;
  private isAway = false;

  /** @param onChange gets the time (epoch ms) since when the window is away; undefined when it is back. */
  constructor(private readonly onChange: (since: number | undefined) => void) {
    this.timer = setInterval(() => this.check(), ASK_MS);
    this.timer.unref();
  }

  dispose(): void {
    clearInterval(this.timer);
  }

  private check(): void {
    if (this.askedAt === undefined) {
      this.askedAt = Date.now();
      vscode.commands.executeCommand('setContext', 'mcpProcesses.present', true).then(
        () => this.answered(),
        () => this.answered(),
      );
    } else if (!this.isAway && Date.now() - this.askedAt > AWAY_MS) {
      this.isAway = true;
      this.onChange(this.askedAt);
    }
  }

  private answered(): void {
    this.askedAt = undefined;
    if (!this.isAway) return;
    this.isAway = false;
    this.onChange(undefined);
  }
}
