import type { LaunchDefinition, McpProcessesApi } from '../api';
import { readEntry } from '../clients/entry';
import type { StdioServerDefinition } from '../clients/serverDefinition';
import type { Lifecycle } from '../lifecycle/lifecycle';
import type { ServerView } from '../lifecycle/model';
import type { ConfiguredServers } from './configuredServers';

/** Other extensions may be plain JavaScript: whatever they pass is read like an entry of a configuration. */
function readDefinition(definition: LaunchDefinition | undefined): StdioServerDefinition {
  const { name, command, args, env, envFile, cwd } = definition ?? ({} as Partial<LaunchDefinition>);
  if (typeof name !== 'string') throw new Error('launch needs a "name" for the server.');
  const source = { client: 'MCP Processes', file: undefined, folder: undefined };
  const server = readEntry(name, { type: 'stdio', command, args, env, envFile, cwd }, source);
  if (typeof server === 'string') throw new Error(server);
  if (server.type !== 'stdio') throw new Error(`"${name}" has no process to launch.`);
  return server;
}

/** The key of a server that came through the API. */
export function apiKeyOf(name: string): string {
  return `api:${name}`;
}

/** The extension's exports, over the core. */
export function createApi(lifecycle: Lifecycle, configured: ConfiguredServers): McpProcessesApi {
  return {
    version: 1,
    servers: () => lifecycle.picture.servers,
    picture: () => lifecycle.picture,
    async launch(definition: LaunchDefinition): Promise<ServerView> {
      const server = readDefinition(definition);
      const { name } = server;
      const key = apiKeyOf(name);
      await lifecycle.launch(await configured.describe(server, key));
      const view = lifecycle.picture.servers.find((one) => one.key === key);
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
