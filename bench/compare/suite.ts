/**
 * What a comparison is made of: engines that can load one file and run SQL, and suites of queries.
 *
 * Every engine gets the same file and the same number of threads, keeps what a plain CREATE TABLE builds, and fetches
 * whole results in this process. Times are milliseconds of wall clock.
 */

export type Cell = null | boolean | number | bigint | string;
export type Answer = readonly (readonly Cell[])[];

export interface Peer {
  readonly name: string;
  /** Loads the suite's NDJSON file into a durable table `t`; answers milliseconds, sync included. */
  load(file: string): Promise<number>;
  /** Runs a query and fetches all of its result. */
  query(sql: string): Promise<Answer>;
  /** Bytes on disk of what was loaded. */
  bytes(): Promise<number>;
  close(): Promise<void>;
}

export type BenchQuery = {
  readonly name: string;
  /** In standard SQL; `dialects` overrides it for engines that say it differently. */
  readonly sql: string;
  readonly dialects?: Readonly<Record<string, string>>;
};

export const median = (times: readonly number[]): number => {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};

export const geomean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

/** Two answers are the same when every cell is, floats to nine digits. Order counts. */
export function sameAnswer(a: Answer, b: Answer): boolean {
  return (
    a.length === b.length &&
    a.every((row, r) => row.length === b[r].length && row.every((cell, c) => sameCell(cell, b[r][c])))
  );
}

function sameCell(a: Cell, b: Cell): boolean {
  if (a === null || b === null) return a === b;
  if (typeof a === 'boolean' || typeof b === 'boolean') return Boolean(Number(a)) === Boolean(Number(b));
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  const x = Number(a);
  const y = Number(b);
  return x === y || Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y));
}
