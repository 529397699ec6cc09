import type { AnswerFault, EngineFailure } from '../../../src/model/engineFailure';
import type { Evidence, EvidenceKind } from '../../../src/model/evidence';
import type { Refusal, RefusalOf, RuleName } from '../../../src/model/refusal';
import { seen } from '../../../src/os/users';

// One of each refusal and of each evidence, with its sentence. A new kind does not compile until it is listed here.

const NODE = seen({ pid: 7, name: 'node' });
const BOTH = seen({ pid: 7, name: 'node' }, { pid: 9 });

type Said<T> = readonly (readonly [T, sentence: string])[];

const stdin = (rule: 'launchedIsAbandoned' | 'adoptedIsAbandoned' | 'foreignIsAbandoned') =>
  [
    [{ rule, found: 'held', by: NODE }, 'its stdin is still held by node (pid 7)'],
    [
      { rule, found: 'unknown', reason: { kind: 'program-failed', program: 'ss' } },
      'cannot determine what holds its stdin: `ss` failed',
    ],
    [{ rule, found: 'awaits second scan' }, 'its stdin is closed at the other end; awaiting a second check'],
    [{ rule, found: 'not asked' }, 'what holds its stdin was not examined'],
  ] as const;

const owner = (rule: 'launchedOwnerGone' | 'adoptedOwnerGone') =>
  [
    [
      { rule, owner: { kind: 'owner-running', role: 'window', pid: 3 } },
      'the window that started it (pid 3) is running',
    ],
  ] as const;

export const REFUSALS: { readonly [Rule in RuleName]: Said<RefusalOf<Rule>> } = {
  gone: [[{ rule: 'gone' }, 'it is gone']],
  notExamined: [[{ rule: 'notExamined', reason: { kind: 'system', code: 'EIO' } }, 'it cannot be examined (EIO)']],
  identityMatches: [
    [{ rule: 'identityMatches', found: 'another process' }, 'its pid now belongs to another process'],
    [{ rule: 'identityMatches', found: 'a zombie' }, 'it is already dead'],
  ],
  notAnothers: [[{ rule: 'notAnothers' }, 'it now belongs to another server']],
  notSystem: [[{ rule: 'notSystem' }, 'it is a system process']],
  sameUser: [
    [{ rule: 'sameUser', found: 'another user' }, 'it belongs to another user'],
    [{ rule: 'sameUser', found: 'unknown user' }, 'its user cannot be determined'],
  ],
  notSelfOrAncestor: [
    [{ rule: 'notSelfOrAncestor', found: 'self' }, 'it is this process itself'],
    [{ rule: 'notSelfOrAncestor', found: 'ancestor' }, 'this process runs under it'],
    [{ rule: 'notSelfOrAncestor', found: 'self not listed' }, 'our own process is missing from the process table'],
  ],
  notEditor: [[{ rule: 'notEditor' }, 'it is an editor process']],
  notService: [
    [
      { rule: 'notService', found: 'unknown', reason: { kind: 'system', code: 'EIO' } },
      'cannot determine whether it is a service: EIO',
    ],
    [
      { rule: 'notService', found: 'main process', service: 'x.service' },
      'it is the main process of the service x.service',
    ],
    [
      { rule: 'notService', found: 'perhaps main process', service: 'x.service' },
      'it may be the main process of the service x.service',
    ],
  ],
  notContainerRuntime: [[{ rule: 'notContainerRuntime', runtime: 'conmon' }, 'it runs in a container under conmon']],
  notUnderLiveOwner: [
    [{ rule: 'notUnderLiveOwner', found: 'owner', pid: 3 }, 'it runs under pid 3, the owner of a live session'],
    [{ rule: 'notUnderLiveOwner', found: 'editor', pid: 3 }, 'it runs under the running editor with pid 3'],
  ],
  notInUse: [
    [{ rule: 'notInUse', found: 'terminal', pid: 3 }, 'it is in use: pid 3 has a terminal'],
    [{ rule: 'notInUse', found: 'editor', pid: 3 }, 'it is in use: pid 3 is an editor'],
    [{ rule: 'notInUse', found: 'terminal unknown' }, 'cannot determine whether it is used in a terminal'],
    [{ rule: 'notInUse', found: 'not asked' }, 'whether anything is connected to it was not examined'],
    [
      { rule: 'notInUse', found: 'unknown', reason: { kind: 'program-failed', program: 'ss' } },
      'cannot determine whether anything is connected to it: `ss` failed',
    ],
    [{ rule: 'notInUse', found: 'users', by: BOTH }, 'it is in use by node (pid 7) and pid 9'],
  ],
  notListedToKeep: [
    [
      { rule: 'notListedToKeep', found: 'listed', pattern: 'node *' },
      'the setting mcpProcesses.reap.neverReap lists it (node *)',
    ],
    [
      { rule: 'notListedToKeep', found: 'unknown' },
      'its command line cannot be read, so the setting mcpProcesses.reap.neverReap may list it',
    ],
  ],
  launchedIsNamed: [[{ rule: 'launchedIsNamed' }, 'no record and no cookie names it']],
  adoptedIsNamed: [[{ rule: 'adoptedIsNamed' }, 'our record does not name it']],
  foreignIsNamed: [[{ rule: 'foreignIsNamed' }, 'you did not ask to end it']],
  launchedOwnerGone: owner('launchedOwnerGone'),
  adoptedOwnerGone: owner('adoptedOwnerGone'),
  foreignHasNoClient: [
    [{ rule: 'foreignHasNoClient', client: 'not asked' }, 'whether a client runs it was not examined'],
    [{ rule: 'foreignHasNoClient', client: { title: 'Claude', pid: 3 } }, 'it runs under Claude, pid 3'],
  ],
  launchedIsAbandoned: stdin('launchedIsAbandoned'),
  adoptedIsAbandoned: stdin('adoptedIsAbandoned'),
  foreignIsAbandoned: stdin('foreignIsAbandoned'),
  tableUnreadable: [
    [
      { rule: 'tableUnreadable', reason: { kind: 'system', code: 'EMFILE' } },
      'the process table could not be read: EMFILE',
    ],
  ],
  signalFailed: [
    [{ rule: 'signalFailed', reason: { kind: 'system', code: 'EPERM' } }, 'it could not be signalled: EPERM'],
  ],
  notReached: [[{ rule: 'notReached' }, 'it was not reached']],
  outlivedKill: [[{ rule: 'outlivedKill' }, 'it did not end, even after SIGKILL']],
};

const entry = { name: 'notes', client: 'Codex' };
const matches = (change: Partial<Extract<Evidence, { kind: 'matches' }>>) =>
  ({ kind: 'matches', pid: 5, entry, basis: { kind: 'path' }, ...change }) as const;

type FailureKey<T = EngineFailure> = T extends { readonly kind: infer Kind; readonly found: infer Found }
  ? `${Kind & string} ${Found & string}`
  : 'timeout';

const ENGINE_FAILURES: { readonly [Key in FailureKey]: readonly [EngineFailure, string] } = {
  timeout: [
    { kind: 'timeout', program: 'docker', seconds: 1.5 },
    '"docker" did not answer within 1.5 s; its engine may hang.',
  ],
  'missing program': [{ kind: 'missing', program: 'docker', found: 'program' }, 'The program "docker" was not found.'],
  'missing engine': [
    { kind: 'missing', program: 'docker', found: 'engine', said: 'Cannot connect.' },
    'The engine of "docker" cannot be reached: Cannot connect.',
  ],
  'denied program': [
    { kind: 'denied', program: 'docker', found: 'program' },
    'You are not allowed to run the program "docker".',
  ],
  'denied engine': [
    { kind: 'denied', program: 'docker', found: 'engine', said: 'permission denied' },
    'You are not allowed to use the engine of "docker": permission denied',
  ],
  'failed no owner': [{ kind: 'failed', found: 'no owner' }, 'The record does not say whose it is.'],
  'failed said': [{ kind: 'failed', program: 'docker', found: 'said', said: 'no.' }, '"docker" failed: no.'],
  'failed exit code': [
    { kind: 'failed', program: 'docker', found: 'exit code', code: 1 },
    '"docker" failed: it exited with code 1.',
  ],
  'failed signal': [
    { kind: 'failed', program: 'docker', found: 'signal', signal: 'SIGKILL' },
    '"docker" failed: it was ended by SIGKILL.',
  ],
  'failed not run': [
    { kind: 'failed', program: 'docker', found: 'not run', code: 'EIO' },
    '"docker" failed: it could not be run (EIO).',
  ],
  'failed too much': [
    { kind: 'failed', program: 'docker', found: 'too much', bytes: 9 },
    '"docker" wrote more than 9 bytes.',
  ],
  'failed unreadable': [
    { kind: 'failed', program: 'docker', found: 'unreadable', fault: 'no JSON' },
    '"docker" gave an answer that cannot be read: it is not JSON.',
  ],
  'failed silent': [
    { kind: 'failed', program: 'docker', found: 'silent', id: 'a'.repeat(64) },
    '"docker" said nothing about container aaaaaaaaaaaa.',
  ],
};
const FAULTS: { readonly [Fault in AnswerFault]: string } = {
  'no JSON': 'it is not JSON',
  'no list': 'it is not a list',
  'not an id': 'it lists what is no container id',
  'no full id': 'it describes a container without a full id',
  'no state': 'it describes a container without a state',
};
export const ALL_ENGINE_FAILURES: Said<EngineFailure> = [
  ...Object.values(ENGINE_FAILURES),
  ...(Object.keys(FAULTS) as AnswerFault[]).map(
    (fault) =>
      [
        { kind: 'failed', program: 'docker', found: 'unreadable', fault },
        `"docker" gave an answer that cannot be read: ${FAULTS[fault]}.`,
      ] as const,
  ),
];

export const EVIDENCE: { readonly [Kind in EvidenceKind]: Said<Extract<Evidence, { readonly kind: Kind }>> } = {
  'owner-running': [
    [{ kind: 'owner-running', role: 'window', pid: 3 }, 'the window that started it (pid 3) is running'],
    [{ kind: 'owner-running', role: 'client', pid: 3 }, 'the client that started it (pid 3) is running'],
    [{ kind: 'owner-running', role: 'process', pid: 3 }, 'the process that started it (pid 3) is running'],
  ],
  'owner-gone': [
    [
      { kind: 'owner-gone', role: 'window', pid: 3, isPidReused: false },
      'the window that started it (pid 3) no longer exists',
    ],
    [
      { kind: 'owner-gone', role: 'client', pid: 3, isPidReused: true },
      'the client that started it (pid 3) no longer exists: that pid now belongs to a process with another start time',
    ],
  ],
  'owner-hidden': [
    [{ kind: 'owner-hidden', pid: 3 }, "pid 3, its owner's pid, belongs to a process that is hidden from this user"],
  ],
  'owner-contradicted': [
    [{ kind: 'owner-contradicted', pid: 3, child: 5 }, 'its owner seems gone, but pid 5 still has pid 3 as its parent'],
  ],
  'other-scope': [[{ kind: 'other-scope' }, 'its session belongs to another boot, container or machine']],
  'session-changing': [[{ kind: 'session-changing' }, 'another process is changing its session file']],
  'stdin-gone': [
    [{ kind: 'stdin-gone', proof: 'no peer' }, 'nothing is connected to its stdin any more'],
    [
      { kind: 'stdin-gone', proof: 'no peer', detail: 'lsof: no peer' },
      'nothing is connected to its stdin any more (`lsof` shows no peer)',
    ],
    [{ kind: 'stdin-gone', proof: 'not open' }, 'it has ended, and none of its processes has its stdin open'],
    [{ kind: 'stdin-gone', proof: 'held by orphans' }, 'its stdin is held only by other orphans'],
  ],
  'stdin-unknown': [
    [
      { kind: 'stdin-unknown', reason: { kind: 'program-failed', program: 'ss' } },
      'cannot confirm that no client is connected: `ss` failed',
    ],
  ],
  'stdin-held': [
    [{ kind: 'stdin-held', by: NODE, heldBy: 'clients' }, 'its stdin is held by node (pid 7)'],
    [
      { kind: 'stdin-held', by: { kind: 'unseen' }, heldBy: 'clients' },
      'its stdin is held by a process that cannot be seen from here',
    ],
    [{ kind: 'stdin-held', by: NODE, heldBy: 'orphans' }, 'its stdin is held only by other orphans: node (pid 7)'],
    [
      { kind: 'stdin-held', by: NODE, heldBy: 'strangers' },
      'its stdin is held by node (pid 7), which is no known MCP client',
    ],
    [
      { kind: 'stdin-held', by: BOTH, heldBy: 'strangers' },
      'its stdin is held by node (pid 7) and pid 9, which are no known MCP clients',
    ],
  ],
  'container-not-asked': [
    [
      { kind: 'container-not-asked', program: 'docker' },
      'it runs in a container; docker has not been asked about it yet',
    ],
  ],
  'container-unknown': ALL_ENGINE_FAILURES.map(
    ([failure, sentence]) => [{ kind: 'container-unknown', failure }, `container unknown: ${sentence}`] as const,
  ),
  container: [
    [
      { kind: 'container', id: 'a'.repeat(64), image: 'mcp/fetch', state: 'running' },
      'container aaaaaaaaaaaa of mcp/fetch is running',
    ],
  ],
  'container-elsewhere': [
    [{ kind: 'container-elsewhere', found: 'compose' }, 'its container is not ours: a Compose project runs it'],
    [{ kind: 'container-elsewhere', found: 'gateway' }, 'its containers are not ours: an MCP gateway runs them'],
    [
      { kind: 'container-elsewhere', found: 'exec', engine: 'podman' },
      'its container is not ours: podman exec only joins one that runs already',
    ],
  ],
  'started-here': [[{ kind: 'started-here' }, 'started by this window']],
  'started-in-window': [[{ kind: 'started-in-window', client: 'VS Code' }, 'started by VS Code in this window']],
  'started-by': [
    [{ kind: 'started-by', server: 'files', editor: 'VS Code' }, 'files was started by VS Code'],
    [{ kind: 'started-by' }, 'this server was started by an editor session'],
  ],
  matches: [
    [matches({}), 'pid 5 matches "notes" of Codex: its command names what it runs by the whole path'],
    [
      matches({ entry: { ...entry, file: '/c.toml' }, basis: { kind: 'package' } }),
      'pid 5 matches "notes" of Codex (/c.toml): it runs that published package',
    ],
    [matches({ basis: { kind: 'image' } }), 'pid 5 matches "notes" of Codex: it runs that image'],
    [matches({ basis: { kind: 'program' } }), 'pid 5 matches "notes" of Codex: it is that installed program'],
    [
      matches({ basis: { kind: 'folder', folder: '/w' } }),
      `pid 5 matches "notes" of Codex: it runs in that entry's folder, /w`,
    ],
    [
      matches({ basis: { kind: 'placeholder', placeholder: '$x', value: '/w' } }),
      'pid 5 matches "notes" of Codex: $x stands for /w, where that entry applies',
    ],
    [matches({ basis: { kind: 'name' } }), 'pid 5 matches "notes" of Codex: nothing but its name says so'],
  ],
  'child-matches': [
    [
      { kind: 'child-matches', pid: 5 },
      "pid 5 is a child of this window's extension host and matches the configuration",
    ],
  ],
  member: [
    [{ kind: 'member', pid: 5, by: 'root' }, 'pid 5 is the same process that was started (checked by start time)'],
    [{ kind: 'member', pid: 5, by: 'census' }, 'pid 5 was seen earlier as its child process'],
    [{ kind: 'member', pid: 5, by: 'cookie' }, 'pid 5 carries its cookie'],
    [{ kind: 'member', pid: 5, by: 'tree' }, 'pid 5 is its child process'],
    [{ kind: 'member', pid: 5, by: 'tree', below: 4 }, 'pid 5 is a child process of pid 4'],
  ],
  'root-ended': [[{ kind: 'root-ended' }, 'its first process has ended, but what it started still runs']],
  copies: [[{ kind: 'copies', count: 3 }, '3 copies of it run under the same client']],
  'runs-under': [[{ kind: 'runs-under', process: { pid: 7, name: 'node' } }, 'it runs under node (pid 7)']],
  'parent-gone': [[{ kind: 'parent-gone' }, 'its parent has exited, and no known client is above it']],
  'in-use': [
    [{ kind: 'in-use', by: NODE }, 'it is in use by node (pid 7), which is connected to it'],
    [
      { kind: 'in-use', by: { kind: 'unseen', clientOf: { pid: 7, name: 'node' } } },
      'it is in use by a client of node (pid 7) that cannot be seen from here, which is connected to it',
    ],
  ],
  'use-unknown': [
    [
      { kind: 'use-unknown', reason: { kind: 'program-failed', program: 'ss' } },
      'cannot determine whether anything is connected to it: `ss` failed',
    ],
  ],
  'not-in-use': [[{ kind: 'not-in-use' }, 'no other program is connected to it']],
  'seen-once': [[{ kind: 'seen-once' }, 'this was seen once; a second check follows in a moment']],
  'window-away': [
    [{ kind: 'window-away', since: 0 }, `its window has been away since ${new Date(0).toLocaleTimeString()}`],
  ],
  spared: [[{ kind: 'spared', pid: 5, refusal: { rule: 'notEditor' } }, 'pid 5 is spared: it is an editor process']],
  'being-ended': [[{ kind: 'being-ended', by: 3 }, 'pid 3 is ending it']],
  'not-automatic': [
    [
      { kind: 'not-automatic', automatic: 'ask' },
      'not ended automatically: its session\'s mcpProcesses.reap.automatic is "ask"',
    ],
  ],
};

export const ALL_REFUSALS: Said<Refusal> = Object.values(REFUSALS).flat();
export const ALL_EVIDENCE: Said<Evidence> = Object.values(EVIDENCE).flat();
