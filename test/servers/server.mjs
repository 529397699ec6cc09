// A real MCP stdio server with selectable behaviour. It always ends after 30 minutes.
//   --deaf-to-eof   keeps running when its input ends      --deaf-to-term  ignores SIGTERM
//   --child=plain|setsid   starts one more of its kind     --die           dies in the handshake
//   --note-term=FILE       writes the time of SIGTERM there (epoch ms), and ends
//   --newest               speaks only the protocol revision that has no `initialize`
//   --crash-on-usr2  writes a last line to stderr and exits with code 3 on SIGUSR2
//   --garbage              speaks no MCP                    --silent        never answers
//   --odd-version          speaks a protocol version whose name holds a secret
//   --no-lists             offers tools, resources and prompts, and has a list of none of them
//   --heir                 a child answers in its place, and gives the last answer of the handshake after its end
//   --serve=PATH           answers lines on a Unix socket there, or, as FILE.port, on a TCP port that it writes there
//   --note-cancel=FILE     has the tool `wait`, which never answers, and writes there when its call is cancelled
import { spawn } from 'node:child_process';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const flags = new Set(process.argv.slice(2));
// First of all: a deaf server is deaf from its start.
const note = [...flags].find((flag) => flag.startsWith('--note-term='))?.slice('--note-term='.length);
if (note) {
  process.on('SIGTERM', () => {
    writeFileSync(note, String(Date.now()));
    process.exit(0);
  });
}
if (flags.has('--crash-on-usr2')) {
  process.on('SIGUSR2', () => {
    process.stderr.write('reading the queue\nlost the database, opened with --token not-a-real-one\n\n');
    process.exit(3);
  });
}
if (flags.has('--deaf-to-term')) process.on('SIGTERM', () => {});
const MAX_LIFE_MS = 30 * 60_000;
setTimeout(() => process.exit(0), MAX_LIFE_MS).unref();

if (flags.has('--die')) {
  process.stderr.write('cannot open the database\nstarted with --token not-a-real-one\n');
  process.exit(3);
}
if (flags.has('--garbage')) process.stdout.write('hello, I am not JSON\n'.repeat(3));
if (flags.has('--deaf-to-eof')) {
  setInterval(() => {}, 1000);
  // A client killed during the handshake leaves a broken pipe, which must not end a deaf server.
  process.stdout.on('error', () => {});
} else if (!flags.has('--heir')) process.stdin.on('end', () => process.exit(0));

const child = [...flags].find((flag) => flag.startsWith('--child='))?.slice('--child='.length);
if (child) {
  spawn(process.execPath, [fileURLToPath(import.meta.url), '--silent', '--deaf-to-eof', '--deaf-to-term'], {
    stdio: 'ignore',
    detached: child === 'setsid',
  });
}

const serve = [...flags].find((flag) => flag.startsWith('--serve='))?.slice('--serve='.length);
if (serve) {
  // Answers each line of a connection with our pid.
  const listener = createServer((socket) => {
    socket.on('error', () => {}).on('data', () => socket.write(`${process.pid}\n`));
  });
  if (serve.endsWith('.port')) {
    listener.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (listener.address());
      writeFileSync(`${serve}.new`, String(port));
      renameSync(`${serve}.new`, serve);
    });
  } else listener.listen(serve);
}

/**
 * Answers line by line, without the SDK, whose servers cannot behave like this.
 * @param {(method: string) => unknown} resultOf
 */
function answerWith(resultOf) {
  createInterface({ input: process.stdin }).on('line', async (line) => {
    const { id, method } = JSON.parse(line);
    if (id === undefined) return;
    const result = await resultOf(method);
    const error = { code: -32601, message: `no method ${method}` };
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error }) })}\n`);
  });
}
const TOOLS = [{ name: 'whoami', inputSchema: { type: 'object' } }];
/** @param {object} capabilities */
const introduce = (capabilities) => ({
  protocolVersion: '2025-06-18',
  capabilities,
  serverInfo: { name: 'written', version: '1.0.0' },
});

if (flags.has('--newest')) {
  // Speaks only the revision without `initialize`; SDKs' servers speak the older ones too.
  /** @type {Record<string, object>} */
  const answers = {
    'server/discover': {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'newest', version: '2.0.0' } },
      capabilities: { tools: {} },
      ttlMs: 0,
      cacheScope: 'private',
    },
    'tools/list': { resultType: 'complete', tools: TOOLS, ttlMs: 0, cacheScope: 'private' },
  };
  answerWith((method) => answers[method]);
} else if (flags.has('--odd-version')) {
  answerWith(() => ({ ...introduce({}), protocolVersion: 'started with --token not-a-real-one' }));
} else if (flags.has('--no-lists')) {
  answerWith((method) => method === 'initialize' && introduce({ tools: {}, resources: {}, prompts: {} }));
} else if (flags.has('--heir')) {
  spawn(process.execPath, [fileURLToPath(import.meta.url), '--inherits'], { stdio: 'inherit' });
  process.stdin.pause();
  setInterval(() => {}, 1000);
} else if (flags.has('--inherits')) {
  const before = process.ppid;
  answerWith(async (method) => {
    if (method === 'initialize') return introduce({ tools: {} });
    process.kill(before, 'SIGKILL');
    // The client has waited for it, and so knows of its end.
    while (existsSync(`/proc/${before}`)) await new Promise((resolve) => setTimeout(resolve, 10));
    return { tools: TOOLS };
  });
} else if (flags.has('--silent') || flags.has('--garbage')) {
  setInterval(() => {}, 1000);
  process.stdin.resume();
} else {
  // Loaded late: it takes long, and silent servers do not need it. Test runs bundle it: see ../support/testPrograms.ts.
  /** @type {typeof import('./sdk.mjs')} */
  const { McpServer, StdioServerTransport } = await import(process.env.MCP_PROCESSES_TEST_SERVER_SDK ?? './sdk.mjs');
  const server = new McpServer({ name: 'fixture', version: '1.0.0' });
  server.tool('whoami', () => ({
    content: [
      { type: 'text', text: JSON.stringify({ pid: process.pid, cookie: 'MCP_PROCESSES_COOKIE' in process.env }) },
    ],
  }));
  const cancelled = [...flags].find((flag) => flag.startsWith('--note-cancel='))?.slice('--note-cancel='.length);
  if (cancelled) {
    server.tool('wait', ({ signal }) => {
      writeFileSync(`${cancelled}.called`, '');
      return new Promise(() => signal.addEventListener('abort', () => writeFileSync(cancelled, '')));
    });
  }
  await server.connect(new StdioServerTransport());
}
