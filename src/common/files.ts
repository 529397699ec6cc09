import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, statSync } from 'node:fs';
import * as l10n from '@vscode/l10n';
import { codeOf, messageOf } from './errors';

/** Why {@link readPlainFile} refused a file that is there. */
export type FileRefusal = 'folder' | 'not-plain' | 'too-large';

export class FileRefusedError extends Error {
  override readonly name = 'FileRefusedError';

  constructor(
    readonly code: FileRefusal,
    maxBytes: number,
  ) {
    super(
      { folder: l10n.t('it is a folder'), 'not-plain': l10n.t('it is not a file'), 'too-large': tooLarge(maxBytes) }[
        code
      ],
    );
  }
}

export interface PlainFile {
  readonly text: string;
  /** Epoch ms of the last write. */
  readonly modifiedAt: number;
}

/** Windows has neither named pipes in folders nor these flags. */
const { O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants>;

/**
 * Reads a text file that another program may have put there. Only a plain file is opened: reading a named pipe would
 * block the whole host until a program writes into it, and opening a device may have effects.
 * @param options.links whether links are followed; no program has a reason to put one into a folder of ours (`refuse`)
 * @throws FileRefusedError for a folder, pipe, device or refused link, and for more than `maxBytes`; the system's error
 *   otherwise. {@link codeOf} distinguishes them.
 */
export function readPlainFile(
  path: string,
  maxBytes: number,
  { links }: { readonly links: 'follow' | 'refuse' },
): PlainFile {
  const before = links === 'follow' ? statSync(path) : lstatSync(path);
  if (!before.isFile()) throw new FileRefusedError(before.isDirectory() ? 'folder' : 'not-plain', maxBytes);
  const file = openSync(path, constants.O_RDONLY | O_NONBLOCK | (links === 'refuse' ? O_NOFOLLOW : 0));
  try {
    // The name may now belong to another file.
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new FileRefusedError('not-plain', maxBytes);
    if (stat.size > maxBytes) throw new FileRefusedError('too-large', maxBytes);
    return { text: readFileSync(file, 'utf8'), modifiedAt: stat.mtimeMs };
  } finally {
    closeSync(file);
  }
}

/** Why a file could not be read, for the end of a sentence: the system's code or {@link readPlainFile}'s reason. */
export function whyUnreadable(error: unknown): string {
  return error instanceof FileRefusedError ? error.message : (codeOf(error) ?? messageOf(error));
}

function tooLarge(maxBytes: number): string {
  return maxBytes >= 1 << 20
    ? l10n.t('it is larger than {0} MB', maxBytes >> 20)
    : l10n.t('it is larger than {0} KB', maxBytes >> 10);
}
