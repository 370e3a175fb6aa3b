/**
 * How rows lie in partitions and in their spill files: columns one after the other, each as narrow as its type, and behind
 * them the rows' hashes where those are kept.
 *
 * Operators see every column as 8-byte words; here a word less its column's `base` takes `width` bytes.
 */

import type { Expr } from '../plan/expr.ts';
import { bitsOf, isSigned, type LogicalType, laneOf } from '../type/type.ts';
import { intVector } from '../vector/vector.ts';
import type { TaskContext } from './context.ts';
import { i64Of } from './lane.ts';
import type { ColumnShape } from './spill/block.ts';

export type RowColumn = ColumnShape & {
  /** Least value; words are stored as what they are above it. */
  readonly base: bigint;
};

export const WORD: RowColumn = { width: 8, string: false, base: 0n };
export const STRING: RowColumn = { width: 8, string: true, base: 0n };
const HASH: RowColumn = { width: 4, string: false, base: 0n };

/** Rows of one partition that lie together; columns begin a multiple of `capacity` bytes after `address`. */
export type RowChunk = { readonly address: number; readonly rows: number; readonly capacity: number };

export class RowLayout {
  /** The hashes' column, if there is one, is the last. */
  readonly columns: readonly RowColumn[];
  /** Columns that operators see as words. */
  readonly words: number;
  readonly hashed: boolean;
  /** Bytes of a row before each column. */
  readonly before: readonly number[];
  readonly rowBytes: number;

  constructor(words: readonly RowColumn[], hashed: boolean) {
    this.columns = hashed ? [...words, HASH] : words;
    this.words = words.length;
    this.hashed = hashed;
    let bytes = 0;
    this.before = this.columns.map(({ width }) => {
      const before = bytes;
      bytes += width;
      return before;
    });
    this.rowBytes = bytes;
  }

  /** Where a column of a chunk begins. */
  address(chunk: RowChunk, column: number): number {
    return chunk.address + chunk.capacity * this.before[column];
  }

  /** Hashes of a chunk's rows from row `from` on. */
  hashes(chunk: RowChunk, from: number): number {
    return this.address(chunk, this.words) + from * 4;
  }

  /** Words of rows [from, from + n) of a chunk, column by column; in scratch where they are stored narrower. */
  read(task: TaskContext, chunk: RowChunk, from: number, n: number): number[] {
    return Array.from({ length: this.words }, (_, c) => {
      const { width, base } = this.columns[c];
      return i64Of(task, intVector(n, this.address(chunk, c) + from * width, width, base, 0));
    });
  }
}

/** The column that holds every word of a type. */
export function columnOf(type: LogicalType): RowColumn {
  const lane = laneOf(type);
  if (lane === 'str') return STRING;
  if (lane === 'bool') return bitsColumn(1);
  const bits = bitsOf(type);
  if (lane === 'f64' || bits === 64) return WORD;
  return { ...bitsColumn(bits), base: isSigned(type) ? -(1n << BigInt(bits - 1)) : 0n };
}

/** Bits of parts of a time, none of which is negative. */
const TIME_PART_BITS: Readonly<Record<string, number>> = {
  second: 8,
  minute: 8,
  hour: 8,
  dow: 8,
  isodow: 8,
  day: 8,
  doy: 16,
  week: 8,
  month: 8,
  quarter: 8,
};

/** The column that holds every word of an expression, which can be narrower than its type's. */
export function columnOfExpr(expr: Expr): RowColumn {
  if (expr.kind === 'call' && expr.fn === 'extract_ticks' && expr.args[1].kind === 'literal') {
    const bits = TIME_PART_BITS[String(expr.args[1].value)];
    if (bits !== undefined) return bitsColumn(bits);
  }
  if (expr.kind === 'call' && /^length_(bytes|chars)$/.test(expr.fn)) return bitsColumn(32);
  return columnOf(expr.type);
}

/** The column of words below 2^bits. */
export function bitsColumn(bits: number): RowColumn {
  const width = ([1, 2, 4] as const).find((bytes) => bits <= bytes * 8) ?? 8;
  return { width, string: false, base: 0n };
}
