import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type DataFolder, openDataFolder } from '../../../src/registry/dataFolder';
import { installGuard } from '../../../src/registry/guardCopy';

describe('copies of the guard', () => {
  let temp: string;
  let folder: DataFolder;
  let script: string;
  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'copy-'));
    folder = openDataFolder(join(temp, 'home'));
    script = join(temp, 'guard.js');
    writeFileSync(script, '1');
    writeFileSync(join(temp, 'commandLine.js'), '2');
  });
  afterEach(() => rmSync(temp, { recursive: true }));

  const old = new Date(Date.now() - 90 * 86_400_000);

  it('is the guard and the command line, which name each other, in a folder named by version and content', () => {
    const guard = installGuard(folder, script, '1.0.0');
    assert.match(guard, /guard-1\.0\.0-[0-9a-f]{12}[\\/]guard\.js$/);
    assert.equal(readFileSync(guard, 'utf8'), '1');
    assert.equal(readFileSync(join(dirname(guard), 'commandLine.js'), 'utf8'), '2');
    writeFileSync(join(temp, 'commandLine.js'), '3');
    assert.notEqual(installGuard(folder, script, '1.0.0'), guard);
    assert.equal(readFileSync(join(dirname(guard), 'commandLine.js'), 'utf8'), '2', 'another window runs it');
  });

  it('is repaired where it is damaged, and loses what an interrupted write left', () => {
    const guard = installGuard(folder, script, '1.0.0');
    writeFileSync(guard, 'damaged');
    rmSync(join(dirname(guard), 'commandLine.js'));
    for (const name of ['guard.js.99', 'commandLine.js.1']) {
      writeFileSync(join(dirname(guard), name), '');
      utimesSync(join(dirname(guard), name), old, old);
    }
    assert.equal(installGuard(folder, script, '1.0.0'), guard);
    assert.equal(readFileSync(guard, 'utf8'), '1');
    assert.deepEqual(readdirSync(dirname(guard)).sort(), ['commandLine.js', 'guard.js']);
  });

  it('an old copy goes, a used one stays, and what is no copy is nobody’s business', () => {
    const used = dirname(installGuard(folder, script, '1.0.0'));
    utimesSync(used, old, old);
    const unused = join(folder.guard, 'guard-0.9.0-0123456789ab');
    mkdirSync(unused);
    writeFileSync(join(unused, 'guard.js'), '');
    const theirs = join(folder.guard, 'my notes.js');
    writeFileSync(theirs, '');
    for (const path of [unused, theirs]) utimesSync(path, old, old);
    assert.equal(dirname(installGuard(folder, script, '1.0.0')), used);
    assert.deepEqual(readdirSync(folder.guard).sort(), [basename(used), 'my notes.js']);
  });

  it('nothing that lies there keeps the guard from being armed', () => {
    const guard = installGuard(folder, script, '1.0.0');
    mkdirSync(join(folder.guard, 'sub'));
    utimesSync(join(folder.guard, 'sub'), old, old);
    for (const name of ['dangling', 'guard-0.9.0-0123456789ab']) {
      symlinkSync('/nowhere', join(folder.guard, name));
      lutimesSync(join(folder.guard, name), old, old);
    }
    rmSync(dirname(guard), { recursive: true });
    for (const target of ['/nowhere', temp]) {
      rmSync(dirname(guard), { recursive: true, force: true });
      symlinkSync(target, dirname(guard));
      assert.equal(installGuard(folder, script, '1.0.0'), guard);
      assert.ok(lstatSync(dirname(guard)).isDirectory());
    }
    assert.equal(readFileSync(script, 'utf8'), '1', 'the link led here');
  });

  it('a named pipe in place of one is replaced, without waiting for it', () => {
    const path = installGuard(folder, script, '1.0.0');
    rmSync(path);
    execFileSync('mkfifo', [path]);
    const program = `
      const { installGuard } = require(${JSON.stringify(join(__dirname, '../../../src/registry/guardCopy.ts'))});
      installGuard({ guard: process.argv[1] }, process.argv[2], '1.0.0')`;
    const args = ['--import=tsx', '-e', program, folder.guard, script];
    assert.equal(spawnSync(process.execPath, args, { timeout: 15_000 }).status, 0, 'it hangs');
    assert.ok(lstatSync(path).isFile());
  });
});
