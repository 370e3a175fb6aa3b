/**
 * Druid's fixed-buckets histogram: how many values there are in each of some buckets of equal width, and outside of them.
 *
 *   block := head, then (count:i64){buckets}
 *   head  := buckets:u32 outliers:u32 low:f64 high:f64 least:f64 largest:f64 count:i64 below:i64 above:i64 missing:i64
 *
 * Bytes are Druid's (big-endian): buckets that have something where these are fewer than half, else all.
 *
 *   histogram := 1:u8 form:u8 low:f64 high:f64 buckets:i32 outliers:u8 count:i64 below:i64 above:i64 missing:i64 largest:f64 least:f64 rest
 *   rest      := (count:i64){buckets}, form 1 | n:i32 (bucket:i32 count:i64){n}, form 2
 */

import { BasaltError } from '../base/error.ts';
import { damagedState, viewOf } from './byte-reader.ts';
import { allocZero, blockOf, eachNumber, type StateMemory, type StateViews, setBlock } from './memory.ts';

export const MAX_BUCKETS = 1 << 20;
/** What becomes of values outside of the limits: left out, counted apart, or counted in the bucket at that end. */
export const OUTLIERS = ['ignore', 'overflow', 'clip'] as const;
const OVERFLOW = 1;
const CLIP = 2;

const HEADER_BYTES = 72;
const BYTES_AHEAD = 71;
const FULL = 1;
const SPARSE = 2;

/** Parameters of the aggregate. */
type Shape = {
  readonly buckets: number;
  readonly outliers: number;
  readonly low: number;
  readonly high: number;
};
const shapeOf = ([buckets, , low, high, outliers]: readonly number[]): Shape => ({
  buckets,
  outliers,
  low,
  high,
});

/** Adds values to the states of their groups; NaN is left out. @param params buckets, level, low, high, outliers */
export function addToBuckets(
  memory: StateMemory,
  params: readonly number[],
  values: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  const shape = shapeOf(params);
  eachNumber(memory, values, gids, valid, n, slots, (slot, value) =>
    addTo(memory, blockOf(memory, slot) || newBuckets(memory, slot, shape), shape, value),
  );
}

function addTo(memory: StateMemory, block: number, shape: Shape, value: number): void {
  const { buckets, outliers, low, high } = shape;
  const { u64, f64 } = memory;
  const head = block >>> 3;
  const isOutside = value < low || value >= high;
  if (isOutside && outliers !== CLIP) {
    if (outliers === OVERFLOW) u64[head + (value < low ? 6 : 7)]++;
    return;
  }
  const inside = value < low ? low : value >= high ? high : value;
  f64[head + 3] = Math.min(f64[head + 3], inside);
  f64[head + 4] = Math.max(f64[head + 4], inside);
  const width = (high - low) / buckets;
  u64[head + 5]++;
  u64[(block + HEADER_BYTES) / 8 + Math.min(buckets - 1, Math.floor((inside - low) / width))]++;
}

function newBuckets(memory: StateMemory, slot: number, { buckets, outliers, low, high }: Shape): number {
  const bytes = HEADER_BYTES + 8 * buckets;
  const block = allocZero(memory, bytes);
  memory.u32.set([buckets, outliers], block >>> 2);
  memory.f64.set([low, high, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], (block >>> 3) + 1);
  setBlock(memory, slot, block, bytes);
  return block;
}

const shapeAt = ({ u32, f64 }: StateViews, block: number): Shape => ({
  buckets: u32[block >>> 2],
  outliers: u32[(block >>> 2) + 1],
  low: f64[(block >>> 3) + 1],
  high: f64[(block >>> 3) + 2],
});

/** @throws BasaltError BAD_ARGUMENTS for histograms of other buckets */
export function mergeBuckets(memory: StateMemory, slot: number, from: number): void {
  const to = blockOf(memory, slot);
  const [mine, theirs] = [shapeAt(memory, to), shapeAt(memory, from)];
  if (mine.buckets !== theirs.buckets || mine.low !== theirs.low || mine.high !== theirs.high)
    throw new BasaltError(
      'BAD_ARGUMENTS',
      `Histograms of ${textOf(mine)} and of ${textOf(theirs)} cannot be combined`,
      { hint: 'Histograms go together that have the same limits and as many buckets' },
    );
  const { u64, f64 } = memory;
  const [a, b] = [to >>> 3, from >>> 3];
  f64[a + 3] = Math.min(f64[a + 3], f64[b + 3]);
  f64[a + 4] = Math.max(f64[a + 4], f64[b + 4]);
  for (let i = 5; i < HEADER_BYTES / 8 + mine.buckets; i++) u64[a + i] += u64[b + i];
}

const textOf = ({ buckets, low, high }: Shape): string => `${buckets} buckets from ${low} to ${high}`;

/** The value below which a share `level` of those in buckets are, as a 32-bit float; 0 where there are none. */
export function bucketQuantile(memory: StateViews, block: number, level: number): number {
  if (block === 0) return 0;
  const { buckets, low, high } = shapeAt(memory, block);
  const width = (high - low) / buckets;
  const total = Number(memory.u64[(block >>> 3) + 5]);
  const first = (block + HEADER_BYTES) / 8;
  let [count, share, start] = [0, 0, low];
  for (let i = 0; i < buckets; i++) {
    count += Number(memory.u64[first + i]);
    const [nextShare, end] = [(100 * count) / total, (i + 1) * width + low];
    if (nextShare >= 100 * level) {
      const part = nextShare === share ? 0 : (100 * level - share) / (nextShare - share);
      return Math.fround(part * (end - start) + start);
    }
    [share, start] = [nextShare, end];
  }
  return 0;
}

/** @param block 0 = nothing seen */
export function writeBuckets(memory: StateViews, block: number, params: readonly number[]): Uint8Array {
  const { u64, f64 } = memory;
  const head = block >>> 3;
  const { buckets, outliers, low, high } = block === 0 ? shapeOf(params) : shapeAt(memory, block);
  const counts = block === 0 ? [] : u64.subarray(head + 9, head + 9 + buckets);
  const filled = [...counts.entries()].filter(([, count]) => count > 0n);
  const isSparse = filled.length < Math.floor(buckets / 2);
  const bytes = new Uint8Array(BYTES_AHEAD + (isSparse ? 4 + 12 * filled.length : 8 * buckets));
  const view = new DataView(bytes.buffer);
  bytes.set([1, isSparse ? SPARSE : FULL]);
  view.setFloat64(2, low);
  view.setFloat64(10, high);
  view.setInt32(18, buckets);
  bytes[22] = outliers;
  for (let i = 0; i < 4; i++) view.setBigUint64(23 + 8 * i, block === 0 ? 0n : u64[head + 5 + i]);
  view.setFloat64(55, block === 0 ? Number.NEGATIVE_INFINITY : f64[head + 4]);
  view.setFloat64(63, block === 0 ? Number.POSITIVE_INFINITY : f64[head + 3]);
  if (isSparse) view.setInt32(BYTES_AHEAD, filled.length);
  for (const [i, [bucket, count]] of filled.entries()) {
    if (isSparse) view.setInt32(BYTES_AHEAD + 4 + 12 * i, bucket);
    view.setBigUint64(BYTES_AHEAD + (isSparse ? 8 + 12 * i : 8 * bucket), count);
  }
  return bytes;
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export function readBuckets(memory: StateMemory, bytes: Uint8Array, slot: number): void {
  const view = viewOf(bytes, BYTES_AHEAD, 'a histogram');
  const [version, form] = bytes;
  const [low, high, buckets, outliers] = [
    view.getFloat64(2),
    view.getFloat64(10),
    view.getInt32(18),
    bytes[22],
  ];
  if (version !== 1 || (form !== FULL && form !== SPARSE))
    throw damagedState('these bytes are no histogram of fixed buckets, version 1');
  if (!(high > low) || buckets < 1 || buckets > MAX_BUCKETS || outliers >= OUTLIERS.length)
    throw damagedState(`a histogram of ${textOf({ buckets, low, high, outliers })}`);
  const isSparse = form === SPARSE;
  if (isSparse) viewOf(bytes, BYTES_AHEAD + 4, 'a histogram');
  const n = isSparse ? view.getInt32(BYTES_AHEAD) : buckets;
  if (n < 0 || n > buckets) throw damagedState(`a histogram with ${n} of ${buckets} buckets`);
  viewOf(bytes, BYTES_AHEAD + (isSparse ? 4 + 12 * n : 8 * n), 'a histogram');
  const block = newBuckets(memory, slot, { buckets, outliers, low, high });
  const { u64, f64 } = memory;
  const head = block >>> 3;
  for (let i = 0; i < 4; i++) u64[head + 5 + i] = view.getBigUint64(23 + 8 * i);
  f64[head + 3] = view.getFloat64(63);
  f64[head + 4] = view.getFloat64(55);
  let sum = 0n;
  for (let i = 0; i < n; i++) {
    const bucket = isSparse ? view.getInt32(BYTES_AHEAD + 4 + 12 * i) : i;
    if (bucket < 0 || bucket >= buckets) throw damagedState(`a histogram with a bucket ${bucket}`);
    const count = view.getBigUint64(BYTES_AHEAD + (isSparse ? 8 + 12 * i : 8 * i));
    u64[head + 9 + bucket] = count;
    sum += count;
  }
  if (sum !== u64[head + 5] || sum >= 2n ** 63n)
    throw damagedState(`a histogram of ${u64[head + 5]} values with ${sum} in its buckets`);
}
