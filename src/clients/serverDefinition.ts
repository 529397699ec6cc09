/** Where a definition was found: shown to people, and part of a server's key. */
export interface DefinitionSource {
  /** Name of the MCP client whose configuration it is: "MCP Processes", "VS Code", … */
  readonly client: string;
  /** Absolute path of the file, or `undefined` for the setting. */
  readonly file: string | undefined;
  /** Absolute path of the workspace folder it belongs to, if any. */
  readonly folder: string | undefined;
}

/** One configured stdio server as written: variables not yet replaced. */
export interface StdioServerDefinition {
  readonly type: 'stdio';
  readonly name: string;
  readonly source: DefinitionSource;
  readonly command: string;
  readonly args: readonly string[];
  /** `null` removes the variable from the inherited environment. */
  readonly env: Readonly<Record<string, string | number | null>>;
  readonly envFile: string | undefined;
  readonly cwd: string | undefined;
}

/** A server reached over a URL: listed, but there is no process to manage. */
export interface RemoteServerDefinition {
  readonly type: 'http' | 'sse';
  readonly name: string;
  readonly source: DefinitionSource;
  readonly url: string;
}

export type ServerDefinition = StdioServerDefinition | RemoteServerDefinition;

/** One entry of `inputs`: asked once, remembered; a password goes to the secret storage. */
export interface InputDefinition {
  readonly id: string;
  readonly type: 'promptString' | 'pickString' | 'command';
  readonly description: string;
  readonly default: string | undefined;
  readonly password: boolean;
  readonly options: readonly string[];
}

/** An error in a configuration, with its remedy. Lines and columns count from 1. */
export interface ConfigurationProblem {
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** What is wrong and what to do, one sentence or two. */
  readonly message: string;
}

export interface ReadConfiguration {
  readonly servers: readonly ServerDefinition[];
  readonly inputs: readonly InputDefinition[];
  readonly problems: readonly ConfigurationProblem[];
}
