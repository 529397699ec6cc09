import * as vscode from 'vscode';

/** One output channel for each launched server's stderr. Lines arrive redacted. */
export class ServerLogs implements vscode.Disposable {
  private readonly channels = new Map<string, vscode.OutputChannel>();

  write(server: string, line: string): void {
    this.channel(server).appendLine(line);
  }

  show(server: string): void {
    this.channel(server).show(true);
  }

  dispose(): void {
    for (const channel of this.channels.values()) channel.dispose();
  }

  private channel(server: string): vscode.OutputChannel {
    let channel = this.channels.get(server);
    if (!channel) {
      channel = vscode.window.createOutputChannel(`MCP Processes: ${server}`);
      this.channels.set(server, channel);
    }
    return channel;
  }
}
