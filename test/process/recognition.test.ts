// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configurations are what is tested here

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MachineConfigs } from '../../src/clients/machineConfigs';
import { npxFolder } from '../../src/clients/runners';
import { configurationFileOf } from '../../src/model/serverView';
import type { Tracker } from '../../src/tracker/tracker';
import { abandoned } from '../support/abandoned';
import { factsOf } from '../support/codes';
import { forgetConfigPlaces } from '../support/configPlaces';
import { Lookalikes, writeSleeper } from '../support/lookalikes';
import { isAlive, SERVER } from '../support/sandbox';
import { unrelatedCommands } from '../support/unrelatedCommands';
import { waitFor } from '../support/waitFor';
import { withSandbox } from '../support/withSandbox';

/** Built by the stage `build`. */
const CLI = join(__dirname, '../../dist/cli.js');

const CROWD = 1_000;

/** The same arguments do not make a process an entry's server: strangers without a client run beside the real one. */
describe('recognising servers among running processes', function () {
  this.timeout(120_000);
  const sandbox = withSandbox();
  let home: string;
  let giveBack: () => void;
  /** Part of every command, so that parallel runs recognise only their own. */
  let mark: string;
  beforeEach(() => {
    giveBack = forgetConfigPlaces();
    home = join(sandbox.path, 'user');
    mark = `x${randomUUID().slice(0, 8)}`;
    for (const folder of ['mine', 'shop']) mkdirSync(join(home, folder), { recursive: true });
  });
  afterEach(() => {
    giveBack();
  });

  const write = (path: string, content: unknown) => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  /** A window's verdicts by pid after two scans, and a function that ends all its orphans. */
  const scanByWindow = async () => {
    const tracker = await sandbox.tracker({}, { recogniser: recogniserOf(home) });
    const { servers } = await tracker.scanNow();
    const orphaned = servers.filter(({ verdict }) => verdict === 'orphaned');
    return {
      verdicts: new Map(servers.map(({ pid, verdict }) => [pid, verdict])),
      reap: () => tracker.reapOrphans({ only: orphaned.map(({ key }) => key) }),
    };
  };
  /** The same with the command line. */
  const scanByCommandLine: typeof scanByWindow = async () => {
    const run = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args, '--json'], {
        env: { ...sandbox.environment, HOME: home },
        encoding: 'utf8',
        timeout: 60_000,
      });
      assert.ok(status === 0 || status === 3, stderr);
      return JSON.parse(stdout);
    };
    const { servers } = run('list', '--all') as Awaited<ReturnType<Tracker['sweep']>>;
    return {
      verdicts: new Map(servers.map(({ pid, verdict }) => [pid, verdict])),
      reap: async () => run('reap', '--other-clients', '--yes'),
    };
  };

  /** Starts each entry's command in its own folder and in a stranger's. Only the former is ended. */
  async function checkFolders(forms: readonly (readonly string[])[], by = scanByWindow): Promise<void> {
    const servers = Object.fromEntries(
      forms.map(([command, ...args], index) => [`s${index}`, { command, args, cwd: join(home, 'mine') }]),
    );
    write('.cursor/mcp.json', { mcpServers: servers });
    const inFolder = (name: string) => forms.map((args) => ({ args, folder: join(home, name) }));
    const pids = await abandoned(sandbox, [...inFolder('shop'), ...inFolder('mine')]);
    const [strangers, own] = [pids.slice(0, forms.length), pids.slice(forms.length)];
    const { verdicts, reap } = await by();
    const name = (pid: number) => forms[pids.indexOf(pid) % forms.length]?.join(' ');
    assert.deepEqual(strangers.filter((pid) => verdicts.has(pid)).map(name), []);
    assert.deepEqual(own.filter((pid) => verdicts.get(pid) !== 'orphaned').map(name), []);
    await reap();
    assert.deepEqual(strangers.filter((pid) => !isAlive(pid)).map(name), []);
    assert.deepEqual(own.filter(isAlive).map(name), []);
  }

  it('K32 a command that depends on its folder names no process in another folder', async () => {
    const x = mark;
    await checkFolders(
      [
        ...[
          ['npx', 'tsx', `src/${x}.ts`],
          ['make', x],
          ['python3', '-m', `${x}.main`],
          ['uv', 'run', x],
        ],
        ...[
          ['cargo', 'run', '--bin', x],
          ['npm', 'run', x],
          ['node', `dist/${x}.js`],
          ['bun', 'run', x],
          ['./bin/server', x],
        ],
        ...[
          ['go', 'run', `./cmd/${x}`],
          ['dotnet', 'run', '--project', `src/${x}`],
          ['poetry', 'run', x],
          ['just', x],
        ],
        ...[
          ['pnpm', 'exec', x],
          ['java', '-cp', 'target', `${x}.Main`],
          ['docker', 'compose', 'run', x],
          ['foorun', x],
        ],
        ...[
          ['sh', '-c', `npm run ${x}`],
          ['env', `A=${x}`, 'make', 'serve'],
          ['uvx', '--from', '.', x],
          ['npx', x, 'serve'],
        ],
      ],
      scanByCommandLine,
    );
  });

  it('K32 an absolute path in such a command is not the program that runs', async () => {
    const x = mark;
    await checkFolders([
      ...[
        ['npm', 'run', 'start', `/data/${x}`],
        ['node', '--env-file', '/data/.env', x],
        ['uv', 'run', x, '--directory', '/data'],
      ],
      ...[
        ['cargo', 'run', '--', `/data/${x}`],
        ['python3', '-um', `${x}.main`, '/data'],
        ['dotenvx', 'run', '-f', '/data/.env', '--', 'npm', 'run', x],
      ],
      ...[
        ['direnv', 'exec', '/data', 'make', x],
        ['nice', '/usr/bin/make', x],
        ['flock', '/data/lock', 'make', x],
        ['/usr/local/bin/foorun', x],
      ],
      ...[
        ['docker', 'run', '-i', '--rm', '-v', '.:/app', 'node:20', 'node', `/app/${x}.js`],
        ['/usr/bin/php8.2', 'artisan', `${x}:mcp`],
        ['/data/venv/bin/python', '-m', 'uvicorn', `${x}:app`],
      ],
    ]);
  });

  it('K32 "mcp" in such a command does not name a server', async () => {
    const x = mark;
    await checkFolders([
      ...[
        ['npx', 'gulp', 'mcp', x],
        ['uvx', 'mcp-proxy', 'npm', 'run', x],
        ['npx', '-y', 'supergateway', '--stdio', `npm run ${x}`],
      ],
      ...[
        ['npx', 'dotenv-cli', 'npm', 'run', `mcp-${x}`],
        ['corepack', 'pnpm', 'run', `mcp-${x}`],
        ['npx', 'foorun', `apps/mcp-${x}`],
      ],
    ]);
  });

  it('K31 a placeholder that only a client can fill names no process without other evidence', async () => {
    const entry = (command: string, ...args: string[]) => ({ command, args });
    write('.config/Code/User/mcp.json', {
      servers: {
        script: entry('node', '${workspaceFolder}/dist/index.js', mark),
        program: entry('${workspaceFolder}/bin/server', mark),
        input: entry('node', '${input:root}/dist/index.js', mark),
        folder: entry('uv', '--directory', '${workspaceFolder}', 'run', mark),
      },
    });
    write('.claude.json', {
      mcpServers: {
        variable: entry('python3', '${FIELD_ROOT_OF_NOBODY}/server.py', mark),
        defaulted: entry('python3', '${FIELD_ROOT_OF_NOBODY:-/default}/server.py', mark),
        plugin: entry('node', '${CLAUDE_PLUGIN_ROOT}/dist/server.mjs', mark),
      },
    });
    const words = (folder: string) => [
      ['node', `${folder}/dist/index.js`, mark],
      [`${folder}/bin/server`, mark],
      ['uv', '--directory', folder, 'run', mark],
      ['python3', `${folder}/server.py`, mark],
      ['node', `${folder}/dist/server.mjs`, mark],
    ];
    const shop = join(home, 'shop');
    const pids = await abandoned(
      sandbox,
      [...words(shop), ...words('/default')].map((args) => ({ args, folder: shop })),
    );
    const strangers = pids.slice(0, 5);
    // The entry contains the default of its variable.
    const ofDefault = pids[8] as number;
    const { verdicts, reap } = await scanByWindow();
    assert.deepEqual(
      [...verdicts].filter(([pid]) => pid !== undefined && pids.includes(pid)),
      [[ofDefault, 'orphaned']],
    );
    await reap();
    assert.deepEqual(
      strangers.filter((pid) => !isAlive(pid)),
      [],
    );
    assert.ok(!isAlive(ofDefault));
    // Control arm: a folder known to the editor fills its own variable, and no other.
    write('.config/Code/User/workspaceStorage/1/workspace.json', { folder: String(pathToFileURL(shop)) });
    const now = (await scanByWindow()).verdicts;
    assert.deepEqual(
      strangers.map((pid) => now.get(pid)),
      ['orphaned', 'orphaned', 'orphaned', undefined, undefined],
    );
  });

  it('K31 a default within a default matches as it is meant and as a client misreads it, and nothing else', async () => {
    write('.claude.json', {
      mcpServers: {
        nested: { command: 'python3', args: ['${FIELD_DIR_OF_NOBODY:-${HOME}/.field}/server.py', '--ro', mark] },
      },
    });
    const scripts = ['.field/server.py', '.field/.field}/server.py', 'shop/server.py'];
    const pids = await abandoned(
      sandbox,
      scripts.map((script) => ({ args: ['python3', join(home, script), '--ro', mark], folder: join(home, 'shop') })),
    );
    const { verdicts, reap } = await scanByWindow();
    assert.deepEqual(
      pids.map((pid) => verdicts.get(pid)),
      ['orphaned', 'orphaned', undefined],
    );
    await reap();
    assert.deepEqual(pids.map(isAlive), [false, false, true]);
  });

  it('K34 the name of a package’s program proves nothing elsewhere', async () => {
    write('.cursor/mcp.json', {
      mcpServers: { it: { command: 'npx', args: ['-y', '@field/server', `--run=${mark}`] } },
    });
    const cache = `.npm/_npx/${npxFolder(['@field/server'])}/node_modules/.bin/server`;
    const places = ['elsewhere/bin/server', 'shop/node_modules/.bin/server', cache];
    for (const place of places) write(place, '');
    const pids = await abandoned(
      sandbox,
      places.map((place) => ({ args: ['node', join(home, place), `--run=${mark}`], folder: join(home, 'shop') })),
    );
    const { verdicts, reap } = await scanByWindow();
    assert.deepEqual(
      pids.map((pid) => verdicts.get(pid)),
      [undefined, undefined, 'orphaned'],
    );
    await reap();
    assert.deepEqual(pids.map(isAlive), [true, true, false]);
  });

  it('a client’s server stays recognised when the client, whose folder filled the placeholder, is gone', async () => {
    write('.config/Code/User/mcp.json', {
      servers: { mine: { command: 'node', args: ['${workspaceFolder}/dist/index.js', mark] } },
    });
    const { file } = writeSleeper(sandbox);
    const words = ['node', join(home, 'mine/dist/index.js'), mark];
    const script = `import subprocess, sys, time
server = subprocess.Popen(sys.argv[2:], executable=sys.argv[1], stdin=subprocess.PIPE)
print(server.pid, flush=True)
time.sleep(600)`;
    // By its real path: a version manager's shim would look itself up by name.
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
    const client = spawn(python, ['-I', '-c', script, file, ...words], {
      argv0: 'claude',
      cwd: join(home, 'mine'),
      env: sandbox.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const tracker = await sandbox.tracker({}, { recogniser: recogniserOf(home) });
    const row = () => tracker.inventory.servers.find(({ pid, name }) => name === 'mine' && pid !== client.pid);
    await waitFor('it is recognised below its client', async () => {
      await tracker.sweep();
      return row()?.verdict === 'active';
    });
    const [match] = factsOf(row(), 'matches');
    assert.ok(match?.basis.kind === 'placeholder' && match.basis.placeholder === '${workspaceFolder}');
    assert.match(match.basis.value, /mine/);
    client.kill('SIGKILL');
    await waitFor('it is orphaned', async () => {
      await tracker.sweep();
      return row()?.verdict === 'orphaned';
    });
  });

  it('K31 K32 a child of the extension host with such a command is adopted only in its own folder', async () => {
    const entries = {
      open: { command: 'node', args: ['${workspaceFolder}/dist/index.js', mark] },
      bound: { command: 'make', args: [mark] },
    };
    write('.config/Code/User/mcp.json', { servers: { open: entries.open } });
    write('mine/.vscode/mcp.json', { servers: { bound: entries.bound } });
    const configs = configsOf(home, [join(home, 'mine')]);
    const { file } = writeSleeper(sandbox);
    const start = (folder: string): ChildProcess[] =>
      [
        ['node', join(home, folder, 'dist/index.js'), mark],
        ['make', mark],
      ].map(([argv0 = '', ...args]) =>
        spawn(file, args, { argv0, cwd: join(home, folder), env: sandbox.environment, stdio: 'pipe' }),
      );
    const strangers = start('shop');
    const tracker = await sandbox.tracker({}, { adoptable: () => configs.adoptable() });
    const own = start('mine');
    const recorded = () =>
      tracker.inventory.servers.flatMap((one) => (one.kind === 'adopted' && one.recordId ? [one.pid] : []));
    await waitFor('its own are adopted', async () => {
      await tracker.sweep();
      return own.every(({ pid }) => recorded().includes(pid));
    });
    assert.deepEqual(
      recorded().filter((pid) => strangers.some((one) => one.pid === pid)),
      [],
    );
  });

  function configsOf(user: string, folders: string[]): MachineConfigs {
    return new MachineConfigs({
      workspace: () => ({ folders, workspaceFile: undefined }),
      guess: () => false,
      log: { info: () => {}, warn: (message) => sandbox.log.push(message), error: () => {} },
      home: user,
    });
  }

  function recogniserOf(user: string) {
    const configs = configsOf(user, []);
    return () => configs.recogniser();
  }
});

describe('a busy machine', function () {
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

  it('K03 of 1,000 unrelated processes none is named, whatever their arguments; the one configured server is', async () => {
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
    // Other clients' entries have no rows of their own: a server has a row while its process is running.
    const isOurs = (pid: number | undefined) => pid === undefined || ours.has(pid);
    const all = tracker.inventory.servers.filter(
      (row) => configurationFileOf(row)?.startsWith(home) && isOurs(row.pid),
    );
    assert.deepEqual(
      all.map(({ pid }) => pid),
      [server.pid],
    );
    // Guessing, if enabled, names programs and packages with such a name, but nothing that merely mentions one.
    const guessed = (await rowsOf(await open(true))).filter(({ pid }) => pid !== server.pid);
    assert.deepEqual(guessed, [], listed(guessed));
    assert.deepEqual(sandbox.log, []);
    assert.equal(crowd.pids.length, CROWD);
  });
});

function listed(rows: readonly { name: string; processes: readonly { commandLine: string }[] }[]): string {
  return rows.map(({ name, processes }) => `${name}: ${processes[0]?.commandLine}`).join('\n');
}

/** Writes every client's files with typical servers; Codex gets one more. */
function writeConfigs(home: string, [command, ...args]: readonly string[]): void {
  const servers = {
    filesystem: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', `${home}/projects`] },
    memory: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-memory'], env: { MEMORY_FILE: 'm.json' } },
    context7: { command: 'npx', args: ['-y', '@upstash/context7-mcp@latest'] },
    git: { command: 'uvx', args: ['mcp-server-git', '--repository', `${home}/projects/app`] },
    fetch: { command: 'python3', args: ['-m', 'mcp_server_fetch'] },
    mine: { command: 'node', args: [`${home}/mcp-server-x/dist/index.js`] },
    bare: { command: 'mcp-server-x' },
    asked: { command: 'node', args: ['${input:script}'] },
    local: { command: '${workspaceFolder}/bin/mcp', args: ['--stdio'] },
    open: { command: 'node', args: ['${workspaceFolder}/dist/index.js'] },
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
