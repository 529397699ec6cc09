import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerEngine, type EngineAddress, type EngineLimits } from '../../../src/containers/engine';
import { clientEnvironment } from '../../../src/containers/engineCall';
import { engineSentence } from '../../../src/wording/containers';
import { isAlive } from '../../support/sandbox';
import { waitFor } from '../../support/waitFor';

const ID = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);

/** A script stands for the client, to give answers that a real engine cannot be made to give. */
describe('asking an engine', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'client-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function engine(script: string, limits: Partial<EngineLimits> = {}, more: Partial<EngineAddress> = {}) {
    const program = join(folder, 'docker');
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    chmodSync(program, 0o755);
    return new ContainerEngine({ program, globalFlags: [], environment: {}, ...more }, limits);
  }

  async function failure(script: string, limits?: Partial<EngineLimits>) {
    const answer = await engine(script, limits).list();
    if (answer.ok) throw new Error('there should be no answer');
    assert.match(engineSentence(answer.error), /^[^\n]+$/);
    return answer.error;
  }

  it('says in one sentence why there is no answer', async () => {
    const rows: [string, string, RegExp][] = [
      [
        'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
        'denied',
        /You are not allowed/,
      ],
      [
        'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?',
        'missing',
        /cannot be reached/,
      ],
      ['Cannot connect to Podman. Please verify your connection to the Linux system', 'missing', /cannot be reached/],
      ['time="2026-01-01T00:00:00Z" level=fatal msg="cannot access containerd socket"', 'failed', /: cannot access/],
      ['time="2026" level=warning msg="x"\nError: broken', 'failed', /failed: Error: broken$/],
      ['login with password=hunter22 refused', 'failed', /password=•••/],
      // Node's own message would quote the whole command line, and with it the engine's address.
      ['', 'failed', /failed: it exited with code 1\.$/],
    ];
    for (const [stderr, kind, message] of rows) {
      writeFileSync(join(folder, 'stderr'), stderr);
      const error = await failure(`cat "$(dirname "$0")/stderr" >&2; exit 1`);
      assert.equal(error.kind, kind, stderr);
      assert.match(engineSentence(error), message);
    }
  });

  it('ends a client that hangs, ignores signals, and has a helper that holds its outputs', async () => {
    const pids = join(folder, 'pids');
    const asked = failure(`trap '' TERM INT HUP; sleep 1000 & echo "$! $$" >${pids}; wait; wait`, { timeout: 1_000 });
    const [helper, client] = await waitFor('the client has started', () => {
      const numbers = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
      return numbers.length === 2 ? numbers : undefined;
    });
    try {
      const error = await Promise.race([asked, waitFor('an answer', () => undefined, 8_000)]);
      assert.equal(error.kind, 'timeout');
      await waitFor('the client is gone', () => !isAlive(client as number));
      assert.equal(isAlive(helper as number), true, 'the helper still holds the outputs');
    } finally {
      for (const pid of [helper, client] as number[]) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
  });

  it('ends a client that never stops writing', async () => {
    const error = await failure('exec yes', { output: 10_000 });
    assert.equal(error.kind, 'failed');
    assert.match(engineSentence(error), /more than 10000 bytes/);
  });

  it('reports a client that is missing or not executable, and runs nothing but a container client', async () => {
    const absent = new ContainerEngine({ program: join(folder, 'podman'), globalFlags: [], environment: {} });
    const answer = await absent.list();
    assert.equal(answer.ok ? undefined : answer.error.kind, 'missing');
    const closed = engine('true');
    chmodSync(join(folder, 'docker'), 0o644);
    const denied = await closed.list();
    assert.equal(denied.ok ? undefined : denied.error.kind, 'denied');
    for (const program of ['rm', '/bin/sh', 'docker; rm', '']) {
      assert.throws(() => new ContainerEngine({ program, globalFlags: [], environment: {} }), /not docker, podman/);
    }
    const strange = await engine('true', {}, { globalFlags: ['--context', 'a\0b'] }).list();
    assert.equal(strange.ok ? undefined : strange.error.kind, 'failed');
  });

  it('passes words as they are, behind the flags of the server, without a shell and without input', async () => {
    const script = `cat; for word in "$@"; do printf '%s\\n' "$word"; done >"$(dirname "$0")/words"`;
    const flags = ['--context', '$(touch x); a b'];
    const answer = await engine(script, {}, { globalFlags: flags }).list({ 'a.b': 'c d' });
    assert.deepEqual(answer, { ok: true, value: [] });
    assert.deepEqual(readFileSync(join(folder, 'words'), 'utf8').trim().split('\n'), [
      ...flags,
      ...['ps', '--all', '--quiet', '--no-trunc', '--filter', 'label=a.b=c d'],
    ]);
  });

  it('rounds a grace up, never down', async () => {
    const script = `echo "$@" >"$(dirname "$0")/words"`;
    for (const [grace, seconds] of [
      [1, '1'],
      [1_000, '1'],
      [2_001, '3'],
      [0, '0'],
    ] as const) {
      assert.equal((await engine(script).stop(ID, grace)).ok, true);
      assert.equal(readFileSync(join(folder, 'words'), 'utf8').trim(), `stop -t ${seconds} ${ID}`);
    }
  });

  it('waits for a stop as long as its grace and a margin', async () => {
    assert.equal((await engine('exec sleep 1.5', { timeout: 100, stopMargin: 5_000 }).stop(ID, 1)).ok, true);
    assert.equal((await engine('exec sleep 30', { timeout: 100, stopMargin: 100 }).stop(ID, 1)).ok, false);
  });

  it('K09 takes an id for gone only when the client says of this id that there is no such container', async () => {
    const found = JSON.stringify([{ Id: ID, State: { Status: 'running' }, Config: {} }]);
    const rows: [string, string[] | 'failed' | 'missing'][] = [
      [`echo '${found}'; echo "Error: No such container: ${OTHER}" >&2; exit 1`, [ID]],
      [`echo '${found}'; echo "Error: inspecting object: no such container ${OTHER}" >&2; exit 125`, [ID]],
      [`echo '${found}'; echo 'time="x" level=fatal msg="1 errors:\\nno such container: ${OTHER}"' >&2; exit 1`, [ID]],
      [`echo "Error: No such container: ${OTHER}" >&2; echo "Error: no such object: ${ID}" >&2; exit 1`, []],
      [`echo '${found}'`, 'failed'],
      [`echo '${found}'; exit 1`, 'failed'],
      [`echo '[]'`, 'failed'],
      [`echo "Error: No such container: ${OTHER.slice(0, 12)}" >&2; exit 1`, 'failed'],
      [`echo "Cannot connect to the Docker daemon" >&2; exit 1`, 'missing'],
      [
        `echo "Error: No such container: ${OTHER}" >&2; echo "Cannot connect to the Docker daemon" >&2; exit 1`,
        'missing',
      ],
      [`kill -9 $$`, 'failed'],
      ['echo nonsense', 'failed'],
    ];
    for (const [script, ids] of rows) {
      const answer = await engine(script).inspect([ID, OTHER]);
      assert.deepEqual(answer.ok ? answer.value.map(({ id }) => id) : answer.error.kind, ids, script);
    }
    assert.deepEqual(await engine('exit 1').inspect([]), { ok: true, value: [] });
  });

  it('gives a client the choice of engine that the server had, not the one of this process', () => {
    const base = {
      PATH: '/bin',
      HOME: '/home/me',
      DOCKER_HOST: 'unix:///mine',
      CONTAINER_HOST: 'unix:///mine',
      DOCKER_CONTEXT: 'mine',
      MCP_PROCESSES_COOKIE: '1:x',
      LC_ALL: 'de_DE.UTF-8',
    };
    assert.deepEqual(clientEnvironment(base, { DOCKER_HOST: 'unix:///theirs' }), {
      PATH: '/bin',
      HOME: '/home/me',
      LC_ALL: 'C',
      DOCKER_CLI_HINTS: 'false',
      DOCKER_HOST: 'unix:///theirs',
    });
  });
});
