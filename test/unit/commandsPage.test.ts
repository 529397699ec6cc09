import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const page = read('docs/commands.md');
const { contributes } = JSON.parse(read('package.json'));
const strings: Record<string, string> = JSON.parse(read('package.nls.json'));

interface Command {
  readonly command: string;
  readonly title: string;
}
const commands: Command[] = contributes.commands;
const titleOf = ({ title }: Command) => strings[title.replaceAll('%', '')] ?? title;
const places = new Map([...page.matchAll(/^\| \*\*([^*]+)\*\* +\| ([^|]+) \|/gm)].map((row) => [row[1], row[2]]));

describe('docs/commands.md', () => {
  it('has one row per command, by its title, and no other', () => {
    assert.deepEqual([...places.keys()].toSorted(), commands.map(titleOf).toSorted());
  });

  it('says which commands are in the palette', () => {
    const hidden = new Set(
      contributes.menus.commandPalette
        .filter(({ when }: { when: string }) => when === 'false')
        .map(({ command }: Command) => command),
    );
    for (const one of commands) {
      assert.equal(/\bpalette\b/.test(places.get(titleOf(one)) ?? ''), !hidden.has(one.command), titleOf(one));
    }
  });
});
