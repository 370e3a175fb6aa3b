/**
 * Merges sorted segments into one in fixed memory, as MergeTree's vertical merge does: the sort key columns give the
 * order of all rows, and then every column is merged by itself, a block at a time.
 *
 * Between the two, the table's policy says which rows are left out and which become one (policy/row-policy.ts).
 *
 * Memory does not grow with the number of columns. What it grows with: the rows (a byte each, two where there is a policy, row-order.ts), the inputs
 * times a block of the sort key's columns or of one other column, and the dictionaries or the widest page of text of one
 * column.
 *
 * It is a generator: it yields every millisecond or so, and whoever runs it decides what happens meanwhile. Then frames
 * and scratch memory are its own, so that others may work on the same thread. Thrown at, it leaves no file.
 */

import { assert } from '../../engine/base/error.ts';
import type { Frames } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import type { CodecContext } from '../codec/context.ts';
import { RowFates } from '../policy/row-fates.ts';
import { zonedColumns } from '../segment/build.ts';
import type { SegmentMeta } from '../segment/meta.ts';
import type { SegmentOutput } from '../segment/output.ts';
import type { SegmentReader } from '../segment/reader.ts';
import { type SegmentIdentity, SegmentWriter } from '../segment/writer.ts';
import { compressorsOf, documentColumns, type TableDefinition } from '../table/definition.ts';
import { decideFates } from './decide-fates.ts';
import { mergeColumn } from './merge-column.ts';
import type { MergeControl } from './merge-job.ts';
import { orderRows } from './order-rows.ts';
import { MOST_INPUTS, RowOrder } from './row-order.ts';

/** Bytes that may wait for the sync at the end: the rest is synced on the way, while others work. */
const UNSYNCED_BYTES = 8 << 20;

/** A merge under way; what it yields, if anything, is to be waited for. */
export type MergeSteps = Generator<Promise<void> | void, SegmentMeta>;

/** Writes and finishes the segment, of the rows that are not hidden. Inputs are in order of age and stay open. On failure the output is aborted. */
export function* mergeSegments(
  context: CodecContext,
  frames: Frames,
  table: TableDefinition,
  inputs: readonly SegmentReader[],
  identity: SegmentIdentity,
  output: SegmentOutput,
  control: MergeControl,
): MergeSteps {
  assert(inputs.length > 0 && inputs.length <= MOST_INPUTS, `a merge of ${inputs.length} segments`);
  const keep = new Region(context.arena, context.scratch.owner, 4);
  try {
    const rowCount = inputs.reduce((sum, { liveRows }) => sum + liveRows, 0);
    const order = new RowOrder(keep, rowCount);
    if (table.policy.kind !== 'append') order.fates = new RowFates(keep, rowCount);
    yield* orderRows(context, frames, table, inputs, order, control);
    yield* decideFates(context, frames, table, inputs, order);
    const writer = new SegmentWriter(context, output, identity, {
      rowCount: order.outputRows,
      compressorOf: compressorsOf(table),
      zonedColumns: zonedColumns(table),
      indexes: table.indexes ?? [],
      documents: documentColumns(table),
    });
    for (const definition of table.columns) {
      yield* mergeColumn(context, frames, table, definition, inputs, order, writer, control);
      control.writtenBytes = output.offset;
      if (output.unsyncedBytes > UNSYNCED_BYTES) yield output.sync();
    }
    yield* writer.writeDerived();
    return writer.finish();
  } catch (error) {
    output.abort();
    throw error;
  } finally {
    keep.free();
  }
}
