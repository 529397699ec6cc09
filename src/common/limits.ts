/*
 * All waits, intervals and limits that people or safety depend on. Each name states its unit: _MS, _SECONDS, _BYTES; a
 * MAX_ or MIN_ without a unit is a count. A limit that makes sense in one file only stays there.
 */

// ---- Ending a server ----------------------------------------------------------------------------------------------

/** Waits of a ladder, ms: between closing stdin and SIGTERM, then between SIGTERM and SIGKILL. */
interface Waits {
  readonly stdin: number;
  readonly term: number;
}
/** For servers that we launched, unless the user sets other waits. run.sh and the settings' descriptions repeat these. */
export const LAUNCHED_GRACE: Waits = { stdin: 2_000, term: 3_000 };
/** Longer: their client closes their input when its host exits, and the ladder must not hurry it. */
export const ADOPTED_GRACE: Waits = { stdin: 5_000, term: 5_000 };
/** As long: they belong to other programs, and there is no hurry. */
export const FOREIGN_GRACE: Waits = { stdin: 5_000, term: 5_000 };
/** For single processes that the user ends: we do not hold their stdin. */
export const USER_END_GRACE: Waits = { stdin: 0, term: 5_000 };
/** The longest wait that can be set, and what a damaged file means: damage never shortens a wait. */
export const MAX_GRACE_MS = 10 * 60_000;
/** Between the two scans that prove that a foreign server has no client: a client may be handing its servers over. */
export const CONFIRM_FOREIGN_MS = 2_000;
/** Findings about use and stdin are this fresh at the signal: the turns of many ladders may lie in between. */
export const PROBE_LASTS_MS = 250;
/** Windows: a killed child takes at most this long to exit. */
export const CHILD_KILL_TIMEOUT_MS = 5_000;
/** Ladders that run at a time: each mostly waits, and a reap that is cancelled must not have begun them all. */
export const MAX_LADDERS = 100;
/** The whole of `deactivate` has 5 s. With a guard outside, nothing has to be awaited. */
export const DEACTIVATE_MS = { guarded: 500, unguarded: 4_000 };

// ---- Containers ---------------------------------------------------------------------------------------------------

/** Between the request to end a container that the user stops, and the kill. */
export const CONTAINER_STOP_GRACE_MS = 5_000;
/** A client ended a moment ago: its container may be ending too. */
export const CONFIRM_CONTAINER_MS = 2_000;
/** A client this old without a container that fits will never have one. */
export const CONTAINER_SETTLED_MS = 30_000;

// ---- What the guard does with a dead session ----------------------------------------------------------------------

/** End-of-file can precede the host's exit: the host closes its files first, and a graceful exit takes up to 5 s. */
export const OWNER_EXIT_TIMEOUT_MS = 10_000;
export const OWNER_CHECK_INTERVAL_MS = 10;
/** A server that was being spawned when the host died shows its cookie only after its `exec`. */
export const LATE_SPAWN_MS = 1_000;
/** The holder of the claim may exit before its ladders end, as all windows of an editor that quits do. */
export const CLAIM_TIMEOUT_MS = 60_000;
export const CLAIM_CHECK_INTERVAL_MS = 500;

// ---- Scanning -----------------------------------------------------------------------------------------------------

/** The shortest interval between sweeps; a shorter setting counts as this. */
export const MIN_SWEEP_INTERVAL_SECONDS = 5;
/** A day. A timer of more than 24 days fires at once, and again, and again. */
export const MAX_SWEEP_INTERVAL_SECONDS = 86_400;
/** After activation, ms: the former host of a reloaded window takes up to 5 s to exit. */
export const EARLY_SWEEPS_MS = [0, 1_500, 4_000, 7_000];
/** A confirming scan comes slightly later than it has to; where findings keep changing, the delay doubles. */
export const CONFIRM_AFTER_MS = CONFIRM_FOREIGN_MS + 50;
export const MAX_CONFIRM_DOUBLINGS = 5;
/** Between checks of other clients' configuration files; a check is a few dozen calls of `stat`. */
export const CONFIG_INTERVAL_MS = 5_000;
/** Between checks whether clients of foreign servers live: 10 µs for each, so that a hundred cost 0.05 % of a core. */
export const CLIENT_CHECK_INTERVAL_MS = 2_000;
/** With more clients than this, the periodic sweep is soon enough. */
export const MAX_WATCHED_CLIENTS = 100;
/** A confirmed finding about a stdin is renewed only after this, or when the parent has changed. */
export const PROBE_INTERVAL_MS = 10 * 60_000;
/** Between checks of this host's children, for servers that other extensions have started. */
export const ADOPT_INTERVAL_MS = 1_000;
/** A child this young may still be between fork and exec, or about to change its own title, as `npx` does. */
export const ADOPT_YOUNG_MS = 10_000;
/** While a tree grows, its census is updated between sweeps: a process that leaves the tree unseen is lost to us. */
export const ADOPT_GROWING_MS = 30_000;
/** How far back the panel shows the history. */
export const SHOWN_HISTORY_MS = 24 * 3_600_000;
/** The window of a crashed session has this long to come back and report the crash; then another window reports it. */
export const CRASH_REPORT_DELAY_MS = 30_000;

// ---- Launching ----------------------------------------------------------------------------------------------------

/** For input values that a description asks a person for. With its window gone, the question is lost. */
export const ASK_TIMEOUT_MS = 10 * 60_000;
/** A person who waits can cancel; a call that is never cancelled must still end. */
export const TOOL_CALL_TIMEOUT_MS = 3_600_000;
/** Output from before the exit is read after it; a running child may keep the server's stderr open. */
export const STDERR_TAIL_MS = 1_000;
/** A wrapper such as `npx` exits after the program that it wraps. */
export const AFTERMATH_MS = 5_000;
/** For the check that the guard's Node runs. */
export const GUARD_CHECK_TIMEOUT_MS = 10_000;
/** After this many restarts the guard is given up: another program on this machine keeps ending it. */
export const MAX_GUARD_REARMS = 10;

// ---- Asking the system and engines --------------------------------------------------------------------------------

/** `ps`, `lsof` and `launchctl`: a busy machine may take seconds, and a longer wait costs only time. */
export const TOOL_TIMEOUT_MS = 10_000;
/** PowerShell alone takes a second or two to start on a busy machine. */
export const POWERSHELL_TIMEOUT_MS = 20_000;
/** For the programs that identify machine and boot, once at the start. */
export const SCOPE_TIMEOUT_MS = 5_000;
/** `ss`. */
export const SS_TIMEOUT_MS = 3_000;
/** Perl or Python, which ask whether a pipe has a writer. */
export const PIPE_PROBE_TIMEOUT_MS = 1_000;
/** A question to an engine. */
export const ENGINE_TIMEOUT_MS = 10_000;
/** What a container's stop may take beyond its grace. */
export const ENGINE_STOP_MARGIN_MS = 10_000;
/** A question to an engine while its client may exit at any moment. */
export const ENGINE_NOTE_TIMEOUT_MS = 3_000;
/** The same where a server waits for it. Without an answer, the context in use at the time of the scan counts. */
export const ENGINE_CONTEXT_TIMEOUT_MS = 2_000;
export const MAX_ENGINE_OUTPUT_BYTES = 16 << 20;

// ---- Files --------------------------------------------------------------------------------------------------------

/** Of one session; with {@link MAX_RECORDS} records it is smaller. */
export const MAX_SESSION_FILE_BYTES = 8 << 20;
/** Of what windows share. */
export const MAX_SHARED_FILE_BYTES = 4 << 20;
/** An entry of the history, or the note of a crash, has a few kilobytes. Reading one blocks the window. */
export const MAX_HISTORY_FILE_BYTES = 1 << 20;
/** Larger than any configuration that people write. */
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

/** A temporary file this old is a left-over: an atomic write takes milliseconds. */
export const INTERRUPTED_WRITE_MS = 10 * 60_000;
/** A scan that sees the owner alive touches the session's file at most this often: short against the next limit. */
export const SESSION_FRESH_MS = 24 * 3_600_000;
/** Files of another boot, container or machine, and files that were set aside, are removed after this. */
export const FORGET_SESSION_MS = 30 * 24 * 3_600_000;
/** After a holiday, what ran before is of no interest. */
export const FORGET_CRASH_MS = 7 * 24 * 3_600_000;
/** For copies of the guard that no window has used; a waiting guard may start its copy weeks later. */
export const FORGET_GUARD_MS = 60 * 24 * 3_600_000;
