import type { Basis } from '../model/evidence';
import type { ProcessEntry } from '../os/platform';
import type { Observed } from './proof';

/** A server as some client's configuration names it. */
export interface NamedServer {
  readonly name: string;
  /** The client whose configuration it is, e.g. "Claude Code". */
  readonly client: string;
  readonly file: string | undefined;
  /** What it rests on that the process is this server. */
  readonly basis: Basis;
}

/** What is known about servers and clients on this machine. */
export interface Recogniser {
  /** The configured server that a process is, where its words and what is observed of it prove that. */
  serverOf(args: readonly string[], observed: Observed): NamedServer | undefined;
  /** The title of the MCP client that a process is, e.g. "Codex". */
  clientOf(entry: ProcessEntry): string | undefined;
  /** The same for two that know the same; absent: not known. */
  readonly fingerprint?: string;
}
