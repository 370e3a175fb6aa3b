/**
 * The layout that the row parsers and the column builders share, as/builder.ts in TypeScript.
 *
 * `COLUMN` and `STATE` are byte offsets of u32 fields (i64, u64 or f64 where said) inside a column descriptor
 * and a parser state; both live in the arena. Whoever changes one file changes the other.
 */

import type { Arena } from '../../memory/arena.ts';

export const KIND = { int: 1, float: 2, bool: 3, dict: 4, text: 5, time: 6, date: 7 } as const;

export const COLUMN_BYTES = 104;
export const COLUMN = {
  kind: 0,
  data: 4,
  valid: 8,
  /** Line that set the column last. */
  stamp: 12,
  /** 1 once any row is NULL. */
  nulls: 16,
  precision: 20,
  /** i64: bounds of the integer type. */
  min: 24,
  max: 32,
  /** i64: ticks per unit of a numeric timestamp; 0 = numbers do not fit. */
  scale: 40,
  offsets: 48,
  bytes: 52,
  used: 56,
  capacity: 60,
  count: 64,
  limit: 68,
  table: 72,
  mask: 76,
  /** First row of the text page being filled. */
  first: 80,
  /** RULE bits. */
  rules: 84,
  /** u64 */
  seed: 88,
  /** Address of a zone's offsets by local time ({@link ZONE}); 0 = UTC. */
  zone: 96,
  /** Address of one byte a row, 1 = it brought nothing; 0 = nobody asks. */
  absent: 100,
} as const;

/** Offsets by local time: how many, which was used last, then from byte 8 on i64 pairs of a first local second and its offset. */
export const ZONE = { count: 0, last: 4, entries: 8, entryBytes: 16 } as const;

export const STATE_BYTES = 96;
export const STATE = {
  pos: 0,
  stop: 4,
  end: 8,
  row: 12,
  rowLimit: 16,
  columns: 20,
  columnCount: 24,
  entries: 28,
  entryCount: 32,
  firstEntry: 36,
  line: 40,
  status: 44,
  detail: 48,
  detailBytes: 52,
  scratch: 56,
  scratchBytes: 60,
  powers: 64,
  delimiter: 68,
  flags: 72,
  /** i64 or f64 */
  value: 80,
} as const;

/**
 * `textual`: ISO text fits a timestamp. `required`: NULL does not fit. `unsigned`: an integer of 64 bits without a sign.
 * `year`: a text of four digits is a year, which the exact path knows. `exact`: only the exact path knows what a text means.
 */
export const RULE = { textual: 1, required: 2, unsigned: 4, year: 8, exact: 16 } as const;
export const STATUS = { done: 0, exact: 1, space: 2, key: 3 } as const;
export const FLAG = {
  array: 1,
  quotes: 2,
  escapes: 4,
  emptyNull: 8,
  nullMark: 16,
  exactWidth: 32,
  /** The delimiter is a byte that numbers and times are written with. */
  inside: 64,
} as const;
/** Bytes that may be written past the end of a copy. */
export const TAIL = 16;

const MASK64 = (1n << 64n) - 1n;
const mul = (a: bigint, b: bigint): bigint => (a * b) & MASK64;

/** Seeded 64-bit hash of n bytes. */
export function hashOf(u8: Uint8Array, p: number, n: number, seed: bigint): bigint {
  let h = seed ^ mul(BigInt(n), 0x9e3779b97f4a7c15n);
  for (let i = 0; i < n; i += 8) {
    let word = 0n;
    for (let k = Math.min(8, n - i) - 1; k >= 0; k--) word = (word << 8n) | BigInt(u8[p + i + k]);
    h = mul(h ^ word, 0x9fb21c651e98df25n);
    h ^= h >> 29n;
  }
  h = mul(h, 0xd6e8feb86659fd93n);
  return h ^ (h >> 32n);
}

/** Reads and writes descriptor fields at byte addresses. */
export const fields = ({ u32, i64, u64 }: Arena) => ({
  get: (address: number, field: number): number => u32[(address + field) >>> 2],
  set: (address: number, field: number, value: number): void => {
    u32[(address + field) >>> 2] = value;
  },
  getI64: (address: number, field: number): bigint => i64[(address + field) >>> 3],
  getU64: (address: number, field: number): bigint => u64[(address + field) >>> 3],
});
