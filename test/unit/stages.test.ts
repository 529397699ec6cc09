import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkThatAllRun, chooseStages, filesOf, STAGES, type Stage } from '../../scripts/stages.mjs';

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
    for (const name of ['process', 'process-root', 'process-no-ss']) {
      assert.ok(filesOf(ROOT, stageOf(name)).includes('test/process/kills.test.ts'), name);
    }
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

  it('build first what others run', () => {
    const first = STAGES.filter(({ isFirst }) => isFirst);
    assert.deepEqual(first, STAGES.slice(0, first.length));
    assert.ok(first.some(({ name }) => name === 'build') && first.length < STAGES.length);
  });

  it('check the types of every script; declarations hide none', () => {
    const scripts = ['scripts', 'test']
      .flatMap((folder) =>
        readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
      )
      .filter((name) => name.endsWith('.mjs'));
    assert.ok(scripts.includes(join('scripts', 'test.mjs')));
    const hidden = scripts.filter((name) => existsSync(join(ROOT, name.replace(/\.mjs$/, '.d.mts'))));
    assert.deepEqual(hidden, [], 'what stands beside a declaration is left out by the compiler: use JSDoc');
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

    it('finds files by a tag in the title of a test or suite, and refuses a folder without any', () => {
      const tagged = () => filesOf(root, { name: 'x', folders: ['test/some'], only: '@root' });
      write(
        'test/some/none.test.ts',
        "// @root\ndescribe('s', () => {\n  it('a', () => {\n    ok('@root');\n  });\n});\n",
      );
      assert.throws(tagged, /"x".*with @root below test\/some/);
      write('test/some/suite.test.ts', "describe('s @root', () => {\n  it('a', x);\n});\n");
      write('test/some/test.test.ts', "describe('s', () => {\n  it(`a @root`, x);\n});\n");
      assert.deepEqual(tagged(), ['test/some/suite.test.ts', 'test/some/test.test.ts']);
    });
  });
});
