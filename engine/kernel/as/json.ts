// JSON rows straight into column builders. The order of keys is learned: each key remembers the key that
// followed it on an earlier line. Whatever is not plainly right is left to the exact path, line by line.
import {
  C_KIND,
  C_STAMP,
  COLUMN_BYTES,
  FLAG_ARRAY,
  KIND_BOOL,
  KIND_DICT,
  KIND_TEXT,
  is_exact,
  null_fits,
  put_missing,
  put_null,
  put_string,
  S_COLUMN_COUNT,
  S_COLUMNS,
  S_DETAIL,
  S_DETAIL_BYTES,
  S_ENTRIES,
  S_ENTRY_COUNT,
  S_FIRST_ENTRY,
  S_FLAGS,
  S_LINE,
  S_POS,
  S_ROW,
  S_ROW_LIMIT,
  S_SCRATCH,
  S_STATUS,
  S_STOP,
  S_VALUE,
  same_bytes,
  STATUS_DONE,
  STATUS_EXACT,
  STATUS_KEY,
  STATUS_SPACE,
} from "./builder";
import { put_bool, put_number, put_text, skip_space, string_end, unescape_json } from "./field";
import { parse_f64 } from "./number";

@inline const NULL_WORD: u32 = 0x6c6c756e;
@inline const TRUE_WORD: u32 = 0x65757274;
@inline const ALSE_WORD: u32 = 0x65736c61;

// Entry: u32 key address (with its quotes), u32 key bytes, i32 column index or -1, u32 index of the entry after it.
@inline const ENTRY_BYTES: usize = 16;

// @ts-ignore
@inline
function is_hex(c: u32): bool {
  return c - 48 <= 9 || (c | 32) - 97 <= 5;
}

/** Steps over a string, p at its opening quote; answers the address after the closing one, 0 if it is not JSON. */
function skip_string(p: usize): usize {
  if (load<u8>(p) != 34) return 0;
  let end = string_end(p + 1);
  while (load<u8>(end) == 92) {
    const e = <u32>load<u8>(end, 1);
    if (e == 117) {
      if (!is_hex(load<u8>(end, 2)) || !is_hex(load<u8>(end, 3))) return 0;
      if (!is_hex(load<u8>(end, 4)) || !is_hex(load<u8>(end, 5))) return 0;
      end = string_end(end + 6);
    } else {
      const known =
        e == 34 || e == 92 || e == 47 || e == 98 || e == 102 || e == 110 || e == 114 || e == 116;
      if (!known) return 0;
      end = string_end(end + 2);
    }
  }
  return load<u8>(end) == 34 ? end + 1 : 0;
}

/** Steps over a string, number or word; 0 if it is none. */
// @ts-ignore
@inline
function skip_scalar(s: usize, p: usize): usize {
  const c = load<u8>(p);
  if (c == 34) return skip_string(p);
  const word = load<u32>(p);
  if (word == NULL_WORD || word == TRUE_WORD) return p + 4;
  if (c == 102 && load<u32>(p, 1) == ALSE_WORD) return p + 5;
  const taken = parse_f64(p, s + S_VALUE, 0);
  return taken == 0 ? 0 : p + taken;
}

/** Steps over a key and its colon; 0 if there is none. */
// @ts-ignore
@inline
function skip_key(p: usize): usize {
  p = skip_string(p);
  if (p == 0) return 0;
  p = skip_space(p);
  return load<u8>(p) == 58 ? skip_space(p + 1) : 0;
}

/** Steps over a value nobody wants, nested up to 63 deep; answers the address after it, 0 if the exact path must judge. */
function skip_value(s: usize, p: usize): usize {
  let depth = 0;
  let objects: u64 = 0; // one bit a level, the innermost lowest: 1 = object
  while (true) {
    const c = load<u8>(p);
    if (c == 123 || c == 91) {
      if (depth == 63) return 0;
      depth++;
      objects = (objects << 1) | <u64>(c == 123);
      p = skip_space(p + 1);
      if (load<u8>(p) != (c == 123 ? 125 : 93)) {
        if (c == 123) p = skip_key(p);
        if (p == 0) return 0;
        continue;
      }
      p++;
      depth--;
      objects >>= 1;
    } else {
      p = skip_scalar(s, p);
      if (p == 0) return 0;
    }
    let more = false;
    while (depth != 0 && !more) {
      p = skip_space(p);
      const next = load<u8>(p);
      const isObject = (objects & 1) != 0;
      if (next == 44) {
        p = skip_space(p + 1);
        if (isObject) p = skip_key(p);
        if (p == 0) return 0;
        more = true;
      } else if (next == (isObject ? 125 : 93)) {
        p++;
        depth--;
        objects >>= 1;
      } else return 0;
    }
    if (!more) return p;
  }
  return 0;
}

/** Is there a digit behind a zero? Numbers of JSON do not begin so, numbers of text may. */
// @ts-ignore
@inline
function starts_with_zero(p: usize): bool {
  return load<u8>(p) == 48 && <u32>load<u8>(p, 1) - 48 <= 9;
}

/** Stores the value at p into the row; answers the address after it, 0 with S_STATUS set if it cannot. */
function put_value(s: usize, column: usize, row: u32, p: usize): usize {
  const kind = load<u32>(column, C_KIND);
  const c = <u32>load<u8>(p);
  if (c == 34) {
    if (kind == KIND_DICT || kind == KIND_TEXT) {
      if (is_exact(column)) return 0;
      let from = p + 1;
      const end = string_end(from);
      let close = end;
      let size = <u32>(end - from);
      if (load<u8>(end) != 34) {
        close = unescape_json(s, from, end);
        if (close == 0) return 0;
        from = <usize>load<u32>(s, S_SCRATCH);
        size = load<u32>(s, S_VALUE);
      }
      if (put_string(column, row, from, size)) return close + 1;
      store<u32>(s, STATUS_SPACE, S_STATUS);
      return 0;
    }
    const taken = put_text(s, column, kind, row, p + 1);
    return taken == 0 || load<u8>(p + 1 + taken) != 34 ? 0 : p + taken + 2;
  }
  const word = load<u32>(p);
  if (word == NULL_WORD) {
    if (!null_fits(column)) return 0;
    put_null(column, row);
    return p + 4;
  }
  if (kind == KIND_BOOL) {
    if (word == TRUE_WORD) {
      put_bool(column, row, 1);
      return p + 4;
    }
    if (c == 102 && load<u32>(p, 1) == ALSE_WORD) {
      put_bool(column, row, 0);
      return p + 5;
    }
    if (c - 48 > 1) return 0;
    put_bool(column, row, c - 48);
    return p + 1;
  }
  if (kind == KIND_DICT || kind == KIND_TEXT) {
    if (is_exact(column)) return 0;
    let size: usize = 0;
    if (word == TRUE_WORD) size = 4;
    else if (c == 102 && load<u32>(p, 1) == ALSE_WORD) size = 5;
    else size = parse_f64(p, s + S_VALUE, 0);
    if (size == 0) return 0;
    if (put_string(column, row, p, <u32>size)) return p + size;
    store<u32>(s, STATUS_SPACE, S_STATUS);
    return 0;
  }
  if (starts_with_zero(c == 45 ? p + 1 : p)) return 0;
  const taken = put_number(s, column, kind, row, p);
  return taken == 0 ? 0 : p + taken;
}

// @ts-ignore
@inline
function key_matches(entry: usize, p: usize): bool {
  return same_bytes(<usize>load<u32>(entry), p, load<u32>(entry, 4));
}

/** Stores the row at p; answers the address after its closing bracket, 0 with S_STATUS set if it cannot. */
function put_row(s: usize, p: usize, row: u32, stamp: u32): usize {
  const entries = <usize>load<u32>(s, S_ENTRIES);
  const entryCount = load<u32>(s, S_ENTRY_COUNT);
  const columns = <usize>load<u32>(s, S_COLUMNS);
  const columnCount = load<u32>(s, S_COLUMN_COUNT);
  const array = (load<u32>(s, S_FLAGS) & FLAG_ARRAY) != 0;
  const close: u32 = array ? 93 : 125;
  store<u32>(s, STATUS_EXACT, S_STATUS);
  p = skip_space(p);
  if (load<u8>(p) != (array ? 91 : 123)) return 0;
  p = skip_space(p + 1);
  let found: u32 = 0;
  let guess = load<u32>(s, S_FIRST_ENTRY);
  let link = s + S_FIRST_ENTRY;
  let ordinal: u32 = 0;
  if (load<u8>(p) != close) {
    for (;;) {
      let entry = entries + <usize>guess * ENTRY_BYTES;
      if (array) {
        if (ordinal >= entryCount) return 0;
        entry = entries + <usize>ordinal * ENTRY_BYTES;
        ordinal++;
      } else {
        if (guess >= entryCount || !key_matches(entry, p)) {
          let i: u32 = 0;
          for (; i < entryCount; i++) if (key_matches(entries + <usize>i * ENTRY_BYTES, p)) break;
          if (i == entryCount) {
            if (load<u8>(p) != 34) return 0;
            let end = string_end(p + 1);
            while (load<u8>(end) == 92) end = string_end(end + 2);
            if (load<u8>(end) != 34) return 0;
            store<u32>(s, <u32>p, S_DETAIL);
            store<u32>(s, <u32>(end + 1 - p), S_DETAIL_BYTES);
            store<u32>(s, STATUS_KEY, S_STATUS);
            return 0;
          }
          entry = entries + <usize>i * ENTRY_BYTES;
          store<u32>(link, i);
        }
        p = skip_space(p + load<u32>(entry, 4));
        if (load<u8>(p) != 58) return 0;
        p = skip_space(p + 1);
        link = entry + 12;
        guess = load<u32>(entry, 12);
      }
      const index = load<i32>(entry, 8);
      if (index < 0) {
        p = skip_value(s, p);
      } else {
        const column = columns + <usize>index * COLUMN_BYTES;
        // A key given twice: the last one counts, which the exact path knows.
        if (load<u32>(column, C_STAMP) == stamp) return 0;
        store<u32>(column, stamp, C_STAMP);
        found++;
        p = put_value(s, column, row, p);
        if (p == 0) store<u32>(s, index, S_DETAIL);
      }
      if (p == 0) return 0;
      p = skip_space(p);
      const c = load<u8>(p);
      p++;
      if (c == close) break;
      if (c != 44) return 0;
      p = skip_space(p);
    }
  } else {
    p++;
  }
  if (array && ordinal != entryCount) return 0;
  if (found != columnCount && !put_missing(columns, columnCount, row, stamp)) return 0;
  return p;
}

/**
 * Parses lines from S_POS until S_STOP is reached or S_ROW_LIMIT rows are there. The byte before S_END is a
 * newline. Answers a STATUS; S_POS is then the start of the first line not taken, S_LINE counts lines taken,
 * blank ones too. A row that stops half-way leaves S_ROW as it was.
 */
export function json_rows(s: usize): i32 {
  let pos = <usize>load<u32>(s, S_POS);
  const stop = <usize>load<u32>(s, S_STOP);
  const rowLimit = load<u32>(s, S_ROW_LIMIT);
  let row = load<u32>(s, S_ROW);
  let line = load<u32>(s, S_LINE);
  let status = STATUS_DONE;
  while (pos < stop && row < rowLimit) {
    let p = skip_space(pos);
    if (load<u8>(p) == 13) p++;
    if (load<u8>(p) == 10) {
      pos = p + 1;
      line++;
      continue;
    }
    p = put_row(s, pos, row, line + 1);
    if (p != 0) {
      p = skip_space(p);
      if (load<u8>(p) == 13) p++;
      if (load<u8>(p) != 10) p = 0;
      if (p == 0) store<u32>(s, STATUS_EXACT, S_STATUS);
    }
    if (p == 0) {
      status = load<i32>(s, S_STATUS);
      break;
    }
    pos = p + 1;
    line++;
    row++;
  }
  store<u32>(s, <u32>pos, S_POS);
  store<u32>(s, row, S_ROW);
  store<u32>(s, line, S_LINE);
  return status;
}
