/**
 * Copies a flushed store's files into memory, for a fork. Segment files never change once they are published, so a fork
 * in memory shares their bytes; the manifest is copied. The copy is one synchronous step: no commit can fall into it.
 */

import { DETACHED_FOLDER, SEGMENT_FOLDER, SHADOW_FOLDER } from '../segment/meta.ts';
import { type FileSystem, joinPath, readWhole } from './file-system.ts';
import { LOCK_NAME } from './folder-lock.ts';
import type { MemoryFileSystem } from './memory.ts';

/** @param others folders in it that are not the store's */
export function copyStore(
  from: FileSystem,
  fromDir: string,
  to: MemoryFileSystem,
  toDir: string,
  others: readonly string[] = [],
): void {
  to.makeDirectory(toDir);
  const names = from.list(fromDir);
  for (const name of names) {
    if (name === LOCK_NAME || FOLDERS.includes(name) || others.includes(name)) continue;
    copyFile(from, joinPath(fromDir, name), to, joinPath(toDir, name));
  }
  for (const folder of [SEGMENT_FOLDER, DETACHED_FOLDER]) {
    if (!names.includes(folder)) continue;
    to.makeDirectory(joinPath(toDir, folder));
    for (const name of from.list(joinPath(fromDir, folder)))
      shareFile(from, joinPath(joinPath(fromDir, folder), name), to, joinPath(joinPath(toDir, folder), name));
  }
}

const FOLDERS: readonly string[] = [SEGMENT_FOLDER, DETACHED_FOLDER, SHADOW_FOLDER];

function copyFile(from: FileSystem, path: string, to: MemoryFileSystem, target: string): void {
  if (from.stat(path) === null) return;
  const bytes = readWhole(from, path);
  const file = to.create(target);
  file.writeSync(bytes, 0);
  file.close();
}

function shareFile(from: FileSystem, path: string, to: MemoryFileSystem, target: string): void {
  const descriptor = from.descriptor(path);
  if (descriptor.kind === 'shared') to.adopt(target, descriptor.buffer, descriptor.bytes);
  else copyFile(from, path, to, target);
}
