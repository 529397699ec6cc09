import * as l10n from '@vscode/l10n';
import { messageOf } from '../common/errors';
import {
  type BARE_REASONS,
  InspectError,
  NoPlatformError,
  type PID_REASONS,
  type PROGRAM_REASONS,
  type Reason,
} from '../os/reason';

/** Why something is not known, for use after a colon or in brackets: no capital, no full stop. */
export function reasonSentence(reason: Reason): string {
  switch (reason.kind) {
    case 'system':
      return reason.code;
    case 'said':
      return reason.text;
    case 'program-timeout':
      return l10n.t('`{0}` did not answer within {1} s', reason.program, reason.seconds);
    case 'program-exit':
      return l10n.t('`{0}` failed with code {1}', reason.program, reason.code);
    case 'program-not-run':
      return l10n.t('`{0}` could not be run ({1})', reason.program, reason.code);
    case 'listed-once':
      return l10n.t('`{0}` lists pid {1} one time and not the other', reason.program, reason.pid);
    case 'stdin-odd':
      return l10n.t('its stdin is a {0} of an unexpected form', reason.type);
    case 'runs-services':
      return l10n.t('it runs the service {0}', reason.services);
    default:
      if ('why' in reason) return nestedSentence(reason);
      if ('program' in reason) return programSentence(reason.kind, reason.program);
      return 'pid' in reason ? pidSentence(reason.kind, reason.pid) : bareSentence(reason.kind);
  }
}

/** The text of a thrown value, for people. */
export function errorText(error: unknown): string {
  if (error instanceof NoPlatformError) return noPlatformSentence(error.reason);
  return error instanceof InspectError ? reasonSentence(error.reason) : messageOf(error);
}

function noPlatformSentence(reason: Reason | undefined): string {
  return reason === undefined
    ? l10n.t('Processes cannot be identified on this system. MCP Processes does nothing here.')
    : l10n.t(
        'Processes cannot be identified on this system: {0}. MCP Processes does nothing here.',
        reasonSentence(reason),
      );
}

function nestedSentence(reason: Extract<Reason, { readonly why: Reason }>): string {
  const why = reasonSentence(reason.why);
  switch (reason.kind) {
    case 'unexamined':
      return reason.pid === undefined
        ? l10n.t('it cannot be examined ({0})', why)
        : l10n.t('pid {0} cannot be examined ({1})', reason.pid, why);
    case 'stdin-closed-to-us':
      return l10n.t('its stdin may not be examined ({0})', why);
    case 'control-group-unreadable':
      return l10n.t('its control group or environment cannot be read ({0})', why);
    case 'files-closed-to-us':
      return l10n.t('the open files of pid {0} may not be examined ({1})', reason.pid, why);
    case 'client-unknown':
      return l10n.t('a process is connected to pid {0}, and {1}', reason.pid, why);
    case 'file-unreadable':
      return l10n.t('{0} cannot be read ({1})', reason.file, why);
  }
}

function programSentence(kind: (typeof PROGRAM_REASONS)[number], program: string): string {
  switch (kind) {
    case 'program-missing':
      return l10n.t('`{0}` is not installed, or not on the PATH', program);
    case 'program-signal':
      return l10n.t('`{0}` was ended by a signal', program);
    case 'program-too-much':
      return l10n.t('`{0}` printed too much', program);
    case 'program-failed':
      return l10n.t('`{0}` failed', program);
    case 'unreadable-output':
      return l10n.t('what `{0}` printed cannot be read', program);
    case 'self-missing':
      return l10n.t('`{0}` does not list this process itself', program);
    case 'self-replaced':
      return l10n.t('`{0}` shows another process under the pid of this one', program);
    case 'clock-set':
      return l10n.t('`{0}` gives this process itself another start time than before: the clock was set', program);
    case 'not-listed':
      return l10n.t('it exists, but `{0}` does not list it', program);
    case 'no-sockets':
      return l10n.t('`{0}` shows no sockets', program);
    case 'peers-unknown':
      return l10n.t('`{0}` cannot tell which sockets are connected here', program);
    case 'stdin-not-shown':
      return l10n.t('`{0}` does not show its stdin', program);
    case 'stdin-shown-twice':
      return l10n.t('`{0}` shows its stdin more than once', program);
    case 'stdin-no-address':
      return l10n.t('`{0}` does not tell the address of its stdin', program);
    case 'stdin-peer-unknown':
      return l10n.t('`{0}` cannot tell who holds the other end of its stdin here', program);
    case 'pipe-unexamined':
      return l10n.t('the pipe of its stdin could not be examined with `{0}`', program);
    case 'control-group-untold':
      return l10n.t('`{0}` does not tell its control group', program);
  }
}

function pidSentence(kind: (typeof PID_REASONS)[number], pid: number): string {
  switch (kind) {
    case 'main-thread-gone':
      return l10n.t('the main thread of pid {0} is gone', pid);
    case 'process-hidden':
      return l10n.t('pid {0} cannot be examined', pid);
    case 'connections-hidden':
      return l10n.t('the connections of pid {0} may not be examined', pid);
    case 'files-hidden':
      return l10n.t('the open files of pid {0} cannot be seen', pid);
    case 'in-other-network':
      return l10n.t('pid {0} runs in another network namespace', pid);
    case 'socket-users-unknown':
      return l10n.t('pid {0} has a named socket, and who uses it cannot be seen', pid);
  }
}

const BARE: { readonly [Kind in (typeof BARE_REASONS)[number]]: () => string } = {
  gone: () => l10n.t('it is gone'),
  'other-scope': () => l10n.t('it belongs to another boot, container or machine'),
  'pid-reused': () => l10n.t('its pid now belongs to another process'),
  changed: () => l10n.t('it changed while it was read'),
  'no-pid': () => l10n.t('this is not the id of a process'),
  'unexpected-format': () => l10n.t('it has an unexpected format'),
  'threads-hidden': () => l10n.t('its main thread is gone, and no other could be examined'),
  'no-stdin': () => l10n.t('it has no stdin'),
  'stdin-changed': () => l10n.t('its stdin changed while it was examined'),
  'stdin-no-connection': () => l10n.t('its stdin is neither a socket pair nor a pipe'),
  'stdin-closed': () => l10n.t('it has closed its stdin itself'),
  'stdin-moved': () => l10n.t('what was its stdin is open under another number'),
  'stdin-holder-hidden': () => l10n.t('its stdin has another end, but who holds it cannot be seen'),
  'no-own-stdin': () => l10n.t('none of its processes has a stdin of its own to examine'),
  'no-pipe-probe': () =>
    l10n.t('neither perl nor python3 is installed, one of which is needed to examine the pipe of its stdin'),
  'other-network': () => l10n.t('it runs in another network namespace, whose sockets cannot be seen from here'),
  'no-proc': () => l10n.t('there is no usable /proc'),
  'foreign-proc': () => l10n.t('there is no usable /proc, or it belongs to another pid namespace'),
  'windows-pipes': () => l10n.t('Windows does not tell who holds the other end of a pipe'),
  'windows-connections': () => l10n.t('connections are not examined on Windows'),
  'no-control-group': () => l10n.t('its control group is empty'),
  'machine-unknown': () => l10n.t('the id of this machine cannot be read'),
  'boot-unknown': () => l10n.t('the id of this boot cannot be read'),
  'no-permit': () => l10n.t('there is no permit'),
  'not-permitted': () => l10n.t('not permitted'),
};

function bareSentence(kind: (typeof BARE_REASONS)[number]): string {
  return BARE[kind]();
}
