import { configurationFileOf, managerOf, type ServerView } from '../model/serverView';
import { isSparedByUser } from './serverWords';

/** What a person can do with a server. Each name is also a flag in the manifest's `when` clauses. */
export const CAPABILITIES = [
  'canReap',
  'canStart',
  'canStop',
  'canCallTool',
  'canShowOutput',
  'canShowConfiguration',
  'hasPid',
  'canHide',
  'canNeverReap',
] as const;

export type Capability = (typeof CAPABILITIES)[number];

/** What can be done with a server now, from its row or from the palette. */
export function capabilitiesOf(server: ServerView): Readonly<Record<Capability, boolean>> {
  const { kind, group, state, verdict } = server;
  const manager = managerOf(server);
  const isHere = group === 'thisWindow' || group === 'notRunning';
  /** Ours or the editor's to start and stop. */
  const isSteered = isHere && (manager === 'mcpProcesses' || manager === 'editor');
  /**
   * Reaping a server that the user spares does nothing, nor does sparing it again. The same holds for a server that is
   * being ended.
   */
  const isUnwanted = verdict === 'orphaned' && state !== 'stopping' && !isSparedByUser(server);
  return {
    canReap: isUnwanted,
    canStart: isSteered && (state === 'stopped' || state === 'failed'),
    canStop: isSteered && (state === 'running' || state === 'starting'),
    canCallTool: kind === 'launched' && state === 'running',
    canShowOutput: isSteered,
    canShowConfiguration: isHere || configurationFileOf(server) !== undefined,
    hasPid: server.pid !== undefined,
    canHide: kind === 'foreign',
    canNeverReap: isUnwanted && server.processes.length > 0,
  };
}

/** A filter for servers with one capability. */
export function can(capability: Capability): (server: ServerView) => boolean {
  return (server) => capabilitiesOf(server)[capability];
}
