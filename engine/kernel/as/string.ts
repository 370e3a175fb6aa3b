// String search and comparison over bytes. Offsets are u32, n + 1 of them; a reference is address | length << 32.

// Rows whose text contains the needle (at least one byte). Searches the page's contiguous bytes 16 at a time for
// the needle's first and last byte, verifies, and skips to the next row after a hit.
export function find_text(offsets: usize, bytes: usize, n: i32, needle: usize, length: i32, out: usize): void {
  memory.fill(out, 0, n);
  const begin = <usize>load<u32>(offsets), end = <usize>load<u32>(offsets + (<usize>n << 2));
  if (end - begin < <usize>length) return;
  const first = i8x16.splat(load<i8>(needle)), last = i8x16.splat(load<i8>(needle + length - 1));
  const stop = end - length + 1;
  let at = begin;
  let row = 0;
  let rowEnd = <usize>load<u32>(offsets + 4);
  while (at < stop) {
    let bits: i32;
    let blockEnd = at + 16;
    if (at + 16 + length <= end) {
      const a = i8x16.eq(v128.load(bytes + at), first);
      const b = i8x16.eq(v128.load(bytes + at + length - 1), last);
      bits = i8x16.bitmask(v128.and(a, b));
    } else {
      bits = 0;
      if (blockEnd > stop) blockEnd = stop;
      for (let k = at; k < blockEnd; k++) {
        if (load<u8>(bytes + k) == load<u8>(needle) && load<u8>(bytes + k + length - 1) == load<u8>(needle + length - 1)) bits |= 1 << <i32>(k - at);
      }
    }
    while (bits != 0) {
      const hit = at + ctz(bits);
      bits &= bits - 1;
      let same = true;
      for (let k: i32 = 1; k < length - 1; k++) {
        if (load<u8>(bytes + hit + k) != load<u8>(needle + k)) {
          same = false;
          break;
        }
      }
      if (!same) continue;
      while (rowEnd <= hit) {
        row++;
        rowEnd = <usize>load<u32>(offsets + (<usize>(row + 1) << 2));
      }
      if (hit + length > rowEnd) continue;
      store<u8>(out + row, 1);
      // Nothing more to learn of this row.
      if (rowEnd >= blockEnd) {
        blockEnd = rowEnd;
        break;
      }
      bits &= <i32>(0xffffffff << <u32>(rowEnd - at));
    }
    at = blockEnd;
  }
}

// @ts-ignore: decorator
@inline
function order_of(pa: usize, la: i32, pb: usize, lb: i32): i32 {
  const n = min(la, lb);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const x = load<u64>(pa + i), y = load<u64>(pb + i);
    if (x != y) return bswap<u64>(x) < bswap<u64>(y) ? -1 : 1;
  }
  for (; i < n; i++) {
    const x = <i32>load<u8>(pa + i), y = <i32>load<u8>(pb + i);
    if (x != y) return x - y;
  }
  return la - lb;
}

// Comparison by unsigned bytes. `op`: 0 eq, 1 ne, 2 lt, 3 le, 4 gt, 5 ge.
export function cmp_refs_vv(op: i32, a: usize, b: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<u64>(a + (i << 3)), y = load<u64>(b + (i << 3));
    let r: bool;
    if (op < 2 && (x >> 32) != (y >> 32)) r = op == 1;
    else {
      const c = order_of(<usize>(<u32>x), <i32>(x >> 32), <usize>(<u32>y), <i32>(y >> 32));
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
