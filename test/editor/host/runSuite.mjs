// Runs test/editor/suite inside a real editor, through @vscode/test-electron: the stand-in on Linux, or the desktop
// build if MCP_PROCESSES_TEST_EDITOR=desktop asks for it. A missing editor is an error.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const work = mkdtempSync(join(tmpdir(), 'su-'));
try {
  const workspace = join(work, 'workspace');
  cpSync(join(root, 'test/editor/workspace'), workspace, { recursive: true });
  mkdirSync(join(workspace, '.vscode'));
  const tests = join(root, 'out/test/editor/suite/index.js');
  await build({
    entryPoints: [join(root, 'test/editor/suite/index.ts')],
    outfile: tests,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  const modules = join(root, 'node_modules/@modelcontextprotocol');
  /**
   * @param {string} name
   * @param {readonly string[]} args
   */
  const real = (name, ...args) => ({
    command: process.execPath,
    args: [join(modules, name, 'dist/index.js'), ...args],
  });
  const settings = {
    'mcpProcesses.servers': {
      everything: real('server-everything', 'stdio'),
      filesystem: real('server-filesystem', workspace),
      memory: { ...real('server-memory'), env: { MEMORY_FILE_PATH: join(work, 'memory.json') } },
      missing: { command: 'no-such-program-of-anybody', args: [] },
      folder: { command: root, args: [] },
      remote: { type: 'http', url: 'http://127.0.0.1:9/mcp' },
    },
  };
  writeFileSync(
    join(workspace, '.vscode/mcp.json'),
    `// the editor's own\n${JSON.stringify({ servers: { 'of-the-editor': real('server-filesystem', workspace) } })}`,
  );
  const standIn = join(root, 'test/editor/host/desktopStandIn.mjs');
  chmodSync(standIn, 0o755);
  await runTests({
    ...(process.env.MCP_PROCESSES_TEST_EDITOR === 'desktop' ? {} : { vscodeExecutablePath: standIn }),
    extensionDevelopmentPath: root,
    extensionTestsPath: tests,
    launchArgs: [workspace, '--disable-workspace-trust'],
    extensionTestsEnv: {
      MCP_PROCESSES_HOME: join(work, 'home'),
      // The test changes the interval with the setting, which must take effect at once.
      MCP_PROCESS_CLEANUP_INTERVAL: '3600',
      MCP_PROCESSES_TEST_SETTINGS: JSON.stringify(settings),
    },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
