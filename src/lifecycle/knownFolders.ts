import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConfigContext, pluginFoldersOf, workspaceStorageOf } from '../clients/configFiles';

const REMEMBERED_INTERVAL_MS = 60_000;
const MAX_WORKSPACES = 500;
const MAX_WORKSPACE_BYTES = 64 << 10;

/**
 * Folders that tell where a configuration counts: workspaces, roots of plugins, places of programs. Asked only about
 * processes whose words already match. Paths are without links.
 */
export class KnownFolders {
  private remembered: ReadonlySet<string> = new Set();
  private readAt = Number.NEGATIVE_INFINITY;
  private programs: ReadonlySet<string> | undefined;

  constructor(private readonly context: () => ConfigContext) {}

  /** What this window has open, and what editors of VS Code's family remember to have had open. */
  projects(): ReadonlySet<string> {
    const now = performance.now();
    if (now - this.readAt >= REMEMBERED_INTERVAL_MS) {
      this.readAt = now;
      this.remembered = new Set(workspaceStorageOf(this.context()).flatMap(workspacesIn));
    }
    const open = this.context().folders.flatMap((folder) => realFolder(folder) ?? []);
    return new Set([...open, ...this.remembered]);
  }

  /** @param file that holds the entry: a plugin's own file lies in its root. */
  isPluginRoot(folder: string, file: string): boolean {
    if (folder === realFolder(dirname(file))) return true;
    return pluginFoldersOf(this.context()).some((one) => {
      const root = realFolder(one);
      return root !== undefined && folder.startsWith(root + sep);
    });
  }

  /**
   * Whether programs of a folder mean the same for everything that this user runs: it is on the PATH, or one in which
   * installers put them. A project's own `node_modules/.bin` or virtual environment is none, though it may be on it.
   */
  isProgramFolder(folder: string): boolean {
    this.programs ??= new Set([...this.onPath(), ...this.ofInstallers()].filter((one) => !isOfProject(one)));
    return this.programs.has(folder);
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
    ];
    const shared = [
      '/usr/local/bin',
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

function isOfProject(folder: string): boolean {
  if (/[\\/]node_modules[\\/]\.bin$/.test(folder)) return true;
  return statSync(join(dirname(folder), 'pyvenv.cfg'), { throwIfNoEntry: false }) !== undefined;
}

/** Folders of the workspaces that one editor remembers, as far as they are there. */
function workspacesIn(storage: string): string[] {
  return namesIn(storage)
    .slice(0, MAX_WORKSPACES)
    .flatMap((name) => {
      try {
        const path = join(storage, name, 'workspace.json');
        const stat = statSync(path);
        if (!stat.isFile() || stat.size > MAX_WORKSPACE_BYTES) return [];
        const { folder } = JSON.parse(readFileSync(path, 'utf8')) as { folder?: unknown };
        return typeof folder === 'string' && folder.startsWith('file:')
          ? (realFolder(fileURLToPath(folder)) ?? [])
          : [];
      } catch {
        return [];
      }
    });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Without links; undefined where nothing is there. */
export function realFolder(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
