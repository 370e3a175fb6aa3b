/**
 * Columns in the working format: what kernels read, and what a segment's frame holds in memory.
 *
 * A block (65,536 rows) of a column is a {@link Chunk}; operators see it 8,192 rows at a time as
 * {@link Vector}s, which point into the chunk. Data stays as narrow as it is on disk (DESIGN.md D2):
 *
 *   kind    lane  data address points at                            value of row i
 *   const   any   nothing                                           `value`
 *   int     i64   unsigned integers of `width` bytes (1, 2, 4) or    width < 8: base + data[i]
 *                 signed 64-bit ones (width 8, base 0)               width = 8: data[i]
 *   float   f64   floats of `width` bytes (4 or 8)                   data[i]
 *   bool    bool  one byte a row, 0 or 1                             data[i]
 *   dict    str   unsigned codes of `width` bytes (1, 2, 4)          dictionary entry data[i]; code 0 is NULL
 *   text    str   rows + 1 u32 offsets into the bytes at `bytes`     bytes[offset[i] .. offset[i+1])
 *   ref     str   u64 references: address | length << 32             the bytes at that address
 *
 * `valid` is the address of one byte a row (1 = value, 0 = NULL), or 0 when no row is NULL. A `dict` vector
 * has none: its code 0 says it. Under a NULL the data byte pattern is a valid but arbitrary value.
 * All addresses are arena addresses, so a vector made by one worker reads the same in another.
 */

import type { Lane, Value } from '../type/type.ts';

export const BLOCK_ROWS = 65536;
export const VECTOR_ROWS = 8192;

export type VectorKind = 'const' | 'int' | 'float' | 'bool' | 'dict' | 'text' | 'ref';

/**
 * Distinct strings of a column of one segment or batch. Entry 0 is NULL (empty bytes); entries from 1 on are
 * distinct and, when `sorted`, ascending by unsigned bytes, so that comparing codes compares strings.
 */
export type Dictionary = {
  /** Entries including entry 0; codes are below it. */
  readonly count: number;
  /** Address of count + 1 u32 offsets into the bytes. */
  readonly offsets: number;
  /** Address of the bytes. */
  readonly bytes: number;
  readonly sorted: boolean;
};

export type Vector = {
  readonly kind: VectorKind;
  readonly lane: Lane;
  readonly rows: number;
  readonly data: number;
  readonly width: number;
  readonly base: bigint;
  readonly valid: number;
  readonly bytes: number;
  readonly dictionary: Dictionary | null;
  readonly value: Value;
  /** Makes the hashes (u32) of a `ref` vector's rows from what its maker has, in scratch; null = only from the strings. */
  readonly hashes: (() => number) | null;
};

const vector = (
  kind: VectorKind,
  lane: Lane,
  rows: number,
  data: number,
  width: number,
  base: bigint,
  valid: number,
  bytes: number,
  dictionary: Dictionary | null,
  value: Value,
  hashes: (() => number) | null = null,
): Vector => ({ kind, lane, rows, data, width, base, valid, bytes, dictionary, value, hashes });

export const constVector = (lane: Lane, rows: number, value: Value): Vector =>
  vector('const', lane, rows, 0, 0, 0n, 0, 0, null, value);
export const intVector = (
  rows: number,
  data: number,
  width: 1 | 2 | 4 | 8,
  base: bigint,
  valid: number,
): Vector => vector('int', 'i64', rows, data, width, base, valid, 0, null, null);
export const floatVector = (rows: number, data: number, width: 4 | 8, valid: number): Vector =>
  vector('float', 'f64', rows, data, width, 0n, valid, 0, null, null);
export const boolVector = (rows: number, data: number, valid: number): Vector =>
  vector('bool', 'bool', rows, data, 1, 0n, valid, 0, null, null);
export const dictVector = (rows: number, data: number, width: 1 | 2 | 4, dictionary: Dictionary): Vector =>
  vector('dict', 'str', rows, data, width, 0n, 0, 0, dictionary, null);
export const textVector = (rows: number, offsets: number, bytes: number, valid: number): Vector =>
  vector('text', 'str', rows, offsets, 4, 0n, valid, bytes, null, null);
export const refVector = (
  rows: number,
  refs: number,
  valid: number,
  hashes: (() => number) | null = null,
): Vector => vector('ref', 'str', rows, refs, 8, 0n, valid, 0, null, null, hashes);

/**
 * A column of one block. All kinds but `text` are one vector of up to BLOCK_ROWS rows; `text` is a list of
 * pages of exactly VECTOR_ROWS rows (the last may be shorter), each with its own offsets and bytes.
 */
export type Chunk = {
  readonly rows: number;
  readonly whole: Vector | null;
  readonly pages: readonly Vector[] | null;
};

export const chunk = (whole: Vector): Chunk => ({ rows: whole.rows, whole, pages: null });
export const pagedChunk = (rows: number, pages: readonly Vector[]): Chunk => ({ rows, whole: null, pages });

/** Rows [start, start + rows) of a chunk; `start` is a multiple of VECTOR_ROWS. */
export function slice(source: Chunk, start: number, rows: number): Vector {
  if (source.pages !== null) return source.pages[start / VECTOR_ROWS];
  const v = source.whole as Vector;
  if (start === 0 && rows === v.rows) return v;
  if (v.kind === 'const') return { ...v, rows };
  return {
    ...v,
    rows,
    data: v.data + start * v.width,
    valid: v.valid === 0 ? 0 : v.valid + start,
  };
}
