import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIRM_FOREIGN_MS, PROBE_INTERVAL_MS } from '../../../../src/common/limits';
import type { ProcessEntry, Snapshot, StdinPeer } from '../../../../src/os/platform';
import { UNSEEN } from '../../../../src/os/users';
import { type DataFolder, openDataFolder } from '../../../../src/registry/dataFolder';
import { readSharedProbes, writeSharedProbes } from '../../../../src/registry/sharedProbes';
import { ProbeSharing } from '../../../../src/scan/foreign/probeSharing';
import { isLasting, nextProbe, type StdinProbe, StdinProbes } from '../../../../src/scan/foreign/stdinProbes';
import { heldBy } from '../../../support/codes';
import { entry, identity, SCOPE, table } from '../../judgement/table';

const GONE: StdinPeer = { kind: 'gone', proof: 'no peer' };
const UNKNOWN: StdinPeer = { kind: 'unknown', reason: { kind: 'program-timeout', program: 'ss', seconds: 3 } };
const ALIVE = heldBy(10);

/** A server (pid 30) of a client (pid 10), whose wrapper (pid 20) is its parent. */
const SERVER = entry(30, 20);
const CLIENT = entry(10, 1);
const machine = (...more: readonly ProcessEntry[]) => table(entry(1, 0), CLIENT, entry(20, 10), SERVER, ...more);

describe('a probe of a stdin', () => {
  /** The answers of consecutive probes: when each was asked and answered. */
  const sequences: [
    what: string,
    answers: [peer: StdinPeer, askedAt: number, answeredAt: number][],
    confirmed: boolean,
  ][] = [
    ['in use, once', [[ALIVE, 0, 0]], true],
    ['in use by an invisible process, once', [[{ kind: 'alive', by: UNSEEN }, 0, 0]], true],
    ['gone, once', [[GONE, 0, 0]], false],
    [
      'gone, twice, far enough apart',
      [
        [GONE, 0, 0],
        [GONE, CONFIRM_FOREIGN_MS, CONFIRM_FOREIGN_MS],
      ],
      true,
    ],
    [
      'gone, twice, too close',
      [
        [GONE, 0, 0],
        [GONE, CONFIRM_FOREIGN_MS - 1, CONFIRM_FOREIGN_MS + 5_000],
      ],
      false,
    ],
    ['gone, once, after a slow probe', [[GONE, 0, CONFIRM_FOREIGN_MS * 5]], false],
    [
      'gone, twice, too close after a slow probe',
      [
        [GONE, 0, 5_000],
        [GONE, 5_001, 5_002],
      ],
      false,
    ],
    [
      'gone, in use, gone',
      [
        [GONE, 0, 0],
        [ALIVE, 1_000, 1_000],
        [GONE, 5_000, 5_000],
      ],
      false,
    ],
    [
      'gone, unknown, gone',
      [
        [GONE, 0, 0],
        [UNKNOWN, 1_000, 1_000],
        [GONE, 5_000, 5_000],
      ],
      false,
    ],
    ['unknown, once', [[UNKNOWN, 0, 0]], false],
    [
      'unknown, twice',
      [
        [UNKNOWN, 0, 0],
        [UNKNOWN, 1, 1],
      ],
      true,
    ],
    [
      'unknown after gone',
      [
        [GONE, 0, 0],
        [UNKNOWN, 5_000, 5_000],
      ],
      false,
    ],
  ];
  for (const [what, answers, confirmed] of sequences) {
    it(`${what}: ${confirmed ? 'confirmed' : 'not confirmed'}`, () => {
      let probe: StdinProbe | undefined;
      for (const [peer, askedAt, answeredAt] of answers) {
        probe = nextProbe(probe, { peer, ppid: 20, askedAt, answeredAt });
      }
      assert.equal(probe?.confirmed, confirmed);
      assert.equal(probe.peer, answers.at(-1)?.[0]);
    });
  }

  const confirmed: StdinProbe = { peer: ALIVE, at: 0, ppid: 20, goneSince: undefined, confirmed: true };
  const lasting: [what: string, probe: StdinProbe, snapshot: Snapshot, now: number, isLeft: boolean][] = [
    ['nothing has changed', confirmed, machine(), PROBE_INTERVAL_MS - 1, true],
    ['it is old', confirmed, machine(), PROBE_INTERVAL_MS, false],
    ['it needs another', { ...confirmed, confirmed: false }, machine(), 1, false],
    ['a holder has ended', confirmed, table(entry(1, 0), entry(20, 1), SERVER), 1, false],
    ['a holder is a zombie', confirmed, machine(entry(10, 1, { zombie: true })), 1, false],
    ['it has another parent', { ...confirmed, ppid: 1 }, machine(), 1, false],
    ['nothing holds it', { ...confirmed, peer: GONE }, machine(), 1, true],
  ];
  for (const [what, probe, snapshot, now, isLeft] of lasting) {
    it(`${isLeft ? 'lasts' : 'does not last'}: ${what}`, () =>
      assert.equal(isLasting(probe, snapshot, SERVER, now), isLeft));
  }
});

describe('the probes of a window, and those of other windows', () => {
  let temp: string;
  let folder: DataFolder;
  let now: number;
  let answer: StdinPeer;
  let asked: number;
  let probes: StdinProbes;
  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'stdin-probes-'));
    folder = openDataFolder(join(temp, 'home'));
    now = 0;
    answer = ALIVE;
    asked = 0;
    probes = window();
  });
  afterEach(() => rmSync(temp, { recursive: true }));

  const window = () => {
    const stdinPeer = async () => {
      asked++;
      return answer;
    };
    return new StdinProbes({ stdinPeer }, { now: () => now, sleep: async () => {} });
  };
  const server = { entry: SERVER, members: [{ entry: SERVER, identity: identity(30), by: 'root' as const }] };
  /** One scan. @returns the finding, and whether the system was asked for it */
  const scan = async (one = probes, snapshot = machine()) => {
    const before = asked;
    const sharing = new ProbeSharing(folder, SCOPE);
    const { peer } = await one.probe(snapshot, server, sharing);
    sharing.write();
    return `${peer.kind}${asked > before ? ', asked' : ''}`;
  };

  it('"in use" is shared, and holds until a holder ends', async () => {
    assert.equal(await scan(), 'alive, asked');
    assert.equal(await scan(), 'alive');
    const other = window();
    assert.equal(await scan(other), 'alive');
    assert.equal(await scan(other), 'alive');
    answer = GONE;
    const without = table(entry(1, 0), entry(20, 1), SERVER);
    assert.equal(await scan(other, without), 'gone, asked');
    assert.equal(await scan(window(), without), 'gone, asked', 'the shared finding no longer holds');
  });

  it('a shared finding expires when the original does', async () => {
    const at = Date.now() - PROBE_INTERVAL_MS + 60_000;
    writeSharedProbes(folder, SCOPE, [{ identity: identity(30), ppid: 20, peer: ALIVE, at }]);
    assert.equal(await scan(), 'alive');
    now = 61_000;
    assert.equal(await scan(), 'alive, asked');
  });

  for (const peer of [GONE, UNKNOWN]) {
    it(`a shared "${peer.kind}" is ignored`, async () => {
      writeSharedProbes(folder, SCOPE, [{ identity: identity(30), ppid: 20, peer, at: Date.now() }]);
      assert.equal(await scan(), 'alive, asked');
    });
    it(`"${peer.kind}" is not shared`, async () => {
      answer = peer;
      await scan();
      assert.equal(readSharedProbes(folder, SCOPE, PROBE_INTERVAL_MS).size, 0);
    });
  }

  it('a shared finding under another parent is ignored', async () => {
    writeSharedProbes(folder, SCOPE, [{ identity: identity(30), ppid: 1, peer: ALIVE, at: Date.now() }]);
    assert.equal(await scan(), 'alive, asked');
  });

  it('forget() drops all findings so far, shared ones too; later shared ones count', async () => {
    await scan();
    probes.forget();
    assert.equal(await scan(), 'alive, asked');
    probes.forget();
    const at = Date.now() + 1;
    while (Date.now() < at);
    writeSharedProbes(folder, SCOPE, [{ identity: identity(30), ppid: 20, peer: ALIVE, at }]);
    assert.equal(await scan(), 'alive');
  });

  it('probeAgain() always asks the system, and remembers since when the stdin has been gone', async () => {
    answer = GONE;
    const sharing = new ProbeSharing(folder, SCOPE);
    assert.equal((await probes.probeAgain(machine(), server, sharing)).confirmed, false);
    now = CONFIRM_FOREIGN_MS;
    assert.equal((await probes.probeAgain(machine(), server, sharing)).confirmed, true);
    probes.retain(new Set());
    assert.equal((await probes.probeAgain(machine(), server, sharing)).confirmed, false, 'its server was forgotten');
  });

  it('a holder in the server’s own tree is no client', async () => {
    answer = heldBy(30);
    assert.equal(await scan(), 'unknown, asked');
  });
});
