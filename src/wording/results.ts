import * as l10n from '@vscode/l10n';
import type { ContainerReason } from '../model/containerOutcome';
import type { ContainerView } from '../model/containerView';
import type { Reaped, ReapedProcess, ReapPreview, ReapProblem, ReapResult } from '../model/reapResult';
import type { Refusal } from '../model/refusal';
import { containerReasonSentence } from './containers';
import { formatMemory, joinParts, shortId } from './format';
import { reasonSentence } from './reasons';
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
  if (results.length === 0) return failed.join(' ');
  const processes = results.flatMap((result) => result.processes);
  const left = [
    ...leftSentences(processes, 'spared', sparedSentence),
    ...leftSentences(processes, 'survived', survivedSentence),
  ];
  return [endedSentence(results), ...left, ...containerSentences(results), ...failed].join(' ');
}

/** A summary of what a reap would do. */
export function summarisePreview(previews: readonly ReapPreview[]): string {
  const candidates = previews.flatMap(({ processes }) => processes);
  const reasons = candidates.flatMap(({ spared }) => spared ?? []);
  const sentences = [wouldEndSentence(previews)];
  if (reasons.length > 0) sentences.push(sparedSentence(reasons.length, reasonsText(reasons)));
  if (previews.some(({ containerProblem }) => containerProblem !== undefined)) sentences.push(unknownContainer());
  return sentences.join(' ');
}

/** How much was ended; a server whose processes were all spared does not count. */
function endedSentence(results: readonly ReapResult[]): string {
  const servers = results.filter(({ processes }) => processes.length === 0 || processes.some(ended)).length;
  if (servers === 0) return l10n.t('Nothing was ended.');
  const whole = servers === 1 ? l10n.t('Ended 1 orphaned server') : l10n.t('Ended {0} orphaned servers', servers);
  const count = withProcesses(whole, results.flatMap((result) => result.processes).filter(ended).length);
  const memory = results.reduce((sum, result) => sum + result.memoryFreed, 0);
  return memory > 0 ? l10n.t('{0}, freed {1}.', count, formatMemory(memory)) : `${count}.`;
}

function wouldEndSentence(previews: readonly ReapPreview[]): string {
  const isEndable = ({ spared }: { readonly spared: unknown }) => spared === undefined;
  const servers = previews.filter(({ processes }) => processes.length === 0 || processes.some(isEndable)).length;
  if (servers === 0) return l10n.t('Nothing would be ended.');
  const whole =
    servers === 1 ? l10n.t('Would end 1 orphaned server') : l10n.t('Would end {0} orphaned servers', servers);
  const endable = previews.flatMap(({ processes }) => processes).filter(isEndable);
  const count = withProcesses(whole, endable.length);
  const memory = endable.reduce((sum, one) => sum + (one.memory ?? 0), 0);
  return memory > 0 ? l10n.t('{0}, freeing {1}.', count, formatMemory(memory)) : `${count}.`;
}

/** Without processes where only a container was left. */
function withProcesses(servers: string, processes: number): string {
  if (processes === 0) return servers;
  const count = processes === 1 ? l10n.t('1 process') : l10n.t('{0} processes', processes);
  return l10n.t('{0} ({1})', servers, count);
}

/** What was spared or survived, and why. */
function leftSentences(
  processes: readonly ReapedProcess[],
  outcome: 'spared' | 'survived',
  sentence: (count: number, reasons: string) => string,
): string[] {
  const left = processes.filter((process) => process.outcome === outcome);
  const reasons = reasonsText(left.flatMap(({ reason }) => reason ?? []));
  return left.length === 0 ? [] : [sentence(left.length, reasons)];
}

function sparedSentence(count: number, reasons: string): string {
  return count === 1 ? l10n.t('1 process spared{0}.', reasons) : l10n.t('{0} processes spared{1}.', count, reasons);
}

function survivedSentence(count: number, reasons: string): string {
  return count === 1 ? l10n.t('1 process survived{0}.', reasons) : l10n.t('{0} processes survived{1}.', count, reasons);
}

/** How many could not be ended, and each reason once, which says what to do. */
function failureSentences(results: readonly ReapResult[]): string[] {
  const problems = results.flatMap(({ problem }) => problem ?? []);
  if (problems.length === 0) return [];
  const count =
    problems.length === 1
      ? l10n.t('1 server could not be ended.')
      : l10n.t('{0} servers could not be ended.', problems.length);
  return [count, ...new Set(problems.map(problemSentence))];
}

/** Why a session's servers could not be reaped, and what to do. */
export function problemSentence(problem: ReapProblem): string {
  return problem.kind === 'failed'
    ? l10n.t('Reaping session {0} failed: {1}. Reap again.', problem.session, reasonSentence(problem.reason))
    : l10n.t(
        'Session {0} could not be claimed, so nothing of it was ended: {1}. Make sure that you can write to the folder {2}, and reap again.',
        problem.session,
        reasonSentence(problem.reason),
        problem.folder,
      );
}

/** The outcomes for containers. */
function containerSentences(results: readonly ReapResult[]): string[] {
  const sentences: string[] = [];
  const containers = results.flatMap((result) => result.containers);
  const count = containers.filter(({ outcome }) => outcome === 'removed' || outcome === 'stopped').length;
  if (count > 0) sentences.push(count === 1 ? l10n.t('1 container ended.') : l10n.t('{0} containers ended.', count));
  for (const { id, outcome } of containers) {
    if (outcome === 'left running') sentences.push(l10n.t('Container {0} is left running.', shortId(id)));
  }
  if (results.some(({ containerProblem }) => containerProblem !== undefined)) sentences.push(unknownContainer());
  return sentences;
}

function unknownContainer(): string {
  return l10n.t('The state of one container could not be determined.');
}

/** One line per container of a result, for reports. */
export function containerLines({ containers, containerProblem }: ReapResult): string[] {
  const lines = containers.map(({ id, image, outcome, reason }) =>
    containerLine({ id, image }, containerWord(outcome), reason),
  );
  return [...lines, ...containerProblemLines(containerProblem)];
}

/** One line per container of a preview: those without our labels are never ended. */
export function previewedContainerLines({ containers, containerProblem }: ReapPreview): string[] {
  const lines = containers.map(({ id, image, state, labelled }) => {
    const word = labelled ? l10n.t('would be ended') : l10n.t('left running');
    return containerLine({ id, image }, word, { code: 'state', state });
  });
  return [...lines, ...containerProblemLines(containerProblem)];
}

function containerLine(
  { id, image }: Pick<ContainerView, 'id' | 'image'>,
  word: string,
  reason: ContainerReason | undefined,
): string {
  const what = reason === undefined ? word : l10n.t('{0}: {1}', word, containerReasonSentence(reason));
  return joinParts([l10n.t('container {0}', shortId(id)), image, what]);
}

function containerProblemLines(problem: ContainerReason | undefined): string[] {
  return problem === undefined ? [] : [l10n.t('container unknown: {0}', containerReasonSentence(problem))];
}

export function containerWord(outcome: ReapResult['containers'][number]['outcome']): string {
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

/** Each reason once, as " (why; why)"; empty without reasons. */
function reasonsText(refusals: readonly Refusal[]): string {
  const unique = new Set(refusals.map(refusalSentence));
  return unique.size > 0 ? ` (${[...unique].join('; ')})` : '';
}

export function outcomeWord(outcome: ReapedProcess['outcome']): string {
  switch (outcome) {
    case 'exited':
      return l10n.t('exited on request');
    case 'terminated':
      return l10n.t('terminated');
    case 'killed':
      return l10n.t('killed');
    case 'survived':
      return l10n.t('survived');
    case 'spared':
      return l10n.t('spared');
  }
}

/** The outcome for every process, as plain text for a readonly document. */
export function reapReport(results: readonly ReapResult[]): string {
  const lines = [summariseReap(results), ''];
  for (const result of results) {
    lines.push(result.server);
    for (const process of result.processes) {
      lines.push(...processLines(process, outcomeWord(process.outcome), process.reason));
    }
    lines.push(...containerLines(result).map((line) => `  ${line}`));
    lines.push(
      result.problem === undefined
        ? `  ${l10n.t('took {0} ms', Math.round(result.milliseconds))}`
        : `  ${l10n.t('could not be ended: {0}', problemSentence(result.problem))}`,
    );
    lines.push('');
  }
  return [...lines, ...idLines(results)].join('\n');
}

/** What a reap would do to every process, as plain text for a readonly document. */
export function previewReport(previews: readonly ReapPreview[]): string {
  const lines = [summarisePreview(previews), ''];
  for (const preview of previews) {
    lines.push(preview.server);
    for (const process of preview.processes) {
      const word = process.spared === undefined ? l10n.t('would be ended') : l10n.t('would be spared');
      lines.push(...processLines(process, word, process.spared));
    }
    lines.push(...previewedContainerLines(preview).map((line) => `  ${line}`), '');
  }
  return [...lines, ...idLines(previews)].join('\n');
}

function processLines(
  { pid, name, commandLine, memory }: Pick<ReapedProcess, 'pid' | 'name' | 'commandLine' | 'memory'>,
  word: string,
  reason: Refusal | undefined,
): string[] {
  const what = reason === undefined ? word : l10n.t('{0}: {1}', word, refusalSentence(reason));
  return [`  ${joinParts([l10n.t('pid {0}', pid), name, what, formatMemory(memory)])}`, `    ${commandLine}`];
}

/** Other clients' servers have no session. */
function idLines(all: readonly { readonly server: string; readonly of: Reaped }[]): string[] {
  const ids = all.flatMap(({ server, of }) =>
    of.kind === 'session' ? [`  ${l10n.t('{0}: session {1}, record {2}', server, of.session, of.record)}`] : [],
  );
  return ids.length > 0 ? [l10n.t('For bug reports:'), ...ids, ''] : [];
}
