import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { knownClientOf } from '../../../src/clients/knownClients';
import { definitionMatcher } from '../../../src/clients/recognise';
import { waitFor } from '../../support/waitFor';

/** The arguments of all processes of a group, from the kernel. */
function argsInGroup(group: number): string[][] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(fields[2]) !== group || fields[0] === 'Z') return [];
        const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return [text.replace(/\0+$/, '').split('\0')];
      } catch {
        return [];
      }
    });
}

/** Starts a command, waits until the argument lists of its processes satisfy `enough`, and ends them. */
async function linesOf(
  command: string,
  args: string[],
  enough: (lines: string[][]) => boolean,
  extra: NodeJS.ProcessEnv = {},
): Promise<string[][]> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: { ...process.env, ...extra },
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const group = child.pid as number;
  try {
    return await waitFor(`the processes of ${command} ${args.join(' ')}`, () => {
      const lines = argsInGroup(group);
      return enough(lines) ? lines : undefined;
    });
  } finally {
    process.kill(-group, 'SIGKILL');
    await ended;
  }
}

const isShell = ([program]: string[]) => program === 'sh';
const isNode = (name: string) => (line: string[]) => line[0] === 'node' && line[1]?.endsWith(name) === true;

describe('the processes that npx really starts for a command', function () {
  this.timeout(120_000);

  const cases: readonly (readonly [string[], string])[] = [
    [['-y', '@modelcontextprotocol/server-everything'], 'mcp-server-everything'],
    [['--no-install', 'mcp-server-everything', 'stdio'], 'mcp-server-everything'],
    [['-y', '@modelcontextprotocol/server-filesystem', tmpdir(), '/'], 'mcp-server-filesystem'],
    [
      ['--yes', '--package=@modelcontextprotocol/server-memory', '--', 'mcp-server-memory', '--port=1'],
      'server-memory',
    ],
    [['-y', '@modelcontextprotocol/server-memory', '--', '--flag', 'a b'], 'mcp-server-memory'],
  ];
  for (const [args, server] of cases) {
    it(`npx ${args.join(' ')}`, async () => {
      const complete = (lines: string[][]) =>
        lines.some(isShell) && lines.some(isNode(server)) && lines.some(([title]) => title?.startsWith('npm exec'));
      const lines = await linesOf('npx', args, complete);
      assert.equal(lines.length, 3, JSON.stringify(lines));
      for (const line of lines) {
        assert.ok(definitionMatcher({ command: 'npx', args })(line).length > 0, JSON.stringify(line));
        assert.ok(
          definitionMatcher({ command: 'npx', args: [...args, 'more'] })(line).length === 0,
          JSON.stringify(line),
        );
        assert.ok(
          definitionMatcher({ command: 'npx', args: ['-y', 'another-server'] })(line).length === 0,
          JSON.stringify(line),
        );
        assert.equal(knownClientOf(line, 'node'), undefined);
      }
    });
  }

  it("knows npx's cache folder of a package", async () => {
    const home = mkdtempSync(join(tmpdir(), 'npx-'));
    try {
      const folder = join(home, 'my-package');
      mkdirSync(folder);
      const manifest = { name: 'my-package', version: '1.0.0', bin: { 'another-name': 'serve.js' } };
      writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
      writeFileSync(join(folder, 'serve.js'), '#!/usr/bin/env node\nprocess.stdin.resume();\n');
      chmodSync(join(folder, 'serve.js'), 0o755);
      const args = ['-y', folder, '--serve'];
      const lines = await linesOf('npx', args, (found) => found.some(isNode('another-name')), {
        npm_config_cache: join(home, 'cache'),
        npm_config_offline: 'true',
        npm_config_audit: 'false',
      });
      const server = lines.find(isNode('another-name')) as string[];
      assert.match(server[1] as string, /\/_npx\/[0-9a-f]{16}\/node_modules\/\.bin\/another-name$/);
      assert.ok(definitionMatcher({ command: 'npx', args })(server).length > 0, JSON.stringify(server));
      assert.ok(definitionMatcher({ command: 'npx', args: ['-y', `${folder}2`, '--serve'] })(server).length === 0);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
