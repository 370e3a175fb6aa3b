// Column builders: what the row parsers write into. Shared by json.ts and csv.ts, exports no kernel itself.
// The layout below is mirrored by engine/format/layout.ts; all fields are u32 unless said otherwise.

@inline export const KIND_INT: u32 = 1;
@inline export const KIND_FLOAT: u32 = 2;
@inline export const KIND_BOOL: u32 = 3;
@inline export const KIND_DICT: u32 = 4;
@inline export const KIND_TEXT: u32 = 5;
@inline export const KIND_TIME: u32 = 6;
@inline export const KIND_DATE: u32 = 7;

@inline export const COLUMN_BYTES: usize = 104;
@inline export const C_KIND: usize = 0;
@inline export const C_DATA: usize = 4;
@inline export const C_VALID: usize = 8;
@inline export const C_STAMP: usize = 12;
@inline export const C_NULLS: usize = 16;
@inline export const C_PRECISION: usize = 20;
@inline export const C_MIN: usize = 24; // i64
@inline export const C_MAX: usize = 32; // i64
@inline export const C_SCALE: usize = 40; // i64: ticks per unit of a numeric timestamp, 0 = numbers do not fit
@inline export const C_OFFSETS: usize = 48;
@inline export const C_BYTES: usize = 52;
@inline export const C_USED: usize = 56;
@inline export const C_CAPACITY: usize = 60;
@inline export const C_COUNT: usize = 64;
@inline export const C_LIMIT: usize = 68;
@inline export const C_TABLE: usize = 72;
@inline export const C_MASK: usize = 76;
@inline export const C_FIRST: usize = 80;
@inline export const C_RULES: usize = 84; // RULE_ bits
@inline export const C_SEED: usize = 88; // u64
@inline export const C_ZONE: usize = 96; // offsets by local time, see parse_timestamp; 0 = UTC
@inline export const C_ABSENT: usize = 100; // one byte a row, 1 = nothing was brought; 0 = nobody asks

@inline export const S_POS: usize = 0;
@inline export const S_STOP: usize = 4;
@inline export const S_END: usize = 8;
@inline export const S_ROW: usize = 12;
@inline export const S_ROW_LIMIT: usize = 16;
@inline export const S_COLUMNS: usize = 20;
@inline export const S_COLUMN_COUNT: usize = 24;
@inline export const S_ENTRIES: usize = 28;
@inline export const S_ENTRY_COUNT: usize = 32;
@inline export const S_FIRST_ENTRY: usize = 36;
@inline export const S_LINE: usize = 40;
@inline export const S_STATUS: usize = 44;
@inline export const S_DETAIL: usize = 48;
@inline export const S_DETAIL_BYTES: usize = 52;
@inline export const S_SCRATCH: usize = 56;
@inline export const S_SCRATCH_BYTES: usize = 60;
@inline export const S_POWERS: usize = 64;
@inline export const S_DELIMITER: usize = 68;
@inline export const S_FLAGS: usize = 72;
@inline export const S_VALUE: usize = 80; // i64 or f64

@inline export const STATUS_DONE: i32 = 0;
@inline export const STATUS_EXACT: i32 = 1; // the row at S_POS needs the exact path
@inline export const STATUS_SPACE: i32 = 2; // column S_DETAIL needs room
@inline export const STATUS_KEY: i32 = 3; // S_DETAIL, S_DETAIL_BYTES: a key that is not in the entries

@inline export const FLAG_ARRAY: u32 = 1; // JSON rows are arrays
@inline export const FLAG_QUOTES: u32 = 2; // CSV fields may be quoted
@inline export const FLAG_ESCAPES: u32 = 4; // backslash escapes (TabSeparated)
@inline export const FLAG_EMPTY_NULL: u32 = 8; // an empty unquoted field of a string column is NULL
@inline export const FLAG_NULL_MARK: u32 = 16; // \N is NULL
@inline export const FLAG_EXACT_WIDTH: u32 = 32; // rows with too few or too many fields do not fit
@inline export const FLAG_INSIDE: u32 = 64; // the delimiter is a byte that numbers and times are written with

@inline export const RULE_TEXTUAL: u32 = 1; // ISO text fits a timestamp
@inline export const RULE_REQUIRED: u32 = 2; // NULL does not fit
@inline export const RULE_UNSIGNED: u32 = 4; // an integer of 64 bits without a sign
@inline export const RULE_YEAR: u32 = 8; // a text of four digits is a year
@inline export const RULE_EXACT: u32 = 16; // only the exact path knows what a text means

@inline export const TAIL: u32 = 16; // bytes that may be written past a copy

/** Copies n bytes; may write up to 15 bytes past the end, which the caller has reserved. */
// @ts-ignore
@inline
export function copy_over(to: usize, from: usize, n: u32): void {
  v128.store(to, v128.load(from));
  for (let i: u32 = 16; i < n; i += 16) v128.store(to + i, v128.load(from + i));
}

// @ts-ignore
@inline
export function same_bytes(a: usize, b: usize, n: u32): bool {
  let i: u32 = 0;
  for (; i + 16 <= n; i += 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i))) != 0xffff) return false;
  }
  const rest = (<u32>1 << (n - i)) - 1;
  return (<u32>i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i))) & rest) == rest;
}

export function hash_of(p: usize, n: u32, seed: u64): u64 {
  let h = seed ^ (<u64>n * 0x9e3779b97f4a7c15);
  let i: u32 = 0;
  for (; i + 8 <= n; i += 8) {
    h = (h ^ load<u64>(p + i)) * 0x9fb21c651e98df25;
    h ^= h >> 29;
  }
  if (i < n) {
    h = (h ^ (load<u64>(p + i) & ((<u64>1 << (<u64>(n - i) << 3)) - 1))) * 0x9fb21c651e98df25;
    h ^= h >> 29;
  }
  h *= 0xd6e8feb86659fd93;
  return h ^ (h >> 32);
}

/** Code of the string in the column's dictionary, entering it if new; -1 when the column has no room. */
export function intern(column: usize, p: usize, n: u32): i32 {
  const hash = hash_of(p, n, load<u64>(column, C_SEED));
  const tag = <u32>(hash >> 32);
  const mask = load<u32>(column, C_MASK);
  const table = <usize>load<u32>(column, C_TABLE);
  const offsets = <usize>load<u32>(column, C_OFFSETS);
  const bytes = <usize>load<u32>(column, C_BYTES);
  let slot = <u32>hash & mask;
  for (;;) {
    const entry = load<u64>(table + (slot << 3));
    if (entry == 0) break;
    if (<u32>(entry >> 32) == tag) {
      const code = <u32>entry;
      const from = load<u32>(offsets + (code << 2));
      if (load<u32>(offsets + (code << 2), 4) - from == n && same_bytes(bytes + from, p, n)) return code;
    }
    slot = (slot + 1) & mask;
  }
  const count = load<u32>(column, C_COUNT);
  const used = load<u32>(column, C_USED);
  if (count >= load<u32>(column, C_LIMIT) || used + n + TAIL > load<u32>(column, C_CAPACITY)) return -1;
  copy_over(bytes + used, p, n);
  store<u32>(column, used + n, C_USED);
  store<u32>(offsets + (count << 2), used + n, 4);
  store<u32>(column, count + 1, C_COUNT);
  store<u64>(table + (slot << 3), (<u64>tag << 32) | <u64>count);
  return count;
}

/** Puts a string into row `row`; false when the column has no room. */
export function put_string(column: usize, row: u32, p: usize, n: u32): bool {
  if (load<u32>(column, C_KIND) == KIND_DICT) {
    const code = intern(column, p, n);
    if (code < 0) return false;
    store<u32>(<usize>load<u32>(column, C_DATA) + (row << 2), code);
    return true;
  }
  const offsets = <usize>load<u32>(column, C_OFFSETS) + ((row - load<u32>(column, C_FIRST)) << 2);
  const used = load<u32>(offsets);
  if (used + n + TAIL > load<u32>(column, C_CAPACITY)) return false;
  copy_over(<usize>load<u32>(column, C_BYTES) + used, p, n);
  store<u32>(offsets, used + n, 4);
  return true;
}

/** Only the exact path knows what a text means. */
// @ts-ignore
@inline
export function is_exact(column: usize): bool {
  return (load<u32>(column, C_RULES) & RULE_EXACT) != 0;
}

// @ts-ignore
@inline
export function null_fits(column: usize): bool {
  return (load<u32>(column, C_RULES) & RULE_REQUIRED) == 0;
}

/** Puts NULL into row `row`. */
export function put_null(column: usize, row: u32): void {
  const kind = load<u32>(column, C_KIND);
  const data = <usize>load<u32>(column, C_DATA);
  store<u32>(column, 1, C_NULLS);
  if (kind == KIND_DICT) {
    store<u32>(data + (row << 2), 0);
    return;
  }
  store<u8>(<usize>load<u32>(column, C_VALID) + row, 0);
  if (kind == KIND_TEXT) {
    const offsets = <usize>load<u32>(column, C_OFFSETS) + ((row - load<u32>(column, C_FIRST)) << 2);
    store<u32>(offsets, load<u32>(offsets), 4);
  } else if (kind == KIND_BOOL) {
    store<u8>(data + row, 0);
  } else {
    store<i64>(data + (row << 3), 0);
  }
}

/** Puts NULL into row `row`, which brought nothing. */
export function put_absent(column: usize, row: u32): void {
  put_null(column, row);
  const absent = <usize>load<u32>(column, C_ABSENT);
  if (absent != 0) store<u8>(absent + row, 1);
}

/** Puts NULL into row `row` of the columns that this row, numbered `stamp`, brought no value for; false if one takes none. */
export function put_missing(columns: usize, columnCount: u32, row: u32, stamp: u32): bool {
  for (let i: u32 = 0; i < columnCount; i++) {
    const column = columns + <usize>i * COLUMN_BYTES;
    if (load<u32>(column, C_STAMP) == stamp) continue;
    if (!null_fits(column)) return false;
    put_absent(column, row);
  }
  return true;
}
