/**
 * Batches in memory to one segment file: sort, apply the table's policy, then column by column stage, gather and encode.
 *
 * One column is staged at a time (sort key columns stay), so memory is that of the batches plus one wide
 * column. Runs in any worker; at most MAX_BUILD_ROWS rows.
 */

import { assert } from '../../engine/base/error.ts';
import { Region } from '../../engine/memory/region.ts';
import { combinesTexts } from '../../engine/plan/row-policy.ts';
import { BLOCK_ROWS } from '../../engine/vector/vector.ts';
import { COMPRESSORS } from '../codec/byte-codec.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { toWriter } from '../policy/fated-column.ts';
import { sortedFates } from '../policy/sorted-fates.ts';
import { type Batch, checkBatch } from '../table/batch.ts';
import { columnOf, compressorsOf, documentColumns, type TableDefinition } from '../table/definition.ts';
import { fateStaged, keepUsedStrings } from './fated-build.ts';
import type { SegmentMeta } from './meta.ts';
import type { SegmentOutput } from './output.ts';
import { sortRows } from './sort-rows.ts';
import { type StagedColumn, stageColumn } from './staged-column.ts';
import type { SegmentTarget } from './target.ts';
import { type ColumnWriter, type SegmentIdentity, SegmentWriter } from './writer.ts';

export const MAX_BUILD_ROWS = 1 << 20;

/** Sort key and time column of a table: what gets fine zones. */
export const zonedColumns = ({ sortKey, timeColumn }: TableDefinition): number[] =>
  timeColumn === null || sortKey.includes(timeColumn) ? [...sortKey] : [...sortKey, timeColumn];

/**
 * Writes and finishes the segment; by the table's policy it may have fewer rows than came, or none. On failure the
 * output is aborted.
 */
export function buildSegment(
  context: CodecContext,
  table: TableDefinition,
  batches: readonly Batch[],
  target: SegmentIdentity & Pick<SegmentTarget, 'isRun'>,
  output: SegmentOutput,
): SegmentMeta {
  batches.forEach(checkBatch);
  const rowCount = batches.reduce((sum, batch) => sum + batch.rows, 0);
  assert(rowCount > 0 && rowCount <= MAX_BUILD_ROWS, `a segment of ${rowCount} rows`);
  const keep = new Region(context.arena, context.scratch.owner);
  try {
    const keys = new Map<number, StagedColumn>();
    for (const id of table.sortKey) {
      keys.set(id, stageColumn(context, keep, columnOf(table, id), batches));
    }
    const rows = sortRows(context, keep, batches, [...keys.values()]);
    const stage = (id: number): StagedColumn =>
      keys.get(id) ??
      stageColumn(
        context,
        keep,
        columnOf(table, id),
        batches,
        combinesTexts(table.policy, id, columnOf(table, id).type) ? 'refs' : undefined,
      );
    const fates = sortedFates(context, keep, table, rows, rowCount, [...keys.values()], stage);
    const writer = new SegmentWriter(context, output, target, {
      rowCount: fates?.countRows() ?? rowCount,
      compressorOf: target.isRun === true ? () => COMPRESSORS.none : compressorsOf(table),
      zonedColumns: zonedColumns(table),
      indexes: target.isRun === true ? [] : (table.indexes ?? []),
      documents: target.isRun === true ? [] : documentColumns(table),
    });
    const mark = keep.mark();
    for (const definition of table.columns) {
      if (fates !== null) {
        const staged = keepUsedStrings(context, keep, table, stage(definition.id), rows, fates);
        const column = writer.openColumn(definition, staged.dictionary);
        fateStaged(context, table, staged, rows, fates, toWriter(column, staged.form));
        column.seal();
        keep.reset(mark);
        continue;
      }
      const staged = stage(definition.id);
      const column = writer.openColumn(definition, staged.dictionary);
      for (let start = 0; start < rowCount; start += BLOCK_ROWS) {
        gatherBlock(context, staged, rows + start * 4, Math.min(BLOCK_ROWS, rowCount - start), column);
      }
      column.seal();
      keep.reset(mark);
    }
    for (const _ of writer.writeDerived());
    return writer.finish();
  } catch (error) {
    output.abort();
    throw error;
  } finally {
    keep.free();
  }
}

/** Writes the block of the `count` rows numbered at `rows`. */
export function gatherBlock(
  context: CodecContext,
  staged: StagedColumn,
  rows: number,
  count: number,
  column: ColumnWriter,
): void {
  const { kernels } = context;
  withScratch(context, (scratch) => {
    const data = scratch.alloc(count * 8);
    let valid = 0;
    if (staged.valids !== 0) {
      valid = scratch.alloc(count);
      kernels.gather_pages_u8(staged.valids, rows, count, valid);
      if (kernels.mask_count(valid, count) === count) valid = 0;
    }
    switch (staged.form) {
      case 'i64':
      case 'f64':
        kernels.gather_pages_u64(staged.pages, rows, count, data);
        column.writeBlock({ rows: count, data, valid });
        return;
      case 'bool':
        kernels.gather_pages_u8(staged.pages, rows, count, data);
        column.writeBlock({ rows: count, data, valid });
        return;
      case 'refs':
        kernels.gather_pages_u64(staged.pages, rows, count, data);
        column.writeText(data, valid, count);
        return;
      case 'codes': {
        const codes = scratch.alloc(count * 4);
        kernels.gather_pages_u32(staged.pages, rows, count, codes);
        kernels.remap_u32_u32(codes, count, staged.dictionary?.codes ?? 0, codes);
        kernels.widen_u32_i64(codes, count, 0n, data);
        column.writeBlock({ rows: count, data, valid: 0 });
      }
    }
  });
}
