import { basename, sep } from 'node:path';
import * as l10n from '@vscode/l10n';
import { UserError } from '../common/errors';
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

/** The places where variables may occur. */
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

/** How a definition may read where its client runs it. */
export type Reading = Pick<StdioServerDefinition, 'command' | 'args' | 'cwd'>;

/**
 * Command and working folder with everything replaced that is known here, in all readings that are possible: a variable
 * with a default (`${DIR:-/srv}`) may have been set for its client and not for us. What no reading closes stays as it
 * is (`${input:x}`, `${env:NOT_SET}`): its value must then be observed in a process. Never throws.
 */
export function knownReadings(definition: StdioServerDefinition, context: VariableContext): Reading[] {
  const { command, args, cwd } = definition;
  const texts = [command, ...args, ...(cwd === undefined ? [] : [cwd])];
  if (!texts.some((text) => DEFAULTED.test(text))) {
    const asWritten = readAs(definition, (text) => known(text, definition, context));
    // As the text of a shell has it, and as the shell reads it.
    const ofShell = (text: string) => text.replaceAll('$HOME/', `${context.userHome}/`);
    return args.some((arg) => arg.includes('$HOME/')) ? [asWritten, readAs(asWritten, ofShell)] : [asWritten];
  }
  const ofDefault = (_: string, standard: string): string => withDefaults(standard, ofDefault, closingBrace);
  const ofClient = (name: string) => context.environment[name] ?? `\${env:${name}}`;
  const readings = [ofDefault, ofClient].flatMap((choose) =>
    // Claude Code took the first brace for the last one, and glued on what was left (anthropics/claude-code#25563).
    [closingBrace, firstBrace].map((closing) =>
      readAs(definition, (text) => known(withDefaults(text, choose, closing), definition, context)),
    ),
  );
  return [...new Map(readings.map((one) => [JSON.stringify(one), one])).values()];
}

const DEFAULTED = /\$\{(\w+):-/;

function readAs({ command, args, cwd }: Reading, replace: (text: string) => string): Reading {
  return { command: replace(command), args: args.map(replace), cwd: cwd === undefined ? undefined : replace(cwd) };
}

/** Replaces each `${NAME:-default}`. */
function withDefaults(
  text: string,
  choose: (name: string, standard: string) => string,
  closing: (text: string, from: number) => number,
): string {
  const found = DEFAULTED.exec(text);
  if (!found) return text;
  const from = found.index + found[0].length;
  const end = closing(text, from);
  if (end < 0) return text;
  // The default is the content of its own braces, however the end is read.
  const standard = text.slice(from, closingBrace(text, from));
  const rest = withDefaults(text.slice(end + 1), choose, closing);
  return `${text.slice(0, found.index)}${choose(found[1] as string, standard)}${rest}`;
}

function firstBrace(text: string, from: number): number {
  return text.indexOf('}', from);
}

/** The brace that closes what was opened before `from`, past those of variables in between. */
function closingBrace(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at) || text[at] === '{') {
      depth++;
      if (text[at] === '$') at++;
    } else if (text[at] === '}' && depth-- === 0) return at;
  }
  return -1;
}

function known(text: string, { name: server }: StdioServerDefinition, context: VariableContext): string {
  return text.replace(VARIABLE, (placeholder, name: string) => {
    try {
      const variable = environmentNameOf(name);
      if (variable === 'HOME') return context.userHome;
      if (variable !== undefined) return context.environment[variable] ?? `\${env:${variable}}`;
      return replacementOf(name, server, context);
    } catch {
      return placeholder;
    }
  });
}

/** Words of the editor that have the shape of an environment variable's name. */
const NOT_ENVIRONMENT =
  /^(?:workspaceFolder|workspaceFolderBasename|workspaceRoot|userHome|cwd|pathSeparator|extensionPath|file\w*)$/;

/** The environment variable that a placeholder means: `env:NAME`, or `NAME` alone, as Claude Code and Gemini CLI write it. */
function environmentNameOf(name: string): string | undefined {
  if (name.startsWith('env:')) return name.slice('env:'.length) || undefined;
  return /^[A-Za-z_]\w*$/.test(name) && !NOT_ENVIRONMENT.test(name) ? name : undefined;
}

function replacementOf(name: string, server: string, context: VariableContext): string {
  const needFolder = () => {
    if (context.workspaceFolder !== undefined) return context.workspaceFolder;
    throw new UserError(
      l10n.t('"{0}" uses {1}, but no folder is open. Open one, or write the path itself.', server, variable(name)),
    );
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
    throw new UserError(
      l10n.t(
        '"{0}" uses {1}, but this window has no folder of that name. Correct it, or add the folder.',
        server,
        variable(name),
      ),
    );
  }
  if (kind === 'input') {
    const value = context.inputs.get(key);
    if (value !== undefined) return value;
    throw new UserError(
      l10n.t('"{0}" needs a value for the input "{1}". Start the server again to enter one.', server, key),
    );
  }
  throw new UserError(
    l10n.t('"{0}" uses {1}, which is not a known variable. Correct its configuration.', server, variable(name)),
  );
}

function textsOf({ command, args, env, envFile, cwd }: Texts): string[] {
  const values = Object.values(env).filter((value) => typeof value === 'string');
  return [command, ...args, ...values, ...[envFile, cwd].filter((text) => text !== undefined)];
}

/** As it stands in the configuration. */
const variable = (name: string) => `\${${name}}`;
