/** What a file table is to a statement: known when it is bound, read when it runs. */

import type { ScanPlan } from '../../engine/plan/node.ts';
import { tableColumnIds } from '../../engine/plan/path-read.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { FileRequest } from '../../sql/index.ts';
import type { Runtime } from '../runtime.ts';
import { partitionColumns } from './hive.ts';

export type FileColumn = {
  readonly id: number;
  readonly name: string;
  readonly type: LogicalType;
  /** Its values are in the path. */
  readonly isPartition: boolean;
};

export type SnapshotOptions = {
  readonly runtime: Runtime;
  /** All scans of the table in the plan. */
  readonly scans: readonly ScanPlan[];
  readonly memoryLimitBytes: number;
  readonly signal: AbortSignal;
};

export interface FileTable {
  readonly columns: readonly FileColumn[];
  snapshot(options: SnapshotOptions): Promise<Snapshot>;
}

export type NamedType = { readonly name: string; readonly type: LogicalType };

/** Columns of the files and of their folders, with ids. A folder's column takes the place of one in the files. */
export function withPartitions(
  stored: readonly NamedType[],
  paths: readonly string[],
  { hivePartitioning }: FileRequest,
): FileColumn[] {
  const partitions = hivePartitioning === false ? [] : partitionColumns(paths);
  const names = new Set(partitions.map(({ name }) => name));
  return [
    ...stored.filter(({ name }) => !names.has(name)).map((column) => ({ ...column, isPartition: false })),
    ...partitions.map((column) => ({ ...column, isPartition: true })),
  ].map((column, id) => ({ id, ...column }));
}

/** Ids of the columns that some scan reads. */
export const wantedIds = (scans: readonly ScanPlan[]): ReadonlySet<number> =>
  new Set(scans.flatMap(tableColumnIds));
