import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
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
  });
  afterEach(() => rmSync(temp, { recursive: true }));

  const old = new Date(Date.now() - 90 * 86_400_000);

  it('old copies go, used ones stay, and other files are left alone', () => {
    const used = installGuard(folder, script, '1.0.0');
    utimesSync(used, old, old);
    const unused = join(folder.guard, 'guard-0.9.0-0123456789ab.js');
    const theirs = join(folder.guard, 'my notes.js');
    for (const path of [unused, theirs]) {
      writeFileSync(path, '');
      utimesSync(path, old, old);
    }
    assert.equal(installGuard(folder, script, '1.0.0'), used);
    assert.deepEqual(readdirSync(folder.guard).sort(), [basename(used), 'my notes.js']);
  });

  it('no file in their place keeps the guard from being armed', () => {
    mkdirSync(join(folder.guard, 'sub'));
    mkdirSync(join(folder.guard, 'cli-0.9.0-0123456789ab.js'));
    utimesSync(join(folder.guard, 'cli-0.9.0-0123456789ab.js'), old, old);
    utimesSync(join(folder.guard, 'sub'), old, old);
    for (const name of ['dangling', 'guard-0.9.0-0123456789ab.js']) {
      symlinkSync('/nowhere', join(folder.guard, name));
      lutimesSync(join(folder.guard, name), old, old);
    }
    assert.match(installGuard(folder, script, '1.0.0'), /guard-1\.0\.0-[0-9a-f]{12}\.js$/);
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
