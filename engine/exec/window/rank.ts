/** Functions of a row's place in its partition. */

import { BasaltError } from '../../base/error.ts';
import type { Region } from '../../memory/region.ts';
import type { WindowFunctionId } from '../../plan/window.ts';
import type { Columns } from './columns.ts';
import { type CallResult, floats, wholeNumbers } from './result.ts';
import type { Stretch } from './stretch.ts';

type Rank = (region: Region, stretch: Stretch, args: readonly number[], columns: Columns) => CallResult;

export const RANKS: { readonly [id in WindowFunctionId]?: Rank } = {
  row_number: (region, { rows, partitionStart }) =>
    wholeNumbers(region, rows, (row) => row - partitionStart[row] + 1),
  rank: (region, { rows, partitionStart, peersStart }) =>
    wholeNumbers(region, rows, (row) => peersStart[row] - partitionStart[row] + 1),
  dense_rank: (region, { rows, group, partitionStart }) =>
    wholeNumbers(region, rows, (row) => group[row] - group[partitionStart[row]] + 1),
  percent_rank: (region, { rows, partitionStart, partitionEnd, peersStart }) =>
    floats(region, rows, (row) => {
      const others = partitionEnd[row] - partitionStart[row] - 1;
      return others === 0 ? 0 : (peersStart[row] - partitionStart[row]) / others;
    }),
  cume_dist: (region, { rows, partitionStart, partitionEnd, peersEnd }) =>
    floats(
      region,
      rows,
      (row) => (peersEnd[row] - partitionStart[row]) / (partitionEnd[row] - partitionStart[row]),
    ),
  ntile: (region, { rows, partitionStart, partitionEnd }, [buckets], columns) =>
    wholeNumbers(region, rows, (row) => {
      const wanted = columns.isNull(buckets, row) ? 0n : columns.i64(buckets, row);
      if (wanted <= 0n) throw new BasaltError('BAD_ARGUMENTS', 'ntile takes a number of buckets above zero');
      const size = partitionEnd[row] - partitionStart[row];
      const count = wanted > BigInt(size) ? size : Number(wanted);
      return bucketOf(row - partitionStart[row], size, count);
    }),
};

/** The first `size % count` buckets have one row more. */
function bucketOf(place: number, size: number, count: number): number {
  const each = Math.floor(size / count);
  const larger = size % count;
  const inLarger = larger * (each + 1);
  if (place < inLarger) return Math.floor(place / (each + 1)) + 1;
  return larger + Math.floor((place - inLarger) / each) + 1;
}
