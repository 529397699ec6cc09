import { CONFIRM_FOREIGN_MS } from '../../../src/common/limits';
import type { Facts, Requester, ServerRequester } from '../../../src/judgement/facts';
import type { Refusal } from '../../../src/model/refusal';
import type { ProcessEntry, StdinPeer } from '../../../src/os/platform';
import { seen } from '../../../src/os/users';
import type { RecordKind } from '../../../src/registry/schema';
import { entry, type FactsChange, factsOn, identity, machine } from './table';

// Building blocks for the rows of the kill policy's table tests.

export const GONE: StdinPeer = { kind: 'gone', proof: 'no peer' };
export const UNKNOWN: StdinPeer = { kind: 'unknown', reason: { kind: 'stdin-no-connection' } };
export const NO_MEANS: StdinPeer = {
  kind: 'unknown',
  reason: { kind: 'program-missing', program: 'ss' },
  failure: 'no means',
};
export const FAILED: StdinPeer = {
  kind: 'unknown',
  reason: { kind: 'program-failed', program: 'ss' },
  failure: 'failed',
};
export const ALIVE: StdinPeer = { kind: 'alive', by: seen({ pid: 812, name: 'python3' }) };
export const OWN: Extract<ServerRequester, { by: 'own session' }> = { by: 'own session', owner: identity(200) };
export const USER: Requester = { by: 'user' };

/** Facts of each kind that permit a signal. */
const permitted: Record<RecordKind, FactsChange> = {
  launched: {},
  adopted: { kind: 'adopted', stdin: { peer: GONE, goneFor: 0 }, outsideUse: { kind: 'none' } },
  foreign: {
    kind: 'foreign',
    named: true,
    clientAbove: { kind: 'none' },
    stdin: { peer: GONE, goneFor: CONFIRM_FOREIGN_MS },
    outsideUse: { kind: 'none' },
  },
};

export function of(kind: RecordKind, change: FactsChange = {}): Facts {
  return factsOn(change.snapshot, change.identity?.pid, { ...permitted[kind], ...change });
}

/** Facts about a server of `mcp-processes run`, whose dead owner may not have been the client. */
export function ofRun(change: FactsChange = {}): Facts {
  return of('launched', {
    isOwnerGuessed: true,
    stdin: { peer: GONE, goneFor: 0 },
    outsideUse: { kind: 'none' },
    ...change,
  });
}

/** Facts with other processes in the table, by default about pid 500. */
export function among(entries: readonly ProcessEntry[], change: FactsChange = {}, pid = 500): Facts {
  return factsOn(machine(...entries), pid, change);
}

/** Facts with a change to the target itself. */
export function target(change: Partial<ProcessEntry>, facts: FactsChange = {}): Facts {
  return among([entry(500, 1, change)], facts);
}

type DetailsOf<R> = R extends Refusal ? Omit<R, 'rule'> : never;

/** Facts that only this rule spares, with what it finds; and the control: nearly the same facts, permitted. */
export interface Row {
  readonly what: string;
  readonly spares: Facts;
  readonly refusal: DetailsOf<Refusal>;
  readonly permits: Facts;
}

export const left = { rootSession: 499, outsideUse: { kind: 'none' } } as const;
export const editor = { name: 'code', args: ['/usr/share/code/code'] };
