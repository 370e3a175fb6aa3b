/**
 * Differences that stay, each with its reason; docs/differences.md tells users of them. A query that shows one is left
 * out of the comparison, and counted.
 */

export type KnownDifference = {
  readonly peer: 'duckdb' | 'chdb';
  readonly name: string;
  readonly applies: (sql: string) => boolean;
};

export const KNOWN: readonly KnownDifference[] = [
  {
    peer: 'duckdb',
    // DuckDB 1.5.6 folds `date_trunc(unit, ts) = constant` to false, also for NULL, when the constant is no start of a unit.
    name: 'date_trunc compared with a constant that is no bucket start: NULL here, false in DuckDB',
    applies: (sql) =>
      /date_trunc\('\w+', \w+\) (=|<>|<|<=|>|>=) TIMESTAMP/.test(sql) ||
      /TIMESTAMP '[^']+' (=|<>|<|<=|>|>=) date_trunc/.test(sql),
  },
];

export const isKnown = (peer: Peer, sql: string): boolean =>
  KNOWN.some((k) => k.peer === peer && k.applies(sql));
