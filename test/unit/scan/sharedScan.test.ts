import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForeignView, SessionView } from '../../../src/model/serverView';
import { seen } from '../../../src/os/users';
import { type DataFolder, openDataFolder } from '../../../src/registry/dataFolder';
import { readSharedScan, type SharedScan, writeSharedScan } from '../../../src/scan/sharedScan';
import { SCOPE, uuid } from '../judgement/table';

const NOW = 1_000_000_000_000;

const ofAny = {
  name: 'files',
  client: 'test',
  folder: '/home/u',
  evidence: [{ kind: 'owner-gone', role: 'window', pid: 300, isPidReused: false }],
  state: 'running',
  pid: 500,
  startedAt: 5,
  memory: undefined,
  processes: [
    {
      ...{ pid: 500, start: 't500', name: 'node', commandLine: 'node x.js' },
      ...{ startedAt: 5, memory: 7, children: [] },
      spared: { rule: 'notListedToKeep', found: 'listed', pattern: 'node' },
    },
  ],
  containers: [],
  containerProblem: undefined,
  recordId: uuid(2),
} as const;

const ofSession = { ...ofAny, kind: 'session', key: `${uuid(1)}:${uuid(2)}`, sessionId: uuid(1) } as const;
const sessions: SessionView[] = [
  { ...ofSession, group: 'orphaned', verdict: 'orphaned', awaitsAnswer: 'client' },
  { ...ofSession, group: 'otherClients', verdict: 'active', usedBy: seen({ pid: 7 }) },
  { ...ofSession, group: 'otherWindows', verdict: 'detached' },
  { ...ofSession, group: 'otherWindows', verdict: 'unknown' },
];

const ofForeign = {
  ...ofAny,
  kind: 'foreign',
  key: 'other:1',
  terminal: 'pts/3',
  idleSince: 3,
  copies: 1,
  configurationFile: '/home/u/.claude.json',
  dependsOn: [{ pid: 7, start: 't7' }],
} as const;
const foreign: ForeignView[] = [
  { ...ofForeign, group: 'otherClients', verdict: 'active', usedBy: seen({ pid: 7 }) },
  { ...ofForeign, group: 'orphaned', verdict: 'orphaned' },
  { ...ofForeign, group: 'ownerUnknown', verdict: 'unknown' },
];

describe('a scan that windows share', () => {
  let folder: DataFolder;
  let temp: string;
  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'mcp-processes-shared-'));
    folder = openDataFolder(join(temp, 'home'));
  });
  afterEach(() => rmSync(temp, { recursive: true }));

  const scan: SharedScan = {
    by: uuid(9),
    configFingerprint: 'as now',
    sweptAt: NOW - 1_000,
    sessions,
    foreign,
    problems: ['x'],
  };
  const read = (youngerThan = 60_000) => readSharedScan(folder, SCOPE, youngerThan, NOW);

  it('is read as it was written, without what each window finds out on its own', () => {
    writeSharedScan(folder, SCOPE, scan);
    assert.deepEqual(read(), scan);
    const containerProblem = { kind: 'timeout', program: 'docker', seconds: 1 } as const;
    const own: ForeignView[] = foreign.map((row) => ({ ...row, checking: true, containerProblem }));
    writeSharedScan(folder, SCOPE, { ...scan, foreign: own });
    assert.deepEqual(read(), scan);
  });

  it('is refused when it is old, or from the future', () => {
    for (const sweptAt of [NOW - 60_000, NOW + 1]) {
      writeSharedScan(folder, SCOPE, { ...scan, sweptAt });
      assert.equal(read(), undefined);
    }
  });

  it('K13 is refused with any part in another form than ours', () => {
    writeSharedScan(folder, SCOPE, scan);
    const good = readFileSync(join(folder.path, 'scan.json'), 'utf8');
    for (const [from, to] of [
      ['"copies":1', '"copies":"1"'],
      ['"owner-gone"', '"rumour"'],
      ['"role":"window"', '"role":"king"'],
      ['"notListedToKeep"', '"mercy"'],
      ['"pattern":"node"', '"pattern":5'],
      ['"kind":"seen"', '"kind":"heard"'],
      ['"pid":500', '"pid":1'],
      ['"start":"t500"', '"start":"now"'],
      ['"children":[]', '"children":[5]'],
      ['"kind":"session"', '"kind":"launched"'],
      ['"group":"orphaned"', '"group":"prey"'],
      ['"group":"otherClients"', '"group":"orphaned"'],
      ['"group":"ownerUnknown"', '"group":"otherClients"'],
      ['"verdict":"active"', '"verdict":"dead"'],
      ['"awaitsAnswer":"client"', '"awaitsAnswer":"nobody"'],
      ['"start":"t7"', '"start":7'],
      ['"problems":["x"]', '"problems":"x"'],
      ['"configFingerprint"', '"manner"'],
    ] as const) {
      const bad = good.replace(from, to);
      assert.notEqual(bad, good, from);
      writeFileSync(join(folder.path, 'scan.json'), bad);
      assert.equal(read(), undefined, to);
    }
    writeFileSync(join(folder.path, 'scan.json'), good);
    assert.deepEqual(read(), scan, 'control');
  });
});
