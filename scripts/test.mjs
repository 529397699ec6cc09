// `npm test`: everything, from a fresh clone. Plain Node only: it runs before node_modules exists.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { installBusybox } from './installDebianPackages.mjs';
import { installPackages } from './installPackages.mjs';
import { asOrdinaryUser, pathWithout } from './otherConditions.mjs';
import { checkThatAllRun, chooseStages, filesOf, NAME_WIDTH } from './stages.mjs';

/**
 * What test/reporter.cjs writes. `files` are those of which a test was run.
 * @typedef {{ passes: number, failures: number, pending: number, failed: string[], retried: string[], files: string[] }} Report
 */
/**
 * How the program of a stage is run.
 * @typedef {object} Run
 * @property {string} name of the stage
 * @property {readonly string[]} args for Node
 * @property {readonly string[]} [prefix] a command that runs it
 * @property {Record<string, string>} [environment]
 */
/**
 * How the program of a stage is run that reports on its tests.
 * @typedef {Run & { files: readonly string[], folder?: string }} TestRun `files` each have a test that runs; `folder` is
 * one that the program can write to.
 */
/** @typedef {{ code: number, report?: Report }} Result */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const only = process.argv.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
const temp = mkdtempSync(join(tmpdir(), 'mp-'));
// Everything the run starts inherits this, so that what it leaves behind can be told from what others run.
const runTag = `${process.pid}-${Date.now()}`;
const inherited = {
  ...process.env,
  TMPDIR: temp,
  MCP_PROCESSES_TEST_RUN: runTag,
  MCP_PROCESSES_HOME: join(temp, 'home'),
};
const counts = { passes: 0, failures: 0 };
/** @type {string[]} */
const rows = [];
/** @type {string[]} */
const failed = [];
/** @type {string[]} */
const retried = [];

/**
 * Runs a program, its output line by line behind the name of its stage, for another may run beside it.
 * @param {Run} run
 * @returns {Promise<number>} its exit code
 */
function node({ name, args, prefix = [], environment = {} }) {
  return new Promise((resolve) => {
    const [command = process.execPath, ...rest] = [...prefix, process.execPath, ...args];
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...inherited, ...environment } });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => console.log(`${name.padEnd(NAME_WIDTH)} ${line}`));
    }
    child.once('exit', (code) => {
      const end = () => resolve(code ?? 1);
      child.once('close', end);
      // What a stage leaves behind holds its output open, and is to be found.
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
async function runTests({ name, files, folder = temp, environment = {}, ...run }) {
  const file = join(folder, `${name}.json`);
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
 * @param {import('./stages.mjs').MochaStage} stage
 * @returns {Promise<Result>}
 */
async function runMocha({ condition, options = [], ...stage }) {
  const { name } = stage;
  const files = filesOf(root, stage);
  const args = ['node_modules/mocha/bin/mocha.js', '--reporter=./test/reporter.cjs', ...options, ...files];
  switch (condition) {
    case undefined:
      return runTests({ name, files, args });
    case 'no ss':
      return runTests({ name, files, args, environment: { PATH: pathWithout('ss', join(temp, 'without-ss')) } });
    case 'ordinary user': {
      // Somebody else's process, for who has nobody beside him (in a container).
      const other = spawn('sleep', ['3600'], { stdio: 'ignore', env: { PATH: process.env.PATH } });
      try {
        return await runTests({ name, files, args, ...asOrdinaryUser(join(temp, 'user'), root) });
      } finally {
        other.kill();
      }
    }
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
 * Runs stages one after the other, and keeps what they say for the end of the run: in a long one nobody finds it above.
 * @param {readonly import('./stages.mjs').Stage[]} stages
 */
async function inTurn(stages) {
  for (const stage of stages) {
    const started = Date.now();
    const { code, report } = await runStage(stage);
    const [passes, failures, skipped] = report ? [report.passes, report.failures, report.pending] : ['-', '-', '-'];
    const cells = [passes, failures, skipped].map((cell) => String(cell).padStart(COUNT_WIDTH));
    rows.push([stage.name.padEnd(NAME_WIDTH), code === 0 ? 'ok    ' : 'FAILED', ...cells, seconds(started)].join('  '));
    counts.passes += report?.passes ?? 0;
    counts.failures += report?.failures ?? 0;
    failed.push(...(report?.failed ?? []).map((one) => `${stage.name}: ${one}`));
    retried.push(...(report?.retried ?? []).map((one) => `${stage.name}: ${one}`));
    if (code !== 0 && !report?.failures) fail(`${stage.name}: ended with code ${code}; see its lines above`);
  }
}

/**
 * What goes wrong outside of a test.
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

/** Living processes that carry this run's tag. `Z` is dead. */
function leftovers() {
  if (!existsSync('/proc/self/environ')) return [];
  const found = [];
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)) {
    try {
      const carried = readFileSync(`/proc/${pid}/environ`, 'latin1');
      // Guards pass nothing on but where their data folder is, and that is in our temporary one.
      if (!carried.includes(`MCP_PROCESSES_TEST_RUN=${runTag}\0`) && !carried.includes(`MCP_PROCESSES_HOME=${temp}/`)) {
        continue;
      }
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      if (stat.slice(stat.lastIndexOf(')') + 2)[0] === 'Z') continue;
      found.push({ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') });
    } catch {
      // Gone, or not ours to read.
    }
  }
  return found;
}

async function settled() {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const left = leftovers();
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * After each stage, so that one is known that left something, and the next is not disturbed.
 * @param {string} name of the stage
 */
async function endLeftovers(name) {
  const left = await settled();
  for (const { pid, command } of left) fail(`${name}: left behind pid ${pid} ${command}`);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
}

async function main() {
  checkThatAllRun(root);
  const stages = chooseStages(only);
  if (process.platform === 'linux') installBusybox();
  installPackages(root);
  for (const stage of stages.filter(({ sideBySide }) => !sideBySide)) {
    await inTurn([stage]);
    await endLeftovers(stage.name);
  }
  await Promise.all(stages.filter(({ sideBySide }) => sideBySide).map((stage) => inTurn([stage])));
  await endLeftovers('side by side');
  const files = [temp, join(temp, 'user')]
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
    .filter((name) => !/^(?:tsx-|node-compile-cache|\.|(?:home|user|checkout|without-ss)$)/.test(name));
  for (const name of files) fail(`Left behind in the temporary folder: ${name}`);
}

try {
  await main();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
} finally {
  rmSync(temp, { recursive: true, force: true });
}
if (retried.length > 0) console.log(`\nWhat needed a second attempt:\n\n${retried.join('\n\n')}`);
if (failed.length > 0) console.log(`\nWhat failed:\n\n${failed.join('\n\n')}`);
if (rows.length > 0) {
  const titles = COUNTS.map((title) => title.padStart(COUNT_WIDTH));
  console.log(`\n${[''.padEnd(NAME_WIDTH), '      ', ...titles, 'time'.padStart(9)].join('  ')}\n${rows.join('\n')}`);
}
if (retried.length > 0) console.log(`\n${retried.length} tried twice`);
// Read by machines: alone on its line, always in these words.
console.log(`\n${counts.passes} passed, ${counts.failures} failed`);
process.exitCode = counts.failures > 0 ? 1 : 0;
