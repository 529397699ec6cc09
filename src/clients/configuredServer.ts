import type { ManagedBy } from '../model/inventory';
import type { LaunchDescription } from './launchDescription';
import type { Observed } from './proof';

/** A server that some configuration names, as the core sees it; made by the editor's side or the API. */
export interface ConfiguredServer {
  /** Stable and unique among configured servers. */
  readonly key: string;
  readonly name: string;
  readonly client: string;
  readonly folder: string | undefined;
  readonly file: string | undefined;
  readonly managedBy: ManagedBy;
  /** The editor's own id of a server that the editor starts and stops. */
  readonly editorId?: string;
  /** URL of a remote server, credentials removed. */
  readonly url: string | undefined;
  /** Replaces variables and reads files; rejects with a remedy. Absent where we do not launch. */
  readonly describe: (() => Promise<LaunchDescription>) | undefined;
  /** Whether a running process is this entry's. */
  readonly matches: (args: readonly string[], observed: Observed) => boolean;
}
