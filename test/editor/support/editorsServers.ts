import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { isAlive, SERVER } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';
import { EditorSandbox, type OpenEditor, ROOT } from './editorSandbox';
import { REMOTE_CONTROL, RemoteControl } from './remoteControl';

const LANGUAGE_SERVER = join(__dirname, 'languageServer.mjs');
const ESCAPEE = '--escapee';
const node = (...flags: string[]) => ({ command: process.execPath, args: [SERVER, ...flags] });
const DEAF = ['--silent', '--deaf-to-eof', '--deaf-to-term'];

/** Thirteen processes of all kinds, and one that leaves its tree before a scan can have seen it there. */
const ENTRIES = {
  polite: node('--one'),
  another: node('--two'),
  third: node('--three'),
  fourth: node('--four'),
  stubborn: node('--five', '--deaf-to-term'),
  eof: node('--six', '--deaf-to-eof'),
  deaf: node('--seven', '--deaf-to-eof', '--deaf-to-term'),
  parent: node('--eight', '--child=plain'),
  setsid: node('--nine', '--child=setsid'),
  wrapped: {
    command: 'sh',
    args: [
      '-c',
      `(setsid '${process.execPath}' '${SERVER}' ${DEAF.join(' ')} ${ESCAPEE} >/dev/null 2>&1 &); '${process.execPath}' '${SERVER}' --ten; true`,
    ],
  },
};
export const NAMES = Object.keys(ENTRIES).sort();
/** Two servers have a child, one has a shell above it. */
export const PROCESSES = NAMES.length + 3;

/** One window in which the editor's own MCP client has started servers, with a language server beside them. */
export interface BusyWindow {
  readonly folder: string;
  readonly page: Page;
  readonly host: number;
  /** The servers' processes, {@link PROCESSES} of them. */
  readonly pids: readonly number[];
  readonly escapee: number;
  readonly languageServer: number;
  /** The signals that the language server got. */
  signals(): string;
}

/** An editor, with or without our extension, whose own MCP client starts servers. */
export class Arm {
  readonly world = new EditorSandbox();
  readonly control = new RemoteControl(join(this.world.path, 'control'));
  private opened: OpenEditor | undefined;

  constructor(private readonly hasUs: boolean) {}

  get server(): OpenEditor['server'] {
    if (!this.opened) throw new Error('The editor has not been started.');
    return this.opened.server;
  }

  /** Opens a folder and starts its servers. Resolves when all of them are running, and recorded if we are installed. */
  async openWindow(name: string): Promise<BusyWindow> {
    const folder = this.world.workspace(name);
    writeFileSync(join(folder, '.vscode/mcp.json'), JSON.stringify({ servers: ENTRIES }));
    const page = await this.openPage(folder);
    return this.startServers(folder, page, await this.control.hostOf(folder));
  }

  /** The same in a window that has a new extension host. */
  async startAgain({ folder, page, host }: BusyWindow): Promise<BusyWindow> {
    return this.startServers(folder, page, await this.control.hostOf(folder, host));
  }

  private async startServers(folder: string, page: Page, host: number): Promise<BusyWindow> {
    const { world, control } = this;
    const note = join(world.path, `signals-${host}`);
    writeFileSync(note, '');
    const start = [process.execPath, LANGUAGE_SERVER, note];
    const languageServer = await control.ask<number>(folder, { start });
    const before = this.processes();
    if (this.hasUs) await waitFor('we run', () => control.ask(folder, { api: 'servers' }), 60_000);
    const own = () => this.processes().filter((pid) => !before.includes(pid));
    const isEscapee = (pid: number) =>
      commandLine(pid).startsWith(process.execPath) && commandLine(pid).includes(ESCAPEE);
    // The editor drops a start that comes before it knows the server, and ignores one for a running server.
    for (let attempts = 3; ; attempts--) {
      await this.startAll(folder);
      try {
        await waitFor(
          'all servers run',
          () => own().length === PROCESSES + 1 || Promise.reject(new Error(own().map(commandLine).join('\n'))),
        );
        break;
      } catch (error) {
        if (attempts === 1) throw error;
      }
    }
    const escapee = own().find(isEscapee) as number;
    const pids = own().filter((pid) => pid !== escapee);
    const window = { folder, page, host, pids, escapee, languageServer, signals: () => readFileSync(note, 'utf8') };
    if (this.hasUs) await this.recorded(window);
    return window;
  }

  private startAll(folder: string): Promise<unknown> {
    return Promise.all(
      Object.keys(ENTRIES).map((entry) =>
        this.control.ask(folder, {
          command: 'workbench.mcp.startServer',
          args: [`mcp.config.ws0.${entry}`, { autoTrustChanges: true }],
        }),
      ),
    );
  }

  /** Waits until the records of a window name every visible process. */
  private recorded({ host, pids }: BusyWindow): Promise<unknown> {
    return waitFor(
      'every process is recorded',
      () => {
        const records = this.world.sessions().find(({ owner }) => owner.pid === host)?.records ?? [];
        const census = new Set(records.flatMap((record) => record.census.map(({ pid }) => pid)));
        const missing = pids.filter((pid) => !census.has(pid));
        return missing.length === 0 || Promise.reject(new Error(missing.map(commandLine).join('\n')));
      },
      60_000,
    );
  }

  private async openPage(folder: string): Promise<Page> {
    if (this.opened) {
      const { openWindow } = await import('../host/window.mjs');
      return openWindow(this.opened.browser, this.opened.server, folder);
    }
    this.opened = await this.world.openEditor(folder, {
      installed: this.hasUs ? [ROOT, REMOTE_CONTROL] : [REMOTE_CONTROL],
      environment: this.control.environment,
      settings: { 'mcpProcesses.reap.grace': { '*': { stdinSeconds: 1, termSeconds: 1 } } },
    });
    return this.opened.page;
  }

  /** All living processes of the fixture, wrappers too. */
  private processes(): number[] {
    return this.world.living().filter((pid) => commandLine(pid).includes(SERVER));
  }
}

/** The time in ms from the start of each adopted server to its record, by the system's clock. */
export function adoptionTimes(records: readonly { createdAt: number; root: { pid: number } | undefined }[]): number[] {
  const bootedAt = Date.now() - Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  return records.map(({ createdAt, root }) => {
    const stat = readFileSync(`/proc/${root?.pid}/stat`, 'latin1');
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Math.round(createdAt - bootedAt - ticks * 10);
  });
}

export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

export function living(pids: readonly number[]): number[] {
  return pids.filter(isAlive);
}
