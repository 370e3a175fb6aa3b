/**
 * One value in nearly every row, the others with their places.
 *
 * data := positions padding-to-8 value values     -- `runs` u16 row numbers; the value of all other rows, and `runs` more, of `width` bytes
 */

import { type CodecContext, SLACK_BYTES, withScratch } from './context.ts';
import { type EncodingRow, narrow, pad8, type Sparse } from './encoding-row.ts';

/** Of the rows that may be others. */
const MOST = 1 / 8;

/** In scratch memory; null when no value is nearly all of them. Each of the others makes at most two runs. */
export function sparseOf(
  { kernels, scratch }: CodecContext,
  data: number,
  rows: number,
  runs: number,
): Sparse | null {
  if (runs === 1 || runs > rows * MOST * 2 + 1) return null;
  const value = kernels.majority_u64(data, rows);
  const positions = scratch.alloc(rows * 2);
  const count = kernels.positions_unlike_u64(data, rows, value, positions);
  return count <= rows * MOST ? { value, positions, count } : null;
}

const bytesOf = (count: number, width: number): number => pad8(count * 2) + (count + 1) * width;

export const SPARSE: EncodingRow = {
  price: 1.1,
  bytes: ({ sparse, width }) => (sparse === null ? null : bytesOf(sparse.count, width)),
  fields: ({ sparse }) => ({ runs: sparse?.count }),
  encode: (context, shape, src, out) => {
    if (shape.sparse === null) return;
    const { positions, count, value } = shape.sparse;
    withScratch(context, (scratch) => {
      const values = scratch.alloc((count + 1) * 8 + SLACK_BYTES);
      context.arena.i64[values >>> 3] = value;
      context.kernels.gather_u64(src, positions, count, values + 8);
      context.arena.u8.copyWithin(out, positions, positions + count * 2);
      narrow(context, shape, values, count + 1, out + pad8(count * 2));
    });
  },
  check: ({ kernels }, { rows, runs, width }, src, bytes) =>
    bytes === bytesOf(runs, width) && kernels.below_u16(src, runs, rows) === 1,
  decode: ({ arena, kernels }, { rows, runs, width }, src, out) => {
    const value = src + pad8(runs * 2);
    if (width === 1) {
      arena.u8.fill(arena.u8[value], out, out + rows);
      kernels.scatter_u8(src, value + 1, runs, out);
    } else if (width === 2) {
      arena.u16.fill(arena.u16[value >>> 1], out >>> 1, (out >>> 1) + rows);
      kernels.scatter_u16(src, value + 2, runs, out);
    } else if (width === 4) {
      arena.u32.fill(arena.u32[value >>> 2], out >>> 2, (out >>> 2) + rows);
      kernels.scatter_u32(src, value + 4, runs, out);
    } else {
      arena.u64.fill(arena.u64[value >>> 3], out >>> 3, (out >>> 3) + rows);
      kernels.scatter_u64(src, value + 8, runs, out);
    }
  },
};
