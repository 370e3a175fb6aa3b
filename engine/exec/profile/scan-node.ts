/**
 * A scan in the tree of operators (operator-tree.ts): every step of pruning with what came to it and what it removed
 * (DESIGN.md D5). A step that removed nothing is listed, too; the filters of joins, blocks of deleted rows
 * and indexes only where there are some.
 */

import type { ScanPlan } from '../../plan/node.ts';
import { scanText } from '../../plan/text.ts';
import type { PartPruning } from './part-pruning.ts';
import type { OperatorProfile, PruningStep } from './query-profile.ts';
import type { ReadRecord } from './read-counters.ts';
import type { OperatorRecord } from './stage-meter.ts';

export const scanNode = (
  plan: ScanPlan,
  hasJoinFilters: boolean,
  parts: PartPruning,
  read: ReadRecord,
  own: OperatorRecord,
): OperatorProfile => ({
  name: 'scan',
  detail: scanText(plan),
  ...own,
  rowsIn: read.rows,
  bytes: read.bytes,
  pruning: pruning(hasJoinFilters, parts, read, own.rowsOut),
  inputs: [],
});

function pruning(
  hasJoinFilters: boolean,
  parts: PartPruning,
  read: ReadRecord,
  rowsOut: number,
): PruningStep[] {
  const { blocks, deleted, blockZones, bitmap, pages, pageZones, indexedBlocks, indexes, joinFilter } = read;
  const filtered = read.rows - rowsOut - joinFilter.rows;
  const row = (
    step: PruningStep['step'],
    unit: PruningStep['unit'],
    of: number,
    removed: number,
    rows: number,
  ): PruningStep => ({ step, unit, of, removed, rows });
  const mapped = blocks + indexedBlocks + bitmap.units;
  const zoned = mapped + blockZones.units;
  const partitions = parts.partitions - parts.partitionsRead;
  return [
    row('partition', 'partitions', parts.partitions, partitions, parts.partitionRows),
    row('statistics', 'parts', parts.parts, parts.parts - parts.partsRead, parts.partRows),
    ...(deleted.units > 0
      ? [row('deleted rows', 'blocks', zoned + deleted.units, deleted.units, deleted.rows)]
      : []),
    row('block zones', 'blocks', zoned, blockZones.units, blockZones.rows),
    row('bitmap', 'blocks', mapped, bitmap.units, bitmap.rows),
    row('page zones', 'pages', pages, pageZones.units, pageZones.rows),
    ...indexes.map(({ names, of, units, rows }) => row(`skip index ${names}`, 'pages', of, units, rows)),
    row('filter', 'rows', read.rows, filtered, filtered),
    ...(hasJoinFilters ? [row('join filter', 'rows', joinFilter.of, joinFilter.rows, joinFilter.rows)] : []),
  ];
}
