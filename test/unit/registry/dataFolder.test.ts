import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { dataFolderPath, openDataFolder } from '../../../src/registry/dataFolder';

describe('data folder', () => {
  let temp: string;
  let path: string;

  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'folder-'));
    path = join(temp, 'a', 'home');
  });

  afterEach(() => {
    rmSync(temp, { recursive: true });
  });

  const mode = (file: string) => lstatSync(file).mode & 0o777;

  it('is created if missing, for its user only, with a lasting tag', () => {
    const folder = openDataFolder(path);
    for (const one of [folder.path, folder.sessions, folder.history, folder.logs, folder.guard]) {
      assert.equal(mode(one), 0o700, one);
    }
    assert.match(folder.homeTag, /^[0-9a-f]{16}$/);
    assert.equal(mode(join(path, 'home')), 0o600);
    assert.deepEqual(openDataFolder(path), folder);
    assert.deepEqual(readdirSync(path).sort(), ['guard', 'history', 'home', 'logs', 'sessions'], 'nothing temporary');
  });

  it('K26 has another tag in each home', () => {
    assert.notEqual(openDataFolder(path).homeTag, openDataFolder(join(temp, 'b')).homeTag);
  });

  it('is closed to others if they may enter it', () => {
    for (const folder of [path, join(path, 'sessions')]) {
      for (const open of [0o777, 0o750, 0o701]) {
        mkdirSync(folder, { recursive: true });
        chmodSync(folder, open);
        openDataFolder(path);
        assert.equal(mode(folder), 0o700, `${folder} ${open.toString(8)}`);
      }
    }
  });

  it('K13 is refused if it is a link or a file, with what to do', () => {
    const elsewhere = join(temp, 'elsewhere');
    mkdirSync(elsewhere);
    mkdirSync(join(temp, 'a'));
    const table: [string, () => void][] = [
      ['a link', () => symlinkSync(elsewhere, path)],
      ['a link to nowhere', () => symlinkSync(join(temp, 'nowhere'), path)],
      ['a file', () => writeFileSync(path, '')],
    ];
    for (const [what, make] of table) {
      make();
      assert.throws(() => openDataFolder(path), /cannot be used: .*MCP_PROCESSES_HOME/s, what);
      rmSync(path);
    }
    openDataFolder(path);
    rmSync(join(path, 'sessions'), { recursive: true });
    symlinkSync(elsewhere, join(path, 'sessions'));
    assert.throws(() => openDataFolder(path), /sessions is not a plain folder/);
    assert.deepEqual(readdirSync(elsewhere), []);
    assert.equal(mode(elsewhere) & 0o700, 0o700);
  });

  it('is refused with a damaged tag, which is not replaced: cookies of living servers carry the old one', () => {
    openDataFolder(path);
    for (const text of ['', 'x', '0123456789abcde', '../../0123456789']) {
      writeFileSync(join(path, 'home'), text);
      assert.throws(() => openDataFolder(path), /home is damaged\. Remove that file: a new one is made\.$/, text);
    }
    rmSync(join(path, 'home'));
    openDataFolder(path);
  });

  it('K15 is refused if it belongs to another user', () => {
    mkdirSync(path, { recursive: true });
    if (process.getuid?.() === 0) {
      chownSync(path, 65_534, 65_534);
      assert.throws(() => openDataFolder(path), /belongs to another user/);
      assert.equal(lstatSync(path).uid, 65_534);
    } else {
      // Only root can give a folder away, so the test takes one that root owns.
      assert.throws(() => openDataFolder('/usr'), /belongs to another user/);
    }
  });

  it('loses only our own interrupted writes: it may be the user’s own folder', () => {
    openDataFolder(path);
    mkdirSync(join(path, 'bin'));
    const ours = ['home-tag.4242', 'probes.json.31', 'scan.json.31', 'bin/settings.123456', 'bin/scope.77']
      .concat(['history/000000000000001-x.json.5'])
      .concat(['sessions/00000000-0000-4000-8000-000000000001.json.6']);
    const theirs = ['libssl.so.3', 'release-1.2.3', 'backup.tar.1', 'bin/python.3', 'logs/guard.log.1', 'home.2024'];
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const file of [...ours, ...theirs]) {
      writeFileSync(join(path, file), '');
      utimesSync(join(path, file), hourAgo, hourAgo);
    }
    openDataFolder(path);
    const left = (file: string) => lstatSync(join(path, file), { throwIfNoEntry: false }) !== undefined;
    assert.deepEqual(theirs.filter(left), theirs);
    assert.deepEqual(ours.filter(left), []);
  });

  it('K13 is refused with a named pipe in place of the tag, without waiting for it', () => {
    openDataFolder(path);
    rmSync(join(path, 'home'));
    execFileSync('mkfifo', [join(path, 'home')]);
    const script = `
      require(${JSON.stringify(join(__dirname, '../../../src/registry/dataFolder.ts'))}).openDataFolder(process.argv[1])`;
    const { status, stderr } = spawnSync(process.execPath, ['--import=tsx', '-e', script, path], {
      encoding: 'utf8',
      timeout: 15_000,
    });
    assert.equal(status, 1, 'it hangs');
    assert.match(stderr, /home is damaged\. Remove that file: a new one is made\./);
  });

  it('is below the real home, whatever XDG says, unless a variable names it', () => {
    const home = userInfo().homedir;
    assert.ok(dataFolderPath({ XDG_STATE_HOME: '/snap/code/1', HOME: '/snap/code/1' }).startsWith(home));
    assert.equal(dataFolderPath({ MCP_PROCESSES_HOME: '/x/y' }), '/x/y');
    // The guard, which reads the same variable, runs in another working folder.
    assert.equal(dataFolderPath({ MCP_PROCESSES_HOME: 'x/y' }), resolve('x/y'));
    assert.ok(dataFolderPath({ MCP_PROCESSES_HOME: '' }).startsWith(home));
  });

  it('has one tag, even if several windows start at once', () => {
    const script = `
      const { openDataFolder } = require(${JSON.stringify(join(__dirname, '../../../src/registry/dataFolder.ts'))});
      process.stdout.write(openDataFolder(process.argv[1]).homeTag);`;
    const command = `for i in 1 2 3 4; do "$0" --import=tsx -e "$1" "$2" & done; wait`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, script, path], { encoding: 'utf8' });
    assert.equal(stdout, openDataFolder(path).homeTag.repeat(4), stderr);
  });
});
