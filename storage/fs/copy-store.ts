/**
 * Copies a flushed store's files into memory, for a fork. Segment files never change once they are published, so a fork
 * in memory shares their bytes; the manifest is copied. The copy is one synchronous step: no commit can fall into it.
 */

import { SEGMENT_FOLDER } from '../segment/meta.ts';
import { type FileSystem, joinPath, readWhole } from './file-system.ts';
import { LOCK_NAME } from './folder-lock.ts';
import type { MemoryFileSystem } from './memory.ts';

export function copyStore(from: FileSystem, fromDir: string, to: MemoryFileSystem, toDir: string): void {
  to.makeDirectory(toDir);
  to.makeDirectory(joinPath(toDir, SEGMENT_FOLDER));
  for (const name of from.list(fromDir)) {
    if (name === LOCK_NAME || name === SEGMENT_FOLDER) continue;
    copyFile(from, joinPath(fromDir, name), to, joinPath(toDir, name));
  }
  for (const name of from.list(joinPath(fromDir, SEGMENT_FOLDER))) {
    shareFile(
      from,
      joinPath(joinPath(fromDir, SEGMENT_FOLDER), name),
      to,
      joinPath(joinPath(toDir, SEGMENT_FOLDER), name),
    );
  }
}

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
