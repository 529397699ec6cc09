import { MachineConfigs } from '../clients/machineConfigs';
import { codeOf, UserError } from '../common/errors';
import { whyUnreadable } from '../common/files';
import type { Log } from '../common/log';
import { configuredRuns } from '../containers/configuredContainer';
import { choosePlatform } from '../os/choosePlatform';
import { type DataFolder, openDataFolder } from '../registry/dataFolder';
import { OwnSession } from '../registry/ownSession';
import { ForeignServers } from '../scan/foreignServers';
import { buildCore, type Core } from '../tracker/core';
import { readSettings, settingsPath } from '../wrapper/settings';

export async function openCore(withForeign: boolean): Promise<Core> {
  const log = {
    info: () => {},
    warn: (message: string) => process.stderr.write(`${message}\n`),
    error: (message: string) => process.stderr.write(`${message}\n`),
  };
  const platform = await choosePlatform();
  const folder = openDataFolder();
  const self = await platform.self();
  const settings = { automatic: 'off' as const, neverReap: neverReapOf(folder) };
  const machine = withForeign ? machineConfigs(log) : undefined;
  return buildCore({
    ...{ platform, folder, self, log, by: 'command line' },
    own: new OwnSession(folder, log, self, 'command line', undefined, settings),
    settings: () => settings,
    configuration: () => ({ configured: [], problems: [] }),
    foreignServers: machine && new ForeignServers({ platform, self, recogniser: () => machine.recogniser() }),
    containerRuns: machine && (() => configuredRuns(machine.servers())),
  });
}

/** Files in the current folder are not read: the user may not trust that folder. */
function machineConfigs(log: Log): MachineConfigs {
  const workspace = () => ({ folders: [], workspaceFile: undefined });
  return new MachineConfigs({ workspace, guess: () => false, log });
}

/**
 * The editor's setting, which the extension writes for the wrapper; empty without an extension.
 * @throws UserError when it cannot be read: it is then unknown what to spare
 */
function neverReapOf(folder: DataFolder): readonly string[] {
  try {
    return readSettings(folder).neverReap;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new UserError(
      `The list of servers that must never be reaped cannot be read from ${settingsPath(folder)} (${whyUnreadable(error)}). ` +
        'Make the file readable, or start an editor with MCP Processes, which rewrites it.',
    );
  }
}
