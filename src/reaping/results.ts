import { commandLineOf } from '../clients/shownCommandLine';
import type { Log } from '../common/log';
import type { ReapResult } from '../model/reapResult';
import type { DataFolder } from '../registry/dataFolder';
import { type EndCause, type ExitStatus, type Reapers, writeHistory } from '../registry/history';
import { containerReasonSentence } from '../wording/containers';
import { errorText } from '../wording/reasons';
import { refusalSentence } from '../wording/refusals';
import type { LadderProcess } from './ladder';

export function isStillThere({ outcome }: { readonly outcome: LadderProcess['outcome'] }): boolean {
  return outcome === 'spared' || outcome === 'survived';
}

/** Whether certainly nothing of the server is left. Only then may its record be removed. */
export function isFinished({ processes, containerProblem, problem }: ReapResult): boolean {
  return !processes.some(isStillThere) && containerProblem === undefined && problem === undefined;
}

/** Whether it reports anything: there may have been nothing left to end. */
export function hasContent({ processes, containers, problem }: ReapResult): boolean {
  return processes.length + containers.length > 0 || problem !== undefined;
}

/** Memory of the processes that have ended, bytes. */
export function freedBy(processes: ReapResult['processes']): number {
  return processes.reduce((sum, one) => sum + (isStillThere(one) ? 0 : (one.memory ?? 0)), 0);
}

/**
 * Joins the results of a ladder and of a later ladder for the processes that the first one left.
 * @param left pids that may still be there after the later ladder
 */
export function joinResults(first: ReapResult, later: ReapResult, left: ReadonlySet<number>): ReapResult {
  const before = new Map(first.processes.map((one) => [one.pid, one]));
  const again = new Set(later.processes.map(({ pid }) => pid));
  const processes = [
    ...first.processes
      .filter(({ pid }) => !again.has(pid))
      .map((one) => (isStillThere(one) && !left.has(one.pid) ? { ...one, ...goneAfter(one.outcome) } : one)),
    ...later.processes.map((one) => {
      if (before.get(one.pid)?.outcome !== 'survived') return one;
      // The first ladder sent it SIGTERM.
      if (one.outcome === 'spared') return { ...one, outcome: 'survived' as const };
      return one.outcome === 'exited' ? { ...one, ...goneAfter('survived') } : one;
    }),
  ];
  return {
    ...later,
    processes,
    containers: [...first.containers, ...later.containers],
    memoryFreed: freedBy(processes),
    milliseconds: first.milliseconds + later.milliseconds,
  };
}

function goneAfter(outcome: LadderProcess['outcome']): Pick<LadderProcess, 'outcome' | 'reason'> {
  return { outcome: outcome === 'survived' ? 'terminated' : 'exited', reason: undefined };
}

/** A ladder's process in the form of a result. */
export function describeProcess({ member, outcome, reason }: LadderProcess): ReapResult['processes'][number] {
  const { entry } = member;
  return { pid: entry.pid, name: entry.name, commandLine: commandLineOf(entry), outcome, reason, memory: entry.memory };
}

/** Why a server ended, with its details. */
export interface Ending {
  readonly cause: EndCause;
  readonly exit?: ExitStatus;
  readonly lastLine?: string;
  /** Redacted. */
  readonly commandLine?: string;
}

/** Characters of a command line in the history, enough to recognise a server. */
const MAX_COMMAND_LINE = 500;

/**
 * Logs the result for a server, and writes it into the history unless nothing ended: a spared server is spared in each
 * sweep. Never throws: a failed write is logged.
 */
export function recordResult(
  { folder, log }: { readonly folder: DataFolder; readonly log: Log },
  by: Reapers,
  result: ReapResult,
  ending: Ending,
): void {
  logResult(log, result);
  const { server, of, processes, containers, memoryFreed } = result;
  const isEnded =
    ending.cause === 'exit' || containers.some(({ outcome }) => outcome === 'removed' || outcome === 'stopped');
  if (!isEnded && processes.every(({ outcome }) => outcome === 'spared')) return;
  try {
    const at = Date.now();
    const { commandLine } = ending;
    writeHistory(folder, of.kind === 'user' ? `${processes[0]?.pid}` : of.record, {
      at,
      by,
      ...ending,
      ...(commandLine !== undefined && { commandLine: commandLine.slice(0, MAX_COMMAND_LINE) }),
      server,
      ...(of.kind === 'session' && { sessionId: of.session }),
      processes: processes.map(({ pid, name, outcome }) => ({ pid, name, outcome })),
      containers: containers.map(({ id, outcome }) => ({ id, outcome })),
      memoryFreed,
    });
  } catch (error) {
    log.warn(`The history could not be written: ${errorText(error)}`);
  }
}

/** One line per process, with its name but not its command line. */
function logResult(log: Log, result: ReapResult): void {
  for (const { pid, name, outcome, reason } of result.processes) {
    log.info(`"${result.server}": pid ${pid} (${name}) ${outcome}${reason ? `: ${refusalSentence(reason)}` : ''}`);
  }
  for (const { id, image, outcome, reason } of result.containers) {
    log.info(
      `"${result.server}": container ${id.slice(0, 12)} (${image}) ${outcome}${reason ? `: ${containerReasonSentence(reason)}` : ''}`,
    );
  }
}
