import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Sandbox } from '../support/sandbox';
import { PLAIN } from '../support/scene';
import { waitFor } from '../support/waitFor';

/** A client in a terminal of its own; writes its server's pid and the terminal's path into argv[1]. */
const CLIENT = `import os, pty, subprocess, sys, time
pid, terminal = pty.fork()
if pid == 0:
    server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    open(sys.argv[1] + '.new', 'w').write(f'{server.pid} {os.ttyname(0)}')
    os.rename(sys.argv[1] + '.new', sys.argv[1])
time.sleep(300)`;

describe('what tells identical rows of other clients apart', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(() => sandbox.dispose());

  it('the folder and terminal of its client, and since when the server has been idle', async () => {
    const mark = `--mark=${randomUUID()}`;
    const file = join(sandbox.path, 'started');
    spawn('python3', ['-c', CLIENT, file, process.execPath, PLAIN, '--deaf', mark], {
      env: sandbox.environment,
      cwd: sandbox.path,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const told = await waitFor('the server runs', () => (existsSync(file) ? readFileSync(file, 'utf8') : ''));
    const [pid, terminal] = told.split(' ') as [string, string];
    const known = {
      serverOf: (args: readonly string[]) =>
        args[1] === PLAIN && args.at(-1) === mark
          ? { name: 'n', client: 'c', file: undefined, basis: { kind: 'path' as const } }
          : undefined,
      clientOf: () => undefined,
    };
    const tracker = await sandbox.tracker({}, { recogniser: () => known });
    const rowOf = async () => (await tracker.sweep()).servers.find((row) => row.pid === Number(pid));
    const first = await waitFor('it is listed', rowOf);
    assert.equal(first.folder, realpathSync(sandbox.path));
    assert.equal(`/dev/${first.terminal}`, terminal);
    assert.equal(first.idleSince, undefined, 'one look cannot tell');
    const idle = await waitFor('it is idle', async () => (await rowOf())?.idleSince);
    assert.ok(idle <= Date.now() && idle > Date.now() - 30_000);
  });
});
