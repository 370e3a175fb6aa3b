// Delimited rows (CSV, TSV) straight into column builders. A record that is not plainly right is left to the
// exact path.
import {
  C_KIND,
  C_STAMP,
  COLUMN_BYTES,
  FLAG_EMPTY_NULL,
  FLAG_ESCAPES,
  FLAG_EXACT_WIDTH,
  FLAG_INSIDE,
  FLAG_NULL_MARK,
  FLAG_QUOTES,
  KIND_DICT,
  KIND_TEXT,
  is_exact,
  null_fits,
  put_absent,
  put_missing,
  put_null,
  put_string,
  S_COLUMN_COUNT,
  S_COLUMNS,
  S_DELIMITER,
  S_DETAIL,
  S_ENTRIES,
  S_ENTRY_COUNT,
  S_FLAGS,
  S_LINE,
  S_POS,
  S_ROW,
  S_ROW_LIMIT,
  S_SCRATCH,
  S_SCRATCH_BYTES,
  S_STATUS,
  S_STOP,
  S_VALUE,
  STATUS_DONE,
  STATUS_EXACT,
  STATUS_SPACE,
} from "./builder";
import { put_text } from "./field";

/** Address of the first delimiter, line end or backslash from p on. */
// @ts-ignore
@inline
function field_end(p: usize, delimiter: v128): usize {
  while (true) {
    const v = v128.load(p);
    const stop = v128.or(
      v128.or(i8x16.eq(v, delimiter), i8x16.eq(v, i8x16.splat(10))),
      i8x16.eq(v, i8x16.splat(92)),
    );
    if (v128.any_true(stop)) return p + ctz(i8x16.bitmask(stop));
    p += 16;
  }
}

/** Address of the first quote or line end from p on. */
// @ts-ignore
@inline
function quote_end(p: usize): usize {
  while (true) {
    const v = v128.load(p);
    const stop = v128.or(i8x16.eq(v, i8x16.splat(34)), i8x16.eq(v, i8x16.splat(10)));
    if (v128.any_true(stop)) return p + ctz(i8x16.bitmask(stop));
    p += 16;
  }
}

// @ts-ignore
@inline
function at_end(p: usize, delimiter: u32): bool {
  const c = <u32>load<u8>(p);
  return c == delimiter || c == 10 || (c == 13 && load<u8>(p, 1) == 10);
}

/** A quoted field with doubled quotes, decoded into scratch. Size in S_VALUE; answers the closing quote or 0. */
function unquote(s: usize, p: usize): usize {
  const scratch = <usize>load<u32>(s, S_SCRATCH);
  const room = scratch + <usize>load<u32>(s, S_SCRATCH_BYTES) - 32;
  let to = scratch;
  while (true) {
    const stop = quote_end(p);
    if (load<u8>(stop) != 34) return 0;
    const run = stop - p;
    if (to + run > room) return 0;
    for (let i: usize = 0; i < run; i += 16) v128.store(to + i, v128.load(p + i));
    to += run;
    if (load<u8>(stop, 1) != 34) {
      store<u32>(s, <u32>(to - scratch), S_VALUE);
      return stop;
    }
    store<u8>(to++, 34);
    p = stop + 2;
  }
}

/** Stores the field at p; answers the address of what ends it, 0 with S_STATUS set if it cannot. */
function put_field(s: usize, column: usize, row: u32, p: usize, delimiter: u32, flags: u32): usize {
  const kind = load<u32>(column, C_KIND);
  const quoted = (flags & FLAG_QUOTES) != 0 && load<u8>(p) == 34;
  if (!quoted) {
    if ((flags & FLAG_NULL_MARK) != 0 && load<u16>(p) == 0x4e5c && at_end(p + 2, delimiter)) {
      if (!null_fits(column)) return 0;
      put_null(column, row);
      return p + 2;
    }
    if (at_end(p, delimiter)) {
      if ((kind == KIND_DICT || kind == KIND_TEXT) && (flags & FLAG_EMPTY_NULL) == 0) {
        if (is_exact(column)) return 0;
        if (put_string(column, row, p, 0)) return p;
        store<u32>(s, STATUS_SPACE, S_STATUS);
        return 0;
      }
      if ((flags & FLAG_EMPTY_NULL) == 0 || !null_fits(column)) return 0;
      put_absent(column, row);
      return p;
    }
  }
  if (kind == KIND_DICT || kind == KIND_TEXT) {
    if (is_exact(column)) return 0;
    let from = p;
    let end: usize;
    let size: u32;
    if (quoted) {
      from = p + 1;
      end = quote_end(from);
      if (load<u8>(end) != 34) return 0;
      size = <u32>(end - from);
      if (load<u8>(end, 1) == 34) {
        end = unquote(s, from);
        if (end == 0) return 0;
        from = <usize>load<u32>(s, S_SCRATCH);
        size = load<u32>(s, S_VALUE);
      }
      end++;
    } else {
      end = field_end(p, i8x16.splat(<i8>delimiter));
      while (load<u8>(end) == 92) {
        if ((flags & FLAG_ESCAPES) != 0) return 0;
        end = field_end(end + 1, i8x16.splat(<i8>delimiter));
      }
      if (load<u8>(end) == 10 && load<u8>(end - 1) == 13) end--;
      size = <u32>(end - p);
    }
    if (put_string(column, row, from, size)) return end;
    store<u32>(s, STATUS_SPACE, S_STATUS);
    return 0;
  }
  const from = quoted ? p + 1 : p;
  const taken = put_text(s, column, kind, row, from);
  const end = from + taken;
  if (taken == 0 || (quoted ? load<u8>(end) != 34 : !at_end(end, delimiter))) return 0;
  if (quoted) return end + 1;
  if ((flags & FLAG_INSIDE) != 0) for (let q = from; q < end; q++) if (load<u8>(q) == delimiter) return 0;
  return end;
}

/** Steps over a field nobody wants; answers the address of what ends it, or 0. */
function skip_field(p: usize, delimiter: u32, flags: u32): usize {
  if ((flags & FLAG_QUOTES) != 0 && load<u8>(p) == 34) {
    let end = quote_end(p + 1);
    while (load<u8>(end) == 34 && load<u8>(end, 1) == 34) end = quote_end(end + 2);
    return load<u8>(end) == 34 ? end + 1 : 0;
  }
  let end = field_end(p, i8x16.splat(<i8>delimiter));
  while (load<u8>(end) == 92) {
    if ((flags & FLAG_ESCAPES) != 0) return 0;
    end = field_end(end + 1, i8x16.splat(<i8>delimiter));
  }
  if (load<u8>(end) == 10 && end > p && load<u8>(end - 1) == 13) end--;
  return end;
}

/** Stores the record at p; answers the address after its line end, 0 with S_STATUS set if it cannot. */
function put_record(s: usize, p: usize, row: u32, stamp: u32): usize {
  const entries = <usize>load<u32>(s, S_ENTRIES);
  const entryCount = load<u32>(s, S_ENTRY_COUNT);
  const columns = <usize>load<u32>(s, S_COLUMNS);
  const columnCount = load<u32>(s, S_COLUMN_COUNT);
  const delimiter = load<u32>(s, S_DELIMITER);
  const flags = load<u32>(s, S_FLAGS);
  store<u32>(s, STATUS_EXACT, S_STATUS);
  let found: u32 = 0;
  for (let field: u32 = 0; field < 0xffff; field++) {
    let index = -1;
    if (field < entryCount) index = load<i32>(entries + (<usize>field << 2));
    else if ((flags & FLAG_EXACT_WIDTH) != 0) return 0;
    if (index < 0) {
      p = skip_field(p, delimiter, flags);
    } else {
      const column = columns + <usize>index * COLUMN_BYTES;
      store<u32>(column, stamp, C_STAMP);
      found++;
      p = put_field(s, column, row, p, delimiter, flags);
      if (p == 0) store<u32>(s, index, S_DETAIL);
    }
    if (p == 0) return 0;
    const c = <u32>load<u8>(p);
    p++;
    if (c == delimiter) continue;
    if (c == 13 && load<u8>(p) == 10) p++;
    else if (c != 10) return 0;
    if ((flags & FLAG_EXACT_WIDTH) != 0 && field + 1 != entryCount) return 0;
    if (found != columnCount && !put_missing(columns, columnCount, row, stamp)) return 0;
    return p;
  }
  return 0;
}

/**
 * Parses records from S_POS until S_STOP is reached or S_ROW_LIMIT rows are there. The byte before S_END is a
 * newline. Answers a STATUS; S_POS is then the start of the first record not taken, S_LINE counts records taken
 * and blank lines. A record that stops half-way leaves S_ROW as it was.
 */
export function csv_rows(s: usize): i32 {
  let pos = <usize>load<u32>(s, S_POS);
  const stop = <usize>load<u32>(s, S_STOP);
  const rowLimit = load<u32>(s, S_ROW_LIMIT);
  const blanks = load<u32>(s, S_ENTRY_COUNT) > 1;
  let row = load<u32>(s, S_ROW);
  let line = load<u32>(s, S_LINE);
  let status = STATUS_DONE;
  while (pos < stop && row < rowLimit) {
    if (blanks) {
      const blank = load<u8>(pos) == 13 ? pos + 1 : pos;
      if (load<u8>(blank) == 10) {
        pos = blank + 1;
        line++;
        continue;
      }
    }
    const next = put_record(s, pos, row, line + 1);
    if (next == 0) {
      status = load<i32>(s, S_STATUS);
      break;
    }
    pos = next;
    line++;
    row++;
  }
  store<u32>(s, <u32>pos, S_POS);
  store<u32>(s, row, S_ROW);
  store<u32>(s, line, S_LINE);
  return status;
}
