/*
 * All waits, intervals and limits that people or safety depend on. A unit stands in each name: _MS, _SECONDS, _BYTES; a
 * MAX_ or MIN_ without one is a count. What only one file can understand stays there.
 */

// ---- Ending a server ----------------------------------------------------------------------------------------------

/** Waits of a ladder, ms: after stdin was closed, before SIGTERM; then before SIGKILL. */
interface Waits {
  readonly stdin: number;
  readonly term: number;
}
/** Of what we launched, unless the user has set others. run.sh and the settings' descriptions say the same. */
export const LAUNCHED_GRACE: Waits = { stdin: 2_000, term: 3_000 };
/** Longer: their client closes their input when its host goes, and is not to be hurried. */
export const ADOPTED_GRACE: Waits = { stdin: 5_000, term: 5_000 };
/** As long: they are other people's, and one ladder's hurry saves nobody anything. */
export const FOREIGN_GRACE: Waits = { stdin: 5_000, term: 5_000 };
/** The longest that anybody may set, and what a damaged file means: no wait is ever shortened by one. */
export const MAX_GRACE_MS = 10 * 60_000;
/** A client that ended a moment ago: its container may be ending, too. */
export const CONFIRM_CONTAINER_MS = 2_000;
/** A client this old without a container that fits will never have one. */
export const CONTAINER_SETTLED_MS = 30_000;
/** So many ladders run at a time: each waits most of the while, and what is to be called off must not all have begun. */
export const MAX_LADDERS = 100;

// ---- Scanning -----------------------------------------------------------------------------------------------------

/** Of other clients' configuration files; a scan of them is a few dozen calls of `stat`. */
export const CONFIG_INTERVAL_MS = 5_000;
/** Whether clients of other clients' servers live: some 10 µs for each, so that a hundred cost 0.05 % of a core. */
export const CLIENT_CHECK_INTERVAL_MS = 2_000;
/** With more clients than these, periodic scans are soon enough. */
export const MAX_WATCHED_CLIENTS = 100;
/** A confirmed finding about a stdin is asked for again only after this, or when the parent has changed. */
export const PROBE_INTERVAL_MS = 10 * 60_000;
/** Of this host's children, for servers that somebody else in it has started. */
export const ADOPT_INTERVAL_MS = 1_000;
/** A child may still be between fork and exec, or about to give itself another title, as `npx` does. */
export const ADOPT_YOUNG_MS = 10_000;
/** While its tree is growing, the census is kept up between sweeps: who leaves the tree unseen is lost to us. */
export const ADOPT_GROWING_MS = 30_000;

// ---- Launching ----------------------------------------------------------------------------------------------------

/** For what a description asks a person. With the window away the question is lost. */
export const ASK_TIMEOUT_MS = 10 * 60_000;
/** A person who waits can cancel; a call that nobody cancels must not wait for ever. */
export const TOOL_CALL_TIMEOUT_MS = 3_600_000;
/** What a server wrote before its end is read after it; a child of it that still runs may keep its stderr open. */
export const STDERR_TAIL_MS = 1_000;
/** A wrapper such as `npx` ends after what it wraps. */
export const AFTERMATH_MS = 5_000;
/** Whether the guard's Node can be run. */
export const GUARD_CHECK_TIMEOUT_MS = 10_000;
/** A guard that keeps dying is given up: something on this machine does not want it. */
export const MAX_GUARD_REARMS = 10;

// ---- Asking the system and engines --------------------------------------------------------------------------------

/** `ps`, `lsof` and `launchctl`: a busy machine may take seconds, and all that a longer wait costs is time. */
export const TOOL_TIMEOUT_MS = 10_000;
/** PowerShell alone takes a second or two to start on a busy machine. */
export const POWERSHELL_TIMEOUT_MS = 20_000;
/** What tells machine and boot, once at the start. */
export const SCOPE_TIMEOUT_MS = 5_000;
/** `ss`. */
export const SS_TIMEOUT_MS = 3_000;
/** Perl or Python, which ask whether a pipe has a writer. */
export const PIPE_PROBE_TIMEOUT_MS = 1_000;
/** A question to an engine. */
export const ENGINE_TIMEOUT_MS = 10_000;
/** What a container's stop may take beyond its grace. */
export const ENGINE_STOP_MARGIN_MS = 10_000;
/** A question to an engine while its client may end at any moment. */
export const ENGINE_NOTE_TIMEOUT_MS = 3_000;
/** The same where a server waits for it. Without an answer the context is the one in use when the container is looked for. */
export const ENGINE_CONTEXT_TIMEOUT_MS = 2_000;
export const MAX_ENGINE_OUTPUT_BYTES = 16 << 20;

// ---- Files --------------------------------------------------------------------------------------------------------

/** Of one session; with {@link MAX_RECORDS} records it has less. */
export const MAX_SESSION_FILE_BYTES = 8 << 20;
/** What windows share. */
export const MAX_SHARED_FILE_BYTES = 4 << 20;
/** An entry of the history, or the note of a crash, has some kilobytes. Reading one blocks the window. */
export const MAX_HISTORY_FILE_BYTES = 1 << 20;
/** Nobody has written a larger configuration. */
export const MAX_CONFIG_FILE_BYTES = 16 << 20;
/** An `envFile`. */
export const MAX_ENV_FILE_BYTES = 1 << 20;
/** What the wrapper reads and the extension installs for it. */
export const MAX_WRAPPER_FILE_BYTES = 1 << 20;
/** Servers of a session. */
export const MAX_RECORDS = 1_000;
/** Known processes of a server. */
export const MAX_CENSUS = 10_000;
export const MAX_HISTORY_FILES = 200;
export const MAX_CRASH_NOTES = 50;

/** A temporary file this old nobody will rename any more: an atomic write takes milliseconds. */
export const INTERRUPTED_WRITE_MS = 10 * 60_000;
/** A session's file is touched so often while somebody sees its owner alive: short against the next one. */
export const SESSION_FRESH_MS = 24 * 3_600_000;
/** Files of another boot, container or machine, and those that were set aside, are forgotten after this. */
export const FORGET_SESSION_MS = 30 * 24 * 3_600_000;
/** Who comes back from a holiday asks no more what ran before. */
export const FORGET_CRASH_MS = 7 * 24 * 3_600_000;
/** Copies of the guard that no window has used; a waiting guard may start its copy weeks later. */
export const FORGET_GUARD_MS = 60 * 24 * 3_600_000;
