import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');
const pages = ['README.md', 'CHANGELOG.md', 'examples/workspace/README.md']
  .concat(readdirSync(join(root, 'docs')).map((page) => `docs/${page}`))
  .filter((page) => page.endsWith('.md'));
const read = (page: string) => readFileSync(join(root, page), 'utf8');

/** The names by which links refer to a page's headings. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('pages', () => {
  for (const page of pages) {
    it(`${page} links to files and headings that exist`, () => {
      const links = [...read(page).matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)].map(([, link]) => link as string);
      for (const link of links) {
        const [path = '', anchor] = link.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        assert.ok(existsSync(join(root, file)), `${link} does not exist`);
        if (anchor !== undefined) assert.ok(anchorsOf(file).includes(anchor), `${link} is not a heading`);
      }
    });
  }

  it('are all linked from the README', () => {
    for (const page of pages) if (page.startsWith('docs/')) assert.ok(read('README.md').includes(`(${page}`), page);
  });
});
