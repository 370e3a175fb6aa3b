/**
 * The frame of each row: rows [start, end) of a stretch, within the row's partition, but for those in the hole that EXCLUDE makes. An
 * empty frame has its end at its start.
 */

import { BasaltError } from '../../base/error.ts';
import type { Region } from '../../memory/region.ts';
import { laneOf } from '../../type/type.ts';
import type { TaskContext } from '../context.ts';
import type { Columns } from './columns.ts';
import type { BoundSpec, FrameSpec } from './spec.ts';
import { type Stretch, words32 } from './stretch.ts';

export type Frames = { readonly start: Uint32Array; readonly end: Uint32Array; readonly hole: Hole | null };

/** Rows [start, end), wherever the frame is; `keepsRow`: all of them but the row itself. */
export type Hole = {
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  readonly keepsRow: boolean;
};

/** Rows between two checks. */
const CHECK_ROWS = 1 << 16;

export function framesOf(
  task: TaskContext,
  region: Region,
  spec: FrameSpec,
  stretch: Stretch,
  columns: Columns,
): Frames {
  const place = PLACES[spec.unit](spec, stretch, columns);
  const side = (bound: BoundSpec, isEnd: boolean): Uint32Array => {
    if (bound.kind === 'unbounded') return isEnd ? stretch.partitionEnd : stretch.partitionStart;
    const out = words32(region, stretch.rows);
    const at = place(bound, isEnd);
    for (let row = 0; row < stretch.rows; row++) {
      if (row % CHECK_ROWS === 0) task.check();
      out[row] = at(row);
    }
    return out;
  };
  const [start, last] = [side(spec.start, false), side(spec.end, true)];
  const hole = holeOf(region, spec, stretch);
  if (!('column' in spec.start) && spec.end.kind !== 'preceding') return { start, end: last, hole };
  const end = words32(region, stretch.rows);
  for (let row = 0; row < stretch.rows; row++) end[row] = Math.max(start[row], last[row]);
  return { start, end, hole };
}

function holeOf(
  region: Region,
  { exclude }: FrameSpec,
  { rows, peersStart, peersEnd }: Stretch,
): Hole | null {
  if (exclude === null) return null;
  if (exclude !== 'row') return { start: peersStart, end: peersEnd, keepsRow: exclude === 'ties' };
  const [start, end] = [words32(region, rows), words32(region, rows)];
  for (let row = 0; row < rows; row++) {
    start[row] = row;
    end[row] = row + 1;
  }
  return { start, end, keepsRow: false };
}

/** Tells the stretches that the frame of a row is made of, in order. */
export function eachPiece(
  { start, end, hole }: Frames,
  row: number,
  take: (from: number, to: number) => void,
): void {
  const [first, last] = [start[row], end[row]];
  if (hole === null) {
    take(first, last);
    return;
  }
  take(first, Math.min(last, hole.start[row]));
  if (hole.keepsRow && row >= first && row < last) take(row, row + 1);
  take(Math.max(first, hole.end[row]), last);
}

/** Whether the frame of a row has another row. */
export function hasRow({ start, end, hole }: Frames, row: number, other: number): boolean {
  if (other < start[row] || other >= end[row]) return false;
  if (hole === null || other < hole.start[row] || other >= hole.end[row]) return true;
  return hole.keepsRow && other === row;
}

type Place = (bound: Exclude<BoundSpec, { kind: 'unbounded' }>, isEnd: boolean) => (row: number) => number;

const PLACES: Record<FrameSpec['unit'], (spec: FrameSpec, stretch: Stretch, columns: Columns) => Place> = {
  rows:
    (_, { partitionStart, partitionEnd }, columns) =>
    (bound, isEnd) => {
      const behind = isEnd ? 1 : 0;
      if (bound.kind === 'current') return (row) => row + behind;
      const sign = bound.kind === 'preceding' ? -1 : 1;
      return (row) => {
        const at = row + sign * offsetOf(columns, (bound as { column: number }).column, row) + behind;
        return Math.min(Math.max(at, partitionStart[row]), partitionEnd[row]);
      };
    },
  groups: (_, stretch, columns) => (bound, isEnd) => {
    const { group, groupStart, partitionStart, partitionEnd } = stretch;
    const behind = isEnd ? 1 : 0;
    const sign = bound.kind === 'preceding' ? -1 : 1;
    return (row) => {
      const by =
        bound.kind === 'current' ? 0 : sign * offsetOf(columns, (bound as { column: number }).column, row);
      const first = group[partitionStart[row]];
      const last = group[partitionEnd[row] - 1] + 1;
      return groupStart[Math.min(Math.max(group[row] + by + behind, first), last)];
    };
  },
  range: rangePlace,
};

/** How many rows or groups; beyond 2^31 all of them. */
function offsetOf(columns: Columns, column: number, row: number): number {
  const value = columns.isNull(column, row) ? -1n : columns.i64(column, row);
  if (value >= 0n) return value > 0x7fffffffn ? 0x7fffffff : Number(value);
  throw new BasaltError('BAD_ARGUMENTS', 'The offset of a window frame is NULL or negative', {
    hint: 'Turn PRECEDING and FOLLOWING around instead',
  });
}

/** By binary search among the partition's rows that have a key; rows without one see each other. */
function rangePlace({ key, keyType, descending }: FrameSpec, stretch: Stretch, columns: Columns): Place {
  const { peersStart, peersEnd, partitionStart, partitionEnd } = stretch;
  return (bound, isEnd) => {
    if (bound.kind === 'current') return (row) => (isEnd ? peersEnd[row] : peersStart[row]);
    const { column } = bound as { column: number };
    const compare = comparer(columns, key, column, keyType!);
    const direction = (bound.kind === 'preceding') === descending ? -1 : 1;
    return (row) => {
      if (columns.isNull(key, row)) return isEnd ? peersEnd[row] : peersStart[row];
      if (columns.isNull(column, row) || compare(row, row) * direction < 0)
        throw new BasaltError('BAD_ARGUMENTS', 'The offset of a window frame is NULL or negative', {
          hint: 'Turn PRECEDING and FOLLOWING around instead',
        });
      let [low, high] = [partitionStart[row], partitionEnd[row]];
      while (low < high && columns.isNull(key, low)) low = Math.min(high, peersEnd[low]);
      while (high > low && columns.isNull(key, high - 1)) high = Math.max(low, peersStart[high - 1]);
      while (low < high) {
        const middle = (low + high) >>> 1;
        const order = descending ? -compare(middle, row) : compare(middle, row);
        if (order < 0 || (isEnd && order === 0)) low = middle + 1;
        else high = middle;
      }
      return low;
    };
  };
}

/** The key of one row against the bound of another: below zero when it is smaller. */
function comparer(
  columns: Columns,
  key: number,
  bound: number,
  type: NonNullable<FrameSpec['keyType']>,
): (keyRow: number, boundRow: number) => number {
  if (laneOf(type) === 'f64') return (a, b) => order(columns.f64(key, a), columns.f64(bound, b));
  if (type.id === 'uint64')
    return (a, b) =>
      order(BigInt.asUintN(64, columns.i64(key, a)), BigInt.asUintN(64, columns.i64(bound, b)));
  return (a, b) => order(columns.i64(key, a), columns.i64(bound, b));
}

/** NaN is the largest number. */
function order<T extends number | bigint>(a: T, b: T): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
