import type { Reason } from '../../../src/os/reason';

type Said<T> = readonly (readonly [T, sentence: string])[];
type OfKind<Kind, T = Reason> = T extends { readonly kind: infer Kinds }
  ? Kind extends Kinds
    ? Omit<T, 'kind'> & { readonly kind: Kind }
    : never
  : never;

/** The sentence of a kind that has no other data. */
const bare = <Kind extends string>(kind: Kind, sentence: string) => [[{ kind }, sentence]] as const;
const of = <Kind extends string>(kind: Kind, sentence: string) => [[{ kind, program: 'ps' }, sentence]] as const;
const about = <Kind extends string>(kind: Kind, sentence: string) => [[{ kind, pid: 5 }, sentence]] as const;
const why = { kind: 'system', code: 'EACCES' } as const;

// One of each reason with its sentence. A new kind does not compile until it is listed here.
const REASONS: { readonly [Kind in Reason['kind']]: Said<OfKind<Kind>> } = {
  gone: bare('gone', 'it is gone'),
  'other-scope': bare('other-scope', 'it belongs to another boot, container or machine'),
  'pid-reused': bare('pid-reused', 'its pid now belongs to another process'),
  changed: bare('changed', 'it changed while it was read'),
  'no-pid': bare('no-pid', 'this is not the id of a process'),
  'unexpected-format': bare('unexpected-format', 'it has an unexpected format'),
  'threads-hidden': bare('threads-hidden', 'its main thread is gone, and no other could be examined'),
  'no-stdin': bare('no-stdin', 'it has no stdin'),
  'stdin-changed': bare('stdin-changed', 'its stdin changed while it was examined'),
  'stdin-no-connection': bare('stdin-no-connection', 'its stdin is neither a socket pair nor a pipe'),
  'stdin-closed': bare('stdin-closed', 'it has closed its stdin itself'),
  'stdin-moved': bare('stdin-moved', 'what was its stdin is open under another number'),
  'stdin-holder-hidden': bare('stdin-holder-hidden', 'its stdin has another end, but who holds it cannot be seen'),
  'no-own-stdin': bare('no-own-stdin', 'none of its processes has a stdin of its own to examine'),
  'no-pipe-probe': bare(
    'no-pipe-probe',
    'neither perl nor python3 is installed, one of which is needed to examine the pipe of its stdin',
  ),
  'other-network': bare(
    'other-network',
    'it runs in another network namespace, whose sockets cannot be seen from here',
  ),
  'no-proc': bare('no-proc', 'there is no usable /proc'),
  'foreign-proc': bare('foreign-proc', 'there is no usable /proc, or it belongs to another pid namespace'),
  'windows-pipes': bare('windows-pipes', 'Windows does not tell who holds the other end of a pipe'),
  'windows-connections': bare('windows-connections', 'connections are not examined on Windows'),
  'no-control-group': bare('no-control-group', 'its control group is empty'),
  'machine-unknown': bare('machine-unknown', 'the id of this machine cannot be read'),
  'boot-unknown': bare('boot-unknown', 'the id of this boot cannot be read'),
  'no-permit': bare('no-permit', 'there is no permit'),
  'not-permitted': bare('not-permitted', 'not permitted'),
  'program-missing': of('program-missing', '`ps` is not installed, or not on the PATH'),
  'program-signal': of('program-signal', '`ps` was ended by a signal'),
  'program-too-much': of('program-too-much', '`ps` printed too much'),
  'program-failed': of('program-failed', '`ps` failed'),
  'unreadable-output': of('unreadable-output', 'what `ps` printed cannot be read'),
  'self-missing': of('self-missing', '`ps` does not list this process itself'),
  'self-replaced': of('self-replaced', '`ps` shows another process under the pid of this one'),
  'clock-set': of('clock-set', '`ps` gives this process itself another start time than before: the clock was set'),
  'not-listed': of('not-listed', 'it exists, but `ps` does not list it'),
  'no-sockets': of('no-sockets', '`ps` shows no sockets'),
  'peers-unknown': of('peers-unknown', '`ps` cannot tell which sockets are connected here'),
  'stdin-not-shown': of('stdin-not-shown', '`ps` does not show its stdin'),
  'stdin-shown-twice': of('stdin-shown-twice', '`ps` shows its stdin more than once'),
  'stdin-no-address': of('stdin-no-address', '`ps` does not tell the address of its stdin'),
  'stdin-peer-unknown': of('stdin-peer-unknown', '`ps` cannot tell who holds the other end of its stdin here'),
  'pipe-unexamined': of('pipe-unexamined', 'the pipe of its stdin could not be examined with `ps`'),
  'control-group-untold': of('control-group-untold', '`ps` does not tell its control group'),
  'main-thread-gone': about('main-thread-gone', 'the main thread of pid 5 is gone'),
  'process-hidden': about('process-hidden', 'pid 5 cannot be examined'),
  'connections-hidden': about('connections-hidden', 'the connections of pid 5 may not be examined'),
  'files-hidden': about('files-hidden', 'the open files of pid 5 cannot be seen'),
  'in-other-network': about('in-other-network', 'pid 5 runs in another network namespace'),
  'socket-users-unknown': about('socket-users-unknown', 'pid 5 has a named socket, and who uses it cannot be seen'),
  system: [[why, 'EACCES']],
  said: [[{ kind: 'said', text: 'no.' }, 'no.']],
  'program-timeout': [[{ kind: 'program-timeout', program: 'ss', seconds: 3 }, '`ss` did not answer within 3 s']],
  'program-exit': [[{ kind: 'program-exit', program: 'ss', code: 1 }, '`ss` failed with code 1']],
  'program-not-run': [[{ kind: 'program-not-run', program: 'ss', code: 'EACCES' }, '`ss` could not be run (EACCES)']],
  'listed-once': [[{ kind: 'listed-once', program: 'ps', pid: 5 }, '`ps` lists pid 5 one time and not the other']],
  'stdin-odd': [[{ kind: 'stdin-odd', type: 'PIPE' }, 'its stdin is a PIPE of an unexpected form']],
  'runs-services': [[{ kind: 'runs-services', services: 'Spooler' }, 'it runs the service Spooler']],
  unexamined: [
    [{ kind: 'unexamined', why }, 'it cannot be examined (EACCES)'],
    [{ kind: 'unexamined', pid: 5, why }, 'pid 5 cannot be examined (EACCES)'],
  ],
  'stdin-closed-to-us': [[{ kind: 'stdin-closed-to-us', why }, 'its stdin may not be examined (EACCES)']],
  'control-group-unreadable': [
    [{ kind: 'control-group-unreadable', why }, 'its control group or environment cannot be read (EACCES)'],
  ],
  'files-closed-to-us': [
    [{ kind: 'files-closed-to-us', pid: 5, why }, 'the open files of pid 5 may not be examined (EACCES)'],
  ],
  'client-unknown': [
    [
      { kind: 'client-unknown', pid: 5, why: { kind: 'program-failed', program: 'ss' } },
      'a process is connected to pid 5, and `ss` failed',
    ],
  ],
  'file-unreadable': [[{ kind: 'file-unreadable', file: '/proc/5/stat', why }, '/proc/5/stat cannot be read (EACCES)']],
};

export const ALL_REASONS: Said<Reason> = Object.values(REASONS).flat() as Said<Reason>;
