import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { codeOf } from '../common/errors';
import { readPlainFile, whyUnreadable } from '../common/files';
import { CONFIG_INTERVAL_MS, MAX_CONFIG_FILE_BYTES } from '../common/limits';
import { type Log, logOnce, type OnceLog } from '../common/log';
import { memoizeWeak } from '../common/memo';
import { type ConfigContext, type ConfigFile, configFilesOf } from './configFiles';
import type { ConfiguredServer } from './configuredServer';
import { type EntryMatcher, entryMatcher } from './entryMatcher';
import { guessServer } from './guess';
import { knownClientOf } from './knownClients';
import { KnownFolders } from './knownFolders';
import { readConfig } from './readConfig';
import type { NamedServer, Recogniser } from './recogniser';
import type { ReadConfiguration, StdioServerDefinition } from './serverDefinition';
import { knownReadings, type VariableContext } from './variables';

export interface MachineConfigsParts {
  /** Folders and file of the open workspace; none of them where it is not trusted. */
  readonly workspace: () => Pick<ConfigContext, 'folders' | 'workspaceFile'>;
  /** Whether a name alone may identify a server. */
  readonly guess: () => boolean;
  readonly log: Log;
  readonly home?: string;
  /** ms; {@link CONFIG_INTERVAL_MS} by default. */
  readonly interval?: number;
}

interface Known {
  readonly basisFor: EntryMatcher;
  readonly named: Omit<NamedServer, 'basis'>;
  readonly folder: string | undefined;
  /** With its variables replaced where each has one value only. */
  readonly definition: StdioServerDefinition;
  /** The command, including any secrets. */
  readonly argv: readonly string[];
}

/** A stdio server as some client's file configures it. */
export interface ReadServer {
  readonly name: string;
  readonly client: string;
  /** With known variables replaced, and including any secrets of the file. */
  readonly definition: StdioServerDefinition;
}

/** The configuration files of all MCP clients of this user. Most of the files do not exist. */
export class MachineConfigs {
  private checkedAt = Number.NEGATIVE_INFINITY;
  private state = '';
  private current: Recogniser = { serverOf: () => undefined, clientOf: () => undefined };
  private adoptableServers: readonly ConfiguredServer[] = [];
  private known: readonly ReadServer[] = [];
  private readonly once: OnceLog;
  private readonly folders = new KnownFolders(() => this.context());

  constructor(private readonly parts: MachineConfigsParts) {
    this.once = logOnce(parts.log);
  }

  /** The same object as long as nothing has changed. */
  recogniser(): Recogniser {
    this.refresh();
    return this.current;
  }

  /** Servers that an extension in this window's host may start, in addition to `.vscode/mcp.json`. */
  adoptable(): readonly ConfiguredServer[] {
    this.refresh();
    return this.adoptableServers;
  }

  /** The same list as long as nothing has changed. */
  servers(): readonly ReadServer[] {
    this.refresh();
    return this.known;
  }

  /** The present definitions of all files, as written, including any secrets. */
  definitions(): { readonly file: ConfigFile; readonly read: ReadConfiguration }[] {
    const files = configFilesOf(this.context()).flatMap(expand);
    return files.flatMap((file) => {
      const read = this.configurationIn(file);
      return read ? [{ file, read }] : [];
    });
  }

  private refresh(): void {
    const now = performance.now();
    if (now - this.checkedAt < (this.parts.interval ?? CONFIG_INTERVAL_MS)) return;
    this.checkedAt = now;
    const context = this.context();
    const files = configFilesOf(context).flatMap(expand);
    const state = `${this.parts.guess()}\n${files.map(({ path }) => `${path} ${mtimeKeyOf(path)}`).join('\n')}`;
    if (state === this.state) return;
    this.state = state;
    const known = files.flatMap((file) => this.read(file, context));
    const isGuessing = this.parts.guess();
    // Arguments do not change, and nearly all have no entry's words.
    const possibleServers = memoizeWeak((args: readonly string[]): readonly Known[] =>
      known.filter(({ basisFor }) => basisFor.hasWords(args)),
    );
    this.current = {
      serverOf: (args, observed) => {
        for (const { basisFor, named } of possibleServers(args)) {
          const basis = basisFor(args, observed);
          if (basis) return { ...named, basis };
        }
        const guessed = isGuessing ? guessServer(args) : undefined;
        if (guessed === undefined) return undefined;
        return { name: guessed, client: l10n.t('guessed by its name'), file: undefined, basis: { kind: 'name' } };
      },
      clientOf: ({ args, name }) => knownClientOf(args, name)?.title,
      fingerprint: fingerprintOf(isGuessing, known),
    };
    this.known = known.map(({ definition, named }) => ({ definition, ...named }));
    this.adoptableServers = known.map(({ basisFor, named, folder }) => ({
      key: `file:${named.file}:${named.name}`,
      ...named,
      folder,
      managedBy: 'foreign',
      describe: undefined,
      matches: (args, observed) => basisFor(args, observed) !== undefined,
    }));
  }

  private configurationIn(file: ConfigFile): ReadConfiguration | undefined {
    const text = this.textOf(file.path);
    if (text === undefined) return undefined;
    return readConfig(file.format, text, { client: file.client, file: file.path, folder: file.folder });
  }

  private read(file: ConfigFile, { home, environment }: ConfigContext): Known[] {
    const read = this.configurationIn(file);
    if (!read) return [];
    for (const { line, column, message } of read.problems) {
      this.once.warn(`${[file.path, line, column].filter((part) => part !== undefined).join(':')}: ${message}`);
    }
    return read.servers.flatMap((server) => {
      if (server.type !== 'stdio') return [];
      const variables: VariableContext = {
        workspaceFolder: server.source.folder,
        folders: new Map(),
        userHome: home,
        environment,
        inputs: new Map(),
      };
      const named = { name: server.name, client: file.client, file: file.path };
      const readings = knownReadings(server, variables);
      return [
        {
          basisFor: entryMatcher(server, variables, this.folders),
          named,
          folder: server.source.folder,
          definition: { ...server, ...readings[0] },
          argv: readings.flatMap(({ command, args, cwd = '' }) => [command, ...args, cwd]),
        },
      ];
    });
  }

  private context(): ConfigContext {
    return {
      home: this.parts.home ?? homedir(),
      platform: process.platform,
      environment: process.env,
      ...this.parts.workspace(),
    };
  }

  private textOf(path: string): string | undefined {
    try {
      return readPlainFile(path, MAX_CONFIG_FILE_BYTES, { links: 'follow' }).text;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'too-large') this.once.warn(`${path} is too large for a server configuration, so it is ignored.`);
      else if (code !== 'ENOENT' && code !== 'ENOTDIR') {
        this.once.warn(`${path} cannot be read (${whyUnreadable(error)}), so its servers are not recognised.`);
      }
      return undefined;
    }
  }
}

function fingerprintOf(isGuessing: boolean, known: readonly Known[]): string {
  const entries = known.map(({ named, argv }) => [named, argv]);
  return createHash('sha256')
    .update(JSON.stringify([isGuessing, entries]))
    .digest('hex');
}

/** A path with `*` in one of its parts → those that exist. */
function expand(file: ConfigFile): ConfigFile[] {
  if (!file.isPattern) return [file];
  const parts = file.path.split(/(?<=[\\/])/);
  const at = parts.findIndex((part) => part.includes('*'));
  const folder = parts.slice(0, at).join('');
  const [before = '', after = ''] = (parts[at] ?? '').replace(/[\\/]$/, '').split('*');
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(before) && name.endsWith(after))
      .map((name) => ({ ...file, isPattern: false, path: join(folder, name, ...parts.slice(at + 1)) }));
  } catch {
    return [];
  }
}

function mtimeKeyOf(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat ? `${stat.mtimeMs} ${stat.size}` : '';
  } catch (error) {
    return String(codeOf(error));
  }
}
