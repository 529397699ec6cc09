import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MachineConfigs } from '../../../src/clients/machineConfigs';
import type { Observed } from '../../../src/clients/proof';
import { npxFolder } from '../../../src/clients/runners';

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
      interval: 0,
    });
  /** Facts about a process of which neither folder nor program is known. */
  const UNSEEN: Observed = {
    folder: () => undefined,
    executable: () => undefined,
    variable: () => undefined,
    clientFolders: () => new Set(),
  };
  const server = (configs: MachineConfigs, ...args: string[]) => configs.recogniser().serverOf(args, UNSEEN);
  const inFolder = (configs: MachineConfigs, folder: string, ...args: string[]) =>
    configs.recogniser().serverOf(args, { ...UNSEEN, folder: () => folder });

  it('names the client whose file contains a process’s command', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
    write('.claude.json', '{"mcpServers": {"notes": {"command": "notes-server", "args": ["--dir", "${userHome}/n"]}}}');
    write('.codex/config.toml', '[mcp_servers.search]\ncommand = "npx"\nargs = ["-y", "@acme/search"]\n');
    const configs = open();
    assert.deepEqual(server(configs, '/usr/bin/notes-server', '--dir', `${home}/n`), {
      name: 'notes',
      client: 'Claude Code',
      file: join(home, '.claude.json'),
      basis: { kind: 'program' },
    });
    assert.equal(server(configs, 'npm exec @acme/search')?.client, 'Codex');
    assert.equal(server(configs, '/usr/bin/notes-server', '--other'), undefined);
    assert.deepEqual(log, []);
  });

  it('K32 a command that depends on its folder matches only there', () => {
    const project = join(home, 'project');
    write('project/.mcp.json', '{"mcpServers": {"local": {"command": "npm", "args": ["run", "start"]}}}');
    const configs = open({ folders: [project] });
    const basis = { kind: 'folder', folder: realpathSync(project) };
    assert.deepEqual(inFolder(configs, realpathSync(project), 'npm', 'run', 'start')?.basis, basis);
    for (const elsewhere of ['/', realpathSync(home), join(project, 'more')]) {
      assert.equal(inFolder(configs, elsewhere, 'npm', 'run', 'start'), undefined);
    }
    assert.equal(server(configs, 'npm', 'run', 'start'), undefined);
    write('.cursor/mcp.json', '{"mcpServers": {"nowhere": {"command": "node", "args": ["build/index.js"]}}}');
    assert.equal(inFolder(open(), realpathSync(home), 'node', 'build/index.js'), undefined);
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
    it(`K32 such a command with the cwd ${cwd} in ${file} matches in ${expected || 'no folder'}`, () => {
      for (const folder of ['project/server', 'elsewhere']) mkdirSync(join(home, folder), { recursive: true });
      write(file, JSON.stringify({ mcpServers: { local: { command: 'npm', args: ['run', 'start'], cwd } } }));
      const configs = open({ folders: [join(home, 'project')] });
      const counts = ['project/server', 'project', 'elsewhere', '.'].filter((folder) =>
        inFolder(configs, realpathSync(join(home, folder)), 'npm', 'run', 'start'),
      );
      assert.deepEqual(counts, expected === '' ? [] : [expected]);
    });
  }

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of the configuration file
  it('K31 a placeholder stands for a workspace, a client’s folder or a plugin’s root', () => {
    const entry = (path: string) => JSON.stringify({ servers: { mine: { command: 'node', args: [path] } } });
    write('.config/Code/User/mcp.json', entry('${workspaceFolder}/dist/index.js'));
    for (const folder of ['shop', 'known', 'open', 'clients']) mkdirSync(join(home, folder));
    write(
      '.config/Code/User/workspaceStorage/1/workspace.json',
      JSON.stringify({ folder: pathToFileURL(join(home, 'known')) }),
    );
    write('.config/Code/User/workspaceStorage/2/workspace.json', '{"folder": "file:///nowhere"}');
    write('.config/Code/User/workspaceStorage/3/workspace.json', '{"folder": ');
    const configs = open({ folders: [join(home, 'open')] });
    const clientFolders = () => new Set([realpathSync(join(home, 'clients'))]);
    const named = (folder: string) =>
      configs.recogniser().serverOf(['node', join(home, folder, 'dist/index.js')], { ...UNSEEN, clientFolders });
    assert.equal(named('shop'), undefined);
    assert.equal(named('known/..'), undefined);
    for (const folder of ['known', 'open', 'clients']) {
      const basis = { kind: 'placeholder', placeholder: '${workspaceFolder}', value: join(home, folder) };
      assert.deepEqual(named(folder)?.basis, basis);
    }
  });

  it('K31 a plugin’s own variable stands for its root, and for nothing else', () => {
    const args = ['${CLAUDE_PLUGIN_ROOT}/dist/server.mjs'];
    write('plugin/.mcp.json', JSON.stringify({ mcpServers: { sub: { command: 'node', args } } }));
    mkdirSync(join(home, '.claude/plugins/cache/m/p/1.0'), { recursive: true });
    mkdirSync(join(home, 'shop'));
    const configs = open({ folders: [join(home, 'plugin')] });
    const named = (folder: string) => server(configs, 'node', join(home, folder, 'dist/server.mjs'))?.name;
    assert.equal(named('plugin'), 'sub');
    assert.equal(named('.claude/plugins/cache/m/p/1.0'), 'sub');
    assert.equal(named('shop'), undefined);
    assert.equal(named('.claude/plugins'), undefined);
    // A client's own file is not a plugin's.
    write('.claude.json', JSON.stringify({ mcpServers: { sub: { command: 'node', args } } }));
    assert.equal(server(open(), 'node', join(home, 'dist/server.mjs')), undefined);
  });

  it('K31 an environment variable has the value that the process has', () => {
    const args = ['${FIELD_DIR_OF_NOBODY}/server.py'];
    write('.claude.json', JSON.stringify({ mcpServers: { mine: { command: 'python3', args } } }));
    const configs = open();
    const named = (value: string | undefined) =>
      configs
        .recogniser()
        .serverOf(['python3', `${realpathSync(home)}/server.py`], { ...UNSEEN, variable: () => value });
    assert.equal(named(undefined), undefined);
    assert.equal(named('/elsewhere'), undefined);
    assert.equal(named(realpathSync(home))?.name, 'mine');
  });

  it('a variable that is not set has its default and no other value, nested ones too', () => {
    const entries = {
      plain: { command: 'python3', args: ['${FIELD_ROOT_OF_NOBODY:-/opt/field}/server.py'] },
      nested: { command: 'python3', args: ['${FIELD_DIR_OF_NOBODY:-${HOME}/.field}/server.py', '--ro'] },
    };
    write('.claude.json', JSON.stringify({ mcpServers: entries }));
    const configs = open();
    assert.equal(server(configs, 'python3', '/opt/field/server.py')?.name, 'plain');
    assert.equal(server(configs, 'python3', '/opt/other/server.py'), undefined);
    assert.equal(server(configs, 'python3', `${home}/.field/server.py`, '--ro')?.name, 'nested');
    assert.equal(server(configs, 'python3', `${home}/.field/.field}/server.py`, '--ro')?.name, 'nested');
    assert.equal(server(configs, 'python3', `${home}/server.py`, '--ro'), undefined);
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: they end here

  it('K34 the bare name of a package’s program proves nothing outside the package and its runner’s cache folder', () => {
    write('.cursor/mcp.json', '{"mcpServers": {"it": {"command": "npx", "args": ["-y", "@field/server"]}}}');
    const configs = open();
    const file = (path: string) => {
      write(path, '');
      return join(home, path);
    };
    assert.equal(server(configs, 'node', file('elsewhere/bin/server')), undefined);
    assert.equal(server(configs, 'sh', '-c', 'server'), undefined);
    write('other/package.json', '{"name": "server"}');
    assert.equal(server(configs, 'node', file('other/bin/server')), undefined);
    write('app/node_modules/@field/server/package.json', '{"name": "@field/server"}');
    file('app/node_modules/@field/server/dist/index.js');
    mkdirSync(join(home, 'app/node_modules/.bin'));
    symlinkSync('../@field/server/dist/index.js', join(home, 'app/node_modules/.bin/server'));
    assert.equal(server(configs, 'node', join(home, 'app/node_modules/.bin/server'))?.name, 'it');
    const cache = `.npm/_npx/${npxFolder(['@field/server'])}/node_modules/.bin/server`;
    assert.equal(server(configs, 'node', file(cache))?.name, 'it');
    // As `npx` starts it: through a shell that finds it on the PATH given by npx.
    const variable = () => join(home, 'app/node_modules/.bin');
    assert.equal(configs.recogniser().serverOf(['sh', '-c', 'server'], { ...UNSEEN, variable })?.name, 'it');
  });

  it('K34 a package of the folder that shadows the published one is not it', () => {
    write('.cursor/mcp.json', '{"mcpServers": {"it": {"command": "npx", "args": ["-y", "field-mcp"]}}}');
    const configs = open();
    write('shop/node_modules/.bin/field-mcp', '');
    write('shop/deeper/x', '');
    for (const folder of ['shop', 'shop/deeper']) {
      assert.equal(inFolder(configs, realpathSync(join(home, folder)), 'npm exec field-mcp'), undefined);
    }
    assert.equal(inFolder(configs, realpathSync(home), 'npm exec field-mcp')?.name, 'it');
  });

  it('K34 a program found by name matches where programs are installed', () => {
    write('.cursor/mcp.json', '{"mcpServers": {"it": {"command": "field-mcp", "args": ["stdio"]}}}');
    write('.local/bin/field-mcp', '');
    write('shop/field-mcp', '');
    const configs = open();
    assert.equal(server(configs, join(home, 'shop/field-mcp'), 'stdio'), undefined);
    assert.equal(server(configs, join(home, '.local/bin/field-mcp'), 'stdio')?.name, 'it');
    assert.equal(server(configs, 'python3', join(home, '.local/bin/field-mcp'), 'stdio')?.name, 'it');
    // Under a bare name, the executable decides.
    const bare = (path: string) =>
      configs.recogniser().serverOf(['field-mcp', 'stdio'], {
        ...UNSEEN,
        executable: () => realpathSync(join(home, path)),
        variable: () => join(home, '.local/bin'),
      })?.name;
    assert.equal(bare('.local/bin/field-mcp'), 'it');
    assert.equal(bare('shop/field-mcp'), undefined);
  });

  it('a program of a project matches in the folder of its entry, as every command does', () => {
    write('project/.mcp.json', '{"mcpServers": {"it": {"command": "field-mcp"}}}');
    mkdirSync(join(home, 'shop'));
    const configs = open({ folders: [join(home, 'project')] });
    const program = join(home, 'project/.venv/bin/field-mcp');
    const named = (folder: string) => inFolder(configs, realpathSync(join(home, folder)), 'python3', program)?.name;
    assert.equal(named('project'), 'it');
    assert.equal(named('shop'), undefined);
  });

  it('K34 a program of the entry’s own folder is what npx runs there, and matches nowhere else', () => {
    write('project/.mcp.json', '{"mcpServers": {"it": {"command": "npx", "args": ["-y", "@field/server"]}}}');
    for (const folder of ['project', 'shop']) write(`${folder}/node_modules/.bin/server`, '');
    const configs = open({ folders: [join(home, 'project')] });
    const named = (folder: string, program: string) =>
      inFolder(configs, realpathSync(join(home, folder)), 'node', join(realpathSync(home), program))?.name;
    assert.equal(named('project', 'project/node_modules/.bin/server'), 'it');
    assert.equal(named('project', 'shop/node_modules/.bin/server'), undefined);
    assert.equal(named('shop', 'project/node_modules/.bin/server'), undefined);
  });

  it('K34 a process with a bare name matches the file that an entry names only if it executes that file', () => {
    write('srv', '');
    write('.cursor/mcp.json', JSON.stringify({ mcpServers: { it: { command: join(home, 'srv'), args: ['--port'] } } }));
    const configs = open();
    const running = (executable: string) =>
      configs.recogniser().serverOf(['srv', '--port'], { ...UNSEEN, executable: () => executable })?.name;
    assert.equal(running(realpathSync(join(home, 'srv'))), 'it');
    assert.equal(running('/usr/bin/srv'), undefined);
    assert.equal(server(configs, 'srv', '--port'), undefined);
  });

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of the configuration file
  it('K31 a placeholder stands for an absolute path, never for one relative to our own folder', () => {
    const known = join(home, 'known');
    for (const folder of ['known/sub', 'other', 'shop']) mkdirSync(join(home, folder), { recursive: true });
    const args = ['${workspaceFolder}/dist/index.js', '${workspaceFolder}'];
    write('.config/Code/User/mcp.json', JSON.stringify({ servers: { mine: { command: 'node', args } } }));
    const configs = open({ folders: [known, join(home, 'other'), process.cwd(), '/'] });
    const named = (...values: [string, string]) =>
      inFolder(configs, realpathSync(join(home, 'shop')), 'node', `${values[0]}/dist/index.js`, values[1])?.name;
    assert.equal(named(known, known), 'mine');
    for (const values of [
      ...[
        ['.', '.'],
        ['', ''],
        ['sub', 'sub'],
        ['known', 'known'],
      ],
      // It stands for one folder.
      ...[
        [known, join(home, 'other')],
        [known, '/anything'],
      ],
    ] as [string, string][]) {
      assert.equal(named(...values), undefined, String(values));
    }
  });

  it('K31 a container of a language runtime runs what is mounted into it', () => {
    mkdirSync(join(home, 'known'));
    const entry = (image: string, ...more: string[]) => ({
      command: 'docker',
      args: ['run', '-i', '--rm', '-v', '${workspaceFolder}:/app', image, ...more],
    });
    const servers = { code: entry('node:20', 'node', '/app/index.js'), data: entry('mcp/git', '/app') };
    write('.config/Code/User/mcp.json', JSON.stringify({ servers }));
    const configs = open({ folders: [join(home, 'known')] });
    const named = (folder: string, ...words: string[]) =>
      server(configs, 'docker', 'run', '-i', '--rm', '-v', `${join(home, folder)}:/app`, ...words)?.name;
    assert.equal(named('shop', 'node:20', 'node', '/app/index.js'), undefined);
    assert.equal(named('known', 'node:20', 'node', '/app/index.js'), 'code');
    assert.equal(named('shop', 'mcp/git', '/app'), 'data');
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: they end here

  /** Shells that change the folder: what they start matches in the new folder, and only there. */
  const changes: [string, string, string[]][] = [
    ['cd server && npm start', 'project/server', ['project', 'project/sub']],
    ['cd sub && cd server && npm start', 'project/sub/server', ['project', 'project/sub', 'project/server']],
    ['export A=b && cd server && npm start', 'project/server', ['project']],
    ['cd server; npm start', 'project/server', ['project']],
    ["cd 'sub' && npm start", 'project/sub', ['project']],
  ];
  for (const [text, own, others] of changes) {
    it(`K32 what ‘${text}’ starts matches in the folder that the shell changed to`, () => {
      for (const folder of ['server', 'sub/server']) mkdirSync(join(home, 'project', folder), { recursive: true });
      write('project/.mcp.json', JSON.stringify({ mcpServers: { it: { command: 'bash', args: ['-c', text] } } }));
      const configs = open({ folders: [join(home, 'project')] });
      const named = (folder: string, ...words: string[]) =>
        inFolder(configs, realpathSync(join(home, folder)), ...words)?.name;
      assert.equal(named(own, 'npm', 'start'), 'it');
      for (const folder of others) assert.equal(named(folder, 'npm', 'start'), undefined, folder);
      assert.equal(named('project', 'bash', '-c', text), 'it');
    });
  }

  it('K32 env -C changes the folder of what it starts', () => {
    mkdirSync(join(home, 'project/sub'), { recursive: true });
    const args = ['-C', 'sub', 'A=b', 'npm', 'start'];
    write('project/.mcp.json', JSON.stringify({ mcpServers: { it: { command: 'env', args } } }));
    const configs = open({ folders: [join(home, 'project')] });
    const named = (folder: string) => inFolder(configs, realpathSync(join(home, folder)), 'npm', 'start')?.name;
    assert.equal(named('project/sub'), 'it');
    assert.equal(named('project'), undefined);
  });

  it('data of a folder tells servers apart if their entry has a folder; otherwise it matches in any folder', () => {
    const it = { command: 'npx', args: ['-y', '@acme/mcp-files', './docs'] };
    write('.claude.json', JSON.stringify({ mcpServers: { everywhere: it } }));
    const words = ['node', '/usr/bin/npx', ...it.args];
    for (const folder of ['mine', 'shop']) mkdirSync(join(home, folder));
    const named = (folder: string) => inFolder(open(), realpathSync(join(home, folder)), ...words)?.name;
    assert.equal(named('shop'), 'everywhere');
    write('.claude.json', JSON.stringify({ mcpServers: { here: { ...it, cwd: join(home, 'mine') } } }));
    assert.equal(named('mine'), 'here');
    assert.equal(named('shop'), undefined);
    write('.claude.json', JSON.stringify({ mcpServers: { gone: { ...it, cwd: join(home, 'gone') } } }));
    assert.equal(named('shop'), undefined);
  });

  it('a Python module matches where it is installed, and not where the folder has one of the same name', () => {
    const python = join(home, 'venv/bin/python');
    const entries = {
      published: { command: 'python', args: ['-m', 'field_mcp.server'] },
      own: { command: python, args: ['-m', 'app'] },
      nobodys: { command: 'python', args: ['-m', 'app', '--port', '1'] },
    };
    write('.cursor/mcp.json', JSON.stringify({ mcpServers: entries }));
    write('venv/pyvenv.cfg', '');
    write('venv/lib/python3.12/site-packages/field_mcp/__init__.py', '');
    write('venv/lib/python3.12/site-packages/app/__init__.py', '');
    write('empty/pyvenv.cfg', '');
    write('shop/field_mcp/__init__.py', '');
    write('shop/app.py', '');
    mkdirSync(join(home, 'other'));
    const configs = open();
    const named = (folder: string, words: readonly string[], path?: string) =>
      configs.recogniser().serverOf(words, {
        ...UNSEEN,
        folder: () => realpathSync(join(home, folder)),
        variable: (name) => (name === 'PYTHONPATH' ? path : name === 'PATH' ? join(home, 'bin') : undefined),
      })?.name;
    const published = [python, '-m', 'field_mcp.server'];
    assert.equal(named('other', published), 'published');
    assert.equal(named('shop', published), undefined);
    assert.equal(named('other', published, join(home, 'shop')), undefined);
    assert.equal(named('other', published, '../shop'), undefined);
    assert.equal(named('other', [join(home, 'empty/bin/python'), '-m', 'field_mcp.server']), undefined);
    assert.equal(named('other', ['python', '-m', 'field_mcp.server']), undefined);
    assert.equal(named('other', [python, '-m', 'app']), 'own');
    assert.equal(named('shop', [python, '-m', 'app']), undefined);
    assert.equal(named('other', [join(home, 'shop/venv/bin/python'), '-m', 'app']), undefined);
    assert.equal(named('other', [python, '-m', 'app', '--port', '1']), undefined);
  });

  it('K34 a package under development is not the published one of the same name', () => {
    write('.cursor/mcp.json', '{"mcpServers": {"it": {"command": "npx", "args": ["-y", "@field/server"]}}}');
    write('work/package.json', '{"name": "@field/server"}');
    write('work/bin/server', '');
    mkdirSync(join(home, 'work/node_modules/.bin'), { recursive: true });
    symlinkSync('../../bin/server', join(home, 'work/node_modules/.bin/server'));
    const configs = open();
    assert.equal(server(configs, 'node', join(home, 'work/bin/server')), undefined);
    assert.equal(server(configs, 'node', join(home, 'work/node_modules/.bin/server')), undefined);
    assert.equal(inFolder(configs, realpathSync(join(home, 'work')), 'npm exec @field/server'), undefined);
  });

  it('K34 what a shell starts through npx may be the folder’s own', () => {
    const args = ['-c', 'npx -y field-mcp'];
    write('.cursor/mcp.json', JSON.stringify({ mcpServers: { it: { command: 'sh', args } } }));
    write('shop/node_modules/.bin/field-mcp', '');
    mkdirSync(join(home, 'other'));
    const named = (folder: string) => inFolder(open(), realpathSync(join(home, folder)), 'sh', ...args)?.name;
    assert.equal(named('shop'), undefined);
    assert.equal(named('other'), 'it');
  });

  it('K34 a relative part of a PATH means the folder', () => {
    write('.cursor/mcp.json', '{"mcpServers": {"it": {"command": "sh", "args": ["-c", "field-mcp stdio"]}}}');
    write('.local/bin/field-mcp', '');
    write('shop/bin/field-mcp', '');
    mkdirSync(join(home, 'other'));
    const configs = open();
    const named = (folder: string, first: string) =>
      configs.recogniser().serverOf(['sh', '-c', 'field-mcp stdio'], {
        ...UNSEEN,
        folder: () => realpathSync(join(home, folder)),
        variable: () => `${first}:${join(home, '.local/bin')}`,
      })?.name;
    assert.equal(named('other', './bin'), 'it');
    assert.equal(named('shop', './bin'), undefined);
    assert.equal(named('shop/bin', ''), undefined);
  });

  it('K34 a folder of a package under development holds no installed programs, even if our PATH has it', () => {
    write('.cursor/mcp.json', '{"mcpServers": {"it": {"command": "field-mcp", "args": ["stdio"]}}}');
    for (const folder of ['work/bin', 'tools/bin', '.nvm/versions/node/v20.1.0/bin', 'loop'])
      write(`${folder}/field-mcp`, '');
    mkdirSync(join(home, 'work/.git'));
    // Reading what is on the PATH may fail.
    symlinkSync('round', join(home, 'round'));
    const path = process.env.PATH;
    process.env.PATH = [join(home, 'round/bin'), join(home, 'work/bin'), join(home, 'tools/bin'), path].join(':');
    try {
      const configs = open();
      assert.equal(server(configs, join(home, 'work/bin/field-mcp'), 'stdio'), undefined);
      assert.equal(server(configs, join(home, 'tools/bin/field-mcp'), 'stdio')?.name, 'it');
      assert.equal(
        server(configs, 'node', join(home, '.nvm/versions/node/v20.1.0/bin/field-mcp'), 'stdio')?.name,
        'it',
      );
    } finally {
      process.env.PATH = path;
    }
  });

  it('a Python program fetched from an address is recognised by the address', () => {
    const args = ['--from', 'git+https://github.com/field/notes@main', 'notes', 'start-mcp-server'];
    write('.cursor/mcp.json', JSON.stringify({ mcpServers: { it: { command: 'uvx', args } } }));
    const fetched = (environment: string, url: string) => {
      const path = `${environment}/lib/python3.12/site-packages/notes_agent-1.0.dist-info/direct_url.json`;
      write(path, JSON.stringify({ url, vcs_info: { vcs: 'git' } }));
      return [join(home, environment, 'bin/python'), join(home, environment, 'bin/notes'), 'start-mcp-server'];
    };
    const configs = open();
    assert.equal(server(configs, ...fetched('.cache/uv/archive-v0/a', 'https://github.com/field/notes'))?.name, 'it');
    assert.equal(server(configs, ...fetched('.cache/uv/archive-v0/b', 'https://github.com/other/notes')), undefined);
  });

  it('a home variable in a shell’s script means the user’s home', () => {
    const args = ['-c', 'exec sh "$HOME/tools/server.sh" 2>/dev/null'];
    write('.claude.json', JSON.stringify({ mcpServers: { it: { command: 'sh', args } } }));
    const configs = open();
    assert.equal(server(configs, 'sh', join(home, 'tools/server.sh'))?.name, 'it');
    assert.equal(server(configs, 'sh', ...args)?.name, 'it');
    assert.equal(server(configs, 'sh', '/elsewhere/tools/server.sh'), undefined);
  });

  it('reads profiles, notices changes, and returns the same object while nothing changes', () => {
    const configs = open();
    const before = configs.recogniser();
    assert.equal(configs.recogniser(), before);
    write(
      '.config/Code/User/profiles/abc/mcp.json',
      '{"servers": {"one": {"command": "/opt/one-server", "args": ["x"]}}}',
    );
    assert.notEqual(configs.recogniser(), before);
    assert.equal(server(configs, '/opt/one-server', 'x')?.name, 'one');
  });

  it('reports a broken file once, with line and column, and loses no other file', () => {
    write('.cursor/mcp.json', '{"mcpServers": {\n  "a": {"command": "/opt/a-server",, "args": []}\n}}');
    write('.gemini/settings.json', '{"mcpServers": {"b": {"command": "/opt/b-server", "args": ["--b"]}}}');
    const configs = open();
    assert.equal(server(configs, '/opt/b-server', '--b')?.client, 'Gemini CLI');
    write('.gemini/other', '');
    configs.recogniser();
    assert.equal(
      log.filter((line) => line.startsWith(`${join(home, '.cursor/mcp.json')}:2:`)).length,
      1,
      log.join('\n'),
    );
  });

  it('skips a named pipe without waiting for it', () => {
    execFileSync('mkfifo', [join(home, '.claude.json')]);
    const program = `
      const { MachineConfigs } = require(${JSON.stringify(join(__dirname, '../../../src/clients/machineConfigs.ts'))});
      const none = () => {};
      const workspace = () => ({ folders: [], workspaceFile: undefined });
      const parts = { workspace, guess: () => false, log: { info: none, warn: none, error: none }, interval: 0 };
      new MachineConfigs({ ...parts, home: process.argv[1] }).recogniser().serverOf(['x'], {})`;
    const { status, stderr } = spawnSync(process.execPath, ['--import=tsx', '-e', program, home], { timeout: 15_000 });
    assert.equal(status, 0, `it hangs: ${stderr}`);
  });

  it('K25 reads no workspace that it is not given', () => {
    write('work/.mcp.json', '{"mcpServers": {"mine": {"command": "/opt/mine-server", "args": ["--x"]}}}');
    assert.equal(server(open(), '/opt/mine-server', '--x'), undefined);
    assert.equal(server(open({ folders: [join(home, 'work')] }), '/opt/mine-server', '--x')?.name, 'mine');
  });

  it('guesses only when asked', () => {
    assert.equal(server(open(), 'mcp-server-fetch'), undefined);
    assert.equal(server(open({ guess: true }), 'mcp-server-fetch')?.client, 'guessed by its name');
  });
});
