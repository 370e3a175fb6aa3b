/**
 * Spill files (engine/memory/spill.ts) in a folder of a file system.
 *
 * The folder is made with the first file, for its owner only. Nothing is synced: what a killed process left behind is
 * swept away at the next start.
 */

import type { SpillReader, SpillSpace, SpillWriter } from '../../engine/memory/spill.ts';
import { type FileSystem, joinPath, removeQuietly } from './file-system.ts';

/** Rows of queries are nobody else's to read. */
const OWNER_ONLY = 0o700;

export class SpillFolder implements SpillSpace {
  readonly #fs: FileSystem;
  readonly #folder: string;

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  create(name: string): SpillWriter {
    this.#fs.makeDirectory(this.#folder, OWNER_ONLY);
    const file = this.#fs.create(joinPath(this.#folder, name));
    let end = 0;
    return {
      append(bytes) {
        file.writeSync(bytes, end);
        end += bytes.length;
      },
      close: () => file.close(),
    };
  }

  open(name: string): SpillReader {
    const file = this.#fs.open(joinPath(this.#folder, name));
    return { read: (into, offset) => file.readSync(into, offset), close: () => file.close() };
  }

  remove(prefix: string): void {
    for (const name of listQuietly(this.#fs, this.#folder)) {
      if (name.startsWith(prefix)) removeQuietly(this.#fs, joinPath(this.#folder, name));
    }
  }
}

/** A folder that is not there, or cannot be read, has nothing that could be removed. */
function listQuietly(fs: FileSystem, folder: string): string[] {
  try {
    return fs.list(folder);
  } catch {
    return [];
  }
}
