// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../../src/clients/readConfig';
import type { ServerDefinition } from '../../../src/clients/serverDefinition';
import type { ConfigFormat } from '../../../src/known/clients';

const source = { client: 'Some Client', file: '/home/me/config', folder: undefined };
const fixture = (name: string) => readFileSync(join(__dirname, '..', '..', 'fixtures', 'clients', name), 'utf8');
const line = (one: ServerDefinition) =>
  one.type === 'stdio' ? [one.command, ...one.args].join(' ') : `${one.type} ${one.url}`;

describe('configuration files of all clients', () => {
  const files: readonly (readonly [string, ConfigFormat, Readonly<Record<string, string>>])[] = [
    [
      'vscode-mcp.json',
      'mcp.json',
      {
        everything: 'npx -y @modelcontextprotocol/server-everything',
        github: 'docker run -i --rm -e GITHUB_TOKEN ghcr.io/github/github-mcp-server',
        remote: 'http https://example.com/mcp',
        old: 'sse https://example.com/sse',
      },
    ],
    ['shop.code-workspace', 'code-workspace', { shop: 'node ${workspaceFolder:tools}/mcp.js --key ${input:key}' }],
    [
      'project.mcp.json',
      'mcpServers',
      {
        files: 'npx -y @modelcontextprotocol/server-filesystem ${HOME:-/home}/docs',
        sentry: 'http https://mcp.example.com/mcp',
      },
    ],
    [
      'cursor-mcp.json',
      'mcpServers',
      {
        context7: 'npx -y @upstash/context7-mcp@latest',
        linear: 'http https://mcp.example.com/sse',
        git: 'uvx mcp-server-git --repository ${workspaceFolder}',
      },
    ],
    [
      'windsurf-mcp_config.json',
      'mcpServers',
      { playwright: 'npx @playwright/mcp@latest', figma: 'http https://mcp.example.com/mcp' },
    ],
    ['kiro-mcp.json', 'mcpServers', { 'aws-docs': 'uvx awslabs.aws-documentation-mcp-server@latest' }],
    [
      'claude_desktop_config.json',
      'mcpServers',
      {
        memory: 'npx -y @modelcontextprotocol/server-memory',
        windows: 'cmd /c npx -y @modelcontextprotocol/server-memory',
      },
    ],
    [
      'claude.json',
      'claude.json',
      { global: 'npx -y @modelcontextprotocol/server-everything', local: 'uvx mcp-server-git' },
    ],
    [
      'codex-config.toml',
      'codex.toml',
      {
        context7: 'npx -y @upstash/context7-mcp',
        'with space': '/opt/tools/server',
        remote: 'http https://mcp.example.com/mcp',
      },
    ],
    [
      'copilot-mcp-config.json',
      'mcpServers',
      { local: 'npx -y @modelcontextprotocol/server-memory', remote: 'http https://mcp.example.com/mcp' },
    ],
    [
      'gemini-settings.json',
      'gemini-settings',
      {
        python: 'python -m my_server --dir ${env:HOME}/data ${DATA:-x}',
        stream: 'http http://127.0.0.1:3000/mcp',
        events: 'http http://127.0.0.1:8080/sse',
      },
    ],
    [
      'opencode.jsonc',
      'opencode',
      {
        everything: 'npx -y @modelcontextprotocol/server-everything',
        files: 'my-files ${env:HOME}/docs ${file:~/.arg}',
        jira: 'http https://jira.example.com/mcp',
      },
    ],
    [
      'zed-settings.json',
      'zed-settings',
      { flat: 'uvx mcp-server-time', nested: 'node /opt/srv/index.js', remote: 'http https://mcp.example.com/mcp' },
    ],
  ];

  for (const [file, format, expected] of files) {
    it(file, () => {
      const { servers, problems } = readConfig(format, fixture(file), source);
      assert.deepEqual(problems, []);
      assert.deepEqual(Object.fromEntries(servers.map((one) => [one.name, line(one)])), expected);
      for (const one of servers) assert.equal(one.source.client, 'Some Client');
    });

    it(`${file}, cut off in the middle: one problem, with its position`, () => {
      const text = fixture(file);
      const broken =
        format === 'codex.toml' ? `${text}\n[broken` : text.slice(0, text.lastIndexOf(':') + 1) + ' % ' + '\n}';
      const { problems } = readConfig(format, broken, source);
      assert.equal(problems.length, 1, JSON.stringify(problems));
      const [problem] = problems;
      assert.equal(problem?.file, source.file);
      const lines = broken.split('\n').length;
      assert.ok((problem?.line ?? 0) > lines - 9 && (problem?.line ?? 0) <= lines, `${problem?.line} of ${lines}`);
      assert.ok((problem?.column ?? 0) >= 1);
    });

    it(`${file}, cut off anywhere, never throws`, () => {
      const text = fixture(file);
      for (let end = 0; end < text.length; end += 7) {
        const { problems } = readConfig(format, text.slice(0, end), source);
        assert.ok(problems.length <= 2, `${end}: ${JSON.stringify(problems)}`);
      }
    });
  }

  const formats = [...new Set(files.map(([, format]) => format))];
  const blocks: Readonly<Record<ConfigFormat, (inner: string) => string>> = {
    'mcp.json': (inner) => `{"servers": ${inner}}`,
    'code-workspace': (inner) => `{"settings": {"mcp": {"servers": ${inner}}}}`,
    mcpServers: (inner) => `{"mcpServers": ${inner}}`,
    'claude.json': (inner) => `{"mcpServers": ${inner}, "projects": {"/p": {"mcpServers": ${inner}}}}`,
    'gemini-settings': (inner) => `{"mcpServers": ${inner}}`,
    opencode: (inner) => `{"mcp": ${inner}}`,
    'zed-settings': (inner) => `{"context_servers": ${inner}}`,
    'codex.toml': (inner) => `mcp_servers = ${inner.replaceAll('": ', '" = ').replaceAll('null', '0')}`,
  };
  const shapes = [
    ...[
      'null',
      '[]',
      '1',
      '"x"',
      'true',
      '{"a": null}',
      '{"a": 1}',
      '{"a": []}',
      '{"a": {}}',
      '{"": {"command": "x"}}',
    ],
    ...['{"a": {"command": 1}}', '{"a": {"command": []}}', '{"a": {"command": {"path": 1}}}', '{"a": {"url": 1}}'],
    ...['{"a": {"command": "x", "args": "y"}}', '{"a": {"command": "x", "args": [null, {}]}}'],
    ...['{"a": {"command": "x", "env": [1]}}', '{"a": {"command": "x", "env": {"K": {}}}}'],
    ...['{"__proto__": {"command": "x", "env": {"__proto__": "y"}}, "constructor": {"command": "x"}}'],
    ...['{"a": {"command": "x", "__proto__": {"args": ["y"]}}, "toString": {"type": "local", "command": ["z", "w"]}}'],
  ];

  for (const format of formats) {
    it(`${format}: wrong shapes never throw and change nothing else`, () => {
      for (const shape of [...shapes, ...shapes.map((one) => one.slice(0, -1))]) {
        const { servers, problems } = readConfig(format, blocks[format](shape), source);
        for (const one of servers) {
          assert.equal(typeof one.name, 'string');
          assert.ok(one.type !== 'stdio' || (typeof one.command === 'string' && Array.isArray(one.args)), shape);
          if (one.type === 'stdio') for (const arg of one.args) assert.equal(typeof arg, 'string');
        }
        for (const { line: at, message } of problems) assert.ok(at === undefined || (at > 0 && message !== ''));
      }
      assert.equal(({} as Record<string, unknown>).args, undefined);
      assert.equal(({} as Record<string, unknown>).command, undefined);
    });

    it(`${format}: empty, huge, deeply nested and crowded files get an answer`, () => {
      const crowd = Array.from({ length: 20_000 }, (_, at) => `"s${at}": ${at % 2 ? '1' : '{"command": "x"}'}`);
      assert.deepEqual(readConfig(format, '', source).problems, []);
      assert.deepEqual(readConfig(format, ' \n', source).servers, []);
      assert.equal(readConfig(format, `"${'x'.repeat(10 << 20)}"`, source).problems.length, 1);
      for (const depth of [100, 5_000, 200_000]) {
        readConfig(format, blocks[format]('{"a": '.repeat(depth)), source);
        readConfig(format, blocks[format]('['.repeat(depth)), source);
        readConfig(format, blocks[format]('{"a": '.repeat(depth) + '1' + '}'.repeat(depth)), source);
        readConfig(format, blocks[format](`{"a": {"command": ${'['.repeat(depth)}${']'.repeat(depth)}}}`), source);
      }
      const { servers, problems } = readConfig(format, blocks[format](`{${crowd.join(', ')}}`), source);
      assert.ok(servers.length >= 10_000);
      assert.ok(problems.length > 0 && problems.length <= 20);
    });
  }

  it('reads past a broken entry, and says where it is', () => {
    const text =
      '{\n  "mcpServers": {\n    "a": { "command": "x" },\n    "b": { "args": [] },\n    "c": { "command": "y" }\n  }\n}';
    const { servers, problems } = readConfig('mcpServers', text, source);
    assert.deepEqual(
      servers.map(({ name }) => name),
      ['a', 'c'],
    );
    assert.deepEqual(
      problems.map(({ line: at, column }) => [at, column]),
      [[4, 10]],
    );
    const toml = 'x = 1\n\n[mcp_servers.a]\ncommand = "x"\n\n  [mcp_servers."b.c"]\nargs = []\n';
    const codex = readConfig('codex.toml', toml, source);
    assert.deepEqual(
      codex.servers.map(({ name }) => name),
      ['a'],
    );
    assert.deepEqual(
      codex.problems.map(({ line: at }) => at),
      [6],
    );
  });

  it('does not quote the contents of a broken file', () => {
    for (const format of formats) {
      const text = 'token = hunter2-secret %\n"hunter2-secret" {';
      for (const { message } of readConfig(format, text, source).problems)
        assert.ok(!message.includes('hunter2'), message);
    }
  });

  it('keeps the entries of a folder with the folder', () => {
    const { servers } = readConfig('claude.json', fixture('claude.json'), source);
    assert.deepEqual(Object.fromEntries(servers.map((one) => [one.name, one.source.folder])), {
      global: undefined,
      local: '/repos/shop',
    });
  });

  it('reads environment, folder and file of an entry', () => {
    const [, github] = readConfig('mcp.json', fixture('vscode-mcp.json'), source).servers;
    assert.ok(github?.type === 'stdio');
    assert.deepEqual({ ...github.env }, { GITHUB_TOKEN: '${input:github-token}', PAGE_SIZE: 50, HTTP_PROXY: null });
    assert.equal(github.envFile, '${workspaceFolder}/.env');
    assert.equal(github.cwd, '${workspaceFolder}/tools');
    const [playwright] = readConfig('mcpServers', fixture('windsurf-mcp_config.json'), source).servers;
    assert.ok(playwright?.type === 'stdio');
    assert.deepEqual(playwright.env, { DEBUG: 'true', PORT: '80' });
  });
});
