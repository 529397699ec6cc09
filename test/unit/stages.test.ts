import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkThatAllRun, chooseStages, filesOf, STAGES, type Stage } from '../../scripts/stages.mjs';

const ROOT = join(__dirname, '../..');
const stageOf = (name: string) => STAGES.find((stage) => stage.name === name) as Stage;

describe('the stages of npm test', () => {
  it('run every test file, and each of mocha or the editor has some', () => {
    checkThatAllRun(ROOT);
    for (const stage of STAGES.filter((one) => 'folders' in one || 'suite' in one)) {
      assert.ok(filesOf(ROOT, stage).length > 0, stage.name);
    }
  });

  it('run the property tests, and the process tests as root, as an ordinary user and without `ss`', () => {
    assert.ok(filesOf(ROOT, stageOf('unit')).includes('test/property/killPolicy.test.ts'));
    for (const name of ['process', 'process-user', 'process-no-ss']) {
      assert.ok(filesOf(ROOT, stageOf(name)).includes('test/process/kills.test.ts'), name);
    }
  });

  it('give a reason for each file that one of them leaves out, which another runs', () => {
    const kept = new Set(STAGES.filter((one) => !('except' in one)).flatMap((one) => filesOf(ROOT, one)));
    for (const stage of STAGES) {
      for (const [file, reason] of Object.entries(('except' in stage && stage.except) || {})) {
        assert.ok(reason.length > 20, `${stage.name}: ${file}`);
        assert.ok(kept.has(file), `${stage.name}: ${file} runs nowhere`);
      }
    }
  });

  it('check the types of every script: none is hidden behind declarations', () => {
    const scripts = ['scripts', 'test']
      .flatMap((folder) =>
        readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
      )
      .filter((name) => name.endsWith('.mjs'));
    assert.ok(scripts.includes(join('scripts', 'test.mjs')));
    const hidden = scripts.filter((name) => existsSync(join(ROOT, name.replace(/\.mjs$/, '.d.mts'))));
    assert.deepEqual(hidden, [], 'what stands beside a declaration is left out by the compiler: use JSDoc');
  });

  it('are chosen by name, and one that is not known is refused', () => {
    assert.deepEqual(
      chooseStages('unit,types').map(({ name }) => name),
      ['unit', 'types'],
    );
    assert.throws(() => chooseStages('unit,propetry'), /There is no stage "propetry".*process-no-ss/);
  });

  describe('in a repository where something was forgotten', () => {
    let root: string;
    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'stages-'));
      cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
      for (const stage of STAGES) for (const file of filesOf(ROOT, stage)) write(file);
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

    it('names what the editor no longer requires', () => {
      write('test/editor/suite/index.ts', "  launching: () => require('./launching.test'),\n  // none of it\n");
      assert.throws(() => checkThatAllRun(root), /editorsOwn\.test\.ts/);
    });

    it('names what only a script ran that is gone', () => {
      write('package.json', '{ "scripts": { "test": "" } }');
      assert.throws(() => checkThatAllRun(root), /test\/clients\/realClients\.test\.ts/);
    });

    it('refuses a folder without tests, and an exception of a file that is gone', () => {
      mkdirSync(join(root, 'test/empty'));
      assert.throws(() => filesOf(root, { name: 'x', folders: ['test/empty'] }), /"x".*test\/empty/);
      const except = { 'test/chaos/gone.test.ts': 'for a reason' };
      assert.throws(() => filesOf(root, { name: 'x', folders: ['test/chaos'], except }), /gone\.test\.ts/);
    });
  });
});
