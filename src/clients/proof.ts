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

/** What can be observed of a process besides its arguments. Each is read only when it matters; none throws. */
export interface Observed {
  /** Its working folder, without links. */
  folder(): string | undefined;
  /** The file that it executes, without links. */
  executable(): string | undefined;
  /** A variable of its environment. Called only for variables in paths. */
  variable(name: string): string | undefined;
  /** Folders in which known clients run at present. */
  clientFolders(): ReadonlySet<string>;
}

/** The places where an entry applies. Paths are without links. */
export interface Places {
  /** The folder in which the entry runs; undefined where only its client knows. */
  readonly folder: string | undefined;
  /** Whether the entry, or the place of its file, names a folder, even a missing one. */
  readonly isFolderSaid: boolean;
  /** Folders that this window has open, and those that a client remembers as its own. */
  projects(): ReadonlySet<string>;
  /** Whether a folder is the root of the plugin or extension that brings the entry. */
  isPluginRoot(folder: string): boolean;
  /** Whether a folder contains programs for everything that this user runs. */
  isProgramFolder(folder: string): boolean;
}

/** Variables for the folder in which the client works. */
const PROJECT =
  /^(?:workspaceFolder(?::.+)?|fileWorkspaceFolder|workspaceRoot|cwd|(?:env:)?(?:CLAUDE_PROJECT_DIR|PWD))$/;
const PLUGIN = /^(?:(?:env:)?CLAUDE_PLUGIN_ROOT|extensionPath)$/;

/** Whether all needs of a match hold, so that the process belongs to the entry. A need that cannot be observed fails. */
export function isProven({ needs }: Match, observed: Observed, places: Places): boolean {
  return needs.every((need) => holds(need, observed, places) || isReplaceable(need, observed, places));
}

/**
 * Whether a need can be replaced by the folder: a process in the entry's own folder need not show that its command is
 * independent of folders. There `npx` takes what that folder has.
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

/** The folder that a shell changes to counts for the programs it starts; the shell itself may still run in the entry's. */
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
  // It inherited the environment of its client.
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

/** A link in a `bin` folder points into its package; a Python program's environment lists its packages. */
function isInPackage({ arg, run }: Extract<Need, { kind: 'inPackage' }>, observed: Observed): boolean {
  const path = /[\\/]/.test(arg) ? resolve(observed.folder() ?? '/', arg) : onPath(arg, observed);
  if (path === undefined) return false;
  if (run.ecosystem === 'python') return run.packages.some((one) => pythonEnvironmentHas(dirname(dirname(path)), one));
  const name = installedPackageName(realPath(path));
  return name !== undefined && run.packages.map(packageName).includes(name);
}

/**
 * `npx server` prefers a package of that name in the folder, or in one above it, to the published one. Where the folder
 * is unknown, only a scoped name counts as the published package.
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
 * For an interpreter with a complete path, its environment has the module if neither the folder nor a variable adds one
 * of that name. For any other interpreter, the module counts as the MCP server of that name if it is installed there.
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

/** The file that a bare word means for a process. Its PATH may contain a folder of its project. */
function onPath(arg: string, observed: Observed): string | undefined {
  const own = observed.folder();
  for (const part of (observed.variable('PATH') ?? '').split(':')) {
    if (!part.startsWith('/') && own === undefined) return undefined;
    const candidate = resolve(own ?? '/', part, arg);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}
