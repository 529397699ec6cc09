import { posix, win32 } from 'node:path';
import {
  CLIENTS,
  type ConfigFormat,
  type ConfigPlace,
  type KnownClient,
  PLUGIN_FOLDERS,
  VSCODE,
} from '../known/clients';

/** A file in which a client's servers may be configured. Whether it exists is not known. */
export interface ConfigFile {
  /** Absolute. With `isPattern`, one part of it contains a `*`, which matches any text within that part. */
  readonly path: string;
  readonly isPattern: boolean;
  readonly format: ConfigFormat;
  /** Name of the client for people. */
  readonly client: string;
  /** The workspace folder it lies in: such a file may only be read in a trusted workspace. */
  readonly folder: string | undefined;
}

/** The environment in which files are searched. */
export interface ConfigContext {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute paths of the workspace's folders. */
  readonly folders: readonly string[];
  /** Absolute path of the `.code-workspace` file, if one is open. */
  readonly workspaceFile: string | undefined;
}

/** All places where known clients keep their servers, on this system. Reads nothing. */
export function configFilesOf(context: ConfigContext): ConfigFile[] {
  return [
    ...CLIENTS.flatMap((client) => userDataFiles(client, context)),
    ...CLIENTS.flatMap((client) => userFiles(client, context)),
    ...context.folders.flatMap((folder) => CLIENTS.flatMap((client) => workspaceFiles(client, context, folder))),
    ...workspaceFileOf(context),
  ];
}

/** Folders in which editors of VS Code's family remember their former workspaces, with one folder for each. */
export function workspaceStorageOf(context: ConfigContext): string[] {
  const { join } = pathsOf(context);
  return CLIENTS.flatMap((client) => userDataOf(client, context)).map((path) => join(path, 'User', 'workspaceStorage'));
}

/** Folders below which plugins and extensions of clients are installed. */
export function pluginFoldersOf(context: ConfigContext): string[] {
  return PLUGIN_FOLDERS.flatMap((place) => placeOf(place, context) ?? []);
}

/** Where an editor of VS Code's family keeps its data, on this machine and as a server for a remote one. */
function userDataOf({ userData = [] }: KnownClient, context: ConfigContext): string[] {
  return userData.flatMap((path) => expanded(path, context) ?? []);
}

function userDataFiles(client: KnownClient, context: ConfigContext): ConfigFile[] {
  const { join } = pathsOf(context);
  return userDataOf(client, context).flatMap((path) => [
    fileOf(client, 'mcp.json', join(path, 'User', 'mcp.json')),
    fileOf(client, 'mcp.json', join(path, 'User', 'profiles', '*', 'mcp.json')),
  ]);
}

function userFiles(client: KnownClient, context: ConfigContext): ConfigFile[] {
  return placesIn(client, context).flatMap((place) => {
    const path = IN_WORKSPACE.test(place.path) ? undefined : placeOf(place, context);
    return path === undefined ? [] : [fileOf(client, place.format, path)];
  });
}

function workspaceFiles(client: KnownClient, context: ConfigContext, folder: string): ConfigFile[] {
  const { join } = pathsOf(context);
  return placesIn(client, context)
    .filter(({ path }) => IN_WORKSPACE.test(path))
    .map(({ format, path }) => ({ ...fileOf(client, format, join(folder, path)), folder }));
}

function workspaceFileOf({ folders, workspaceFile, platform }: ConfigContext): ConfigFile[] {
  if (workspaceFile === undefined) return [];
  const folder = folders[0] ?? pathsOf({ platform }).dirname(workspaceFile);
  return [{ ...fileOf(VSCODE, 'code-workspace', workspaceFile), folder }];
}

function placesIn({ files = [] }: KnownClient, { platform }: ConfigContext): readonly ConfigPlace[] {
  const system = platform === 'win32' ? 'windows' : 'posix';
  return files.filter(({ on = system }) => on === system);
}

function fileOf({ title }: KnownClient, format: ConfigFormat, path: string): ConfigFile {
  return { client: title, format, path, isPattern: path.includes('*'), folder: undefined };
}

const IN_WORKSPACE = /^\.\//;

/** Undefined where the table has no path, or where its variable is not set. */
function placeOf({ path, moved }: Pick<ConfigPlace, 'path' | 'moved'>, context: ConfigContext): string | undefined {
  return (moved === undefined ? undefined : expanded(moved, context)) ?? expanded(path, context);
}

/** A path of the table on this system; undefined where it begins with a variable that is not set. */
function expanded(path: string, context: ConfigContext): string | undefined {
  const [, start = '', rest = ''] = /^(~|<\w+>|\$\w+)(?:\/(.*))?$/s.exec(path) ?? [];
  const base = start.startsWith('$') ? variable(context, start.slice(1)) : BASES[start]?.(context);
  return base === undefined ? undefined : pathsOf(context).join(base, rest);
}

/** What a path of the table may begin with. */
const BASES: Readonly<Record<string, (context: ConfigContext) => string>> = {
  '~': ({ home }) => home,
  '<config>': (context) => folderOf(context, 'XDG_CONFIG_HOME', '.config'),
  '<share>': (context) => folderOf(context, 'XDG_DATA_HOME', '.local', 'share'),
  '<local>': (context) => folderOf(context, 'LOCALAPPDATA', 'AppData', 'Local'),
  // The folder for data of desktop programs.
  '<data>': (context) => {
    if (context.platform === 'win32') return folderOf(context, 'APPDATA', 'AppData', 'Roaming');
    if (context.platform === 'darwin') return pathsOf(context).join(context.home, 'Library', 'Application Support');
    return folderOf(context, 'XDG_CONFIG_HOME', '.config');
  },
};

function folderOf(context: ConfigContext, name: string, ...inHome: string[]): string {
  return variable(context, name) ?? pathsOf(context).join(context.home, ...inHome);
}

function pathsOf({ platform }: Pick<ConfigContext, 'platform'>) {
  return platform === 'win32' ? win32 : posix;
}

/** A relative path in the environment would have another meaning in each process. */
function variable(context: ConfigContext, name: string): string | undefined {
  const path = context.environment[name];
  return path && pathsOf(context).isAbsolute(path) ? path : undefined;
}
