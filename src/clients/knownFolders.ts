import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPlainFile } from '../common/files';
import { type ConfigContext, pluginFoldersOf, workspaceStorageOf } from './configFiles';
import { namesIn, realPath } from './paths';

const WORKSPACES_INTERVAL_MS = 60_000;
const MAX_WORKSPACES = 500;
const MAX_WORKSPACE_BYTES = 64 << 10;

/**
 * Folders that decide where a configuration applies: workspaces, roots of plugins, places of programs. Used only for
 * processes whose words already match. Paths are without links.
 */
export class KnownFolders {
  private remembered: ReadonlySet<string> = new Set();
  private readAt = Number.NEGATIVE_INFINITY;
  private programs: ReadonlySet<string> | undefined;

  constructor(private readonly context: () => ConfigContext) {}

  /** The open folders of this window, and the former workspaces of editors of VS Code's family. */
  projects(): ReadonlySet<string> {
    const now = performance.now();
    if (now - this.readAt >= WORKSPACES_INTERVAL_MS) {
      this.readAt = now;
      this.remembered = new Set(workspaceStorageOf(this.context()).flatMap(workspacesIn));
    }
    const open = this.context().folders.flatMap((folder) => realPath(folder) ?? []);
    return new Set([...open, ...this.remembered]);
  }

  /** @param file that holds the entry: a plugin's own file lies in its root. */
  isPluginRoot(folder: string, file: string): boolean {
    const { home } = this.context();
    // A file in the home itself is a client's own.
    if (folder === realPath(dirname(file))) return folder !== realPath(home);
    return pluginFoldersOf(this.context()).some((one) => {
      const root = realPath(one);
      return root !== undefined && folder.startsWith(root + sep);
    });
  }

  /**
   * Whether the programs of a folder are the same for everything that this user runs: it is on the PATH, or a folder of
   * installers. A project's own `node_modules/.bin`, `bin` or virtual environment does not count, even on the PATH.
   */
  isProgramFolder(folder: string): boolean {
    const { home } = this.context();
    this.programs ??= new Set(
      [...this.onPath().filter((one) => !isInProject(one, home)), ...this.ofInstallers()].filter(
        (one) => !isOfPackages(one),
      ),
    );
    if (this.programs.has(folder)) return true;
    return folder.startsWith(`${home}${sep}.`) && OF_VERSIONS.test(folder.slice(home.length)) && !isOfPackages(folder);
  }

  private onPath(): string[] {
    return (this.context().environment.PATH ?? '').split(delimiter).filter(isAbsolute);
  }

  private ofInstallers(): string[] {
    const inHome = [
      '.local/bin',
      'bin',
      '.cargo/bin',
      'go/bin',
      '.bun/bin',
      '.deno/bin',
      '.dotnet/tools',
      '.volta/bin',
      '.npm-global/bin',
      '.nix-profile/bin',
      '.opencode/bin',
    ];
    const shared = [
      '/usr/local/bin',
      '/usr/local/sbin',
      '/usr/sbin',
      '/sbin',
      '/usr/bin',
      '/bin',
      '/opt/homebrew/bin',
      '/home/linuxbrew/.linuxbrew/bin',
      '/snap/bin',
    ];
    const { home } = this.context();
    return [...shared, ...inHome.map((one) => join(home, one)), join(home, '.local/share/pnpm')];
  }
}

/** Folders of version managers, with one per version: the one on our PATH proves little. */
const OF_VERSIONS =
  /^\/\.(?:nvm\/versions\/node\/[^/]+|(?:local\/share\/)?fnm\/node-versions\/[^/]+\/installation|(?:asdf|local\/share\/mise)\/installs\/[^/]+\/[^/]+|(?:pyenv|rbenv)\/versions\/[^/]+|volta\/tools\/image\/[^/]+\/[^/]+)\/bin$/;

/** Whether a folder is in a project. A folder of the home that begins with a dot belongs to a tool. */
function isInProject(folder: string, home: string): boolean {
  if (folder.startsWith(`${home}${sep}.`)) return false;
  for (let at = dirname(folder); at !== home && at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, '.git')) || existsSync(join(at, '.envrc'))) return true;
  }
  return false;
}

function isOfPackages(folder: string): boolean {
  if (/[\\/]node_modules[\\/]\.bin$/.test(folder)) return true;
  // Does not throw where a part of a PATH is unreadable.
  return existsSync(join(dirname(folder), 'pyvenv.cfg'));
}

/** Folders of the workspaces that one editor remembers, as far as they are there. */
function workspacesIn(storage: string): string[] {
  return namesIn(storage)
    .slice(0, MAX_WORKSPACES)
    .flatMap((name) => {
      try {
        const path = join(storage, name, 'workspace.json');
        const { folder } = JSON.parse(readPlainFile(path, MAX_WORKSPACE_BYTES, { links: 'follow' }).text) as {
          folder?: unknown;
        };
        return typeof folder === 'string' && folder.startsWith('file:') ? (realPath(fileURLToPath(folder)) ?? []) : [];
      } catch {
        return [];
      }
    });
}
