// String search and comparison over bytes. Offsets are u32, n + 1 of them; a reference is address | length << 32.
import { order_of_refs } from "./bytes";

// Rows whose text contains the needle (at least one byte). Searches the page's contiguous bytes for two of the
// needle's bytes at once, at offsets `pa` and `pb` that the caller picked for being rare; 64 bytes without a candidate
// cost one branch. Candidates are verified, and after a hit the search goes on in the next row.
export function find_text(offsets: usize, bytes: usize, n: i32, needle: usize, length: i32, pa: i32, pb: i32, out: usize): void {
  memory.fill(out, 0, n);
  const begin = bytes + <usize>load<u32>(offsets), end = bytes + <usize>load<u32>(offsets + (<usize>n << 2));
  if (end - begin < <usize>length) return;
  const a = i8x16.splat(load<i8>(needle + pa)), b = i8x16.splat(load<i8>(needle + pb));
  // Last address a match can start at, and last one at which whole vectors can be loaded.
  const last = end - length;
  let at = begin;
  let row = 0;
  let rowEnd = bytes + <usize>load<u32>(offsets + 4);
  while (at <= last) {
    let bits: u32;
    if (at + 64 + length <= end) {
      const m0 = candidates(at, pa, pb, a, b), m1 = candidates(at + 16, pa, pb, a, b);
      const m2 = candidates(at + 32, pa, pb, a, b), m3 = candidates(at + 48, pa, pb, a, b);
      if (!v128.any_true(v128.or(v128.or(m0, m1), v128.or(m2, m3)))) {
        at += 64;
        continue;
      }
      bits = i8x16.bitmask(m0) | (i8x16.bitmask(m1) << 16);
      if (bits == 0) {
        at += 32;
        bits = i8x16.bitmask(m2) | (i8x16.bitmask(m3) << 16);
      }
    } else {
      bits = 0;
      for (let k: u32 = 0; k < 32 && at + k <= last; k++) {
        if (load<u8>(at + k + pa) == load<u8>(needle + pa) && load<u8>(at + k + pb) == load<u8>(needle + pb)) bits |= 1 << k;
      }
    }
    let next = at + 32;
    while (bits != 0) {
      const hit = at + ctz(bits);
      bits &= bits - 1;
      if (!same_bytes(hit, needle, length)) continue;
      while (rowEnd <= hit) {
        row++;
        rowEnd = bytes + <usize>load<u32>(offsets + (<usize>(row + 1) << 2));
      }
      if (hit + length > rowEnd) continue;
      store<u8>(out + row, 1);
      // Nothing more to learn of this row.
      next = max(next, rowEnd);
      if (rowEnd >= at + 32) break;
      bits &= 0xffffffff << <u32>(rowEnd - at);
    }
    at = next;
  }
}

// The same for references, row by row. Reads up to 15 bytes beyond a text, which is still inside of the arena.
export function find_refs(refs: usize, n: i32, needle: usize, length: i32, pa: i32, pb: i32, out: usize): void {
  const a = i8x16.splat(load<i8>(needle + pa)), b = i8x16.splat(load<i8>(needle + pb));
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (<usize>i << 3));
    const starts = <i32>(ref >> 32) - length + 1;
    let found: u8 = 0;
    for (let from = 0; from < starts && found == 0; from += 16) {
      const at = <usize>(<u32>ref) + from;
      let bits = i8x16.bitmask(candidates(at, pa, pb, a, b));
      if (starts - from < 16) bits &= (1 << (starts - from)) - 1;
      for (; bits != 0 && found == 0; bits &= bits - 1) found = <u8>same_bytes(at + ctz(bits), needle, length);
    }
    store<u8>(out + i, found);
  }
}

// @ts-ignore: decorator
@inline
function candidates(at: usize, pa: i32, pb: i32, a: v128, b: v128): v128 {
  return v128.and(i8x16.eq(v128.load(at + pa), a), i8x16.eq(v128.load(at + pb), b));
}

// @ts-ignore: decorator
@inline
function same_bytes(p: usize, q: usize, length: i32): bool {
  for (let k: i32 = 0; k < length; k++) if (load<u8>(p + k) != load<u8>(q + k)) return false;
  return true;
}

// Comparison by unsigned bytes. `op`: 0 eq, 1 ne, 2 lt, 3 le, 4 gt, 5 ge.
export function cmp_refs_vv(op: i32, a: usize, b: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<u64>(a + (i << 3)), y = load<u64>(b + (i << 3));
    let r: bool;
    if (op < 2 && (x >> 32) != (y >> 32)) r = op == 1;
    else {
      const c = order_of_refs(x, y);
      r = op == 0 ? c == 0 : op == 1 ? c != 0 : op == 2 ? c < 0 : op == 3 ? c <= 0 : op == 4 ? c > 0 : c >= 0;
    }
    store<u8>(out + i, <u8>r);
  }
}

// LIKE. The pattern is u16 tokens: a byte, 256 = any one character, 257 = any run. Linear-space greedy matching:
// only the last run is ever retried.
export function like_refs(refs: usize, n: i32, pattern: usize, tokens: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    store<u8>(out + i, <u8>like_one(<usize>(<u32>ref), <i32>(ref >> 32), pattern, tokens));
  }
}

function like_one(text: usize, length: i32, pattern: usize, tokens: i32): bool {
  let t = 0, p = 0, starT = -1, starP = -1;
  for (;;) {
    if (t < length) {
      if (p < tokens) {
        const token = <u32>load<u16>(pattern + (p << 1));
        if (token == 257) {
          starP = p++;
          starT = t;
          continue;
        }
        const byte = <u32>load<u8>(text + t);
        if (token == 256) {
          t++;
          while (t < length && (load<u8>(text + t) & 0xc0) == 0x80) t++;
          p++;
          continue;
        }
        if (token == byte) {
          t++;
          p++;
          continue;
        }
      }
      if (starP < 0) return false;
      p = starP + 1;
      t = ++starT;
      continue;
    }
    while (p < tokens && load<u16>(pattern + (p << 1)) == 257) p++;
    return p == tokens;
  }
}

// Rows of a page whose text equals the needle (1), or does not (with `invert`).
export function eq_text_vc(offsets: usize, bytes: usize, n: i32, needle: usize, length: u32, invert: u32, out: usize): void {
  const want = i32x4.splat(length);
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const p = offsets + (i << 2);
    const a = i32x4.eq(i32x4.sub(v128.load(p + 4), v128.load(p)), want);
    const b = i32x4.eq(i32x4.sub(v128.load(p + 20), v128.load(p + 16)), want);
    const c = i32x4.eq(i32x4.sub(v128.load(p + 36), v128.load(p + 32)), want);
    const d = i32x4.eq(i32x4.sub(v128.load(p + 52), v128.load(p + 48)), want);
    v128.store(out + i, i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
  }
  for (; i < n; i++) {
    const p = offsets + (i << 2);
    store<u8>(out + i, load<u32>(p + 4) - load<u32>(p) == length ? 255 : 0);
  }
  for (i = 0; i < n; i++) {
    let same = load<u8>(out + i) & 1;
    if (same != 0 && length != 0) same = <u8>(memory.compare(bytes + <usize>load<u32>(offsets + (i << 2)), needle, <usize>length) == 0);
    store<u8>(out + i, same ^ <u8>invert);
  }
}
