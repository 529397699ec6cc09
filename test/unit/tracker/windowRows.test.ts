import assert from 'node:assert/strict';
import type { ConfiguredServer } from '../../../src/clients/configuredServer';
import type { ContainersSeen } from '../../../src/containers/recordedContainers';
import type { Failure, ServerInfo } from '../../../src/model/serverView';
import type { Platform, ProcessEntry, Snapshot } from '../../../src/os/platform';
import type { ServerRecord } from '../../../src/registry/schema';
import { type ShownServer, type ThisWindow, windowRows } from '../../../src/tracker/windowRows';
import { cookieOf, entry, identity, machine, recordOf, sessionOf, uuid } from '../judgement/table';

const SELF = identity(200);

/** A window: pid 200 of {@link machine}. */
function windowWith(records: readonly ServerRecord[], change: Partial<ThisWindow> = {}): ThisWindow {
  const session = sessionOf({ owner: SELF, records });
  return {
    own: { session, record: (id) => records.find((one) => one.id === id) },
    self: SELF,
    platform: {} as Platform,
    launched: new Map(),
    configured: [],
    containersOf: () => undefined,
    ...change,
  };
}

function launchedAs(state: ShownServer['state'], failure?: Failure): ReadonlyMap<string, ShownServer> {
  const description = {
    ...{ key: 'setting:files', name: 'files', client: 'MCP Processes', folder: undefined, command: 'node', args: [] },
    ...{ cwd: undefined, environment: {}, grace: { stdin: 1, term: 1 } },
  };
  const server: ShownServer = { recordId: uuid(1), description, state, failure, lastLine: failure?.lastLine };
  return new Map([[description.key, server]]);
}

const entryBase = { name: 'files', client: 'VS Code', folder: undefined, file: '/ws/.vscode/mcp.json' };
const editors = (key: string): ConfiguredServer => ({
  ...{ ...entryBase, key, describe: undefined },
  managedBy: 'editor',
  editorId: key,
  matches: (args) => args[1] === 'server-600.js',
});

describe('rows of servers that this window launched', () => {
  const serverInfo: ServerInfo = { name: 'f', version: '1', tools: 1, resources: 0, prompts: 0 };
  const running = { kind: 'running', connection: { serverInfo } } as ShownServer['state'];
  const exit: Failure = { kind: 'exit', at: 1, exit: { code: 3 }, lastLine: 'last' };
  const { lastLine: _, ...known } = exit;
  const done = Promise.resolve() as never;
  const stopping = (failure: typeof known | undefined) => ({ kind: 'stopping', done, failure }) as const;
  const failed = { kind: 'failed', failure: known } as const;
  const table: [what: string, state: ShownServer['state'], lives: boolean, is: string, failure?: Failure][] = [
    ['running', running, true, 'thisWindow active running'],
    ['running since the last scan', running, false, 'notRunning gone running'],
    ['without a connection', { kind: 'disconnected' }, true, 'thisWindow active running'],
    ['starting', { kind: 'starting' }, false, 'thisWindow active starting'],
    ['stopping', stopping(undefined), true, 'thisWindow active stopping'],
    ['what a crash left is ended', stopping(known), false, 'thisWindow active stopping', exit],
    ['stopped', { kind: 'stopped' }, false, 'notRunning gone stopped'],
    ['stopped, with processes left', { kind: 'stopped' }, true, 'thisWindow active stopped'],
    ['failed', failed, false, 'thisWindow gone failed', exit],
    ['failed, with processes left', failed, true, 'thisWindow active failed', exit],
  ];
  for (const [what, state, lives, is, failure] of table) {
    it(`${what}: ${is}`, () => {
      const snapshot = lives ? machine() : machine(entry(500, 1, { zombie: true }), entry(501, 1));
      const [row, ...more] = windowRows(snapshot, windowWith([recordOf()], { launched: launchedAs(state, failure) }));
      assert.ok(row?.kind === 'launched' && more.length === 0);
      assert.equal(`${row.group} ${row.verdict} ${row.state}`, is);
      assert.deepEqual(row.failure, failure);
      assert.deepEqual(row.serverInfo, state === running ? serverInfo : undefined);
      assert.equal(row.evidence[0]?.kind, row.verdict === 'active' ? 'started-here' : undefined);
      assert.deepEqual(
        row.processes.map(({ pid }) => pid),
        lives ? [500] : [],
      );
    });
  }

  it('have containers while their record exists, and their file', () => {
    const container = { program: 'docker', globalFlags: [], environment: {}, removable: true, containerId: undefined };
    const one = { id: 'a'.repeat(64), image: 'img', state: 'running', labelled: true };
    const containersOf = (): ContainersSeen => ({ containers: [one], problem: undefined });
    const [launched, configured] = [launchedAs(running), [{ ...editors('setting:files'), file: '/f' }]];
    const [row] = windowRows(machine(), windowWith([recordOf({ container })], { launched, configured, containersOf }));
    assert.deepEqual(row?.containers, [one]);
    assert.deepEqual(row?.evidence.at(-1), { kind: 'container', id: one.id, image: 'img', state: 'running' });
    assert.equal(row?.configurationFile, '/f');
    const [forgotten] = windowRows(machine(), windowWith([], { launched, containersOf }));
    assert.deepEqual(forgotten?.containers, []);
  });
});

describe('rows of servers that other programs started in this window', () => {
  const adopted = (id: number, change: Partial<ServerRecord> = {}) =>
    recordOf({ id: uuid(id), kind: 'adopted', client: 'VS Code', ...change });

  it('have the key of their entry for the first copy, and their own for the next', () => {
    const records = [adopted(1), adopted(2, { root: identity(600) })];
    const snapshot = machine(entry(600, 200));
    const window = windowWith(records, { configured: [editors('ws0:files')] });
    const rows = windowRows(snapshot, window);
    assert.deepEqual(
      rows.map((row) => row.kind === 'adopted' && [row.key, row.managedBy, row.pid, row.recordId]),
      [
        ['ws0:files', 'editor', 500, uuid(1)],
        [`${window.own.session.id}:${uuid(2)}`, 'foreign', 600, uuid(2)],
      ],
    );
    assert.ok(rows.every((row) => `${row.group} ${row.verdict} ${row.state}` === 'thisWindow active running'));
  });

  it('say that the window’s client started it, or that its root has ended', () => {
    const record = adopted(1, { census: [identity(501)] });
    const kindIn = (snapshot: Snapshot) => windowRows(snapshot, windowWith([record]))[0]?.evidence[0]?.kind;
    assert.equal(kindIn(machine()), 'started-in-window');
    assert.equal(kindIn(machine(entry(500, 1, { zombie: true }), entry(501, 1))), 'root-ended');
    assert.equal(kindIn(machine(entry(500, 1, { zombie: true }), entry(501, 1, { zombie: true }))), undefined);
  });

  it('before they are recorded, show the process that matches their entry', () => {
    const window = windowWith([], { configured: [editors('ws0:files')] });
    const rowIn = (...more: readonly ProcessEntry[]) => windowRows(machine(...more), window)[0];
    const row = rowIn(entry(600, 200), entry(601, 600));
    assert.ok(row?.kind === 'adopted');
    assert.deepEqual([row.key, row.pid, row.recordId, row.managedBy], ['ws0:files', 600, undefined, 'editor']);
    assert.deepEqual(row.evidence, [{ kind: 'child-matches', pid: 600 }]);
    assert.equal(row.processes[0]?.children.length, 1);
    assert.equal(rowIn(entry(600, 1))?.kind, 'configured', 'not a child of this window');
    assert.equal(rowIn(entry(600, 200, { zombie: true }))?.kind, 'configured');
    assert.equal(rowIn(entry(600, 200, { cookie: cookieOf() }))?.kind, 'configured', 'a session’s own');
  });
});

describe('rows of configured servers that are not running', () => {
  it('have no process', () => {
    const ours: ConfiguredServer = {
      ...{ ...entryBase, key: 'setting:files', client: 'MCP Processes', file: undefined },
      managedBy: 'mcpProcesses',
      describe: undefined,
      matches: () => true,
    };
    const remote: ConfiguredServer = {
      ...{ ...entryBase, key: 'ws0:far', name: 'far', describe: undefined },
      managedBy: 'remote',
      url: 'https://x',
      matches: () => true,
    };
    const configured = [ours, editors('ws0:files'), remote];
    // A matching child is not ours: what we launch has a cookie.
    const rows = windowRows(machine(entry(700, 200)), windowWith([], { configured }));
    assert.deepEqual(
      rows.map((row) => [row.kind, row.kind === 'configured' ? row.managedBy : row.kind === 'remote' && row.url]),
      [
        ['configured', 'mcpProcesses'],
        ['configured', 'editor'],
        ['remote', 'https://x'],
      ],
    );
    for (const { group, verdict, state, pid, processes } of rows) {
      assert.deepEqual([group, verdict, state, pid, processes], ['notRunning', 'gone', 'stopped', undefined, []]);
    }
  });

  it('follow the running servers, and do not repeat them', () => {
    const launched = launchedAs({ kind: 'stopped' });
    const configured = [editors('ws0:files'), { ...editors('setting:files') }];
    const rows = windowRows(machine(), windowWith([], { launched, configured }));
    assert.deepEqual(
      rows.map(({ kind, key }) => `${kind} ${key}`),
      ['launched setting:files', 'configured ws0:files'],
    );
  });
});
