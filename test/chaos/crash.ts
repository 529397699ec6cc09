import assert from 'node:assert/strict';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { openDataFolder } from '../../src/registry/dataFolder';
import type { SessionFile } from '../../src/registry/schema';
import { readSessions } from '../../src/registry/sessionStore';
import { isAlive, Sandbox, SERVER } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { runRounds, seeded } from './random';

const DEAF = ['--deaf-to-eof', '--deaf-to-term'];
const SERVERS = {
  polite: [],
  deaf: ['--deaf-to-eof'],
  stubborn: [...DEAF, '--child=plain'],
  escape: [...DEAF, '--child=setsid'],
};
const GRACE = { stdin: 100, term: 100 };

export interface CrashReport {
  rounds: number;
  /** Rounds in which servers were running when the host was killed. */
  withServers: number;
  /** Rounds in which the guard left something to the next sweep. */
  bySweep: number;
  /** Rounds that left a record without a spawned process, which the next sweep removed. */
  beforeGuard: number;
}

/**
 * Kills a guarded host with -9 at a random moment, round after round, and checks that nothing is left: no server, no
 * guard, no session file.
 * @param until the time after which no round starts (epoch ms)
 * @throws RoundError with the seed of the round that failed
 */
export async function crashRounds(rounds: number, seed: number, width: number, until?: number): Promise<CrashReport> {
  const report: CrashReport = { rounds: 0, withServers: 0, bySweep: 0, beforeGuard: 0 };
  // Covers the time from before the first record to after the last stop, on this machine.
  const latest = 1.5 * (await timeOfOneRun());
  await runRounds(rounds, seed, width, (own) => round(own, latest, report), until);
  return report;
}

/** The time that a host takes when it is not killed, from its start to the end of its last server (ms). */
async function timeOfOneRun(): Promise<number> {
  const sandbox = new Sandbox();
  try {
    const began = performance.now();
    const child = sandbox.startHost(SERVERS, 'on', { guard: true, grace: GRACE, stopAtEnd: true });
    let output = '';
    child.stdout?.on('data', (data) => {
      output += data;
    });
    await waitFor('all servers are started', () => /^\[.*\]$/m.test(output), 60_000);
    await waitFor('all servers are stopped', () => readdirSync(sandbox.folder.sessions).length === 0, 60_000);
    const time = performance.now() - began;
    child.kill('SIGKILL');
    return time;
  } finally {
    await sandbox.dispose();
  }
}

async function round(seed: number, latest: number, report: CrashReport): Promise<void> {
  const random = seeded(seed);
  const sandbox = new Sandbox();
  try {
    const child = sandbox.startHost(SERVERS, 'on', { guard: true, grace: GRACE, stopAtEnd: true });
    await new Promise((resolve) => setTimeout(resolve, random() * latest));
    const servers = sandbox.living().filter((pid) => pid !== child.pid).length;
    child.kill('SIGKILL');
    await waitFor('the host is gone', () => !isAlive(child.pid as number));
    await waitFor('its guard is gone', () => sandbox.guards().length === 0, 60_000);
    const isNothingLeft = () => sandbox.living().length === 0 && !sessions(sandbox).some(hasSpawned);
    // The guard cannot judge a process between its fork and its exec; the next sweep can.
    if (!isNothingLeft()) {
      report.bySweep++;
      await (await sandbox.tracker()).sweep();
    }
    await waitFor('nothing is left', isNothingLeft).catch((error: Error) => {
      const left = `processes ${sandbox.living()}, guards ${sandbox.guards()}, sessions ${JSON.stringify(sessions(sandbox))}, ${sandbox.guardLog()}`;
      throw new Error(`${error.message} (${left}; server program ${SERVER})`);
    });
    // Recorded but never spawned, as there was no guard yet: the next sweep finds no process for it.
    if (sessions(sandbox).length > 0) {
      await (await sandbox.tracker()).sweep();
      report.beforeGuard++;
    }
    // Killed during its first write: the temporary file is removed when it is old.
    for (const name of readdirSync(sandbox.folder.sessions)) {
      utimesSync(join(sandbox.folder.sessions, name), 0, 0);
    }
    openDataFolder(sandbox.folder.path);
    assert.deepEqual(readdirSync(sandbox.folder.sessions), []);
    report.rounds++;
    if (servers > 0) report.withServers++;
  } finally {
    await sandbox.dispose();
  }
}

function sessions(sandbox: Sandbox): SessionFile[] {
  return readSessions(sandbox.folder).sessions.map(({ session }) => session);
}

/** Whether anything was spawned; the guard is armed before that. */
function hasSpawned({ records }: SessionFile): boolean {
  return records.some(({ root }) => root !== undefined);
}
