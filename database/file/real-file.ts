/** A file on disk as bytes that can be read from any place; opened without following a link, as its path was resolved before. */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BasaltError } from '../../engine/base/error.ts';
import { type RandomAccess, randomAccess } from '../../engine/format/index.ts';

/** What tells whether a file is still the one that was looked at. */
export type FileState = { readonly bytes: number; readonly modifiedMs: number };

export async function withFile<T>(
  path: string,
  use: (file: RandomAccess, state: FileState) => Promise<T>,
): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (cause) {
    throw new BasaltError('CANNOT_READ', `Cannot open ${path}`, { cause });
  }
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new BasaltError('CANNOT_READ', `${path} is not a file`);
    return await use(randomAccess(handle, info.size), { bytes: info.size, modifiedMs: info.mtimeMs });
  } finally {
    await handle.close();
  }
}
