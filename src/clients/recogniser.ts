import type { Basis } from '../model/evidence';
import type { ProcessEntry } from '../os/platform';
import type { Observed } from './proof';

/** A server as a client's configuration names it. */
export interface NamedServer {
  readonly name: string;
  /** The client whose configuration it is, e.g. "Claude Code". */
  readonly client: string;
  readonly file: string | undefined;
  /** Why the process counts as this server. */
  readonly basis: Basis;
}

/** What is known about servers and clients on this machine. */
export interface Recogniser {
  /** The configured server that a process is, where its words and observations prove that. */
  serverOf(args: readonly string[], observed: Observed): NamedServer | undefined;
  /** The title of the MCP client that a process is, e.g. "Codex". */
  clientOf(entry: ProcessEntry): string | undefined;
  /** Equal for recognisers with the same knowledge; absent: unknown. */
  readonly fingerprint?: string;
}
