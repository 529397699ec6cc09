import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MachineConfigs } from '../../../src/lifecycle/machineConfigs';

describe('configuration files of all clients', () => {
  let home: string;
  let log: string[];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'home-'));
    log = [];
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  };
  const open = (options: { folders?: string[]; guess?: boolean } = {}) =>
    new MachineConfigs({
      workspace: () => ({ folders: options.folders ?? [], workspaceFile: undefined }),
      guess: () => options.guess ?? false,
      log: { info: () => {}, warn: (message) => log.push(message), error: () => {} },
      home,
      lookAgain: 0,
    });
  const server = (configs: MachineConfigs, ...args: string[]) => configs.recogniser().serverOf(args);

  it('names a process by the client whose file names its command', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
    write('.claude.json', '{"mcpServers": {"notes": {"command": "notes-server", "args": ["--dir", "${userHome}/n"]}}}');
    write('.codex/config.toml', '[mcp_servers.search]\ncommand = "npx"\nargs = ["-y", "@acme/search"]\n');
    const configs = open();
    assert.deepEqual(server(configs, '/usr/bin/notes-server', '--dir', `${home}/n`), {
      name: 'notes',
      client: 'Claude Code',
      file: join(home, '.claude.json'),
    });
    assert.equal(server(configs, 'npm exec @acme/search')?.client, 'Codex');
    assert.equal(server(configs, '/usr/bin/notes-server', '--other'), undefined);
    assert.deepEqual(log, []);
  });

  it('K03 words that anybody’s program could have count in their own folder only', () => {
    const project = join(home, 'project');
    write('project/.mcp.json', '{"mcpServers": {"local": {"command": "npm", "args": ["run", "start"]}}}');
    const named = server(open({ folders: [project] }), 'npm', 'run', 'start');
    assert.deepEqual(named?.boundTo, { folder: realpathSync(project) });
    write('.cursor/mcp.json', '{"mcpServers": {"nowhere": {"command": "node", "args": ["build/index.js"]}}}');
    assert.deepEqual(server(open(), 'node', 'build/index.js')?.boundTo, { folder: undefined });
  });

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of the configuration file
  const places: [string, string, string][] = [
    ['server', 'project/server', 'project/.mcp.json'],
    ['${workspaceFolder}/server', 'project/server', 'project/.mcp.json'],
    ['${userHome}/elsewhere', 'elsewhere', 'project/.mcp.json'],
    ['../elsewhere', 'elsewhere', 'project/.mcp.json'],
    ['elsewhere', 'elsewhere', '.cursor/mcp.json'],
    ['${userHome}/${nobody}', '', '.cursor/mcp.json'],
  ];
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: they end here
  for (const [cwd, expected, file] of places) {
    it(`K03 such words with the cwd ${cwd} in ${file} count in ${expected || 'no folder'}`, () => {
      for (const folder of ['project/server', 'elsewhere']) mkdirSync(join(home, folder), { recursive: true });
      write(file, JSON.stringify({ mcpServers: { local: { command: 'npm', args: ['run', 'start'], cwd } } }));
      const named = server(open({ folders: [join(home, 'project')] }), 'npm', 'run', 'start');
      assert.deepEqual(named?.boundTo, { folder: expected === '' ? undefined : realpathSync(join(home, expected)) });
    });
  }

  it('reads profiles, notices changes, and stays the same object without one', () => {
    const configs = open();
    const before = configs.recogniser();
    assert.equal(configs.recogniser(), before);
    write('.config/Code/User/profiles/abc/mcp.json', '{"servers": {"one": {"command": "one-server", "args": ["x"]}}}');
    assert.notEqual(configs.recogniser(), before);
    assert.equal(server(configs, 'one-server', 'x')?.name, 'one');
  });

  it('tells of a broken file once, with line and column, and loses no other', () => {
    write('.cursor/mcp.json', '{"mcpServers": {\n  "a": {"command": "a-server",, "args": []}\n}}');
    write('.gemini/settings.json', '{"mcpServers": {"b": {"command": "b-server", "args": ["--b"]}}}');
    const configs = open();
    assert.equal(server(configs, 'b-server', '--b')?.client, 'Gemini CLI');
    write('.gemini/other', '');
    configs.recogniser();
    assert.equal(
      log.filter((line) => line.startsWith(`${join(home, '.cursor/mcp.json')}:2:`)).length,
      1,
      log.join('\n'),
    );
  });

  it('passes over a named pipe; nobody waits for it', () => {
    execFileSync('mkfifo', [join(home, '.claude.json')]);
    const program = `
      const { MachineConfigs } = require(${JSON.stringify(join(__dirname, '../../../src/lifecycle/machineConfigs.ts'))});
      const none = () => {};
      const workspace = () => ({ folders: [], workspaceFile: undefined });
      const parts = { workspace, guess: () => false, log: { info: none, warn: none, error: none }, lookAgain: 0 };
      new MachineConfigs({ ...parts, home: process.argv[1] }).recogniser().serverOf(['x'])`;
    const { status, stderr } = spawnSync(process.execPath, ['--import=tsx', '-e', program, home], { timeout: 15_000 });
    assert.equal(status, 0, `it hangs: ${stderr}`);
  });

  it('K25 reads nothing of a workspace that it is not given', () => {
    write('work/.mcp.json', '{"mcpServers": {"mine": {"command": "mine-server", "args": ["--x"]}}}');
    assert.equal(server(open(), 'mine-server', '--x'), undefined);
    assert.equal(server(open({ folders: [join(home, 'work')] }), 'mine-server', '--x')?.name, 'mine');
  });

  it('guesses only when asked', () => {
    assert.equal(server(open(), 'mcp-server-fetch'), undefined);
    assert.equal(server(open({ guess: true }), 'mcp-server-fetch')?.client, 'guessed by its name');
  });
});
