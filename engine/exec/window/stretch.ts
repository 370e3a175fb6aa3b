/** Whole partitions, one behind the other: where each row's partition and peers begin and end. Rows count from 0. */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import { BEGINS_PARTITION, BEGINS_PEERS } from './rows.ts';

export type Stretch = {
  readonly rows: number;
  readonly partitionStart: Uint32Array;
  readonly partitionEnd: Uint32Array;
  readonly peersStart: Uint32Array;
  readonly peersEnd: Uint32Array;
  /** Number of a row's group of peers, over all partitions. */
  readonly group: Uint32Array;
  /** First row of each group, and the row behind the last. */
  readonly groupStart: Uint32Array;
};

/** An array of words in the region. */
export const words32 = (region: Region, n: number): Uint32Array => {
  const at = region.alloc(n * 4 + 4) >>> 2;
  return region.arena.u32.subarray(at, at + n);
};

export function stretchOf(task: TaskContext, region: Region, flags: Uint8Array, rows: number): Stretch {
  const [partitionStart, partitionEnd, peersStart, peersEnd, group] = Array.from({ length: 5 }, () =>
    words32(region, rows),
  );
  const groupStart = words32(region, rows + 1);
  let groups = 0;
  for (let row = 0, partition = 0, peers = 0; row < rows; row++) {
    if ((flags[row] & BEGINS_PARTITION) !== 0) partition = row;
    if ((flags[row] & BEGINS_PEERS) !== 0) {
      peers = row;
      groupStart[groups++] = row;
    }
    partitionStart[row] = partition;
    peersStart[row] = peers;
    group[row] = groups - 1;
  }
  task.check();
  groupStart[groups] = rows;
  for (let row = rows - 1, partition = rows, peers = rows; row >= 0; row--) {
    partitionEnd[row] = partition;
    peersEnd[row] = peers;
    if ((flags[row] & BEGINS_PARTITION) !== 0) partition = row;
    if ((flags[row] & BEGINS_PEERS) !== 0) peers = row;
  }
  return { rows, partitionStart, partitionEnd, peersStart, peersEnd, group, groupStart };
}
