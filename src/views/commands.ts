import * as vscode from 'vscode';
import type { ReapResult, ServerView } from '../model/inventory';
import { isStillThere } from '../reaping/results';
import { folderName, joinParts } from '../wording/format';
import { refusalSentence } from '../wording/refusals';
import { previewReport, reapReport, summariseReap } from '../wording/results';
import { processNamed } from '../wording/users';
import type { Actions } from './actions';
import { addServer } from './addServer/addServer';
import { chooseOrphans, reapWithProgress } from './chooseOrphans';
import { leftRunning, showContainerLogs, stopContainer, stopContainers, stopLabel } from './containers';
import { endProcess, neverReapServer } from './endProcess';
import { EvidenceDocuments } from './evidenceDocument';
import { messageOf, showFailure } from './failures';
import { inView } from './inView';
import { capabilitiesOf, type Offer } from './offers';
import { evidenceText, stateWord } from './serverWords';
import { restartServer, startServer } from './startServer';
import { ToolCalls } from './toolCalls';
import type { Node } from './treeRows';

interface Log {
  info(message: string): void;
  error(message: string): void;
}

/** A row of the tree, or a server's key from another extension or a keybinding; nothing from the palette. */
type Target = Node | string | undefined;

/** What a command without a row says. */
interface ChoiceWords {
  /** Above the list of servers that fit. */
  readonly select: string;
  /** Where none fits. */
  readonly none: string;
  /** Whether a new one would. */
  readonly canAdd?: boolean;
}

/** And nobody is at it yet. */
const isOrphaned = ({ verdict, state }: ServerView) => verdict === 'orphaned' && state !== 'stopping';
const offers = (offer: Offer) => (server: ServerView) => capabilitiesOf(server)[offer];

/** @returns what a notification may ask for besides. */
export function registerCommands(
  context: { subscriptions: vscode.Disposable[] },
  actions: Actions,
  log: Log,
): { reviewOrphans(): Promise<void> } {
  const commands = new Commands(actions, log);
  context.subscriptions.push(commands);
  const register = (id: string, run: (target: Target) => Promise<void>) => {
    context.subscriptions.push(
      vscode.commands.registerCommand(id, async (target: Target) => {
        try {
          await run(target);
        } catch (error) {
          await commands.fail(id, error);
        }
      }),
    );
  };
  register('mcpProcesses.reapOrphans', () => commands.reapOrphans());
  register('mcpProcesses.previewReap', (target) => commands.previewReap(target));
  register('mcpProcesses.reapServer', (target) => commands.reapServer(target));
  register('mcpProcesses.reapServers', (target) => commands.reapServer(target));
  register('mcpProcesses.addServer', () => addServer(actions));
  register('mcpProcesses.start', (target) => commands.start(target));
  register('mcpProcesses.stop', (target) => commands.stop(target));
  register('mcpProcesses.restart', (target) => commands.restart(target));
  register('mcpProcesses.stopAll', () => commands.stopAll());
  register('mcpProcesses.scanNow', () => commands.scanNow());
  register('mcpProcesses.showOutput', (target) => commands.showOutput(target));
  register('mcpProcesses.showConfiguration', (target) => commands.showConfiguration(target));
  register('mcpProcesses.showEvidence', (target) => commands.showEvidence(target));
  register('mcpProcesses.copyEvidence', (target) => commands.copyEvidence(target));
  register('mcpProcesses.copyPid', (target) => commands.copyPid(target));
  register('mcpProcesses.callTool', (target) => commands.callTool(target));
  register('mcpProcesses.endProcess', (target) => endProcess(rowOf(target), actions));
  register('mcpProcesses.endServer', (target) => endProcess(rowOf(target), actions));
  register('mcpProcesses.hideServer', (target) => commands.hideServer(target));
  register('mcpProcesses.neverReapServer', (target) => commands.neverReapServer(target));
  register('mcpProcesses.showContainerLogs', (target) => commands.showContainerLogs(target));
  register('mcpProcesses.stopContainer', (target) => stopContainer(rowOf(target), actions));
  register('mcpProcesses.runTool', () => commands.runTool());
  register('mcpProcesses.forgetInputs', () => commands.forgetInputs());
  return { reviewOrphans: () => commands.reviewOrphans() };
}

class Commands implements vscode.Disposable {
  readonly #actions: Actions;
  readonly #log: Log;
  readonly #documents = new EvidenceDocuments();
  readonly #toolCalls: ToolCalls;

  constructor(actions: Actions, log: Log) {
    this.#actions = actions;
    this.#log = log;
    this.#toolCalls = new ToolCalls(actions, this.#documents, log);
  }

  dispose(): void {
    this.#toolCalls.dispose();
    this.#documents.dispose();
  }

  /** The message carries the remedy already; here it only gets to the person and into the log. */
  async fail(command: string, error: unknown): Promise<void> {
    if (error instanceof vscode.CancellationError) {
      return;
    }
    const message = messageOf(error);
    this.#log.error(`${command}: ${message}`);
    // Not awaited: a command that another extension called must not wait until someone closes a notification.
    vscode.window.showErrorMessage(message);
  }

  /** What is ours and provably orphaned goes at once; where other clients' are among them, a person chooses. */
  async reapOrphans(): Promise<void> {
    const { servers } = this.#actions.inventory();
    const only = servers.some((server) => isOrphaned(server) && server.kind === 'foreign')
      ? await chooseOrphans(servers)
      : undefined;
    if (only?.length === 0) {
      return;
    }
    if (only) {
      await this.#reapChosen(only);
    } else {
      this.#report(await inView(() => this.#actions.reapOrphans()));
    }
  }

  /** A person chooses among ours. */
  async reviewOrphans(): Promise<void> {
    const ours = this.#actions
      .inventory()
      .servers.filter((server) => server.kind !== 'foreign' && capabilitiesOf(server).canReap);
    if (ours.length === 0) {
      nothingFound();
      return;
    }
    const only = await chooseOrphans(ours);
    if (only.length > 0) {
      await this.#reapChosen(only);
    }
  }

  async reapServer(target: Target): Promise<void> {
    if (typeof target === 'object' && target?.kind === 'bundle') {
      const only = await chooseOrphans(target.servers.map(({ server }) => server));
      if (only.length > 0) {
        await this.#reapChosen(only);
      }
      return;
    }
    const server = await this.#choose(target, offers('canReap'), {
      select: vscode.l10n.t('Select an orphaned server to end'),
      none: vscode.l10n.t('No orphaned servers found.'),
    });
    if (server) {
      this.#report(await inView(() => this.#actions.reapOrphans({ only: [server.key] })));
    }
  }

  async #reapChosen(only: readonly string[]): Promise<void> {
    const { results, isCalledOff } = await reapWithProgress(this.#actions, only);
    this.#report(results, isCalledOff);
  }

  async hideServer(target: Target): Promise<void> {
    const server = await this.#choose(target, offers('canHide'), {
      select: vscode.l10n.t('Select a server to hide'),
      none: vscode.l10n.t('No server of another client is listed.'),
    });
    if (server) {
      await this.#actions.hide(server);
    }
  }

  async neverReapServer(target: Target): Promise<void> {
    const server = await this.#choose(target, offers('canNeverReap'), {
      select: vscode.l10n.t('Select a server to protect from being reaped'),
      none: vscode.l10n.t('No orphaned servers found.'),
    });
    if (server) {
      await neverReapServer(server, this.#actions);
    }
  }

  /** What a reap would do; signals nothing. */
  async previewReap(target: Target): Promise<void> {
    const only = this.#keysOf(target) ?? this.#keysOfOrphans();
    const previews = await inView(() => this.#actions.previewOrphans(only));
    if (previews.length === 0) {
      nothingFound();
      return;
    }
    await this.#documents.show(vscode.l10n.t('Cleanup Preview.txt'), previewReport(previews));
  }

  async start(target: Target): Promise<void> {
    const server = await this.#choose(target, offers('canStart'), {
      select: vscode.l10n.t('Select a server to start'),
      none: vscode.l10n.t('There is no server to start.'),
      canAdd: true,
    });
    if (server) {
      await startServer(server, this.#actions);
    }
  }

  async stop(target: Target): Promise<void> {
    const server = await this.#choose(target, offers('canStop'), {
      select: vscode.l10n.t('Select a server to stop'),
      none: vscode.l10n.t('No server is running.'),
    });
    if (server) {
      const result = await inView(() => this.#actions.stop(server.key));
      this.#reportLeft(result ? [result] : []);
    }
  }

  async restart(target: Target): Promise<void> {
    const server = await this.#choose(target, offers('canStop'), {
      select: vscode.l10n.t('Select a server to restart'),
      none: vscode.l10n.t('No server is running.'),
    });
    if (server) {
      await restartServer(server, this.#actions);
    }
  }

  async stopAll(): Promise<void> {
    const servers = this.#actions.inventory().servers.filter(offers('canStop'));
    if (servers.length === 0) {
      vscode.window.showInformationMessage(vscode.l10n.t('No MCP servers are running in this window.'));
      return;
    }
    const stopAll = vscode.l10n.t('Stop All');
    const detail = servers.map((server) => {
      const root = server.processes[0];
      const pid = server.pid === undefined ? undefined : vscode.l10n.t('pid {0}', server.pid);
      return joinParts([server.name, server.client, pid, root?.commandLine]);
    });
    const answer = await vscode.window.showWarningMessage(
      servers.length === 1
        ? vscode.l10n.t('Stop the MCP server in this window?')
        : vscode.l10n.t('Stop the {0} MCP servers in this window?', servers.length),
      { modal: true, detail: detail.join('\n') },
      stopAll,
    );
    if (answer !== stopAll) {
      return;
    }
    const outcomes = await inView(() => Promise.allSettled(servers.map((server) => this.#actions.stop(server.key))));
    this.#reportLeft(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? (outcome.value ?? []) : [])));
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [`${servers[index]?.name}: ${messageOf(outcome.reason)}`] : [],
    );
    if (failures.length > 0) {
      throw new Error(failures.join(' '));
    }
  }

  async forgetInputs(): Promise<void> {
    const count = await this.#actions.forgetInputs();
    vscode.window.showInformationMessage(
      count === 0
        ? vscode.l10n.t('There are no stored inputs.')
        : vscode.l10n.t('Stored inputs forgotten: {0}. Servers ask for them again when they need them.', count),
    );
  }

  async scanNow(): Promise<void> {
    await inView(() => this.#actions.sweep());
  }

  async showOutput(target: Target): Promise<void> {
    const server = await this.#choose(target, offers('canShowOutput'), {
      select: vscode.l10n.t('Select a server to show its output'),
      none: vscode.l10n.t('No server has output to show.'),
      canAdd: true,
    });
    if (server) {
      await this.#actions.showOutput(server.key);
    }
  }

  async showConfiguration(target: Target): Promise<void> {
    const server = await this.#choose(target, offers('canShowConfiguration'), {
      select: vscode.l10n.t('Select a server to show its configuration'),
      none: vscode.l10n.t('No server is configured.'),
      canAdd: true,
    });
    if (server) {
      await this.#actions.showConfiguration(server);
    }
  }

  async showEvidence(target: Target): Promise<void> {
    const server = await this.#choose(target, () => true, {
      select: vscode.l10n.t('Select a server'),
      none: vscode.l10n.t('No MCP servers found.'),
    });
    if (server) {
      await this.#documents.show(vscode.l10n.t('Status of {0}.txt', server.name), evidenceText(server), server.key);
    }
  }

  async copyEvidence(target: Target): Promise<void> {
    const server = await this.#choose(target, () => true, {
      select: vscode.l10n.t('Select a server'),
      none: vscode.l10n.t('No MCP servers found.'),
    });
    if (server) {
      await vscode.env.clipboard.writeText(evidenceText(server));
      vscode.window.setStatusBarMessage(vscode.l10n.t('Diagnostics of {0} copied', server.name), 4000);
    }
  }

  async copyPid(target: Target): Promise<void> {
    const words = {
      select: vscode.l10n.t('Select a server to copy its process ID'),
      none: vscode.l10n.t('No server is running.'),
    };
    const pid = isProcess(target) ? target.process.pid : (await this.#choose(target, offers('hasPid'), words))?.pid;
    if (pid !== undefined) {
      await vscode.env.clipboard.writeText(String(pid));
      vscode.window.setStatusBarMessage(vscode.l10n.t('Process ID {0} copied', pid), 4000);
    }
  }

  async showContainerLogs(target: Target): Promise<void> {
    await showContainerLogs(rowOf(target), this.#actions, this.#documents);
  }

  async callTool(target: Target): Promise<void> {
    const server = await this.#choose(target, offers('canCallTool'), {
      select: vscode.l10n.t('Select a server to call a tool of'),
      none: vscode.l10n.t('No server is running.'),
    });
    if (server) {
      await this.#toolCalls.chooseTool(server);
    }
  }

  async runTool(): Promise<void> {
    await this.#toolCalls.runTool();
  }

  /** What became of every process and how much memory came back; details on demand. */
  #report(results: readonly ReapResult[], isCalledOff = false): void {
    const summary = summariseReap(results, isCalledOff);
    this.#log.info(summary);
    if (results.length === 0) {
      vscode.window.showInformationMessage(summary);
      return;
    }
    const details = vscode.l10n.t('Show Details');
    const left = results.some(
      ({ problem, processes }) => problem !== undefined || processes.some(({ outcome }) => outcome === 'survived'),
    );
    const show = left ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    const running = leftRunning(results);
    const stop = stopLabel(running.length);
    const answered = show(summary, details, ...(running.length > 0 ? [stop] : [])).then(async (answer) => {
      if (answer === stop) {
        await stopContainers(running, this.#actions);
      }
      if (answer === details) {
        await this.#documents.show(vscode.l10n.t('Cleanup Report.txt'), reapReport(results));
      }
    });
    showFailure(answered);
  }

  /** A stop that worked needs no notification, the row says it; one that left something behind does. */
  #reportLeft(results: readonly ReapResult[]): void {
    const left = results.flatMap((result) =>
      result.processes
        .filter(isStillThere)
        .map((process) =>
          joinParts([`${result.server}: ${processNamed(process)}`, process.reason && refusalSentence(process.reason)]),
        ),
    );
    if (left.length > 0) {
      vscode.window.showWarningMessage(vscode.l10n.t('These processes are still running: {0}', left.join('; ')));
    }
  }

  /** The servers that a row, or a key, stands for; undefined where it stands for none in particular. */
  #keysOf(target: Target): string[] | undefined {
    if (typeof target === 'string') {
      return [this.#find(target).key];
    }
    if (target?.kind === 'bundle') {
      return target.servers.map(({ server }) => server.key);
    }
    const server = serverOf(target);
    return server && [server.key];
  }

  /** Other clients' orphans are looked at only when named; undefined where there are none: ours are looked for afresh. */
  #keysOfOrphans(): string[] | undefined {
    const orphans = this.#actions.inventory().servers.filter(isOrphaned);
    return orphans.some(({ kind }) => kind === 'foreign') ? orphans.map(({ key }) => key) : undefined;
  }

  #find(key: string): ServerView {
    const server = this.#actions.inventory().servers.find((candidate) => candidate.key === key);
    if (!server) {
      throw new Error(vscode.l10n.t('This server is gone. Run "MCP Processes: Scan Now" to refresh.'));
    }
    return server;
  }

  /** The server of the row; without a row, the one that fits or the one the person picks. */
  async #choose(
    target: Target,
    fits: (server: ServerView) => boolean,
    words: ChoiceWords,
  ): Promise<ServerView | undefined> {
    const key = typeof target === 'string' ? target : serverOf(target)?.key;
    if (key !== undefined) {
      // The row may be older than the picture.
      return this.#find(key);
    }
    const servers = this.#actions.inventory().servers.filter(fits);
    if (servers.length === 0) {
      this.#sayNone(words);
      return undefined;
    }
    const picked = await vscode.window.showQuickPick(
      servers.map((server) => ({
        label: server.name,
        description: joinParts([
          server.client,
          server.folder === undefined ? undefined : folderName(server.folder),
          stateWord(server),
          server.pid === undefined ? undefined : vscode.l10n.t('pid {0}', server.pid),
        ]),
        server,
      })),
      { placeHolder: words.select, matchOnDescription: true },
    );
    return picked?.server;
  }

  #sayNone({ none, canAdd = false }: ChoiceWords): void {
    const isScanned = this.#actions.inventory().scanned;
    const add = vscode.l10n.t('Add Server');
    const answered = vscode.window
      .showInformationMessage(
        isScanned ? none : vscode.l10n.t('The first scan has not finished yet. Try again in a moment.'),
        ...(isScanned && canAdd ? [add] : []),
      )
      .then(async (answer) => {
        if (answer === add) await vscode.commands.executeCommand('mcpProcesses.addServer');
      });
    showFailure(answered);
  }
}

/** The same sentence as after a reap that found nobody. */
function nothingFound(): void {
  vscode.window.showInformationMessage(summariseReap([]));
}

function rowOf(target: Target): Node | undefined {
  return typeof target === 'string' ? undefined : target;
}

function isProcess(target: Target): target is Extract<Node, { kind: 'process' }> {
  return typeof target === 'object' && target !== null && target.kind === 'process';
}

function serverOf(target: Target): ServerView | undefined {
  if (typeof target !== 'object' || target === null) {
    return undefined;
  }
  let row: Node = target;
  while (row.kind === 'process' || row.kind === 'container') {
    row = row.parent;
  }
  return row.kind === 'server' ? row.server : undefined;
}
