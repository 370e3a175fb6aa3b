/** Files whose folders say that a query reads none of their rows: they are not even opened. */

import { excludedBy, rangesOf } from '../../engine/exec/prune.ts';
import type { ScanPlan } from '../../engine/plan/node.ts';
import type { Part, Zone } from '../../engine/plan/source.ts';
import type { FileColumn } from './file-table.ts';
import { partitionsOf, partitionValue } from './hive.ts';

/** Zones of the columns that the path gives. */
export function pathZones(path: string, rows: number, columns: readonly FileColumn[]): Map<number, Zone> {
  return new Map(
    columns
      .filter(({ isPartition }) => isPartition)
      .map(({ id, name, type }) => {
        const value = partitionValue(path, name, type);
        return [id, { min: value, max: value, nullCount: value === null ? rows : 0 }];
      }),
  );
}

/** Every scan's filter excludes it. */
export function isPruned(path: string, columns: readonly FileColumn[], scans: readonly ScanPlan[]): boolean {
  const zones = pathZones(path, 1, columns);
  return scans.every(
    ({ filter, columnIds }) =>
      filter !== null &&
      rangesOf(filter, columnIds).some((range) => {
        const zone = zones.get(range.columnId);
        return zone !== undefined && excludedBy(range, zone, 1);
      }),
  );
}

/** A part that stands for such a file, so that the profile counts it. */
export const prunedPart = (
  kind: string,
  key: string,
  path: string,
  columns: readonly FileColumn[],
): Part => ({
  kind,
  key,
  rows: 0,
  blocks: 0,
  zones: pathZones(path, 1, columns),
  partition: partitionName(path),
  descriptor: null,
});

export const partitionName = (path: string): string =>
  [...partitionsOf(path)].map(([name, value]) => `${name}=${value}`).join('/');

let parts = 0;

/** Unique in the process. */
export const partKey = (): string => `file ${parts++}`;
