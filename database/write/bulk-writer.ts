/**
 * One write of any size: rows are gathered by partition, full segments are written by workers while more rows come, and
 * everything becomes visible in one step at the end, or nothing does.
 *
 * A write that stays small never makes a segment: it goes to the store as an ordinary insert (WAL and memtable). One that
 * makes many of a partition writes runs, which become large segments at the end (storage/merge/merge-runs.ts).
 * Memory is bounded: over MAX_HELD_BYTES the fullest partition is written early.
 */

import type { EngineContext } from '../../engine/exec/context.ts';
import { Region } from '../../engine/memory/region.ts';
import {
  type Batch,
  type BuiltSegment,
  layoutOf,
  MAX_BUILD_ROWS,
  type PartitionFunction,
  type PublishOptions,
  partitionBatches,
  type SegmentBuilder,
  type Store,
  type TableDefinition,
} from '../../storage/index.ts';
import { codecContext } from '../codec.ts';
import type { Completion } from './completion.ts';
import { batchBytes, copyBatch } from './copy-batch.ts';

export type BulkOptions = {
  readonly partitionOf: PartitionFunction | null;
  /** null: batches are complete as they come. */
  readonly complete?: Completion | null;
  /** Hears of each batch as it is written; it is good until this returns. */
  readonly onBatch?: (batch: Batch) => Promise<void>;
  readonly builder: SegmentBuilder;
  /** Segments written at once. */
  readonly width: number;
  readonly maxRowsPerSegment?: number;
  readonly signal?: AbortSignal | undefined;
};

/** Bytes up to which the whole write goes through the WAL. */
const SMALL_BYTES = 4 << 20;
const MAX_HELD_BYTES = 768 << 20;
/** Segments of a partition from which on they are runs. */
const MANY_SEGMENTS = 3;
/** Of the arena, at most. */
const MAX_HELD_SHARE = 0.25;

/** Rows of one partition that wait for more. */
type Gathering = {
  readonly partition: BuiltSegment['target']['partition'];
  readonly region: Region;
  readonly owner: number;
  readonly batches: Batch[];
  rows: number;
  bytes: number;
};

export type BulkResult = {
  readonly rows: number;
  readonly bytes: number;
  readonly segments: number;
  readonly inserted: boolean;
};

export class BulkWriter {
  readonly #engine: EngineContext;
  readonly #store: Store;
  readonly #table: TableDefinition;
  readonly #options: BulkOptions;
  readonly #gathering = new Map<string, Gathering>();
  readonly #building = new Set<Promise<void>>();
  readonly #built: BuiltSegment[] = [];
  /** Segments begun, by partition. */
  readonly #begun = new Map<string, number>();
  readonly #maxRows: number;
  /** Segments may become larger than one that is written at once. */
  readonly #mayMerge: boolean;
  readonly #maxHeldBytes: number;
  #share = 1;
  #rows = 0;
  #bytes = 0;
  #heldBytes = 0;
  #failure: unknown = null;

  constructor(engine: EngineContext, store: Store, table: TableDefinition, options: BulkOptions) {
    this.#engine = engine;
    this.#store = store;
    this.#table = table;
    this.#options = options;
    this.#maxHeldBytes = Math.min(MAX_HELD_BYTES, engine.arena.limitBytes * MAX_HELD_SHARE);
    const { maxRowsPerSegment = Number.POSITIVE_INFINITY } = options;
    this.#maxRows = Math.min(MAX_BUILD_ROWS, maxRowsPerSegment);
    this.#mayMerge = maxRowsPerSegment >= 2 * MAX_BUILD_ROWS;
  }

  /** Says how much of its input has been read with what comes next, so that runs are known for runs from the first one on. */
  reads(share: number): void {
    this.#share = share;
  }

  /** Takes a copy of the batch; waits when the workers are behind. */
  async add(batch: Batch): Promise<void> {
    if (batch.rows === 0) return;
    this.#rows += batch.rows;
    const { arena } = this.#engine;
    const owner = arena.openOwner();
    try {
      const split = new Region(arena, owner);
      const whole = this.#options.complete?.(batch, split) ?? batch;
      await this.#options.onBatch?.(whole);
      for (const { partition, batches } of partitionBatches(
        codecContext(this.#engine),
        split,
        [whole],
        this.#options.partitionOf,
      )) {
        for (const piece of batches) await this.#gather(partition, piece);
      }
    } finally {
      arena.closeOwner(owner);
    }
    while (this.#heldBytes > this.#maxHeldBytes && this.#gathering.size > 0) await this.#writeFullest();
  }

  /** Makes all rows durable and visible. */
  async commit(publish: PublishOptions = {}): Promise<BulkResult> {
    try {
      if (
        this.#built.length === 0 &&
        this.#building.size === 0 &&
        this.#bytes <= SMALL_BYTES &&
        publish.replaces === undefined &&
        publish.replaceIntervals === undefined
      ) {
        return await this.#commitSmall(publish.token);
      }
      await this.#finish();
      const layout = layoutOf(this.#table);
      const { inserted } = await this.#store.publish(this.#table.id, this.#built, { ...publish, layout });
      return { rows: this.#rows, bytes: this.#bytes, segments: this.#built.length, inserted };
    } finally {
      this.#release();
    }
  }

  /** Writes all rows into segments, which are the caller's to publish, or to discard. */
  async finish(): Promise<{
    readonly built: readonly BuiltSegment[];
    readonly rows: number;
    readonly bytes: number;
  }> {
    await this.#finish();
    return { built: this.#built.splice(0), rows: this.#rows, bytes: this.#bytes };
  }

  /** Forgets everything, also what was written already. */
  async abort(): Promise<void> {
    await Promise.allSettled([...this.#building]);
    this.#store.discard(this.#built);
    this.#built.length = 0;
    this.#release();
  }

  /** Keeps none of the rows: what a table of the engine Null does. */
  async forget(): Promise<BulkResult> {
    await this.abort();
    return { rows: this.#rows, bytes: this.#bytes, segments: 0, inserted: true };
  }

  async #commitSmall(token: string | undefined): Promise<BulkResult> {
    const batches = [...this.#gathering.values()].flatMap((g) => g.batches);
    const { inserted } = await this.#store.insert(this.#table.id, batches, {
      layout: layoutOf(this.#table),
      ...(token === undefined ? {} : { token }),
    });
    return { rows: this.#rows, bytes: this.#bytes, segments: 0, inserted };
  }

  async #gather(partition: Gathering['partition'], piece: Batch): Promise<void> {
    const key = partition.map((v) => `${typeof v}:${v}`).join('|');
    const full = this.#gathering.get(key);
    if (full !== undefined && full.rows + piece.rows > this.#maxRows) await this.#write(key);
    let gathering = this.#gathering.get(key);
    if (gathering === undefined) {
      const { arena } = this.#engine;
      const owner = arena.openOwner();
      gathering = { partition, owner, region: new Region(arena, owner), batches: [], rows: 0, bytes: 0 };
      this.#gathering.set(key, gathering);
    }
    const bytes = batchBytes(this.#engine.arena, piece);
    gathering.batches.push(copyBatch(this.#engine.arena, gathering.region, piece));
    gathering.rows += piece.rows;
    gathering.bytes += bytes;
    this.#bytes += bytes;
    this.#heldBytes += bytes;
  }

  async #writeFullest(): Promise<void> {
    let fullest = '';
    for (const [key, g] of this.#gathering) {
      if (g.bytes > (this.#gathering.get(fullest)?.bytes ?? 0)) fullest = key;
    }
    await this.#write(fullest);
  }

  /** Starts writing a partition's rows as a segment. */
  async #write(key: string): Promise<void> {
    const gathering = this.#gathering.get(key);
    if (gathering === undefined) return;
    this.#gathering.delete(key);
    while (this.#building.size >= this.#options.width) await Promise.race(this.#building);
    const { partition, batches, owner, bytes } = gathering;
    const begun = this.#begun.get(key) ?? 0;
    this.#begun.set(key, begun + 1);
    const build = this.#buildOne(partition, batches, this.#isRun(begun)).finally(() => {
      this.#building.delete(build);
      this.#heldBytes -= bytes;
      this.#engine.arena.closeOwner(owner);
    });
    this.#building.add(build);
    if (this.#failure !== null) throw this.#failure;
  }

  /** @param begun segments of the partition before this one. */
  #isRun(begun: number): boolean {
    if (!this.#mayMerge) return false;
    const all = [...this.#begun.values()].reduce((a, b) => a + b, 0);
    const expected = all / this.#share / this.#begun.size;
    return Math.max(begun + 1, expected) >= MANY_SEGMENTS;
  }

  async #buildOne(
    partition: Gathering['partition'],
    batches: readonly Batch[],
    isRun: boolean,
  ): Promise<void> {
    try {
      const target = this.#store.reserveSegment(this.#table.id, partition, isRun);
      this.#built.push(await this.#options.builder.build(this.#table, batches, target));
    } catch (error) {
      this.#failure ??= error;
    }
  }

  /** Writes what is left, and makes large segments where there are runs. */
  async #finish(): Promise<void> {
    for (const key of [...this.#gathering.keys()]) await this.#write(key);
    await Promise.all([...this.#building]);
    if (this.#failure !== null) throw this.#failure;
    if (!this.#built.some(({ target }) => target.isRun)) return;
    const { maxRowsPerSegment: maxRows, signal } = this.#options;
    const built = this.#built.splice(0);
    const options = maxRows === undefined ? { signal } : { maxRows, signal };
    this.#built.push(...(await this.#store.mergeRuns(this.#table.id, built, options)));
  }

  #release(): void {
    for (const { owner } of this.#gathering.values()) this.#engine.arena.closeOwner(owner);
    this.#gathering.clear();
  }
}
