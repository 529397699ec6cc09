// The stages of `npm test`, in order. Plain Node only: it is read before node_modules exists.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/**
 * @typedef {object} Anywhere
 * @property {string} name
 * @property {'linux' | 'root'} [needs] `root` is that of a Linux
 * @property {'processes' | 'editors'} [lane] stages of one lane run one after the other, and lanes side by side; what is
 * in none runs alone before
 */
/** @typedef {Anywhere & { program: readonly string[] }} ProgramStage a Node program and its arguments; counts no tests */
/**
 * @typedef {object} OfSuite
 * @property {readonly string[]} program what writes the report that a stage of mocha writes
 * @property {string} suite what requires the files with its tests
 */
/** @typedef {Anywhere & OfSuite} SuiteStage */
/** @typedef {'@user' | '@no-ss'} Tag in the title of a suite or test: its answer depends on who runs it, or on `ss` */
/**
 * @typedef {object} OfMocha
 * @property {readonly string[]} folders it runs each *.test.ts below them
 * @property {Tag} [only] it runs the tests with this tag again, as an ordinary user or without `ss`
 * @property {Readonly<Record<string, string>>} [untagged] files of which tests do not carry the tag, each with the reason
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
const OWN = 'a window and the servers that it launched itself: neither owner nor use is checked';
const WORDS = 'is about texts and formats';
const SAME_QUESTIONS = 'the same checks as in foreignServers.test.ts, with another client';
const REAPER = 'when it acts, not what it ends: it ends with the code of reaping.test.ts';

/** @type {Readonly<Record<string, string>>} */
const UNTAGGED = {
  'test/process/cli.test.ts': WORDS,
  'test/process/exits.test.ts': OWN,
  'test/process/guard.test.ts': REAPER,
  'test/process/launching.test.ts': OWN,
  'test/process/reapProgress.test.ts': 'a cancelled reap: which ladders have begun',
  'test/process/scanSharing.test.ts': 'what windows share in a file; where that depends on `ss`, a test has the tag',
  'test/process/wrapper.test.ts':
    'what the wrapper starts and records, in each shell and in Node; one shell has both tags',
};

/** @type {readonly Stage[]} what all others need, then what mostly waits, side by side */
export const STAGES = [
  { name: 'types', program: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'] },
  { name: 'lint', program: ['node_modules/@biomejs/biome/bin/biome', 'ci', '.'] },
  { name: 'build', program: ['scripts/build.mjs', '--production'] },
  { name: 'unit', folders: ['test/unit', 'test/property'] },
  { name: 'process', folders: ['test/process'], options: PARALLEL, lane: 'processes' },
  {
    name: 'process-user',
    // Not as root, the stage before was the ordinary user's.
    needs: 'root',
    folders: ['test/process'],
    only: '@user',
    untagged: { ...UNTAGGED, 'test/process/sdkClient.test.ts': SAME_QUESTIONS },
    options: PARALLEL,
    lane: 'processes',
  },
  {
    name: 'process-no-ss',
    needs: 'linux',
    folders: ['test/process'],
    only: '@no-ss',
    untagged: {
      ...UNTAGGED,
      'test/process/portable.test.ts':
        'the identity of processes, from `ps`; portableReaping.test.ts checks connections',
      'test/process/recognition.test.ts': 'command lines and folders, from /proc',
    },
    options: PARALLEL,
    lane: 'processes',
  },
  // Real processes at random moments: prints the seed of a round that fails.
  { name: 'chaos', needs: 'linux', folders: ['test/chaos'], lane: 'processes' },
  { name: 'editor', program: ['test/editor/host/runSuite.mjs'], suite: 'test/editor/suite/index.ts', lane: 'editors' },
  { name: 'lifecycle', folders: ['test/editor/lifecycle'], options: [TWICE], lane: 'editors' },
  // Starts a Docker engine of its own, which needs root.
  { name: 'containers', needs: 'linux', folders: ['test/containers'], options: [TWICE], lane: 'editors' },
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
        `There is no stage "${name}". --only= takes, separated by commas: ${STAGES.map((s) => s.name).join(', ')}`,
      );
    }
    if (!runsHere(stage)) throw new Error(`The stage "${name}" cannot run here: it needs ${stage.needs}.`);
    return stage;
  });
}

/**
 * @param {readonly Stage[]} stages
 * @returns {{ before: Stage[], sideBySide: Stage[][] }} those that run alone, and the lanes
 */
export function lanesOf(stages) {
  const lanes = new Set(stages.flatMap(({ lane }) => lane ?? []));
  return {
    before: stages.filter(({ lane }) => lane === undefined),
    sideBySide: [...lanes].map((lane) => stages.filter((stage) => stage.lane === lane)),
  };
}

/**
 * @param {string} root of the repository
 * @param {Stage} stage
 * @returns {string[]} the test files that it runs, below the root, with slashes
 * @throws Error when there are none, or when a reason is missing or given in vain for what lacks the stage's tag.
 */
export function filesOf(root, stage) {
  if ('suite' in stage) return filesOfSuite(root, stage);
  if (!('folders' in stage)) return [];
  const { name, folders, only, untagged = {} } = stage;
  const all = folders.flatMap((folder) => {
    const found = testsBelow(root, folder).filter(isRun);
    if (found.length === 0) throw new Error(`Stage "${name}": there is no *.test.ts below ${folder}.`);
    return found;
  });
  if (!only) return all;
  const files = all.map((file) => ({ file, ...countTagged(readFileSync(join(root, file), 'utf8'), only) }));
  const wrong = [
    ...files
      .filter(({ file, without }) => without.length > 0 && !(file in untagged))
      .map(({ file, without }) => `${file} has tests without ${only}, and no reason is given: “${without[0]}”`),
    ...Object.keys(untagged)
      .filter((file) => !files.some((one) => one.file === file && one.without.length > 0))
      .map((file) => `${file} has a reason, but no test without ${only}`),
  ];
  if (wrong.length > 0) throw new Error(`Stage "${name}": ${wrong.join('; ')}. See scripts/stages.mjs.`);
  return files.filter((one) => one.tagged > 0).map(({ file }) => file);
}

/**
 * Which tests of a file carry a tag, in their own title or that of a suite around them. Biome indents what is inside.
 * @param {string} text
 * @param {Tag} tag
 * @returns {{ tagged: number, without: string[] }} tests in the source: one in a loop counts once
 */
export function countTagged(text, tag) {
  /** @type {{ indent: number, isTagged: boolean }[]} */
  const around = [];
  let tagged = 0;
  const without = [];
  for (const [, space = '', kind, title = ''] of text.matchAll(/^( *)(describe|it)\(\s*(["'`].*)$/gm)) {
    while ((around.at(-1)?.indent ?? -1) >= space.length) around.pop();
    const isTagged = title.includes(tag) || (around.at(-1)?.isTagged ?? false);
    if (kind === 'describe') around.push({ indent: space.length, isTagged });
    else if (isTagged) tagged++;
    else without.push(title);
  }
  return { tagged, without };
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
      '".test.ts". test/editor/suite/index.ts requires what runs in the editor.',
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
