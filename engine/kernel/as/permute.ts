// Sorting rows for storage: packed keys, a stable radix sort of (key, row), and gathers by the row order found.
// A row number is page << 16 | row; `pages` is a table of u32 page addresses.

// keys[i] |= (src[i] - base) << shift
export function key_pack_i64(src: usize, n: i32, base: i64, shift: i32, keys: usize): void {
  for (let i = 0; i < n; i++) {
    const p = keys + (<usize>i << 3);
    store<u64>(p, load<u64>(p) | (<u64>(load<i64>(src + (<usize>i << 3)) - base) << shift));
  }
}
// Floats as integers of the same order; NaN after all others.
export function key_of_f64(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const value = load<f64>(src + (<usize>i << 3));
    const bits = value == value ? reinterpret<i64>(value + 0.0) : 0x7ff8000000000000;
    store<i64>(out + (<usize>i << 3), bits ^ <i64>(<u64>(bits >> 63) >> 1));
  }
}
// Puts NULL before everything: where not valid, the value becomes `low`.
export function key_null_i64(data: usize, valid: usize, n: i32, low: i64): void {
  for (let i = 0; i < n; i++) if (load<u8>(valid + i) == 0) store<i64>(data + (<usize>i << 3), low);
}

// 1 when keys never fall.
export function key_sorted_u64(keys: usize, n: i32): i32 {
  for (let i = 1; i < n; i++) {
    if (load<u64>(keys + (<usize>i << 3)) < load<u64>(keys + (<usize>i << 3) - 8)) return 0;
  }
  return 1;
}

// One pass of a stable radix sort by the byte of the key at `shift`; answers 0 and moves nothing when all keys
// agree on it. `counts` is room for 256 u32.
export function sort_pass_u64(keys: usize, rows: usize, n: i32, shift: i32, counts: usize, keysOut: usize, rowsOut: usize): i32 {
  memory.fill(counts, 0, 1024);
  for (let i = 0; i < n; i++) {
    const p = counts + <usize>(((load<u64>(keys + (<usize>i << 3)) >> shift) & 255) << 2);
    store<u32>(p, load<u32>(p) + 1);
  }
  let at: u32 = 0;
  for (let c = 0; c < 256; c++) {
    const p = counts + (<usize>c << 2);
    const count = load<u32>(p);
    if (count == <u32>n) return 0;
    store<u32>(p, at);
    at += count;
  }
  for (let i = 0; i < n; i++) {
    const key = load<u64>(keys + (<usize>i << 3));
    const p = counts + <usize>(((key >> shift) & 255) << 2);
    const to = load<u32>(p);
    store<u32>(p, to + 1);
    store<u64>(keysOut + (<usize>to << 3), key);
    store<u32>(rowsOut + (<usize>to << 2), load<u32>(rows + (<usize>i << 2)));
  }
  return 1;
}

// Values of the rows in order, from pages of 1, 4 or 8 bytes a row.
export function gather_pages_u8(pages: usize, rows: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const row = load<u32>(rows + (<usize>i << 2));
    store<u8>(out + i, load<u8>(<usize>load<u32>(pages + (<usize>(row >> 16) << 2)) + (row & 0xffff)));
  }
}
export function gather_pages_u32(pages: usize, rows: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const row = load<u32>(rows + (<usize>i << 2));
    const page = <usize>load<u32>(pages + (<usize>(row >> 16) << 2));
    store<u32>(out + (<usize>i << 2), load<u32>(page + (<usize>(row & 0xffff) << 2)));
  }
}
export function gather_pages_u64(pages: usize, rows: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const row = load<u32>(rows + (<usize>i << 2));
    const page = <usize>load<u32>(pages + (<usize>(row >> 16) << 2));
    store<u64>(out + (<usize>i << 3), load<u64>(page + (<usize>(row & 0xffff) << 3)));
  }
}

// Row numbers 0 to n - 1 of one page.
export function fill_rows_u32(page: i32, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (<usize>i << 2), (page << 16) | i);
}
