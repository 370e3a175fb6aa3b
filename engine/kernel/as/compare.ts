// Comparisons: from values to masks of one byte a row (1 = true). NULLs are the caller's concern.
// `op`: 0 eq, 1 ne, 2 lt, 3 le, 4 gt, 5 ge.

// One kernel serves all six comparisons of an unsigned column with a constant, and BETWEEN: lo <= x <= hi is
// (x - lo) <= (hi - lo) without sign. `invert` is 0 or 1 and flips the answer.

export function cmp_range_u8_vc(src: usize, n: i32, lo: u32, hi: u32, invert: u32, out: usize): void {
  const low = i8x16.splat(<i8>lo), span = i8x16.splat(<i8>(hi - lo)), one = i8x16.splat(1), flip = i8x16.splat(<i8>invert);
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const inside = i8x16.le_u(i8x16.sub(v128.load(src + i), low), span);
    v128.store(out + i, v128.xor(v128.and(inside, one), flip));
  }
  for (; i < n; i++) store<u8>(out + i, <u8>((<u32>(<u8>(load<u8>(src + i) - <u8>lo)) <= hi - lo ? 1 : 0) ^ invert));
}

export function cmp_range_u16_vc(src: usize, n: i32, lo: u32, hi: u32, invert: u32, out: usize): void {
  const low = i16x8.splat(<i16>lo), span = i16x8.splat(<i16>(hi - lo)), one = i8x16.splat(1), flip = i8x16.splat(<i8>invert);
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const p = src + (i << 1);
    const a = i16x8.le_u(i16x8.sub(v128.load(p), low), span);
    const b = i16x8.le_u(i16x8.sub(v128.load(p + 16), low), span);
    v128.store(out + i, v128.xor(v128.and(i8x16.narrow_i16x8_s(a, b), one), flip));
  }
  for (; i < n; i++) {
    const x = <u32>(<u16>(load<u16>(src + (i << 1)) - <u16>lo));
    store<u8>(out + i, <u8>((x <= hi - lo ? 1 : 0) ^ invert));
  }
}

export function cmp_range_u32_vc(src: usize, n: i32, lo: u32, hi: u32, invert: u32, out: usize): void {
  const low = i32x4.splat(lo), span = i32x4.splat(hi - lo), one = i8x16.splat(1), flip = i8x16.splat(<i8>invert);
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const p = src + (i << 2);
    const a = i32x4.le_u(i32x4.sub(v128.load(p), low), span);
    const b = i32x4.le_u(i32x4.sub(v128.load(p + 16), low), span);
    const c = i32x4.le_u(i32x4.sub(v128.load(p + 32), low), span);
    const d = i32x4.le_u(i32x4.sub(v128.load(p + 48), low), span);
    const bytes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
    v128.store(out + i, v128.xor(v128.and(bytes, one), flip));
  }
  for (; i < n; i++) store<u8>(out + i, <u8>((load<u32>(src + (i << 2)) - lo <= hi - lo ? 1 : 0) ^ invert));
}

// Signed: both bounds compared, so lo > hi is simply never true.
// Masks of 16 words, eight vectors, as 16 bytes.
// @ts-ignore: decorator
@inline
function bytes_of_masks(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): v128 {
  const ab = v128.shuffle<i32>(a, b, 0, 2, 4, 6), cd = v128.shuffle<i32>(c, d, 0, 2, 4, 6);
  const ef = v128.shuffle<i32>(e, f, 0, 2, 4, 6), gh = v128.shuffle<i32>(g, h, 0, 2, 4, 6);
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(ab, cd), i16x8.narrow_i32x4_s(ef, gh));
}

// @ts-ignore: decorator
@inline
function between_i64(p: usize, lo: v128, hi: v128): v128 {
  const x = v128.load(p);
  return v128.and(i64x2.ge_s(x, lo), i64x2.le_s(x, hi));
}

export function cmp_range_i64_vc(src: usize, n: i32, lo: i64, hi: i64, invert: u32, out: usize): void {
  const low = i64x2.splat(lo), high = i64x2.splat(hi), one = i8x16.splat(1), flip = i8x16.splat(<i8>invert);
  let i = 0;
  if (lo == hi) {
    for (; i + 16 <= n; i += 16) {
      const p = src + (i << 3);
      const bytes = bytes_of_masks(
        i64x2.eq(v128.load(p), low), i64x2.eq(v128.load(p + 16), low), i64x2.eq(v128.load(p + 32), low), i64x2.eq(v128.load(p + 48), low),
        i64x2.eq(v128.load(p + 64), low), i64x2.eq(v128.load(p + 80), low), i64x2.eq(v128.load(p + 96), low), i64x2.eq(v128.load(p + 112), low),
      );
      v128.store(out + i, v128.xor(v128.and(bytes, one), flip));
    }
  } else {
    for (; i + 16 <= n; i += 16) {
      const p = src + (i << 3);
      const bytes = bytes_of_masks(
        between_i64(p, low, high), between_i64(p + 16, low, high), between_i64(p + 32, low, high), between_i64(p + 48, low, high),
        between_i64(p + 64, low, high), between_i64(p + 80, low, high), between_i64(p + 96, low, high), between_i64(p + 112, low, high),
      );
      v128.store(out + i, v128.xor(v128.and(bytes, one), flip));
    }
  }
  for (; i < n; i++) {
    const x = load<i64>(src + (i << 3));
    store<u8>(out + i, <u8>((<u32>(x >= lo) & <u32>(x <= hi)) ^ invert));
  }
}

// @ts-ignore: decorator
@inline
function compare<T>(op: i32, a: usize, b: usize, n: i32, out: usize): void {
  const s = <i32>sizeof<T>();
  switch (op) {
    case 0: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<T>(a + i * s) == load<T>(b + i * s))); break;
    case 1: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<T>(a + i * s) != load<T>(b + i * s))); break;
    case 2: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<T>(a + i * s) < load<T>(b + i * s))); break;
    case 3: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<T>(a + i * s) <= load<T>(b + i * s))); break;
    case 4: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<T>(a + i * s) > load<T>(b + i * s))); break;
    default: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<T>(a + i * s) >= load<T>(b + i * s)));
  }
}

export function cmp_i64_vv(op: i32, a: usize, b: usize, n: i32, out: usize): void { compare<i64>(op, a, b, n, out); }
export function cmp_u64_vv(op: i32, a: usize, b: usize, n: i32, out: usize): void { compare<u64>(op, a, b, n, out); }
// NaN equals itself and is above every other number, as in sorting, grouping and joins.
export function cmp_f64_vv(op: i32, a: usize, b: usize, n: i32, out: usize): void {
  switch (op) {
    case 0: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>equal_f64(a + (i << 3), b + (i << 3))); break;
    case 1: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>equal_f64(a + (i << 3), b + (i << 3)) ^ 1); break;
    case 2: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>below_f64(a + (i << 3), b + (i << 3))); break;
    case 3: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>below_f64(b + (i << 3), a + (i << 3)) ^ 1); break;
    case 4: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>below_f64(b + (i << 3), a + (i << 3))); break;
    default: for (let i = 0; i < n; i++) store<u8>(out + i, <u8>below_f64(a + (i << 3), b + (i << 3)) ^ 1);
  }
}
// @ts-ignore: decorator
@inline
function equal_f64(p: usize, q: usize): u32 {
  const x = load<f64>(p), y = load<f64>(q);
  return <u32>(x == y) | (<u32>(x != x) & <u32>(y != y));
}
// @ts-ignore: decorator
@inline
function below_f64(p: usize, q: usize): u32 {
  const x = load<f64>(p), y = load<f64>(q);
  return <u32>(x < y) | (<u32>(x == x) & <u32>(y != y));
}
export function cmp_u8_vv(op: i32, a: usize, b: usize, n: i32, out: usize): void { compare<u8>(op, a, b, n, out); }

// Looks every code up in a table of bytes: a predicate computed once per distinct value.
export function lut_u8(src: usize, n: i32, table: usize, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, load<u8>(table + load<u8>(src + i)));
}
export function lut_u16(src: usize, n: i32, table: usize, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, load<u8>(table + load<u16>(src + (i << 1))));
}
export function lut_u32(src: usize, n: i32, table: usize, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, load<u8>(table + load<u32>(src + (i << 2))));
}

// Is base + x - least one of the bits 0 to last? The distance wraps around, so what lies below is far above.
// @ts-ignore: decorator
@inline
function has_bit<T>(src: usize, n: i32, base: i64, least: i64, last: u32, bits: usize, out: usize): void {
  const shift = <u64>(base - least), s = <i32>sizeof<T>();
  for (let i = 0; i < n; i++) {
    const at = <u64>load<T>(src + i * s) + shift;
    const near = <u32>(at <= <u64>last), bit = <u32>at * near;
    store<u8>(out + i, <u8>(near & (load<u8>(bits + (bit >> 3)) >> <u8>(bit & 7))));
  }
}
export function set_bits_i64(src: usize, nulls: usize, n: i32, least: i64, bits: usize): void {
  for (let i = 0; i < n; i++) {
    if (nulls != 0 && load<u64>(nulls + (<usize>i << 3)) != 0) continue;
    const at = <u32>(load<i64>(src + (<usize>i << 3)) - least), p = bits + (at >> 3);
    store<u8>(p, load<u8>(p) | (<u8>1 << <u8>(at & 7)));
  }
}
export function in_bits_u8(src: usize, n: i32, base: i64, least: i64, last: u32, bits: usize, out: usize): void { has_bit<u8>(src, n, base, least, last, bits, out); }
export function in_bits_u16(src: usize, n: i32, base: i64, least: i64, last: u32, bits: usize, out: usize): void { has_bit<u16>(src, n, base, least, last, bits, out); }
export function in_bits_u32(src: usize, n: i32, base: i64, least: i64, last: u32, bits: usize, out: usize): void { has_bit<u32>(src, n, base, least, last, bits, out); }
export function in_bits_u64(src: usize, n: i32, base: i64, least: i64, last: u32, bits: usize, out: usize): void { has_bit<u64>(src, n, base, least, last, bits, out); }
