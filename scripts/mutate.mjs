// `node scripts/mutate.mjs`: breaks the safety rules one by one and checks that at least one test fails for each.
// `--property`: runs only the property tests. `--only=<word>`: only mutants whose description contains it.
// Works on copies in a temporary folder; the work tree is never touched. Exits 1 when a mutant survives.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutants, ruleMutants } from './mutants.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const propertyOnly = process.argv.includes('--property');
const only = process.argv.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);

const UNIT = [
  'test/unit/judgement/*.test.ts',
  'test/unit/reaping/*.test.ts',
  'test/unit/os/identity.test.ts',
  'test/unit/registry/cookie.test.ts',
  'test/unit/registry/schema.test.ts',
  'test/unit/registry/sessionStore.test.ts',
  'test/unit/clients/anchor.test.ts',
  'test/unit/clients/recognise.test.ts',
  'test/unit/clients/machineConfigs.test.ts',
];
const PROPERTY = ['test/property/*.test.ts'];
/** A mutant that makes a test run this long counts as noticed. */
const TIMEOUT_MS = 60_000;

const temp = mkdtempSync(join(tmpdir(), 'mutants-'));
/** The source of all mutants, because the work tree may change meanwhile. */
const original = join(temp, 'original');
/** @param {string} file */
const read = (file) => readFileSync(join(original, file), 'utf8');

/**
 * Copies what the tests need.
 * @param {string} from
 * @param {string} name
 */
function makeCopy(from, name) {
  const copy = join(temp, name);
  mkdirSync(copy);
  for (const path of ['src', 'test/unit', 'test/property', 'test/support', 'package.json', 'tsconfig.json']) {
    cpSync(join(from, path), join(copy, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/**
 * Runs tests in a copy.
 * @param {string} copy
 * @param {readonly string[]} patterns
 * @returns {Promise<string | undefined>} the title of the first test that failed, or undefined if all passed
 */
function redTest(copy, patterns) {
  return new Promise((resolve) => {
    const options = ['--node-option=import=tsx', '--timeout=20000', '--bail', '--reporter=json'];
    const mocha = [join(root, 'node_modules/mocha/bin/mocha.js'), ...options, ...patterns];
    const child = spawn(process.execPath, mocha, {
      cwd: copy,
      env: { ...process.env, TMPDIR: temp, PROPERTY_SHRINK: 'off' },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.resume();
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === 0) return resolve(undefined);
      try {
        const [failure] = JSON.parse(output.slice(output.indexOf('{\n  "stats"'))).failures;
        resolve(failure.fullTitle);
      } catch {
        resolve('the tests do not even run');
      }
    });
  });
}

/** @param {string} copy */
async function firstRed(copy) {
  const unit = propertyOnly ? undefined : await redTest(copy, UNIT);
  return unit ?? (await redTest(copy, PROPERTY));
}

/** @param {import('./mutants.mjs').Mutant} mutant */
function mutate({ what, file, find, put, also }) {
  let text = read(file);
  /** @type {readonly (readonly [string, string])[]} */
  const changes = [[find, put], ...(also ? [also] : [])];
  for (const [from, to] of changes) {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`"${what}": ${file} has ${parts.length - 1} times: ${from}`);
    text = parts.join(to);
  }
  return text;
}

async function main() {
  makeCopy(root, 'original');
  const chosen = [...ruleMutants(read), ...mutants].filter(({ what }) => !only || what.includes(only));
  // A run without mutants would prove nothing.
  if (chosen.length === 0) throw new Error(`No mutant's description has "${only}".`);
  // All mutants must be applicable before the first is tried.
  const queue = chosen.map((mutant) => ({ ...mutant, text: mutate(mutant) }));
  const control = await firstRed(makeCopy(original, 'control'));
  if (control !== undefined) throw new Error(`Fails without any mutant: ${control}`);
  let survivors = 0;
  /** @param {number} number */
  const work = async (number) => {
    const copy = makeCopy(original, `copy-${number}`);
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      const { what, file, text } = mutant;
      writeFileSync(join(copy, file), text);
      const red = await firstRed(copy);
      if (red === undefined) survivors++;
      console.log(`${red === undefined ? 'SURVIVED' : 'red     '}  ${what.padEnd(52)}  ${red ?? ''}`);
      writeFileSync(join(copy, file), read(file));
      // A failing seed of this mutant must not fail the next one.
      cpSync(join(original, 'test/property/seeds.json'), join(copy, 'test/property/seeds.json'));
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, (_, number) => work(number)));
  console.log(`\n${chosen.length} mutants, ${survivors} survived`);
  return survivors === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(temp, { recursive: true, force: true });
}
