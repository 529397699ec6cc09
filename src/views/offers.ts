import type { ServerView } from '../model/inventory';
import { isKeptByUser } from './serverWords';

/** What a server offers at the moment, to its row and to commands without a row. Keys are flags of `when` clauses. */
export function capabilitiesOf(server: ServerView) {
  const { group, owner, state, verdict } = server;
  const isHere = group === 'thisWindow' || group === 'notRunning';
  /** Ours or the editor's to start and stop. */
  const isSteered = isHere && (owner === 'us' || owner === 'editor');
  /**
   * Where the user has said that it stays, neither reaping nor saying so again does anything; nor does it for one that is
   * being ended.
   */
  const isUnwanted = verdict === 'orphaned' && state !== 'stopping' && !isKeptByUser(server);
  return {
    canReap: isUnwanted,
    canStart: isSteered && (state === 'stopped' || state === 'failed'),
    canStop: isSteered && (state === 'running' || state === 'starting'),
    canCallTool: isHere && owner === 'us' && state === 'running',
    canShowOutput: isSteered,
    canShowConfiguration: isHere || server.configurationFile !== undefined,
    hasPid: server.pid !== undefined,
    canIgnore: owner === 'other' && !isHere,
    canKeep: isUnwanted && server.processes.length > 0,
  };
}

export type Offer = keyof ReturnType<typeof capabilitiesOf>;
