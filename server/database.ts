/**
 * What the doors need of the database, and all they may know of it. `database/index.ts` implements it; tests use
 * a fake. Times in milliseconds, sizes in bytes.
 */

import type {
  CheckedStatement,
  DatabaseStatus,
  IngestOptions,
  IngestReport,
  LookupBook,
  NodeTask,
  NodeView,
  QueryOptions,
  RuleBook,
  RunningQuery,
  TableDescription,
} from '../database/types.ts';

export type { DatabaseStatus, NodeTask, NodeView, TableDescription as TableInfo };

export interface ServerDatabase {
  run(sql: string, options: QueryOptions): Promise<RunningQuery>;
  check(sql: string, options: QueryOptions): Promise<CheckedStatement>;
  /** Runs a Druid batch spec to its end; publishes all or nothing. */
  ingest(spec: unknown, options: IngestOptions): Promise<IngestReport>;
  tables(): Promise<readonly TableDescription[]>;
  status(): DatabaseStatus;
  /** Druid's retention rules. */
  readonly rules: RuleBook;
  /** Druid's lookups. */
  readonly lookups: LookupBook;
  /** Shows a server in Druid's `sys` until what comes back is called. */
  attach(node: NodeView): () => void;
}
