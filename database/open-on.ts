/**
 * Opens a database on any file system, with parts of its world replaced. `open()` is this with a real or a memory file
 * system; tests bring others. Not part of the public door: its types reach deep into the house.
 */

import { systemClock } from '../engine/base/clock.ts';
import { SeededRandom, systemRandom } from '../engine/base/random.ts';
import { type Timer, unreferencedTimer } from '../engine/base/timer.ts';
import {
  copyStore,
  type FileSystem,
  LocalSegmentBuilder,
  MemoryFileSystem,
  type PartitionFunction,
  Store,
  type StoreOptions,
  systemProcesses,
  type TableDefinition,
} from '../storage/index.ts';
import { Catalog } from './catalog/catalog.ts';
import { codecContext } from './codec.ts';
import { BasaltDatabase } from './database.ts';
import { OWN_FILES, OwnFiles } from './file/own-files.ts';
import { partitionFunction } from './partition.ts';
import { sharedRuntime } from './runtime.ts';
import { loadLanguage } from './statement/language.ts';
import { temporaryFolder } from './temporary-folder.ts';
import type { Database, OpenOptions } from './types.ts';
import { PoolSegmentBuilder } from './work.ts';

/** Where a database in memory keeps its files. */
export const MEMORY_FOLDER = '/basalt';

/** Parts a test replaces. */
export type OpenParts = Partial<
  Pick<StoreOptions, 'settings' | 'insertTimer' | 'clock' | 'random' | 'processes'> & {
    readonly timer: Timer;
    /** undefined: as the table says. */
    readonly partitionOf: (table: TableDefinition) => PartitionFunction | null | undefined;
  }
>;

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
  const random = parts.random ?? systemRandom();
  const ownPartition = partitionFunction(engine);
  const partitionOf = (table: TableDefinition): PartitionFunction | null => {
    const given = parts.partitionOf?.(table);
    return given === undefined ? ownPartition(table) : given;
  };
  const local = new LocalSegmentBuilder(codecContext(engine), fs, clock);
  const builder = new PoolSegmentBuilder(local, runtime.pool);
  const store = await Store.open({
    fs,
    dir,
    arena: engine.arena,
    kernels: engine.kernels,
    frames: engine.frames,
    clock,
    random,
    compressors: codecContext(engine).compressors,
    processes: parts.processes ?? systemProcesses(),
    partitionOf,
    builder,
    ...(parts.insertTimer === undefined ? {} : { insertTimer: parts.insertTimer }),
    ...(parts.settings === undefined ? {} : { settings: parts.settings }),
  });
  const catalog = new Catalog(store);
  await catalog.dropTransient();
  await catalog.attachAtStart();
  const ownFiles = new OwnFiles(fs, dir);
  ownFiles.sweep((id) => store.tables().some((table) => table.id === id));
  // A statement is as good as certain to come, but may not come at once. Should loading fail, it says why.
  setImmediate(() => loadLanguage().catch(() => {}));
  const here = options.path === undefined ? [process.cwd()] : [];
  return new BasaltDatabase({
    runtime,
    store,
    catalog,
    builder,
    fs,
    clock,
    // Its own: what a query draws changes nothing of what the store does.
    random: new SeededRandom(random.uint32(), random.uint32()),
    timer: parts.timer ?? unreferencedTimer,
    partitionOf,
    temporary: temporaryFolder(fs, dir),
    ownFiles,
    rules: {
      folders: options.files ?? here,
      exports: options.exports ?? here,
      hosts: options.allowHosts ?? [],
    },
    fork: () => forkDatabase(store, ownFiles, fs, dir, options),
  });
}

/** A copy in memory: files never change once written, so their bytes are shared. */
async function forkDatabase(
  store: Store,
  ownFiles: OwnFiles,
  fs: FileSystem,
  dir: string,
  options: OpenOptions,
): Promise<Database> {
  await store.flush();
  const copy = new MemoryFileSystem();
  copyStore(fs, dir, copy, MEMORY_FOLDER, [OWN_FILES]);
  ownFiles.copyTo(copy, MEMORY_FOLDER);
  const { path: _, ...rest } = options;
  return openOn(copy, MEMORY_FOLDER, rest);
}
