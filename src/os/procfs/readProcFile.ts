import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Shared: nothing runs between the read and the copy out of it. Grows to the longest file seen. */
let buffer = Buffer.allocUnsafe(8_192);

/**
 * Reads a file of `/proc`, which has no size to go by. Half the time of `readFileSync`, and a snapshot is thousands.
 * @returns its bytes, which hold until the next call.
 * @throws what open and read throw: ENOENT and ESRCH where the process has gone.
 */
export function readProcBytes(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY);
  try {
    return readAll(file);
  } finally {
    closeSync(file);
  }
}

/** The same as text. */
export function readProcFile(path: string, encoding: 'latin1' | 'utf8' = 'latin1'): string {
  return readProcBytes(path).toString(encoding);
}

/** The same with its owner: the effective user of the process, or root where it is restricted. */
export function readOwnedProcFile(path: string, encoding: 'latin1' | 'utf8'): { text: string; uid: number } {
  const file = openSync(path, constants.O_RDONLY);
  try {
    return { uid: fstatSync(file).uid, text: readAll(file).toString(encoding) };
  } finally {
    closeSync(file);
  }
}

function readAll(file: number): Buffer {
  let length = 0;
  for (;;) {
    const read = readSync(file, buffer, length, buffer.length - length, null);
    if (read === 0) return buffer.subarray(0, length);
    length += read;
    if (length === buffer.length) buffer = Buffer.concat([buffer], 2 * length);
  }
}
