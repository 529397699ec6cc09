import { CONFIRM_FOREIGN_MS } from '../../../src/common/limits';
import type { MembershipProof } from '../../../src/model/evidence';
import { seen } from '../../../src/os/users';
import { ALIVE, FAILED, GONE, NO_MEANS, OWN, of, ofRun, type Row, UNKNOWN, USER } from './rows';
import { OWNER_RUNNING } from './table';

/** Rows for the rules of each kind, by rule. */
export const kindRows: Record<string, readonly Row[]> = {
  launchedIsNamed: [
    {
      what: 'K03 K04 neither record nor cookie',
      spares: of('launched', { memberBy: undefined as unknown as MembershipProof }),
      refusal: {},
      permits: of('launched', { memberBy: 'cookie' }),
    },
  ],
  launchedOwnerGone: [
    {
      what: 'K04 its owner lives',
      spares: of('launched', { session: { kind: 'live', evidence: OWNER_RUNNING } }),
      refusal: { owner: { kind: 'owner-running', role: 'window', pid: 300 } },
      permits: of('launched', { session: { kind: 'live', evidence: OWNER_RUNNING }, requester: OWN }),
    },
    {
      what: 'K10 K12 K27 it is unknown whether its owner lives',
      spares: of('launched', { session: { kind: 'unknown', evidence: { kind: 'other-scope' } } }),
      refusal: { owner: { kind: 'other-scope' } },
      permits: of('launched'),
    },
  ],
  launchedIsAbandoned: [
    {
      what: 'K05 its parent is gone, and another process holds its stdin',
      spares: ofRun({ stdin: { peer: ALIVE, goneFor: 0 } }),
      refusal: { found: 'held', by: seen({ pid: 812, name: 'python3' }) },
      permits: ofRun({ stdin: { peer: UNKNOWN, goneFor: 0 } }),
    },
    {
      what: 'K05 K09 its parent is gone, and the probe of its stdin failed; control: probes are never possible here',
      spares: ofRun({ stdin: { peer: FAILED, goneFor: 0 } }),
      refusal: { found: 'unknown', reason: { kind: 'program-failed', program: 'ss' } },
      permits: ofRun({ stdin: { peer: NO_MEANS, goneFor: 0 } }),
    },
    {
      what: 'its own session, which holds its stdin, stops it',
      spares: ofRun({ stdin: { peer: ALIVE, goneFor: 0 } }),
      refusal: { found: 'held', by: seen({ pid: 812, name: 'python3' }) },
      permits: ofRun({ stdin: { peer: ALIVE, goneFor: 0 }, requester: OWN }),
    },
    {
      what: 'K09 not examined; control: launched by a window, its owner is certain',
      spares: ofRun({ stdin: undefined }),
      refusal: { found: 'not asked' },
      permits: of('launched'),
    },
  ],
  adoptedIsNamed: (['cookie', undefined] as const).map((memberBy) => ({
    what: `K25 named by ${memberBy}`,
    spares: of('adopted', { memberBy: memberBy as MembershipProof }),
    refusal: {},
    permits: of('adopted', { memberBy: memberBy ? 'census' : 'tree' }),
  })),
  adoptedOwnerGone: [
    {
      what: 'K18 its editor lives',
      spares: of('adopted', { session: { kind: 'live', evidence: OWNER_RUNNING } }),
      refusal: { owner: { kind: 'owner-running', role: 'window', pid: 300 } },
      permits: of('adopted'),
    },
    {
      what: 'K18 not even for the session that watches it',
      spares: of('adopted', { session: { kind: 'live', evidence: OWNER_RUNNING }, requester: OWN }),
      refusal: { owner: { kind: 'owner-running', role: 'window', pid: 300 } },
      permits: of('adopted', { requester: OWN }),
    },
    {
      what: 'K10 K12 K27 it is unknown whether it lives',
      spares: of('adopted', { session: { kind: 'unknown', evidence: { kind: 'other-scope' } } }),
      refusal: { owner: { kind: 'other-scope' } },
      permits: of('adopted'),
    },
  ],
  adoptedIsAbandoned: [
    {
      what: 'K05 its stdin is held',
      spares: of('adopted', { stdin: { peer: ALIVE, goneFor: 0 } }),
      refusal: { found: 'held', by: seen({ pid: 812, name: 'python3' }) },
      permits: of('adopted', { stdin: { peer: UNKNOWN, goneFor: 0 } }),
    },
    {
      what: 'K09 the probe of its stdin failed; control: probes are never possible here',
      spares: of('adopted', { stdin: { peer: FAILED, goneFor: 0 } }),
      refusal: { found: 'unknown', reason: { kind: 'program-failed', program: 'ss' } },
      permits: of('adopted', { stdin: { peer: NO_MEANS, goneFor: 0 } }),
    },
    {
      what: 'K09 not examined',
      spares: of('adopted', { stdin: undefined }),
      refusal: { found: 'not asked' },
      permits: of('adopted'),
    },
  ],
  foreignIsNamed: [
    {
      what: 'K25 not chosen',
      spares: of('foreign', { named: false }),
      refusal: {},
      permits: of('foreign', { named: false, requester: USER }),
    },
  ],
  foreignHasNoClient: [
    {
      what: 'K04 under a living client',
      spares: of('foreign', { clientAbove: { kind: 'client', title: 'Claude', pid: 77 } }),
      refusal: { client: { title: 'Claude', pid: 77 } },
      permits: of('foreign'),
    },
    {
      what: 'K09 not examined',
      spares: of('foreign', { clientAbove: undefined }),
      refusal: { client: 'not asked' },
      permits: of('foreign'),
    },
  ],
  foreignIsAbandoned: [
    {
      what: 'K05 its stdin is held',
      spares: of('foreign', { stdin: { peer: ALIVE, goneFor: 60_000 } }),
      refusal: { found: 'held', by: seen({ pid: 812, name: 'python3' }) },
      permits: of('foreign'),
    },
    {
      what: 'K09 its holder is unknown',
      spares: of('foreign', { stdin: { peer: UNKNOWN, goneFor: 60_000 } }),
      refusal: { found: 'unknown', reason: { kind: 'stdin-no-connection' } },
      permits: of('foreign'),
    },
    {
      what: 'one probe, or two in too short a time',
      spares: of('foreign', { stdin: { peer: GONE, goneFor: CONFIRM_FOREIGN_MS - 1 } }),
      refusal: { found: 'awaits second scan' },
      permits: of('foreign', { stdin: { peer: GONE, goneFor: CONFIRM_FOREIGN_MS } }),
    },
    {
      what: 'K09 not examined',
      spares: of('foreign', { stdin: undefined }),
      refusal: { found: 'not asked' },
      permits: of('foreign'),
    },
  ],
};
