import type { LaunchDescription } from './launchDescription';
import type { Observed } from './proof';

/** A server of a configuration or of the API. */
export type ConfiguredServer = LocalServer | EditorsServer | RemoteServer;

interface AnyServer {
  /** Stable and unique among configured servers. */
  readonly key: string;
  readonly name: string;
  readonly client: string;
  readonly folder: string | undefined;
  readonly file: string | undefined;
  /** Replaces variables and reads files; rejects with a UserError. Undefined where we do not launch. */
  readonly describe: (() => Promise<LaunchDescription>) | undefined;
  /** Whether a process belongs to this entry. */
  readonly matches: (args: readonly string[], observed: Observed) => boolean;
}

interface LocalServer extends AnyServer {
  readonly managedBy: 'mcpProcesses' | 'foreign';
}

interface EditorsServer extends AnyServer {
  readonly managedBy: 'editor';
  /** The editor's own id of it. */
  readonly editorId: string;
}

interface RemoteServer extends AnyServer {
  readonly managedBy: 'remote';
  /** Credentials removed. */
  readonly url: string;
}
