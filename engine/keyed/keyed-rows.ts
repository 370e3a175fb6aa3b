/**
 * Rows in the arena that are found by a key, from any thread: what dictionaries are to queries. All of it is addresses and small
 * numbers, so it travels in a message however many rows there are, and nothing of it changes once it is made.
 *
 * ```
 * column    := cells of 8 bytes (integers, floats, references to strings) or one (booleans), beside them one byte a row where NULL may be
 * index     := cells of 4 bytes, a power of two of them: 0, or a row + 1; a key is looked for from the place of its hash on
 * next      := cells of 4 bytes, one a row: 0, or the next row of the same key + 1
 * ```
 */

import type { Arena } from '../memory/arena.ts';
import type { Lane } from '../type/type.ts';
import { BLOCK_MASK, BLOCK_SHIFT, cellAt } from './cells.ts';

export type KeyedColumn = {
  readonly lane: Lane;
  /** Directory of its cells. */
  readonly cells: number;
  /** Directory of one byte a row, 1 = value; 0: no row is NULL. */
  readonly valid: number;
};

/** By the values of a column of integers or strings. */
export type KeyIndex = {
  readonly column: KeyedColumn;
  readonly slots: number;
  readonly mask: number;
  /** 0: a key has one row. */
  readonly next: number;
};

/** Of the rows of a key that is meant whose range holds a value, ends included. */
export type KeyedRange = {
  /** Numbers of columns. */
  readonly from: number;
  readonly to: number;
  /** Of several the one that begins last, instead of first. */
  readonly latest: boolean;
  readonly unsigned: boolean;
};

export type KeyedRows = {
  readonly rows: number;
  readonly columns: readonly KeyedColumn[];
  readonly key: KeyIndex;
  /** By the key of the row that is a row's parent; null: rows have none. */
  readonly children: KeyIndex | null;
  readonly range: KeyedRange | null;
  /** Keys are prefixes of addresses (prefix.ts), of these lengths, the longest first; empty: they are not. */
  readonly prefixes: readonly number[];
};

export const NO_ROW = -1;

export const widthOf = (lane: Lane): number => (lane === 'bool' ? 1 : 8);

export const columnCell = (arena: Arena, column: KeyedColumn, row: number): number =>
  cellAt(arena, column.cells, widthOf(column.lane), row);

export const isValid = (arena: Arena, { valid }: KeyedColumn, row: number): boolean =>
  valid === 0 || arena.u8[cellAt(arena, valid, 1, row)] !== 0;

/** Of 64 bits in two words, which for a string are its address and length: then it is that of its bytes. */
export function hashOfKey({ u8 }: Arena, lane: Lane, low: number, high: number): number {
  if (lane !== 'str') return hashOfWord(low, high);
  let hash = 0x811c9dc5;
  for (let at = low, end = low + high; at < end; at++) hash = Math.imul(hash ^ u8[at], 0x01000193);
  return mixed(hash);
}

const hashOfWord = (low: number, high: number): number =>
  mixed(Math.imul(Math.imul(low ^ 0x9e3779b9, 0x85ebca6b) ^ high, 0xc2b2ae35));

function mixed(from: number): number {
  let hash = from;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function isKey(arena: Arena, column: KeyedColumn, row: number, low: number, high: number): boolean {
  const { u8, u32 } = arena;
  const cell = columnCell(arena, column, row) >>> 2;
  if (u32[cell + 1] !== high) return false;
  if (column.lane !== 'str') return u32[cell] === low;
  for (let a = u32[cell], b = low, end = low + high; b < end; a++, b++) if (u8[a] !== u8[b]) return false;
  return true;
}

/** The place of a key, or the free one that it would have. */
export function slotOfKey(arena: Arena, index: KeyIndex, low: number, high: number): number {
  const { column, slots, mask } = index;
  for (let slot = hashOfKey(arena, column.lane, low, high) & mask; ; slot = (slot + 1) & mask) {
    const cell = cellAt(arena, slots, 4, slot);
    const row = arena.u32[cell >>> 2] - 1;
    if (row === NO_ROW || isKey(arena, column, row, low, high)) return cell;
  }
}

/** The row of a key, the first of them where it has several. */
export const rowOfKey = (arena: Arena, index: KeyIndex, low: number, high: number): number =>
  arena.u32[slotOfKey(arena, index, low, high) >>> 2] - 1;

/**
 * Rows of many keys of 64 bits, as words of row numbers with a byte each that says whether there is one. The same as {@link rowOfKey}, in
 * one loop over the words, which is where a query with a dictionary spends its time.
 *
 * @param given address of one byte a key, 0 = NULL; or 0: none is
 */
export function rowsOfWords(
  arena: Arena,
  { column, slots, mask }: KeyIndex,
  keys: number,
  given: number,
  count: number,
  out: number,
  valid: number,
): void {
  const { u8, u32 } = arena;
  const [slotBlocks, cellBlocks, to] = [slots >>> 2, column.cells >>> 2, out >>> 2];
  for (let i = 0, at = keys >>> 2; i < count; i++, at += 2) {
    let row = 0;
    if (given === 0 || u8[given + i] !== 0) {
      const [low, high] = [u32[at], u32[at + 1]];
      for (let slot = hashOfWord(low, high) & mask; ; slot = (slot + 1) & mask) {
        row = u32[(u32[slotBlocks + (slot >>> BLOCK_SHIFT)] >>> 2) + (slot & BLOCK_MASK)];
        if (row === 0) break;
        const cell = (u32[cellBlocks + ((row - 1) >>> BLOCK_SHIFT)] >>> 2) + 2 * ((row - 1) & BLOCK_MASK);
        if (u32[cell] === low && u32[cell + 1] === high) break;
      }
    }
    u32[to + 2 * i] = row === 0 ? 0 : row - 1;
    u8[valid + i] = row === 0 ? 0 : 1;
  }
}

/** The row behind `row` that has its key. */
export const nextRow = (arena: Arena, { next }: KeyIndex, row: number): number =>
  next === 0 ? NO_ROW : arena.u32[cellAt(arena, next, 4, row) >>> 2] - 1;

/** Of the rows of a key, the one whose range holds the value. */
export function rowInRange(
  arena: Arena,
  { columns, key, range }: KeyedRows,
  first: number,
  value: bigint,
): number {
  if (range === null) return first;
  const wordOf = (column: number, row: number): bigint => {
    const word = arena.i64[columnCell(arena, columns[column], row) / 8];
    return range.unsigned ? BigInt.asUintN(64, word) : word;
  };
  const wanted = range.unsigned ? BigInt.asUintN(64, value) : value;
  let found = NO_ROW;
  let begins = 0n;
  for (let row = first; row !== NO_ROW; row = nextRow(arena, key, row)) {
    const from = wordOf(range.from, row);
    if (from > wanted || wordOf(range.to, row) < wanted) continue;
    if (found !== NO_ROW && (range.latest ? from <= begins : from >= begins)) continue;
    found = row;
    begins = from;
  }
  return found;
}
