import type { ChildProcess } from 'node:child_process';
import { Client, type ClientOptions, ProtocolError } from '@modelcontextprotocol/client';
import type { ServerIntroduction } from '../lifecycle/model';
import { ChildTransport } from './childTransport';

/** The revision that has no `initialize`: a server that speaks nothing older answers it with an error. */
const WITHOUT_INITIALIZE = '2026-07-28';
const MOST_PAGES = 20;

export interface ServerTool {
  readonly name: string;
  readonly description: string | undefined;
  readonly inputSchema: unknown;
}

/** A conversation with one launched server. */
export class Connection {
  private constructor(
    private readonly client: Client,
    readonly introduction: ServerIntroduction,
  ) {}

  /**
   * Shakes hands with a server.
   * @param timeout in ms, for the whole handshake.
   * @throws Error when the server ends, answers garbage, or does not answer in time.
   */
  static async open(child: ChildProcess, version: string, timeout: number): Promise<Connection> {
    try {
      return await Connection.shake(child, version, timeout, {});
    } catch (error) {
      // Only a server that answered may be asked again. The other order, the newest question first, ends servers of
      // older SDKs for good, and others never answer it.
      if (!(error instanceof ProtocolError) || child.exitCode !== null || child.signalCode !== null) throw error;
      return Connection.shake(child, version, timeout, { versionNegotiation: { mode: { pin: WITHOUT_INITIALIZE } } });
    }
  }

  private static async shake(
    child: ChildProcess,
    version: string,
    timeout: number,
    negotiation: Pick<ClientOptions, 'versionNegotiation'>,
  ): Promise<Connection> {
    const client = new Client({ name: 'mcp-processes', version }, negotiation);
    await client.connect(new ChildTransport(child), { timeout });
    const capabilities = client.getServerCapabilities();
    const server = client.getServerVersion();
    const count = async (offered: unknown, list: (cursor?: string) => Promise<{ items: unknown[]; next?: string }>) => {
      if (!offered) return 0;
      let total = 0;
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page++) {
        const { items, next } = await list(cursor);
        total += items.length;
        if (!next) break;
        cursor = next;
      }
      return total;
    };
    const options = { timeout };
    const [tools, resources, prompts] = await Promise.all([
      count(capabilities?.tools, async (cursor) => {
        const page = await client.listTools({ cursor }, options);
        return { items: page.tools, next: page.nextCursor };
      }),
      count(capabilities?.resources, async (cursor) => {
        const page = await client.listResources({ cursor }, options);
        return { items: page.resources, next: page.nextCursor };
      }),
      count(capabilities?.prompts, async (cursor) => {
        const page = await client.listPrompts({ cursor }, options);
        return { items: page.prompts, next: page.nextCursor };
      }),
    ]);
    return new Connection(client, {
      name: server?.name ?? '',
      version: server?.version ?? '',
      tools,
      resources,
      prompts,
    });
  }

  async listTools(): Promise<ServerTool[]> {
    const { tools } = await this.client.listTools();
    return tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  }

  /** @returns the MCP `CallToolResult`. */
  callTool(name: string, args: Record<string, unknown>): Promise<unknown> {
    return this.client.callTool({ name, arguments: args });
  }

  /** Lets go of the conversation; the process is the ladder's. */
  async close(): Promise<void> {
    await this.client.close();
  }
}
