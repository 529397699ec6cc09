import type { ManagedBy } from '../model/inventory';
import type { LaunchDescription } from './launchDescription';
import type { Observed } from './proof';

/** A server of a configuration or of the API. */
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
  /** Replaces variables and reads files; rejects with a UserError. Undefined where we do not launch. */
  readonly describe: (() => Promise<LaunchDescription>) | undefined;
  /** Whether a process belongs to this entry. */
  readonly matches: (args: readonly string[], observed: Observed) => boolean;
}
