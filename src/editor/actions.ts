import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { MachineConfigs } from '../clients/machineConfigs';
import { UserError } from '../common/errors';
import { managerOf, type ServerView } from '../model/serverView';
import { announceOnce, type DataFolder } from '../registry/dataFolder';
import type { Tracker } from '../tracker/tracker';
import type { Actions } from '../views/actions';
import type { ConfiguredServers } from './configuredServers';
import { type EditorCommand, runInEditor } from './editorClient';
import type { HiddenServers } from './hiddenServers';
import type { Inputs } from './inputs';
import { createNewServers } from './newServers';
import type { ServerLogs } from './serverLogs';
import { patternsOf } from './settings';
import { showSetting } from './settingsFiles';
import { showConfiguration } from './showConfiguration';

export interface ActionsParts {
  readonly tracker: Tracker;
  readonly configured: ConfiguredServers;
  readonly inputs: Inputs;
  readonly logs: ServerLogs;
  readonly hidden: HiddenServers;
  readonly folder: DataFolder;
  readonly machine: MachineConfigs;
}

/** Connects what a person asks for with what does it: the tracker's parts for our servers, the editor for its own. */
export function createActions(parts: ActionsParts): Actions {
  const { tracker, inputs, hidden, folder } = parts;
  return {
    inventory: () => hidden.without(tracker.inventory),
    onDidChange: (listener) => tracker.onDidChange((inventory) => listener(hidden.without(inventory))),
    scanNow: () => tracker.scanNow(),
    reapOrphans: (options) => tracker.reapOrphans(options),
    previewOrphans: (only) => tracker.requestedReap.preview(only),
    previewEnd: (processes) => tracker.previewEnd(processes),
    endChosen: (server, processes) => tracker.endChosen(server, processes),
    containerLogs: (id) => tracker.containers.logs(id),
    containerStats: (id) => tracker.containers.stats(id),
    stopContainer: (id) => tracker.stopContainer(id),
    neverReap: (pattern) => changeNeverReap((patterns) => [...new Set([...patterns, pattern])]),
    allowReap: (pattern) => changeNeverReap((patterns) => patterns.filter((one) => one !== pattern)),
    async hide(server) {
      hidden.add(server);
      tracker.refresh();
    },
    announceOnce: () => announceOnce(folder),
    crashes: () => tracker.crashes.find(),
    takeCrashes: (crashes) => tracker.takeCrashes(crashes),
    ownFolder: () => tracker.ownFolder,
    forgetInputs: () => inputs.forget(),
    ...serverActions(parts),
    newServers: createNewServers(parts.configured, parts.machine, inputs),
    showSetting: (id) => showSetting(id),
  };
}

type ServerActions = Pick<
  Actions,
  'start' | 'stop' | 'restart' | 'listTools' | 'callTool' | 'showOutput' | 'showConfiguration'
>;

/** What can be done with one server of this window, by us or by the editor. */
function serverActions({ tracker, configured, logs, machine }: ActionsParts): ServerActions {
  const isEditors = (key: string) => managerOf(serverOf(tracker, key)) === 'editor';
  const askEditor = async (command: EditorCommand, key: string): Promise<void> => {
    const server = configured.servers.find((one) => one.key === key);
    if (server?.managedBy !== 'editor') {
      throw new UserError(vscode.l10n.t('This server is no longer configured. Scan again.'));
    }
    await runInEditor(command, server.editorId);
  };
  /** Also shows the result. */
  const changeInEditor = async (command: EditorCommand, key: string): Promise<void> => {
    await askEditor(command, key);
    await tracker.sweep();
  };
  return {
    start: async (key) => (isEditors(key) ? changeInEditor('startServer', key) : tracker.servers.start(key)),
    async stop(key) {
      if (!isEditors(key)) return tracker.servers.stop(key);
      await changeInEditor('stopServer', key);
      return undefined;
    },
    restart: async (key) => (isEditors(key) ? changeInEditor('restartServer', key) : tracker.servers.restart(key)),
    listTools: (key) => tracker.servers.listTools(key),
    callTool: (key, tool, args, signal) => tracker.servers.callTool(key, tool, args, signal),
    async showOutput(key) {
      const server = serverOf(tracker, key);
      if (managerOf(server) === 'editor') await askEditor('showOutput', key);
      else logs.show(server.name);
    },
    showConfiguration: (server) => showConfiguration(server, configured, machine),
  };
}

function serverOf({ inventory }: Tracker, key: string): ServerView {
  const server = inventory.servers.find((one) => one.key === key);
  if (!server) throw new UserError(vscode.l10n.t('This server is gone. Run "MCP Processes: Scan Now" to refresh.'));
  return server;
}

async function changeNeverReap(change: (patterns: readonly string[]) => string[]): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('mcpProcesses');
  const patterns = patternsOf(configuration.get('reap.neverReap'));
  // The value was meant to spare servers: it is not overwritten.
  if (!patterns)
    throw new UserError(
      l10n.t('The setting mcpProcesses.reap.neverReap must be a list of strings. Correct it, then try again.'),
    );
  await configuration.update('reap.neverReap', change(patterns), vscode.ConfigurationTarget.Global);
}
