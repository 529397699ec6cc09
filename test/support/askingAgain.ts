import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutsideUse, Platform, StdinPeer } from '../../src/os/platform';
import type { Reason } from '../../src/os/reason';
import { programPath, scripts } from './programs';

/** Reasons when `ss`, perl and python3 run out of time on a busy machine; not those when they are missing. */
const OUT_OF_TIME = new Set<Reason['kind']>([
  ...(['program-failed', 'program-timeout', 'program-exit', 'program-signal', 'pipe-unexamined'] as const),
]);

function isOutOfTime(reason: Reason): boolean {
  return OUT_OF_TIME.has('why' in reason ? reason.why.kind : reason.kind);
}

const MOST_ATTEMPTS = 10;

/** Repeats a probe that ran out of time, up to a number of attempts. */
export async function definite<T extends StdinPeer | OutsideUse>(question: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const answer = await question();
    if (answer.kind !== 'unknown' || !isOutOfTime(answer.reason) || attempt === MOST_ATTEMPTS) return answer;
  }
}

/** The same platform with probes that are repeated when a busy machine gives them no time. */
export function askingAgain(platform: Platform): Platform {
  const probes: Pick<Platform, 'stdinPeer' | 'outsideUse'> = {
    stdinPeer: (identity) => definite(() => platform.stdinPeer(identity)),
    outsideUse: (pids, members) => definite(() => platform.outsideUse(pids, members)),
  };
  return Object.assign(Object.create(platform), probes) as Platform;
}

/** An `ss` for programs that do not repeat their probes. */
export interface WatchedSs {
  /** PATH with it in front, if `ss` is installed. */
  readonly path: string;
  /** The number of runs without an answer, including one that is still running. */
  unanswered(): number;
}

/** Makes an `ss` in `folder` that notes its runs. */
export function watchedSs(folder: string): WatchedSs {
  const ss = programPath('ss');
  const path = process.env.PATH ?? '';
  if (!ss) return { path, unanswered: () => 0 };
  const notes = join(folder, 'ss.log');
  scripts(folder, { ss: `echo begun >>'${notes}'; '${ss}' "$@" && echo answered >>'${notes}'` });
  const count = (text: string, word: string) => text.split(word).length - 1;
  const unanswered = () => {
    const text = existsSync(notes) ? readFileSync(notes, 'utf8') : '';
    return count(text, 'begun') - count(text, 'answered');
  };
  return { path: `${folder}:${path}`, unanswered };
}

/** Repeats a failed attempt if a run of `ss` gave no answer meanwhile, as on a busy machine. */
export async function whileSsAnswers(ss: WatchedSs, attempt: () => Promise<void>): Promise<void> {
  for (let left = 5; ; left--) {
    const before = ss.unanswered();
    try {
      return await attempt();
    } catch (error) {
      if (ss.unanswered() === before || left === 1) throw error;
    }
  }
}
