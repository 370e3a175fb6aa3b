/**
 * Cutting batches into partitions. What a partition is, storage is told: the expression lies in the table's
 * definition, its evaluation comes from above.
 */

import { assert } from '../../engine/base/error.ts';
import type { Region } from '../../engine/memory/region.ts';
import type { Value } from '../../engine/type/type.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { toJson } from '../manifest/json.ts';
import type { Batch } from './batch.ts';
import { selectRows } from './select-rows.ts';

export type PartitionValue = readonly Value[];

/** Partitions of a batch's rows: distinct values, and for each row the number of its value (null: all the first). */
export type Partitioning = {
  readonly values: readonly PartitionValue[];
  readonly ofRow: Uint32Array | null;
};

export type PartitionFunction = (batch: Batch) => Partitioning;

export type PartitionedBatches = { readonly partition: PartitionValue; readonly batches: Batch[] };

export const partitionKey = (partition: PartitionValue): string => toJson(partition);

/** Rows of each partition, in order of first appearance. */
export function countPartitions(
  batches: readonly Batch[],
  partitionOf: PartitionFunction | null,
): { readonly partition: PartitionValue; readonly rows: number }[] {
  const counts = new Map<string, { readonly partition: PartitionValue; rows: number }>();
  const add = (partition: PartitionValue, rows: number): void => {
    const key = partitionKey(partition);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { partition, rows });
    else known.rows += rows;
  };
  for (const batch of batches) {
    const { values, ofRow } = partitionOf?.(batch) ?? { values: [[]], ofRow: null };
    if (ofRow === null) add(values[0], batch.rows);
    else for (const number of ofRow) add(values[number], 1);
  }
  return [...counts.values()];
}

/** Batches by partition, in order of first appearance. New batches live in `region` and refer to the old ones. */
export function partitionBatches(
  context: CodecContext,
  region: Region,
  batches: readonly Batch[],
  partitionOf: PartitionFunction | null,
): PartitionedBatches[] {
  const groups = new Map<string, PartitionedBatches>();
  const add = (partition: PartitionValue, batch: Batch): void => {
    const key = partitionKey(partition);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { partition, batches: [batch] });
    else group.batches.push(batch);
  };
  for (const batch of batches) {
    const { values, ofRow } = partitionOf?.(batch) ?? { values: [[]], ofRow: null };
    if (ofRow === null || values.length === 1) add(values[0], batch);
    else split(context, region, batch, values, ofRow, add);
  }
  return [...groups.values()];
}

function split(
  context: CodecContext,
  region: Region,
  batch: Batch,
  values: readonly PartitionValue[],
  ofRow: Uint32Array,
  add: (partition: PartitionValue, batch: Batch) => void,
): void {
  assert(ofRow.length === batch.rows, 'one partition number a row');
  const counts = new Uint32Array(values.length + 1);
  for (const number of ofRow) counts[number + 1]++;
  for (let i = 1; i < counts.length; i++) counts[i] += counts[i - 1];
  const starts = counts.slice();
  withScratch(context, (scratch) => {
    const rows = scratch.alloc(batch.rows * 2);
    ofRow.forEach((number, row) => {
      context.arena.u16[(rows >>> 1) + starts[number]++] = row;
    });
    values.forEach((partition, i) => {
      const count = counts[i + 1] - counts[i];
      if (count > 0) add(partition, selectRows(context, region, batch, rows + counts[i] * 2, count));
    });
  });
}
