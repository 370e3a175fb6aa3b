/**
 * The public door of Basalt: `open()` and what it gives.
 *
 *     import { open } from 'basaltdb';
 *     await using db = await open();
 *     await db.query('CREATE TABLE t (a INTEGER, b VARCHAR)');
 *     await db.insert('t', [{ a: 1, b: 'x' }]);
 *     console.log(await db.query('SELECT * FROM t'));
 */

import { resolve } from 'node:path';
import { MemoryFileSystem, RealFileSystem, UnsyncedFileSystem } from '../storage/index.ts';
import { checkNode } from './node.ts';
import { MEMORY_FOLDER, openOn } from './open-on.ts';
import type { Database, OpenOptions } from './types.ts';

export { BasaltError, ERRORS, type ErrorClass, type ErrorName, type Position } from '../engine/base/error.ts';
export { inspectFile } from './inspect.ts';
export * from './types.ts';
export { clickhouseVersion, version } from './version.ts';

/**
 * Opens a database: in memory without `path`, else in that folder, which is made if it does not exist.
 *
 * @throws BasaltError FOLDER_LOCKED when a living process owns the folder, UNSUPPORTED_VERSION when a newer Basalt
 *   wrote it, CORRUPTED_DATA, CANNOT_WRITE, NOT_IMPLEMENTED on a Node older than 24
 */
export async function open(options: OpenOptions = {}): Promise<Database> {
  checkNode();
  if (options.path === undefined) return openOn(new MemoryFileSystem(), MEMORY_FOLDER, options);
  const real = new RealFileSystem();
  return openOn(
    options.durability === 'os' ? new UnsyncedFileSystem(real) : real,
    resolve(options.path),
    options,
  );
}
