import * as vscode from 'vscode';
import type { Inventory } from '../model/inventory';
import type { LaunchedView } from '../model/serverView';
import type { Actions } from './actions';
import { showFailure } from './failures';
import { exitWord } from './serverWords';
import { restartServer } from './startServer';

/** ms. Servers that end within this time of each other, as when memory runs out, share one message. */
const MOMENT_MS = 500;
/** A server that keeps crashing fills the panel's history, not the screen. */
const MAX_MESSAGES = 3;
const PER_MS = 10 * 60_000;
/** More names than this would be cut off. */
const MAX_NAMES = 5;

/**
 * Announces each launched server that ended without being asked; the editor announces its own servers. A server is
 * announced at most {@link MAX_MESSAGES} times in {@link PER_MS}; the last message says so.
 */
export class UnexpectedExits implements vscode.Disposable {
  readonly #subscription: { dispose(): void };
  /** Records whose end was noticed. */
  readonly #noticed = new Set<string>();
  /** When each server was announced, by key. */
  readonly #announced = new Map<string, readonly number[]>();
  #waiting: LaunchedView[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly actions: Actions) {
    this.#subscription = actions.onDidChange((inventory) => this.#announceNew(inventory));
  }

  dispose(): void {
    this.#subscription.dispose();
    clearTimeout(this.#timer);
  }

  #announceNew({ servers }: Inventory): void {
    for (const server of servers) {
      if (server.kind !== 'launched' || server.failure?.kind !== 'exit' || this.#noticed.has(server.recordId)) continue;
      this.#noticed.add(server.recordId);
      this.#waiting.push(server);
      this.#timer ??= setTimeout(() => this.#announce(), MOMENT_MS);
    }
  }

  #announce(): void {
    const ended = this.#waiting;
    this.#waiting = [];
    this.#timer = undefined;
    const counted = ended.map((server) => ({ server, count: this.#count(server.key) }));
    const servers = counted.flatMap(({ server, count }) => (count <= MAX_MESSAGES ? [server] : []));
    if (servers.length === 0) return;
    const isLast = counted.some(({ count }) => count === MAX_MESSAGES);
    const text = isLast
      ? vscode.l10n.t(
          '{0} This keeps happening. Further exits are shown only in the MCP Processes view.',
          exitMessage(servers),
        )
      : exitMessage(servers);
    showFailure(this.#ask(text, servers));
  }

  /** How often a server ended in the last minutes, this time included. */
  #count(key: string): number {
    const now = Date.now();
    const times = [...(this.#announced.get(key) ?? []).filter((at) => now - at < PER_MS), now];
    this.#announced.set(key, times);
    return times.length;
  }

  async #ask(text: string, servers: readonly LaunchedView[]): Promise<void> {
    const restart = servers.length === 1 ? vscode.l10n.t('Restart') : vscode.l10n.t('Restart All');
    const output = vscode.l10n.t('Show Output');
    const answer = await vscode.window.showWarningMessage(text, restart, output);
    if (answer === restart) await Promise.all(this.#stillDown(servers).map((one) => restartServer(one, this.actions)));
    if (answer === output) await this.#showOutput(servers);
  }

  /** A message may be hours old: a server that was started since is not restarted. */
  #stillDown(servers: readonly LaunchedView[]): LaunchedView[] {
    const now = new Set(
      this.actions.inventory().servers.flatMap((one) => (one.kind === 'launched' && one.failure ? [one.recordId] : [])),
    );
    return servers.filter(({ recordId }) => now.has(recordId));
  }

  async #showOutput(servers: readonly LaunchedView[]): Promise<void> {
    const items = servers.map(({ key, name, failure }) => {
      const detail = failure?.lastLine;
      return { label: name, description: exitWord(failure?.exit) ?? '', ...(detail !== undefined && { detail }), key };
    });
    const placeHolder = vscode.l10n.t('Select a server');
    const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { placeHolder });
    if (picked) await this.actions.showOutput(picked.key);
  }
}

function exitMessage(servers: readonly LaunchedView[]): string {
  const [first] = servers;
  if (servers.length === 1 && first) {
    const exit = exitWord(first.failure?.exit);
    return exit === undefined
      ? vscode.l10n.t('{0} stopped unexpectedly.', first.name)
      : vscode.l10n.t('{0} stopped unexpectedly ({1}).', first.name, exit);
  }
  const names = servers.map(({ name }) => name);
  const more = names.length - MAX_NAMES;
  const list = names.slice(0, MAX_NAMES).join(', ');
  return more > 0
    ? vscode.l10n.t('{0} servers stopped unexpectedly: {1} and {2} more.', servers.length, list, more)
    : vscode.l10n.t('{0} servers stopped unexpectedly: {1}.', servers.length, list);
}
