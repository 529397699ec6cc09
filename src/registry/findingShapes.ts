import * as v from 'valibot';
import type { StdinGone } from '../os/platform';
import { BARE_REASONS, PID_REASONS, type PlainReason, PROGRAM_REASONS, type Reason } from '../os/reason';
import type { Users } from '../os/users';
import { finite, pid, variant } from './shapes';

// What was found out about processes, as windows share it. Apart from shapes.ts, because the guard shares nothing.

/** Longer than anything that a reason quotes. */
const MAX_TEXT = 1_000;

const processName = v.object({ pid, name: v.exactOptional(v.string()) });

/** The processes that hold or use something. */
export const users: v.GenericSchema<unknown, Users> = variant('kind', [
  v.object({ kind: v.literal('seen'), processes: v.pipe(v.array(processName), v.minLength(1)) }),
  v.object({ kind: v.literal('unseen'), clientOf: v.exactOptional(processName) }),
]);

export const stdinGone: v.GenericSchema<unknown, StdinGone> = v.picklist(['no peer', 'not open', 'held by orphans']);

const text = v.pipe(v.string(), v.maxLength(MAX_TEXT));

const plainReasons = [
  v.object({ kind: v.picklist(BARE_REASONS) }),
  v.object({ kind: v.picklist(PROGRAM_REASONS), program: text }),
  v.object({ kind: v.picklist(PID_REASONS), pid: finite }),
  v.object({ kind: v.literal('system'), code: text }),
  v.object({ kind: v.literal('said'), text }),
  v.object({ kind: v.literal('program-timeout'), program: text, seconds: finite }),
  v.object({ kind: v.literal('program-exit'), program: text, code: finite }),
  v.object({ kind: v.literal('program-not-run'), program: text, code: text }),
  v.object({ kind: v.literal('listed-once'), program: text, pid: finite }),
  v.object({ kind: v.literal('stdin-odd'), type: text }),
  v.object({ kind: v.literal('runs-services'), services: text }),
] as const;
const plainReason: v.GenericSchema<unknown, PlainReason> = variant('kind', plainReasons);

/** Why something about a process is not known. */
export const reason: v.GenericSchema<unknown, Reason> = variant('kind', [
  ...plainReasons,
  v.object({ kind: v.literal('unexamined'), pid: v.exactOptional(finite), why: plainReason }),
  v.object({ kind: v.picklist(['stdin-closed-to-us', 'control-group-unreadable']), why: plainReason }),
  v.object({ kind: v.picklist(['files-closed-to-us', 'client-unknown']), pid: finite, why: plainReason }),
  v.object({ kind: v.literal('file-unreadable'), file: text, why: plainReason }),
]);
