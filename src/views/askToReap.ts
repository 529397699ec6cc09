import * as vscode from 'vscode';
import type { Inventory } from '../model/inventory';
import type { ServerView } from '../model/serverView';
import { formatMemory } from '../wording/format';
import type { Actions } from './actions';
import { showFailure } from './failures';
import { totalMemory } from './serverWords';

/** Asks, once in each window, about servers whose session was set to ask before they are ended. */
export class AskToReap implements vscode.Disposable {
  readonly #subscription: { dispose(): void };
  #isDone = false;

  /** @param review lets a person choose what is ended */
  constructor(
    actions: Actions,
    private readonly review: () => Promise<void>,
  ) {
    this.#subscription = actions.onDidChange((inventory) => this.#ask(inventory));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /** Runs inside a sweep, which must not wait for a person: no answer is awaited. */
  #ask({ servers }: Inventory): void {
    if (this.#isDone) return;
    const waiting = servers.filter((one) => one.state !== 'stopping' && askedAbout(one) !== undefined);
    if (waiting.length === 0) return;
    this.#isDone = true;
    const review = vscode.l10n.t('Review');
    const memory = formatMemory(totalMemory(waiting));
    const ofWindows = waiting.every((one) => askedAbout(one) === 'window');
    const asked = vscode.window
      .showInformationMessage(question(waiting.length, memory, ofWindows), review, vscode.l10n.t('Not Now'))
      .then(async (answer) => {
        if (answer === review) await this.review();
      });
    showFailure(asked);
  }
}

function askedAbout(server: ServerView): 'window' | 'client' | undefined {
  return server.kind === 'session' && server.verdict === 'orphaned' ? server.awaitsAnswer : undefined;
}

function question(count: number, memory: string, ofWindows: boolean): string {
  if (ofWindows) {
    return count === 1
      ? vscode.l10n.t('1 MCP server was left running by a crashed window ({0}).', memory)
      : vscode.l10n.t('{0} MCP servers were left running by a crashed window ({1}).', count, memory);
  }
  return count === 1
    ? vscode.l10n.t('1 MCP server was left running by its client ({0}).', memory)
    : vscode.l10n.t('{0} MCP servers were left running by their clients ({1}).', count, memory);
}
