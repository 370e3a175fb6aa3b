// Rows in the order of several key columns, and rows on their way between memory and spill files.
//
// Keys are columns of 8-byte words: `columns` points at `width` u32 addresses, `kinds` at one byte each (0 = unsigned
// word, 1 = string reference ascending by bytes, 2 = descending). `order` is u32 row numbers.

import { order_of_rows } from "./order";

// 1 when rows never fall.
export function rows_sorted(columns: usize, kinds: usize, width: i32, order: usize, n: i32): i32 {
  for (let i = 1; i < n; i++) {
    const p = order + (<usize>i << 2);
    if (order_of_rows(columns, load<u32>(p - 4), columns, load<u32>(p), kinds, width) > 0) return 0;
  }
  return 1;
}

// Sorts each group of 16 neighbours; stable.
export function rows_sort_groups(columns: usize, kinds: usize, width: i32, order: usize, n: i32): void {
  for (let start = 0; start < n; start += 16) {
    const stop = min(start + 16, n);
    for (let i = start + 1; i < stop; i++) {
      const row = load<u32>(order + (<usize>i << 2));
      let at = i;
      while (at > start) {
        const before = load<u32>(order + (<usize>at << 2) - 4);
        if (order_of_rows(columns, before, columns, row, kinds, width) <= 0) break;
        store<u32>(order + (<usize>at << 2), before);
        at--;
      }
      store<u32>(order + (<usize>at << 2), row);
    }
  }
}

// One pass of a stable merge sort: sorted groups of `group` rows become groups of 2 * group at `out`. Neighbours that
// are in order already are only copied.
export function rows_sort_merge(columns: usize, kinds: usize, width: i32, src: usize, n: i32, group: i32, out: usize): void {
  for (let start = 0; start < n; start += 2 * group) {
    let a = src + (<usize>start << 2);
    const aEnd = src + (<usize>min(start + group, n) << 2);
    let b = aEnd;
    const bEnd = src + (<usize>min(start + 2 * group, n) << 2);
    if (b < bEnd && order_of_rows(columns, load<u32>(aEnd - 4), columns, load<u32>(b), kinds, width) > 0) {
      while (a < aEnd && b < bEnd) {
        if (order_of_rows(columns, load<u32>(a), columns, load<u32>(b), kinds, width) <= 0) {
          store<u32>(out, load<u32>(a));
          a += 4;
        } else {
          store<u32>(out, load<u32>(b));
          b += 4;
        }
        out += 4;
      }
    }
    memory.copy(out, a, aEnd - a);
    out += aEnd - a;
    memory.copy(out, b, bEnd - b);
    out += bEnd - b;
  }
}

// How many of n sorted rows come before row `row` of `others`; with `inclusive` 1, equal ones too.
export function rows_below(columns: usize, kinds: usize, width: i32, n: i32, others: usize, row: u32, inclusive: i32): i32 {
  let lo = 0, hi = n;
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    if (order_of_rows(columns, middle, others, row, kinds, width) < inclusive) lo = middle + 1;
    else hi = middle;
  }
  return lo;
}

// Bits in which words differ from the first one.
export function differing_u64(words: usize, n: i32): u64 {
  if (n == 0) return 0;
  const first = load<u64>(words);
  let bits: u64 = 0;
  for (let i = 1; i < n; i++) bits |= load<u64>(words + (<usize>i << 3)) ^ first;
  return bits;
}

// Bytes that all strings begin with alike; references of 0 (NULL) are passed over.
export function refs_common(refs: usize, n: i32): u32 {
  let first: u64 = 0;
  let common: u32 = 0;
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (<usize>i << 3));
    if (ref == 0) continue;
    if (first == 0) {
      first = ref;
      common = <u32>(ref >> 32);
      continue;
    }
    common = min(common, <u32>(ref >> 32));
    const p = <usize>(<u32>first), q = <usize>(<u32>ref);
    let k: u32 = 0;
    while (k + 8 <= common && load<u64>(p + k) == load<u64>(q + k)) k += 8;
    while (k < common && load<u8>(p + k) == load<u8>(q + k)) k++;
    common = k;
    if (common == 0) break;
  }
  return common;
}

// Copies what n references point at to `to`, one after another, and makes the references in `out` point there; those
// of 0 (NULL) stay. Writes up to 7 bytes more than the strings have.
export function refs_keep(refs: usize, n: i32, to: usize, out: usize): void {
  let at = to;
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (<usize>i << 3));
    const p = <usize>(<u32>ref), length = <usize>(ref >> 32);
    if (length > 64) memory.copy(at, p, length);
    else for (let k: usize = 0; k < length; k += 8) store<u64>(at + k, load<u64>(p + k));
    store<u64>(out + (<usize>i << 3), ref == 0 ? 0 : (ref & 0xffffffff00000000) | <u64>at);
    at += length;
  }
}

// Moves references along with their bytes, by `add` modulo 2^32. References of 0 (NULL) stay.
export function refs_move(refs: usize, n: i32, add: u32): void {
  for (let i = 0; i < n; i++) {
    const p = refs + (<usize>i << 3);
    if (load<u64>(p) != 0) store<u32>(p, load<u32>(p) + add);
  }
}

// u32 numbers by u32 row numbers.
export function take_u32(table: usize, rows: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (<usize>i << 2), load<u32>(table + (<usize>load<u32>(rows + (<usize>i << 2)) << 2)));
}
