/**
 * What a comparison is made of: tables that one file feeds to every engine, and queries whose answers can be judged.
 *
 * Every engine gets the same file and the same number of threads, keeps what a plain CREATE TABLE builds, and fetches whole
 * results as columns in its own process. Times are milliseconds of wall clock.
 */

export type ColumnType =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'bool'
  | 'text'
  | 'date'
  | 'timestamp';

export type Table = {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  /** Columns the sorted engines (Basalt, chdb) keep the table in the order of. */
  readonly orderBy: readonly string[];
  readonly file: string;
  readonly format: 'parquet' | 'ndjson' | 'csv';
  /** What the sorted engines compress every column with, in the place of their default. */
  readonly codec?: string;
};

export type Cell = null | boolean | number | bigint | string;
export type Answer = readonly (readonly Cell[])[];

/** In standard SQL; `dialects` overrides it for engines that say it differently. */
export type Statement = {
  readonly sql: string;
  readonly dialects?: Readonly<Partial<Record<EngineName, string>>>;
};

export type Query = Statement & {
  readonly name: string;
  /** Says how to judge an answer whose order is not total; without it answers must be equal, in order. */
  readonly ties?: Ties;
  /** Engines whose answer is known to differ, with the reason; it is shown and does not fail the run. */
  readonly excused?: Readonly<Partial<Record<EngineName, string>>>;
};

/**
 * The query without its ORDER BY and LIMIT, in standard SQL: the result's columns, and behind them any others it is ordered by.
 * `orderBy` names columns of it. Any answer is right whose rows are rows of it, each as often at most, and have the same keys in the
 * same order as the judge's. Without an order: any of its rows; without a limit: all of them.
 */
export type Ties = { readonly from: string; readonly orderBy: string; readonly limit: string };

export type EngineName = 'basalt' | 'duckdb' | 'chdb';

export type Suite = {
  readonly name: string;
  readonly what: string;
  /** Makes the files that are not there yet. */
  readonly prepare: (data: DataRequest) => Promise<Prepared>;
};

export type Prepared = {
  readonly tables: readonly Table[];
  /** Statements every engine runs after loading, for tables that are made of others; their time counts as load. */
  readonly derived?: readonly Statement[];
  readonly queries: readonly Query[];
};

export type DataRequest = { readonly rows: number; readonly seed: number; readonly folder: string };
