// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configurations are what is drawn
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { entryMatcher } from '../../src/clients/entryMatcher';
import { KnownFolders } from '../../src/clients/knownFolders';
import type { Observed } from '../../src/clients/proof';
import { npxFolder } from '../../src/clients/runners';
import { check } from './seeds';

// An entry, and a process with more or less the same arguments. The truth about both is drawn, and whether the
// process belongs to the entry follows from it alone.

/** Commands that depend on the folder they run in; `%` is an argument of the entry's own. */
const BOUND = [
  ...[
    'make %',
    'npm run %',
    'npx tsx src/%.ts',
    'python3 -m %.main',
    'uv run %',
    'cargo run --bin %',
    'node dist/%.js',
  ],
  ...['./%', 'go run ./cmd/%', 'bun run %', 'dotnet run --project src/%', 'java -cp target %.Main', 'deno task %'],
  ...[
    'poetry run %',
    'pnpm exec %',
    'docker compose run %',
    'foorun %',
    'npx % serve',
    'uvx --from . %',
    'node % serve',
  ],
] as const;
/** Commands that begin with a placeholder; `$` stands for it. */
const OPEN = [
  ...['node $/dist/%.js', '$/bin/% --stdio', 'python3 $/%.py', 'uv --directory $ run %', 'npx -y tsx $/src/%.ts'],
  ...['npm --prefix $ run %', 'bun run --cwd $ %', 'java -jar $/%.jar'],
] as const;
const WRAPPERS = ['', 'env A=b ', 'nohup ', 'setsid '] as const;

const entries = fc.record({
  kind: fc.constantFrom('bound', 'open', 'path', 'package', 'program'),
  shape: fc.nat(1_000),
  wrapper: fc.constantFrom(...WRAPPERS),
  variable: fc.constantFrom('workspaceFolder', 'CLAUDE_PLUGIN_ROOT', 'env:NOBODYS_ROOT', 'input:root'),
  /** Whether it is known in which folder the entry is run. */
  saysFolder: fc.boolean(),
});
const processes = fc.record({
  folder: fc.constantFrom('own', 'project', 'other', 'unknown'),
  /** What the process has in place of the entry's placeholder. */
  root: fc.constantFrom('project', 'client', 'plugin', 'environment', 'other'),
  place: fc.constantFrom('cache', 'package', 'other'),
  hasWords: fc.constantFrom(true, true, true, false),
  isWrapped: fc.boolean(),
});
type Entry = typeof entries extends fc.Arbitrary<infer T> ? T : never;
type Running = typeof processes extends fc.Arbitrary<infer T> ? T : never;

/** Whether the process really belongs to the entry. */
function isOwn({ kind, variable, saysFolder }: Entry, { folder, root, place, hasWords }: Running): boolean {
  if (!hasWords) return false;
  switch (kind) {
    case 'bound':
      return saysFolder && folder === 'own';
    case 'open':
      if (variable === 'workspaceFolder') return root === 'project' || root === 'client';
      if (variable === 'CLAUDE_PLUGIN_ROOT') return root === 'plugin';
      return variable === 'env:NOBODYS_ROOT' && root === 'environment';
    case 'path':
      return true;
    case 'package':
      return place !== 'other';
    case 'program':
      // An installed program is the entry's own; so is one that the entry's folder provides, when run there.
      return place === 'cache' || (saysFolder && folder === 'own');
  }
}

describe('random entries and processes', () => {
  let home: string;
  before(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'recognition-')));
    for (const folder of ['own', 'project', 'client', 'other', 'environment', '.claude/plugins/p']) {
      mkdirSync(join(home, folder), { recursive: true });
    }
    const files = {
      [`.npm/_npx/${npxFolder(['@field/srv'])}/node_modules/.bin/srv`]: '',
      'project/node_modules/@field/srv/package.json': '{"name": "@field/srv"}',
      'project/node_modules/@field/srv/bin/srv': '',
      'other/bin/srv': '',
      'other/node_modules/.bin/field-mcp': '',
      '.local/bin/field-mcp': '',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
    }
  });
  after(() => rmSync(home, { recursive: true }));

  const at = (name: string) => join(home, name);
  const rootOf = (root: Running['root']) => at(root === 'plugin' ? '.claude/plugins/p' : root);

  function wordsOf(entry: Entry, root: string, word: string): string[] {
    const shapes = entry.kind === 'open' ? OPEN : BOUND;
    const shape = shapes[entry.shape % shapes.length] as string;
    return shape
      .replaceAll('$', () => root)
      .replaceAll('%', word)
      .split(' ');
  }

  /** The entry's command line, and the process's. */
  function commands(entry: Entry, running: Running): [string[], string[]] {
    const word = running.hasWords ? 'word' : 'other';
    switch (entry.kind) {
      case 'bound':
      case 'open':
        return [wordsOf(entry, `\${${entry.variable}}`, 'word'), wordsOf(entry, rootOf(running.root), word)];
      case 'path':
        return [
          ['node', '/srv/word.js', '--stdio'],
          ['node', `/srv/${word}.js`, '--stdio'],
        ];
      case 'package': {
        const places = {
          cache: `.npm/_npx/${npxFolder(['@field/srv'])}/node_modules/.bin/srv`,
          package: 'project/node_modules/@field/srv/bin/srv',
          other: 'other/bin/srv',
        };
        return [
          ['npx', '-y', '@field/srv', '--word'],
          ['node', at(places[running.place]), `--${word}`],
        ];
      }
      case 'program': {
        const place = running.place === 'cache' ? '.local/bin/field-mcp' : 'other/node_modules/.bin/field-mcp';
        return [
          ['field-mcp', '--word'],
          ['python3', at(place), `--${word}`],
        ];
      }
    }
  }

  const judge = async (entry: Entry, running: Running): Promise<void> => {
    const [configured, observedWords] = commands(entry, running);
    const wrapper = entry.wrapper.split(' ').filter(Boolean);
    const [command = '', ...args] = [...wrapper, ...configured];
    const folders = new KnownFolders(() => ({
      home,
      platform: process.platform,
      environment: { PATH: at('other/node_modules/.bin') },
      folders: [at('project')],
      workspaceFile: undefined,
    }));
    const source = { client: 'Cursor', file: at('.cursor/mcp.json'), folder: undefined };
    const cwd = entry.saysFolder ? at('own') : undefined;
    const definition = { type: 'stdio' as const, name: 'it', source, command, args, env: {}, envFile: undefined, cwd };
    const basisOf = entryMatcher(
      definition,
      { workspaceFolder: undefined, folders: new Map(), userHome: home, environment: {}, inputs: new Map() },
      folders,
    );
    const observed: Observed = {
      folder: () => (running.folder === 'unknown' ? undefined : at(running.folder)),
      executable: () => '/usr/bin/program',
      variable: (name) => (name === 'NOBODYS_ROOT' ? at('environment') : undefined),
      clientFolders: () => new Set([at('client')]),
    };
    const isWrapped = running.isWrapped && wrapper.length > 0;
    const basis = basisOf([...(isWrapped ? wrapper : []), ...observedWords], observed);
    assert.equal(
      basis !== undefined,
      isOwn(entry, running),
      `${command} ${args.join(' ')} ~ ${observedWords.join(' ')}`,
    );
  };

  it('match exactly where the process really belongs to the entry (K31, K32, K34)', async function () {
    this.timeout(0);
    await check('recognition', fc.asyncProperty(entries, processes, judge), {
      numRuns: Number(process.env.PROPERTY_RUNS ?? 5_000),
    });
  });
});
