import type { LaunchDefinition, McpProcessesApi } from '../api';
import type { Lifecycle } from '../lifecycle/lifecycle';
import type { ServerView } from '../lifecycle/model';
import type { ConfiguredServers } from './configuredServers';

/** The extension's exports, over the core. */
export function createApi(lifecycle: Lifecycle, configured: ConfiguredServers): McpProcessesApi {
  return {
    version: 1,
    servers: () => lifecycle.picture.servers,
    picture: () => lifecycle.picture,
    async launch(definition: LaunchDefinition): Promise<ServerView> {
      const { name, command, args = [], env = {}, envFile, cwd } = definition;
      if (typeof name !== 'string' || name === '' || typeof command !== 'string' || command === '') {
        throw new Error('launch needs a name and a command.');
      }
      const key = `api:${name}`;
      const source = { client: 'MCP Processes', file: undefined, folder: undefined };
      await lifecycle.launch(
        await configured.describe({ type: 'stdio', name, source, command, args, env, envFile, cwd }, key),
      );
      const view = lifecycle.picture.servers.find((server) => server.key === key);
      if (!view) throw new Error(`"${name}" ended right after it had started.`);
      return view;
    },
    stop: (key) => lifecycle.stop(key),
    callTool: (key, tool, args = {}) => lifecycle.callTool(key, tool, args),
    sweep: () => lifecycle.sweep(),
    reapOrphans: (options = {}) => lifecycle.reapOrphans({ dryRun: options.dryRun ?? false }),
    onDidChange: (listener) => lifecycle.onDidChange(listener),
  };
}
