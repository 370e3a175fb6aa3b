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

import { assert, type BasaltError } from '../engine/base/error.ts';
import { Region } from '../engine/memory/region.ts';
import { hasPolicy } from '../engine/plan/row-policy.ts';
import type { Snapshot } from '../engine/plan/source.ts';
import type { Value } from '../engine/type/type.ts';
import { type FinalOptions, finalSnapshot } from './final/final-snapshot.ts';
import { type FileSystem, joinPath, parentPath, removeQuietly } from './fs/file-system.ts';
import { lockFolder } from './fs/folder-lock.ts';
import { Manifest } from './manifest/manifest.ts';
import type { DetachedSegment, Edit, ManifestState } from './manifest/state.ts';
import { type MergeRunsOptions, RunMerger } from './merge/merge-runs.ts';
import { type MergeOptions, Merger, type MergeStatus } from './merge/merger.ts';
import { Checker, type Damage, type Pace, type SegmentCheck } from './repair/checker.ts';
import { replayWal, sweepFiles } from './repair/recover.ts';
import {
  DETACHED_FOLDER,
  SEGMENT_FOLDER,
  type SegmentChoice,
  type SegmentMeta,
  segmentFiles,
} from './segment/meta.ts';
import type { BuiltSegment, SegmentTarget } from './segment/target.ts';
import {
  type CatalogChange,
  DEFAULT_STORE_SETTINGS,
  type InsertResult,
  type NewTable,
  type PublishOptions,
  type StoreOptions,
} from './store-options.ts';
import { Alterer, checkName, type TableChange } from './table/alter.ts';
import { BackPressure } from './table/back-pressure.ts';
import { type Batch, checkBatch } from './table/batch.ts';
import type { TableDefinition } from './table/definition.ts';
import { Flusher } from './table/flusher.ts';
import { Inserter } from './table/inserter.ts';
import { insideIntervals } from './table/interval.ts';
import { Mutation } from './table/mutation.ts';
import { countPartitions, type PartitionValue } from './table/partition.ts';
import { SegmentMover, type Transfer } from './table/segment-mover.ts';
import { SegmentSwap } from './table/segment-swap.ts';
import { closedError, StoreCore, unknownTable } from './table/store-core.ts';
import { Table } from './table/table.ts';
import { Wal, walNumbers } from './wal/wal.ts';

export class Store {
  readonly #core: StoreCore;
  readonly #swap: SegmentSwap;
  readonly #flusher: Flusher;
  readonly #pressure: BackPressure;
  readonly #inserter: Inserter;
  readonly #checker: Checker;
  readonly #merger: Merger;
  readonly #alterer: Alterer;
  readonly #mover: SegmentMover;
  readonly #unlock: () => void;
  #nextTableId: number;

  private constructor(core: StoreCore, unlock: () => void) {
    this.#core = core;
    this.#swap = new SegmentSwap(core);
    this.#flusher = new Flusher(core, this.#swap);
    this.#pressure = new BackPressure(core);
    this.#inserter = new Inserter(core, this.#swap, this.#flusher, this.#pressure);
    this.#checker = new Checker(core);
    this.#merger = new Merger(core, this.#swap, this.#checker);
    this.#alterer = new Alterer(core, this.#swap, this.#flusher, this.#merger);
    this.#mover = new SegmentMover(core, this.#swap, this.#flusher);
    this.#unlock = unlock;
    this.#nextTableId = core.manifest.state.nextTableId;
  }

  /** Takes the folder's lock, recovers, and is ready. FOLDER_LOCKED, UNSUPPORTED_VERSION, CORRUPTED_DATA. */
  static async open(options: StoreOptions): Promise<Store> {
    const { fs, dir, arena, kernels, frames, clock, compressors } = options;
    const settings = { ...DEFAULT_STORE_SETTINGS, ...options.settings };
    await makeFolder(fs, dir);
    const unlock = lockFolder(fs, dir, options.processes);
    const scratch = new Region(arena, arena.openOwner());
    const context = { arena, kernels, compressors, scratch, hashSeed: options.random.uint32() };
    try {
      const manifest = await Manifest.open(context, fs, dir, settings.manifestEditBytes);
      fs.makeDirectory(joinPath(dir, SEGMENT_FOLDER));
      await fs.syncDirectory(dir);
      sweepFiles(fs, dir, manifest.state);
      const tables = new Map<number, Table>();
      const handles = { codec: context, fs, frames, dir };
      for (const [id, state] of manifest.state.tables) tables.set(id, new Table(handles, state));
      const replayed = replayWal(context, fs, dir, manifest.state, tables, clock.nowMs());
      const wal = await Wal.start(
        context,
        fs,
        dir,
        replayed.lastNumber + 1,
        replayed.lastEnd,
        settings.walFileBytes,
      );
      const last = replayed.lastSequence;
      return new Store(new StoreCore(options, settings, context, manifest, wal, tables, last), unlock);
    } catch (error) {
      arena.closeOwner(context.scratch.owner);
      releaseQuietly(unlock);
      throw error;
    }
  }

  // Catalog

  /** Definitions of all tables. */
  tables(): TableDefinition[] {
    return [...this.#core.tables.values()].map(({ definition }) => definition);
  }

  /** Changes with every record of the manifest; caches of plans hang on it. */
  get version(): number {
    return this.#core.manifest.version;
  }

  /** Why nothing can be written any more; null while all is well. */
  get failed(): BasaltError | null {
    return this.#core.failed;
  }

  /** The last failure of work nobody waited for. */
  get backgroundError(): BasaltError | null {
    return this.#core.backgroundError;
  }

  set backgroundError(error: BasaltError | null) {
    this.#core.backgroundError = error;
  }

  tableInfo(tableId: number): {
    readonly rows: number;
    readonly memoryRows: number;
    readonly memoryBytes: number;
    readonly segments: readonly SegmentMeta[];
  } {
    const table = this.#core.table(tableId);
    return {
      rows: table.rows,
      memoryRows: table.memtable.rows,
      memoryBytes: table.memtable.bytes,
      segments: table.segments.map(({ meta }) => meta),
    };
  }

  /** Rows that are in no segment yet, by the partition they will be in. */
  memoryPartitions(tableId: number): { readonly partition: PartitionValue; readonly rows: number }[] {
    const { definition, memtable } = this.#core.table(tableId);
    const partitionOf = this.#core.options.partitionOf?.(definition) ?? null;
    const batches = memtable.entries.flatMap((entry) => entry.batches);
    return countPartitions(batches, partitionOf);
  }

  async createTable(definition: NewTable): Promise<TableDefinition> {
    const [table] = await this.changeTables({ create: [definition] });
    return table;
  }

  /** Changes what a table is; inserts wait meanwhile. Answers the table as it is then. */
  async alterTable(tableId: number, change: TableChange): Promise<TableDefinition> {
    this.#core.checkWritable();
    return this.#alterer.alter(this.#core.table(tableId), change);
  }

  async dropTable(tableId: number): Promise<void> {
    await this.changeTables({ drop: [tableId] });
  }

  /** Creates, renames and drops tables, and sets values, in one record. Answers the new tables. */
  async changeTables(change: CatalogChange): Promise<TableDefinition[]> {
    this.#core.checkWritable();
    const { create = [], rename = [], drop = [], values = [] } = change;
    const created = create.map((table): TableDefinition => ({ ...table, id: this.#nextTableId++ }));
    const dropped = drop.map((id) => this.#core.table(id));
    const renamed = rename.map((name) => ({ ...name, table: this.#core.table(name.tableId) }));
    let detached: readonly DetachedSegment[] = [];
    let definitions: readonly TableDefinition[] = [];
    await this.#core.manifest.commit(
      ({ tables }) => {
        for (const { definition } of [...dropped, ...renamed.map(({ table }) => table)])
          if (!tables.has(definition.id)) throw unknownTable(definition.id);
        definitions = renamed.map(({ table, name, options }) => ({ ...table.definition, name, options }));
        detached = drop.flatMap((id) => tables.get(id)?.detached ?? []);
        checkNames(tables, [...created, ...definitions], drop);
        return [
          ...drop.map((tableId): Edit => ({ kind: 'dropTable', tableId })),
          ...created.map((table): Edit => ({ kind: 'createTable', table })),
          ...definitions.map((table): Edit => ({ kind: 'alterTable', table })),
          ...values.map(([key, value]): Edit => ({ kind: 'put', key, value })),
        ];
      },
      ({ tables }) => {
        for (const table of dropped) this.#forget(table);
        for (const { meta } of detached)
          for (const file of segmentFiles(meta, meta.id))
            removeQuietly(this.#core.options.fs, this.#detachedPath(file));
        renamed.forEach(({ table }, i) => {
          table.definition = definitions[i];
        });
        for (const { id } of created) {
          const state = tables.get(id);
          assert(state !== undefined, 'a created table is in the manifest');
          const { context: codec, options } = this.#core;
          const { fs, frames, dir } = options;
          this.#core.tables.set(id, new Table({ codec, fs, frames, dir }, state));
        }
      },
    );
    return created;
  }

  #forget(table: Table): void {
    this.#core.tables.delete(table.definition.id);
    this.#merger.cancel(table);
    table.close(true);
  }

  #detachedPath(file: string): string {
    return joinPath(joinPath(this.#core.options.dir, DETACHED_FOLDER), file);
  }

  // Segments between tables

  /** Takes segments out of the table, to be attached later. */
  async detach(tableId: number, choice: SegmentChoice): Promise<void> {
    this.#core.checkWritable();
    await this.#mover.detach(this.#core.table(tableId), choice);
  }

  /** Detached segments back into their table. Answers how many. */
  async attach(tableId: number, choice: SegmentChoice): Promise<number> {
    this.#core.checkWritable();
    return this.#mover.attach(this.#core.table(tableId), choice);
  }

  detached(tableId: number): readonly DetachedSegment[] {
    return this.#mover.detached(this.#core.table(tableId));
  }

  async dropDetached(tableId: number, choice: SegmentChoice): Promise<number> {
    this.#core.checkWritable();
    return this.#mover.dropDetached(this.#core.table(tableId), choice);
  }

  /** Segments of one table into another of the same columns, by name. */
  async transfer(fromId: number, toId: number, choice: SegmentChoice, how: Transfer): Promise<void> {
    this.#core.checkWritable();
    await this.#mover.transfer(this.#core.table(fromId), this.#core.table(toId), choice, how);
  }

  /** Keeps the table as it is in a data folder of its own. Answers its path. */
  async freeze(tableId: number, choice: SegmentChoice, name: string | null): Promise<string> {
    this.#core.checkWritable();
    return this.#mover.freeze(this.#core.table(tableId), choice, name);
  }

  /** A value kept in the manifest under a key (views, stream offsets); undefined when there is none. */
  value(key: string): unknown {
    return this.#core.manifest.state.values.get(key);
  }

  keys(): string[] {
    return [...this.#core.manifest.state.values.keys()];
  }

  /** Sets values in one record; null forgets a key. */
  async putValues(values: readonly (readonly [string, unknown])[]): Promise<void> {
    this.#core.checkWritable();
    await this.#core.manifest.commit(() => values.map(([key, value]) => ({ kind: 'put', key, value })));
  }

  // Reading

  /** Everything acknowledged so far, kept readable until released. */
  snapshot(tableId: number): Snapshot {
    return this.#core.table(tableId).snapshot();
  }

  /**
   * The table as FINAL sees it: no two rows of equal key. Everything acknowledged before the call is in it; for that,
   * the memtable is flushed. An ordinary snapshot where the table has no policy.
   */
  async finalSnapshot(tableId: number, options: FinalOptions): Promise<Snapshot> {
    const table = this.#core.table(tableId);
    if (!hasPolicy(table.definition)) return table.snapshot();
    await this.flush(tableId);
    const { snapshot, segments } = table.segmentSnapshot();
    const metas = segments.map(({ meta }) => meta);
    const {
      options: { arena },
      builder,
    } = this.#core;
    return finalSnapshot(arena, builder, table.definition, metas, snapshot, options);
  }

  // Writing

  /**
   * Inserts batches, all or nothing, durable and visible when this resolves. The batches' memory may be freed
   * then. A token makes a retry harmless.
   */
  async insert(
    tableId: number,
    batches: readonly Batch[],
    options: { readonly token?: string; readonly layout?: number } = {},
  ): Promise<InsertResult> {
    this.#core.checkWritable();
    batches.forEach(checkBatch);
    return this.#inserter.insert(this.#core.table(tableId), batches, options.token, options.layout);
  }

  /**
   * To be awaited before rows for an insert are taken in: waits where merges are behind. TOO_MANY_PARTS where they are far
   * behind.
   */
  async admitInsert(tableId: number, signal?: AbortSignal): Promise<void> {
    this.#core.checkWritable();
    await this.#pressure.admit(this.#core.table(tableId), signal);
  }

  /**
   * Where a worker is to write a new segment of the table; publish it, or it is swept at the next start.
   * @param isRun it goes through {@link mergeRuns} before, if the target says so, too.
   */
  reserveSegment(tableId: number, partition: readonly Value[] = [], isRun = false): SegmentTarget {
    const isFile = this.#core.options.fs.kind === 'file';
    return this.#swap.reserve(this.#core.table(tableId), partition, isFile, isRun);
  }

  /** Makes segments of what was written that nobody saw, some of it runs, as large as merges make them: to be published. */
  mergeRuns(
    tableId: number,
    built: readonly BuiltSegment[],
    options: MergeRunsOptions = {},
  ): Promise<BuiltSegment[]> {
    this.#core.checkWritable();
    return new RunMerger(this.#core, this.#swap, this.#core.table(tableId), options).run(built);
  }

  /** Makes finished segments part of the table in one step, perhaps in the place of others. */
  async publish(
    tableId: number,
    built: readonly BuiltSegment[],
    options: PublishOptions = {},
  ): Promise<InsertResult> {
    this.#core.checkWritable();
    const table = this.#core.table(tableId);
    const rows = built.reduce((sum, { meta }) => sum + meta.rows, 0);
    const { token, values = [] } = options;
    const replaces =
      options.replaceIntervals === undefined
        ? options.replaces
        : insideIntervals(table.definition, options.replaceIntervals);
    if (token !== undefined && table.hasToken(token)) {
      this.#swap.discard(built);
      return { inserted: false, rows: 0 };
    }
    // Rows in memory count as newer than any segment, where the last row of a key counts.
    if (replaces === undefined && hasPolicy(table.definition)) await this.flush(tableId);
    const change = {
      tokens: token === undefined ? [] : [token],
      extra: values.map(([key, value]) => ({ kind: 'put', key, value }) as const),
      layout: options.layout,
    };
    if (replaces === undefined) await table.gate.pass(() => this.#swap.commit(table, built, change));
    else {
      await table.change(async () => {
        // What is replaced must not survive in the memtable.
        await this.flush(tableId);
        const remove = (segments: readonly SegmentMeta[]) => segments.filter(replaces).map(({ id }) => id);
        await this.#swap.commit(table, built, { ...change, remove });
      });
    }
    return { inserted: true, rows };
  }

  /**
   * Lets `work` change rows that are there. What it commits is durable and visible when this resolves; when it commits
   * nothing, nothing happened. Changes of a table go one after the other.
   */
  mutate<T>(tableId: number, work: (mutation: Mutation) => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#core.checkWritable();
    const table = this.#core.table(tableId);
    const mutate = async (): Promise<T> => {
      this.#core.checkWritable();
      await this.flush(tableId);
      const mutation = new Mutation(this.#core, this.#swap, table);
      try {
        return await work(mutation);
      } finally {
        mutation.close();
      }
    };
    return table.change(mutate, signal);
  }

  /** Removes files that were written for a publication that will not happen. */
  discard(built: readonly BuiltSegment[]): void {
    // A record that may have reached the disk may need its files.
    if (this.#core.manifest.failed === null) this.#swap.discard(built);
  }

  /** Puts the memtable of one table, or of all, into segments. */
  async flush(tableId?: number): Promise<void> {
    const tables = tableId === undefined ? [...this.#core.tables.values()] : [this.#core.table(tableId)];
    for (const table of tables) await this.#flusher.flush(table);
  }

  /** Runs one merge that is due; false when none is. Readers and writers go on meanwhile. */
  async mergeOnce(tableId: number, options: MergeOptions = {}): Promise<boolean> {
    this.#core.checkWritable();
    return this.#merger.mergeOnce(this.#core.table(tableId), options);
  }

  /** Merges until nothing is due; also waits for merges that are under way. */
  async mergeAll(tableId: number, signal: AbortSignal): Promise<void> {
    this.#core.checkWritable();
    await this.#merger.mergeAll(this.#core.table(tableId), signal);
  }

  /**
   * Merges until every partition, or those of wanted segments, is one segment; of a table without a policy segments stay within
   * the sizes of background merges. Waits for merges that are under way.
   */
  async mergeFinal(tableId: number, signal: AbortSignal, wanted: SegmentChoice = () => true): Promise<void> {
    this.#core.checkWritable();
    await this.#merger.mergeFinal(this.#core.table(tableId), signal, wanted);
  }

  /** Puts what is in memory into segments, and writes wanted segments anew, each by itself, until none is wanted. */
  async rewrite(tableId: number, signal: AbortSignal, wanted: SegmentChoice): Promise<void> {
    this.#core.checkWritable();
    await this.flush(tableId);
    await this.#merger.rewrite(this.#core.table(tableId), signal, wanted);
  }

  /**
   * Reads all segments of the table, or some of them, past every cache, and compares them with their checksums.
   */
  async *check(
    tableId: number,
    options: { readonly wanted?: (segment: SegmentMeta) => boolean; readonly pace?: Pace } = {},
  ): AsyncGenerator<SegmentCheck, void> {
    const { wanted = () => true, pace = () => {} } = options;
    const paced: Pace = (bytes) => {
      if (this.#core.closing) throw closedError();
      return pace(bytes);
    };
    yield* this.#checker.check(this.#core.table(tableId), ({ meta }) => wanted(meta), paced);
  }

  /** Segments that were found damaged and are still there. */
  damaged(): Damage[] {
    return [...this.#core.damaged.values()].filter(({ tableId, meta: { id } }) =>
      this.#core.tables.get(tableId)?.segments.some(({ meta }) => meta.id === id),
    );
  }

  /** Merges under way. */
  merges(): MergeStatus[] {
    return this.#merger.list();
  }

  /** Merges of a table end and wait until they are let go on; of others they go on. Nobody remembers after a restart. */
  pauseMerges(tableId: number, isPaused: boolean): void {
    this.#merger.pause(this.#core.table(tableId), isPaused);
  }

  mergesArePaused(tableId: number): boolean {
    return this.#merger.isPaused(this.#core.table(tableId));
  }

  /** Ends merges that are under way, and begins no more. */
  stopMerges(): Promise<void> {
    return this.#merger.stop();
  }

  /** Rows that a later flush will put into segments. */
  get hasUnflushedRows(): boolean {
    return [...this.#core.tables.values()].some(({ memtable }) => memtable.rows > 0);
  }

  /** Flushes memtables that are old. Answers whether there was one. */
  async flushDue(): Promise<boolean> {
    const nowMs = this.#core.options.clock.nowMs();
    return this.#eachTable(async (table) => {
      const { oldestMs } = table.memtable;
      if (oldestMs === null || !this.#flusher.isOld(table, nowMs - oldestMs)) return false;
      await this.#flusher.flush(table);
      return true;
    });
  }

  /** Runs one merge of each table where one is due. Answers whether there was one. */
  async mergeDue(options: MergeOptions = {}): Promise<boolean> {
    this.#core.checkWritable();
    return this.#eachTable((table) => this.#merger.mergeOnce(table, options));
  }

  /** Work on all tables; one where it fails does not keep the others from theirs. */
  async #eachTable(work: (table: Table) => Promise<boolean>): Promise<boolean> {
    let busy = false;
    let failed: unknown = null;
    for (const table of [...this.#core.tables.values()]) {
      if (!this.#core.isLive(table)) continue;
      try {
        busy = (await work(table)) || busy;
      } catch (error) {
        failed ??= error;
      }
    }
    if (failed !== null) throw failed;
    return busy;
  }

  /** Flushes, ends all files, and gives the folder and all memory back, also where the disk fails. Snapshots must have been released. */
  async close(): Promise<void> {
    if (this.#core.closing) return;
    this.#core.closing = true;
    this.#pressure.close();
    try {
      await this.#merger.stop();
      await Promise.all([...this.#core.tables.values()].map(({ turns }) => turns.settled()));
      await this.#inserter.settled();
      await this.#flusher.settled();
      if (this.#core.failed === null) {
        await this.flush();
        await this.#flusher.advanceWal(this.#core.wal.number + 1);
      }
    } finally {
      this.#core.closed = true;
      try {
        await this.#closeFiles();
      } finally {
        for (const table of this.#core.tables.values()) table.close(false);
        this.#core.tables.clear();
        this.#core.context.arena.closeOwner(this.#core.context.scratch.owner);
        releaseQuietly(this.#unlock);
      }
    }
  }

  async #closeFiles(): Promise<void> {
    await this.#core.wal.close();
    await this.#core.manifest.close();
    for (const number of walNumbers(this.#core.options.fs, this.#core.options.dir)) {
      if (number < this.#core.manifest.state.firstWal) this.#flusher.removeWal(number);
    }
  }
}

/** The tables as they will be have names of their own. */
function checkNames(
  tables: ManifestState['tables'],
  changed: readonly TableDefinition[],
  dropped: readonly number[],
): void {
  const all = new Map([...tables].map(([id, { definition }]) => [id, definition]));
  for (const id of dropped) all.delete(id);
  for (const table of changed) all.set(table.id, table);
  for (const table of changed) checkName(table, [...all.values()]);
}

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
