import type { LaunchDescription } from './launchDescription';
import type { Observed } from './proof';

/** A server that some configuration names, as the core sees it; made by the editor's side or the API. */
export type ConfiguredServer = LocalServer | EditorsServer | RemoteServer;

interface AnyServer {
  /** Stable and unique among configured servers. */
  readonly key: string;
  readonly name: string;
  readonly client: string;
  readonly folder: string | undefined;
  readonly file: string | undefined;
  /** Replaces variables and reads files; rejects with a remedy. Absent where we do not launch. */
  readonly describe: (() => Promise<LaunchDescription>) | undefined;
  /** Whether a running process is this entry's. */
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
