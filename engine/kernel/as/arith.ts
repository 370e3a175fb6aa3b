// Arithmetic and logic over dense lanes. Overflow is reported, never raised: the caller knows the semantics.
// `op`: 0 add, 1 subtract, 2 multiply, 3 divide (f64 only).

// Answers 1 if any row that is valid overflowed (results are wrapped). `valid` may be 0: all rows count.
export function arith_i64_vv(op: i32, a: usize, b: usize, valid: usize, n: i32, out: usize): i32 {
  let bad: i64 = 0;
  for (let i = 0; i < n; i++) {
    const x = load<i64>(a + (i << 3)), y = load<i64>(b + (i << 3));
    let r: i64, over: i64;
    if (op == 0) {
      r = x + y;
      over = (x ^ r) & (y ^ r);
    } else if (op == 1) {
      r = x - y;
      over = (x ^ y) & (x ^ r);
    } else {
      r = x * y;
      over = mul_overflows(x, y, r) ? -1 : 0;
    }
    if (valid != 0 && load<u8>(valid + i) == 0) over = 0;
    bad |= over;
    store<i64>(out + (i << 3), r);
  }
  return <i32>(bad < 0);
}

// @ts-ignore: decorator
@inline
function mul_overflows(x: i64, y: i64, r: i64): bool {
  if ((x == <i64>(<i32>x)) & (y == <i64>(<i32>y))) return false;
  if (y == 0) return false;
  if (y == -1) return x == i64.MIN_VALUE;
  return r / y != x;
}

// The same of 128 bits in two words. `aHigh`, `bHigh` = 0: values of 64 bits with a sign.
export function arith_i128_vv(op: i32, aLow: usize, aHigh: usize, bLow: usize, bHigh: usize, valid: usize, n: i32, outLow: usize, outHigh: usize): i32 {
  let bad: i64 = 0;
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    const a = load<u64>(aLow + at), b = load<u64>(bLow + at);
    const x = aHigh != 0 ? load<i64>(aHigh + at) : <i64>a >> 63;
    const y = bHigh != 0 ? load<i64>(bHigh + at) : <i64>b >> 63;
    let low: u64, high: i64, over: i64;
    if (op == 0) {
      low = a + b;
      high = x + y + <i64>(low < a);
      over = (x ^ high) & (y ^ high);
    } else if (op == 1) {
      low = a - b;
      high = x - y - <i64>(a < b);
      over = (x ^ y) & (x ^ high);
    } else {
      // Of sizes: what is negative has all bits turned over, plus one.
      const s = x >> 63, t = y >> 63;
      const aSize = (a ^ s) - s, xSize = <u64>(x ^ s) + <u64>(s != 0 && aSize == 0);
      const bSize = (b ^ t) - t, ySize = <u64>(y ^ t) + <u64>(t != 0 && bSize == 0);
      const crossed = xSize * bSize + ySize * aSize, whole = upper_of_product(aSize, bSize);
      const sum = whole + crossed;
      over = <i64>((xSize != 0 && ySize != 0) || upper_of_product(xSize, bSize) != 0 || upper_of_product(ySize, aSize) != 0 || sum < whole);
      const sign = s ^ t;
      low = ((aSize * bSize) ^ sign) - sign;
      high = <i64>(sum ^ sign) + <i64>(sign != 0 && low == 0);
      // One size only is too large for a sign and not for the other.
      over = -(over | <i64>((sum | (aSize * bSize)) != 0 && (high ^ sign) < 0));
    }
    if (valid == 0 || load<u8>(valid + i) != 0) bad |= over;
    store<u64>(outLow + at, low);
    store<i64>(outHigh + at, high);
  }
  return <i32>(bad < 0);
}

// @ts-ignore: decorator
@inline
function upper_of_product(x: u64, y: u64): u64 {
  const a = x & 0xffffffff, b = x >> 32, c = y & 0xffffffff, d = y >> 32;
  const middle = b * c + ((a * c) >> 32), other = a * d + (middle & 0xffffffff);
  return b * d + (middle >> 32) + (other >> 32);
}

// Answers 1 if any row that is valid is not between -limit and limit, both outside.
export function beyond_i128(lows: usize, highs: usize, valid: usize, n: i32, limitLow: u64, limitHigh: u64): i32 {
  let bad = 0;
  for (let i = 0; i < n; i++) {
    if (valid != 0 && load<u8>(valid + i) == 0) continue;
    const a = load<u64>(lows + (i << 3)), x = load<i64>(highs + (i << 3)), s = x >> 63;
    const low = (a ^ s) - s, high = <u64>(x ^ s) + <u64>(s != 0 && low == 0);
    bad |= <i32>(high > limitHigh || (high == limitHigh && low >= limitLow));
  }
  return bad;
}

export function arith_f64_vv(op: i32, a: usize, b: usize, n: i32, out: usize): void {
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    const x = v128.load(a + (i << 3)), y = v128.load(b + (i << 3));
    const r = op == 0 ? f64x2.add(x, y) : op == 1 ? f64x2.sub(x, y) : op == 2 ? f64x2.mul(x, y) : f64x2.div(x, y);
    v128.store(out + (i << 3), r);
  }
  for (; i < n; i++) {
    const x = load<f64>(a + (i << 3)), y = load<f64>(b + (i << 3));
    store<f64>(out + (i << 3), op == 0 ? x + y : op == 1 ? x - y : op == 2 ? x * y : x / y);
  }
}

// Quotients cut off towards zero, or with `remainder` 1 what is left; `by` is not 0 or -1.
export function divide_i64_vc(src: usize, n: i32, by: i64, remainder: u32, out: usize): void {
  if (remainder != 0) for (let i = 0; i < n; i++) store<i64>(out + (i << 3), load<i64>(src + (i << 3)) % by);
  else for (let i = 0; i < n; i++) store<i64>(out + (i << 3), load<i64>(src + (i << 3)) / by);
}

// Largest multiple of `width` from `origin` at or before each value: time buckets of fixed width.
export function floor_i64_vc(src: usize, n: i32, width: i64, origin: i64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<i64>(src + (i << 3));
    let r = (x - origin) % width;
    if (r < 0) r += width;
    store<i64>(out + (i << 3), x - r);
  }
}

// Number of whole widths, rounded down: ticks to days, for example.
export function floor_div_i64_vc(src: usize, n: i32, width: i64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<i64>(src + (i << 3));
    const q = x / width;
    store<i64>(out + (i << 3), q - <i64>(q * width > x));
  }
}
// Place in a cycle: (x + shift) mod count, from 0 on. The hour of a day, the day of a week.
export function cycle_i64_vc(src: usize, n: i32, shift: i64, count: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<i64>(src + (i << 3)) + shift;
    // 32-bit division takes half the time.
    let r = x == <i64>(<i32>x) ? <i64>(<i32>x % count) : x % <i64>count;
    if (r < 0) r += <i64>count;
    store<i64>(out + (i << 3), r);
  }
}

export function mask_and(a: usize, b: usize, n: i32, out: usize): void {
  let i = 0;
  for (; i + 16 <= n; i += 16) v128.store(out + i, v128.and(v128.load(a + i), v128.load(b + i)));
  for (; i < n; i++) store<u8>(out + i, load<u8>(a + i) & load<u8>(b + i));
}
export function mask_or(a: usize, b: usize, n: i32, out: usize): void {
  let i = 0;
  for (; i + 16 <= n; i += 16) v128.store(out + i, v128.or(v128.load(a + i), v128.load(b + i)));
  for (; i < n; i++) store<u8>(out + i, load<u8>(a + i) | load<u8>(b + i));
}
export function mask_not(a: usize, n: i32, out: usize): void {
  const one = i8x16.splat(1);
  let i = 0;
  for (; i + 16 <= n; i += 16) v128.store(out + i, v128.xor(v128.load(a + i), one));
  for (; i < n; i++) store<u8>(out + i, load<u8>(a + i) ^ 1);
}

// Three-valued AND / OR. A validity address of 0 means "no NULLs".
export function logic_and(a: usize, va: usize, b: usize, vb: usize, n: i32, out: usize, valid: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<u8>(a + i), y = load<u8>(b + i);
    const p = va == 0 ? 1 : load<u8>(va + i), q = vb == 0 ? 1 : load<u8>(vb + i);
    store<u8>(out + i, x & y & p & q);
    store<u8>(valid + i, (p & q) | (p & (x ^ 1)) | (q & (y ^ 1)));
  }
}
export function logic_or(a: usize, va: usize, b: usize, vb: usize, n: i32, out: usize, valid: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<u8>(a + i), y = load<u8>(b + i);
    const p = va == 0 ? 1 : load<u8>(va + i), q = vb == 0 ? 1 : load<u8>(vb + i);
    store<u8>(out + i, (x & p) | (y & q));
    store<u8>(valid + i, (p & q) | (p & x) | (q & y));
  }
}
