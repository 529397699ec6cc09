import type { ReapedProcess, ReapResult } from '../lifecycle/model';

/** `vscode.l10n.t` in the editor; plain English in tests and the command line. */
export type Translate = (message: string, ...args: (string | number | boolean)[]) => string;

export const plain: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));

const KB = 1024;
const MB = KB * 1024;
const GB = MB * 1024;

/** "512 KB", "120 MB", "1.5 GB"; undefined where unknown. */
export function formatMemory(bytes: number): string;
export function formatMemory(bytes: number | undefined): string | undefined;
export function formatMemory(bytes: number | undefined): string | undefined {
  if (bytes === undefined || !Number.isFinite(bytes) || bytes < 0) {
    return undefined;
  }
  // The thresholds are where rounding would print "1024" of the smaller unit.
  if (bytes < MB - KB / 2) {
    return `${Math.round(bytes / KB)} KB`;
  }
  if (bytes < GB - MB / 2) {
    const megabytes = bytes / MB;
    return `${megabytes < 9.95 ? oneDecimal(megabytes) : Math.round(megabytes)} MB`;
  }
  return `${oneDecimal(bytes / GB)} GB`;
}

function oneDecimal(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}

/** "12 s", "5 min", "3 h", "2 d"; undefined where unknown. Coarse on purpose: a row must not change with every sweep. */
export function formatAge(startedAt: number | undefined, now: number, t: Translate = plain): string | undefined {
  if (startedAt === undefined || !Number.isFinite(startedAt)) {
    return undefined;
  }
  // A clock that was set back must not print a negative age.
  const seconds = Math.max(0, Math.floor((now - startedAt) / 1000));
  if (seconds < 60) {
    return t('{0} s', seconds);
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return t('{0} min', minutes);
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    return t('{0} h', hours);
  }
  return t('{0} d', Math.floor(hours / 24));
}

/** Last part of a path of either platform: the extension may show a Windows path it read from a record. */
export function folderName(folder: string): string {
  return (
    folder
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .pop() || folder
  );
}

/** "node leaky.mjs" for "node /a/b/leaky.mjs --port 3": an interpreter's name alone tells its processes not apart. */
export function processLabel(name: string, commandLine: string): string {
  const [, script] = commandLine.split(' ');
  return script !== undefined && /^[^-].*(?:[\\/]|\.[a-z]{1,4}$)/i.test(script)
    ? `${name} ${folderName(script)}`
    : name;
}

/** As the engines' own clients show it. */
export function shortId(containerId: string): string {
  return containerId.slice(0, 12);
}

/** The parts that are there, with the separator of tree rows. */
export function joinParts(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

const ended = (process: ReapedProcess) =>
  process.outcome === 'exited' || process.outcome === 'terminated' || process.outcome === 'killed';

/** One sentence or two for people: "Reaped 3 servers: 5 processes ended, 1 kept (why). 120 MB came back." */
export function summariseReap(all: readonly ReapResult[], t: Translate = plain, isCalledOff = false): string {
  if (all.length === 0) {
    return isCalledOff ? t('Called off; nothing was reaped.') : t('No orphaned servers found.');
  }
  const results = all.filter(({ problem }) => problem === undefined);
  const failed = failureSentences(all, t);
  if (results.length === 0) {
    return failed.join(' ');
  }
  const processes = results.flatMap((result) => result.processes);
  const dryRun = results.every((result) => result.dryRun);
  const parts = [countEnded(processes.filter(ended).length, dryRun, t)];
  const kept = processes.filter((process) => process.outcome === 'kept');
  if (kept.length > 0) {
    parts.push(t('{0} kept{1}', kept.length, reasons(kept)));
  }
  const survived = processes.filter((process) => process.outcome === 'survived');
  if (survived.length > 0) {
    parts.push(t('{0} survived{1}', survived.length, reasons(survived)));
  }
  const sentence = `${countServers(results.length, dryRun, t)}: ${parts.join(', ')}.`;
  const containers = containerSentences(results, t);
  const memory = dryRun
    ? processes.filter(ended).reduce((sum, process) => sum + (process.memory ?? 0), 0)
    : results.reduce((sum, result) => sum + result.memoryFreed, 0);
  const amount = formatMemory(memory);
  const back = dryRun ? t('{0} would come back.', amount) : t('{0} came back.', amount);
  return [sentence, ...(memory > 0 ? [back] : []), ...containers, ...failed].join(' ');
}

/** How many could not be reaped, and each reason once: it says what to do. */
function failureSentences(results: readonly ReapResult[], t: Translate): string[] {
  const problems = results.flatMap(({ problem }) => problem ?? []);
  if (problems.length === 0) return [];
  const count =
    problems.length === 1 ? t('1 server could not be reaped.') : t('{0} servers could not be reaped.', problems.length);
  return [count, ...new Set(problems)];
}

/** What became of containers, where there were any. */
function containerSentences(results: readonly ReapResult[], t: Translate): string[] {
  const sentences: string[] = [];
  const containers = results.flatMap((result) => (result.dryRun ? [] : result.containers));
  const count = containers.filter(({ outcome }) => outcome === 'removed' || outcome === 'stopped').length;
  if (count > 0) sentences.push(count === 1 ? t('1 container ended.') : t('{0} containers ended.', count));
  for (const { id, outcome } of containers) {
    if (outcome === 'left running') sentences.push(t('Container {0} is left running.', shortId(id)));
  }
  if (results.some(({ containerProblem }) => containerProblem !== undefined)) {
    sentences.push(t('What became of a container is unknown.'));
  }
  return sentences;
}

/** One line per container of a result, for reports. */
export function containerLines({ containers, containerProblem, dryRun }: ReapResult, t: Translate = plain): string[] {
  const lines = containers.map(({ id, image, outcome, reason }) => {
    const word = dryRun && outcome === 'stopped' ? t('would be ended') : containerWord(outcome, t);
    return joinParts([t('container {0}', shortId(id)), image, word + (reason ? `: ${reason}` : '')]);
  });
  return containerProblem === undefined ? lines : [...lines, t('container unknown: {0}', containerProblem)];
}

function containerWord(outcome: ReapResult['containers'][number]['outcome'], t: Translate): string {
  switch (outcome) {
    case 'removed':
      return t('removed');
    case 'stopped':
      return t('stopped');
    case 'kept':
      return t('kept');
    case 'unknown':
      return t('unknown');
    case 'left running':
      return t('left running');
  }
}

function countServers(count: number, dryRun: boolean, t: Translate): string {
  if (dryRun) {
    return count === 1 ? t('Would reap 1 server') : t('Would reap {0} servers', count);
  }
  return count === 1 ? t('Reaped 1 server') : t('Reaped {0} servers', count);
}

function countEnded(count: number, dryRun: boolean, t: Translate): string {
  if (dryRun) {
    return count === 1 ? t('1 process would end') : t('{0} processes would end', count);
  }
  return count === 1 ? t('1 process ended') : t('{0} processes ended', count);
}

/** Each reason once, as " (why; why)"; empty where none was given. */
function reasons(processes: readonly ReapedProcess[]): string {
  const unique = [...new Set(processes.map((process) => process.reason?.replace(/\.$/, '')).filter(Boolean))];
  return unique.length > 0 ? ` (${unique.join('; ')})` : '';
}

export function outcomeWord(outcome: ReapedProcess['outcome'], dryRun: boolean, t: Translate = plain): string {
  switch (outcome) {
    case 'exited':
      return dryRun ? t('would end') : t('ended by itself when asked');
    case 'terminated':
      return dryRun ? t('would be terminated') : t('terminated');
    case 'killed':
      return dryRun ? t('would be killed') : t('killed');
    case 'survived':
      return t('survived');
    case 'kept':
      return dryRun ? t('would be kept') : t('kept');
  }
}

/** Other clients' servers have none: their results carry nothing in its place, or the record's own id. */
function hasSession({ sessionId, recordId }: ReapResult): boolean {
  return sessionId !== '' && sessionId !== recordId;
}

/** What became of every process, as plain text for a readonly document. */
export function reapReport(results: readonly ReapResult[], t: Translate = plain): string {
  const lines = [summariseReap(results, t), ''];
  for (const result of results) {
    lines.push(`${result.server}`);
    for (const process of result.processes) {
      const outcome = outcomeWord(process.outcome, result.dryRun, t);
      const facts = joinParts([
        t('pid {0}', process.pid),
        process.name,
        outcome + (process.reason ? `: ${process.reason}` : ''),
        formatMemory(process.memory),
      ]);
      lines.push(`  ${facts}`, `    ${process.commandLine}`);
    }
    lines.push(...containerLines(result, t).map((line) => `  ${line}`));
    if (result.problem !== undefined) {
      lines.push(`  ${t('could not be reaped: {0}', result.problem)}`);
    }
    if (hasSession(result)) {
      lines.push(`  ${t('session {0}, record {1}', result.sessionId, result.recordId)}`);
    }
    if (!result.dryRun && result.problem === undefined) {
      lines.push(`  ${t('took {0} ms', Math.round(result.milliseconds))}`);
    }
    lines.push('');
  }
  return lines.join('\n');
}
