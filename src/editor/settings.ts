import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { MAX_GRACE_MS } from '../common/limits';
import type { Settings } from '../model/settings';
import type { Grace } from '../registry/schema';

/** All settings, read once per change. Values out of bounds fall back to the safe side. */
export interface EditorSettings extends Required<Settings> {
  readonly servers: unknown;
  readonly inputs: unknown;
  /** What is wrong with them, and the consequences. */
  readonly problems: readonly string[];
  /** Seconds; 0 is off. */
  readonly sweepInterval: number;
  readonly autoStart: boolean;
  /** Whether other clients' servers are scanned. */
  readonly scanForeign: boolean;
  /** Whether a process can count as a server because of its name alone. */
  readonly guess: boolean;
}

const DEFAULT_INTERVAL_SECONDS = 60;
/** The pattern that spares everything. */
const EVERYTHING = '*';

/** The settings as they are now. */
export class LiveSettings implements vscode.Disposable {
  current = readSettings();
  private readonly changed = new vscode.EventEmitter<EditorSettings>();
  private readonly subscription = vscode.workspace.onDidChangeConfiguration((change) => {
    if (!change.affectsConfiguration('mcpProcesses')) return;
    this.current = readSettings();
    this.changed.fire(this.current);
  });

  readonly onDidChange = this.changed.event;

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

export function readSettings(): EditorSettings {
  const configuration = vscode.workspace.getConfiguration('mcpProcesses');
  const automatic = configuration.get('reap.automatic');
  const neverReap = patternsOf(configuration.get('reap.neverReap'));
  const timeout = Number(configuration.get('launch.timeoutSeconds'));
  return {
    servers: configuration.get('servers'),
    inputs: inputsOf(configuration),
    automatic: automatic === 'on' || automatic === 'ask' ? automatic : 'off',
    neverReap: neverReap ?? [EVERYTHING],
    problems: neverReap
      ? []
      : [
          l10n.t(
            'The setting mcpProcesses.reap.neverReap must be a list of strings. Nothing is reaped until you correct it.',
          ),
        ],
    sweepInterval: sweepInterval(configuration),
    launchTimeout: (timeout >= 1 && timeout <= 600 ? timeout : 60) * 1000,
    guard: configuration.get('guard.enabled') !== false,
    graceOf: (server, standard) => graceOf(configuration.get('reap.grace'), server, standard),
    reapForeign: oneOf(configuration.get('reap.otherClients'), ['report', 'ask', 'auto'] as const, 'report'),
    scanForeign: configuration.get('scan.otherClients') !== false,
    guess: configuration.get('scan.guess') === true,
    maxPerSweep: wholeNumber(configuration.get('reap.maxPerSweep'), 10),
    autoStart: configuration.get('launch.autoStart') === true,
  };
}

/** What is never reaped; undefined if it cannot be read: then nothing may be reaped (K20). A string is a list of one. */
export function patternsOf(setting: unknown): readonly string[] | undefined {
  const list = typeof setting === 'string' ? [setting] : (setting ?? []);
  if (!Array.isArray(list) || !list.every((one) => typeof one === 'string')) return undefined;
  return list.filter((one) => one !== '');
}

/** Inputs of the workspace and the user: the editor itself would replace the one list by the other. */
function inputsOf(configuration: vscode.WorkspaceConfiguration): unknown {
  const { workspaceValue, globalValue } = configuration.inspect<unknown>('inputs') ?? {};
  if (vscode.workspace.isTrusted && Array.isArray(workspaceValue) && Array.isArray(globalValue)) {
    // The first input of an id counts.
    return [...workspaceValue, ...globalValue];
  }
  return configuration.get('inputs');
}

/** The setting where it is set, else `MCP_PROCESS_CLEANUP_INTERVAL`, else the default. */
function sweepInterval(configuration: vscode.WorkspaceConfiguration): number {
  // Inspected, because its default would hide the variable; its scope is the machine: no workspace can set it.
  const set = configuration.inspect<number>('sweep.intervalSeconds')?.globalValue;
  const asked = set ?? process.env.MCP_PROCESS_CLEANUP_INTERVAL;
  const seconds = asked === undefined || asked === '' ? DEFAULT_INTERVAL_SECONDS : Number(asked);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : DEFAULT_INTERVAL_SECONDS;
}

/** `{ "<server>": { "stdinSeconds": 2, "termSeconds": 3 }, "*": … }`; a wait out of bounds is ignored. */
function graceOf(setting: unknown, server: string, standard: Grace): Grace {
  const table = (typeof setting === 'object' && setting !== null ? setting : {}) as Record<string, unknown>;
  const own = Object.hasOwn(table, server) ? table[server] : Object.hasOwn(table, '*') ? table['*'] : undefined;
  const { stdinSeconds, termSeconds } = (typeof own === 'object' && own !== null ? own : {}) as Record<string, unknown>;
  const wait = (seconds: unknown, otherwise: number) =>
    typeof seconds === 'number' && seconds >= 0 && seconds * 1000 <= MAX_GRACE_MS ? seconds * 1000 : otherwise;
  return { stdin: wait(stdinSeconds, standard.stdin), term: wait(termSeconds, standard.term) };
}

function wholeNumber(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : otherwise;
}

function oneOf<T>(value: unknown, values: readonly T[], otherwise: T): T {
  return values.includes(value as T) ? (value as T) : otherwise;
}
