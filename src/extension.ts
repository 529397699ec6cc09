import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { McpProcessesApi } from './api';
import { createApi } from './api';
import { MachineConfigs } from './clients/machineConfigs';
import { configuredRuns } from './containers/configuredContainer';
import { createActions } from './editor/actions';
import { askInput } from './editor/askInput';
import { ClientPresence } from './editor/clientPresence';
import { ConfiguredServers, openWorkspace } from './editor/configuredServers';
import { editorHasMcpClient } from './editor/editorClient';
import { HiddenServers } from './editor/hiddenServers';
import { Inputs } from './editor/inputs';
import { ServerLogs } from './editor/serverLogs';
import { readSettings } from './editor/settings';
import { WrapperInstaller } from './editor/wrapper';
import { choosePlatform } from './os/choosePlatform';
import { openDataFolder } from './registry/dataFolder';
import { OwnSession } from './registry/ownSession';
import { StateMemory } from './registry/sessionMemory';
import { AutoStart } from './tracker/autoStart';
import { SweepSchedule } from './tracker/schedule';
import { Tracker } from './tracker/tracker';
import { AskToReap } from './views/askToReap';
import { registerCommands } from './views/commands';
import { containerTooltip } from './views/containers';
import { CrashNotice } from './views/crashNotice';
import { Discovery } from './views/discovery';
import { showFailure } from './views/failures';
import { showNotRunning } from './views/notRunning';
import { ProcessTree } from './views/processTree';
import { OrphanStatus } from './views/statusBar';
import { UnexpectedExits } from './views/unexpectedExits';
import { setLanguage } from './wording/format';

let tracker: Tracker | undefined;

/** Builds the parts and wires them. Never throws: what is wrong is shown, with what to do. */
export async function activate(context: vscode.ExtensionContext): Promise<McpProcessesApi | undefined> {
  const log = vscode.window.createOutputChannel('MCP Processes', { log: true });
  context.subscriptions.push(log);
  // Sentences that the command line says too are translated with what the editor has loaded for this extension.
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  setLanguage(vscode.env.language);
  const started = performance.now();
  try {
    const api = await start(context, log);
    log.info(`Activated in ${Math.round(performance.now() - started)} ms.`);
    return api;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.error(message);
    context.subscriptions.push(showNotRunning(message));
    return undefined;
  }
}

async function start(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<McpProcessesApi> {
  const platform = await choosePlatform();
  const folder = openDataFolder();
  const self = await platform.self();
  // Nothing is awaited from here until changes are listened to: a host that replaces a crashed one gets its settings late.
  let settings = readSettings();
  const logs = new ServerLogs();
  const own = new OwnSession(
    folder,
    log,
    self,
    vscode.env.appName,
    vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    settings,
  );
  const inputs = new Inputs(context.secrets, context.globalState, askInput);
  const configured = new ConfiguredServers(inputs, () => settings, log);
  // Not awaited: a starting editor takes its time to answer.
  showFailure(editorHasMcpClient().then((has) => has || configured.noteEditorWithoutClient()));
  configured.onChange(() => tracker?.refresh());
  const version = String(context.extension.packageJSON.version);
  const machine = new MachineConfigs({
    workspace: () => (vscode.workspace.isTrusted ? openWorkspace() : { folders: [], workspaceFile: undefined }),
    guess: () => settings.guess,
    log,
  });
  const core = new Tracker({
    platform,
    folder,
    self,
    own,
    log,
    version,
    guardScript: context.asAbsolutePath('dist/guard.js'),
    settings: () => settings,
    configured: () => configured.servers,
    adoptable: () => machine.adoptable(),
    recogniser: () => (settings.scanForeign ? machine.recogniser() : undefined),
    containerRuns: () => (settings.scanForeign ? configuredRuns(machine.servers()) : []),
    configurationProblems: () => configured.problems,
    memory: new StateMemory(context.workspaceState),
    onOutput: (server, line) => logs.write(server, line),
  });
  tracker = core;
  const schedule = new SweepSchedule(
    (interval) => (interval === undefined ? core.sweep() : core.sweepInTurn(interval / 2)),
    log,
  );
  schedule.setInterval(settings.sweepInterval);
  const launcher = new WrapperInstaller(folder, context.asAbsolutePath('dist'), version, log);
  launcher.refresh(settings);
  const hidden = new HiddenServers(context.globalState, platform.scope);
  const actions = createActions(core, configured, inputs, logs, hidden, folder, machine);
  const { reviewOrphans } = registerCommands(context, actions, log);
  const tree = new ProcessTree(actions, (row) => containerTooltip(row, actions));
  context.subscriptions.push(
    logs,
    configured,
    schedule,
    launcher,
    tree,
    new OrphanStatus(actions, tree),
    new Discovery(actions),
    new UnexpectedExits(actions),
    new CrashNotice(actions, tree),
    new AskToReap(actions, reviewOrphans),
    new ClientPresence((since) => own.noteDetached(since)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration('mcpProcesses')) return;
      settings = readSettings();
      own.apply({ automatic: settings.automatic, neverReap: settings.neverReap });
      schedule.setInterval(settings.sweepInterval);
      configured.read();
      launcher.refresh(settings);
    }),
  );
  const autoStart = new AutoStart(core, log);
  const startConfigured = () => {
    if (settings.autoStart && vscode.workspace.isTrusted) autoStart.start(configured.servers);
  };
  configured.onChange(startConfigured);
  startConfigured();
  log.info(`Session ${own.session.id}; processes read from ${platform.name}; data folder ${folder.path}.`);
  return createApi(core, configured);
}

/** At most 5 s, with the UI out of reach: end what we launched, hand over what takes longer. */
export async function deactivate(): Promise<void> {
  await tracker?.deactivate();
}
