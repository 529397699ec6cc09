import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  checkThatAllRun,
  chooseStages,
  countTagged,
  filesOf,
  lanesOf,
  STAGES,
  type Stage,
} from '../../scripts/stages.mjs';

const ROOT = join(__dirname, '../..');
const stageOf = (name: string) => STAGES.find((stage) => stage.name === name) as Stage;

describe('the stages of npm test', () => {
  it('run every test file, and each mocha or editor stage has some', () => {
    checkThatAllRun(ROOT);
    for (const stage of STAGES.filter((one) => 'folders' in one || 'suite' in one)) {
      assert.ok(filesOf(ROOT, stage).length > 0, stage.name);
    }
  });

  it('run the property tests, and repeat what depends on the user or on `ss` under the other condition', () => {
    assert.ok(filesOf(ROOT, stageOf('unit')).includes('test/property/killPolicy.test.ts'));
    for (const name of ['process', 'process-user', 'process-no-ss']) {
      assert.ok(filesOf(ROOT, stageOf(name)).includes('test/process/kills.test.ts'), name);
    }
  });

  it('give a reason for each file with tests that are not repeated', () => {
    for (const stage of STAGES) {
      for (const [file, reason] of Object.entries(('untagged' in stage && stage.untagged) || {})) {
        assert.ok(reason.length > 15, `${stage.name}: ${file}`);
      }
    }
  });

  it('know which tests carry a tag: in their own title, or in a suite’s around them', () => {
    const text = [
      "describe('a @user', () => {",
      "  it('one', () => {});",
      '  describe(`b`, () => {',
      "    it('two', () => {});",
      '  });',
      '});',
      "describe('c', () => {",
      "  it('three @no-ss', () => {});",
      '  for (const x of []) {',
      "    it('four', () => {});",
      '  }',
      '});',
    ].join('\n');
    assert.deepEqual(countTagged(text, '@user').tagged, 2);
    assert.equal(countTagged(text, '@user').without.length, 2);
    assert.deepEqual(countTagged(text, '@no-ss').tagged, 1);
    assert.equal(countTagged(text, '@no-ss').without.length, 3);
  });

  it('use no tag that no stage runs', () => {
    const known = STAGES.flatMap((stage) => ('only' in stage && stage.only) || []);
    for (const file of STAGES.flatMap((stage) => filesOf(ROOT, stage))) {
      const titles = readFileSync(join(ROOT, file), 'utf8').match(/^ *(?:describe|it)\(.*$/gm) ?? [];
      for (const tag of titles.flatMap((title) => title.match(/(?<![\w/])@[\w-]+(?![\w/-])/g) ?? [])) {
        assert.ok(known.includes(tag as (typeof known)[number]), `${file}: ${tag}`);
      }
    }
  });

  it('run alone or in one lane, each once and in order', () => {
    const { before, sideBySide } = lanesOf(STAGES);
    assert.deepEqual(new Set([...before, ...sideBySide.flat()]), new Set(STAGES));
    assert.equal(before.length + sideBySide.flat().length, STAGES.length);
    // The stages that all others need come first.
    assert.deepEqual(before, STAGES.slice(0, before.length));
    assert.ok(before.some(({ name }) => name === 'build'));
  });

  it('check the types of every script; declarations hide none', () => {
    const scripts = ['scripts', 'test']
      .flatMap((folder) =>
        readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
      )
      .filter((name) => name.endsWith('.mjs'));
    assert.ok(scripts.includes(join('scripts', 'test.mjs')));
    const hidden = scripts.filter((name) => existsSync(join(ROOT, name.replace(/\.mjs$/, '.d.mts'))));
    assert.deepEqual(hidden, [], 'the compiler ignores a script beside a declaration file: use JSDoc');
  });

  it('are chosen by name, and an unknown name is refused', () => {
    assert.deepEqual(
      chooseStages('unit,types').map(({ name }) => name),
      ['unit', 'types'],
    );
    assert.throws(() => chooseStages('unit,propetry'), /There is no stage "propetry".*process-no-ss/);
  });

  describe('in a repository with omissions', () => {
    let root: string;
    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'stages-'));
      cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
      for (const stage of STAGES)
        for (const file of filesOf(ROOT, stage)) write(file, readFileSync(join(ROOT, file), 'utf8'));
      write('test/clients/realClients.test.ts');
      cpSync(join(ROOT, 'test/editor/suite/index.ts'), join(root, 'test/editor/suite/index.ts'));
      checkThatAllRun(root);
    });
    afterEach(() => rmSync(root, { recursive: true, force: true }));

    function write(file: string, text = ''): void {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }

    for (const file of [
      'test/somewhere/new.test.ts',
      'test/new.test.ts',
      'test/editor/suite/new.test.ts',
      'test/unit/new.spec.ts',
      'test/unit/new.test.mts',
    ]) {
      it(`names ${file}, and says what to do`, () => {
        write(file);
        assert.throws(() => checkThatAllRun(root), new RegExp(`No stage runs.*\n {2}${file}\n.*scripts/stages.mjs`));
      });
    }

    it('names a test that the editor no longer requires', () => {
      write('test/editor/suite/index.ts', "  launching: () => require('./launching.test'),\n  // none of it\n");
      assert.throws(() => checkThatAllRun(root), /editorsOwn\.test\.ts/);
    });

    it('names a file that only a removed script ran', () => {
      write('package.json', '{ "scripts": { "test": "" } }');
      assert.throws(() => checkThatAllRun(root), /test\/clients\/realClients\.test\.ts/);
    });

    it('refuses a folder without tests', () => {
      mkdirSync(join(root, 'test/empty'));
      assert.throws(() => filesOf(root, { name: 'x', folders: ['test/empty'] }), /"x".*test\/empty/);
    });

    it('refuses a test without the tag and without a reason, and a reason that is not needed', () => {
      const again = (untagged: Record<string, string>) =>
        filesOf(root, { name: 'x', folders: ['test/some'], only: '@user', untagged });
      write('test/some/some.test.ts', "describe('s', () => {\n  it('a @user', x);\n  it('b', x);\n});\n");
      assert.throws(() => again({}), /some\.test\.ts has tests without @user, and no reason.*'b'/);
      assert.deepEqual(again({ 'test/some/some.test.ts': 'for a reason' }), ['test/some/some.test.ts']);
      write('test/some/some.test.ts', "describe('s @user', () => {\n  it('a', x);\n});\n");
      assert.deepEqual(again({}), ['test/some/some.test.ts']);
      assert.throws(
        () => again({ 'test/some/some.test.ts': 'for a reason' }),
        /some.test.ts has a reason, but no test/,
      );
      assert.throws(
        () => again({ 'test/some/gone.test.ts': 'for a reason' }),
        /gone.test.ts has a reason, but no test/,
      );
    });
  });
});
