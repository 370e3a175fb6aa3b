/**
 * Functions that give the value of another row: so many rows away, or of a frame. With IGNORE NULLS only rows with a value count,
 * whose numbers are listed once.
 */

import { BasaltError } from '../../base/error.ts';
import type { Region } from '../../memory/region.ts';
import type { Columns } from './columns.ts';
import { eachPiece, type Frames } from './frames.ts';
import type { CallResult } from './result.ts';
import type { CallSpec } from './spec.ts';
import { type Stretch, words32 } from './stretch.ts';

const NONE = -1;

/** The row that each row's value comes from, or {@link NONE}. */
type Choice = (row: number) => number;

/** @param frames that the other row has to be in; of lag and lead the partition */
export function shifted(
  region: Region,
  { fn, args, ignoreNulls }: CallSpec,
  { rows }: Stretch,
  { start, end }: Frames,
  columns: Columns,
): CallResult {
  const [value, offset, otherwise] = args;
  const counted = countedRows(region, ignoreNulls, value, rows, columns);
  const sign = fn.startsWith('lag') ? -1 : 1;
  const choose: Choice = (row) => {
    const by = offset === undefined ? 1 : offsetOf(columns, offset, row);
    if (by === 0) return row;
    // Of the rows that count: those before this one, and where this one would stand.
    const place = counted.before(row);
    const forward = sign * by > 0;
    const own = forward && counted.before(row + 1) === place ? 1 : 0;
    const at = counted.row(place + sign * by - own);
    return at >= start[row] && at < end[row] ? at : NONE;
  };
  return pick(region, rows, columns, value, choose, otherwise);
}

export function ofFrame(
  region: Region,
  { fn, args, ignoreNulls }: CallSpec,
  rows: number,
  frames: Frames,
  columns: Columns,
): CallResult {
  const [value, which, otherwise] = args;
  const counted = countedRows(region, ignoreNulls, value, rows, columns);
  const choose: Choice = (row) => {
    let left = fn === 'nth_value' ? nthOf(columns, which, row) : 1;
    let found = NONE;
    eachPiece(frames, row, (from, to) => {
      if (from >= to) return;
      const [first, behind] = [counted.before(from), counted.before(to)];
      if (fn === 'last_value') {
        if (behind > first) found = counted.row(behind - 1);
        return;
      }
      if (left > 0 && left <= behind - first) found = counted.row(first + left - 1);
      left -= behind - first;
    });
    return found;
  };
  return pick(region, rows, columns, value, choose, otherwise);
}

/** Negative ones look the other way; far ones are outside of any partition. */
function offsetOf(columns: Columns, column: number, row: number): number {
  if (columns.isNull(column, row)) return 0;
  const value = columns.i64(column, row);
  return Number(value > 0x7fffffffn ? 0x7fffffffn : value < -0x7fffffffn ? -0x7fffffffn : value);
}

function nthOf(columns: Columns, column: number, row: number): number {
  const value = columns.isNull(column, row) ? 0n : columns.i64(column, row);
  if (value <= 0n) throw new BasaltError('BAD_ARGUMENTS', 'nth_value counts from 1');
  return Number(value > 0x7fffffffn ? 0x7fffffffn : value);
}

/** Rows that count, in order. */
type Counted = {
  /** How many come before the row. */
  readonly before: (row: number) => number;
  /** The row of one, -1 where there is none. */
  readonly row: (place: number) => number;
};

function countedRows(
  region: Region,
  ignoreNulls: boolean,
  column: number,
  rows: number,
  columns: Columns,
): Counted {
  const valid = columns.valid(column);
  if (!ignoreNulls || valid === 0) return { before: (row) => row, row: (place) => place };
  const { u8 } = region.arena;
  const before = words32(region, rows + 1);
  const list = words32(region, rows + 1);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    before[row] = count;
    if (u8[valid + row] !== 0) list[count++] = row;
  }
  before[rows] = count;
  return {
    before: (row) => before[row],
    row: (place) => (place >= 0 && place < count ? list[place] : NONE),
  };
}

/** Words of the chosen rows; where there is none, of column `otherwise` in the row itself, or NULL. */
function pick(
  region: Region,
  rows: number,
  columns: Columns,
  column: number,
  choose: Choice,
  otherwise?: number,
): CallResult {
  const { u8, u32 } = region.arena;
  const words = region.allocZero(rows * 8);
  const valid = region.allocZero(rows);
  const copy = (from: number, at: number, row: number): void => {
    if (columns.isNull(from, at)) return;
    const [source, to] = [(columns.words(from) >>> 2) + at * 2, (words >>> 2) + row * 2];
    u8[valid + row] = 1;
    u32[to] = u32[source];
    u32[to + 1] = u32[source + 1];
  };
  for (let row = 0; row < rows; row++) {
    const at = choose(row);
    if (at !== NONE) copy(column, at, row);
    else if (otherwise !== undefined) copy(otherwise, row, row);
  }
  return { words, valid };
}
