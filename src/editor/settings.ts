import * as vscode from 'vscode';
import { MAX_GRACE_MS } from '../common/limits';
import type { Settings } from '../model/settings';
import type { Grace } from '../registry/schema';

/** All settings, read once per change. Values out of bounds fall back to the safe side. */
export interface EditorSettings extends Required<Settings> {
  readonly servers: unknown;
  readonly inputs: unknown;
  /** What of them cannot be made out, and what follows. */
  readonly problems: readonly string[];
  /** Seconds; 0 is off. */
  readonly sweepInterval: number;
  readonly autoStart: boolean;
  /** Whether other clients' servers are looked at. */
  readonly scanForeign: boolean;
  /** Whether names alone may make something a server. */
  readonly guess: boolean;
}

const DEFAULT_INTERVAL_SECONDS = 60;
/** As a pattern of what is never reaped. */
const EVERYTHING = '*';

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
      : ['The setting mcpProcesses.reap.neverReap must be a list of strings. Nothing is reaped until you correct it.'],
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

/** What is never reaped; undefined where that cannot be made out: then nothing may be (K20). One text is a list of one. */
export function patternsOf(setting: unknown): readonly string[] | undefined {
  const list = typeof setting === 'string' ? [setting] : (setting ?? []);
  if (!Array.isArray(list) || !list.every((one) => typeof one === 'string')) return undefined;
  return list.filter((one) => one !== '');
}

/** Those of the workspace and of the user: the editor would take the one list for the other, and lose what servers need. */
function inputsOf(configuration: vscode.WorkspaceConfiguration): unknown {
  const { workspaceValue, globalValue } = configuration.inspect<unknown>('inputs') ?? {};
  if (vscode.workspace.isTrusted && Array.isArray(workspaceValue) && Array.isArray(globalValue)) {
    // The first of an id counts.
    return [...workspaceValue, ...globalValue];
  }
  return configuration.get('inputs');
}

/** The setting where somebody set it, else `MCP_PROCESS_CLEANUP_INTERVAL`, else the default. */
function sweepInterval(configuration: vscode.WorkspaceConfiguration): number {
  // Inspected, because its default would hide the variable; its scope is the machine: no workspace can set it.
  const set = configuration.inspect<number>('sweep.intervalSeconds')?.globalValue;
  const asked = set ?? process.env.MCP_PROCESS_CLEANUP_INTERVAL;
  const seconds = asked === undefined || asked === '' ? DEFAULT_INTERVAL_SECONDS : Number(asked);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : DEFAULT_INTERVAL_SECONDS;
}

/** `{ "<server>": { "stdinSeconds": 2, "termSeconds": 3 }, "*": … }`; what is not a sensible wait is not taken. */
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
