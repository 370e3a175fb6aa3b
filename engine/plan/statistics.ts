/** What is known of the tables of one query before any of their rows is read. */

import type { Value } from '../type/type.ts';
import type { Snapshot, Zone } from './source.ts';

export interface Statistics {
  /** Rows of a table that are to be seen; undefined when the table is not known. */
  rows(tableId: number): number | undefined;
  /** Bounds of a column over the whole table; undefined when a part does not keep them. */
  zone(tableId: number, columnId: number): Zone | undefined;
  /** No row is hidden: bounds are those of the rows to be seen, too. */
  isExact(tableId: number): boolean;
}

export const NO_STATISTICS: Statistics = {
  rows: () => undefined,
  zone: () => undefined,
  isExact: () => false,
};

/** Statistics of a query's snapshots, put together when first asked for. */
export function statisticsOf(snapshots: ReadonlyMap<number, Snapshot>): Statistics {
  const known = new Map<string, Zone | undefined>();
  return {
    rows: (tableId) => snapshots.get(tableId)?.rows,
    isExact: (tableId) => snapshots.get(tableId)?.parts.every((part) => part.hidden === undefined) ?? false,
    zone(tableId, columnId) {
      const key = `${tableId} ${columnId}`;
      if (!known.has(key)) known.set(key, zoneOf(snapshots.get(tableId), columnId));
      return known.get(key);
    },
  };
}

function zoneOf(snapshot: Snapshot | undefined, columnId: number): Zone | undefined {
  if (snapshot === undefined) return undefined;
  let min: Value = null;
  let max: Value = null;
  let nullCount = 0;
  for (const part of snapshot.parts) {
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
