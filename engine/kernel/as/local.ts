// Series: differences, differences of differences, and stretches of 1,024 values that have a base and bits of their own.

import { pack_bits_i64 } from "./encode";
import { unpack_bits_i64 } from "./decode";

const STRETCH = 1024;
const MAX_BITS: i32 = 57;

// out[i] = data[i + 1] - data[i], wrapping; n - 1 of them.
export function deltas_i64(src: usize, n: i32, out: usize): void {
  for (let i = 0; i + 1 < n; i++)
    store<i64>(out + (i << 3), load<i64>(src + (i << 3) + 8) - load<i64>(src + (i << 3)));
}
// n values in place, from differences of which data[i + 1] is the i-th: data[0] = first, data[i] = data[i - 1] + data[i], wrapping.
export function running_i64(data: usize, n: i32, first: i64): void {
  let value = first;
  store<i64>(data, value);
  for (let i = 1; i < n; i++) {
    value += load<i64>(data + (i << 3));
    store<i64>(data + (i << 3), value);
  }
}

// The rows that n runs have, of u16 lengths minus one.
export function rows_of_runs(lengths: usize, n: i32): i64 {
  let rows: i64 = n;
  for (let i = 0; i < n; i++) rows += load<u16>(lengths + (i << 1));
  return rows;
}
// Whether n u16 numbers are all below a limit.
export function below_u16(src: usize, n: i32, limit: u32): i32 {
  let most: u32 = 0;
  for (let i = 0; i < n; i++) most = max(most, <u32>load<u16>(src + (i << 1)));
  return <i32>(n == 0 || most < limit);
}

// @ts-ignore: decorator
@inline
function bits_of(range: u64): i32 {
  const bits = <i32>(64 - clz(range));
  // Wider ones are stored as they are.
  return bits > MAX_BITS ? 64 : bits;
}

// The bytes that pack_local_i64 writes.
export function local_bytes_i64(src: usize, n: i32): i32 {
  const stretches = (n + STRETCH - 1) / STRETCH;
  let bytes = (stretches << 3) + ((stretches + 7) & ~7);
  for (let start = 0; start < n; start += STRETCH) {
    const count = min(STRETCH, n - start);
    const at = src + (start << 3);
    let low = load<i64>(at);
    let high = low;
    for (let i = 1; i < count; i++) {
      const value = load<i64>(at + (i << 3));
      low = min(low, value);
      high = max(high, value);
    }
    bytes += (count * bits_of(<u64>(high - low)) + 7) >> 3;
  }
  return bytes;
}
// i64 smallest value of each stretch, u8 bits of each (padding to 8), then its values less the smallest, in whole bytes.
export function pack_local_i64(src: usize, n: i32, out: usize): i32 {
  const stretches = (n + STRETCH - 1) / STRETCH;
  const widths = out + (stretches << 3);
  let stream = widths + ((stretches + 7) & ~7);
  memory.fill(widths, 0, stream - widths);
  for (let k = 0; k < stretches; k++) {
    const count = min(STRETCH, n - k * STRETCH);
    const at = src + ((k * STRETCH) << 3);
    let low = load<i64>(at);
    let high = low;
    for (let i = 1; i < count; i++) {
      const value = load<i64>(at + (i << 3));
      low = min(low, value);
      high = max(high, value);
    }
    const bits = bits_of(<u64>(high - low));
    store<i64>(out + (k << 3), low);
    store<u8>(widths + k, <u8>bits);
    if (bits == 64) {
      for (let i = 0; i < count; i++) store<i64>(stream + (i << 3), load<i64>(at + (i << 3)) - low);
    } else {
      pack_bits_i64(at, count, low, bits, stream);
    }
    stream += (count * bits + 7) >> 3;
  }
  return <i32>(stream - out);
}
// Whether `bytes` is what n values in stretches take, by the bits they say.
export function check_local(src: usize, bytes: i32, n: i32): i32 {
  const stretches = (n + STRETCH - 1) / STRETCH;
  const head = (stretches << 3) + ((stretches + 7) & ~7);
  if (head > bytes) return 0;
  let all = head;
  for (let k = 0; k < stretches; k++) {
    const bits = <i32>load<u8>(src + (stretches << 3) + k);
    if (bits > MAX_BITS && bits != 64) return 0;
    all += (min(STRETCH, n - k * STRETCH) * bits + 7) >> 3;
  }
  return <i32>(all == bytes);
}
export function unpack_local_i64(src: usize, n: i32, out: usize): void {
  const stretches = (n + STRETCH - 1) / STRETCH;
  const widths = src + (stretches << 3);
  let stream = widths + ((stretches + 7) & ~7);
  for (let k = 0; k < stretches; k++) {
    const count = min(STRETCH, n - k * STRETCH);
    const at = out + ((k * STRETCH) << 3);
    const low = load<i64>(src + (k << 3));
    const bits = <i32>load<u8>(widths + k);
    if (bits == 64) {
      for (let i = 0; i < count; i++) store<i64>(at + (i << 3), load<i64>(stream + (i << 3)) + low);
    } else {
      unpack_bits_i64(stream, count, bits, low, at);
    }
    stream += (count * bits + 7) >> 3;
  }
}

// The value that most of n > 0 values are, if more than half are one; else any (Boyer and Moore).
export function majority_u64(src: usize, n: i32): u64 {
  let value = load<u64>(src);
  let votes = 0;
  for (let i = 0; i < n; i++) {
    const other = load<u64>(src + (i << 3));
    if (votes == 0) value = other;
    votes += other == value ? 1 : -1;
  }
  return value;
}
// Where values are not `value`: u16 row numbers; answers how many. n <= 65536.
export function positions_unlike_u64(src: usize, n: i32, value: u64, out: usize): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (load<u64>(src + (i << 3)) == value) continue;
    store<u16>(out + (count++ << 1), <u16>i);
  }
  return count;
}
// out[positions[k]] = values[k]; u16 positions below the rows there are.
export function scatter_u8(positions: usize, values: usize, n: i32, out: usize): void {
  for (let k = 0; k < n; k++) store<u8>(out + load<u16>(positions + (k << 1)), load<u8>(values + k));
}
export function scatter_u16(positions: usize, values: usize, n: i32, out: usize): void {
  for (let k = 0; k < n; k++)
    store<u16>(out + (<usize>load<u16>(positions + (k << 1)) << 1), load<u16>(values + (k << 1)));
}
export function scatter_u32(positions: usize, values: usize, n: i32, out: usize): void {
  for (let k = 0; k < n; k++)
    store<u32>(out + (<usize>load<u16>(positions + (k << 1)) << 2), load<u32>(values + (k << 2)));
}
// The bits of 64-bit floats as 32-bit ones, as integers.
export function float_bits_i64(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++)
    store<i64>(out + (i << 3), <i64>reinterpret<u32>(<f32>load<f64>(src + (i << 3))));
}
