import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../../../src/common/errors';
import { readPlainFile, whyUnreadable } from '../../../src/common/files';

describe('readPlainFile', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mcp-processes-files-'));
    writeFileSync(join(folder, 'file'), 'text ä');
    mkdirSync(join(folder, 'folder'));
    if (process.platform === 'win32') return;
    symlinkSync(join(folder, 'file'), join(folder, 'link'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync(join(folder, 'pipe'), join(folder, 'link-to-pipe'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const read = (name: string, max = 100, links: 'follow' | 'refuse' = 'refuse') =>
    readPlainFile(join(folder, name), max, { links });

  it('reads a file, with the time of its last write', () => {
    const { text, modifiedAt } = read('file');
    assert.equal(text, 'text ä');
    assert.ok(Math.abs(Date.now() - modifiedAt) < 60_000);
  });

  it('follows a link only on request', function () {
    if (process.platform === 'win32') this.skip();
    assert.equal(read('link', 100, 'follow').text, 'text ä');
    assert.throws(() => read('link'), { code: 'not-plain' });
  });

  for (const [what, name, code, why] of [
    ['a folder', 'folder', 'folder', 'it is a folder'],
    ['a missing file', 'gone', 'ENOENT', 'ENOENT'],
    ['a named pipe, without waiting for a writer', 'pipe', 'not-plain', 'it is not a file'],
    ['a link to a named pipe', 'link-to-pipe', 'not-plain', 'it is not a file'],
    ['a device', '/../../../../../../../../dev/null', 'not-plain', 'it is not a file'],
  ] as const) {
    it(`refuses ${what}`, function () {
      if (process.platform === 'win32' && code === 'not-plain') this.skip();
      for (const links of ['follow', 'refuse'] as const) {
        assert.throws(
          () => read(name, 100, links),
          (error) => {
            assert.equal(codeOf(error), code);
            assert.equal(whyUnreadable(error), why);
            return true;
          },
        );
      }
    });
  }

  it('refuses one byte too many', () => {
    assert.equal(read('file', 7).text, 'text ä');
    assert.throws(() => read('file', 6), { code: 'too-large' });
    writeFileSync(join(folder, 'large'), ' '.repeat((1 << 20) + 1));
    assert.throws(() => read('large', 1 << 20), { message: 'it is larger than 1 MB' });
  });
});
