import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { ConfiguredServer } from '../clients/configuredServer';
import { entryMatcher } from '../clients/entryMatcher';
import { environmentOf } from '../clients/environment';
import { KnownFolders } from '../clients/knownFolders';
import type { LaunchDescription } from '../clients/launchDescription';
import { readMcpJson, readSettingServers } from '../clients/mcpJson';
import { redactUrl } from '../clients/redaction';
import type {
  DefinitionSource,
  InputDefinition,
  ReadConfiguration,
  ServerDefinition,
  StdioServerDefinition,
} from '../clients/serverDefinition';
import { inputIdsOf, resolveVariables, type VariableContext } from '../clients/variables';
import { codeOf } from '../common/errors';
import { readPlainFile, whyUnreadable } from '../common/files';
import { LAUNCHED_GRACE, MAX_CONFIG_FILE_BYTES } from '../common/limits';
import { type Log, logOnce, type OnceLog } from '../common/log';
import type { Problem } from '../model/inventory';
import { editorIdOf } from './editorClient';
import type { Inputs } from './inputs';
import type { EditorSettings } from './settings';

/**
 * The servers that this window's configuration names: those of our setting are ours; those of `.vscode/mcp.json`
 * belong to the editor, or are ours in an editor that has no MCP client. In an untrusted workspace its files are not read.
 */
export class ConfiguredServers implements vscode.Disposable {
  servers: readonly ConfiguredServer[] = [];
  problems: readonly Problem[] = [];
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly listeners = new Set<() => void>();
  /** Whether the editor starts the servers of `.vscode/mcp.json` itself; until we know, they are not ours to start. */
  private editorHasClient = true;
  private readonly once: OnceLog;
  private readonly folders = new KnownFolders(() => ({
    home: homedir(),
    platform: process.platform,
    environment: process.env,
    ...openWorkspace(),
  }));

  constructor(
    private readonly inputs: Inputs,
    private readonly settings: () => EditorSettings,
    log: Log,
  ) {
    this.once = logOnce(log);
    const watcher = vscode.workspace.createFileSystemWatcher('**/.vscode/mcp.json');
    const read = () => this.read();
    this.subscriptions.push(
      watcher,
      watcher.onDidChange(read),
      watcher.onDidCreate(read),
      watcher.onDidDelete(read),
      vscode.workspace.onDidChangeWorkspaceFolders(read),
      vscode.workspace.onDidGrantWorkspaceTrust(read),
    );
    this.read();
  }

  onChange(listener: () => void): vscode.Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** Waits until servers that were just written to a setting are listed. @returns whether they are within `limit` ms. */
  async lists(keys: readonly string[], limit: number): Promise<boolean> {
    const areListed = () => keys.every((key) => this.servers.some((server) => server.key === key));
    if (areListed()) return true;
    const { promise, resolve } = withResolve<boolean>();
    const subscription = this.onChange(() => areListed() && resolve(true));
    const timer = setTimeout(() => resolve(false), limit);
    try {
      return await promise;
    } finally {
      subscription.dispose();
      clearTimeout(timer);
    }
  }

  /** The editor turns out to have no MCP client: the servers of `.vscode/mcp.json` are ours then. */
  noteEditorWithoutClient(): void {
    this.editorHasClient = false;
    this.read();
  }

  /** Reads everything again. */
  read(): void {
    const { servers, inputs, problems: ofSettings } = this.settings();
    const ours: DefinitionSource = { client: 'MCP Processes', file: undefined, folder: firstFolder() };
    const found: ConfiguredServer[] = [];
    const problems: Problem[] = ofSettings.map((message) => ({
      file: undefined,
      line: undefined,
      column: undefined,
      message,
    }));
    const take = (read: ReadConfiguration, index: number | undefined) => {
      problems.push(...read.problems);
      for (const definition of read.servers) found.push(this.configured(definition, read.inputs, index));
    };
    take(readSettingServers(servers, inputs, ours), undefined);
    if (vscode.workspace.isTrusted) {
      for (const folder of vscode.workspace.workspaceFolders ?? []) {
        if (folder.uri.scheme !== 'file') continue;
        const file = join(folder.uri.fsPath, '.vscode', 'mcp.json');
        const text = readText(file, problems);
        if (text === undefined) continue;
        take(readMcpJson(text, { client: vscode.env.appName, file, folder: folder.uri.fsPath }), folder.index);
      }
    }
    this.servers = found;
    this.problems = problems;
    this.logProblems(problems);
    for (const listener of this.listeners) listener();
  }

  /** The panel has room for the first one only. Each is logged once, not at every key that is typed in a setting. */
  private logProblems(problems: readonly Problem[]): void {
    const lines = problems.map(({ file, line, column, message }) =>
      [[file, line, column].filter((part) => part !== undefined).join(':'), message].filter(Boolean).join(': '),
    );
    this.once.warnAll(lines);
  }

  /** A definition from the API, launched as it is. */
  describe(definition: StdioServerDefinition, key: string): Promise<LaunchDescription> {
    return this.launchDescription(definition, [], key);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private configured(
    definition: ServerDefinition,
    inputs: readonly InputDefinition[],
    folder: number | undefined,
  ): ConfiguredServer {
    const { name, source } = definition;
    const key = folder === undefined ? settingKeyOf(name) : `ws${folder}:${name}`;
    const base = { key, name, client: source.client, folder: source.folder, file: source.file };
    if (definition.type !== 'stdio') {
      return {
        ...base,
        managedBy: 'remote',
        url: redactUrl(definition.url),
        describe: undefined,
        matches: () => false,
      };
    }
    const editors = folder !== undefined && this.editorHasClient;
    const basisFor = entryMatcher(definition, variableContext(source.folder, new Map()), this.folders);
    // What only the editor knows, such as its inputs, is left open.
    const matches: ConfiguredServer['matches'] = (args, observed) => basisFor(args, observed) !== undefined;
    if (editors) {
      return { ...base, matches, managedBy: 'editor', editorId: editorIdOf(folder, name), describe: undefined };
    }
    const describe = () => this.launchDescription(definition, inputs, key);
    return { ...base, matches, managedBy: 'mcpProcesses', describe };
  }

  private async launchDescription(
    definition: StdioServerDefinition,
    inputs: readonly InputDefinition[],
    key: string,
  ): Promise<LaunchDescription> {
    const { name, source } = definition;
    // Also the user's own: they start in the folder, where `npx` would read what another person put there.
    if (!vscode.workspace.isTrusted)
      throw new Error(
        l10n.t(
          '"{0}" cannot start because this workspace is not trusted. Trust the workspace, then start it again.',
          name,
        ),
      );
    const values = await this.inputs.valuesOf(inputIdsOf(definition), inputs, placeOf(definition));
    const resolved = resolveVariables(definition, variableContext(source.folder, values));
    const base = source.folder ?? homedir();
    return {
      key,
      name,
      client: source.client,
      folder: source.folder,
      command: resolved.command,
      args: resolved.args,
      cwd: resolve(base, resolved.cwd ?? '.'),
      environment: environmentOf(name, resolved, process.env, base),
      grace: this.settings().graceOf(name, LAUNCHED_GRACE),
    };
  }
}

/** The key of a server of our setting. */
export function settingKeyOf(name: string): string {
  return `setting:${name}`;
}

function withResolve<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** What declares a server or its inputs: its file, or the workspace; undefined for the user's settings alone. */
function placeOf({ name, source }: StdioServerDefinition): string | undefined {
  return source.file ?? placeOfSetting(name);
}

/**
 * What declares a server of our setting, or its inputs.
 * @param isNew whether it is about to be written into the workspace's settings
 */
export function placeOfSetting(name: string, isNew = false): string | undefined {
  const configuration = vscode.workspace.getConfiguration('mcpProcesses');
  const inputs = configuration.inspect('inputs');
  const servers = configuration.inspect<object>('servers');
  // The editor merges the servers of all scopes, so that a workspace may have changed the command of one of the user's.
  const isWorkspaces =
    [inputs?.workspaceValue, inputs?.workspaceFolderValue].some((value) => value !== undefined) ||
    [servers?.workspaceValue, servers?.workspaceFolderValue].some((value) => Object.hasOwn(value ?? {}, name));
  if (!isWorkspaces && !isNew) return undefined;
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  return String(workspaceFile ?? workspaceFolders?.[0]?.uri ?? 'a window without a folder');
}

function variableContext(workspaceFolder: string | undefined, inputs: ReadonlyMap<string, string>): VariableContext {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ name, uri }): [string, string] => [
    name,
    uri.fsPath,
  ]);
  return { workspaceFolder, folders: new Map(folders), userHome: homedir(), environment: process.env, inputs };
}

/** Folders and `.code-workspace` file of this window, as far as they are on this machine. */
export function openWorkspace(): { folders: string[]; workspaceFile: string | undefined } {
  const { workspaceFolders = [], workspaceFile } = vscode.workspace;
  return {
    folders: workspaceFolders.filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath),
    workspaceFile: workspaceFile?.scheme === 'file' ? workspaceFile.fsPath : undefined,
  };
}

function firstFolder(): string | undefined {
  return vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
}

function readText(file: string, problems: Problem[]): string | undefined {
  try {
    return readPlainFile(file, MAX_CONFIG_FILE_BYTES, { links: 'follow' }).text;
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      problems.push({
        file,
        line: undefined,
        column: undefined,
        message: l10n.t(
          '{0} cannot be read ({1}), so its servers are not shown. Make it a file that you can read.',
          file,
          whyUnreadable(error),
        ),
      });
    }
    return undefined;
  }
}
