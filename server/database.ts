/**
 * What the doors need of the database, and all they may know of it. `database/index.ts` implements it; tests use
 * a fake. Times in milliseconds, sizes in bytes.
 */

import type { IngestOptions, IngestReport, QueryOptions, RunningQuery } from '../database/types.ts';
import type { LogicalType } from '../engine/type/type.ts';

export type TableInfo = {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly segments: number;
  readonly columns: readonly { readonly name: string; readonly type: LogicalType }[];
  /** Bounds of the primary time column; null when there is none or no row. */
  readonly minTimeMs: number | null;
  readonly maxTimeMs: number | null;
};

export type DatabaseStatus = {
  /** Basalt's own version. */
  readonly version: string;
  readonly memoryUsedBytes: number;
  readonly memoryLimitBytes: number;
  readonly readOnly: boolean;
};

export interface ServerDatabase {
  run(sql: string, options: QueryOptions): Promise<RunningQuery>;
  /** Runs a Druid batch spec to its end; publishes all or nothing. */
  ingest(spec: unknown, options: IngestOptions): Promise<IngestReport>;
  tables(): Promise<readonly TableInfo[]>;
  status(): DatabaseStatus;
}
