/** Segments in a file system in memory, without a store, and the order that sort keys have. */

import type { Clock } from '../../../engine/base/clock.ts';
import { Region } from '../../../engine/memory/region.ts';
import type { Value } from '../../../engine/type/type.ts';
import { type HiddenRows, HiddenRowsBuilder } from '../../../engine/vector/hidden-rows.ts';
import { BLOCK_ROWS } from '../../../engine/vector/vector.ts';
import { MemoryFileSystem } from '../../../storage/fs/memory.ts';
import { closeMergeJob, MergeControl, openMergeJob } from '../../../storage/merge/merge-job.ts';
import { type SegmentDescriptor, segmentPart } from '../../../storage/segment/descriptor.ts';
import { type SegmentMeta, segmentFileName } from '../../../storage/segment/meta.ts';
import { SegmentReader } from '../../../storage/segment/reader.ts';
import { LocalSegmentBuilder } from '../../../storage/segment/segment-builder.ts';
import type { Batch } from '../../../storage/table/batch.ts';
import type { BatchValue } from '../../../storage/table/batch-builder.ts';
import type { TableDefinition } from '../../../storage/table/definition.ts';
import { arena, columnValues, frames, makeBatches, newContext } from './ground.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Segments in a file system in memory, without a store. */
export class Bench {
  readonly fs = new MemoryFileSystem();
  readonly context = newContext();
  readonly builder: LocalSegmentBuilder;
  readonly metas: SegmentMeta[] = [];
  /** By segment. */
  readonly hidden = new Map<number, HiddenRows>();
  #nextId = 1;

  constructor(clock?: Clock) {
    this.fs.makeDirectory('/d');
    this.builder = new LocalSegmentBuilder(this.context, this.fs, clock);
  }

  #target() {
    const segmentId = this.#nextId++;
    return { tableId: 1, segmentId, partition: [], path: `/d/${segmentFileName(segmentId)}` };
  }

  async build(definition: TableDefinition, batches: readonly Batch[]): Promise<void> {
    this.metas.push((await this.builder.build(definition, batches, this.#target())).meta);
  }

  async buildRows(definition: TableDefinition, values: Record<string, readonly BatchValue[]>): Promise<void> {
    const region = new Region(arena, arena.openOwner());
    await this.build(definition, makeBatches(region, definition, values));
    arena.closeOwner(region.owner);
  }

  descriptor(definition: TableDefinition, meta: SegmentMeta): SegmentDescriptor {
    const slots = frames.allocSlots(Math.max(1, meta.slotCount));
    const path = `/d/${segmentFileName(meta.id)}`;
    return segmentPart(definition, meta, this.fs.descriptor(path), slots).descriptor as SegmentDescriptor;
  }

  /** Merges all segments built so far; answers the merged one and the most memory it took. */
  async merge(
    definition: TableDefinition,
    watch?: (control: MergeControl) => void,
  ): Promise<{ meta: SegmentMeta; peakBytes: number }> {
    const job = openMergeJob(arena);
    try {
      watch?.(new MergeControl(arena, job));
      const inputs = this.metas.map((meta) => ({
        descriptor: this.descriptor(definition, meta),
        hidden: this.hidden.get(meta.id) ?? null,
      }));
      const { meta } = await this.builder.merge(definition, inputs, this.#target(), job);
      return { meta, peakBytes: arena.ownerPeakBytes(job.owner) };
    } finally {
      closeMergeJob(arena, job);
    }
  }

  hide(meta: SegmentMeta, rows: readonly number[]): void {
    const builder = new HiddenRowsBuilder(this.context.scratch, meta.blocks);
    for (const row of rows) builder.hide(Math.floor(row / BLOCK_ROWS), row % BLOCK_ROWS);
    const hidden = builder.finish();
    if (hidden !== null) this.hidden.set(meta.id, hidden);
  }

  rows(definition: TableDefinition, meta: SegmentMeta): Value[][] {
    const reader = new SegmentReader(this.context, frames, this.descriptor(definition, meta));
    const columns = definition.columns.map(({ id }) => columnValues(reader, id));
    reader.close();
    return range(0, meta.rows).map((row) => columns.map((values) => values[row]));
  }
}

/** Order of two values of a sort key column. */
export function orderOf(a: Value, b: Value): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (typeof a === 'number' && Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}
