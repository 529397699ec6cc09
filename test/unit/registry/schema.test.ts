import assert from 'node:assert/strict';
import { parseSession, SCHEMA_VERSION, type SessionFile } from '../../../src/registry/schema';
import { identity, recordOf, SCOPE, sessionOf, uuid } from '../judgement/table';

/** A session file as written, with a change to its JSON. */
function parse(change: (json: Record<string, unknown>, record: Record<string, unknown>) => void) {
  const session = sessionOf({
    neverReap: ['keep me'],
    handedOver: 5,
    records: [recordOf({ census: [identity(501)], ladder: { step: 'term', remaining: 7 } })],
  });
  const json = JSON.parse(JSON.stringify(session));
  change(json, json.records[0]);
  return parseSession(JSON.stringify(json));
}

/** Sets a nested value. */
function set(path: string, value: unknown) {
  return parse((json) => {
    const keys = path.split('.');
    const last = keys.pop() as string;
    // biome-ignore lint/suspicious/noExplicitAny: any JSON
    const holder = keys.reduce((inner: any, key) => inner[key], json);
    holder[last] = value;
  });
}

function session(path: string, value: unknown): SessionFile {
  const parsed = set(path, value);
  assert.ok(parsed.kind === 'session', JSON.stringify(parsed));
  return parsed.session;
}

describe('session file schema', () => {
  it('reads what was written', () => {
    const written = sessionOf({
      folder: '/home/u',
      detachedSince: 3,
      records: [
        recordOf({ kind: 'adopted', root: undefined, posixSession: undefined }),
        recordOf({
          id: uuid(2),
          census: [identity(7), identity(8, 'e1700000000')],
          ladder: { step: 'kill', remaining: 0 },
          container: {
            program: 'docker',
            globalFlags: ['--context', 'x'],
            environment: { DOCKER_HOST: 'unix:///x' },
            removable: true,
            containerId: 'a'.repeat(64),
          },
        }),
      ],
    });
    assert.deepEqual(parseSession(JSON.stringify(written)), { kind: 'session', session: written });
  });

  it('K29 does not read a newer version, whatever it contains', () => {
    for (const schema of [SCHEMA_VERSION + 1, 99, Number.MAX_SAFE_INTEGER]) {
      assert.deepEqual(set('schema', schema), { kind: 'newer', schema });
    }
    assert.deepEqual(parseSession('{"schema":2}'), { kind: 'newer', schema: 2 });
    for (const schema of [0, -1, 1.5, '1', null, undefined, []]) assert.equal(set('schema', schema).kind, 'bad');
    assert.equal(set('schema', SCHEMA_VERSION).kind, 'session', 'control');
  });

  it('L23 truncated anywhere, or not an object: bad, never fatal', () => {
    const whole = JSON.stringify(sessionOf());
    for (let length = 0; length < whole.length; length++) {
      assert.equal(parseSession(whole.slice(0, length)).kind, 'bad', whole.slice(0, length));
    }
    const others = ['null', '5', '"x"', '[]', '{}', '\0\0\0', `${whole}${whole}`, '['.repeat(100_000), 'NaN'];
    for (const text of others) assert.equal(parseSession(text).kind, 'bad', text.slice(0, 20));
  });

  it('K13 one invalid identity makes the whole file bad', () => {
    const pids = [1, 0, -1, -300, 2.5, 1e12, 2 ** 31, '300', null, {}, [300], true];
    const starts = ['', 't', 'x5', 't-5', 't1.5', 't007', 5, null, {}];
    const scopes = ['', SCOPE.slice(1), 'x0123456789abcdef', `${SCOPE}0`, 5, null];
    for (const path of ['owner', 'records.0.root', 'records.0.census.0']) {
      for (const pid of pids) assert.equal(set(`${path}.pid`, pid).kind, 'bad', `${path} pid ${pid}`);
      for (const start of starts) assert.equal(set(`${path}.start`, start).kind, 'bad', `${path} start ${start}`);
      for (const scope of scopes) assert.equal(set(`${path}.scope`, scope).kind, 'bad', `${path} scope ${scope}`);
      for (const whole of [null, 5, 'x', [], {}]) assert.equal(set(path, whole).kind, 'bad', `${path} ${whole}`);
    }
    assert.equal(set('owner', undefined).kind, 'bad', 'a session needs an owner');
    assert.equal(set('records.0.root', undefined).kind, 'session', 'a record may have no root yet');
  });

  it('K13 unknown names, lists and kinds make it bad', () => {
    const table: [string, unknown][] = [
      ['id', '../../etc/passwd'],
      ['id', uuid(1).toUpperCase().replace('0', 'A')],
      ['id', null],
      ['home', 'x'],
      ['home', undefined],
      ['records', undefined],
      ['records', {}],
      ['records', [null]],
      ['records', ['x']],
      ['records', Array(1_001).fill(recordOf())],
      ['records.0.id', 'x'],
      ['records.0.kind', 'ours'],
      ['records.0.kind', undefined],
      ['records.0.kind', 'constructor'],
      ['records.0.census', undefined],
      ['records.0.census', 'x'],
      ['records.0.census', Array(10_001).fill(identity(5))],
      ['neverReap', 'x'],
    ];
    for (const [path, value] of table)
      assert.equal(set(path, value).kind, 'bad', `${path} ${String(value).slice(0, 30)}`);
  });

  it('fields that decide nothing may be missing or strange', () => {
    for (const value of [undefined, null, 5, {}, []]) {
      assert.equal(session('editor', value).editor, '');
      assert.equal(session('folder', value).folder, undefined);
      assert.equal(session('records.0.commandLine', value).records[0]?.commandLine, '');
    }
    assert.equal(session('startedAt', 'yesterday').startedAt, 0);
    assert.equal(session('editor', 'x'.repeat(9_999)).editor.length, 4_096);
    const more = parse((json) => Object.assign(json, { toString: 'x', more: { deep: [1] } }));
    assert.ok(more.kind === 'session' && !('more' in more.session));
  });

  it('an unknown setting reaps nothing', () => {
    for (const value of ['on', 'ask', 'off']) assert.equal(session('automatic', value).automatic, value);
    for (const value of [undefined, null, true, 1, 'ON', 'yes', ['on']]) {
      assert.equal(session('automatic', value).automatic, 'off', String(value));
    }
    assert.deepEqual(session('neverReap', ['a', 5, null, 'b']).neverReap, ['a', 'b']);
  });

  it('a damaged file shortens no grace', () => {
    const longest = 600_000;
    const waits: [unknown, number][] = [
      [0, 0],
      [1_500, 1_500],
      [longest, longest],
      [-1, longest],
      [longest + 1, longest],
      [null, longest],
      [undefined, longest],
      ['5', longest],
      [{}, longest],
    ];
    for (const [written, read] of waits) {
      assert.equal(session('records.0.grace.stdin', written).records[0]?.grace.stdin, read, String(written));
      assert.equal(session('records.0.grace.term', written).records[0]?.grace.term, read, String(written));
      assert.equal(session('records.0.ladder.remaining', written).records[0]?.ladder?.remaining, read, String(written));
    }
    for (const grace of [undefined, null, 5, []]) {
      assert.deepEqual(session('records.0.grace', grace).records[0]?.grace, { stdin: longest, term: longest });
    }
    // A ladder that cannot be read starts over, at the gentlest step.
    for (const ladder of [null, 5, {}, { step: 'KILL', remaining: 0 }, { step: 'kill9' }]) {
      assert.equal(session('records.0.ladder', ladder).records[0]?.ladder, undefined, JSON.stringify(ladder));
    }
  });

  it('K30 an invalid POSIX session is unknown, so every member counts as having left it', () => {
    for (const value of [-1, -500, 2.5, '500', '', null, 2 ** 40]) {
      assert.equal(session('records.0.posixSession', value).records[0]?.posixSession, undefined, String(value));
    }
    // That of a container's init, and one led from outside the pid namespace: no process can rejoin either.
    for (const value of [500, 1, 0]) {
      assert.equal(session('records.0.posixSession', value).records[0]?.posixSession, value, `control: ${value}`);
    }
  });

  it('K11 a container in another form than ours is ignored', () => {
    const container = { program: 'docker', globalFlags: ['-c', 5], environment: { DOCKER_HOST: 'x', PATH: '/evil' } };
    assert.deepEqual(session('records.0.container', container).records[0]?.container, {
      program: 'docker',
      globalFlags: ['-c'],
      environment: { DOCKER_HOST: 'x' },
      removable: false,
      containerId: undefined,
    });
    for (const value of [null, 5, 'docker', [], { globalFlags: [] }, { program: 5 }]) {
      assert.equal(session('records.0.container', value).records[0]?.container, undefined, JSON.stringify(value));
    }
    for (const containerId of ['x', '-f', 'a'.repeat(63), `${'a'.repeat(64)}\n`, 5]) {
      const read = session('records.0.container', { ...container, containerId }).records[0]?.container;
      assert.equal(read?.containerId, undefined, String(containerId));
    }
  });
});
