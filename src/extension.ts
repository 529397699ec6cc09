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
import { type EditorSettings, LiveSettings } from './editor/settings';
import { WrapperInstaller } from './editor/wrapper';
import { choosePlatform } from './os/choosePlatform';
import type { ProcessIdentity } from './os/identity';
import type { Platform } from './os/platform';
import { type DataFolder, openDataFolder } from './registry/dataFolder';
import { OwnSession } from './registry/ownSession';
import { StateMemory } from './registry/sessionMemory';
import { AutoStart } from './tracker/autoStart';
import { SweepSchedule } from './tracker/schedule';
import { Tracker } from './tracker/tracker';
import { AskToReap } from './views/askToReap';
import { registerCommands } from './views/commands/register';
import { CrashNotice } from './views/crashNotice';
import { Discovery } from './views/discovery';
import { showFailure } from './views/failures';
import { showNotRunning } from './views/notRunning';
import { OrphanStatus } from './views/statusBar';
import { ProcessTree } from './views/tree/processTree';
import { UnexpectedExits } from './views/unexpectedExits';
import { setLanguage } from './wording/format';
import { errorText } from './wording/reasons';

/** Set while the extension is active, for {@link deactivate}. */
let active: Tracker | undefined;

/** Builds the parts and wires them. Never throws: what is wrong is shown, with what to do. */
export async function activate(context: vscode.ExtensionContext): Promise<McpProcessesApi | undefined> {
  const log = vscode.window.createOutputChannel('MCP Processes', { log: true });
  context.subscriptions.push(log);
  // Sentences shared with the command line are translated with the editor's bundle for this extension.
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  setLanguage(vscode.env.language);
  const started = performance.now();
  try {
    const api = await start(context, log);
    log.info(`Activated in ${Math.round(performance.now() - started)} ms.`);
    return api;
  } catch (error) {
    const message = errorText(error);
    log.error(message);
    context.subscriptions.push(showNotRunning(message));
    return undefined;
  }
}

async function start(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<McpProcessesApi> {
  const platform = await choosePlatform();
  const folder = openDataFolder();
  const self = await platform.self();
  // Nothing is awaited from here on: a host that replaces a crashed one gets its settings late and must not miss them.
  const core = wireCore(context, log, { platform, folder, self });
  active = core.tracker;
  wireViews(context, log, core);
  startConfigured(core, log);
  const session = core.own.session.id;
  log.info(`Session ${session}; processes read from ${platform.name}; data folder ${folder.path}.`);
  return createApi(core.tracker, core.configured);
}

interface Host {
  readonly platform: Platform;
  readonly folder: DataFolder;
  readonly self: ProcessIdentity;
}

type Core = ReturnType<typeof wireCore>;

/** Builds what scans, reaps and launches, and keeps it in step with the settings. */
function wireCore(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, host: Host) {
  const { platform, folder, self } = host;
  const settings = new LiveSettings();
  const logs = new ServerLogs();
  const workspaceFolder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const own = new OwnSession(folder, log, self, vscode.env.appName, workspaceFolder, settings.current);
  const inputs = new Inputs(context.secrets, context.globalState, askInput);
  const configured = new ConfiguredServers(inputs, () => settings.current, log);
  // Not awaited: a starting editor answers slowly.
  showFailure(editorHasMcpClient().then((has) => has || configured.noteEditorWithoutClient()));
  const version = String(context.extension.packageJSON.version);
  const machine = new MachineConfigs({
    workspace: () => (vscode.workspace.isTrusted ? openWorkspace() : { folders: [], workspaceFile: undefined }),
    guess: () => settings.current.guess,
    log,
  });
  const tracker = new Tracker({
    ...{ platform, folder, self, own, log, version },
    guardScript: context.asAbsolutePath('dist/guard.js'),
    settings: () => settings.current,
    configured: () => configured.servers,
    adoptable: () => machine.adoptable(),
    recogniser: () => (settings.current.scanForeign ? machine.recogniser() : undefined),
    containerRuns: () => (settings.current.scanForeign ? configuredRuns(machine.servers()) : []),
    configurationProblems: () => configured.problems,
    memory: new StateMemory(context.workspaceState),
    onOutput: (server, line) => logs.write(server, line),
  });
  configured.onChange(() => tracker.refresh());
  const sweep = (interval?: number) => (interval === undefined ? tracker.sweep() : tracker.sweepOrReuse(interval / 2));
  const schedule = new SweepSchedule(sweep, log);
  const wrapper = new WrapperInstaller(folder, context.asAbsolutePath('dist'), version, log);
  const follow = (now: EditorSettings) => {
    schedule.setInterval(now.sweepInterval);
    wrapper.refresh(now);
  };
  follow(settings.current);
  settings.onDidChange((now) => {
    own.apply({ automatic: now.automatic, neverReap: now.neverReap });
    configured.read();
    follow(now);
  });
  const presence = new ClientPresence((since) => own.noteDetached(since));
  context.subscriptions.push(settings, logs, configured, schedule, wrapper, presence);
  return { ...host, settings, logs, own, inputs, configured, machine, tracker };
}

/** Builds what people see and click. */
function wireViews(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, core: Core): void {
  const hidden = new HiddenServers(context.globalState, core.platform.scope);
  const actions = createActions({ ...core, hidden });
  const { reviewOrphans } = registerCommands(context, actions, log);
  const tree = new ProcessTree(actions);
  context.subscriptions.push(
    tree,
    new OrphanStatus(actions, tree),
    new Discovery(actions),
    new UnexpectedExits(actions),
    new CrashNotice(actions, tree),
    new AskToReap(actions, reviewOrphans),
  );
}

/** Starts the configured servers if the setting says so: now, and when the configuration changes. */
function startConfigured({ tracker, configured, settings }: Core, log: vscode.LogOutputChannel): void {
  const autoStart = new AutoStart(tracker.servers, log);
  const start = () => {
    if (settings.current.autoStart && vscode.workspace.isTrusted) autoStart.start(configured.servers);
  };
  configured.onChange(start);
  start();
}

/** At most 5 s, with the UI out of reach: end what we launched, hand over what takes longer. */
export async function deactivate(): Promise<void> {
  await active?.deactivate();
}
