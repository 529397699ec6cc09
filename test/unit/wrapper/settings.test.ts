import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder } from '../../../src/registry/dataFolder';
import { fillIn, installWrapper } from '../../../src/wrapper/install';
import { formatSettings, parseSettings } from '../../../src/wrapper/settings';

const PARTS = { node: '/n o/node', guard: '/g/guard.js' };
const GRACE = { stdin: 2_000, term: 3_000 };

describe('the wrapper’s settings', () => {
  it('come back as they were written', () => {
    const written = {
      automatic: 'ask' as const,
      neverReap: ['a "b"\nc', '*'],
      graces: [['s', { stdin: 1, term: 2 }]] as const,
    };
    const read = parseSettings(formatSettings({ ...written, ...PARTS }));
    assert.equal(read.automatic, 'ask');
    assert.deepEqual(read.neverReap, written.neverReap);
    assert.deepEqual(read.graceOf('s'), { stdin: 1, term: 2 });
    assert.deepEqual(read.graceOf('other'), GRACE);
  });

  it('are one line each: no name or pattern can add a line', () => {
    const text = formatSettings({
      automatic: 'off',
      neverReap: ['x\nautomatic on'],
      graces: [
        ['evil\nautomatic on', { stdin: 0, term: 0 }],
        ['*', { stdin: 5, term: 6 }],
        ['own', { stdin: 7, term: 8 }],
      ],
      ...PARTS,
    });
    assert.deepEqual(
      text.split('\n').filter((line) => line.startsWith('automatic')),
      ['automatic off'],
    );
    const read = parseSettings(text);
    assert.deepEqual(read.graceOf('anything'), { stdin: 5, term: 6 });
    assert.deepEqual(read.graceOf('own'), { stdin: 7, term: 8 });
    // A shell takes the last line that fits.
    assert.ok(text.indexOf('grace 5 6 *') < text.indexOf('grace 7 8 own'));
  });

  for (const text of ['', 'automatic yes\n', 'automatic\n']) {
    it(`reap nothing if they are damaged: ${JSON.stringify(text)}`, () => {
      assert.equal(parseSettings(`neverReap []\n${text}`).automatic, 'off');
    });
  }

  for (const line of ['', 'neverReap', 'neverReap ["x"', 'neverReap {}', 'neverReap "x"', 'neverReap [1]']) {
    it(`are not read if the list of servers to keep is unreadable: ${JSON.stringify(line)}`, () => {
      assert.throws(() => parseSettings(`automatic on\n${line}\n`), /its line neverReap is damaged/);
    });
  }
});

describe('the installed wrapper', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'la-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('finds its data folder, whatever its name', () => {
    for (const name of [`it's $HOME \`id\` "x"`, 'a\nb', '$&', '@SHELL@']) {
      const script = fillIn(`#!/x\n_mp_data='@DATA@'\nprintf %s "$_mp_data"\n`, name, '/bin/sh');
      const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
      assert.equal(stdout, name);
      assert.match(script, /^#!\/bin\/sh\n/);
    }
  });

  it('is ours alone, and rewritten only when something differs', () => {
    const dist = join(folder, 'dist');
    mkdirSync(join(dist, 'wrapper'), { recursive: true });
    for (const name of ['guard.js', 'commandLine.js']) writeFileSync(join(dist, name), `// ${name}`);
    for (const name of ['run.sh', 'watch.sh']) writeFileSync(join(dist, 'wrapper', name), `#!/bin/sh\n# ${name}\n`);
    const data = openDataFolder(join(folder, 'home'));
    const settings = { automatic: 'on' as const, neverReap: [], graces: [] };
    const install = (change: object = {}) => {
      return installWrapper(data, { dist, version: '1.0', settings: { ...settings, ...change } });
    };
    const path = install();
    assert.equal(statSync(path).mode & 0o777, 0o700);
    const before = statSync(path).ino;
    const settingsFile = join(data.path, 'bin/settings');
    const firstSettings = statSync(settingsFile).ino;
    assert.equal(install(), path);
    assert.equal(statSync(path).ino, before);
    assert.equal(statSync(settingsFile).ino, firstSettings);
    install({ automatic: 'ask' });
    assert.equal(statSync(path).ino, before, 'a running shell may have its path');
    assert.match(readFileSync(settingsFile, 'utf8'), /^automatic ask$/m);
    const guard = /^guard (.*)$/m.exec(readFileSync(settingsFile, 'utf8'))?.[1] as string;
    assert.equal(readFileSync(guard, 'utf8'), '// guard.js');
  });
});
