// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here
import assert from 'node:assert/strict';
import {
  commandEntry,
  packageEntry,
  packageProblem,
  splitArguments,
  splitVariables,
} from '../../../../src/clients/newServer/kinds';

describe('packages and images', () => {
  it('have their names checked by form only, without asking a registry', () => {
    const good = {
      npm: [
        '@modelcontextprotocol/server-memory',
        'a',
        'mcp-remote@latest',
        '@x/y@1.2.3',
        '@x/y@^1.0.0',
        ' JSONStream ',
      ],
      python: ['mcp-server-fetch', 'a', 'awslabs.core_mcp@latest', 'x==1.2.3', 'x[cli]', 'x[cli,web]==1.0'],
      docker: [
        'mcp/fetch',
        'alpine',
        'ghcr.io/github/github-mcp-server:latest',
        'localhost:5000/a/b:1',
        `a@sha256:${'0'.repeat(64)}`,
      ],
    } as const;
    const bad = {
      npm: ['-y', '--help', 'a b', '@x', '@x/', 'a/b', 'https://x', '../a', 'a;b', '$(x)', 'npx -y a', '@x/y@'],
      python: ['-m', 'a b', 'a;b', './a', 'x[', 'git+https://x', 'x=='],
      docker: ['-v', 'Upper/case', 'a b', 'a:', '/a', 'https://x/y', 'a//b', 'run -i a'],
    } as const;
    for (const kind of ['npm', 'python', 'docker'] as const) {
      for (const name of good[kind]) assert.equal(packageProblem(kind, name), undefined, `${kind} ${name}`);
      for (const name of bad[kind]) assert.equal(packageProblem(kind, name), 'notAPackage', `${kind} ${name}`);
      assert.equal(packageProblem(kind, '  '), 'empty');
      assert.equal(packageProblem(kind, 'a'.repeat(100_000)), 'notAPackage');
    }
  });

  it('become the command that runs them', () => {
    assert.deepEqual(packageEntry('npm', ' @x/y@1 ', ['--port', '3'], {}), {
      command: 'npx',
      args: ['-y', '@x/y@1', '--port', '3'],
    });
    assert.deepEqual(packageEntry('python', 'x', [], { A: 'b' }), { command: 'uvx', args: ['x'], env: { A: 'b' } });
    assert.deepEqual(packageEntry('python', 'x==1.0', ['-v'], {}).args, ['x@1.0', '-v']);
    assert.deepEqual(packageEntry('python', 'x[cli]==1.0', [], {}).args, ['--from', 'x[cli]==1.0', 'x']);
    assert.deepEqual(packageEntry('docker', 'mcp/x:1', ['serve'], { TOKEN: 't' }), {
      ...{ command: 'docker', args: ['run', '-i', '--rm', '-e', 'TOKEN', 'mcp/x:1', 'serve'], env: { TOKEN: 't' } },
    });
  });
});

describe('a pasted command line', () => {
  const read = (text: string) => commandEntry(text, 'linux');

  it('is split as a shell splits it', () => {
    const table: [string, object][] = [
      ['node server.js', { command: 'node', args: ['server.js'] }],
      ['  node  ', { command: 'node' }],
      [`node "my server.js" 'it''s' a\\ b ""`, { command: 'node', args: ['my server.js', 'its', 'a b', ''] }],
      ['"/opt/my tools/server" --x="a b"', { command: '/opt/my tools/server', args: ['--x=a b'] }],
      ['A=1 B="x y" npx -y z', { command: 'npx', args: ['-y', 'z'], env: { A: '1', B: 'x y' } }],
      ['exec node x', { command: 'node', args: ['x'] }],
      ['cd ~/proj && node x', { command: 'node', args: ['x'], cwd: '${userHome}/proj' }],
      [
        '~/bin/x ${workspaceFolder}/a ${HOME}/b',
        { command: '${userHome}/bin/x', args: ['${workspaceFolder}/a', '${env:HOME}/b'] },
      ],
      ['docker run \\ -i --rm \\ mcp/fetch', { command: 'docker', args: ['run', '-i', '--rm', 'mcp/fetch'] }],
      ['x --key ${input:key}', { command: 'x', args: ['--key', '${input:key}'] }],
      ["sh -c 'a | b > c'", { command: 'sh', args: ['-c', 'a | b > c'] }],
    ];
    for (const [text, entry] of table) assert.deepEqual(read(text), entry, text);
  });

  it('that needs a shell is refused with the reason, and never truncated', () => {
    const table: [string, string][] = [
      ['', 'empty'],
      ['   ', 'empty'],
      ['""', 'noCommand'],
      ['A=1', 'noCommand'],
      ['exec', 'noCommand'],
      ['node "x', 'openQuote'],
      ["node 'x", 'openQuote'],
      ['a | b', 'shellSyntax'],
      ['a > b', 'shellSyntax'],
      ['a; b', 'shellSyntax'],
      ['a $HOME', 'shellSyntax'],
      ['a "$(b)"', 'shellSyntax'],
      ['a *.js', 'shellSyntax'],
      ['a & ', 'shellSyntax'],
      ['export A=1 && a', 'severalCommands'],
      ['a && b', 'severalCommands'],
      ['cd x && a && b', 'severalCommands'],
      ['a'.repeat(10_000), 'tooLong'],
    ];
    for (const [text, problem] of table) assert.equal(read(text), problem, text);
  });

  it('on Windows has backslashes in its paths', () => {
    assert.deepEqual(commandEntry('"C:\\Program Files\\x\\y.exe" C:\\a --b', 'win32'), {
      ...{ command: 'C:\\Program Files\\x\\y.exe', args: ['C:\\a', '--b'] },
    });
  });
});

it('arguments and variables alone are split in the same way', () => {
  assert.deepEqual(splitArguments('a "b c" ~/d', 'linux'), ['a', 'b c', '${userHome}/d']);
  assert.deepEqual(splitArguments('  ', 'linux'), []);
  assert.equal(splitArguments('a | b', 'linux'), 'shellSyntax');
  assert.equal(splitArguments('a && b', 'linux'), 'severalCommands');
  assert.deepEqual(splitVariables('A=1 B="x y" C= D=${HOME}', 'linux'), { A: '1', B: 'x y', C: '', D: '${env:HOME}' });
  assert.deepEqual(splitVariables('', 'linux'), {});
  assert.equal(splitVariables('A=1 b', 'linux'), 'notAnAssignment');
  assert.equal(splitVariables('A="1', 'linux'), 'openQuote');
});
