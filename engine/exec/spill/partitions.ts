/**
 * Partitioned rows (partition.ts) in a spill file: every chunk becomes blocks, and every block knows its partition, so
 * that a partition is read without looking at the others.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import type { PartitionedRows } from '../partition.ts';
import type { RowChunk, RowLayout } from '../row-layout.ts';
import { padded, readRows, type SpilledBlock, writeRows } from './block.ts';
import type { SpillFile } from './task-spill.ts';

export type PartitionBlock = SpilledBlock & { readonly partition: number };

/** Writes all rows; answers their blocks. */
export function writePartitions(
  task: TaskContext,
  file: SpillFile,
  layout: RowLayout,
  { chunks }: PartitionedRows,
): PartitionBlock[] {
  const blocks: PartitionBlock[] = [];
  for (let i = 0; i < chunks.length; i += 4) {
    task.check();
    const [partition, address, rows, capacity] = chunks.subarray(i, i + 4);
    const columns = layout.columns.map((_, c) => layout.address({ address, rows, capacity }, c));
    writeRows(task, file, layout.columns, columns, rows, (block) => blocks.push({ ...block, partition }));
  }
  return blocks;
}

/** A block as a chunk again, in the region. */
export function readChunk(
  task: TaskContext,
  region: Region,
  file: string,
  layout: RowLayout,
  block: PartitionBlock,
): RowChunk {
  const [address] = readRows(task, region, file, layout.columns, block);
  return { address, rows: block.rows, capacity: padded(block.rows) };
}
