import assert from 'node:assert/strict';
import { delimiter, join } from 'node:path';
import { ClientHome, type ConfiguredEntry, killProcesses, pidsOf } from '../support/clientHome';
import { factsOf, kindsOf } from '../support/codes';
import { isAlive } from '../support/sandbox';
import { waitFor } from '../support/waitFor';
import { installClients, PACKAGES } from './host/installClients.mjs';

/** How one client is set up and started. Its account is a dummy; its model's service is {@link ClientHome.service}. */
interface RealClient {
  readonly title: string;
  readonly package: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Path below the home → text. */
  readonly files: (servers: Readonly<Record<string, ConfiguredEntry>>, service: string) => Record<string, string>;
  readonly environment: (service: string) => Record<string, string>;
}

const CLIENTS: readonly RealClient[] = [
  {
    title: 'Claude Code',
    package: '@anthropic-ai/claude-code',
    program: 'claude',
    args: ['-p', 'hello'],
    files: (mcpServers) => ({ '.claude.json': JSON.stringify({ hasCompletedOnboarding: true, mcpServers }) }),
    environment: (service) => ({
      ANTHROPIC_API_KEY: 'none',
      ANTHROPIC_BASE_URL: service,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
    }),
  },
  {
    title: 'Codex',
    package: '@openai/codex',
    program: 'codex',
    args: ['exec', '--skip-git-repo-check', 'hello'],
    files: (servers, service) => ({
      '.codex/config.toml': [
        'model = "stand-in"\nmodel_provider = "stand-in"\ncheck_for_update_on_startup = false',
        '[analytics]\nenabled = false',
        `[model_providers.stand-in]\nname = "Stand-in"\nbase_url = "${service}/v1"\nwire_api = "responses"`,
        ...Object.entries(servers).map(([name, { command, args, env }]) => {
          const variables = Object.entries(env).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
          return `[mcp_servers.${name}]\ncommand = "${command}"\nargs = ${JSON.stringify(args)}\nenv = { ${variables.join(', ')} }`;
        }),
      ].join('\n\n'),
    }),
    environment: () => ({}),
  },
  {
    title: 'Gemini CLI',
    package: '@google/gemini-cli',
    program: 'gemini',
    args: ['--skip-trust', '-p', 'hello'],
    files: (mcpServers) => ({
      '.gemini/settings.json': JSON.stringify({
        mcpServers,
        general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
        security: { auth: { selectedType: 'gemini-api-key' } },
      }),
    }),
    environment: (service) => ({ GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: service }),
  },
  {
    title: 'opencode',
    package: 'opencode-ai',
    program: 'opencode',
    args: ['run', 'hello'],
    files: (servers, service) => ({
      '.config/opencode/opencode.json': JSON.stringify({
        autoupdate: false,
        share: 'disabled',
        model: 'stand-in/any',
        provider: {
          'stand-in': {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: `${service}/v1`, apiKey: 'none' },
            models: { any: {} },
          },
        },
        mcp: Object.fromEntries(
          Object.entries(servers).map(([name, { command, args, env }]) => [
            name,
            { type: 'local', command: [command, ...args], environment: env },
          ]),
        ),
      }),
    }),
    environment: () => ({ OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' }),
  },
  {
    // The client's program for scripts, which keeps its connections in a daemon; `--cli` ends after one call.
    title: 'MCP Inspector',
    package: '@modelcontextprotocol/inspector',
    program: 'mcpdo',
    args: ['connect'],
    files: (mcpServers) => ({ '.mcp-inspector/mcp.json': JSON.stringify({ mcpServers }) }),
    environment: () => ({ MCP_INSPECTOR_SECRET_STORE: 'memory' }),
  },
];

describe('real clients whose servers npx starts from their own configuration', function () {
  this.timeout(240_000);
  let programs: { node: string; bin: string };
  let world: ClientHome;
  before(function () {
    this.timeout(15 * 60_000);
    programs = installClients();
  });
  beforeEach(() => {
    world = new ClientHome();
  });
  afterEach(() => world.dispose());

  for (const client of CLIENTS) {
    it(`L04 L08 ${client.title} ${PACKAGES[client.package]}`, async () => {
      const service = await world.service();
      const { memory, deaf } = world.entries;
      for (const [path, text] of Object.entries(client.files({ memory, deaf }, service))) world.write(path, text);
      const environment = {
        ...client.environment(service),
        PATH: `${programs.node}${delimiter}${world.environment.PATH}`,
      };
      const program = join(programs.bin, client.program);
      // The Inspector connects to one server at a time.
      const calls =
        client.program === 'mcpdo' ? ['memory', 'deaf'].map((name) => [...client.args, name]) : [client.args];
      const children = calls.map((args) => world.start(program, args, environment));
      const tracker = await world.open();

      const before = await world.running(tracker);
      const owners = new Set<number>();
      for (const row of [before.memory, before.deaf]) {
        assert.deepEqual(
          [row.client, row.group, row.verdict],
          [client.title, 'otherClients', 'active'],
          kindsOf(row).join(),
        );
        for (const { process } of factsOf(row, 'runs-under')) owners.add(process.pid);
        // Chosen by the user, but served: nothing happens.
        const kept = await tracker.reapOrphans({ only: [row.key] });
        assert.ok(kept.every(({ processes }) => processes.every(({ outcome }) => outcome === 'spared')));
        assert.ok(pidsOf(row).every(isAlive));
      }

      await killProcesses([...owners, ...children.flatMap(({ pid }) => pid ?? [])]);
      // The official server ends when its input does, and its wrappers with it: nothing is left to list.
      await waitFor('the memory server is gone', () => !pidsOf(before.memory).some(isAlive), 60_000);
      const orphan = await waitFor('the deaf one is proven to be orphaned', async () => {
        const rows = await world.rows(tracker);
        assert.deepEqual([...rows.keys()], ['deaf']);
        const row = rows.get('deaf');
        assert.ok(row);
        return row.verdict === 'orphaned' ? row : Promise.reject(new Error(kindsOf(row).join()));
      });
      assert.ok(kindsOf(orphan).includes('stdin-gone'));

      await tracker.reapOrphans();
      assert.ok(pidsOf(orphan).every(isAlive), 'nothing happens without the user’s confirmation');
      const [result] = await tracker.reapOrphans({ only: [orphan.key] });
      const left = result?.processes.filter(({ outcome }) => outcome === 'spared' || outcome === 'survived');
      assert.deepEqual(left, [], JSON.stringify(result, undefined, 2));
      assert.deepEqual(pidsOf(orphan).filter(isAlive), []);
      assert.deepEqual([...(await world.rows(tracker)).keys()], []);
    });
  }
});
