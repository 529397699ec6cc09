// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configurations are what is tested here
import assert from 'node:assert/strict';
import { entryMatcher } from '../../../src/clients/entryMatcher';
import { KnownFolders } from '../../../src/clients/knownFolders';
import { unrelatedCommands } from '../../support/unrelatedCommands';
import { argsOf } from './lines';

const HOME = '/home/me';
const CROWD = 1_000;

/** Realistic entries of every kind that could match a stranger's command. */
const PATTERNS = [
  ...[
    'node ${workspaceFolder}/dist/index.js',
    'node ${workspaceFolder}/build/index.js --stdio',
    'node ${input:script}',
  ],
  ...[
    'python3 ${workspaceFolder}/server.py',
    'python ${env:TOOL}/main.py --stdio',
    '${workspaceFolder}/bin/server --stdio',
  ],
  ...['${workspaceFolder}/.venv/bin/python ${workspaceFolder}/server.py', 'node ${CLAUDE_PLUGIN_ROOT}/dist/server.mjs'],
  ...['python3 ${ROOT:-/default}/server.py', 'uv --directory ${workspaceFolder} run server.py', 'uv run server.py'],
  ...['npx tsx src/server.ts', 'npx tsx ${workspaceFolder}/src/server.ts', 'make serve', 'npm start', 'npm run start'],
  ...['python3 -m app.main', 'uv run app', 'cargo run --bin app', 'go run .', './server --stdio', 'node dist/index.js'],
  ...['bun run ${workspaceFolder}/src/index.ts', 'deno run -A ${workspaceFolder}/main.ts', 'npx -y @acme/server'],
  ...[
    'java -jar ${workspaceFolder}/target/app.jar',
    'dotnet run --project ${workspaceFolder}',
    'docker run -i --rm ${input:image}',
  ],
  ...['bash ${workspaceFolder}/run.sh', 'sh -c cd␣${workspaceFolder}␣&&␣npm␣start', 'npx -y ${input:package}'],
  ...['npx -y @modelcontextprotocol/server-filesystem ${workspaceFolder}', 'uvx mcp-server-git', 'mcp-server-x'],
  ...[
    'node /home/me/mcp-server-x/dist/index.js',
    'npx -y server',
    '${input:program} ${input:arguments}',
    'node server.js',
  ],
];

describe('1,000 unrelated command lines with plausible paths', () => {
  const folders = new KnownFolders(() => ({
    home: HOME,
    platform: 'linux',
    environment: { PATH: '/usr/local/bin:/usr/bin' },
    folders: [`${HOME}/projects/app`],
    workspaceFile: undefined,
  }));
  const crowd = unrelatedCommands(CROWD, HOME);
  for (const pattern of PATTERNS) {
    it(`K03 K31 K32 ${pattern} is none of them`, () => {
      const [command = '', ...args] = argsOf(pattern);
      const source = { client: 'VS Code', file: `${HOME}/.config/Code/User/mcp.json`, folder: undefined };
      const definition = { type: 'stdio' as const, name: 'it', source, command, args, env: {}, envFile: undefined };
      const basisOf = entryMatcher(
        { ...definition, cwd: `${HOME}/projects/app` },
        { workspaceFolder: undefined, folders: new Map(), userHome: HOME, environment: {}, inputs: new Map() },
        folders,
      );
      const named = crowd.filter((words, index) =>
        basisOf(words, {
          folder: () => `${HOME}/projects/other-${index}`,
          executable: () => `/usr/bin/${words[0]}`,
          variable: () => undefined,
          clientFolders: () => new Set(),
        }),
      );
      assert.deepEqual(named, [], `${named.length} of ${CROWD}`);
    });
  }

  it('have the words of most patterns: the test can fail', () => {
    assert.ok(crowd.some((line) => line.join(' ') === 'npx tsx src/server.ts'));
    assert.ok(crowd.some((line) => /\/dist\/index\.js$/.test(line.at(-1) ?? '')));
    assert.ok(crowd.some((line) => line.join(' ') === 'make serve'));
  });
});
