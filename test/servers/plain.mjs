// A small server without an SDK, for tests that need many or odd ones. One JSON-RPC answer per line of stdin, and one
// answer per connection to --answer=<socket path>, so that a survivor can prove that it works. Ends after 30 minutes.
//   --deaf         ignores end-of-file, SIGTERM and SIGHUP    --spin  burns a core from end-of-file on
//   --busy         burns most of a core from the start        --pid-file=<path>  writes its pid there when it is ready
//   --run=<JSON>   starts {command, args, detached} too, with no stdin of its own; may be given several times
import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

const flags = process.argv.slice(2);
/** @param {string} name */
const has = (name) => flags.includes(`--${name}`);
/** @param {string} name */
const all = (name) => flags.filter((flag) => flag.startsWith(`--${name}=`)).map((flag) => flag.slice(name.length + 3));

setTimeout(() => process.exit(0), 30 * 60_000);
process.stdout.on('error', () => {});
if (has('deaf')) for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => {});

let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) {
    const { id } = JSON.parse(line);
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: { pid: process.pid } })}\n`);
  }
});
process.stdin.on('error', () => {});
process.stdin.on('end', () => {
  if (has('spin')) for (;;) Math.random();
  if (!has('deaf')) process.exit(0);
});
if (has('busy')) {
  setInterval(() => {
    for (const until = performance.now() + 45; performance.now() < until; );
  }, 50);
}
for (const text of all('run')) {
  const { command, args = [], detached = false } = JSON.parse(text);
  spawn(command, args, { stdio: 'ignore', detached }).on('error', () => {});
}
const ready = () => {
  for (const file of all('pid-file')) {
    writeFileSync(`${file}.new`, String(process.pid));
    renameSync(`${file}.new`, file);
  }
};
const [answer] = all('answer');
if (answer) createServer((socket) => socket.on('error', () => {}).end(String(process.pid))).listen(answer, ready);
else ready();
