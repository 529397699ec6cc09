import type { ReapedProcess, ReapResult } from '../model/inventory';

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

/** A few sentences for people: "Ended 3 orphaned servers (5 processes), freed 120 MB. 1 process kept (why)." */
export function summariseReap(all: readonly ReapResult[], t: Translate = plain, isCalledOff = false): string {
  if (all.length === 0) {
    return isCalledOff ? t('Cancelled. Nothing was ended.') : t('No orphaned servers found.');
  }
  const results = all.filter(({ problem }) => problem === undefined);
  const failed = failureSentences(all, t);
  if (results.length === 0) {
    return failed.join(' ');
  }
  const processes = results.flatMap((result) => result.processes);
  return [endedSentence(results, t), ...leftSentences(processes, t), ...containerSentences(results, t), ...failed].join(
    ' ',
  );
}

/** How much was ended, or would be; a server of which everything was kept counts for none. */
function endedSentence(results: readonly ReapResult[], t: Translate): string {
  const dryRun = results.every((result) => result.dryRun);
  const servers = results.filter(({ processes }) => processes.length === 0 || processes.some(ended)).length;
  if (servers === 0) return dryRun ? t('Nothing would be ended.') : t('Nothing was ended.');
  const processes = results.flatMap((result) => result.processes).filter(ended);
  const whole = countServers(servers, dryRun, t);
  // None where only a container was left.
  const count = processes.length === 0 ? whole : t('{0} ({1})', whole, countProcesses(processes.length, t));
  const memory = dryRun
    ? processes.reduce((sum, process) => sum + (process.memory ?? 0), 0)
    : results.reduce((sum, result) => sum + result.memoryFreed, 0);
  if (memory <= 0) return `${count}.`;
  const amount = formatMemory(memory);
  return dryRun ? t('{0}, freeing {1}.', count, amount) : t('{0}, freed {1}.', count, amount);
}

/** What was kept or survived, and why. */
function leftSentences(processes: readonly ReapedProcess[], t: Translate): string[] {
  const spared = processes.filter(({ outcome }) => outcome === 'spared');
  const survived = processes.filter(({ outcome }) => outcome === 'survived');
  const sentences: string[] = [];
  if (spared.length === 1) sentences.push(t('1 process kept{0}.', reasons(spared)));
  if (spared.length > 1) sentences.push(t('{0} processes kept{1}.', spared.length, reasons(spared)));
  if (survived.length === 1) sentences.push(t('1 process survived{0}.', reasons(survived)));
  if (survived.length > 1) sentences.push(t('{0} processes survived{1}.', survived.length, reasons(survived)));
  return sentences;
}

/** How many could not be ended, and each reason once: it says what to do. */
function failureSentences(results: readonly ReapResult[], t: Translate): string[] {
  const problems = results.flatMap(({ problem }) => problem ?? []);
  if (problems.length === 0) return [];
  const count =
    problems.length === 1 ? t('1 server could not be ended.') : t('{0} servers could not be ended.', problems.length);
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
    sentences.push(t('The state of one container could not be determined.'));
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
    case 'spared':
      return t('spared');
    case 'unknown':
      return t('unknown');
    case 'left running':
      return t('left running');
  }
}

function countServers(count: number, dryRun: boolean, t: Translate): string {
  if (dryRun) {
    return count === 1 ? t('Would end 1 orphaned server') : t('Would end {0} orphaned servers', count);
  }
  return count === 1 ? t('Ended 1 orphaned server') : t('Ended {0} orphaned servers', count);
}

function countProcesses(count: number, t: Translate): string {
  return count === 1 ? t('1 process') : t('{0} processes', count);
}

/** Each reason once, as " (why; why)"; empty where none was given. */
function reasons(processes: readonly ReapedProcess[]): string {
  const unique = [...new Set(processes.map((process) => process.reason?.replace(/\.$/, '')).filter(Boolean))];
  return unique.length > 0 ? ` (${unique.join('; ')})` : '';
}

export function outcomeWord(outcome: ReapedProcess['outcome'], dryRun: boolean, t: Translate = plain): string {
  switch (outcome) {
    case 'exited':
      return dryRun ? t('would end') : t('exited on request');
    case 'terminated':
      return dryRun ? t('would be terminated') : t('terminated');
    case 'killed':
      return dryRun ? t('would be killed') : t('killed');
    case 'survived':
      return t('survived');
    case 'spared':
      return dryRun ? t('would be kept') : t('spared');
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
      lines.push(`  ${t('could not be ended: {0}', result.problem)}`);
    }
    if (!result.dryRun && result.problem === undefined) {
      lines.push(`  ${t('took {0} ms', Math.round(result.milliseconds))}`);
    }
    lines.push('');
  }
  const ids = results
    .filter(hasSession)
    .map(({ server, sessionId, recordId }) => `  ${t('{0}: session {1}, record {2}', server, sessionId, recordId)}`);
  if (ids.length > 0) lines.push(t('For bug reports:'), ...ids, '');
  return lines.join('\n');
}
