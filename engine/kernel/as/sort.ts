// Order-preserving u64 words. The radix sort over them is sort_pass_u64 (permute.ts).

// Signed integers: `flip` is 0 for ascending, all ones for descending.
export function order_i64(src: usize, n: i32, flip: i64, out: usize): void {
  for (let i = 0; i < n; i++) store<i64>(out + (i << 3), load<i64>(src + (i << 3)) ^ i64.MIN_VALUE ^ flip);
}
export function order_u64(src: usize, n: i32, flip: i64, out: usize): void {
  for (let i = 0; i < n; i++) store<i64>(out + (i << 3), load<i64>(src + (i << 3)) ^ flip);
}
// Floats: -0 equals 0, every NaN is the largest.
export function order_f64(src: usize, n: i32, flip: i64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<f64>(src + (i << 3));
    let bits = reinterpret<i64>(x == 0 ? 0 : x);
    if (x != x) bits = -1;
    else bits = bits < 0 ? ~bits : bits ^ i64.MIN_VALUE;
    store<i64>(out + (i << 3), bits ^ flip);
  }
}
// Strings: eight bytes from `skip` on, big-endian, padded with zeros.
export function order_refs(refs: usize, n: i32, skip: u32, flip: i64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    const length = <u32>(ref >> 32), p = <usize>(<u32>ref) + skip;
    let word: u64 = 0;
    if (length >= skip + 8) word = bswap<u64>(load<u64>(p));
    else for (let k: u32 = 0; k < 8; k++) word = (word << 8) | (skip + k < length ? <u64>load<u8>(p + k) : 0);
    store<i64>(out + (i << 3), <i64>word ^ flip);
  }
}

// Words <= bound, unsigned: rows that can still be among the first.
export function cmp_le_u64_vc(words: usize, n: i32, bound: i64, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<u64>(words + (i << 3)) <= <u64>bound));
}
// 8-byte words by u32 row numbers.
export function take_u64(table: usize, rows: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (i << 3), load<u64>(table + (<usize>load<u32>(rows + (i << 2)) << 3)));
}
