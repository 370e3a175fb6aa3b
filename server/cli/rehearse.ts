/** Queries before the first one: what is loaded and compiled when it is needed is there when somebody waits for it. */

import type { Database, Dialect } from '../../database/index.ts';

const QUERIES: readonly (readonly [Dialect, sql: string])[] = [
  [
    'clickhouse',
    'SELECT count(), max(number), toString(1) FROM numbers(10) WHERE number % 2 = 0 GROUP BY ALL',
  ],
  ['druid', "SELECT COUNT(*), MAX(n), 'x' FROM (VALUES (1), (2)) AS t(n) WHERE n > 1"],
];

export async function rehearse(database: Database): Promise<void> {
  for (const [dialect, sql] of QUERIES)
    await database.query(sql, { dialect, settings: { log_queries: false } });
}
