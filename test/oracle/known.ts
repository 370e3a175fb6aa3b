/**
 * Differences that stay, each with its reason; docs/differences.md tells users of those that are ours. A query that
 * shows one is left out of the comparison, and counted.
 */

export type Peer = 'duckdb' | 'chdb';

export type KnownDifference = {
  readonly peer: Peer;
  readonly name: string;
  /** By the statement ... */
  readonly sql?: (sql: string) => boolean;
  /** ... or by the error the peer raises. */
  readonly theirError?: RegExp;
};

export const KNOWN: readonly KnownDifference[] = [
  {
    peer: 'duckdb',
    // DuckDB 1.5.6 folds `date_trunc(unit, ts) = constant` to false, also for NULL, when the constant is no start of a unit.
    name: 'date_trunc compared with a constant that is no bucket start: NULL here, false in DuckDB',
    sql: (sql) =>
      /date_trunc\('\w+', [\w.]+\) (=|<>|<|<=|>|>=) (\(|coalesce\(|CASE WHEN [^']{0,60} THEN )*(date_trunc\('\w+', )?TIMESTAMP/.test(
        sql,
      ) || /TIMESTAMP '[^']+'( [+-] INTERVAL \d+ [A-Z]+)?\)*( END\)*)? (=|<>|<|<=|>|>=) date_trunc/.test(sql),
  },
  {
    peer: 'chdb',
    // chdb 26.7 loses track of column types when a UNION repeats a column on one side.
    name: 'UNION of a column given twice is an internal error there',
    theirError: /Block structure mismatch/,
  },
];

export const isKnownQuery = (peer: Peer, sql: string): boolean =>
  KNOWN.some((k) => k.peer === peer && k.sql !== undefined && k.sql(sql));

export const isKnownError = (peer: Peer, error: string): boolean =>
  KNOWN.some((k) => k.peer === peer && k.theirError !== undefined && k.theirError.test(error));
