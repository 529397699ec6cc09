import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentOf } from '../../../src/clients/environment';
import { COOKIE_VARIABLE } from '../../../src/registry/cookie';

describe('environment of a server', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'env-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const withFile = (text: string, env: Record<string, string | null> = {}, inherited = {}) => {
    writeFileSync(join(folder, '.env'), text);
    return environmentOf('srv', { env, envFile: '.env' }, inherited, folder);
  };

  it('inherits, without what is not set', () => {
    assert.deepEqual(environmentOf('srv', { env: {}, envFile: undefined }, { A: '1', B: undefined }, undefined), {
      A: '1',
    });
  });

  it('env overrides envFile, envFile overrides what is inherited; null removes', () => {
    const env = { A: 'env', GONE: null, FILE_GONE: null, NEVER: null };
    const inherited = { A: 'inherited', B: 'inherited', C: 'inherited', GONE: 'x' };
    assert.deepEqual(withFile('A=file\nB=file\nFILE_GONE=x\n', env, inherited), {
      A: 'env',
      B: 'file',
      C: 'inherited',
    });
  });

  it('reads the usual forms of an envFile', () => {
    const text =
      '# comment\nexport A=1\nB="two words"\nC=\'$A\'\n\nD=\nE=x # comment\nF="line\\nbreak"\r\nbroken line\n';
    assert.deepEqual(withFile(text), { A: '1', B: 'two words', C: '$A', D: '', E: 'x', F: 'line\nbreak' });
  });

  it('takes an absolute envFile as it is', () => {
    writeFileSync(join(folder, 'x.env'), 'A=1');
    const file = join(folder, 'x.env');
    assert.deepEqual(environmentOf('srv', { env: {}, envFile: file }, {}, '/nowhere'), { A: '1' });
  });

  it('names the file and what to do when it cannot be read, and shows no value', () => {
    const attempt = () => environmentOf('srv', { env: { T: 'hunter2' }, envFile: 'no.env' }, { S: 'hunter2' }, folder);
    assert.throws(attempt, (error: Error) => {
      assert.match(error.message, /"srv" cannot start: its envFile .*no\.env cannot be read \(ENOENT\)\. Create it/);
      assert.ok(!error.message.includes('hunter2'));
      return true;
    });
    assert.throws(() => environmentOf('srv', { env: {}, envFile: '.' }, {}, folder), /it is a folder/);
  });

  it('does not wait for a named pipe, and does not read a file that is too large', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const program = `
      const { environmentOf } = require(${JSON.stringify(join(__dirname, '../../../src/clients/environment.ts'))});
      try { environmentOf('srv', { env: {}, envFile: process.argv[1] }, {}, undefined) }
      catch (error) { console.log(error.message) }`;
    const args = ['--import=tsx', '-e', program, pipe];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { timeout: 15_000, encoding: 'utf8' });
    assert.equal(status, 0, `it hangs: ${stderr}`);
    assert.match(
      stdout,
      /^"srv" cannot start: its envFile .*pipe cannot be read \(it is not a file\)\. Make it a .* file/,
    );
    assert.throws(() => withFile('A=hunter2\0'), /^(?!.*hunter2).*cannot be read \(it is not UTF-8\)\. Make it/);
    const large = `A=${'x'.repeat(1 << 20)}`;
    assert.throws(() => withFile(large), /cannot be read \(it is larger than 1 MB\)\. Make it/);
  });

  it('K24 drops a cookie wherever it comes from', () => {
    const cookie = { [COOKIE_VARIABLE]: '1:stale' };
    assert.deepEqual(withFile(`${COOKIE_VARIABLE}=1:stale\n`, cookie, cookie), {});
  });

  it('handles names that prototypes have', () => {
    const env = JSON.parse('{"__proto__": "x", "constructor": "y"}');
    const result = withFile('__proto__=z\ntoString=t\n', env);
    assert.equal(result.constructor, 'y');
    assert.equal(({} as Record<string, unknown>).x, undefined);
    assert.equal(typeof Object.prototype.toString, 'function');
  });
});
