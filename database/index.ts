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
import { systemClock } from '../engine/base/clock.ts';
import { systemRandom } from '../engine/base/random.ts';
import {
  copyStore,
  type FileSystem,
  LocalSegmentBuilder,
  MemoryFileSystem,
  RealFileSystem,
  Store,
  type StoreOptions,
  systemProcesses,
  UnsyncedFileSystem,
} from '../storage/index.ts';
import { Catalog } from './catalog/catalog.ts';
import { codecContext } from './codec.ts';
import { BasaltDatabase } from './database.ts';
import { partitionFunction } from './partition.ts';
import { sharedRuntime } from './runtime.ts';
import type { Database, OpenOptions } from './types.ts';
import { PoolSegmentBuilder } from './work.ts';

export { BasaltError, ERRORS, type ErrorClass, type ErrorName, type Position } from '../engine/base/error.ts';
export * from './types.ts';
export { clickhouseVersion, version } from './version.ts';

/** Where a database in memory keeps its files. */
const MEMORY_FOLDER = '/basalt';

/**
 * Opens a database: in memory without `path`, else in that folder, which is made if it does not exist.
 *
 * @throws BasaltError FOLDER_LOCKED when a living process owns the folder, UNSUPPORTED_VERSION when a newer Basalt
 *   wrote it, CORRUPTED_DATA, CANNOT_WRITE
 */
export function open(options: OpenOptions = {}): Promise<Database> {
  if (options.path === undefined) return openOn(new MemoryFileSystem(), MEMORY_FOLDER, options);
  const real = new RealFileSystem();
  return openOn(
    options.durability === 'os' ? new UnsyncedFileSystem(real) : real,
    resolve(options.path),
    options,
  );
}

/** Parts a test replaces. */
export type OpenParts = Partial<
  Pick<StoreOptions, 'settings' | 'partitionOf' | 'clock' | 'random' | 'processes'>
>;

/** Opens a database on any file system, with parts of its world replaced; for tests. */
export async function openOn(
  fs: FileSystem,
  dir: string,
  options: OpenOptions = {},
  parts: OpenParts = {},
): Promise<Database> {
  const runtime = sharedRuntime({
    kernels: options.kernels ?? 'compiled',
    threads: options.threads,
    memoryLimitBytes: options.memoryLimitBytes,
  });
  const { engine } = runtime;
  if (options.warm === true) runtime.pool().warm();
  const clock = parts.clock ?? systemClock;
  const partitionOf = parts.partitionOf ?? partitionFunction(engine);
  const local = new LocalSegmentBuilder(codecContext(engine), engine.frames, fs);
  const builder = new PoolSegmentBuilder(local, runtime.pool);
  const store = await Store.open({
    fs,
    dir,
    arena: engine.arena,
    kernels: engine.kernels,
    frames: engine.frames,
    clock,
    random: parts.random ?? systemRandom(),
    compressors: codecContext(engine).compressors,
    processes: parts.processes ?? systemProcesses(),
    partitionOf,
    builder,
    ...(parts.settings === undefined ? {} : { settings: parts.settings }),
  });
  const catalog = new Catalog(store);
  await catalog.dropUnfinished();
  const folders = options.files ?? (options.path === undefined ? [process.cwd()] : []);
  return new BasaltDatabase({
    runtime,
    store,
    catalog,
    builder,
    fs,
    clock,
    partitionOf,
    rules: { folders, hosts: options.allowHosts ?? [] },
    fork: () => forkDatabase(store, fs, dir, options),
  });
}

/** A copy in memory: files never change once written, so their bytes are shared. */
async function forkDatabase(
  store: Store,
  fs: FileSystem,
  dir: string,
  options: OpenOptions,
): Promise<Database> {
  await store.flush();
  const copy = new MemoryFileSystem();
  copyStore(fs, dir, copy, MEMORY_FOLDER);
  const { path: _, ...rest } = options;
  return openOn(copy, MEMORY_FOLDER, rest);
}
