/**
 * The table's policy on the rows of one insert that goes to the memtable, as ClickHouse does to each inserted block
 * (`optimize_on_insert`): what a segment would have of them is what is kept. Rows of one partition, at most a few MiB.
 */

import type { Region } from '../../engine/memory/region.ts';
import { laneOf } from '../../engine/type/type.ts';
import type { CodecContext } from '../codec/context.ts';
import { fateStaged } from '../segment/fated-build.ts';
import { sortRows } from '../segment/sort-rows.ts';
import { type StagedColumn, stageColumn } from '../segment/staged-column.ts';
import type { Batch } from '../table/batch.ts';
import { columnOf, type TableDefinition } from '../table/definition.ts';
import { ChunkCollector } from './chunk-collector.ts';
import { sortedFates } from './sorted-fates.ts';

/** The batches themselves where nothing happens to their rows. @param region takes what is new. */
export function condenseBatches(
  context: CodecContext,
  region: Region,
  table: TableDefinition,
  batches: readonly Batch[],
): readonly Batch[] {
  const staged = new Map<number, StagedColumn>();
  const stage = (id: number): StagedColumn => {
    const known = staged.get(id);
    if (known !== undefined) return known;
    const definition = columnOf(table, id);
    const form = laneOf(definition.type) === 'str' ? 'refs' : undefined;
    const column = stageColumn(context, region, definition, batches, form);
    staged.set(id, column);
    return column;
  };
  const keys = table.sortKey.map(stage);
  const rowCount = batches.reduce((sum, { rows }) => sum + rows, 0);
  const rows = sortRows(context, region, batches, keys);
  const fates = sortedFates(context, region, table, rows, rowCount, keys, stage);
  if (fates === null) return batches;
  const kept = fates.countRows();
  const columns = table.columns.map(({ id, type }) => {
    const column = stage(id);
    const chunks = new ChunkCollector(context, region, type, column.form, kept);
    fateStaged(context, table, column, rows, fates, chunks.write);
    return [id, chunks] as const;
  });
  return ChunkCollector.batches(kept, columns);
}
