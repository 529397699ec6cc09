import type { InputDefinition, StdioServerDefinition } from '../serverDefinition';

/** One entry of `mcpProcesses.servers`, as it is written into a settings.json; what is empty is left out. */
export interface ServerEntry {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | number | null>>;
  readonly envFile?: string;
  readonly cwd?: string;
}

/** One entry of `mcpProcesses.inputs`. */
export type InputEntry = Pick<InputDefinition, 'id' | 'type' | 'description'> &
  Partial<Pick<InputDefinition, 'default' | 'password' | 'options'>>;

/** An entry without what is empty, its properties in the order in which people write them. */
export function entryOf({
  command,
  args = [],
  env = {},
  envFile,
  cwd,
}: Partial<Omit<StdioServerDefinition, 'command'>> & { readonly command: string }): ServerEntry {
  return {
    command,
    ...(args.length > 0 && { args }),
    ...(Object.keys(env).length > 0 && { env }),
    ...(envFile !== undefined && { envFile }),
    ...(cwd !== undefined && { cwd }),
  };
}
