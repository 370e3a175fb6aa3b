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
    else units += left(engine, part, scan, ranges, (enough - units) / unitsPerRow).rows * unitsPerRow;
    if (units > enough) return units;
  }
  return units;
}

/** Parts, rows and blocks that a scan reads. */
export type ScanEstimate = { readonly parts: number; readonly rows: number; readonly blocks: number };
export const NOTHING_READ: ScanEstimate = { parts: 0, rows: 0, blocks: 0 };

/** What zones leave of these parts. */
export function scanEstimate(engine: EngineContext, scan: ScanPlan, parts: readonly Part[]): ScanEstimate {
  const ranges = scan.filter === null ? [] : rangesOf(scan.filter, scan.columnIds);
  return parts.reduce((sum, part) => {
    const { rows, blocks } = ranges.length === 0 ? part : left(engine, part, scan, ranges, part.rows);
    return {
      parts: sum.parts + (blocks > 0 ? 1 : 0),
      rows: sum.rows + rows,
      blocks: sum.blocks + blocks,
    };
  }, NOTHING_READ);
}

/** The blocks of a part that pass their zones, and their rows; ends as soon as there are more than enough. */
function left(
  engine: EngineContext,
  part: Part,
  scan: ScanPlan,
  ranges: ReturnType<typeof rangesOf>,
  enoughRows: number,
): { readonly rows: number; readonly blocks: number } {
  const opener = engine.openers.get(part.kind);
  if (opener === undefined) return part;
  let [rows, blocks] = [0, 0];
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
      if (excluded) continue;
      rows += blockRows;
      blocks++;
    }
  } finally {
    reader.close();
  }
  return { rows, blocks };
}
