import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
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

  it('is made where needed, for its user only, with a tag that stays', () => {
    const folder = openDataFolder(path);
    for (const one of [folder.path, folder.sessions, folder.history, folder.logs, folder.guard]) {
      assert.equal(mode(one), 0o700, one);
    }
    assert.match(folder.homeTag, /^[0-9a-f]{16}$/);
    assert.equal(mode(join(path, 'home')), 0o600);
    assert.deepEqual(openDataFolder(path), folder);
    assert.deepEqual(readdirSync(path).sort(), ['guard', 'history', 'home', 'logs', 'sessions'], 'nothing temporary');
  });

  it('K26 two homes have two tags', () => {
    assert.notEqual(openDataFolder(path).homeTag, openDataFolder(join(temp, 'b')).homeTag);
  });

  it('a folder that others may enter is closed to them', () => {
    for (const folder of [path, join(path, 'sessions')]) {
      for (const open of [0o777, 0o750, 0o701]) {
        mkdirSync(folder, { recursive: true });
        chmodSync(folder, open);
        openDataFolder(path);
        assert.equal(mode(folder), 0o700, `${folder} ${open.toString(8)}`);
      }
    }
  });

  it('K13 a link or a file in its place is refused, with a remedy', () => {
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

  it('a damaged tag is refused, not replaced: cookies of living servers carry the old one', () => {
    openDataFolder(path);
    for (const text of ['', 'x', '0123456789abcde', '../../0123456789']) {
      writeFileSync(join(path, 'home'), text);
      assert.throws(() => openDataFolder(path), /home is damaged; remove it/, text);
    }
    rmSync(join(path, 'home'));
    openDataFolder(path);
  });

  it("K15 somebody else's folder is refused", () => {
    mkdirSync(path, { recursive: true });
    if (process.getuid?.() === 0) {
      chownSync(path, 65_534, 65_534);
      assert.throws(() => openDataFolder(path), /belongs to another user/);
      assert.equal(lstatSync(path).uid, 65_534);
    } else {
      // Only root can give a folder away: take one that root has.
      assert.throws(() => openDataFolder('/usr'), /belongs to another user/);
    }
  });

  it('lies below the real home, whatever XDG says, unless it is named', () => {
    const home = userInfo().homedir;
    assert.ok(dataFolderPath({ XDG_STATE_HOME: '/snap/code/1', HOME: '/snap/code/1' }).startsWith(home));
    assert.equal(dataFolderPath({ MCP_PROCESSES_HOME: '/x/y' }), '/x/y');
    assert.ok(dataFolderPath({ MCP_PROCESSES_HOME: '' }).startsWith(home));
  });

  it('windows that start at once agree on one tag', () => {
    const script = `
      const { openDataFolder } = require(${JSON.stringify(join(__dirname, '../../../src/registry/dataFolder.ts'))});
      process.stdout.write(openDataFolder(process.argv[1]).homeTag);`;
    const command = `for i in 1 2 3 4; do "$0" --import=tsx -e "$1" "$2" & done; wait`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, script, path], { encoding: 'utf8' });
    assert.equal(stdout, openDataFolder(path).homeTag.repeat(4), stderr);
  });
});
