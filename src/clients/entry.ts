import * as l10n from '@vscode/l10n';
import type { DefinitionSource, ServerDefinition, StdioServerDefinition } from './serverDefinition';

/** Reads one entry in the shape of `mcp.json`: a server, or what is wrong with it. */
export function readEntry(name: string, value: unknown, source: DefinitionSource): ServerDefinition | string {
  if (name.trim() === '') return l10n.t('A server has an empty name. Give it one.');
  if (!isRecord(value)) return l10n.t('"{0}" must be an object with "command" or "url".', name);
  const { type, command, url } = value;
  if (type === 'http' || type === 'sse' || (type === undefined && command === undefined && typeof url === 'string')) {
    if (typeof url !== 'string' || url === '') return `"${name}" needs a "url".`;
    return { type: type === 'sse' ? 'sse' : 'http', name, source, url };
  }
  if (type !== undefined && type !== 'stdio')
    return l10n.t('"{0}" has an unknown "type". Use "stdio", "http" or "sse".', name);
  if (typeof command !== 'string' || command.trim() === '')
    return l10n.t('"{0}" needs a "command": the program to start.', name);
  return stdioProblem(name, value) ?? { type: 'stdio', name, source, command, ...stdioParts(value) };
}

type StdioParts = Pick<StdioServerDefinition, 'args' | 'env' | 'envFile' | 'cwd'>;

/** Only for values that {@link stdioProblem} accepts. */
function stdioParts({ args, env, envFile, cwd }: Record<string, unknown>): StdioParts {
  return { args: args ?? [], env: env ?? {}, envFile, cwd } as StdioParts;
}

function stdioProblem(name: string, { args, env, envFile, cwd }: Record<string, unknown>): string | undefined {
  if (args !== undefined && !(Array.isArray(args) && args.every((arg) => typeof arg === 'string'))) {
    return l10n.t('"args" of "{0}" must be a list of strings.', name);
  }
  if (env !== undefined && !isRecord(env)) return l10n.t('"env" of "{0}" must be an object.', name);
  const [variable] = Object.entries(env ?? {}).find(([, one]) => !isVariableValue(one)) ?? [];
  if (variable !== undefined) {
    return l10n.t('The environment variable {0} of "{1}" must be a string, a number or null.', variable, name);
  }
  if (envFile !== undefined && typeof envFile !== 'string') return l10n.t('"envFile" of "{0}" must be a path.', name);
  if (cwd !== undefined && typeof cwd !== 'string') return l10n.t('"cwd" of "{0}" must be a path.', name);
  return undefined;
}

function isVariableValue(value: unknown): value is string | number | null {
  return value === null || typeof value === 'string' || typeof value === 'number';
}

/**
 * Reads an entry of a foreign client. Each client has its own properties (`type: "local"`, `serverUrl`, `httpUrl`); we
 * only need to know what it starts, and ignore unknown ones.
 */
export function readForeignEntry(name: string, value: unknown, source: DefinitionSource): ServerDefinition | string {
  if (!isRecord(value)) return readEntry(name, value, source);
  const { command, cwd, type } = value;
  const url = value.url ?? value.serverUrl ?? value.httpUrl;
  if (command === undefined && typeof url === 'string') {
    return readEntry(name, { type: type === 'sse' ? 'sse' : 'http', url }, source);
  }
  const args = Array.isArray(value.args) ? value.args.map(plainText) : (value.args ?? undefined);
  const env = isRecord(value.env) ? value.env : {};
  const texts = Object.entries(env).map(([key, one]) => [key, one === null ? null : plainText(one)] as const);
  return readEntry(
    name,
    {
      command,
      args,
      env: Object.fromEntries(texts.filter(([, text]) => text === null || typeof text === 'string')),
      cwd: typeof cwd === 'string' ? cwd : undefined,
    },
    source,
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Numbers and booleans as the text that a program gets. */
function plainText(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}
