/**
 * One process owns a data folder: the file LOCK names its owner.
 *
 * Invariant: a lock is taken over only from a process that is certainly gone. A lock that cannot be read was
 * torn by a power cut (it is created in one step, so no living process is half-way through), and is stale.
 * Within one process a second open of the same folder is refused too: the identity is our own, and alive.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { type FileSystem, joinPath, readWhole } from './file-system.ts';
import type { ProcessIdentity, ProcessTable } from './process.ts';

export const LOCK_NAME = 'LOCK';

/** Takes the folder's lock; the answer lets go of it. FOLDER_LOCKED if its owner lives. */
export function lockFolder(fs: FileSystem, directory: string, processes: ProcessTable): () => void {
  const path = joinPath(directory, LOCK_NAME);
  const mine = new TextEncoder().encode(JSON.stringify(processes.self));
  for (let attempt = 0; attempt < 3; attempt++) {
    if (fs.createExclusive(path, mine)) return () => fs.unlink(path);
    const owner = readOwner(fs, path);
    if (owner !== null && processes.isAlive(owner)) throw locked(directory, owner);
    removeStale(fs, directory, path, owner, processes);
  }
  throw locked(directory, readOwner(fs, path));
}

/** Moves the stale lock aside before removing it: if someone else was faster, what we moved is theirs. */
function removeStale(
  fs: FileSystem,
  directory: string,
  path: string,
  stale: ProcessIdentity | null,
  processes: ProcessTable,
): void {
  const aside = `${path}.stale.${processes.self.pid}`;
  try {
    fs.rename(path, aside);
  } catch (error) {
    if (fs.stat(path) === null) return;
    throw error;
  }
  const moved = readOwner(fs, aside);
  if (JSON.stringify(moved) !== JSON.stringify(stale)) {
    fs.rename(aside, path);
    throw locked(directory, moved);
  }
  fs.unlink(aside);
}

function readOwner(fs: FileSystem, path: string): ProcessIdentity | null {
  if (fs.stat(path) === null) return null;
  try {
    const value = JSON.parse(new TextDecoder().decode(readWhole(fs, path))) as Partial<ProcessIdentity>;
    const { pid, boot, started } = value;
    if (typeof pid !== 'number' || typeof boot !== 'string' || typeof started !== 'string') return null;
    return { pid, boot, started };
  } catch (error) {
    if (error instanceof SyntaxError || fs.stat(path) === null) return null;
    throw error;
  }
}

function locked(directory: string, owner: ProcessIdentity | null): BasaltError {
  const who = owner === null ? 'another process' : `process ${owner.pid}`;
  return new BasaltError('FOLDER_LOCKED', `The data folder ${directory} is in use by ${who}`, {
    hint: 'Stop that process, or talk to it over HTTP',
  });
}
