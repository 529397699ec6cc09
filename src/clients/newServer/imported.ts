import { posix, win32 } from 'node:path';
import type { InputDefinition, StdioServerDefinition } from '../serverDefinition';
import { inputIdsOf } from '../variables';
import { entryOf, type InputEntry, type ServerEntry } from './entry';
import { withEnvironment } from './kinds';
import { uniqueName } from './names';

/** What a server of another client's configuration is here. */
export interface ImportedServer {
  readonly entry: ServerEntry;
  /** Its client's definitions of the inputs that it names, as far as we can ask for them. */
  readonly inputs: readonly InputEntry[];
}

/**
 * The entry that does in this window what a definition does for its client.
 * @param folder that our servers start in; one that belongs to another folder keeps it
 */
export function importedServer(
  definition: StdioServerDefinition,
  inputs: readonly InputDefinition[],
  folder: string | undefined,
  platform: NodeJS.Platform,
): ImportedServer {
  const theirs = definition.source.folder;
  const isElsewhere = theirs !== undefined && theirs !== folder;
  const { isAbsolute, join } = platform === 'win32' ? win32 : posix;
  const write = (text: string) => withEnvironment(isElsewhere ? inFolder(text, theirs) : text);
  const place = (path: string) => {
    const written = write(path);
    return !isElsewhere || isAbsolute(written) || written.startsWith('${') ? written : join(theirs, written);
  };
  const used = new Set(inputIdsOf(definition));
  return {
    entry: entryOf({
      command: write(definition.command),
      args: definition.args.map(write),
      env: Object.fromEntries(
        Object.entries(definition.env).map(([name, value]) => [name, typeof value === 'string' ? write(value) : value]),
      ),
      envFile: definition.envFile === undefined ? undefined : place(definition.envFile),
      cwd: definition.cwd === undefined ? (isElsewhere ? theirs : undefined) : place(definition.cwd),
    }),
    inputs: inputs.filter(({ id, type }) => used.has(id) && type !== 'command').map(inputEntryOf),
  };
}

function inFolder(text: string, folder: string): string {
  return text.replace(/\$\{workspaceFolder(Basename)?\}/g, (_, isBase?: string) =>
    isBase ? (folder.split(/[\\/]/).at(-1) ?? '') : folder,
  );
}

/** Renames the server's inputs where ours have the same names: it must not get the answers to ours. */
export function withOwnInputs({ entry, inputs }: ImportedServer, taken: ReadonlySet<string>): ImportedServer {
  const names = new Map(inputs.map(({ id }) => [id, uniqueName(id, taken)]));
  const rename = (text: string) =>
    text.replace(/\$\{input:([^${}]{1,200})\}/g, (_, id: string) => `\${input:${names.get(id) ?? id}}`);
  return {
    entry: changed(entry, rename),
    inputs: inputs.map((input) => ({ ...input, id: names.get(input.id) ?? input.id })),
  };
}

function changed({ command, args, env, envFile, cwd }: ServerEntry, change: (text: string) => string): ServerEntry {
  return entryOf({
    command: change(command),
    args: (args ?? []).map(change),
    env: Object.fromEntries(
      Object.entries(env ?? {}).map(([name, value]) => [name, typeof value === 'string' ? change(value) : value]),
    ),
    envFile: envFile && change(envFile),
    cwd: cwd && change(cwd),
  });
}

function inputEntryOf({ id, type, description, default: standard, password, options }: InputDefinition): InputEntry {
  return {
    id,
    type,
    description,
    ...(standard !== undefined && { default: standard }),
    ...(password && { password }),
    ...(options.length > 0 && { options }),
  };
}
