import * as l10n from '@vscode/l10n';
import type { ReapedProcess, ReapResult } from '../model/inventory';
import { formatMemory, joinParts, shortId } from './format';
import { refusalSentence } from './refusals';

const ended = (process: ReapedProcess) =>
  process.outcome === 'exited' || process.outcome === 'terminated' || process.outcome === 'killed';

/** A few sentences for people: "Ended 3 orphaned servers (5 processes), freed 120 MB. 1 process spared (why)." */
export function summariseReap(all: readonly ReapResult[], isCalledOff = false): string {
  if (all.length === 0) {
    return isCalledOff ? l10n.t('Cancelled. Nothing was ended.') : l10n.t('No orphaned servers found.');
  }
  const results = all.filter(({ problem }) => problem === undefined);
  const failed = failureSentences(all);
  if (results.length === 0) {
    return failed.join(' ');
  }
  const processes = results.flatMap((result) => result.processes);
  return [endedSentence(results), ...leftSentences(processes), ...containerSentences(results), ...failed].join(' ');
}

/** How much was ended, or would be; a server of which everything was spared counts for none. */
function endedSentence(results: readonly ReapResult[]): string {
  const dryRun = results.every((result) => result.dryRun);
  const servers = results.filter(({ processes }) => processes.length === 0 || processes.some(ended)).length;
  if (servers === 0) return dryRun ? l10n.t('Nothing would be ended.') : l10n.t('Nothing was ended.');
  const processes = results.flatMap((result) => result.processes).filter(ended);
  const whole = countServers(servers, dryRun);
  // None where only a container was left.
  const count = processes.length === 0 ? whole : l10n.t('{0} ({1})', whole, countProcesses(processes.length));
  const memory = dryRun
    ? processes.reduce((sum, process) => sum + (process.memory ?? 0), 0)
    : results.reduce((sum, result) => sum + result.memoryFreed, 0);
  if (memory <= 0) return `${count}.`;
  const amount = formatMemory(memory);
  return dryRun ? l10n.t('{0}, freeing {1}.', count, amount) : l10n.t('{0}, freed {1}.', count, amount);
}

/** What was spared or survived, and why. */
function leftSentences(processes: readonly ReapedProcess[]): string[] {
  const spared = processes.filter(({ outcome }) => outcome === 'spared');
  const survived = processes.filter(({ outcome }) => outcome === 'survived');
  const sentences: string[] = [];
  if (spared.length === 1) sentences.push(l10n.t('1 process spared{0}.', reasons(spared)));
  if (spared.length > 1) sentences.push(l10n.t('{0} processes spared{1}.', spared.length, reasons(spared)));
  if (survived.length === 1) sentences.push(l10n.t('1 process survived{0}.', reasons(survived)));
  if (survived.length > 1) sentences.push(l10n.t('{0} processes survived{1}.', survived.length, reasons(survived)));
  return sentences;
}

/** How many could not be ended, and each reason once: it says what to do. */
function failureSentences(results: readonly ReapResult[]): string[] {
  const problems = results.flatMap(({ problem }) => problem ?? []);
  if (problems.length === 0) return [];
  const count =
    problems.length === 1
      ? l10n.t('1 server could not be ended.')
      : l10n.t('{0} servers could not be ended.', problems.length);
  return [count, ...new Set(problems)];
}

/** What became of containers, where there were any. */
function containerSentences(results: readonly ReapResult[]): string[] {
  const sentences: string[] = [];
  const containers = results.flatMap((result) => (result.dryRun ? [] : result.containers));
  const count = containers.filter(({ outcome }) => outcome === 'removed' || outcome === 'stopped').length;
  if (count > 0) sentences.push(count === 1 ? l10n.t('1 container ended.') : l10n.t('{0} containers ended.', count));
  for (const { id, outcome } of containers) {
    if (outcome === 'left running') sentences.push(l10n.t('Container {0} is left running.', shortId(id)));
  }
  if (results.some(({ containerProblem }) => containerProblem !== undefined)) {
    sentences.push(l10n.t('The state of one container could not be determined.'));
  }
  return sentences;
}

/** One line per container of a result, for reports. */
export function containerLines({ containers, containerProblem, dryRun }: ReapResult): string[] {
  const lines = containers.map(({ id, image, outcome, reason }) => {
    const word = dryRun && outcome === 'stopped' ? l10n.t('would be ended') : containerWord(outcome);
    return joinParts([l10n.t('container {0}', shortId(id)), image, word + (reason ? `: ${reason}` : '')]);
  });
  return containerProblem === undefined ? lines : [...lines, l10n.t('container unknown: {0}', containerProblem)];
}

function containerWord(outcome: ReapResult['containers'][number]['outcome']): string {
  switch (outcome) {
    case 'removed':
      return l10n.t('removed');
    case 'stopped':
      return l10n.t('stopped');
    case 'spared':
      return l10n.t('spared');
    case 'unknown':
      return l10n.t('unknown');
    case 'left running':
      return l10n.t('left running');
  }
}

function countServers(count: number, dryRun: boolean): string {
  if (dryRun) {
    return count === 1 ? l10n.t('Would end 1 orphaned server') : l10n.t('Would end {0} orphaned servers', count);
  }
  return count === 1 ? l10n.t('Ended 1 orphaned server') : l10n.t('Ended {0} orphaned servers', count);
}

function countProcesses(count: number): string {
  return count === 1 ? l10n.t('1 process') : l10n.t('{0} processes', count);
}

/** Each reason once, as " (why; why)"; empty where none was given. */
function reasons(processes: readonly ReapedProcess[]): string {
  const unique = new Set(processes.flatMap(({ reason }) => (reason === undefined ? [] : [refusalSentence(reason)])));
  return unique.size > 0 ? ` (${[...unique].join('; ')})` : '';
}

export function outcomeWord(outcome: ReapedProcess['outcome'], dryRun: boolean): string {
  switch (outcome) {
    case 'exited':
      return dryRun ? l10n.t('would end') : l10n.t('exited on request');
    case 'terminated':
      return dryRun ? l10n.t('would be terminated') : l10n.t('terminated');
    case 'killed':
      return dryRun ? l10n.t('would be killed') : l10n.t('killed');
    case 'survived':
      return l10n.t('survived');
    case 'spared':
      return dryRun ? l10n.t('would be spared') : l10n.t('spared');
  }
}

/** Other clients' servers have none: their results carry nothing in its place, or the record's own id. */
function hasSession({ sessionId, recordId }: ReapResult): boolean {
  return sessionId !== '' && sessionId !== recordId;
}

/** What became of every process, as plain text for a readonly document. */
export function reapReport(results: readonly ReapResult[]): string {
  const lines = [summariseReap(results), ''];
  for (const result of results) {
    lines.push(`${result.server}`);
    for (const process of result.processes) {
      const outcome = outcomeWord(process.outcome, result.dryRun);
      const facts = joinParts([
        l10n.t('pid {0}', process.pid),
        process.name,
        outcome + (process.reason ? `: ${refusalSentence(process.reason)}` : ''),
        formatMemory(process.memory),
      ]);
      lines.push(`  ${facts}`, `    ${process.commandLine}`);
    }
    lines.push(...containerLines(result).map((line) => `  ${line}`));
    if (result.problem !== undefined) {
      lines.push(`  ${l10n.t('could not be ended: {0}', result.problem)}`);
    }
    if (!result.dryRun && result.problem === undefined) {
      lines.push(`  ${l10n.t('took {0} ms', Math.round(result.milliseconds))}`);
    }
    lines.push('');
  }
  const ids = results
    .filter(hasSession)
    .map(
      ({ server, sessionId, recordId }) => `  ${l10n.t('{0}: session {1}, record {2}', server, sessionId, recordId)}`,
    );
  if (ids.length > 0) lines.push(l10n.t('For bug reports:'), ...ids, '');
  return lines.join('\n');
}
