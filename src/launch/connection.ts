import type { ChildProcess } from 'node:child_process';
import { Client, type ClientOptions, ProtocolError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { redactText } from '../clients/redaction';
import { TOOL_CALL_TIMEOUT_MS } from '../common/limits';
import type { RequestProblem } from '../model/requestProblem';
import type { ServerInfo } from '../model/serverView';
import { errorText } from '../wording/reasons';
import { ChildTransport } from './childTransport';

/** The protocol revision without `initialize`: a server that supports nothing older answers that with an error. */
const WITHOUT_INITIALIZE = '2026-07-28';

export interface ServerTool {
  readonly name: string;
  readonly description: string | undefined;
  readonly inputSchema: unknown;
}

/** Whether a server did not answer in time; any other error is an answer, or the server's end. */
export function isTimeout(error: unknown): boolean {
  return error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout;
}

/** What the SDK reports when the other side of a connection is gone. */
const GONE: ReadonlySet<unknown> = new Set([
  SdkErrorCode.ConnectionClosed,
  SdkErrorCode.NotConnected,
  SdkErrorCode.SendFailed,
]);

/** Why a request failed. */
export function requestProblemOf(error: unknown): RequestProblem {
  if (isTimeout(error)) return { kind: 'no-answer' };
  if (error instanceof SdkError && GONE.has(error.code)) return { kind: 'exited' };
  // The text may come from the server.
  return { kind: 'said', said: redactText(errorText(error)) };
}

/** A conversation with one launched server. */
export class Connection {
  private constructor(
    private readonly client: Client,
    readonly serverInfo: ServerInfo,
  ) {}

  /**
   * Makes the MCP handshake with a server.
   * @param timeout ms for each request
   * @throws Error when the server ends, sends garbage, or does not answer in time
   */
  static async open(child: ChildProcess, version: string, timeout: number): Promise<Connection> {
    const client = await connect(child, version, timeout);
    return new Connection(client, await serverInfoOf(client, timeout));
  }

  async listTools(): Promise<ServerTool[]> {
    const { tools } = await this.client.listTools();
    return tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  }

  /** @param signal cancels the call at the server. @returns the MCP `CallToolResult` */
  callTool(name: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<unknown> {
    return this.client.callTool(
      { name, arguments: args },
      // A server sends progress only to a caller with a listener.
      { ...(signal && { signal }), timeout: TOOL_CALL_TIMEOUT_MS, resetTimeoutOnProgress: true, onprogress: () => {} },
    );
  }

  /** Disconnects; the ladder ends the process. */
  async close(): Promise<void> {
    await this.client.close();
  }
}

async function connect(child: ChildProcess, version: string, timeout: number): Promise<Client> {
  try {
    return await handshake(child, version, timeout, {});
  } catch (error) {
    // Only a server that has answered gets a second request. In the opposite order, with the newest request first, servers
    // of older SDKs exit or never answer.
    if (!(error instanceof ProtocolError) || child.exitCode !== null || child.signalCode !== null) throw error;
    return handshake(child, version, timeout, { versionNegotiation: { mode: { pin: WITHOUT_INITIALIZE } } }).catch(
      () => {
        // The answer to the request that every server knows is more useful.
        throw error;
      },
    );
  }
}

async function handshake(
  child: ChildProcess,
  version: string,
  timeout: number,
  negotiation: Pick<ClientOptions, 'versionNegotiation'>,
): Promise<Client> {
  const client = new Client({ name: 'mcp-processes', version }, negotiation);
  await client.connect(new ChildTransport(child), { timeout });
  return client;
}

async function serverInfoOf(client: Client, timeout: number): Promise<ServerInfo> {
  const offered = client.getServerCapabilities();
  const server = client.getServerVersion();
  const options = { timeout };
  const [tools, resources, prompts] = await Promise.all([
    count(offered?.tools && client.listTools(undefined, options).then((list) => list.tools)),
    count(offered?.resources && client.listResources(undefined, options).then((list) => list.resources)),
    count(offered?.prompts && client.listPrompts(undefined, options).then((list) => list.prompts)),
  ]);
  return { name: server?.name ?? '', version: server?.version ?? '', tools, resources, prompts };
}

async function count(list: Promise<readonly unknown[]> | undefined): Promise<number> {
  try {
    return (await list)?.length ?? 0;
  } catch (error) {
    // Some servers announce a capability without its list, and work nevertheless.
    if (error instanceof ProtocolError) return 0;
    throw error;
  }
}
