import * as vscode from 'vscode';
import type { MachineConfigs } from '../clients/machineConfigs';
import type { ServerView } from '../model/inventory';
import { type DataFolder, tellOnce } from '../registry/dataFolder';
import type { Lifecycle } from '../tracker/tracker';
import type { Actions } from '../views/actions';
import type { ConfiguredServers } from './configuredServers';
import { runInEditor } from './editorClient';
import type { IgnoredServers } from './ignoredServers';
import type { Inputs } from './inputs';
import { createNewServers } from './newServers';
import type { ServerLogs } from './serverLogs';
import { patternsOf } from './settings';
import { showSetting } from './settingsFiles';
import { showConfiguration } from './showConfiguration';

/** Joins what a person asks for with who does it: us for our servers, the editor for its own. */
export function createActions(
  lifecycle: Lifecycle,
  configured: ConfiguredServers,
  inputs: Inputs,
  logs: ServerLogs,
  ignored: IgnoredServers,
  folder: DataFolder,
  machine: MachineConfigs,
): Actions {
  const serverOf = (key: string): ServerView => {
    const server = lifecycle.picture.servers.find((one) => one.key === key);
    if (!server) throw new Error('This server is no longer listed. Scan again.');
    return server;
  };
  return {
    picture: () => ignored.without(lifecycle.picture),
    onDidChange: (listener) => lifecycle.onDidChange((picture) => listener(ignored.without(picture))),
    sweep: () => lifecycle.sweep({ afresh: true }),
    reapOrphans: (options) => lifecycle.reapOrphans(options),
    previewEnd: (process) => lifecycle.previewEnd(process),
    endChosen: (server, processes) => lifecycle.endChosen(server, processes),
    containerLogs: (id) => lifecycle.containerLogs(id),
    containerStats: (id) => lifecycle.containerStats(id),
    stopContainer: (id) => lifecycle.stopContainer(id),
    keep: (pattern) => changeNeverReap((patterns) => [...new Set([...patterns, pattern])]),
    unkeep: (pattern) => changeNeverReap((patterns) => patterns.filter((one) => one !== pattern)),
    async ignore(server) {
      ignored.add(server);
      lifecycle.refresh();
    },
    tellOnce: () => tellOnce(folder),
    crashes: () => lifecycle.crashes.find(),
    takeCrashes: (crashes) => lifecycle.takeCrashes(crashes),
    ownFolder: () => lifecycle.ownFolder,
    forgetInputs: () => inputs.forget(),
    async start(key) {
      const server = serverOf(key);
      if (server.owner !== 'editor') return lifecycle.start(key);
      await runInEditor('startServer', server);
      await lifecycle.sweep();
    },
    async stop(key) {
      const server = serverOf(key);
      if (server.owner !== 'editor') return lifecycle.stop(key);
      await runInEditor('stopServer', server);
      await lifecycle.sweep();
      return undefined;
    },
    async restart(key) {
      const server = serverOf(key);
      if (server.owner !== 'editor') return lifecycle.restart(key);
      await runInEditor('restartServer', server);
      await lifecycle.sweep();
    },
    listTools: (key) => lifecycle.listTools(key),
    callTool: (key, tool, args, signal) => lifecycle.callTool(key, tool, args, signal),
    async showOutput(key) {
      const server = serverOf(key);
      if (server.owner === 'editor') await runInEditor('showOutput', server);
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
  if (!patterns) throw new Error('Setting mcpProcesses.reap.neverReap must be a list of texts. Correct it first.');
  await configuration.update('reap.neverReap', change(patterns), vscode.ConfigurationTarget.Global);
}
