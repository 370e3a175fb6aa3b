/**
 * Encodings of values that are like their neighbours, or drift, or have outliers that would cost a whole block its bits: stretches of
 * 1,024 values, or of differences, that have a base and bits of their own, and differences of differences.
 *
 * local       := base:i64{stretches} bits:u8{stretches} padding-to-8 stream{stretches}
 * stream      := the values of the stretch less its base, `bits` bits each, in whole bytes; 64 bits when more than 57
 * local-delta := local of the rows - 1 differences of neighbours; row 0 is `first`
 * local-decimal := what decimal has of its misfits, then local-delta of its integers
 * delta2      := difference:i64, then rows - 2 differences of differences less `step`, `bits` bits each; row 0 is `first`
 *
 * Values are those of the lane, whatever base vectors add; of floats the bits; all differences wrap. They take less than Gorilla's and
 * ALP-RD's encodings of floats that are no decimals on what was tried (walks, sensors, shares), and are read faster.
 */

import type { BlockEntry } from './block.ts';
import { type CodecContext, SLACK_BYTES, withScratch } from './context.ts';
import { bitBytes, bitLength, type EncodingRow, MAX_BITS, pad8, type Series } from './encoding-row.ts';

const STRETCH_ROWS = 1024;
/** Stretches that are looked at before all are. */
const SAMPLED = 6;
const PRICE = 4 / 3;

/**
 * Sizes of the encodings here for `rows` 64-bit values, in scratch memory.
 * @param cost of the best other encoding: what a sample says to be dearer is not looked at.
 */
export function seriesOf(context: CodecContext, values: number, rows: number, cost: number): Series | null {
  const { arena, kernels, scratch } = context;
  if (rows < 3) return null;
  const sampled = sampleSizes(context, values, rows);
  const hopeful = (size: number): boolean => size * PRICE < cost * 1.05;
  if (!hopeful(sampled.local) && !hopeful(sampled.delta) && !hopeful(sampled.second)) return null;
  const localBytes = hopeful(sampled.local)
    ? kernels.local_bytes_i64(values, rows)
    : Number.POSITIVE_INFINITY;
  const deltas = scratch.alloc(rows * 8);
  kernels.deltas_i64(values, rows, deltas);
  const localDeltaBytes = hopeful(sampled.delta)
    ? kernels.local_bytes_i64(deltas, rows - 1)
    : Number.POSITIVE_INFINITY;
  const found = { values, first: arena.i64[values >>> 3], localBytes, localDeltaBytes, deltas };
  if (!hopeful(sampled.second)) return { ...found, second: null };
  const at = scratch.alloc(rows * 8);
  kernels.deltas_i64(deltas, rows - 1, at);
  const stats = scratch.alloc(16);
  kernels.stat_range_i64(at, rows - 2, stats);
  const [low, high] = arena.i64.subarray(stats >>> 3, (stats >>> 3) + 2);
  return { ...found, second: { at, low, bits: bitLength(high - low) } };
}

/** What the block would take if it were as its sampled stretches. */
function sampleSizes(
  context: CodecContext,
  values: number,
  rows: number,
): { readonly local: number; readonly delta: number; readonly second: number } {
  const { kernels } = context;
  return withScratch(context, (scratch) => {
    const deltas = scratch.alloc(STRETCH_ROWS * 8);
    const sizes = { local: 0, delta: 0, second: 0 };
    let seen = 0;
    const stretches = Math.ceil(rows / STRETCH_ROWS);
    const step = Math.max(1, Math.floor(stretches / SAMPLED));
    for (let stretch = 0; stretch < stretches; stretch += step) {
      const from = stretch * STRETCH_ROWS;
      const count = Math.min(STRETCH_ROWS, rows - from);
      if (count < 3 && seen > 0) break;
      sizes.local += kernels.local_bytes_i64(values + from * 8, count);
      kernels.deltas_i64(values + from * 8, count, deltas);
      if (count > 1) sizes.delta += kernels.local_bytes_i64(deltas, count - 1);
      kernels.deltas_i64(deltas, count - 1, deltas);
      if (count > 2) sizes.second += kernels.local_bytes_i64(deltas, count - 2);
      seen += count;
    }
    const share = rows / seen;
    return { local: sizes.local * share, delta: sizes.delta * share, second: sizes.second * share };
  });
}

const finite = (bytes: number | undefined): number | null =>
  bytes !== undefined && Number.isFinite(bytes) ? bytes : null;

/** `make` has the room for rows 64-bit values, which then go to `out` as wide as they are to be. */
function throughWide(
  context: CodecContext,
  { rows, width, base }: BlockEntry,
  out: number,
  make: (wide: number) => void,
): void {
  if (width === 8) {
    make(out);
    return;
  }
  const { kernels } = context;
  withScratch(context, (scratch) => {
    const wide = scratch.alloc(rows * 8 + SLACK_BYTES);
    make(wide);
    if (width === 1) kernels.narrow_i64_u8(wide, rows, base, out);
    else if (width === 2) kernels.narrow_i64_u16(wide, rows, base, out);
    else kernels.narrow_i64_u32(wide, rows, base, out);
  });
}

/** Differences at `wide` + 8 to values. */
function unpackDeltas(
  { kernels }: CodecContext,
  { rows, first }: BlockEntry,
  src: number,
  wide: number,
): void {
  kernels.unpack_local_i64(src, rows - 1, wide + 8);
  kernels.running_i64(wide, rows, first);
}

export const LOCAL: EncodingRow = {
  price: PRICE,
  bytes: ({ series, decimals }) => (decimals === null ? finite(series?.localBytes) : null),
  fields: () => ({}),
  encode: ({ kernels }, { rows, series }, _, out) => {
    if (series !== null) kernels.pack_local_i64(series.values, rows, out);
  },
  check: ({ kernels }, { rows }, src, bytes) => kernels.check_local(src, bytes, rows) === 1,
  decode: (context, entry, src, out) =>
    throughWide(context, entry, out, (wide) => context.kernels.unpack_local_i64(src, entry.rows, wide)),
};

export const LOCAL_DELTA: EncodingRow = {
  price: PRICE,
  bytes: ({ series, decimals }) => (decimals === null ? finite(series?.localDeltaBytes) : null),
  fields: ({ series }) => ({ first: series?.first }),
  encode: ({ kernels }, { rows, series }, _, out) => {
    if (series !== null) kernels.pack_local_i64(series.deltas, rows - 1, out);
  },
  check: ({ kernels }, { rows }, src, bytes) => rows > 0 && kernels.check_local(src, bytes, rows - 1) === 1,
  decode: (context, entry, src, out) =>
    throughWide(context, entry, out, (wide) => unpackDeltas(context, entry, src, wide)),
};

const misfitBytes = (misfits: number): number => pad8(misfits * 2) + misfits * 8;

export const LOCAL_DECIMAL: EncodingRow = {
  price: 1.4,
  bytes: ({ series, decimals }) => {
    const bytes = finite(series?.localDeltaBytes);
    return decimals === null || bytes === null ? null : misfitBytes(decimals.misfits) + bytes;
  },
  fields: ({ series, decimals }) => ({
    first: series?.first,
    runs: decimals?.misfits,
    step: BigInt(decimals?.digits ?? 0),
  }),
  encode: ({ arena, kernels }, { rows, series, decimals }, src, out) => {
    if (series === null || decimals === null) return;
    const { positions, misfits } = decimals;
    arena.u8.copyWithin(out, positions, positions + misfits * 2);
    kernels.gather_u64(src, positions, misfits, out + pad8(misfits * 2));
    kernels.pack_local_i64(series.deltas, rows - 1, out + misfitBytes(misfits));
  },
  check: ({ kernels }, { rows, runs, width, step }, src, bytes) => {
    const misfits = misfitBytes(runs);
    return (
      rows > 0 &&
      width === 8 &&
      step >= 0n &&
      misfits <= bytes &&
      kernels.below_u16(src, runs, rows) === 1 &&
      kernels.check_local(src + misfits, bytes - misfits, rows - 1) === 1
    );
  },
  decode: (context, entry, src, out) => {
    const { rows, runs, step } = entry;
    const { kernels } = context;
    unpackDeltas(context, entry, src + misfitBytes(runs), out);
    kernels.fraction_of_i64(out, rows, 10 ** Number(step));
    kernels.scatter_u64(src, src + pad8(runs * 2), runs, out);
  },
};

export const DELTA2: EncodingRow = {
  price: PRICE,
  bytes: ({ series, decimals, rows }) =>
    decimals === null && series?.second != null && series.second.bits <= MAX_BITS
      ? 8 + bitBytes(rows - 2, series.second.bits)
      : null,
  fields: ({ series }) => ({ first: series?.first, step: series?.second?.low, bits: series?.second?.bits }),
  encode: ({ arena, kernels }, { rows, series }, _, out) => {
    if (series === null || series.second === null) return;
    const { at, low, bits } = series.second;
    arena.u8.copyWithin(out, series.deltas, series.deltas + 8);
    kernels.pack_bits_i64(at, rows - 2, low, bits, out + 8);
  },
  check: (_, { rows, bits }, __, bytes) =>
    rows >= 3 && bits <= MAX_BITS && bytes === 8 + bitBytes(rows - 2, bits),
  decode: (context, entry, src, out) => {
    const { rows, bits, first, step } = entry;
    const { arena, kernels } = context;
    throughWide(context, entry, out, (wide) => {
      kernels.unpack_bits_i64(src + 8, rows - 2, bits, step, wide + 16);
      kernels.running_i64(wide + 8, rows - 1, arena.i64[src >>> 3]);
      kernels.running_i64(wide, rows, first);
    });
  },
};
