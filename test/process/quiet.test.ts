import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MachineConfigs } from '../../src/clients/machineConfigs';
import { factsOf } from '../support/codes';
import { forgetConfigPlaces } from '../support/configPlaces';
import { Lookalikes } from '../support/lookalikes';
import { SERVER } from '../support/sandbox';
import { unrelatedCommands } from '../support/unrelatedCommands';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

const CROWD = 1_000;

describe('a busy machine @user', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let home: string;
  let giveBack: () => void;
  beforeEach(() => {
    giveBack = forgetConfigPlaces();
    home = join(sandbox.path, 'user');
  });
  afterEach(() => {
    giveBack();
  });

  const open = async (guess: boolean) => {
    const configs = new MachineConfigs({
      workspace: () => ({ folders: [join(home, 'projects/app')], workspaceFile: undefined }),
      guess: () => guess,
      log: { info: () => {}, warn: (message) => sandbox.log.push(message), error: () => {} },
      home,
    });
    return sandbox.tracker({}, { recogniser: () => configs.recogniser() });
  };

  it('K03 of 1,000 unrelated processes none is named, whatever their words; the one configured server is', async () => {
    const mark = `--run=${randomUUID()}`;
    writeConfigs(home, [process.execPath, SERVER, mark]);
    const commands = unrelatedCommands(CROWD, home);
    const crowd = await Lookalikes.start(sandbox, commands);
    const server = spawn(process.execPath, [SERVER, mark], {
      env: sandbox.environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ours = new Set([...sandbox.living(), server.pid]);
    assert.ok(ours.size > CROWD);
    const tracker = await open(false);
    const rowsOf = async (one: typeof tracker) =>
      (await one.sweep()).servers.filter(({ pid }) => pid !== undefined && ours.has(pid));
    const named = await waitFor('the configured server is named', async () => {
      const rows = await rowsOf(tracker);
      return rows.some(({ pid }) => pid === server.pid) ? rows : undefined;
    });
    assert.deepEqual(
      named.map(({ name, pid }) => [name, pid]),
      [['notes', server.pid]],
      listed(named),
    );
    const [match] = factsOf(named[0], 'matches');
    assert.deepEqual([match?.entry.name, match?.entry.client], ['notes', 'Codex']);
    // Entries of other clients are no rows: a server appears while a process of it runs.
    const isOurs = (pid: number | undefined) => pid === undefined || ours.has(pid);
    const all = tracker.inventory.servers.filter((row) => row.configurationFile?.startsWith(home) && isOurs(row.pid));
    assert.deepEqual(
      all.map(({ pid }) => pid),
      [server.pid],
    );
    // A guess, asked for, names what has such a name as a program or package; nothing that merely mentions one.
    const guessed = (await rowsOf(await open(true))).filter(({ pid }) => pid !== server.pid);
    assert.deepEqual(guessed, [], listed(guessed));
    assert.deepEqual(sandbox.log, []);
    assert.equal(crowd.pids.length, CROWD);
  });
});

function listed(rows: readonly { name: string; processes: readonly { commandLine: string }[] }[]): string {
  return rows.map(({ name, processes }) => `${name}: ${processes[0]?.commandLine}`).join('\n');
}

/** Every client's files with the servers that people have; Codex has one more. */
function writeConfigs(home: string, [command, ...args]: readonly string[]): void {
  const servers = {
    filesystem: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', `${home}/projects`] },
    memory: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-memory'], env: { MEMORY_FILE: 'm.json' } },
    context7: { command: 'npx', args: ['-y', '@upstash/context7-mcp@latest'] },
    git: { command: 'uvx', args: ['mcp-server-git', '--repository', `${home}/projects/app`] },
    fetch: { command: 'python3', args: ['-m', 'mcp_server_fetch'] },
    mine: { command: 'node', args: [`${home}/mcp-server-x/dist/index.js`] },
    bare: { command: 'mcp-server-x' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
    asked: { command: 'node', args: ['${input:script}'] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
    local: { command: '${workspaceFolder}/bin/mcp', args: ['--stdio'] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
    open: { command: 'node', args: ['${workspaceFolder}/dist/index.js'] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
    tool: { command: 'python3', args: ['${TOOL_OF_NOBODY:-/opt/tool}/server.py'] },
    tsx: { command: 'npx', args: ['tsx', 'src/server.ts'] },
    make: { command: 'make', args: ['serve'], cwd: `${home}/projects/app` },
    module: { command: 'python3', args: ['-m', 'app.main'] },
    start: { command: 'npm', args: ['start'] },
    scoped: { command: 'npx', args: ['-y', '@acme/server'] },
    github: { command: 'docker', args: ['run', '-i', '--rm', 'ghcr.io/github/github-mcp-server'] },
    shell: { command: 'bash', args: ['-c', 'cd ~/mcp-server-x && npm start'] },
    remote: { url: 'https://mcp.example.com/mcp' },
  };
  const mcpServers = JSON.stringify({ mcpServers: servers });
  const toml = Object.entries({ ...servers, notes: { command, args } })
    .filter((entry) => 'command' in entry[1])
    .map(([name, one]) => {
      const { command: program, args: words = [] } = one as { command: string; args?: string[] };
      return `[mcp_servers.${name}]\ncommand = ${JSON.stringify(program)}\nargs = ${JSON.stringify(words)}\n`;
    });
  const opencode = Object.entries(servers).flatMap(([name, one]) =>
    'command' in one
      ? [[name, { type: 'local', command: [one.command, ...('args' in one ? one.args : [])] }] as const]
      : [],
  );
  const files: Record<string, string> = {
    '.config/Code/User/mcp.json': JSON.stringify({ servers, inputs: [{ id: 'script', type: 'promptString' }] }),
    '.config/Code/User/profiles/a1b2/mcp.json': JSON.stringify({ servers }),
    '.config/Code - Insiders/User/mcp.json': JSON.stringify({ servers }),
    '.config/VSCodium/User/mcp.json': JSON.stringify({ servers }),
    '.vscode-server/data/User/mcp.json': JSON.stringify({ servers }),
    '.local/share/code-server/User/mcp.json': JSON.stringify({ servers }),
    '.cursor/mcp.json': mcpServers,
    '.codeium/windsurf/mcp_config.json': mcpServers,
    '.kiro/settings/mcp.json': mcpServers,
    '.config/Claude/claude_desktop_config.json': mcpServers,
    '.claude.json': JSON.stringify({
      mcpServers: servers,
      projects: { [`${home}/projects/b`]: { mcpServers: servers } },
    }),
    '.mcp-inspector/mcp.json': mcpServers,
    '.codex/config.toml': toml.join('\n'),
    '.copilot/mcp-config.json': mcpServers,
    '.gemini/settings.json': mcpServers,
    '.config/opencode/opencode.json': JSON.stringify({ mcp: Object.fromEntries(opencode) }),
    '.config/zed/settings.json': JSON.stringify({ context_servers: servers }),
    'projects/app/.vscode/mcp.json': JSON.stringify({ servers }),
    'projects/app/.mcp.json': mcpServers,
    'projects/app/.cursor/mcp.json': mcpServers,
    'projects/app/.zed/settings.json': JSON.stringify({ context_servers: servers }),
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
}
