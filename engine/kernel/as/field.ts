// Fields of rows, for json.ts and csv.ts: typed values at a place in the text. Exports no kernel itself.
import {
  C_DATA,
  C_MAX,
  C_MIN,
  C_PRECISION,
  C_RULES,
  C_SCALE,
  C_VALID,
  C_ZONE,
  KIND_BOOL,
  KIND_DATE,
  KIND_FLOAT,
  KIND_INT,
  KIND_TIME,
  RULE_TEXTUAL,
  RULE_UNSIGNED,
  RULE_YEAR,
  S_POWERS,
  S_SCRATCH,
  S_SCRATCH_BYTES,
  S_VALUE,
} from "./builder";
import { parse_date, parse_f64, parse_i64, parse_timestamp, parse_u64 } from "./number";

/** Address of the first quote, backslash or control byte from p on. */
// @ts-ignore
@inline
export function string_end(p: usize): usize {
  while (true) {
    const v = v128.load(p);
    const stop = v128.or(
      v128.or(i8x16.eq(v, i8x16.splat(34)), i8x16.eq(v, i8x16.splat(92))),
      i8x16.lt_u(v, i8x16.splat(32)),
    );
    if (v128.any_true(stop)) return p + ctz(i8x16.bitmask(stop));
    p += 16;
  }
}

// @ts-ignore
@inline
export function skip_space(p: usize): usize {
  while (load<u8>(p) == 32 || load<u8>(p) == 9) p++;
  return p;
}

/** Stores a number that starts at p into the row; answers the bytes taken, 0 if it does not fit. */
export function put_number(s: usize, column: usize, kind: u32, row: u32, p: usize): i32 {
  const out = s + S_VALUE;
  const to = <usize>load<u32>(column, C_DATA) + (row << 3);
  if (kind == KIND_INT) {
    if ((load<u32>(column, C_RULES) & RULE_UNSIGNED) != 0) return with_zeros(p, parse_u64(p, to));
    const taken = parse_i64(p, out);
    const value = load<i64>(out);
    if (taken == 0 || value < load<i64>(column, C_MIN) || value > load<i64>(column, C_MAX)) return 0;
    store<i64>(to, value);
    return with_zeros(p, taken);
  }
  if (kind == KIND_FLOAT) {
    const taken = parse_f64(p, out, <usize>load<u32>(s, S_POWERS));
    if (taken != 0) store<u64>(to, load<u64>(out));
    return taken;
  }
  if (kind == KIND_TIME) {
    const scale = load<i64>(column, C_SCALE);
    if (scale == 0) return 0;
    const taken = parse_i64(p, out);
    const value = load<i64>(out);
    const reach = i64.MAX_VALUE / scale;
    if (taken == 0 || value > reach || value < -reach) return 0;
    store<i64>(to, value * scale);
    return taken;
  }
  return 0;
}

/** Bytes taken of a number at p once `.0`, `.00` and so on behind an integer of `taken` bytes are taken, too. */
// @ts-ignore
@inline
function with_zeros(p: usize, taken: i32): i32 {
  if (taken == 0 || load<u8>(p + taken) != 46 || load<u8>(p + taken, 1) != 48) return taken;
  let end = p + taken + 2;
  while (load<u8>(end) == 48) end++;
  return <i32>(end - p);
}

/** Stores what the text that starts at p says, of columns that hold no text; answers the bytes taken, 0 if it does not fit. */
export function put_text(s: usize, column: usize, kind: u32, row: u32, p: usize): i32 {
  if (kind == KIND_BOOL) return put_truth(column, row, p);
  if ((kind == KIND_TIME || kind == KIND_DATE) && load<u8>(p, 4) == 45) return put_time(column, kind, row, p);
  const taken = put_number(s, column, kind, row, p);
  if (taken == 0) return kind == KIND_FLOAT ? put_float_name(column, row, p) : 0;
  return kind == KIND_TIME && taken == 4 && (load<u32>(column, C_RULES) & RULE_YEAR) != 0 ? 0 : taken;
}

/** Stores a date or ISO timestamp that starts at p; answers the bytes taken, 0 if it does not fit. */
function put_time(column: usize, kind: u32, row: u32, p: usize): i32 {
  const to = <usize>load<u32>(column, C_DATA) + (row << 3);
  if (kind == KIND_TIME) {
    if ((load<u32>(column, C_RULES) & RULE_TEXTUAL) == 0) return 0;
    return parse_timestamp(p, load<u32>(column, C_PRECISION), <usize>load<u32>(column, C_ZONE), to);
  }
  const after = load<u8>(p, 10);
  if (after != 84 && after != 32) return parse_date(p, to);
  const taken = parse_timestamp(p, 0, 0, to);
  const seconds = load<i64>(to);
  store<i64>(to, (seconds - ((seconds % 86400) + 86400) % 86400) / 86400);
  return taken;
}

@inline const NAN_WORD: u32 = 0x6e616e;
@inline const INF_WORD: u32 = 0x666e69;

/** Stores `nan`, `inf` or `-inf`, in letters of any case; answers the bytes taken, 0 if it is none of them. */
function put_float_name(column: usize, row: u32, p: usize): i32 {
  const to = <usize>load<u32>(column, C_DATA) + (row << 3);
  const minus = load<u8>(p) == 45;
  const word = (load<u32>(minus ? p + 1 : p) & 0xffffff) | 0x202020;
  if (word == INF_WORD) {
    store<f64>(to, minus ? -Infinity : Infinity);
    return minus ? 4 : 3;
  }
  if (word != NAN_WORD || minus) return 0;
  store<f64>(to, NaN);
  return 3;
}

@inline const TRUE_WORD: u32 = 0x65757274;
@inline const FALS_WORD: u32 = 0x736c6166;

/** Stores `true`, `false`, in letters of any case, `1` or `0`; answers the bytes taken, 0 if it is none of them. */
function put_truth(column: usize, row: u32, p: usize): i32 {
  const c = <u32>load<u8>(p);
  if (c - 48 <= 1) {
    put_bool(column, row, c - 48);
    return 1;
  }
  const word = load<u32>(p) | 0x20202020;
  if (word == TRUE_WORD) {
    put_bool(column, row, 1);
    return 4;
  }
  if (word != FALS_WORD || (load<u8>(p, 4) | 32) != 101) return 0;
  put_bool(column, row, 0);
  return 5;
}

// @ts-ignore
@inline
export function put_bool(column: usize, row: u32, value: u32): void {
  store<u8>(<usize>load<u32>(column, C_DATA) + row, <u8>value);
}

// @ts-ignore
@inline
function hex_digit(c: u32): u32 {
  if (c - 48 <= 9) return c - 48;
  const low = (c | 32) - 97;
  return low <= 5 ? low + 10 : 255;
}

/** Four hexadecimal digits, or a number above 0xffff. */
function hex4(p: usize): u32 {
  const a = hex_digit(load<u8>(p));
  const b = hex_digit(load<u8>(p, 1));
  const c = hex_digit(load<u8>(p, 2));
  const d = hex_digit(load<u8>(p, 3));
  if ((a | b | c | d) > 15) return 0x10000;
  return (a << 12) | (b << 8) | (c << 4) | d;
}

/** Writes a code point as UTF-8; answers its bytes. A lone surrogate becomes U+FFFD. */
function put_utf8(to: usize, point: u32): u32 {
  if (point < 0x80) {
    store<u8>(to, <u8>point);
    return 1;
  }
  if (point < 0x800) {
    store<u8>(to, <u8>(0xc0 | (point >> 6)));
    store<u8>(to, <u8>(0x80 | (point & 63)), 1);
    return 2;
  }
  if (point < 0x10000) {
    if ((point & 0xf800) == 0xd800) point = 0xfffd;
    store<u8>(to, <u8>(0xe0 | (point >> 12)));
    store<u8>(to, <u8>(0x80 | ((point >> 6) & 63)), 1);
    store<u8>(to, <u8>(0x80 | (point & 63)), 2);
    return 3;
  }
  store<u8>(to, <u8>(0xf0 | (point >> 18)));
  store<u8>(to, <u8>(0x80 | ((point >> 12) & 63)), 1);
  store<u8>(to, <u8>(0x80 | ((point >> 6) & 63)), 2);
  store<u8>(to, <u8>(0x80 | (point & 63)), 3);
  return 4;
}

/**
 * Decodes a JSON string whose first `plain` bytes from p have no escape into the scratch buffer. Leaves the
 * decoded size in S_VALUE; answers the address of the closing quote, or 0 if the string does not fit.
 */
export function unescape_json(s: usize, p: usize, plain: usize): usize {
  const scratch = <usize>load<u32>(s, S_SCRATCH);
  const room = scratch + <usize>load<u32>(s, S_SCRATCH_BYTES) - 32;
  let to = scratch;
  let stop = plain;
  while (true) {
    const run = stop - p;
    if (to + run > room) return 0;
    for (let i: usize = 0; i < run; i += 16) v128.store(to + i, v128.load(p + i));
    to += run;
    const c = load<u8>(stop);
    if (c == 34) {
      store<u32>(s, <u32>(to - scratch), S_VALUE);
      return stop;
    }
    if (c != 92) return 0;
    const e = load<u8>(stop, 1);
    p = stop + 2;
    if (e == 117) {
      let point = hex4(p);
      if (point > 0xffff) return 0;
      p += 4;
      if ((point & 0xfc00) == 0xd800 && load<u8>(p) == 92 && load<u8>(p, 1) == 117) {
        const low = hex4(p + 2);
        if ((low & 0xfffffc00) == 0xdc00) {
          point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
          p += 6;
        }
      }
      to += put_utf8(to, point);
    } else {
      let d: u32 = e;
      if (e == 110) d = 10;
      else if (e == 116) d = 9;
      else if (e == 114) d = 13;
      else if (e == 98) d = 8;
      else if (e == 102) d = 12;
      else if (e != 34 && e != 92 && e != 47) return 0;
      store<u8>(to++, <u8>d);
    }
    stop = string_end(p);
  }
}
