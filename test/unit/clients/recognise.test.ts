// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here
import assert from 'node:assert/strict';
import { guessServer } from '../../../src/clients/guess';
import { definitionMatcher } from '../../../src/clients/recognise';
import { npxFolder } from '../../../src/clients/runners';
import { argsOf, UNRELATED } from './lines';

const definition = (line: string) => {
  const [command = '', ...args] = argsOf(line);
  return { command, args };
};

/** Whether a command line matches an entry's; machineConfigs.test.ts tests the other conditions. */
const matches = (one: { command: string; args: string[] }, args: readonly string[]) =>
  definitionMatcher(one)(args).length > 0;

const HASH = npxFolder(['@modelcontextprotocol/server-everything']);
const EVERYTHING = 'npx -y @modelcontextprotocol/server-everything';
const FILES = 'npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /tmp/a␣b ${workspaceFolder}';

describe('recognising a configured server', () => {
  /** What an entry says, and what it runs as. */
  const same: Readonly<Record<string, readonly string[]>> = {
    'node /srv/index.js --stdio': [
      'node /srv/index.js --stdio',
      '/usr/bin/node /srv/index.js --stdio',
      'node.exe /srv/index.js --stdio',
      'bun /srv/index.js --stdio',
    ],
    'python /srv/s.py': ['/home/me/.venv/bin/python3.12 /srv/s.py', 'python3 /srv/s.py', 'python -u /srv/s.py'],
    'mcp-server-fetch': [
      'mcp-server-fetch',
      '/home/me/.local/bin/mcp-server-fetch',
      'python /home/me/.local/bin/mcp-server-fetch',
      '/home/me/.venv/bin/python3 -sE /home/me/.venv/bin/mcp-server-fetch',
      'mcp-server-fetch.exe',
    ],
    '/opt/srv --port 1': ['/opt/srv --port 1', 'srv --port 1', '/bin/sh /opt/srv --port 1', '/opt/srv --port 1 '],
    [EVERYTHING]: [
      EVERYTHING,
      'node /usr/bin/npx -y @modelcontextprotocol/server-everything',
      'npm␣exec␣@modelcontextprotocol/server-everything',
      "sh -c 'mcp-server-everything'",
      'node /repos/node_modules/.bin/mcp-server-everything',
      `node /home/me/.npm/_npx/${HASH}/node_modules/.bin/mcp-server-everything`,
      `node C:\\Users\\me\\_npx\\${HASH}\\node_modules\\@modelcontextprotocol\\server-everything\\dist\\index.js`,
      'node C:\\w\\node_modules\\.bin\\\\..\\@modelcontextprotocol\\server-everything\\dist\\index.js',
      'cmd /c npx -y @modelcontextprotocol/server-everything',
      'C:\\Windows\\system32\\cmd.exe␣/d␣/s␣/c␣"npx␣^"-y^"␣^"@modelcontextprotocol/server-everything^""',
      '"C:\\Program␣Files\\nodejs\\node.exe"␣"C:\\n\\npx-cli.js"␣-y␣@modelcontextprotocol/server-everything',
    ],
    'cmd /c npx -y @modelcontextprotocol/server-everything': ['npm␣exec␣@modelcontextprotocol/server-everything'],
    'npx --yes --package=@modelcontextprotocol/server-memory -- mcp-server-memory --port=12': [
      'npm␣exec␣mcp-server-memory␣--port=12',
      "sh -c 'mcp-server-memory'␣--port=12",
      'node /w/node_modules/.bin/mcp-server-memory --port=12',
    ],
    'npx -y @x/y -- --flag': [
      'npm␣exec␣@x/y␣--␣--flag',
      "sh -c 'y'␣--␣--flag",
      'node /w/node_modules/.bin/y -- --flag',
    ],
    'npm exec -y @x/y -- --flag': ['npm␣exec␣@x/y␣--flag', "sh -c 'y'␣--flag", 'node /w/node_modules/.bin/y --flag'],
    'npx -c mcp-server-memory␣--flag': ['sh -c mcp-server-memory␣--flag', 'node /w/.bin/mcp-server-memory --flag'],
    [FILES]: [
      'npm␣exec␣@modelcontextprotocol/server-filesystem@2026.8.31␣/tmp/a␣b␣/repos/shop',
      "sh -c 'mcp-server-filesystem'␣'/tmp/a␣b'␣/repos/shop",
      'node /w/node_modules/.bin/mcp-server-filesystem /tmp/a␣b /repos/shop',
    ],
    'bunx @x/y': ['bunx @x/y', 'bun /tmp/bunx-0-@x/y@latest/node_modules/.bin/y'],
    'pnpm dlx @x/y --a': [
      'node /usr/lib/node_modules/pnpm/bin/pnpm.cjs dlx @x/y --a',
      'node /home/me/.cache/pnpm/dlx/1/node_modules/.bin/../@x/y/dist/index.js --a',
    ],
    'uvx mcp-server-git --repository /r': [
      'uvx mcp-server-git --repository /r',
      '/home/me/.local/bin/uv tool uvx mcp-server-git --repository /r',
      '/c/uv/archive-v0/h/bin/python /c/uv/archive-v0/h/bin/mcp-server-git --repository /r',
    ],
    'uvx --from git+https://github.com/oraios/serena serena start-mcp-server': [
      'uv tool uvx --from git+https://github.com/oraios/serena serena start-mcp-server',
      '/c/bin/python3 /c/bin/serena start-mcp-server',
    ],
    'uvx mcp-server-time@latest': ['/c/bin/python /c/bin/mcp-server-time'],
    'docker run -i --rm -e TOKEN ghcr.io/github/github-mcp-server': [
      'docker run -i --rm -e TOKEN ghcr.io/github/github-mcp-server',
      '/usr/bin/docker run -i --rm -e TOKEN ghcr.io/github/github-mcp-server',
      '/usr/libexec/com.docker.cli run -i --rm -e TOKEN ghcr.io/github/github-mcp-server',
    ],
    'docker run -i -v ${workspaceFolder}:/w mcp/git': ['docker run -i -v /repos/shop:/w mcp/git'],
    'sh -c npx␣-y␣@x/y': ['npm␣exec␣@x/y', 'sh -c npx␣-y␣@x/y', 'bash -lc npx␣-y␣@x/y'],
    'bash -lc cd␣/srv␣&&␣exec␣node␣index.js␣--stdio': ['node index.js --stdio'],
    'env A=b node /srv/index.js': ['node /srv/index.js', 'env A=b node /srv/index.js'],
    'node ${workspaceFolder}/mcp/index.js --token ${input:token}': ['node /repos/shop/mcp/index.js --token abc'],
    '${userHome}/bin/my-server --x': ['/home/me/bin/my-server --x', '/bin/bash /home/me/bin/my-server --x'],
  };
  for (const [written, lines] of Object.entries(same)) {
    for (const line of lines) {
      it(`${written}  runs as  ${line}`, () => {
        assert.ok(matches(definition(written), argsOf(line)));
      });
    }
  }

  const sandbox = '/srv/code/node /srv/code/node_modules/@vscode/sandbox-runtime/dist/cli.js --settings /tmp/s.json --';
  for (const line of [
    `${sandbox} 'npx' '-y' '@modelcontextprotocol/server-everything'`,
    "bwrap --new-session --die-with-parent -- /usr/bin/bash -c 'npx'␣'-y'␣'@modelcontextprotocol/server-everything'",
  ]) {
    it(`knows the editor's sandbox: ${line}`, () => {
      assert.ok(matches(definition(EVERYTHING), argsOf(line)));
      assert.ok(!matches(definition(`${EVERYTHING} --more`), argsOf(line)));
    });
  }

  it('knows the lines of a system that does not separate arguments', () => {
    const command = definition('/Applications/My␣App/bin/srv --dir ${workspaceFolder} --flag');
    assert.ok(matches(command, ['/Applications/My App/bin/srv --dir /Users/me/a b --flag']));
    assert.ok(!matches(command, ['/Applications/My App/bin/srv --dir /Users/me/a --other x --flag']));
    assert.ok(matches(definition('node /srv/a␣b/index.js'), ['node /srv/a b/index.js']));
    assert.ok(!matches(definition('node /srv/a␣b/index.js'), ['node /srv/a b/index.js --more']));
  });

  const different: Readonly<Record<string, readonly string[]>> = {
    'node /srv/index.js --stdio': [
      'node /srv/index.js',
      'node /srv/index.js --stdio --more',
      'node --stdio /srv/index.js',
      'node /other/index.js --stdio',
      'vim /srv/index.js --stdio',
      'node /srv/index.js.bak --stdio',
    ],
    '/opt/a/srv': ['/opt/b/srv', 'srv', 'node /opt/b/srv'],
    './run.sh': ['/other/run.sh', 'sh /other/run.sh', 'run.sh'],
    [EVERYTHING]: [
      'npm␣exec␣@modelcontextprotocol/server-everything␣sse',
      'npm␣exec␣@modelcontextprotocol/server-everything-else',
      'npm␣exec␣@other/server-everything',
      'npm␣install␣@modelcontextprotocol/server-everything',
      'node /home/me/.npm/_npx/0123456789abcdef/node_modules/.bin/other',
      'node /home/me/mcp-server-everything/index.js',
      'node /home/me/mcp-server-everything',
      'node /home/me/server-everything/node_modules/.bin/vite',
      `cat /home/me/.npm/_npx/${HASH}/node_modules/.bin/mcp-server-everything`,
      'node /w/node_modules/@modelcontextprotocol/server-everything/scripts/build.js',
      'sh -c mcp-server-everything;␣rm␣-rf␣x',
    ],
    [FILES]: ['npm␣exec␣@modelcontextprotocol/server-filesystem@2026.8.31␣/tmp/c␣/repos/shop'],
    'docker run -i --rm mcp/git': ['docker run -i --rm mcp/fetch', 'docker run -i --rm mcp/git --more'],
    'uvx mcp-server-git': ['uv tool uvx mcp-server-time', 'vim /c/bin/mcp-server-git', 'python /src/mcp-server-git'],
    'node ${workspaceFolder}/mcp/index.js': ['node /repos/mcp/index.js.map', 'node /repos/mcp/other.js', 'node'],
  };
  for (const [written, lines] of Object.entries(different)) {
    for (const line of lines) {
      it(`${written}  is not  ${line}`, () => assert.ok(!matches(definition(written), argsOf(line))));
    }
  }

  for (const vague of [
    ...['node', 'python3', 'npx', 'bash', 'sh -c', 'docker run -i --rm', 'npx -y ${input:package}', '${input:program}'],
    ...['node ${input:script}', 'docker run -i --rm ${input:image}', '${input:program} ${input:arguments}', ''],
  ]) {
    it(`an entry that is too vague matches nothing: ${vague}`, () => {
      for (const line of [...UNRELATED, vague, 'npx -y x', 'docker run -i --rm x', 'node x']) {
        assert.ok(!matches(definition(vague), argsOf(line)), line);
      }
    });
  }

  it('copes with hostile arguments', () => {
    const long = 'a'.repeat(1 << 20);
    const many = Array.from({ length: 10_000 }, () => 'sh');
    const nested = `${'sh -c "'.repeat(1_000)}x`;
    for (const args of [[], [''], [long], ['sh', '-c', long], many, [nested], ['sh', '-c', nested], ['\\'], ['"']]) {
      assert.equal(matches(definition(EVERYTHING), args), false);
      assert.equal(guessServer(args), undefined);
      assert.doesNotThrow(() => matches({ command: args[0] ?? '', args }, argsOf('node /x/y.js')));
    }
    assert.ok(matches({ command: 'srv', args: ['(a+)+$', '.*'] }, ['srv', '(a+)+$', '.*']));
    assert.ok(!matches({ command: 'srv', args: ['.*'] }, ['srv', 'abc']), 'an argument is no pattern');
  });

  it('is the same for an entry without placeholders', () => {
    assert.ok(matches({ command: 'npx', args: ['-y', '@x/y'] }, ['npm exec @x/y']));
    assert.ok(!matches({ command: 'npx', args: ['-y', '@x/y'] }, ['npm exec @x/z']));
  });
});

describe('K03 what merely mentions a server is not one', () => {
  const configured = [
    ...[EVERYTHING, FILES, 'npx -y @modelcontextprotocol/server-memory', 'npx -y @upstash/context7-mcp'],
    ...['uvx mcp-server-fetch', 'uvx mcp-server-git', 'uvx mcp-server-git --repository ${workspaceFolder}'],
    ...[
      'mcp-server-fetch',
      'mcp-server-git',
      'mcp-server-rs',
      'python -m mcp_server_git',
      'python -m mcp_server_fetch',
    ],
    ...['node /home/me/mcp-server-x/dist/index.js', 'node ${workspaceFolder}/dist/index.js', 'vite-mcp'],
    ...['docker run -i --rm mcp/git', 'docker run -i --rm ${input:image}', 'sh -c npx␣-y␣mcp-server-memory'],
    ...['npx mcp-remote https://example.com/sse', 'node', 'npx', '${workspaceFolder}/run.sh', 'mcp-server'],
  ].map(definition);
  for (const line of UNRELATED) {
    it(line, () => {
      for (const one of configured) {
        assert.ok(!matches(one, argsOf(line)), `${one.command} ${one.args.join(' ')}`);
        // As shown by a system that knows whole lines only.
        assert.ok(!matches(one, [line.replaceAll('␣', ' ')]), `${one.command} ${one.args.join(' ')}, as a line`);
      }
      assert.equal(guessServer(argsOf(line)), undefined);
      assert.equal(guessServer([line.replaceAll('␣', ' ')]), undefined);
    });
  }
});

describe('guessing from a name alone', () => {
  const guesses: Readonly<Record<string, string>> = {
    'npm␣exec␣@modelcontextprotocol/server-memory': '@modelcontextprotocol/server-memory',
    'npx -y @upstash/context7-mcp@latest': '@upstash/context7-mcp',
    'uv tool uvx mcp-server-git --repository /r': 'mcp-server-git',
    '/c/bin/python /c/bin/mcp-server-git --repository /r': 'mcp-server-git',
    'node /w/node_modules/.bin/mcp-server-memory': 'mcp-server-memory',
    'node /w/node_modules/@modelcontextprotocol/server-memory/dist/index.js': '@modelcontextprotocol/server-memory',
    'python3 -m mcp_server_fetch': 'mcp_server_fetch',
    'docker run -i --rm mcp/fetch': 'fetch',
    '/usr/local/bin/github-mcp-server stdio': 'github-mcp-server',
    'playwright-mcp': 'playwright-mcp',
  };
  for (const [line, name] of Object.entries(guesses)) {
    it(`${line} is ${name}`, () => assert.equal(guessServer(argsOf(line)), name));
  }
});
