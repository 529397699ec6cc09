import { configurationFileOf, managerOf, type ServerView } from '../model/inventory';
import { isSparedByUser } from './serverWords';

/** What a server offers at the moment, to its row and to commands without a row. Keys are flags of `when` clauses. */
export function capabilitiesOf(server: ServerView) {
  const { kind, group, state, verdict } = server;
  const manager = managerOf(server);
  const isHere = group === 'thisWindow' || group === 'notRunning';
  /** Ours or the editor's to start and stop. */
  const isSteered = isHere && (manager === 'mcpProcesses' || manager === 'editor');
  /**
   * Where the user has said that it stays, neither reaping nor saying so again does anything; nor does it for one that is
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

export type Offer = keyof ReturnType<typeof capabilitiesOf>;
