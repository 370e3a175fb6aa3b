/**
 * The first two steps of pruning, done by the coordinator from what the manifest knows: time partitions, then the
 * statistics of parts (DESIGN.md D5). A partition is pruned when all of its parts are.
 */

import type { ScanPlan } from '../../plan/node.ts';
import type { Part } from '../../plan/source.ts';
import { excludedBy, rangesOf } from '../prune.ts';

/** What the coordinator left out of one scan before any thread saw it. */
export type PartPruning = {
  readonly partitions: number;
  readonly partitionsRead: number;
  /** Rows of partitions of which nothing is read. */
  readonly partitionRows: number;
  /** In the partitions that are read. */
  readonly parts: number;
  readonly partsRead: number;
  readonly partRows: number;
};

export function pruneParts(scan: ScanPlan, parts: readonly Part[]): { kept: Part[]; pruning: PartPruning } {
  const ranges = scan.filter === null ? [] : rangesOf(scan.filter, scan.columnIds);
  const read = new Set(
    parts.filter((part) =>
      ranges.every((range) => {
        const zone = part.zones.get(range.columnId);
        return zone === undefined || !excludedBy(range, zone, part.rows);
      }),
    ),
  );
  const kept = [...read];
  const partitionsRead = partitionsOf(kept);
  const pruned = parts.filter((part) => !read.has(part));
  const withPartition = pruned.filter((p) => p.partition !== undefined && !partitionsRead.has(p.partition));
  const others = pruned.length - withPartition.length;
  const partitionRows = rowsOf(withPartition);
  return {
    kept,
    pruning: {
      partitions: partitionsOf(parts).size,
      partitionsRead: partitionsRead.size,
      partitionRows,
      parts: kept.length + others,
      partsRead: kept.length,
      partRows: rowsOf(pruned) - partitionRows,
    },
  };
}

const partitionsOf = (parts: readonly Part[]): ReadonlySet<string> =>
  new Set(parts.flatMap(({ partition }) => partition ?? []));

const rowsOf = (parts: readonly Part[]): number => parts.reduce((sum, { rows }) => sum + rows, 0);
