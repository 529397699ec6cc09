import { resolve } from 'node:path';
import * as l10n from '@vscode/l10n';
import { parse } from 'dotenv';
import { codeOf, UserError } from '../common/errors';
import { readPlainFile, whyUnreadable } from '../common/files';
import { MAX_ENV_FILE_BYTES } from '../common/limits';
import { COOKIE_VARIABLE } from '../registry/cookie';
import type { ResolvedDefinition } from './variables';

/**
 * The environment of a server: inherited, then `envFile`, then `env` (`null` removes). Values never reach a message.
 * @param base folder against which a relative `envFile` is resolved.
 * @throws UserError when `envFile` cannot be read
 */
export function environmentOf(
  server: string,
  definition: Pick<ResolvedDefinition, 'env' | 'envFile'>,
  inherited: Readonly<Record<string, string | undefined>>,
  base: string | undefined,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [key, value] of Object.entries(inherited)) if (value !== undefined) environment[key] = value;
  if (definition.envFile !== undefined)
    Object.assign(environment, readEnvFile(server, resolve(base ?? '.', definition.envFile)));
  for (const [key, value] of Object.entries(definition.env)) {
    if (value === null) delete environment[key];
    else environment[key] = value;
  }
  // A shell may still have the cookie of an earlier session, which the server must not inherit (K24).
  delete environment[COOKIE_VARIABLE];
  return environment;
}

function readEnvFile(server: string, file: string): Record<string, string> {
  try {
    const { text } = readPlainFile(file, MAX_ENV_FILE_BYTES, { links: 'follow' });
    // Binary, or UTF-16, in which no variable would be found.
    if (text.includes('\0')) throw new Error(l10n.t('it is not UTF-8'));
    return parse(text);
  } catch (error) {
    throw new UserError(
      codeOf(error) === 'ENOENT'
        ? l10n.t(
            '"{0}" cannot start: its envFile {1} cannot be read ({2}). Create it, or correct "envFile".',
            server,
            file,
            'ENOENT',
          )
        : l10n.t(
            '"{0}" cannot start: its envFile {1} cannot be read ({2}). Make it a readable text file, or correct "envFile".',
            server,
            file,
            whyUnreadable(error),
          ),
    );
  }
}
