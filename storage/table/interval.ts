/**
 * Atomic replacement of intervals of time (Druid's overwrite): which segments an interval takes the place of.
 *
 * Bounds are ticks of the table's time column, `from` inclusive, `to` exclusive. A segment is replaced whole or
 * not at all: one that an interval cuts through is refused, before anything is changed.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { SegmentMeta } from '../segment/meta.ts';
import type { TableDefinition } from './definition.ts';

export type Interval = { readonly from: bigint; readonly to: bigint };

export function insideIntervals(
  table: TableDefinition,
  intervals: readonly Interval[],
): (segment: SegmentMeta) => boolean {
  const { timeColumn, name } = table;
  if (timeColumn === null) {
    throw new BasaltError(
      'BAD_ARGUMENTS',
      `Table ${name} has no time column: its intervals cannot be replaced`,
    );
  }
  return (segment) => {
    const time = segment.columns.find(({ id }) => id === timeColumn);
    const [min, max] = [time?.min, time?.max];
    if (typeof min !== 'bigint' || typeof max !== 'bigint') return false;
    const touched = intervals.filter(({ from, to }) => min < to && max >= from);
    if (touched.length === 0) return false;
    if (touched.some(({ from, to }) => min >= from && max < to)) return true;
    throw new BasaltError(
      'BAD_ARGUMENTS',
      `An interval to be replaced cuts through a segment of table ${name}`,
      {
        hint: 'Align the intervals with the partitions of the table',
      },
    );
  };
}
