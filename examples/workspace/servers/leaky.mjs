// A badly behaved MCP server, to see what becomes of it: it ignores the end of its standard input and SIGTERM,
// and it starts a child that does the same. Only SIGKILL ends it early; after an hour it ends by itself.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const HOUR = 60 * 60 * 1000;

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => {});
}
// Its client may be gone: writing then fails, and it goes on all the same.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
setTimeout(() => process.exit(0), HOUR);

if (process.argv[2] !== 'child') {
  spawn(process.execPath, [fileURLToPath(import.meta.url), 'child'], { stdio: 'ignore' });
  serve();
}

function serve() {
  let buffer = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('error', () => {});
  process.stdin.on('data', (chunk) => {
    buffer += chunk;
    for (let end = buffer.indexOf('\n'); end >= 0; end = buffer.indexOf('\n')) {
      const line = buffer.slice(0, end).trim();
      buffer = buffer.slice(end + 1);
      if (line !== '') {
        receive(line);
      }
    }
  });
}

/** @param {string} line */
function receive(line) {
  let message;
  try {
    message = JSON.parse(line);
  } catch {
    return send({ id: null, error: { code: -32700, message: 'Not JSON' } });
  }
  const { id, method, params } = message ?? {};
  if (id === undefined || method === undefined) {
    return;
  }
  switch (method) {
    case 'initialize':
      return send({
        id,
        result: {
          protocolVersion: params?.protocolVersion ?? '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'leaky', version: '1.0.0' },
        },
      });
    case 'ping':
      return send({ id, result: {} });
    case 'tools/list':
      return send({
        id,
        result: {
          tools: [
            {
              name: 'pid',
              description: 'Says which process this server is.',
              inputSchema: { type: 'object', properties: {} },
            },
          ],
        },
      });
    case 'tools/call':
      if (params?.name === 'pid') {
        return send({ id, result: { content: [{ type: 'text', text: `Process ${process.pid}` }] } });
      }
      return send({ id, error: { code: -32602, message: `There is no tool "${params?.name}"` } });
    default:
      return send({ id, error: { code: -32601, message: `There is no method "${method}"` } });
  }
}

/** @param {object} message */
function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}
