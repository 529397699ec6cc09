import { basename, sep } from 'node:path';
import type { StdioServerDefinition } from './serverDefinition';

/** What variables are replaced with. */
export interface VariableContext {
  /** Folder of the definition, or the window's first; undefined in a window without one. */
  readonly workspaceFolder: string | undefined;
  /** All folders of the window, by name. */
  readonly folders: ReadonlyMap<string, string>;
  readonly userHome: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly inputs: ReadonlyMap<string, string>;
}

/** A definition with its variables replaced. Relative paths are still relative. */
export interface ResolvedDefinition {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | null>>;
  readonly envFile: string | undefined;
  readonly cwd: string | undefined;
}

const VARIABLE = /\$\{([^${}]{1,200})\}/g;

/** Where variables may stand. */
type Texts = Pick<StdioServerDefinition, 'command' | 'args' | 'env' | 'envFile' | 'cwd'>;

/** Ids of the inputs that a definition uses, in order of appearance. */
export function inputIdsOf(definition: Texts): string[] {
  const ids = new Set<string>();
  for (const text of textsOf(definition)) {
    for (const [, name] of text.matchAll(VARIABLE))
      if (name?.startsWith('input:')) ids.add(name.slice('input:'.length));
  }
  return [...ids];
}

/** Replaces variables once: a value that itself contains `${…}` is not expanded. @throws Error with a remedy. */
export function resolveVariables(definition: StdioServerDefinition, context: VariableContext): ResolvedDefinition {
  const replace = (text: string) =>
    text.replace(VARIABLE, (_, name: string) => replacementOf(name, definition.name, context));
  const optional = (text: string | undefined) => (text === undefined ? undefined : replace(text));
  return {
    command: replace(definition.command),
    args: definition.args.map(replace),
    env: Object.fromEntries(
      Object.entries(definition.env).map(([key, value]) => [key, value === null ? null : replace(String(value))]),
    ),
    envFile: optional(definition.envFile),
    cwd: optional(definition.cwd),
  };
}

/**
 * Command and working folder with everything replaced that is known here; other variables stay as they stand, which recognising takes
 * for "anything": another client may well have an environment variable that we have not. Never throws.
 */
export function resolveKnownVariables(
  definition: StdioServerDefinition,
  context: VariableContext,
): Pick<StdioServerDefinition, 'command' | 'args' | 'cwd'> {
  const replace = (text: string) =>
    text.replace(VARIABLE, (whole, name: string) => {
      try {
        if (name.startsWith('env:') && context.environment[name.slice('env:'.length)] === undefined) return whole;
        return replacementOf(name, definition.name, context);
      } catch {
        return whole;
      }
    });
  return {
    command: replace(definition.command),
    args: definition.args.map(replace),
    cwd: definition.cwd === undefined ? undefined : replace(definition.cwd),
  };
}

function replacementOf(name: string, server: string, context: VariableContext): string {
  const needFolder = () => {
    if (context.workspaceFolder !== undefined) return context.workspaceFolder;
    throw new Error(`"${server}" uses \${${name}}, but no folder is open. Open one, or write the path itself.`);
  };
  if (name === 'workspaceFolder' || name === 'cwd') return needFolder();
  if (name === 'workspaceFolderBasename') return basename(needFolder());
  if (name === 'userHome') return context.userHome;
  if (name === 'pathSeparator' || name === '/') return sep;
  const [kind, ...rest] = name.split(':');
  const key = rest.join(':');
  // As in VS Code: an environment variable that is not set is empty.
  if (kind === 'env' && key !== '') return context.environment[key] ?? '';
  if (kind === 'workspaceFolder') {
    const folder = context.folders.get(key);
    if (folder !== undefined) return folder;
    throw new Error(
      `"${server}" uses \${${name}}, but this window has no folder of that name. Correct it, or add the folder.`,
    );
  }
  if (kind === 'input') {
    const value = context.inputs.get(key);
    if (value !== undefined) return value;
    throw new Error(`"${server}" needs the input "${key}", and it was not given. Start the server again to be asked.`);
  }
  throw new Error(`"${server}" uses \${${name}}, which is not known. Correct its configuration.`);
}

function textsOf({ command, args, env, envFile, cwd }: Texts): string[] {
  const values = Object.values(env).filter((value) => typeof value === 'string');
  return [command, ...args, ...values, ...[envFile, cwd].filter((text) => text !== undefined)];
}
