import type { ServerView } from '../model/inventory';
import { isSparedByUser } from './serverWords';

/** What a server offers at the moment, to its row and to commands without a row. Keys are flags of `when` clauses. */
export function capabilitiesOf(server: ServerView) {
  const { group, managedBy, state, verdict } = server;
  const isHere = group === 'thisWindow' || group === 'notRunning';
  /** Ours or the editor's to start and stop. */
  const isSteered = isHere && (managedBy === 'mcpProcesses' || managedBy === 'editor');
  /**
   * Where the user has said that it stays, neither reaping nor saying so again does anything; nor does it for one that is
   * being ended.
   */
  const isUnwanted = verdict === 'orphaned' && state !== 'stopping' && !isSparedByUser(server);
  return {
    canReap: isUnwanted,
    canStart: isSteered && (state === 'stopped' || state === 'failed'),
    canStop: isSteered && (state === 'running' || state === 'starting'),
    canCallTool: isHere && managedBy === 'mcpProcesses' && state === 'running',
    canShowOutput: isSteered,
    canShowConfiguration: isHere || server.configurationFile !== undefined,
    hasPid: server.pid !== undefined,
    canHide: managedBy === 'foreign' && !isHere,
    canNeverReap: isUnwanted && server.processes.length > 0,
  };
}

export type Offer = keyof ReturnType<typeof capabilitiesOf>;
