import * as vscode from 'vscode';
import type { AutomaticReap } from '../registry/schema';

/** All settings, read once per change. Values out of bounds fall back to the safe side. */
export interface EditorSettings {
  readonly servers: unknown;
  readonly inputs: unknown;
  readonly automatic: AutomaticReap;
  readonly neverReap: readonly string[];
  /** Seconds; 0 is off. */
  readonly sweepInterval: number;
  /** ms. */
  readonly launchTimeout: number;
  readonly autoStart: boolean;
  readonly guard: boolean;
}

const DEFAULT_INTERVAL_SECONDS = 60;

export function readSettings(environment: NodeJS.ProcessEnv = process.env): EditorSettings {
  const configuration = vscode.workspace.getConfiguration('mcpProcesses');
  const automatic = configuration.get('reap.automatic');
  const neverReap = configuration.get('reap.neverReap');
  const timeout = Number(configuration.get('launch.timeoutSeconds'));
  return {
    servers: configuration.get('servers'),
    inputs: configuration.get('inputs'),
    automatic: automatic === 'on' || automatic === 'ask' ? automatic : 'off',
    neverReap: Array.isArray(neverReap) ? neverReap.filter((one) => typeof one === 'string' && one !== '') : [],
    sweepInterval: sweepInterval(configuration, environment),
    launchTimeout: (timeout >= 1 && timeout <= 600 ? timeout : 60) * 1000,
    guard: configuration.get('guard.enabled') !== false,
    autoStart: configuration.get('launch.autoStart') === true,
  };
}

/** The setting where somebody set it, else `MCP_PROCESS_CLEANUP_INTERVAL`, else the default. */
function sweepInterval(configuration: vscode.WorkspaceConfiguration, environment: NodeJS.ProcessEnv): number {
  const inspected = configuration.inspect<number>('sweep.intervalSeconds');
  const set = inspected?.workspaceFolderValue ?? inspected?.workspaceValue ?? inspected?.globalValue;
  const asked = set ?? environment.MCP_PROCESS_CLEANUP_INTERVAL;
  const seconds = asked === undefined || asked === '' ? DEFAULT_INTERVAL_SECONDS : Number(asked);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : DEFAULT_INTERVAL_SECONDS;
}
