// Scan kernels: finding structure in bytes, and the string builders the row parsers share.
import {
  C_BYTES,
  C_COUNT,
  C_MASK,
  C_OFFSETS,
  C_SEED,
  C_TABLE,
  hash_of,
  intern,
  put_null,
  put_string,
} from "./builder";

/** How many of n bytes equal `byte`. */
export function scan_count_byte(p: usize, n: i32, byte: i32): i32 {
  const wanted = i8x16.splat(<i8>byte);
  let count = 0;
  let i = 0;
  for (; i + 16 <= n; i += 16) count += popcnt(i8x16.bitmask(i8x16.eq(v128.load(p + i), wanted)));
  for (; i < n; i++) count += <i32>(<i32>load<u8>(p + i) == byte);
  return count;
}

/** Index of the first of n bytes that equals `byte`, or -1. */
export function scan_find_byte(p: usize, n: i32, byte: i32): i32 {
  const wanted = i8x16.splat(<i8>byte);
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(p + i), wanted));
    if (hits != 0) return i + ctz(hits);
  }
  for (; i < n; i++) if (<i32>load<u8>(p + i) == byte) return i;
  return -1;
}

/** Index of the last of n bytes that equals `byte`, or -1. */
export function scan_last_byte(p: usize, n: i32, byte: i32): i32 {
  let i = n - 1;
  for (; i >= 0; i--) if (<i32>load<u8>(p + i) == byte) return i;
  return -1;
}

/**
 * Bytes up to and including the last line end that ends a CSV record, when n bytes start at a record's start.
 * A quote opens a field only at its start; inside a quoted field line ends do not count.
 */
export function scan_csv_cut(p: usize, n: i32, delimiter: i32): i32 {
  const quote = i8x16.splat(34);
  const newline = i8x16.splat(10);
  let cut = 0;
  let i = 0;
  while (i < n) {
    if (i + 16 <= n) {
      const v = v128.load(p + i);
      const hits = i8x16.bitmask(v128.or(i8x16.eq(v, quote), i8x16.eq(v, newline)));
      if (hits == 0) {
        i += 16;
        continue;
      }
      i += ctz(hits);
    }
    const c = <i32>load<u8>(p + i);
    if (c == 10) cut = i + 1;
    const opens = c == 34 && (i == cut || <i32>load<u8>(p + i - 1) == delimiter);
    i++;
    if (!opens) continue;
    for (;;) {
      const close = scan_find_byte(p + i, n - i, 34);
      if (close < 0) return cut;
      i += close + 1;
      if (i < n && load<u8>(p + i) == 34) i++;
      else break;
    }
  }
  return cut;
}

/** Puts the string of n bytes into a row of a string column; 0 when the column has no room, else 1. */
export function build_string(column: usize, row: i32, p: usize, n: i32): i32 {
  return <i32>put_string(column, row, p, n);
}

/** Puts NULL into a row of a column of any kind. */
export function build_null(column: usize, row: i32): void {
  put_null(column, row);
}

/** Code of the string in a dictionary column, entering it if it is new; -1 when there is no room. */
export function build_intern(column: usize, p: usize, n: i32): i32 {
  return intern(column, p, n);
}

/** Fills the column's empty hash table, grown by its caller, from the dictionary entries. */
export function build_rehash(column: usize): void {
  const count = load<u32>(column, C_COUNT);
  const mask = load<u32>(column, C_MASK);
  const table = <usize>load<u32>(column, C_TABLE);
  const offsets = <usize>load<u32>(column, C_OFFSETS);
  const bytes = <usize>load<u32>(column, C_BYTES);
  const seed = load<u64>(column, C_SEED);
  for (let code: u32 = 1; code < count; code++) {
    const from = load<u32>(offsets + (code << 2));
    const hash = hash_of(bytes + from, load<u32>(offsets + (code << 2), 4) - from, seed);
    let slot = <u32>hash & mask;
    while (load<u64>(table + (slot << 3)) != 0) slot = (slot + 1) & mask;
    store<u64>(table + (slot << 3), (hash & 0xffffffff00000000) | <u64>code);
  }
}

/** Lays out the strings of n u32 codes: n + 1 offsets from 0, bytes at `to` (16 spare bytes). Answers bytes written. */
export function gather_strings(codes: usize, n: i32, offsets: usize, bytes: usize, outOffsets: usize, to: usize): i32 {
  let used: u32 = 0;
  store<u32>(outOffsets, 0);
  for (let i = 0; i < n; i++) {
    const code = load<u32>(codes + (<usize>i << 2));
    const from = load<u32>(offsets + (code << 2));
    const size = load<u32>(offsets + (code << 2), 4) - from;
    let k: u32 = 0;
    for (; k < size; k += 16) v128.store(to + used + k, v128.load(bytes + from + k));
    used += size;
    store<u32>(outOffsets + (<usize>i << 2), used, 4);
  }
  return used;
}

/** Bytes that {@link gather_strings} would write. */
export function gather_strings_bytes(codes: usize, n: i32, offsets: usize): i32 {
  let total: u32 = 0;
  for (let i = 0; i < n; i++) {
    const code = load<u32>(codes + (<usize>i << 2));
    total += load<u32>(offsets + (code << 2), 4) - load<u32>(offsets + (code << 2));
  }
  return total;
}
