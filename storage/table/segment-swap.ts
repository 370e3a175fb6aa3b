/**
 * Writing segments and making them part of a table: ids and paths are handed out here, files become durable by
 * name here, and one manifest record at a time says which segments a table has.
 *
 * Invariant: files whose record failed are removed, unless that record may have reached the disk.
 */

import { Region } from '../../engine/memory/region.ts';
import type { Value } from '../../engine/type/type.ts';
import { joinPath, removeQuietly } from '../fs/file-system.ts';
import type { Edit } from '../manifest/state.ts';
import { MAX_BUILD_ROWS } from '../segment/build.ts';
import { SEGMENT_FOLDER, type SegmentMeta, segmentFileName } from '../segment/meta.ts';
import type { BuiltSegment, SegmentTarget } from '../segment/target.ts';
import type { Batch } from './batch.ts';
import type { MemoryEntry } from './memtable.ts';
import { partitionBatches } from './partition.ts';
import { type StoreCore, unknownTable } from './store-core.ts';
import type { Table } from './table.ts';

/** A change of a table's segments, and what changes in the same record. */
export type Swap = {
  /** Ids of the segments that go. */
  readonly remove?: (segments: SegmentMeta[]) => readonly number[];
  /** Memtable entries whose rows are in the new segments. */
  readonly flushed?: readonly MemoryEntry[];
  readonly tokens?: readonly string[];
  readonly extra?: readonly Edit[];
  /** The change only happens if all of these segments are still there. */
  readonly expects?: readonly number[];
};

export class SegmentSwap {
  readonly #core: StoreCore;
  #nextSegmentId: number;

  constructor(core: StoreCore) {
    this.#core = core;
    this.#nextSegmentId = core.manifest.state.nextSegmentId;
  }

  /** @param hasPath whether its writer can use our file system. */
  reserve(table: Table, partition: readonly Value[], hasPath: boolean): SegmentTarget {
    const segmentId = this.#nextSegmentId++;
    const path = hasPath ? this.#segmentPath(segmentId) : null;
    return { tableId: table.definition.id, segmentId, partition, path };
  }

  /** A target for our own builder, which on this thread can use any file system. */
  ownTarget(table: Table, partition: readonly Value[]): SegmentTarget {
    return this.reserve(
      table,
      partition,
      this.#core.options.fs.kind === 'file' || this.#core.options.builder === undefined,
    );
  }

  /** Batches cut into partitions and into segments of bounded size, written but not published. */
  async buildAll(table: Table, batches: readonly Batch[]): Promise<BuiltSegment[]> {
    const { arena, scratch } = this.#core.context;
    const region = new Region(arena, scratch.owner);
    const built: BuiltSegment[] = [];
    try {
      const partitionOf = this.#core.options.partitionOf?.(table.definition) ?? null;
      for (const { partition, batches: all } of partitionBatches(
        this.#core.context,
        region,
        batches,
        partitionOf,
      )) {
        for (const some of boundedRuns(all, MAX_BUILD_ROWS)) {
          const target = this.ownTarget(table, partition);
          built.push(await this.#core.builder.build(table.definition, some, target));
        }
      }
      return built;
    } catch (error) {
      this.discard(built);
      throw error;
    } finally {
      region.free();
    }
  }

  /** Makes a change of segments durable, then visible. False: the segments to be removed are gone already. */
  async commit(table: Table, built: readonly BuiltSegment[], change: Swap): Promise<boolean> {
    const { flushed = [], tokens = [], extra = [], expects = [] } = change;
    const tableId = table.definition.id;
    const add = built.map(({ meta }) => meta);
    let remove: readonly number[] = [];
    let happens = true;
    const apply = (): void => {
      table.swap(add, remove, flushed);
      table.addTokens(tokens);
    };
    try {
      await this.#settle(built);
      await this.#core.manifest.commit(({ tables }) => {
        const state = tables.get(tableId);
        if (state === undefined) throw unknownTable(tableId);
        happens = expects.every((id) => state.segments.has(id));
        if (!happens) return [];
        remove = change.remove?.([...state.segments.values()]) ?? [];
        const flushedSequence = flushed.at(-1)?.sequence ?? 0;
        const swap: Edit = {
          kind: 'swapSegments',
          tableId,
          add,
          remove,
          flushedSequence,
          tokens,
        };
        return [swap, ...extra];
      }, apply);
    } catch (error) {
      // A record that may have reached the disk may need its files.
      if (this.#core.manifest.failed === null) this.discard(built);
      throw error;
    }
    if (!happens) this.discard(built);
    return happens;
  }

  /** Makes the files' names durable; takes over those written to shared memory. */
  async #settle(built: readonly BuiltSegment[]): Promise<void> {
    if (built.length === 0) return;
    const { fs, dir } = this.#core.options;
    for (const { target, meta, contents } of built) {
      if (contents !== null) fs.adopt(this.#segmentPath(target.segmentId), contents, meta.fileBytes);
    }
    await fs.syncDirectory(joinPath(dir, SEGMENT_FOLDER));
  }

  discard(built: readonly Pick<BuiltSegment, 'target'>[]): void {
    for (const { target } of built) removeQuietly(this.#core.options.fs, this.#segmentPath(target.segmentId));
  }

  #segmentPath(segmentId: number): string {
    return joinPath(joinPath(this.#core.options.dir, SEGMENT_FOLDER), segmentFileName(segmentId));
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
