// The stages of `npm test`, in order. Plain Node only: it is read before node_modules exists.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/**
 * @typedef {object} Anywhere
 * @property {string} name
 * @property {'linux' | 'root'} [needs] `root` is that of a Linux
 * @property {boolean} [isFirst] runs alone, before all that are not
 */
/** @typedef {Anywhere & { program: readonly string[] }} ProgramStage a Node program and its arguments; counts no tests */
/**
 * @typedef {object} OfSuite
 * @property {readonly string[]} program what writes the report that a stage of mocha writes
 * @property {string} suite what requires the files with its tests
 */
/** @typedef {Anywhere & OfSuite} SuiteStage */
/** @typedef {'@root' | '@no-ss'} Tag in the title of a suite or test: its answer is another for root, or without `ss` */
/**
 * @typedef {object} OfMocha
 * @property {readonly string[]} folders it runs each *.test.ts below them
 * @property {Tag} [only] it runs the tests with this tag again, as root or without `ss`
 * @property {boolean} [asOrdinaryUser] whoever runs it
 * @property {readonly string[]} [options] for mocha
 */
/** @typedef {Anywhere & OfMocha} MochaStage */
/** @typedef {ProgramStage | SuiteStage | MochaStage} Stage */

/**
 * Real processes, editors and engines on a machine with two cores: one of hundreds may come too late. What needs its
 * second attempt is reported at the end of the run, with what went wrong; tests of K rows get none (test/support/rootHooks.ts).
 */
const TWICE = '--retries=1';
/** They mostly wait for processes to end. */
const PARALLEL = ['--parallel', '--jobs=3', TWICE];
/** So many stages run side by side on two cores: with more, what tests wait for comes too late. */
export const AT_ONCE = 3;

/** @type {readonly Stage[]} the longest of those that run side by side come first */
export const STAGES = [
  { name: 'types', isFirst: true, program: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'] },
  { name: 'lint', isFirst: true, program: ['node_modules/@biomejs/biome/bin/biome', 'ci', '.'] },
  { name: 'build', isFirst: true, program: ['scripts/build.mjs', '--production'] },
  { name: 'unit', isFirst: true, folders: ['test/unit', 'test/property'] },
  // As almost everyone runs an editor.
  { name: 'process', folders: ['test/process'], asOrdinaryUser: true, options: PARALLEL },
  { name: 'lifecycle', folders: ['test/editor/lifecycle'], options: [TWICE] },
  // Starts a Docker engine of its own, which needs root.
  { name: 'containers', needs: 'linux', folders: ['test/containers'], options: [TWICE] },
  { name: 'panel', folders: ['test/editor/panel'], options: [TWICE] },
  { name: 'reaping', folders: ['test/editor/reaping'], options: [TWICE] },
  // Real processes at random moments: prints the seed of a round that fails.
  { name: 'chaos', needs: 'linux', folders: ['test/chaos'] },
  {
    name: 'process-no-ss',
    needs: 'linux',
    folders: ['test/process'],
    only: '@no-ss',
    asOrdinaryUser: true,
    options: PARALLEL,
  },
  { name: 'process-root', needs: 'root', folders: ['test/process'], only: '@root', options: PARALLEL },
  { name: 'editor', program: ['test/editor/host/runSuite.mjs'], suite: 'test/editor/suite/index.ts' },
];

/** Scripts of package.json that run tests which `npm test` leaves out: they install other people's clients. */
const BY_HAND = ['test:clients'];

/** Columns for the name of a stage. */
export const NAME_WIDTH = Math.max(...STAGES.map(({ name }) => name.length));

/** @param {Stage} stage */
export function runsHere({ needs }) {
  if (needs === undefined) return true;
  return process.platform === 'linux' && (needs === 'linux' || process.getuid?.() === 0);
}

/**
 * @param {string | undefined} only names with commas between them
 * @returns {readonly Stage[]} those to run
 * @throws Error when one is not known or cannot run here.
 */
export function chooseStages(only) {
  if (only === undefined) return STAGES.filter(runsHere);
  return only.split(',').map((name) => {
    const stage = STAGES.find((one) => one.name === name);
    if (!stage) {
      throw new Error(
        `There is no stage "${name}". --only= takes, with commas: ${STAGES.map((s) => s.name).join(', ')}`,
      );
    }
    if (!runsHere(stage)) throw new Error(`The stage "${name}" cannot run here: it needs ${stage.needs}.`);
    return stage;
  });
}

/**
 * @param {string} root of the repository
 * @param {Stage} stage
 * @returns {string[]} the test files that it runs, below the root, with slashes
 * @throws Error when there are none
 */
export function filesOf(root, stage) {
  if ('suite' in stage) return filesOfSuite(root, stage);
  if (!('folders' in stage)) return [];
  const { name, folders, only } = stage;
  return folders.flatMap((folder) => {
    const all = testsBelow(root, folder).filter(isRun);
    const found = only ? all.filter((file) => hasTag(readFileSync(join(root, file), 'utf8'), only)) : all;
    if (found.length === 0)
      throw new Error(`Stage "${name}": there is no *.test.ts${only ? ` with ${only}` : ''} below ${folder}.`);
    return found;
  });
}

/**
 * Whether a test of a file carries a tag, in its own title or that of a suite around it.
 * @param {string} text
 * @param {Tag} tag
 */
function hasTag(text, tag) {
  return [...text.matchAll(/^ *(?:describe|it)\(\s*(["'`].*)$/gm)].some(([, title = '']) => title.includes(tag));
}

/**
 * @param {string} root
 * @param {Anywhere & OfSuite} stage
 */
function filesOfSuite(root, { name, suite }) {
  const text = readFileSync(join(root, suite), 'utf8');
  const files = [...text.matchAll(/^\s*(\w+): \(\) => require\('\.\/\1\.test'\),$/gm)].map(
    ([, name]) => `${dirname(suite)}/${name}.test.ts`,
  );
  if (files.length === 0) throw new Error(`Stage "${name}": ${suite} requires no tests.`);
  return files;
}

/**
 * Folders that a script of package.json gives to mocha.
 * @param {string} root
 * @param {string} script
 */
function foldersOfScript(root, script) {
  /** @type {{ scripts: Record<string, string | undefined> }} */
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return [...(scripts[script] ?? '').matchAll(/'([^'*]+)\/\*\*\/\*\.test\.ts'/g)].map(([, folder]) => String(folder));
}

/**
 * @param {string} root
 * @throws Error that names each test file that nothing runs, and says what to do.
 */
export function checkThatAllRun(root) {
  const named = new Set([
    ...STAGES.flatMap((stage) => filesOf(root, stage)),
    ...BY_HAND.flatMap((script) => foldersOfScript(root, script))
      .flatMap((folder) => testsBelow(root, folder))
      .filter(isRun),
  ]);
  const forgotten = testsBelow(root, 'test').filter((file) => !named.has(file));
  if (forgotten.length === 0) return;
  throw new Error(
    `No stage runs these test files:\n${forgotten.map((file) => `  ${file}`).join('\n')}\n` +
      'Move them below a folder of a stage, or add their folder to one in scripts/stages.mjs; their names end with ' +
      '".test.ts". What runs in the editor is required by test/editor/suite/index.ts.',
  );
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]} what is called a test, however its name ends
 */
function testsBelow(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:test|spec)\.[cm]?[jt]sx?$/.test(basename(file)))
    .map((file) => `${folder}/${file.split(sep).join('/')}`)
    .sort();
}

/** @param {string} file */
const isRun = (file) => file.endsWith('.test.ts');
