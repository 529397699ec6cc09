import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const root = join(__dirname, '../..');
/** In KB as `vsce` counts them. */
const MAX_BYTES = 400 * 1024;

/** The files of a zip, by name, from its central directory. */
function readZip(zip: Buffer): Map<string, () => string> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  assert.ok(end >= 0, 'not a zip');
  const files = new Map<string, () => string>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(zip.toString('latin1', at, at + 4), 'PK\x01\x02');
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const local = zip.readUInt32LE(at + 42);
    files.set(zip.toString('utf8', at + 46, at + 46 + nameLength), () => {
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const data = zip.subarray(start, start + size);
      return (method === 0 ? data : inflateRawSync(data)).toString('utf8');
    });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return files;
}

/** The targets of a page's links and pictures, in order. */
function linksIn(markdown: string): string[] {
  const links = /\]\(\s*<?([^)\s>]+)|\b(?:src|href)=["']?([^"'\s>]+)|^\[[^\]]+\]:\s*<?([^\s>]+)/gm;
  return [...markdown.matchAll(links)].map((match) => (match[1] ?? match[2] ?? match[3]) as string);
}

/** The name by which links refer to a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

describe('the VSIX', function () {
  this.timeout(120_000);
  const work = mkdtempSync(join(tmpdir(), 'vx-'));
  const file = join(work, 'mcp-processes.vsix');
  let files: Map<string, () => string>;
  const text = (name: string) => {
    const read = files.get(`extension/${name}`);
    assert.ok(read, `${name} is missing`);
    return read();
  };

  before(() => {
    const { status, stdout, stderr } = spawnSync('npm', ['run', 'package', '--', `--out=${file}`], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
    files = readZip(readFileSync(file));
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  it('has exactly what the extension needs: no sources, tests, packages or programs', () => {
    assert.deepEqual(
      [...files.keys()].toSorted(),
      [
        '[Content_Types].xml',
        'extension.vsixmanifest',
        'extension/LICENSE.txt',
        'extension/changelog.md',
        'extension/dist/cli.js',
        'extension/dist/commandLine.js',
        'extension/dist/extension.js',
        'extension/dist/guard.js',
        'extension/dist/wrapper/run.sh',
        'extension/dist/wrapper/watch.sh',
        'extension/l10n/bundle.l10n.json',
        'extension/media/icon.png',
        'extension/media/mcp-processes.svg',
        'extension/media/walkthrough/launch.md',
        'extension/media/walkthrough/reap.md',
        'extension/media/walkthrough/see.md',
        'extension/package.json',
        'extension/package.nls.json',
        'extension/readme.md',
      ].toSorted(),
    );
  });

  it('has everything that is built', () => {
    const built = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    assert.ok(built.length >= 4);
    for (const { parentPath, name } of built) {
      // The readme of the package itself.
      if (name !== 'README.md') text(relative(root, join(parentPath, name)));
    }
  });

  it('is smaller than 400 KB', () => {
    assert.ok(statSync(file).size < MAX_BYTES, `${statSync(file).size} bytes`);
  });

  it('has every file that its manifest names', () => {
    const manifest = JSON.parse(text('package.json'));
    const named = JSON.stringify(manifest).match(/"(?:\.\/)?(?:dist|media)\/[^"]+"/g) ?? [];
    assert.ok(named.length >= 6);
    for (const name of named) text(JSON.parse(name).replace(/^\.\//, ''));
  });

  it('loads nothing at run time that it does not contain', () => {
    const others = { extension: 'vscode', guard: './commandLine.js', commandLine: './guard.js', cli: './guard.js' };
    for (const [name, other] of Object.entries(others)) {
      // In quotes it is text: ajv can generate programs that it does not run.
      const loaded = [...text(`dist/${name}.js`).matchAll(/(?<!['"`])\brequire\("([^"]+)"\)/g)].map(
        (match) => match[1] as string,
      );
      assert.ok(loaded.length > 0);
      const outside = loaded.filter((module) => !isBuiltin(module) && module !== other);
      assert.deepEqual([...new Set(outside)], [], name);
    }
  });

  it('has the MCP SDK once: the guard and the command line do not use it', () => {
    assert.match(text('dist/extension.js'), /notifications\/initialized/);
    for (const name of ['guard', 'commandLine']) {
      assert.doesNotMatch(text(`dist/${name}.js`), /notifications\/initialized/);
    }
  });

  // Node parses all of it before the guard's first signal.
  it('has what only the command line needs in a file that the guard loads for it alone', () => {
    for (const only of ['Exit codes: 0 success', 'Invalid TOML document']) {
      assert.ok(text('dist/commandLine.js').includes(only), only);
      assert.ok(!text('dist/guard.js').includes(only), only);
    }
  });

  // An editor does not resolve relative paths in a README: the picture would be broken.
  it('has no relative link or picture in its README; the repository has all that its own names', () => {
    const relative = (markdown: string) => linksIn(markdown).filter((link) => !/^(?:[a-z][a-z+.-]*:|#)/.test(link));
    assert.deepEqual(relative(text('readme.md')), []);
    assert.ok(
      relative(readFileSync(join(root, 'README.md'), 'utf8')).includes('media/screenshots/dark.png'),
      'control arm',
    );
    const anchors = [...text('readme.md').matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] as string));
    for (const link of linksIn(text('readme.md')).filter((one) => one.startsWith('#'))) {
      assert.ok(anchors.includes(link.slice(1)), `${link} is no heading`);
    }
  });

  it('finds dead links', () => {
    assert.deepEqual(
      linksIn('[a](docs/a.md) ![b](b.png "title") [![c](c.png)](d.md) <img src="e.png"> <a href=f>f</a>\n\n[g]: g.md'),
      ['docs/a.md', 'b.png', 'c.png', 'd.md', 'e.png', 'f', 'g.md'],
    );
    assert.equal(anchorOf('What `a b` leaves, without'), 'what-a-b-leaves-without');
  });

  it('says in its README which editor it needs', () => {
    const { engines } = JSON.parse(text('package.json'));
    const [, version] = /^\^(\d+\.\d+)\.0$/.exec(engines.vscode) ?? [];
    assert.ok(version && text('readme.md').includes(`VS Code ${version} or newer`), engines.vscode);
  });

  it('contains no path of the machine that built it', () => {
    for (const name of ['dist/extension.js', 'dist/guard.js', 'dist/commandLine.js', 'dist/cli.js']) {
      assert.ok(!text(name).includes(root), name);
    }
  });
});
