import assert from 'node:assert/strict';
import { type Answers, NO_ANSWERS, planFor, secretsIn, suggestedName } from '../../../src/views/addServer/answers';

const TAKEN = { names: new Set(['memory', 'notes']), inputs: new Set<string>() };

const imported = (name: string, env: Record<string, string> = {}) => ({
  ...{ client: 'Claude', file: '/c.json', folder: undefined, name },
  ...{ entry: { command: 'run', env }, inputs: [] },
});

describe('the answers about a new server', () => {
  const table: [what: string, answers: Partial<Answers>, suggestion: string, written: string[]][] = [
    ['none', {}, '', []],
    ['a kind', { kind: 'npm' }, '', []],
    ['a package', { kind: 'npm', packages: { npm: '@x/server-git' } }, 'git', ['git: npx -y @x/server-git']],
    [
      'a package with arguments',
      { kind: 'python', packages: { python: 'mcp-server-fetch' }, args: '--a "b c"' },
      'fetch',
      ['fetch: uvx mcp-server-fetch --a b c'],
    ],
    ['the package of another kind', { kind: 'docker', packages: { npm: '@x/server-git' } }, '', []],
    ['arguments with a mistake', { kind: 'npm', packages: { npm: 'a' }, args: '"b' }, '', []],
    [
      'a package whose name is taken',
      { kind: 'npm', packages: { npm: '@x/server-memory' } },
      'memory-2',
      ['memory-2: npx -y @x/server-memory'],
    ],
    ['a command', { kind: 'command', command: 'node "/a b/git.js"' }, 'git', ['git: node /a b/git.js']],
    ['a command with a mistake', { kind: 'command', command: 'a | b' }, '', []],
    ['a name', { kind: 'command', command: 'node git.js', name: 'mine' }, 'git', ['mine: node git.js']],
    [
      'what is imported, each under a free name',
      { kind: 'import', imported: [imported('notes'), imported('notes'), imported('new')] },
      '',
      ['notes-2: run', 'notes-3: run', 'new: run'],
    ],
    ['nothing imported, after a command', { kind: 'import', command: 'node git.js' }, '', []],
  ];
  for (const [what, change, suggestion, written] of table) {
    it(`${what}: the suggested name, and what is written`, () => {
      const answers = { ...NO_ANSWERS, ...change };
      assert.equal(suggestedName(answers, TAKEN), suggestion);
      const servers = Object.entries(planFor(answers, TAKEN).servers);
      assert.deepEqual(
        servers.map(([name, { command, args = [] }]) => `${name}: ${[command, ...args].join(' ')}`),
        written,
      );
    });
  }

  it('each secret is named once, and written to the settings only on request', () => {
    const imports = [imported('a', { API_KEY: 'abc', LEVEL: '1' }), imported('b', { API_KEY: 'def' })];
    const answers: Answers = { ...NO_ANSWERS, kind: 'import', imported: imports };
    assert.deepEqual(secretsIn(answers, TAKEN), ['API_KEY']);
    const written = (secrets: Answers['secrets']) => {
      const plan = planFor({ ...answers, secrets }, TAKEN);
      return { inSettings: JSON.stringify(plan).includes('abc'), stored: [...plan.answers.values()] };
    };
    assert.deepEqual(written('store'), { inSettings: false, stored: ['abc', 'def'] });
    assert.deepEqual(written('ask'), { inSettings: false, stored: [] });
    assert.deepEqual(written('write'), { inSettings: true, stored: [] });
  });
});
