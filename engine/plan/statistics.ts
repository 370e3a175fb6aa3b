/** What is known of the tables of one query before any of their rows is read. */

import type { Value } from '../type/type.ts';
import type { Part, Snapshot, Zone } from './source.ts';

export interface Statistics {
  /** Rows of a table that are to be seen; undefined when the table is not known. */
  rows(tableId: number): number | undefined;
  /** Bounds of a column over the whole table; undefined when a part does not keep them. */
  zone(tableId: number, columnId: number): Zone | undefined;
  /** No row is hidden: bounds are those of the rows to be seen, too. */
  isExact(tableId: number): boolean;
  /** For estimates only: bounds over the parts that keep them; undefined when these have less than half of the rows. */
  roughZone(tableId: number, columnId: number): Zone | undefined;
  /** For estimates only: how many different values a column has. */
  distinct(tableId: number, columnId: number): number | undefined;
}

export const NO_STATISTICS: Statistics = {
  rows: () => undefined,
  zone: () => undefined,
  isExact: () => false,
  roughZone: () => undefined,
  distinct: () => undefined,
};

/** Asks one part how many different values a column has. */
export type DistinctOf = (part: Part, columnId: number) => number | undefined;

/** Statistics of a query's snapshots, put together when first asked for. */
export function statisticsOf(
  snapshots: ReadonlyMap<number, Snapshot>,
  distinctOf: DistinctOf = () => undefined,
): Statistics {
  const once = <T>(compute: (snapshot: Snapshot, columnId: number) => T | undefined) => {
    const known = new Map<string, T | undefined>();
    return (tableId: number, columnId: number): T | undefined => {
      const snapshot = snapshots.get(tableId);
      if (snapshot === undefined) return undefined;
      const key = `${tableId} ${columnId}`;
      if (!known.has(key)) known.set(key, compute(snapshot, columnId));
      return known.get(key);
    };
  };
  return {
    rows: (tableId) => snapshots.get(tableId)?.rows,
    isExact: (tableId) => snapshots.get(tableId)?.parts.every((part) => part.hidden === undefined) ?? false,
    zone: once(({ parts }, columnId) =>
      parts.every((part) => part.zones.has(columnId)) ? zoneOf(parts, columnId) : undefined,
    ),
    roughZone: once(({ parts }, columnId) => {
      const bounded = parts.filter((part) => part.zones.has(columnId));
      return rowsOf(bounded) * 2 >= rowsOf(parts) ? zoneOf(bounded, columnId) : undefined;
    }),
    distinct: once(({ parts }, columnId) => distinctIn(parts, columnId, distinctOf)),
  };
}

const rowsOf = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + part.rows, 0);

function zoneOf(parts: readonly Part[], columnId: number): Zone | undefined {
  let min: Value = null;
  let max: Value = null;
  let nullCount = 0;
  for (const part of parts) {
    const zone = part.zones.get(columnId);
    if (zone === undefined) return undefined;
    nullCount += zone.nullCount;
    // A part of NULLs only has no bounds to add.
    if (zone.nullCount === part.rows) continue;
    if (zone.min === null || zone.max === null) return undefined;
    if (min === null || zone.min < min) min = zone.min;
    if (max === null || zone.max > max || Number.isNaN(zone.max)) max = zone.max;
  }
  return { min, max, nullCount };
}

/** Values that fill more of a part than this are others in every part. */
const REPEATING_SHARE = 0.05;

/** The largest part speaks for all. */
function distinctIn(parts: readonly Part[], columnId: number, distinctOf: DistinctOf): number | undefined {
  if (parts.length === 0) return undefined;
  const largest = parts.reduce((most, part) => (part.rows > most.rows ? part : most));
  const distinct = distinctOf(largest, columnId);
  if (distinct === undefined || distinct <= largest.rows * REPEATING_SHARE) return distinct;
  return (distinct * rowsOf(parts)) / largest.rows;
}
