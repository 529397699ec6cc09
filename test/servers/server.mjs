// A real MCP stdio server with chosen manners. It ends by itself after 5 minutes, whatever happens.
//   --deaf-to-eof   keeps running when its input ends      --deaf-to-term  ignores SIGTERM
//   --child=plain|setsid   starts one more of its kind     --die           dies in the handshake
//   --note-term=FILE       writes there when SIGTERM came (epoch ms), and ends
//   --newest               speaks only the protocol revision that has no `initialize`
//   --garbage              speaks no MCP                    --silent        never answers
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const flags = new Set(process.argv.slice(2));
const MAX_LIFE_MS = 5 * 60_000;
setTimeout(() => process.exit(0), MAX_LIFE_MS).unref();

if (flags.has('--die')) {
  process.stderr.write('cannot open the database\nstarted with --token not-a-real-one\n');
  process.exit(3);
}
if (flags.has('--garbage')) process.stdout.write('hello, I am not JSON\n'.repeat(3));
const note = [...flags].find((flag) => flag.startsWith('--note-term='))?.slice('--note-term='.length);
if (note) {
  process.on('SIGTERM', () => {
    writeFileSync(note, String(Date.now()));
    process.exit(0);
  });
}
if (flags.has('--deaf-to-term')) process.on('SIGTERM', () => {});
if (flags.has('--deaf-to-eof')) {
  setInterval(() => {}, 1000);
  // Killed in the middle of the handshake, its client leaves a broken pipe; a deaf server does not mind.
  process.stdout.on('error', () => {});
} else process.stdin.on('end', () => process.exit(0));

const child = [...flags].find((flag) => flag.startsWith('--child='))?.slice('--child='.length);
if (child) {
  spawn(process.execPath, [fileURLToPath(import.meta.url), '--silent', '--deaf-to-eof', '--deaf-to-term'], {
    stdio: 'ignore',
    detached: child === 'setsid',
  });
}

if (flags.has('--newest')) {
  // Speaks only the revision without `initialize`; written out, because SDKs' servers speak the older ones too.
  const answers = {
    'server/discover': {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'newest', version: '2.0.0' } },
      capabilities: { tools: {} },
      ttlMs: 0,
      cacheScope: 'private',
    },
    'tools/list': {
      resultType: 'complete',
      tools: [{ name: 'whoami', inputSchema: { type: 'object' } }],
      ttlMs: 0,
      cacheScope: 'private',
    },
  };
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method } = JSON.parse(line);
    if (id === undefined) return;
    const result = answers[method];
    const error = { code: -32601, message: `no method ${method}` };
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error }) })}\n`);
  });
} else if (flags.has('--silent') || flags.has('--garbage')) {
  setInterval(() => {}, 1000);
  process.stdin.resume();
} else {
  const server = new McpServer({ name: 'fixture', version: '1.0.0' });
  server.tool('whoami', () => ({
    content: [
      { type: 'text', text: JSON.stringify({ pid: process.pid, cookie: 'MCP_PROCESSES_COOKIE' in process.env }) },
    ],
  }));
  await server.connect(new StdioServerTransport());
}
