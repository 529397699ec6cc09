import type { ConfiguredServer } from '../clients/configuredServer';
import type { Log } from '../common/log';
import { LaunchError, type LaunchedServers } from '../launch/launchedServers';
import { errorText } from '../wording/reasons';

/**
 * Starts our servers automatically, each once per activation: workspace settings and trust can come after activation,
 * and a server that the user has stopped must stay stopped.
 */
export class AutoStart {
  private readonly tried = new Set<string>();

  constructor(
    private readonly servers: Pick<LaunchedServers, 'start'>,
    private readonly log: Log,
  ) {}

  /** Call whenever the configuration may have changed. */
  start(servers: readonly ConfiguredServer[]): void {
    for (const { key, name, describe } of servers) {
      if (!describe || this.tried.has(key)) continue;
      this.tried.add(key);
      this.servers.start(key).catch((error: Error) => {
        if (!(error instanceof LaunchError)) this.log.warn(`"${name}" was not started: ${errorText(error)}`);
      });
    }
  }
}
