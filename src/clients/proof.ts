import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import {
  installedPackageName,
  isModuleIn,
  pythonEnvironmentHas,
  pythonEnvironmentHasModule,
} from './installedPackages';
import { realPath } from './paths';
import type { Match, Need } from './recognise';
import { type PackageRun, packageName, programNamesOf } from './runners';

/** What can be seen of a running process besides its arguments. Each is asked only when it matters; none throws. */
export interface Observed {
  /** Its working folder, without links. */
  folder(): string | undefined;
  /** The file that it executes, without links. */
  executable(): string | undefined;
  /** A variable of its environment. Asked for those that stand in paths only. */
  variable(name: string): string | undefined;
  /** Folders in which known clients run at this moment. */
  clientFolders(): ReadonlySet<string>;
}

/** Where an entry counts. Paths are without links. */
export interface Places {
  /** The folder that the entry is run in; undefined where only its client knows. */
  readonly folder: string | undefined;
  /** Whether the entry, or the place of its file, says a folder, though it may not be there. */
  readonly isFolderSaid: boolean;
  /** Folders that this window has open, and those that a client remembers as its own. */
  projects(): ReadonlySet<string>;
  /** Whether a folder is the root of the plugin or extension that brings the entry. */
  isPluginRoot(folder: string): boolean;
  /** Where programs are installed for everything that this user runs. */
  isProgramFolder(folder: string): boolean;
}

/** Variables that stand for the folder that the client works in. */
const PROJECT =
  /^(?:workspaceFolder(?::.+)?|fileWorkspaceFolder|workspaceRoot|cwd|(?:env:)?(?:CLAUDE_PROJECT_DIR|PWD))$/;
const PLUGIN = /^(?:(?:env:)?CLAUDE_PLUGIN_ROOT|extensionPath)$/;

/** Whether everything holds that a match needs, and the process so is the entry's own. What cannot be seen does not hold. */
export function isProven({ needs }: Match, observed: Observed, places: Places): boolean {
  return needs.every((need) => holds(need, observed, places) || isReplaceable(need, observed, places));
}

/**
 * What a command is free of its folder by need not be shown of a process that runs in the entry's own: there `npx` takes
 * what that folder has.
 */
function isReplaceable(need: Need, observed: Observed, { folder }: Places): boolean {
  if (folder === undefined || observed.folder() !== folder) return false;
  if (need.kind === 'inPackage') return need.arg.startsWith(join(folder, 'node_modules', '.bin', '/'));
  return need.kind === 'installed' || need.kind === 'notShadowed';
}

function holds(need: Need, observed: Observed, places: Places): boolean {
  switch (need.kind) {
    case 'folder':
      return (!places.isFolderSaid && need.ifSaid) || isInFolder(need, observed.folder(), places.folder);
    case 'placeholder':
      return closes(need.placeholder.slice(2, -1), need.value, observed, places);
    case 'installed':
      return isInstalled(need, observed, places);
    case 'module':
      return isInstalledModule(need, observed);
    case 'file':
      return observed.executable() !== undefined && observed.executable() === realPath(need.path);
    case 'inPackage':
      return isInPackage(need, observed);
    case 'notShadowed':
      return !isShadowed(need.run, observed.folder());
  }
}

/** The folder that a shell changes to counts for what it starts; the shell itself may still run in the entry's. */
function isInFolder(
  { folder: shellFolder, isBehind }: Extract<Need, { kind: 'folder' }>,
  running: string | undefined,
  own: string | undefined,
): boolean {
  if (running === undefined) return false;
  if (running === own && !isBehind) return true;
  if (shellFolder === undefined) return false;
  const isAbsolute = /^[\\/]/.test(shellFolder);
  return (isAbsolute || own !== undefined) && running === realPath(resolve(own ?? '/', shellFolder));
}

function closes(variable: string, value: string, observed: Observed, places: Places): boolean {
  // A relative path counts from the process's folder, not from ours.
  const folder = isAbsolute(value) ? realPath(value) : undefined;
  if (folder === undefined) return false;
  if (PLUGIN.test(variable)) return places.isPluginRoot(folder);
  if (PROJECT.test(variable)) return observed.clientFolders().has(folder) || places.projects().has(folder);
  // It has inherited the environment of its client.
  const name = /^env:([A-Za-z_]\w*)$/.exec(variable)?.[1];
  return name !== undefined && observed.variable(name) === value;
}

function isInstalled(
  { arg, isInner }: Extract<Need, { kind: 'installed' }>,
  observed: Observed,
  { isProgramFolder }: Places,
): boolean {
  if (/[\\/]/.test(arg)) return isProgramFolder(dirname(arg));
  const path = onPath(arg, observed);
  if (path === undefined || !isProgramFolder(dirname(path))) return false;
  return isInner || observed.executable() === realPath(path);
}

/** A link in a `bin` folder leads into its package; the environment of a Python program lists its packages. */
function isInPackage({ arg, run }: Extract<Need, { kind: 'inPackage' }>, observed: Observed): boolean {
  const path = /[\\/]/.test(arg) ? resolve(observed.folder() ?? '/', arg) : onPath(arg, observed);
  if (path === undefined) return false;
  if (run.ecosystem === 'python') return run.packages.some((one) => pythonEnvironmentHas(dirname(dirname(path)), one));
  const name = installedPackageName(realPath(path));
  return name !== undefined && run.packages.map(packageName).includes(name);
}

/**
 * `npx server` takes what the folder, or one above it, has under that name before it fetches the package. Where the
 * folder cannot be seen, only a scoped name is taken for the published package.
 */
function isShadowed(run: PackageRun, folder: string | undefined): boolean {
  const packages = run.packages.map(packageName);
  if (folder === undefined) return !packages.every((name) => name.startsWith('@'));
  for (let at = folder; ; at = dirname(at)) {
    for (const name of programNamesOf(run)) {
      const path = join(at, 'node_modules', '.bin', name);
      if (!existsSync(path)) continue;
      return !packages.includes(installedPackageName(realPath(path)) ?? '');
    }
    if (dirname(at) === at) return false;
  }
}

/**
 * The environment of an interpreter that an entry names by its complete path has the module, if the folder has none and no
 * variable adds one; of any other it is the MCP server of that name, where it is installed there.
 */
function isInstalledModule({ arg, module, isInner }: Extract<Need, { kind: 'module' }>, observed: Observed): boolean {
  const folder = observed.folder();
  const top = module.name.split('.')[0] as string;
  if (folder === undefined || !/^\w+$/.test(top)) return false;
  const added = (observed.variable('PYTHONPATH') ?? '').split(':').map((one) => resolve(folder, one));
  if ([folder, ...added].some((one) => isModuleIn(one, top))) return false;
  if (isAbsolute(module.python)) return isInner || arg === module.python;
  if (!/mcp/i.test(module.name)) return false;
  const python = /[\\/]/.test(arg) ? resolve(folder, arg) : onPath(arg, observed);
  if (python === undefined) return false;
  const own = dirname(dirname(python));
  const isVirtual = existsSync(join(own, 'pyvenv.cfg'));
  const environments = isVirtual ? [own] : [own, '/usr/local', join(observed.variable('HOME') ?? '/', '.local')];
  return environments.some((one) => pythonEnvironmentHasModule(one, top));
}

/** What a bare word means to a process. A part of its PATH may be a folder of its own. */
function onPath(arg: string, observed: Observed): string | undefined {
  const own = observed.folder();
  for (const part of (observed.variable('PATH') ?? '').split(':')) {
    if (!part.startsWith('/') && own === undefined) return undefined;
    const candidate = resolve(own ?? '/', part, arg);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}
