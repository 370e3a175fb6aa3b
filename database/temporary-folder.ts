/**
 * Where queries of a database spill to: `tmp/` in the data folder, or for a database in memory a folder of its own among
 * the system's temporary files.
 *
 * Nothing is created before a query spills. What a killed process left is removed: in a data folder when it is opened
 * (its lock says that nobody else is there), of databases in memory when the next one is opened in any process.
 */

import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenSpillSpace } from '../engine/memory/spill.ts';
import { type FileSystem, RealFileSystem, SpillFolder } from '../storage/index.ts';

const NAME = 'tmp';
const SYSTEM_NAME = /^basalt-spill-(\d+)-/;

export type TemporaryFolder = { readonly path: string; readonly remove: () => void };

/** Spill files lie in real files whatever the tables lie in: the point is to leave memory. */
export const openSpill: OpenSpillSpace = (folder) => new SpillFolder(new RealFileSystem(), folder);

/** The folder for a database in `dir` of `fs`; call it only when the folder's lock is held. */
export function temporaryFolder(fs: FileSystem, dir: string): TemporaryFolder {
  if (fs.kind === 'file') {
    const path = join(dir, NAME);
    openSpill(path).remove('');
    return { path, remove: () => openSpill(path).remove('') };
  }
  sweepSystemFolders();
  const path = join(tmpdir(), `basalt-spill-${process.pid}-${randomUUID()}`);
  return { path, remove: () => removeFolder(path) };
}

let swept = false;

function sweepSystemFolders(): void {
  if (swept) return;
  swept = true;
  try {
    for (const name of readdirSync(tmpdir())) {
      const pid = SYSTEM_NAME.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) removeFolder(join(tmpdir(), name));
    }
  } catch {
    // Without a readable folder for temporary files there is nothing to sweep.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Somebody else's, or already on its way.
  }
}
