import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNotRunning, parseIds, parseInspection, parseStats } from '../../../src/containers/engineOutput';

const ID = '0123456789abcdef'.repeat(4);
const OTHER = 'f'.repeat(64);

const fixture = (name: string) => readFileSync(join(__dirname, 'fixtures', name), 'utf8');

function docker(state: object, more: object = {}): string {
  return JSON.stringify([{ Id: ID, State: state, Config: { Image: 'img', Labels: { a: 'b' } }, ...more }]);
}

describe('the output of container clients', () => {
  it('reads podman’s', () => {
    const [running, created] = parseInspection(fixture('podman-inspect.json'), 'podman');
    assert.deepEqual(running, {
      id: '52b56fd95cd0f676a3aaf43b3b8e0ddda6bc77ba35b4d3e4d227892d23dd2893',
      name: 'one',
      image: 'localhost/test/busybox:1',
      state: 'running',
      neverStarted: false,
      labels: { 'a.b': 'c-d' },
      createdAt: Date.parse('2026-11-21T06:46:23.685Z'),
      commandLine: ['sh', '-c', 'echo hi; sleep 100'],
      openStdin: true,
    });
    assert.equal(created?.state, 'created');
    assert.equal(created?.neverStarted, true);
    assert.deepEqual(created?.commandLine, ['cat', '-']);
  });

  it('tells a program that podman repeats apart from one that has its own name as argument', () => {
    const commandLine = (path: string, args: string[], config: object) =>
      parseInspection(docker({ Status: 'running' }, { Path: path, Args: args, Config: config }), 'podman')[0]
        ?.commandLine;
    assert.deepEqual(commandLine('cat', ['cat'], { Entrypoint: '', Cmd: ['cat'] }), ['cat']);
    assert.deepEqual(commandLine('cat', ['cat'], { Entrypoint: 'cat' }), ['cat']);
    assert.deepEqual(commandLine('cat', ['cat'], { Entrypoint: '', Cmd: ['cat', 'cat'] }), ['cat', 'cat']);
    assert.deepEqual(commandLine('cat', ['cat'], { Entrypoint: ['cat'], Cmd: ['cat'] }), ['cat', 'cat']);
  });

  it('reads nerdctl’s, where no state means no task, not that it never ran', () => {
    const [running, ended, older] = parseInspection(fixture('nerdctl-inspect.json'), 'nerdctl');
    assert.equal(running?.image, 'docker.io/library/busybox:latest');
    assert.equal(running?.state, 'running');
    assert.deepEqual(running?.commandLine, ['cat', '-']);
    assert.equal(running?.openStdin, undefined);
    for (const one of [ended, older]) {
      assert.equal(one?.state, 'stopped');
      assert.equal(one?.neverStarted, false);
    }
    assert.deepEqual(older?.labels, {});
    assert.deepEqual(ended?.commandLine, ['cat']);
  });

  it('K09 refuses an answer without a state that the engine has', () => {
    for (const engine of ['docker', 'podman'] as const) {
      for (const state of [null, {}, { Status: '' }, { Status: '', Running: false }, { Status: 3 }, 'running', []]) {
        assert.throws(() => parseInspection(docker(state as object), engine), /no state/);
      }
    }
    assert.throws(() => parseInspection(docker({ Status: '', Running: true }), 'nerdctl'), /no state/);
    for (const text of ['{}', 'null', '[null]', '[{}]', '[{"Id":"abc","State":{"Status":"exited"}}]', '[']) {
      assert.throws(() => parseInspection(text, 'docker'));
    }
    assert.deepEqual(parseInspection('\n', 'podman'), []);
  });

  it('K28 takes a container for never started only if two fields say so', () => {
    const zero = '0001-01-01T00:00:00Z';
    const rows: [object, boolean, boolean][] = [
      [{ Status: 'created', StartedAt: zero }, true, true],
      [{ Status: 'configured', StartedAt: zero }, true, true],
      [{ Status: 'initialized', StartedAt: zero }, true, true],
      [{ Status: 'created' }, false, true],
      [{ Status: 'created', StartedAt: '' }, false, true],
      [{ Status: 'created', StartedAt: '2026-01-01T00:00:00Z' }, false, true],
      [{ Status: 'exited', StartedAt: zero }, false, true],
      [{ Status: 'dead', StartedAt: zero }, false, true],
      [{ Status: 'running', StartedAt: zero }, false, false],
      [{ Status: 'Paused', StartedAt: zero }, false, false],
      [{ Status: 'restarting', StartedAt: zero }, false, false],
      [{ Status: 'removing', StartedAt: zero }, false, false],
      [{ Status: 'stopping', StartedAt: zero }, false, false],
      [{ Status: 'something new', StartedAt: zero }, false, false],
    ];
    for (const [state, neverStarted, notRunning] of rows) {
      const [container] = parseInspection(docker(state), 'docker');
      assert.ok(container);
      assert.equal(container.neverStarted, neverStarted, JSON.stringify(state));
      assert.equal(isNotRunning(container), notRunning, JSON.stringify(state));
    }
  });

  it('reads labels and names unchanged, whatever they contain', () => {
    const labels = { 'a,b': 'c=d,e=f', empty: '', number: 3 };
    const more = { Name: '/box', Config: { Image: 'img', Labels: labels }, Created: 'yesterday' };
    const [container] = parseInspection(docker({ Status: 'running' }, more), 'docker');
    assert.deepEqual(container?.labels, { 'a,b': 'c=d,e=f', empty: '' });
    assert.equal(container?.name, 'box');
    assert.equal(container?.createdAt, undefined);
  });

  it('reads lists of ids, and ignores any other line', () => {
    assert.deepEqual(parseIds(''), []);
    assert.deepEqual(parseIds(`${ID}\r\n${OTHER}\n${ID}\n`), [ID, OTHER]);
    for (const text of ['abc', `${ID}\nWARNING: x`, ID.toUpperCase(), `${ID}0`, `--all`]) {
      assert.throws(() => parseIds(text), /not an id/);
    }
  });

  it('reads memory and CPU', () => {
    const rows: [string, number | undefined, number | undefined][] = [
      ['0.00%\t1.5MiB / 23.5GiB', 0, 1_572_864],
      ['103.61%\t593.9kB / 25.27GB', 103.61, 593_900],
      ['1.2%\t512B / 1GB', 1.2, 512],
      ['--\t-- / --', undefined, undefined],
      ['', undefined, undefined],
    ];
    for (const [text, cpu, memory] of rows) {
      assert.deepEqual(parseStats(`${ID.slice(0, 12)}\t${text}\n`, [OTHER, ID]), [{ id: ID, cpu, memory }]);
    }
    assert.deepEqual(parseStats('\t1%\t1MB\n0123\t1%\t1MB\nnonsense\n', [ID]), []);
  });
});
