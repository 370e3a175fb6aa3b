/**
 * The database's durable half: tables made of segments and memtables, kept by one manifest and one WAL.
 *
 * One Store owns one folder, lives on one thread, and is the only writer of the manifest and the WAL; workers
 * read through snapshots and write segment files that are published here. A promise that resolved means
 * durable and visible to the next snapshot (DESIGN.md D10, D11).
 *
 * Small inserts go to the WAL and the memtable; large ones straight into segments. A failed sync stops writes
 * (TABLE_IS_READ_ONLY), never reads.
 */

import type { Clock } from '../engine/base/clock.ts';
import { assert, BasaltError } from '../engine/base/error.ts';
import type { Random } from '../engine/base/random.ts';
import type { Kernels } from '../engine/kernel/load.ts';
import type { Arena } from '../engine/memory/arena.ts';
import type { FrameCache } from '../engine/memory/frame-cache.ts';
import { Region } from '../engine/memory/region.ts';
import type { Snapshot } from '../engine/plan/source.ts';
import type { Value } from '../engine/type/type.ts';
import type { Compressors } from './codec/compressors.ts';
import { type CodecContext, withScratch } from './codec/context.ts';
import { type FileSystem, joinPath, parentPath, removeQuietly } from './fs/file-system.ts';
import { lockFolder } from './fs/folder-lock.ts';
import type { ProcessTable } from './fs/process.ts';
import { RECORD_HEADER_BYTES } from './log/record-log.ts';
import { Manifest } from './manifest/manifest.ts';
import type { Edit } from './manifest/state.ts';
import { DEFAULT_MERGE_POLICY, type MergePolicy, pickMerge } from './merge/pick.ts';
import { replayWal, sweepFiles } from './repair/recover.ts';
import { MAX_BUILD_ROWS } from './segment/build.ts';
import type { SegmentDescriptor } from './segment/descriptor.ts';
import { SEGMENT_FOLDER, type SegmentMeta, segmentFileName } from './segment/meta.ts';
import { LocalSegmentBuilder, type SegmentBuilder } from './segment/segment-builder.ts';
import type { BuiltSegment, SegmentTarget } from './segment/target.ts';
import { type Batch, checkBatch } from './table/batch.ts';
import { entriesToJoin, joinEntries } from './table/compact-memory.ts';
import type { TableDefinition } from './table/definition.ts';
import { type Interval, insideIntervals } from './table/interval.ts';
import { MemoryEntry } from './table/memtable.ts';
import { type PartitionFunction, partitionBatches } from './table/partition.ts';
import { Table } from './table/table.ts';
import { decodePayload, PayloadEncoder } from './wal/batch-payload.ts';
import { Wal, walFileName, walNumbers } from './wal/wal.ts';

export type StoreSettings = {
  /** Inserts whose WAL record would be larger go straight into segments. */
  readonly maxWalInsertBytes: number;
  /** A memtable is flushed when it has this many rows or bytes, or rows this old. */
  readonly flushRows: number;
  readonly flushBytes: number;
  readonly flushAgeMs: number;
  /** Segments of one table at which inserts are refused. */
  readonly maxSegments: number;
  /** Size at which the WAL begins its next file. */
  readonly walFileBytes: number;
  /** Edits the manifest takes at least before it begins a new file with a checkpoint. */
  readonly manifestEditBytes: number;
  readonly merge: MergePolicy;
};

export const DEFAULT_STORE_SETTINGS: StoreSettings = {
  maxWalInsertBytes: 4 << 20,
  flushRows: 1 << 19,
  flushBytes: 64 << 20,
  flushAgeMs: 60_000,
  maxSegments: 10_000,
  walFileBytes: 64 << 20,
  manifestEditBytes: 256 << 10,
  merge: DEFAULT_MERGE_POLICY,
};

export type StoreOptions = {
  readonly fs: FileSystem;
  readonly dir: string;
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly frames: FrameCache;
  readonly clock: Clock;
  readonly random: Random;
  readonly compressors: Compressors;
  readonly processes: ProcessTable;
  /** How a table's rows are cut into partitions; null: one partition. */
  readonly partitionOf?: (table: TableDefinition) => PartitionFunction | null;
  /** Runs flushes and merges elsewhere; default: on this thread. */
  readonly builder?: SegmentBuilder;
  readonly settings?: Partial<StoreSettings>;
};

export type NewTable = Omit<TableDefinition, 'id'>;

export type InsertResult = {
  /** False: an insert with this token was acknowledged before. */
  readonly inserted: boolean;
  readonly rows: number;
};

export type PublishOptions = {
  readonly token?: string;
  /** Segments the new ones take the place of. */
  readonly replaces?: (segment: SegmentMeta) => boolean;
  /** The same by time: segments that lie in one of these intervals; one that is only partly inside is refused. */
  readonly replaceIntervals?: readonly Interval[];
  /** Further edits of the same record: stream offsets and the like, by key. */
  readonly values?: readonly (readonly [string, unknown])[];
};

export class Store {
  readonly #options: StoreOptions;
  readonly #settings: StoreSettings;
  readonly #context: CodecContext;
  readonly #manifest: Manifest;
  readonly #wal: Wal;
  readonly #tables: Map<number, Table>;
  readonly #builder: SegmentBuilder;
  readonly #unlock: () => void;
  /** First WAL file of each append that is not visible yet. */
  readonly #appending = new Set<{ readonly file: number }>();
  readonly #tokensUnderWay = new Map<string, Promise<InsertResult>>();
  readonly #flushing = new Map<number, Promise<void>>();
  #nextSegmentId: number;
  #nextTableId: number;
  #sequence: number;
  /** Inserts that were called and have not answered. */
  readonly #inserting = new Set<Promise<InsertResult>>();
  #closing = false;
  #closed = false;
  /** The last failure of work nobody waited for. */
  backgroundError: BasaltError | null = null;

  private constructor(
    options: StoreOptions,
    settings: StoreSettings,
    context: CodecContext,
    manifest: Manifest,
    wal: Wal,
    tables: Map<number, Table>,
    lastSequence: number,
    unlock: () => void,
  ) {
    this.#options = options;
    this.#settings = settings;
    this.#context = context;
    this.#manifest = manifest;
    this.#wal = wal;
    this.#tables = tables;
    this.#sequence = lastSequence;
    this.#unlock = unlock;
    this.#nextSegmentId = manifest.state.nextSegmentId;
    this.#nextTableId = manifest.state.nextTableId;
    this.#builder = options.builder ?? new LocalSegmentBuilder(context, options.frames, options.fs);
  }

  /** Takes the folder's lock, recovers, and is ready. FOLDER_LOCKED, UNSUPPORTED_VERSION, CORRUPTED_DATA. */
  static async open(options: StoreOptions): Promise<Store> {
    const { fs, dir, arena, kernels, frames, clock, compressors } = options;
    const settings = { ...DEFAULT_STORE_SETTINGS, ...options.settings };
    await makeFolder(fs, dir);
    const unlock = lockFolder(fs, dir, options.processes);
    const context = { arena, kernels, compressors, scratch: new Region(arena, arena.openOwner()) };
    try {
      const manifest = await Manifest.open(context, fs, dir, settings.manifestEditBytes);
      fs.makeDirectory(joinPath(dir, SEGMENT_FOLDER));
      await fs.syncDirectory(dir);
      sweepFiles(fs, dir, manifest.state);
      const tables = new Map<number, Table>();
      for (const [id, state] of manifest.state.tables) tables.set(id, new Table(fs, frames, dir, state));
      const replayed = replayWal(context, fs, dir, manifest.state, tables, clock.nowMs());
      const wal = await Wal.start(
        context,
        fs,
        dir,
        replayed.lastNumber + 1,
        replayed.lastEnd,
        settings.walFileBytes,
      );
      return new Store(options, settings, context, manifest, wal, tables, replayed.lastSequence, unlock);
    } catch (error) {
      arena.closeOwner(context.scratch.owner);
      releaseQuietly(unlock);
      throw error;
    }
  }

  // Catalog

  /** Definitions of all tables. */
  tables(): TableDefinition[] {
    return [...this.#tables.values()].map(({ definition }) => definition);
  }

  /** Changes with every record of the manifest; caches of plans hang on it. */
  get version(): number {
    return this.#manifest.version;
  }

  /** Why nothing can be written any more; null while all is well. */
  get failed(): BasaltError | null {
    return this.#manifest.failed ?? this.#wal.failed;
  }

  tableInfo(tableId: number): {
    readonly rows: number;
    readonly memoryRows: number;
    readonly memoryBytes: number;
    readonly segments: readonly SegmentMeta[];
  } {
    const table = this.#table(tableId);
    return {
      rows: table.rows,
      memoryRows: table.memtable.rows,
      memoryBytes: table.memtable.bytes,
      segments: table.segments.map(({ meta }) => meta),
    };
  }

  async createTable(definition: NewTable): Promise<TableDefinition> {
    this.#checkWritable();
    const table: TableDefinition = { ...definition, id: this.#nextTableId++ };
    const state = await this.#manifest.commit(({ tables }) => {
      if ([...tables.values()].some(({ definition: { name } }) => name === table.name)) {
        throw new BasaltError('TABLE_ALREADY_EXISTS', `Table ${table.name} exists already`);
      }
      return [{ kind: 'createTable', table }];
    });
    const created = state.tables.get(table.id);
    assert(created !== undefined, 'a created table is in the manifest');
    this.#tables.set(table.id, new Table(this.#options.fs, this.#options.frames, this.#options.dir, created));
    return table;
  }

  /** Replaces a table's definition: names, columns, options. The sort key of existing segments must stay. */
  async alterTable(definition: TableDefinition): Promise<void> {
    this.#checkWritable();
    const table = this.#table(definition.id);
    await this.#manifest.commit(({ tables }) => {
      if (!tables.has(definition.id)) throw unknownTable(definition.id);
      return [{ kind: 'alterTable', table: definition }];
    });
    table.definition = definition;
  }

  async dropTable(tableId: number): Promise<void> {
    this.#checkWritable();
    const table = this.#table(tableId);
    await this.#manifest.commit(({ tables }) => {
      if (!tables.has(tableId)) throw unknownTable(tableId);
      return [{ kind: 'dropTable', tableId }];
    });
    this.#tables.delete(tableId);
    table.close(true);
  }

  /** A value kept in the manifest under a key (views, stream offsets); undefined when there is none. */
  value(key: string): unknown {
    return this.#manifest.state.values.get(key);
  }

  keys(): string[] {
    return [...this.#manifest.state.values.keys()];
  }

  /** Sets values in one record; null forgets a key. */
  async putValues(values: readonly (readonly [string, unknown])[]): Promise<void> {
    this.#checkWritable();
    await this.#manifest.commit(() => values.map(([key, value]) => ({ kind: 'put', key, value })));
  }

  // Reading

  /** Everything acknowledged so far, kept readable until released. */
  snapshot(tableId: number): Snapshot {
    return this.#table(tableId).snapshot();
  }

  // Writing

  /**
   * Inserts batches, all or nothing, durable and visible when this resolves. The batches' memory may be freed
   * then. A token makes a retry harmless.
   */
  async insert(
    tableId: number,
    batches: readonly Batch[],
    options: { readonly token?: string } = {},
  ): Promise<InsertResult> {
    this.#checkWritable();
    batches.forEach(checkBatch);
    const table = this.#table(tableId);
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
    const { token } = options;
    if (token === undefined) return this.#track(this.#insert(table, batches, rows, null));
    if (table.hasToken(token)) return { inserted: false, rows: 0 };
    const key = `${tableId}:${token}`;
    const underWay = this.#tokensUnderWay.get(key);
    if (underWay !== undefined) {
      // The same insert twice at once: the second is a duplicate if the first succeeds, and takes over if not.
      const first = await underWay.catch(() => null);
      if (first !== null) return { inserted: false, rows: 0 };
      return this.insert(tableId, batches, options);
    }
    const insert = this.#track(this.#insert(table, batches, rows, token));
    this.#tokensUnderWay.set(key, insert);
    try {
      return await insert;
    } finally {
      this.#tokensUnderWay.delete(key);
    }
  }

  /** Where a worker is to write a new segment of the table; publish it, or it is swept at the next start. */
  reserveSegment(tableId: number, partition: readonly Value[] = []): SegmentTarget {
    return this.#reserve(this.#table(tableId), partition, this.#options.fs.kind === 'file');
  }

  /** Makes finished segments part of the table in one step, perhaps in the place of others. */
  async publish(
    tableId: number,
    built: readonly BuiltSegment[],
    options: PublishOptions = {},
  ): Promise<InsertResult> {
    this.#checkWritable();
    const table = this.#table(tableId);
    const rows = built.reduce((sum, { meta }) => sum + meta.rows, 0);
    const { token, values = [] } = options;
    const replaces =
      options.replaceIntervals === undefined
        ? options.replaces
        : insideIntervals(table.definition, options.replaceIntervals);
    if (token !== undefined && table.hasToken(token)) {
      this.#discard(built);
      return { inserted: false, rows: 0 };
    }
    // What is replaced must not survive in the memtable.
    if (replaces !== undefined) await this.flush(tableId);
    const swap = await this.#commitSwap(table, built, {
      remove: (segments) => (replaces === undefined ? [] : segments.filter(replaces).map(({ id }) => id)),
      flushed: [],
      tokens: token === undefined ? [] : [token],
      extra: values.map(([key, value]) => ({ kind: 'put', key, value })),
    });
    assert(swap, 'a publication always happens');
    return { inserted: true, rows };
  }

  /** Puts the memtable of one table, or of all, into segments. */
  async flush(tableId?: number): Promise<void> {
    const tables = tableId === undefined ? [...this.#tables.values()] : [this.#table(tableId)];
    for (const table of tables) await this.#flushTable(table);
  }

  /** Runs one merge that is due; false when none is. Readers and writers go on meanwhile. */
  async mergeOnce(tableId: number): Promise<boolean> {
    this.#checkWritable();
    const table = this.#table(tableId);
    const picked = pickMerge(
      table.segments.map(({ meta }) => meta),
      table.merging,
      this.#settings.merge,
    );
    if (picked.length === 0) return false;
    await this.#merge(table, picked);
    return true;
  }

  /** What is due now: old memtables and merges. Answers whether there was anything. */
  async maintain(): Promise<boolean> {
    let busy = false;
    const now = this.#options.clock.nowMs();
    for (const table of [...this.#tables.values()]) {
      const { oldestMs } = table.memtable;
      if (oldestMs !== null && now - oldestMs >= this.#settings.flushAgeMs) {
        await this.#flushTable(table);
        busy = true;
      }
      if (this.#tables.has(table.definition.id)) busy = (await this.mergeOnce(table.definition.id)) || busy;
    }
    return busy;
  }

  /** Flushes, ends all files, and gives the folder back. Snapshots must have been released. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    try {
      await Promise.allSettled([...this.#inserting, ...this.#flushing.values()]);
      if (this.failed === null) {
        await this.flush();
        await this.#advanceWal(this.#wal.number + 1);
      }
    } finally {
      this.#closed = true;
      await this.#wal.close();
      await this.#manifest.close();
      for (const number of walNumbers(this.#options.fs, this.#options.dir)) {
        if (number < this.#manifest.state.firstWal) this.#removeWal(number);
      }
      for (const table of this.#tables.values()) table.close(false);
      this.#tables.clear();
      this.#context.arena.closeOwner(this.#context.scratch.owner);
      releaseQuietly(this.#unlock);
    }
  }

  // Inside

  #table(tableId: number): Table {
    if (this.#closed) throw new BasaltError('DATABASE_CLOSED', 'The database was closed');
    const table = this.#tables.get(tableId);
    if (table === undefined) throw unknownTable(tableId);
    return table;
  }

  #checkWritable(): void {
    if (this.#closing) throw new BasaltError('DATABASE_CLOSED', 'The database was closed');
    if (this.failed !== null) throw this.failed;
  }

  #reserve(table: Table, partition: readonly Value[], hasPath: boolean): SegmentTarget {
    const segmentId = this.#nextSegmentId++;
    const path = hasPath ? this.#segmentPath(segmentId) : null;
    return { tableId: table.definition.id, segmentId, partition, path };
  }

  /** A target for our own builder, which on this thread can use any file system. */
  #ownTarget(table: Table, partition: readonly Value[]): SegmentTarget {
    return this.#reserve(
      table,
      partition,
      this.#options.fs.kind === 'file' || this.#options.builder === undefined,
    );
  }

  #segmentPath(segmentId: number): string {
    return joinPath(joinPath(this.#options.dir, SEGMENT_FOLDER), segmentFileName(segmentId));
  }

  #track(insert: Promise<InsertResult>): Promise<InsertResult> {
    this.#inserting.add(insert);
    const done = (): boolean => this.#inserting.delete(insert);
    insert.then(done, done);
    return insert;
  }

  async #insert(
    table: Table,
    batches: readonly Batch[],
    rows: number,
    token: string | null,
  ): Promise<InsertResult> {
    if (batches.length === 0) return { inserted: true, rows: 0 };
    if (table.segments.length >= this.#settings.maxSegments) {
      throw new BasaltError('TOO_MANY_PARTS', `Table ${table.definition.name} has too many segments`, {
        hint: 'Insert larger batches, or wait for merges',
      });
    }
    const tableId = table.definition.id;
    const region = new Region(this.#context.arena, this.#context.scratch.owner, 1);
    const record = withScratch(this.#context, () => {
      // A value takes a byte at least: what is certainly too large is not encoded to find that out.
      const values = rows * (batches[0]?.columns.size ?? 0);
      if (values > this.#settings.maxWalInsertBytes) return null;
      const encoder = new PayloadEncoder(this.#context, { tableId, token, batches });
      const payloadBytes = encoder.bytes;
      if (payloadBytes > this.#settings.maxWalInsertBytes) return null;
      const address = region.alloc(RECORD_HEADER_BYTES + payloadBytes);
      encoder.copyTo(address + RECORD_HEADER_BYTES);
      return { address, payloadBytes };
    });
    if (record === null) {
      await this.#insertSegments(table, batches, token);
      return { inserted: true, rows };
    }
    const sequence = ++this.#sequence;
    const appending = { file: this.#wal.number };
    this.#appending.add(appending);
    let walFile: number;
    try {
      walFile = await this.#wal.append({ kind: 1, sequence, ...record });
    } catch (error) {
      region.free();
      throw error;
    } finally {
      this.#appending.delete(appending);
    }
    const tokens = token === null ? [] : [token];
    const { batches: kept } = decodePayload(
      this.#context.arena,
      record.address + RECORD_HEADER_BYTES,
      record.payloadBytes,
    );
    const entry = new MemoryEntry({
      sequence,
      walFile,
      batches: kept,
      tokens,
      bytes: record.payloadBytes,
      createdMs: this.#options.clock.nowMs(),
      region,
    });
    if (this.#tables.get(tableId) !== table) {
      entry.release();
      throw unknownTable(tableId);
    }
    table.memtable.add(entry);
    table.addTokens(tokens);
    this.#joinSmall(table);
    await this.#flushIfLarge(table);
    return { inserted: true, rows };
  }

  /** The direct way of large inserts: segments, then one manifest record. */
  async #insertSegments(table: Table, batches: readonly Batch[], token: string | null): Promise<void> {
    const built = await this.#buildAll(table, batches);
    await this.#commitSwap(table, built, {
      remove: () => [],
      flushed: [],
      tokens: token === null ? [] : [token],
      extra: [],
    });
  }

  #joinSmall(table: Table): void {
    const entries = entriesToJoin(table.memtable.entries);
    if (entries.length === 0 || this.#flushing.has(table.definition.id)) return;
    table.memtable.replace(entries, joinEntries(this.#context, table.definition, entries));
  }

  /** Starts a flush in the background; waits for it only when the memtable is far over its size. */
  async #flushIfLarge(table: Table): Promise<void> {
    const { rows, bytes } = table.memtable;
    const { flushRows, flushBytes } = this.#settings;
    if (rows < flushRows && bytes < flushBytes) return;
    const flush = this.#flushTable(table).catch((error: unknown) => {
      // The insert itself is durable in the WAL: its caller is not told.
      this.backgroundError = BasaltError.from(error);
    });
    if (rows > flushRows * 4 || bytes > flushBytes * 4) await flush;
  }

  async #flushTable(table: Table): Promise<void> {
    const { id } = table.definition;
    // One flush of a table at a time; who comes later may have newer rows and goes after it.
    for (let running = this.#flushing.get(id); running !== undefined; running = this.#flushing.get(id)) {
      await running.catch(() => {});
    }
    const { entries } = table.memtable;
    if (entries.length === 0 || this.#tables.get(id) !== table) return;
    const flush = this.#flushEntries(table, entries);
    this.#flushing.set(id, flush);
    try {
      await flush;
    } finally {
      this.#flushing.delete(id);
    }
  }

  async #flushEntries(table: Table, entries: readonly MemoryEntry[]): Promise<void> {
    // The table may be dropped meanwhile.
    for (const entry of entries) entry.acquire();
    try {
      const batches = entries.flatMap((entry) => entry.batches);
      await this.#commitSwap(table, await this.#buildAll(table, batches), {
        remove: () => [],
        flushed: entries,
        tokens: entries.flatMap(({ tokens }) => tokens),
        extra: [],
      });
    } finally {
      for (const entry of entries) entry.release();
    }
    const needed = [...this.#tables.values()].flatMap((t) =>
      t.memtable.entries.map(({ walFile }) => walFile),
    );
    const under = [...this.#appending].map(({ file }) => file);
    await this.#advanceWal(Math.min(this.#wal.number, ...needed, ...under));
  }

  /** Batches cut into partitions and into segments of bounded size, written but not published. */
  async #buildAll(table: Table, batches: readonly Batch[]): Promise<BuiltSegment[]> {
    const { arena, scratch } = this.#context;
    const region = new Region(arena, scratch.owner);
    const built: BuiltSegment[] = [];
    try {
      const partitionOf = this.#options.partitionOf?.(table.definition) ?? null;
      for (const { partition, batches: all } of partitionBatches(
        this.#context,
        region,
        batches,
        partitionOf,
      )) {
        for (const some of boundedRuns(all, MAX_BUILD_ROWS)) {
          const target = this.#ownTarget(table, partition);
          built.push(await this.#builder.build(table.definition, some, target));
        }
      }
      return built;
    } catch (error) {
      this.#discard(built);
      throw error;
    } finally {
      region.free();
    }
  }

  /** Makes a change of segments durable, then visible. False: the segments to be removed are gone already. */
  async #commitSwap(
    table: Table,
    built: readonly BuiltSegment[],
    change: {
      readonly remove: (segments: SegmentMeta[]) => readonly number[];
      readonly flushed: readonly MemoryEntry[];
      readonly tokens: readonly string[];
      readonly extra: readonly Edit[];
      /** All of these must still be there. */
      readonly expects?: readonly number[];
    },
  ): Promise<boolean> {
    const tableId = table.definition.id;
    const add = built.map(({ meta }) => meta);
    let remove: readonly number[] = [];
    let happens = true;
    try {
      await this.#settle(built);
      await this.#manifest.commit(({ tables }) => {
        const state = tables.get(tableId);
        if (state === undefined) throw unknownTable(tableId);
        happens = change.expects?.every((id) => state.segments.has(id)) ?? true;
        if (!happens) return [];
        remove = change.remove([...state.segments.values()]);
        const flushedSequence = change.flushed.at(-1)?.sequence ?? 0;
        const swap: Edit = {
          kind: 'swapSegments',
          tableId,
          add,
          remove,
          flushedSequence,
          tokens: change.tokens,
        };
        return [swap, ...change.extra];
      });
    } catch (error) {
      // A record that may have reached the disk may need its files.
      if (this.#manifest.failed === null) this.#discard(built);
      throw error;
    }
    if (!happens) {
      this.#discard(built);
      return false;
    }
    table.swap(add, remove, change.flushed);
    table.addTokens(change.tokens);
    return true;
  }

  /** Makes the files' names durable; takes over those written to shared memory. */
  async #settle(built: readonly BuiltSegment[]): Promise<void> {
    if (built.length === 0) return;
    const { fs, dir } = this.#options;
    for (const { target, meta, contents } of built) {
      if (contents !== null) fs.adopt(this.#segmentPath(target.segmentId), contents, meta.fileBytes);
    }
    await fs.syncDirectory(joinPath(dir, SEGMENT_FOLDER));
  }

  #discard(built: readonly BuiltSegment[]): void {
    for (const { target } of built) removeQuietly(this.#options.fs, this.#segmentPath(target.segmentId));
  }

  async #merge(table: Table, picked: readonly SegmentMeta[]): Promise<void> {
    const ids = picked.map(({ id }) => id);
    const handles = table.segments.filter(({ meta }) => ids.includes(meta.id));
    for (const handle of handles) handle.acquire();
    for (const id of ids) table.merging.add(id);
    try {
      const { definition } = table;
      const inputs = picked.map(({ id }) => {
        const handle = handles.find(({ meta }) => meta.id === id);
        assert(handle !== undefined, 'a picked segment is in the table');
        return handle.part(definition).descriptor as SegmentDescriptor;
      });
      const target = this.#ownTarget(table, picked[0].partition);
      const merged = await this.#builder.merge(definition, inputs, target);
      if (this.#tables.get(definition.id) !== table) {
        // Dropped meanwhile: there is nothing left to merge into.
        this.#discard([merged]);
        return;
      }
      await this.#commitSwap(table, [merged], {
        remove: () => ids,
        flushed: [],
        tokens: [],
        extra: [],
        expects: ids,
      });
    } finally {
      for (const id of ids) table.merging.delete(id);
      for (const handle of handles) handle.release();
    }
  }

  /** Forgets WAL files below `number`. */
  async #advanceWal(number: number): Promise<void> {
    const first = this.#manifest.state.firstWal;
    if (number <= first) return;
    await this.#manifest.commit(() => [{ kind: 'firstWal', number }]);
    for (let old = first; old < Math.min(number, this.#wal.number); old++) this.#removeWal(old);
  }

  #removeWal(number: number): void {
    removeQuietly(this.#options.fs, joinPath(this.#options.dir, walFileName(number)));
  }
}

const unknownTable = (tableId: number): BasaltError =>
  new BasaltError('UNKNOWN_TABLE', `Table ${tableId} does not exist or was dropped`);

/** A folder that is new must not vanish with the power: its name lies in its parent. */
async function makeFolder(fs: FileSystem, dir: string): Promise<void> {
  if (fs.stat(dir) !== null) return;
  fs.makeDirectory(dir);
  await fs.syncDirectory(parentPath(dir));
}

function releaseQuietly(unlock: () => void): void {
  try {
    unlock();
  } catch {
    // A lock that stays names a process that will be gone: the next start takes it over.
  }
}

/** Runs of batches of at most `maxRows` rows in all. */
function boundedRuns(batches: readonly Batch[], maxRows: number): Batch[][] {
  const runs: Batch[][] = [];
  let rows = 0;
  for (const batch of batches) {
    const last = runs.at(-1);
    if (last === undefined || rows + batch.rows > maxRows) {
      runs.push([batch]);
      rows = batch.rows;
    } else {
      last.push(batch);
      rows += batch.rows;
    }
  }
  return runs;
}
