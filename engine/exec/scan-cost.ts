/**
 * What reading a scan's blocks will cost, as far as their zones tell: decides whether a query is worth waking threads for.
 *
 * A unit is about 2 ns: a value of fixed width looked at; strings count several times.
 */

import type { ScanPlan } from '../plan/node.ts';
import type { Part } from '../plan/source.ts';
import { laneOf } from '../type/type.ts';
import type { EngineContext } from './context.ts';
import { excludedBy, rangesOf } from './prune.ts';
import { storedColumn } from './stage/scan-paths.ts';

const STRING_UNITS = 8;

/** Units of the blocks that pass their zones; gives up with a number above `enough` as soon as there are more. */
export function scanCost(
  engine: EngineContext,
  scan: ScanPlan,
  parts: readonly Part[],
  enough: number,
): number {
  const unitsPerRow = scan.schema.reduce(
    (sum, { type }) => sum + (laneOf(type) === 'str' ? STRING_UNITS : 1),
    1,
  );
  const ranges = scan.filter === null ? [] : rangesOf(scan.filter, scan.columnIds);
  let units = 0;
  for (const part of parts) {
    // Without a range every block is read: nothing to look up.
    if (ranges.length === 0) units += part.rows * unitsPerRow;
    else units += rowsInBlocks(engine, part, scan, ranges, (enough - units) / unitsPerRow) * unitsPerRow;
    if (units > enough) return units;
  }
  return units;
}

function rowsInBlocks(
  engine: EngineContext,
  part: Part,
  scan: ScanPlan,
  ranges: ReturnType<typeof rangesOf>,
  enoughRows: number,
): number {
  const opener = engine.openers.get(part.kind);
  if (opener === undefined) return part.rows;
  let rows = 0;
  const reader = opener(part.descriptor, engine, 0);
  try {
    for (let block = 0; block < reader.blockCount && rows <= enoughRows; block++) {
      const blockRows = reader.blockRows(block);
      const excluded = ranges.some((range) => {
        // Bounds of strings are looked up in dictionaries: too much for an estimate.
        if (typeof range.lo === 'string' || typeof range.hi === 'string') return false;
        const columnId = storedColumn(scan, range.columnId, reader, block);
        const zone = columnId === undefined ? undefined : reader.zone(block, columnId);
        return zone !== undefined && excludedBy(range, zone, blockRows);
      });
      if (!excluded) rows += blockRows;
    }
  } finally {
    reader.close();
  }
  return rows;
}
