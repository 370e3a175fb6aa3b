/** Twins of as/scan.ts: finding structure in bytes, and string builders. */

import type { Arena } from '../../memory/arena.ts';
import { COLUMN, fields, hashOf, KIND, TAIL } from './builder.ts';

export const scanKernels = (arena: Arena) => {
  const { u8, u32, u64 } = arena;
  const { get, set, getU64 } = fields(arena);
  const view = (p: number, n: number) => u8.subarray(p, p + n);

  const same = (a: number, b: number, n: number): boolean => {
    for (let i = 0; i < n; i++) if (u8[a + i] !== u8[b + i]) return false;
    return true;
  };

  const enter = (column: number, hash: bigint, code: number): void => {
    const mask = get(column, COLUMN.mask);
    const table = get(column, COLUMN.table) >>> 3;
    let slot = Number(hash & 0xffffffffn) & mask;
    while (u64[table + slot] !== 0n) slot = (slot + 1) & mask;
    u64[table + slot] = ((hash >> 32n) << 32n) | BigInt(code);
  };

  const intern = (column: number, p: number, n: number): number => {
    const hash = hashOf(u8, p, n, getU64(column, COLUMN.seed));
    const mask = get(column, COLUMN.mask);
    const table = get(column, COLUMN.table) >>> 3;
    const offsets = get(column, COLUMN.offsets) >>> 2;
    const bytes = get(column, COLUMN.bytes);
    for (let slot = Number(hash & 0xffffffffn) & mask; ; slot = (slot + 1) & mask) {
      const entry = u64[table + slot];
      if (entry === 0n) break;
      if (entry >> 32n !== hash >> 32n) continue;
      const code = Number(entry & 0xffffffffn);
      const from = u32[offsets + code];
      if (u32[offsets + code + 1] - from === n && same(bytes + from, p, n)) return code;
    }
    const count = get(column, COLUMN.count);
    const used = get(column, COLUMN.used);
    if (count >= get(column, COLUMN.limit) || used + n + TAIL > get(column, COLUMN.capacity)) return -1;
    u8.copyWithin(bytes + used, p, p + n);
    set(column, COLUMN.used, used + n);
    u32[offsets + count + 1] = used + n;
    set(column, COLUMN.count, count + 1);
    enter(column, hash, count);
    return count;
  };

  const textOffset = (column: number, row: number): number =>
    (get(column, COLUMN.offsets) >>> 2) + row - get(column, COLUMN.first);

  return {
    /** How many of n bytes equal `byte`. */
    scan_count_byte(p: number, n: number, byte: number): number {
      let count = 0;
      for (let i = 0; i < n; i++) if (u8[p + i] === byte) count++;
      return count;
    },

    /** Index of the first of n bytes that equals `byte`, or -1. */
    scan_find_byte(p: number, n: number, byte: number): number {
      return view(p, n).indexOf(byte);
    },

    /** Index of the last of n bytes that equals `byte`, or -1. */
    scan_last_byte(p: number, n: number, byte: number): number {
      return view(p, n).lastIndexOf(byte);
    },

    /** Bytes up to and including the last line end that ends a CSV record. */
    scan_csv_cut(p: number, n: number, delimiter: number): number {
      let cut = 0;
      let quoted = false;
      for (let i = 0; i < n; i++) {
        const c = u8[p + i];
        if (quoted) {
          if (c !== 34) continue;
          if (i + 1 < n && u8[p + i + 1] === 34) i++;
          else quoted = false;
        } else if (c === 10) cut = i + 1;
        else if (c === 34) quoted = i === cut || u8[p + i - 1] === delimiter;
      }
      return cut;
    },

    /** Puts the string of n bytes into a row of a string column; 0 when the column has no room, else 1. */
    build_string(column: number, row: number, p: number, n: number): number {
      if (get(column, COLUMN.kind) === KIND.dict) {
        const code = intern(column, p, n);
        if (code < 0) return 0;
        u32[(get(column, COLUMN.data) >>> 2) + row] = code;
        return 1;
      }
      const at = textOffset(column, row);
      const used = u32[at];
      if (used + n + TAIL > get(column, COLUMN.capacity)) return 0;
      u8.copyWithin(get(column, COLUMN.bytes) + used, p, p + n);
      u32[at + 1] = used + n;
      return 1;
    },

    /** Puts NULL into a row of a column of any kind. */
    build_null(column: number, row: number): void {
      const kind = get(column, COLUMN.kind);
      const data = get(column, COLUMN.data);
      set(column, COLUMN.nulls, 1);
      if (kind === KIND.dict) {
        u32[(data >>> 2) + row] = 0;
        return;
      }
      u8[get(column, COLUMN.valid) + row] = 0;
      if (kind === KIND.text) {
        const at = textOffset(column, row);
        u32[at + 1] = u32[at];
      } else if (kind === KIND.bool) u8[data + row] = 0;
      else u64[(data >>> 3) + row] = 0n;
    },

    /** Code of the string in a dictionary column, entering it if it is new; -1 when there is no room. */
    build_intern: intern,

    /** Fills the column's empty hash table, grown by its caller, from the dictionary entries. */
    build_rehash(column: number): void {
      const offsets = get(column, COLUMN.offsets) >>> 2;
      const bytes = get(column, COLUMN.bytes);
      const seed = getU64(column, COLUMN.seed);
      for (let code = 1; code < get(column, COLUMN.count); code++) {
        const from = u32[offsets + code];
        enter(column, hashOf(u8, bytes + from, u32[offsets + code + 1] - from, seed), code);
      }
    },

    /** Lays out the strings of n u32 codes: n + 1 offsets from 0, bytes at `to`. Answers bytes written. */
    gather_strings(
      codes: number,
      n: number,
      offsets: number,
      bytes: number,
      outOffsets: number,
      to: number,
    ): number {
      let used = 0;
      u32[outOffsets >>> 2] = 0;
      for (let i = 0; i < n; i++) {
        const at = (offsets >>> 2) + u32[(codes >>> 2) + i];
        u8.copyWithin(to + used, bytes + u32[at], bytes + u32[at + 1]);
        used += u32[at + 1] - u32[at];
        u32[(outOffsets >>> 2) + i + 1] = used;
      }
      return used;
    },

    /** Bytes that gather_strings would write. */
    gather_strings_bytes(codes: number, n: number, offsets: number): number {
      let total = 0;
      for (let i = 0; i < n; i++) {
        const at = (offsets >>> 2) + u32[(codes >>> 2) + i];
        total += u32[at + 1] - u32[at];
      }
      return total;
    },
  };
};
