// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested here
import assert from 'node:assert/strict';
import { anchorOf } from '../../../src/clients/anchor/anchor';
import type { AnchorKind } from '../../../src/clients/anchor/kinds';
import { layersOf } from '../../../src/clients/unwrap';
import { argsOf } from './lines';

const of = (line: string) => anchorOf(layersOf(argsOf(line)).at(-1) ?? []);

describe('what identifies a command', () => {
  const kinds: Readonly<Record<AnchorKind, readonly string[]>> = {
    path: [
      'node /srv/x/dist/index.js',
      'node --enable-source-maps /srv/x/dist/index.js --port 1',
      '/opt/x/server --stdio',
      '/usr/bin/python3 -u /srv/s.py',
      'bun run /srv/server.ts',
      'deno run -A /srv/server.ts',
      'npx -y tsx /srv/src/server.ts',
      'uv run --with mcp[cli] /srv/server.py',
      'uv run --with mcp[cli] mcp run /srv/server.py',
      'uv --directory /srv/weather run weather.py',
      'uv run --directory=/srv/weather weather.py',
      'npm --prefix /srv/x run start',
      'make -C /srv/x serve',
      'cargo run --manifest-path /srv/x/Cargo.toml --bin app',
      'dotnet run --project /srv/x',
      'java -jar /srv/x.jar',
      'sh -c exec␣node␣/srv/index.js',
      'env A=b node /srv/index.js',
      'bash /srv/run.sh',
      'C:\\srv\\server.exe --stdio',
    ],
    package: [
      'npx -y @modelcontextprotocol/server-memory',
      'npx -y @modelcontextprotocol/server-filesystem /home/me/docs ${workspaceFolder}',
      'npx @playwright/mcp@latest --headless --browser firefox',
      'npx mcp-remote https://example.com/sse --header X:1',
      'npx -y @acme/search --key ${input:key}',
      'bunx @acme/search',
      'pnpm dlx @acme/search --a',
      'npx -y @smithery/cli@latest run @acme/notes --key k',
      'npx -y @21st-dev/magic@latest API_KEY=x',
      'uvx mcp-server-git --repository /r',
      'uvx --from git+https://github.com/oraios/serena serena start-mcp-server',
      'uv tool run mcp-server-fetch',
      'pipx run mcp-server-time',
      'npm exec -y @acme/search -- --flag',
    ],
    image: [
      'docker run -i --rm mcp/git',
      'docker run -i --rm -v ${workspaceFolder}:/w -e TOKEN ghcr.io/github/github-mcp-server',
      'podman exec -i notes node server.js',
    ],
    program: [
      'mcp-server-fetch',
      'github-mcp-server stdio',
      'notes-server --dir /home/me/notes --quiet',
      'basic-memory mcp',
      'docker mcp gateway run --servers=duckduckgo',
    ],
    folder: [
      // Ten of these once matched a stranger's processes in another folder: listed as proven orphans, and ended.
      ...['npx tsx src/server.ts', 'make serve', 'python3 -m app.main', 'uv run app', 'cargo run --bin app'],
      ...['npm run start', 'npm start', 'yarn serve', 'pnpm exec nexus mcp', 'pnpm dev', 'bun run start', 'bun server'],
      ...[
        'node build/index.js',
        'node server',
        'python server.py',
        './server',
        'build/server --stdio',
        'deno task mcp',
      ],
      ...['go run ./cmd/server', 'dotnet run', 'dotnet run --project src/Server', 'poetry run app', 'just mcp-server'],
      ...[
        'npx nodemon app',
        'npx -y ts-node app',
        'npx .',
        'npx -w server start',
        'uvx --from . app',
        'uvx mcp run s.py',
      ],
      ...[
        'npx app serve',
        'foorun app',
        'java -cp target app.Main',
        'java -jar target/x.jar',
        'docker compose run app',
      ],
      ...['node -r dotenv/config dist/index.js', 'node --import tsx src/server.ts', 'node /srv/run.js src/server.ts'],
      ...[
        'sh -c npm␣run␣mcp',
        'bash -c while␣true;␣do␣x;␣done',
        'env A=b make serve',
        'nohup make serve',
        'mise run mcp',
      ],
      ...[
        'php artisan mcp',
        'ruby -Ilib bin/server',
        'bundle exec server',
        'python3 -c import␣app',
        '/usr/bin/make serve',
      ],
      ...[
        '/usr/bin/python3 -m app.main',
        'npx -y @acme/search --config=./x.json',
        'npx json-server db.json',
        'uv run -m app',
      ],
      ...['npx concurrently app', 'mvn -q exec:java', 'gradle run', './gradlew run', 'cmd /c npm start'],
    ],
  };
  for (const [kind, lines] of Object.entries(kinds)) {
    for (const line of lines) it(`${kind}: ${line}`, () => assert.equal(of(line)?.kind, kind));
  }

  const open: Readonly<Record<string, string>> = {
    'node ${workspaceFolder}/dist/index.js': '${workspaceFolder}',
    'python3 ${env:ROOT}/server.py --ro': '${env:ROOT}',
    '${workspaceFolder}/bin/mcp --stdio': '${workspaceFolder}',
    'bun run --cwd ${CLAUDE_PLUGIN_ROOT} --silent start': '${CLAUDE_PLUGIN_ROOT}',
    'uv --directory ${workspaceFolder} run server.py': '${workspaceFolder}',
    'npx -y tsx ${workspaceFolder}/src/server.ts': '${workspaceFolder}',
    'sh -c node␣${workspaceFolder}/x.js': '${workspaceFolder}',
  };
  for (const [line, placeholder] of Object.entries(open)) {
    it(`K31 stands open: ${line}`, () => assert.deepEqual(of(line), { kind: 'path', open: [placeholder] }));
  }

  for (const line of [
    ...['node ${workspaceFolder}${input:x}/index.js', 'node /srv/${input:version}/index.js', 'npx -y ${input:package}'],
    ...['npx -y @acme/${input:package}', 'docker run -i --rm -e TOKEN ${input:image}', 'npm run ${input:task}'],
    ...[
      '${workspaceFolderBasename}-server',
      'make TARGET=${input:x}',
      'sh -c ${input:text}',
      'python -m ${input:module}',
    ],
  ]) {
    it(`K31 nothing closes: ${line}`, () => assert.equal(of(line), undefined));
  }

  for (const line of ['npx -y @acme/x ${input:root}', 'node /srv/x.js --token ${input:token}', 'mcp-x --dir ${cwd}']) {
    it(`an argument may be left open: ${line}`, () => assert.deepEqual(of(line)?.open, []));
  }
});
