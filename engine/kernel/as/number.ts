// Number kernels: text to integers, floats and timestamps, and integers to narrower ones.
// A parser answers how many bytes it took, 0 when the text is not plainly of its kind: the caller then takes the
// exact path, so every value written here is exactly the one the text means.

@inline const ZERO: u32 = 48;

/** Eight ASCII digits as a number, or -1. */
// @ts-ignore
@inline
function eight_digits(p: usize): i64 {
  const w = load<u64>(p);
  if (((w & 0xf0f0f0f0f0f0f0f0) | (((w + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) != 0x3333333333333333) return -1;
  const low = w & 0x0f0f0f0f0f0f0f0f;
  const pairs = ((low * 10) + (low >> 8)) & 0x00ff00ff00ff00ff;
  const quads = ((pairs * 100) + (pairs >> 16)) & 0x0000ffff0000ffff;
  return <i64>(((quads * 10000) + (quads >> 32)) & 0xffffffff);
}

/** Digits as a number below 2^64. Writes a u64; answers how many there are, 0 when none, more than 20, or too large. */
// @ts-ignore
@inline
function parse_digits(p: usize, out: usize): i32 {
  const first = p;
  let value: u64 = 0;
  let d = <u32>load<u8>(p) - ZERO;
  if (d > 9) return 0;
  const eight = eight_digits(p);
  if (eight >= 0) {
    value = eight;
    p += 8;
    const more = eight_digits(p);
    if (more >= 0) {
      value = value * 100000000 + more;
      p += 8;
    }
    d = <u32>load<u8>(p) - ZERO;
  }
  while (d <= 9) {
    const before = p - first;
    // Nineteen digits always fit, and a twentieth when what they make is at most 2^64 - 1.
    if (before >= 19) {
      if (before > 19 || value > u64.MAX_VALUE / 10) return 0;
      if (value == u64.MAX_VALUE / 10 && d > 5) return 0;
    }
    value = value * 10 + d;
    d = <u32>load<u8>(++p) - ZERO;
  }
  store<u64>(out, value);
  return <i32>(p - first);
}

/** An integer from -2^63 to 2^63 - 1, no plus sign. Writes an i64; answers bytes taken or 0. */
export function parse_i64(p: usize, out: usize): i32 {
  const negative = load<u8>(p) == 45;
  const digits = parse_digits(negative ? p + 1 : p, out);
  const size = load<u64>(out);
  if (digits == 0 || size > <u64>i64.MAX_VALUE + <u64>negative) return 0;
  if (!negative) return digits;
  store<i64>(out, -(<i64>size));
  return digits + 1;
}

/** An integer from 0 to 2^64 - 1, no sign. Writes a u64; answers bytes taken or 0. */
export function parse_u64(p: usize, out: usize): i32 {
  return parse_digits(p, out);
}

// @ts-ignore
@inline
function multiply_high(a: u64, b: u64): u64 {
  const al = a & 0xffffffff;
  const ah = a >> 32;
  const bl = b & 0xffffffff;
  const bh = b >> 32;
  const ll = al * bl;
  const lh = al * bh;
  const hl = ah * bl;
  const mid = (ll >> 32) + (lh & 0xffffffff) + (hl & 0xffffffff);
  return ah * bh + (lh >> 32) + (hl >> 32) + (mid >> 32);
}

/**
 * A decimal number, JSON grammar, as the nearest double. `powers` holds 5^q for q in [-342, 308] as 128-bit
 * normalised (high, low) pairs, then 10^0 .. 10^22 as doubles. Writes an f64; answers bytes taken or 0.
 * Method: W. D. Clinger's fast path, then D. Lemire, "Number Parsing at a Gigabyte per Second" (2021).
 */
export function parse_f64(p: usize, out: usize, powers: usize): i32 {
  const start = p;
  const negative = load<u8>(p) == 45;
  if (negative) p++;
  let mantissa: u64 = 0;
  let digits: i32 = 0;
  let exponent: i32 = 0;
  let d = <u32>load<u8>(p) - ZERO;
  if (d > 9) return 0;
  if (d == 0) {
    d = <u32>load<u8>(++p) - ZERO;
    if (d <= 9) return 0;
  } else {
    while (d <= 9) {
      mantissa = mantissa * 10 + d;
      digits++;
      d = <u32>load<u8>(++p) - ZERO;
    }
  }
  if (load<u8>(p) == 46) {
    const point = ++p;
    d = <u32>load<u8>(p) - ZERO;
    while (d <= 9) {
      mantissa = mantissa * 10 + d;
      if (mantissa != 0) digits++;
      d = <u32>load<u8>(++p) - ZERO;
    }
    if (p == point) return 0;
    exponent = -<i32>(p - point);
  }
  if (digits > 19) return 0;
  if ((load<u8>(p) | 32) == 101) {
    p++;
    const sign = load<u8>(p);
    if (sign == 45 || sign == 43) p++;
    let e: i32 = 0;
    d = <u32>load<u8>(p) - ZERO;
    if (d > 9) return 0;
    while (d <= 9) {
      if (e < 10000) e = e * 10 + <i32>d;
      d = <u32>load<u8>(++p) - ZERO;
    }
    exponent += sign == 45 ? -e : e;
  }
  const taken = <i32>(p - start);
  const sign: u64 = negative ? <u64>1 << 63 : 0;
  if (mantissa == 0) {
    store<u64>(out, sign);
    return taken;
  }
  if (mantissa <= <u64>1 << 53 && exponent >= -22 && exponent <= 22) {
    const tens = powers + 651 * 16;
    let value = <f64>mantissa;
    if (exponent < 0) value /= load<f64>(tens + (<usize>(-exponent) << 3));
    else value *= load<f64>(tens + (<usize>exponent << 3));
    store<f64>(out, negative ? -value : value);
    return taken;
  }
  if (exponent < -342 || exponent > 308) return 0;
  const lz = clz(mantissa);
  const w = mantissa << lz;
  const power = powers + (<usize>(exponent + 342) << 4);
  const high5 = load<u64>(power);
  let high = multiply_high(w, high5);
  let low = w * high5;
  if ((high & 0x1ff) == 0x1ff) {
    const second = multiply_high(w, load<u64>(power, 8));
    low += second;
    if (second > low) high++;
    if (low == 0xffffffffffffffff && (exponent < -27 || exponent > 55)) return 0;
  }
  const upper = high >> 63;
  let m = high >> (upper + 9);
  let power2 = (((152170 + 65536) * exponent) >> 16) + 63 + <i32>upper - <i32>lz + 1023;
  if (power2 <= 0) return 0;
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (m & 3) == 1 && m << (upper + 9) == high) m &= ~(<u64>1);
  m += m & 1;
  m >>= 1;
  if (m >= <u64>2 << 52) {
    m = <u64>1 << 52;
    power2++;
  }
  if (power2 >= 0x7ff) return 0;
  store<u64>(out, (m & ~(<u64>1 << 52)) | (<u64>power2 << 52) | sign);
  return taken;
}

// @ts-ignore
@inline
function two(p: usize): u32 {
  return (<u32>load<u8>(p) - ZERO) * 10 + <u32>load<u8>(p, 1) - ZERO;
}

/** Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant, days_from_civil); year >= 0. */
// @ts-ignore
@inline
function civil_days(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 + 400 : year + 400;
  const era = y / 400;
  const yoe = y - era * 400;
  const doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468 - 146097;
}

/** `YYYY-MM-DD` as days since 1970-01-01. Writes an i64; answers 10, or 0 when it is no such date. */
export function parse_date(p: usize, out: usize): i32 {
  const v = i8x16.sub(v128.load(p), i8x16.splat(48));
  if ((i8x16.bitmask(i8x16.le_u(v, i8x16.splat(9))) & 0x3ff) != 0b1101101111) return 0;
  if (load<u8>(p, 4) != 45 || load<u8>(p, 7) != 45) return 0;
  const year = <i32>(two(p) * 100 + two(p + 2));
  const month = <i32>two(p + 5);
  const day = <i32>two(p + 8);
  if (month < 1 || month > 12 || day < 1 || day > 31) return 0;
  if (day > 28) {
    const leap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
    const last = month == 2 ? (leap ? 29 : 28) : 30 + ((month + (month >> 3)) & 1);
    if (day > last) return 0;
  }
  store<i64>(out, civil_days(year, month, day));
  return 10;
}

/**
 * Seconds east of UTC at a local time. `zone`: u32 count, u32 entry used last, then i64 pairs: from which local second on,
 * ascending, the first before all others, and the offset. Neighbours in a column mostly share an entry.
 */
function zone_offset(zone: usize, local: i64): i64 {
  const count = load<u32>(zone);
  const entries = zone + 8;
  let low = load<u32>(zone, 4);
  let high = low + 1;
  if (local < load<i64>(entries + (<usize>low << 4)) || (high < count && local >= load<i64>(entries + (<usize>high << 4)))) {
    low = 0;
    high = count;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (load<i64>(entries + (<usize>middle << 4)) <= local) low = middle;
      else high = middle;
    }
    store<u32>(zone, low, 4);
  }
  return load<i64>(entries + (<usize>low << 4), 8);
}

/** `+HH`, `+HHMM` or `+HH:MM`, or with a minus, as seconds east of UTC. Writes an i64; answers bytes taken or 0. */
function parse_offset(p: usize, out: usize): i32 {
  if (<u32>load<u8>(p, 1) - ZERO > 9 || <u32>load<u8>(p, 2) - ZERO > 9) return 0;
  const minute = load<u8>(p, 3) == 58 ? p + 4 : p + 3;
  let seconds = <i64>two(p + 1) * 3600;
  let taken: i32 = 3;
  if (<u32>load<u8>(minute) - ZERO <= 9 && <u32>load<u8>(minute, 1) - ZERO <= 9) {
    seconds += <i64>two(minute) * 60;
    taken = <i32>(minute + 2 - p);
  }
  store<i64>(out, load<u8>(p) == 45 ? -seconds : seconds);
  return taken;
}

/**
 * `YYYY-MM-DD[(T| )HH:MM:SS[.f...][Z|+HH[[:]MM]]]`, else in `zone` (0 = UTC), as ticks of 10^-precision seconds (0 to 9;
 * digits beyond are cut off). Writes an i64; answers bytes taken or 0. At most 9 fraction digits.
 */
export function parse_timestamp(p: usize, precision: i32, zone: usize, out: usize): i32 {
  const start = p;
  if (parse_date(p, out) == 0) return 0;
  let seconds = load<i64>(out) * 86400;
  let fraction: i64 = 0;
  let left = precision;
  p += 10;
  const separator = load<u8>(p);
  if (separator == 84 || separator == 32) {
    const v = i8x16.sub(v128.load(p + 1), i8x16.splat(48));
    if ((i8x16.bitmask(i8x16.le_u(v, i8x16.splat(9))) & 0xff) != 0b11011011) return 0;
    if (load<u8>(p, 3) != 58 || load<u8>(p, 6) != 58) return 0;
    const hour = two(p + 1);
    const minute = two(p + 4);
    const second = two(p + 7);
    if (hour > 23 || minute > 59 || second > 59) return 0;
    seconds += <i64>(hour * 3600 + minute * 60 + second);
    p += 9;
    if (load<u8>(p) == 46) {
      const point = ++p;
      let d = <u32>load<u8>(p) - ZERO;
      while (d <= 9) {
        if (left > 0) {
          fraction = fraction * 10 + d;
          left--;
        }
        d = <u32>load<u8>(++p) - ZERO;
      }
      if (p == point || p - point > 9) return 0;
    }
    const mark = load<u8>(p);
    if (mark == 90) {
      zone = 0;
      p++;
    } else if (mark == 43 || mark == 45) {
      const taken = parse_offset(p, out);
      if (taken == 0) return 0;
      seconds -= load<i64>(out);
      zone = 0;
      p += taken;
    }
  }
  if (zone != 0) seconds -= zone_offset(zone, seconds);
  for (; left > 0; left--) fraction *= 10;
  let unit: i64 = 1;
  for (let i = 0; i < precision; i++) unit *= 10;
  // Nanoseconds reach from 1677 to 2262 only.
  if (precision > 6 && (seconds > 9223372035 || seconds < -9223372035)) return 0;
  store<i64>(out, seconds * unit + fraction);
  return <i32>(p - start);
}

/** Smallest and largest of n i64 into out and out + 8; `valid` 0 or one byte a row. Answers how many were seen. */
export function minmax_i64(src: usize, valid: usize, n: i32, out: usize): i32 {
  let low = i64.MAX_VALUE;
  let high = i64.MIN_VALUE;
  let seen: i32 = 0;
  for (let i = 0; i < n; i++) {
    if (valid != 0 && load<u8>(valid + i) == 0) continue;
    const value = load<i64>(src + (<usize>i << 3));
    low = min(low, value);
    high = max(high, value);
    seen++;
  }
  store<i64>(out, low);
  store<i64>(out, high, 8);
  return seen;
}

/** dst[i] = low byte of (src[i] - base). */
export function narrow_i64_u8(src: usize, n: i32, base: i64, dst: usize): void {
  for (let i = 0; i < n; i++) store<u8>(dst + i, <u8>(load<i64>(src + (<usize>i << 3)) - base));
}

/** dst[i] = low 16 bits of (src[i] - base). */
export function narrow_i64_u16(src: usize, n: i32, base: i64, dst: usize): void {
  for (let i = 0; i < n; i++) store<u16>(dst + (<usize>i << 1), <u16>(load<i64>(src + (<usize>i << 3)) - base));
}

/** dst[i] = low 32 bits of (src[i] - base). */
export function narrow_i64_u32(src: usize, n: i32, base: i64, dst: usize): void {
  for (let i = 0; i < n; i++) store<u32>(dst + (<usize>i << 2), <u32>(load<i64>(src + (<usize>i << 3)) - base));
}

/** dst[i] = low byte of src[i]. */
export function narrow_u32_u8(src: usize, n: i32, dst: usize): void {
  for (let i = 0; i < n; i++) store<u8>(dst + i, load<u8>(src + (<usize>i << 2)));
}

/** dst[i] = low 16 bits of src[i]. */
export function narrow_u32_u16(src: usize, n: i32, dst: usize): void {
  for (let i = 0; i < n; i++) store<u16>(dst + (<usize>i << 1), load<u16>(src + (<usize>i << 2)));
}
