// `npm test`: everything, from a fresh clone. `--only=` chooses stages, `--times` says which tests take longest.
// Plain Node only: it runs before node_modules exists.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { installBusybox } from './installDebianPackages.mjs';
import { installPackages } from './installPackages.mjs';
import { asOrdinaryUser, pathWithout } from './otherConditions.mjs';
import { AT_ONCE, checkThatAllRun, chooseStages, filesOf, NAME_WIDTH } from './stages.mjs';
import { areGone, endAll, processesWith, signalAll } from './taggedProcesses.mjs';

/**
 * What test/reporter.cjs writes. `files` are those of which a test was run.
 * @typedef {{ file: string, title: string, ms: number }} Timed
 * @typedef {{ passes: number, failures: number, pending: number, failed: string[], retried: string[], files: string[], times: Timed[] }} Report
 */
/**
 * How the program of a stage is run.
 * @typedef {object} Run
 * @property {string} name of the stage
 * @property {readonly string[]} args for Node
 * @property {readonly string[]} [prefix] a command that runs it
 * @property {Record<string, string>} [environment]
 */
/** @typedef {Run & { files: readonly string[] }} TestRun how a program is run that reports; `files` each have a test that runs */
/** @typedef {{ code: number, report?: Report }} Result */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const only = process.argv.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
const areTimesWanted = process.argv.includes('--times');
const temp = mkdtempSync(join(tmpdir(), 'mp-'));
const runTag = `${process.pid}-${Date.now()}`;
const TAG = 'MCP_PROCESSES_TEST_RUN';
/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
const counts = { passes: 0, failures: 0 };
/** @type {string[]} */
const rows = [];
/** @type {string[]} */
const failed = [];
/** @type {string[]} */
const retried = [];
/** @type {string[]} */
const slowest = [];

/**
 * A stage's own temporary folder, because stages run side by side.
 * @param {string} name
 */
const folderOf = (name) => join(temp, name);

/**
 * Everything that a stage starts inherits this, so that its left-overs can be told from other processes.
 * @param {string} name of the stage
 */
const inherited = (name) => ({
  ...process.env,
  TMPDIR: folderOf(name),
  [TAG]: `${runTag}-${name}`,
  MCP_PROCESSES_HOME: join(folderOf(name), 'home'),
});

/**
 * Living processes of a stage, or of all stages. Guards pass on only the path of their data folder, which is in
 * the stage's temporary folder.
 * @param {string} [name]
 */
function startedBy(name) {
  const [tag, home] = name ? [`${runTag}-${name}\0`, `${folderOf(name)}/`] : [`${runTag}-`, `${temp}/`];
  return processesWith(
    (variables) => variables.includes(`\0${TAG}=${tag}`) || variables.includes(`\0MCP_PROCESSES_HOME=${home}`),
  );
}

/**
 * Runs a program, and prints its output line by line after the name of its stage, because another may run beside it.
 * @param {Run} run
 * @returns {Promise<number>} its exit code
 */
function node({ name, args, prefix = [], environment = {} }) {
  return new Promise((resolve) => {
    const [command = process.execPath, ...rest] = [...prefix, process.execPath, ...args];
    const env = { ...inherited(name), ...environment };
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env });
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => console.log(`${name.padEnd(NAME_WIDTH)} ${line}`));
    }
    child.once('exit', (code) => {
      children.delete(child);
      const end = () => resolve(code ?? 1);
      child.once('close', end);
      // Left-overs of a stage may hold its output open, and must still be found.
      setTimeout(end, 1_000).unref();
    });
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
  });
}

/**
 * Runs a stage that writes its report into the file that the environment names.
 * @param {TestRun} run
 * @returns {Promise<Result>}
 */
async function runTests({ name, files, environment = {}, ...run }) {
  const file = join(folderOf(name), 'report.json');
  const code = await node({ ...run, name, environment: { ...environment, MCP_PROCESSES_TEST_REPORT: file } });
  if (!existsSync(file)) return { code: code || 1 };
  /** @type {Report} */
  const report = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  // A stage proves that it ran what it claims.
  for (const one of files.filter((path) => !report.files.includes(path))) {
    report.failures++;
    report.failed.push(`${one}: none of its tests ran`);
  }
  return { code: code || (report.failures > 0 ? 1 : 0), report };
}

/**
 * Where files run side by side, the long ones start first.
 * @param {readonly string[]} files
 */
function largestFirst(files) {
  const sizes = new Map(files.map((file) => [file, statSync(join(root, file)).size]));
  return [...files].sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0));
}

/**
 * @param {import('./stages.mjs').MochaStage} stage
 * @returns {Promise<Result>}
 */
async function runMocha({ asOrdinaryUser: isOrdinary = false, options = [], ...stage }) {
  const { name, only } = stage;
  const files = largestFirst(filesOf(root, stage));
  const grep = only ? [`--grep=${only}`] : [];
  const args = ['node_modules/mocha/bin/mocha.js', '--reporter=./test/reporter.cjs', ...grep, ...options, ...files];
  const path = only === '@no-ss' ? pathWithout('ss', join(folderOf(name), 'bin')) : process.env.PATH;
  if (!isOrdinary) return runTests({ name, files, args, environment: { ...(path && { PATH: path }) } });
  // A process of another user, which a container may otherwise lack.
  const other = spawn('sleep', ['3600'], { stdio: 'ignore', env: { PATH: process.env.PATH } });
  children.add(other);
  try {
    return await runTests({ name, files, args, ...asOrdinaryUser(folderOf(name), root, path) });
  } finally {
    other.kill();
    children.delete(other);
  }
}

/**
 * @param {import('./stages.mjs').Stage} stage
 * @returns {Promise<Result>}
 */
async function runStage(stage) {
  if ('folders' in stage) return runMocha(stage);
  const { name, program: args } = stage;
  if ('suite' in stage) return runTests({ name, args, files: filesOf(root, stage) });
  return { code: await node({ name, args }) };
}

/**
 * Runs one stage of the queue after the other; several may do so at once. Their reports are repeated at the end of the
 * run, where people find them.
 * @param {import('./stages.mjs').Stage[]} queue
 */
async function runNext(queue) {
  for (let stage = queue.shift(); stage; stage = queue.shift()) {
    const { name } = stage;
    const started = Date.now();
    mkdirSync(folderOf(name));
    const { code, report } = await runStage(stage);
    if (isStopping) return;
    const [passes, failures, skipped] = report ? [report.passes, report.failures, report.pending] : ['-', '-', '-'];
    const cells = [passes, failures, skipped].map((cell) => String(cell).padStart(COUNT_WIDTH));
    rows.push([name.padEnd(NAME_WIDTH), code === 0 ? 'ok    ' : 'FAILED', ...cells, seconds(started)].join('  '));
    counts.passes += report?.passes ?? 0;
    counts.failures += report?.failures ?? 0;
    failed.push(...(report?.failed ?? []).map((one) => `${name}: ${one}`));
    retried.push(...(report?.retried ?? []).map((one) => `${name}: ${one}`));
    slowest.push(...slowestOf(name, report?.times ?? []));
    if (code !== 0 && !report?.failures) fail(`${name}: ended with code ${code}; see its lines above`);
    await findLeftovers(name);
  }
}

/**
 * Reports a failure outside of a test.
 * @param {string} what
 */
function fail(what) {
  counts.failures++;
  failed.push(what);
}

const COUNTS = ['passed', 'failed', 'skipped'];
const COUNT_WIDTH = 'skipped'.length;

/** @param {number} since */
function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`.padStart(9);
}

/**
 * @param {string} stage
 * @param {readonly Timed[]} times
 * @returns {string[]} its files, and its tests of more than five seconds, slowest first
 */
function slowestOf(stage, times) {
  /** @type {Map<string, number>} */
  const byFile = new Map();
  for (const { file, ms } of times) byFile.set(file, (byFile.get(file) ?? 0) + ms);
  /** @param {(readonly [string, number])[]} list */
  const lines = (list) =>
    list
      .sort(([, a], [, b]) => b - a)
      .map(([what, ms]) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${stage}  ${what}`);
  const long = times.filter(({ ms }) => ms > 5_000);
  return [...lines([...byFile]), ...lines(long.map(({ title, ms }) => /** @type {const} */ ([title, ms])))];
}

/**
 * Runs after each stage, so that the stage that left something is known.
 * @param {string} name of the stage
 */
async function findLeftovers(name) {
  const find = () => startedBy(name);
  if (!(await areGone(find, 20_000))) {
    for (const { pid, command } of signalAll(find(), 'SIGKILL')) fail(`${name}: left behind pid ${pid} ${command}`);
  }
  for (const file of readdirSync(folderOf(name)).filter((file) => !EXPECTED.test(file))) {
    fail(`${name}: left behind in its temporary folder: ${file}`);
  }
}

/** What a stage's temporary folder may contain at its end. */
const EXPECTED = /^(?:tsx-|node-compile-cache|\.|(?:home|checkout|bin)$)/;

let isStopping = false;

/**
 * An interrupted run leaves nothing behind: the stages get the signal, too (from a terminal they have it already), and
 * processes that they do not end are ended by their tag.
 * @param {NodeJS.Signals} signal
 */
async function stop(signal) {
  if (isStopping) return;
  isStopping = true;
  console.log(`\n${signal}: ending everything …`);
  for (const child of children) child.kill('SIGINT');
  await endAll(() => startedBy(), 10_000);
  rmSync(temp, { recursive: true, force: true });
  process.exit(128 + constants.signals[signal]);
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => void stop(signal));
}

async function main() {
  checkThatAllRun(root);
  const stages = chooseStages(only);
  if (process.platform === 'linux') installBusybox();
  installPackages(root);
  await runNext(stages.filter(({ isFirst }) => isFirst));
  const queue = stages.filter(({ isFirst }) => !isFirst);
  await Promise.all(Array.from({ length: AT_ONCE }, () => runNext(queue)));
}

try {
  await main();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
} finally {
  if (!isStopping) rmSync(temp, { recursive: true, force: true });
}
if (!isStopping) summarise();

function summarise() {
  if (areTimesWanted) console.log(`\n${slowest.join('\n')}`);
  if (retried.length > 0) console.log(`\nWhat needed a second attempt:\n\n${retried.join('\n\n')}`);
  if (failed.length > 0) console.log(`\nWhat failed:\n\n${failed.join('\n\n')}`);
  if (rows.length > 0) {
    const titles = COUNTS.map((title) => title.padStart(COUNT_WIDTH));
    console.log(`\n${[''.padEnd(NAME_WIDTH), '      ', ...titles, 'time'.padStart(9)].join('  ')}\n${rows.join('\n')}`);
  }
  if (retried.length > 0) console.log(`\n${retried.length} tried twice`);
  // Read by machines: always this text, alone on its line.
  console.log(`\n${counts.passes} passed, ${counts.failures} failed`);
  process.exitCode = counts.failures > 0 ? 1 : 0;
}
