import * as vscode from 'vscode';
import type { MachineConfigs } from '../clients/machineConfigs';
import { managerOf, type ServerView } from '../model/inventory';
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

/** Joins what a person asks for with who does it: us for our servers, the editor for its own. */
export function createActions(
  tracker: Tracker,
  configured: ConfiguredServers,
  inputs: Inputs,
  logs: ServerLogs,
  hidden: HiddenServers,
  folder: DataFolder,
  machine: MachineConfigs,
): Actions {
  const serverOf = (key: string): ServerView => {
    const server = tracker.inventory.servers.find((one) => one.key === key);
    if (!server) throw new Error('This server is gone. Run "MCP Processes: Scan Now" to refresh.');
    return server;
  };
  const askEditor = async (command: EditorCommand, { key }: ServerView): Promise<void> => {
    const server = configured.servers.find((one) => one.key === key);
    if (server?.managedBy !== 'editor') throw new Error('This server is no longer configured. Scan again.');
    await runInEditor(command, server.editorId);
  };
  return {
    inventory: () => hidden.without(tracker.inventory),
    onDidChange: (listener) => tracker.onDidChange((inventory) => listener(hidden.without(inventory))),
    sweep: () => tracker.sweep({ afresh: true }),
    reapOrphans: (options) => tracker.reapOrphans(options),
    previewOrphans: (only) => tracker.previewOrphans(only),
    previewEnd: (process) => tracker.previewEnd(process),
    endChosen: (server, processes) => tracker.endChosen(server, processes),
    containerLogs: (id) => tracker.containerLogs(id),
    containerStats: (id) => tracker.containerStats(id),
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
    async start(key) {
      const server = serverOf(key);
      if (managerOf(server) !== 'editor') return tracker.start(key);
      await askEditor('startServer', server);
      await tracker.sweep();
    },
    async stop(key) {
      const server = serverOf(key);
      if (managerOf(server) !== 'editor') return tracker.stop(key);
      await askEditor('stopServer', server);
      await tracker.sweep();
      return undefined;
    },
    async restart(key) {
      const server = serverOf(key);
      if (managerOf(server) !== 'editor') return tracker.restart(key);
      await askEditor('restartServer', server);
      await tracker.sweep();
    },
    listTools: (key) => tracker.listTools(key),
    callTool: (key, tool, args, signal) => tracker.callTool(key, tool, args, signal),
    async showOutput(key) {
      const server = serverOf(key);
      if (managerOf(server) === 'editor') await askEditor('showOutput', server);
      else logs.show(server.name);
    },
    showConfiguration: (server) => showConfiguration(server, configured, machine),
    newServers: createNewServers(configured, machine, inputs),
    showSetting: (id) => showSetting(id),
  };
}

async function changeNeverReap(change: (patterns: readonly string[]) => string[]): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('mcpProcesses');
  const patterns = patternsOf(configuration.get('reap.neverReap'));
  // What somebody has written there, he wants to be kept.
  if (!patterns)
    throw new Error('The setting mcpProcesses.reap.neverReap must be a list of strings. Correct it, then try again.');
  await configuration.update('reap.neverReap', change(patterns), vscode.ConfigurationTarget.Global);
}
