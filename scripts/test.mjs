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

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const only = process.argv
  .find((arg) => arg.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const temp = mkdtempSync(join(tmpdir(), 'mp-'));
// Everything the run starts inherits this, so that what it leaves behind can be told from what others run.
const runTag = `${process.pid}-${Date.now()}`;
const environment = {
  ...process.env,
  TMPDIR: temp,
  MCP_PROCESSES_TEST_RUN: runTag,
  MCP_PROCESSES_HOME: join(temp, 'home'),
};
/** Columns for the name of a stage. */
const NAME_WIDTH = 'process-no-ss'.length;
const counts = { passes: 0, failures: 0 };
const rows = [];
const failed = [];
const retried = [];

/** Runs a program, its output line by line behind the name of its stage, for another may run beside it. */
function node(name, args, extra = {}, prefix = []) {
  return new Promise((resolve) => {
    const [command, ...rest] = [...prefix, process.execPath, ...args];
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment, ...extra } });
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

function mocha(name, pattern, conditions, ...options) {
  const args = ['node_modules/mocha/bin/mocha.js', '--reporter=./test/reporter.cjs', ...options, pattern];
  return counted(name, args, conditions);
}

/** Runs a stage that writes its counts into the file that the environment names. */
async function counted(name, args, { prefix = [], environment: extra = {}, folder = temp } = {}) {
  const report = join(folder, `${name}.json`);
  const code = await node(name, args, { ...extra, MCP_PROCESSES_TEST_REPORT: report }, prefix);
  if (!existsSync(report)) return code || 1;
  const stats = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(report);
  counts.passes += stats.passes;
  counts.failures += stats.failures;
  // Told again at the very end: in a long run nobody finds them above.
  failed.push(...stats.failed.map((one) => `${name}: ${one}`));
  retried.push(...(stats.retried ?? []).map((one) => `${name}: ${one}`));
  // A stage that ran nothing proves nothing.
  return code || (stats.passes === 0 ? 1 : 0);
}

const PROCESS_TESTS = 'test/process/**/*.test.ts';
/**
 * Real processes, editors and engines on a machine with two cores: one of hundreds may come too late. What needs its
 * second attempt is told at the end of the run, with what went wrong; tests of K rows get none (test/support/rootHooks.ts).
 */
const TWICE = '--retries=1';
/** They mostly wait for processes to end. */
const PARALLEL = ['--parallel', '--jobs=3', TWICE];

const stages = {
  types: () => node('types', ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.']),
  lint: () => node('lint', ['node_modules/@biomejs/biome/bin/biome', 'ci', '.']),
  build: () => node('build', ['scripts/build.mjs', '--production']),
  unit: () => mocha('unit', 'test/unit/**/*.test.ts', 'test/property/**/*.test.ts'),
  process: () => mocha('process', PROCESS_TESTS, {}, ...PARALLEL),
  // The same once more for whom the system tells less. Not as root, the stage before was the ordinary user's.
  ...(process.getuid?.() === 0 && {
    'process-user': async () => {
      // Somebody else's process, for who has nobody beside him (in a container).
      const other = spawn('sleep', ['3600'], { stdio: 'ignore', env: { PATH: process.env.PATH } });
      try {
        return await mocha('process-user', PROCESS_TESTS, asOrdinaryUser(join(temp, 'user'), root), ...PARALLEL);
      } finally {
        other.kill();
      }
    },
  }),
  ...(process.platform === 'linux' && {
    'process-no-ss': () => {
      const conditions = { environment: { PATH: pathWithout('ss', join(temp, 'without-ss')) } };
      // These are about words and formats, which need it no second time.
      const others = '--ignore=test/process/{badInput,cli,portable}*';
      return mocha('process-no-ss', PROCESS_TESTS, conditions, others, ...PARALLEL);
    },
  }),
  // Real processes at random moments: prints the seed of a round that fails.
  ...(process.platform === 'linux' && { chaos: () => mocha('chaos', 'test/chaos/**/*.test.ts') }),
  // Starts a Docker engine of its own, which needs root.
  ...(process.platform === 'linux' && {
    containers: () => mocha('containers', 'test/containers/**/*.test.ts', {}, TWICE),
  }),
  editor: () => counted('editor', ['test/editor/host/runSuite.mjs']),
  lifecycle: () => mocha('lifecycle', 'test/editor/lifecycle/**/*.test.ts', {}, TWICE),
};

/** In turn: what all others need, then what a busy machine would disturb. */
const FIRST = [
  ...['types', 'lint', 'build', 'unit'],
  ...['process', 'process-user', 'process-no-ss', 'chaos', 'editor'],
];
/** They wait for editors and engines most of the time. */
const SIDE_BY_SIDE = [['containers'], ['lifecycle']];

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
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

async function main() {
  if (process.platform === 'linux') installBusybox();
  installPackages(root);
  let isFailed = false;
  const inTurn = async (names) => {
    for (const name of names) {
      if (!stages[name] || (only && !only.includes(name))) continue;
      const started = Date.now();
      const code = await stages[name]();
      rows.push(`${name.padEnd(NAME_WIDTH)} ${code === 0 ? 'ok' : 'FAILED'}  ${seconds(started)}`);
      isFailed ||= code !== 0;
    }
  };
  await inTurn(FIRST);
  await Promise.all(SIDE_BY_SIDE.map(inTurn));
  const left = await settled();
  for (const { pid, command } of left) console.error(`Left behind: pid ${pid} ${command}`);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  const files = [temp, join(temp, 'user')]
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
    .filter((name) => !/^(?:tsx-|node-compile-cache|\.|(?:home|user|checkout|without-ss)$)/.test(name));
  for (const name of files) console.error(`Left behind in the temporary folder: ${name}`);
  if (left.length > 0 || files.length > 0) {
    counts.failures++;
    isFailed = true;
  }
  if (retried.length > 0) console.log(`\nWhat needed a second attempt:\n\n${retried.join('\n\n')}`);
  if (failed.length > 0) console.log(`\nWhat failed:\n\n${failed.join('\n\n')}`);
  const again = retried.length > 0 ? `, ${retried.length} tried twice` : '';
  console.log(`\n${rows.join('\n')}\n\n${counts.passes} passed, ${counts.failures} failed${again}`);
  return isFailed ? 1 : 0;
}

try {
  process.exitCode = await main();
} finally {
  rmSync(temp, { recursive: true, force: true });
}
