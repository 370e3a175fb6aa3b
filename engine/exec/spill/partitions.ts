/**
 * Partitioned rows (partition.ts) in a spill file: every chunk becomes blocks, and every block knows its partition, so
 * that a partition is read without looking at the others.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import { chunkColumn, type PartitionedRows, type RowChunk } from '../partition.ts';
import { type ColumnShape, readRows, type SpilledBlock, writeRows } from './block.ts';
import type { SpillFile } from './task-spill.ts';

export type PartitionBlock = SpilledBlock & { readonly partition: number };

/** Writes all rows, whose columns are words; answers their blocks. */
export function writePartitions(
  task: TaskContext,
  file: SpillFile,
  shape: readonly ColumnShape[],
  { chunks }: PartitionedRows,
): PartitionBlock[] {
  const blocks: PartitionBlock[] = [];
  for (let i = 0; i < chunks.length; i += 4) {
    task.check();
    const [partition, address, rows, capacity] = chunks.subarray(i, i + 4);
    const columns = shape.map((_, c) => chunkColumn({ address, rows, capacity }, c));
    writeRows(task, file, shape, columns, rows, (block) => blocks.push({ ...block, partition }));
  }
  return blocks;
}

/** A block as a chunk again, in the region. */
export function readChunk(
  task: TaskContext,
  region: Region,
  file: string,
  shape: readonly ColumnShape[],
  block: PartitionBlock,
): RowChunk {
  const [address] = readRows(task, region, file, shape, block);
  return { address, rows: block.rows, capacity: block.rows };
}
