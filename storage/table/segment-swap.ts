/**
 * Writing segments and making them part of a table: ids and paths are handed out here, files become durable by
 * name here, and one manifest record at a time says which segments a table has.
 *
 * Invariant: files whose record failed are removed, unless that record may have reached the disk.
 */

import { Region } from '../../engine/memory/region.ts';
import type { Value } from '../../engine/type/type.ts';
import type { HiddenRows } from '../../engine/vector/hidden-rows.ts';
import { joinPath, removeQuietly } from '../fs/file-system.ts';
import type { Edit } from '../manifest/state.ts';
import { MAX_BUILD_ROWS } from '../segment/build.ts';
import {
  isSameState,
  overlayFileName,
  SEGMENT_FOLDER,
  type SegmentMeta,
  segmentFileName,
} from '../segment/meta.ts';
import { writeOverlay } from '../segment/overlay.ts';
import type { BuiltSegment, SegmentTarget } from '../segment/target.ts';
import type { Batch } from './batch.ts';
import { layoutOf } from './definition.ts';
import type { MemoryEntry } from './memtable.ts';
import { partitionBatches } from './partition.ts';
import { checkLayout, type StoreCore, unknownTable } from './store-core.ts';
import type { Table } from './table.ts';

/** Overlays made durable beside each other: syncs of many small files wait more than they work. */
const SYNCS_AT_ONCE = 16;

/** A change of a table's segments, and what changes in the same record. */
export type Swap = {
  /** Ids of the segments that go. */
  readonly remove?: (segments: SegmentMeta[]) => readonly number[];
  /** Memtable entries whose rows are in the new segments. */
  readonly flushed?: readonly MemoryEntry[];
  readonly tokens?: readonly string[];
  readonly extra?: readonly Edit[];
  /** The change only happens if all of these segments are still there, and as they were. */
  readonly expects?: readonly SegmentMeta[];
  /** And if the table has kept this layout. */
  readonly expectsLayout?: number;
  /** The layout that the new segments were written for; of another one they are refused. */
  readonly layout?: number | undefined;
  /** Segments in their new state: {@link SegmentSwap.writeOverlays}. */
  readonly changed?: readonly SegmentMeta[];
};

export class SegmentSwap {
  readonly #core: StoreCore;
  #nextSegmentId: number;

  constructor(core: StoreCore) {
    this.#core = core;
    this.#nextSegmentId = core.manifest.state.nextSegmentId;
  }

  /** @param hasPath whether its writer can use our file system. */
  reserve(table: Table, partition: readonly Value[], hasPath: boolean, isRun = false): SegmentTarget {
    const segmentId = this.#nextSegmentId++;
    const path = hasPath ? this.#segmentPath(segmentId) : null;
    const target = { tableId: table.definition.id, segmentId, partition, path };
    return isRun && hasPath ? { ...target, isRun } : target;
  }

  /** A target for our own builder, which on this thread can use any file system. */
  ownTarget(table: Table, partition: readonly Value[]): SegmentTarget {
    const { fs, builder } = this.#core.options;
    return this.reserve(table, partition, fs.kind === 'file' || builder === undefined);
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
    const {
      flushed = [],
      tokens = [],
      extra = [],
      expects = [],
      changed = [],
      layout,
      expectsLayout,
    } = change;
    const tableId = table.definition.id;
    const publishedMs = this.#core.options.clock.nowMs();
    let add: readonly SegmentMeta[] = [];
    let remove: readonly number[] = [];
    let happens = true;
    const apply = (): void => {
      table.swap(add, remove, flushed, changed);
      table.addTokens(tokens);
    };
    try {
      await this.settle(built, changed);
      await this.#core.manifest.commit(({ tables }) => {
        const state = tables.get(tableId);
        if (state === undefined) throw unknownTable(tableId);
        checkLayout(state.definition, layout);
        happens =
          (expectsLayout === undefined || expectsLayout === layoutOf(state.definition)) &&
          expects.every((meta) => {
            const now = state.segments.get(meta.id);
            return now !== undefined && isSameState(now, meta);
          });
        if (!happens) return [];
        const segments = [...state.segments.values()];
        remove = change.remove?.(segments) ?? [];
        add = agedSegments(
          built,
          segments,
          expects.map(({ id }) => id),
        ).map((meta) => ({ ...meta, publishedMs }));
        const flushedSequence = flushed.at(-1)?.sequence ?? 0;
        const swap: Edit = {
          kind: 'swapSegments',
          tableId,
          add,
          remove,
          flushedSequence,
          tokens,
        };
        const overlays = changed.flatMap(({ id, overlay }) =>
          overlay === undefined ? [] : [{ segmentId: id, overlay }],
        );
        const hides: Edit[] = overlays.length === 0 ? [] : [{ kind: 'hideRows', tableId, overlays }];
        return [swap, ...hides, ...extra];
      }, apply);
    } catch (error) {
      // A record that may have reached the disk may need its files.
      if (this.#core.manifest.failed === null) this.#discardAll(built, changed);
      throw error;
    }
    if (!happens) this.#discardAll(built, changed);
    // By a policy nothing may be left of rows that came.
    else this.discard(built.filter(({ meta }) => meta.rows === 0));
    return happens;
  }

  /** A name for one more segment, of rows that another file has already. */
  nextId(): number {
    return this.#nextSegmentId++;
  }

  /** Makes the files' names durable; takes over those written to shared memory. */
  async settle(built: readonly BuiltSegment[], changed: readonly SegmentMeta[] = []): Promise<void> {
    if (built.length === 0 && changed.length === 0) return;
    const { fs, dir } = this.#core.options;
    for (const { target, meta, contents } of built) {
      if (contents !== null) fs.adopt(this.#segmentPath(target.segmentId), contents, meta.fileBytes);
    }
    await fs.syncDirectory(joinPath(dir, SEGMENT_FOLDER));
  }

  /**
   * Writes what is hidden of segments, all of it, each into its next overlay. Answers the segments as they will be, for
   * {@link commit}. Some but not all rows of each must be hidden.
   */
  async writeOverlays(
    hidden: readonly { readonly meta: SegmentMeta; readonly rows: HiddenRows }[],
  ): Promise<SegmentMeta[]> {
    const changed: SegmentMeta[] = [];
    try {
      for (let from = 0; from < hidden.length; from += SYNCS_AT_ONCE) {
        const some = hidden.slice(from, from + SYNCS_AT_ONCE);
        const ends = await Promise.allSettled(some.map(({ meta, rows }) => this.#writeOverlay(meta, rows)));
        for (const end of ends) if (end.status === 'fulfilled') changed.push(end.value);
        for (const end of ends) if (end.status === 'rejected') throw end.reason;
      }
      return changed;
    } catch (error) {
      this.discardOverlays(changed);
      throw error;
    }
  }

  async #writeOverlay(meta: SegmentMeta, rows: HiddenRows): Promise<SegmentMeta> {
    const { context, options } = this.#core;
    const number = (meta.overlay?.number ?? 0) + 1;
    const path = this.#overlayPath(meta.id, number);
    // One that was never published may still be there.
    options.fs.unlink(path);
    const overlay = await writeOverlay(context, options.fs, path, meta.identity, number, rows, meta.blocks);
    return { ...meta, overlay };
  }

  discardOverlays(changed: readonly SegmentMeta[]): void {
    for (const { id, overlay } of changed)
      if (overlay !== undefined) removeQuietly(this.#core.options.fs, this.#overlayPath(id, overlay.number));
  }

  #discardAll(built: readonly BuiltSegment[], changed: readonly SegmentMeta[]): void {
    this.discard(built);
    this.discardOverlays(changed);
  }

  #overlayPath(segmentId: number, number: number): string {
    return joinPath(joinPath(this.#core.options.dir, SEGMENT_FOLDER), overlayFileName(segmentId, number));
  }

  discard(built: readonly Pick<BuiltSegment, 'target'>[]): void {
    for (const { target } of built) removeQuietly(this.#core.options.fs, this.#segmentPath(target.segmentId));
  }

  #segmentPath(segmentId: number): string {
    return joinPath(joinPath(this.#core.options.dir, SEGMENT_FOLDER), segmentFileName(segmentId));
  }
}

/**
 * The segments that have rows, with their ages: those of a merge take the place of their inputs, others are newer than
 * everything, in the order in which they came, or their ids were handed out.
 */
function agedSegments(
  built: readonly BuiltSegment[],
  segments: readonly SegmentMeta[],
  merged: readonly number[],
): SegmentMeta[] {
  const newest = (some: readonly SegmentMeta[]): number =>
    some.reduce((age, meta) => Math.max(age, meta.age), 0);
  const added = built.map(({ meta }) => meta).filter(({ rows }) => rows > 0);
  if (merged.length > 0) {
    const age = newest(segments.filter(({ id }) => merged.includes(id)));
    return added.map((meta) => ({ ...meta, age }));
  }
  return arrived(
    added.sort((a, b) => a.age - b.age || a.id - b.id),
    segments,
  );
}

/** Segments, oldest first, as newer than all that the table has. */
export function arrived(added: readonly SegmentMeta[], segments: Iterable<SegmentMeta>): SegmentMeta[] {
  let age = 0;
  for (const meta of segments) age = Math.max(age, meta.age);
  return added.map((meta) => ({ ...meta, age: ++age }));
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
