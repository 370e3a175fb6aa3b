/** The gate: five shapes of query that decide whether the design holds. */

import type { BenchQuery } from './suite.ts';

export const GATE: readonly BenchQuery[] = [
  { name: 'filtered count', sql: 'SELECT count(*) FROM t WHERE flag <> 0' },
  { name: 'ungrouped sums', sql: 'SELECT sum(flag), sum(width), max(width) FROM t' },
  {
    name: 'group by string',
    sql: 'SELECT country, count(*) AS c, sum(width) AS s, avg(price) AS a FROM t GROUP BY country ORDER BY c DESC, country LIMIT 300',
  },
  {
    name: 'group by 64-bit key, top 10',
    sql: 'SELECT user_id, count(*) AS c FROM t GROUP BY user_id ORDER BY c DESC, user_id LIMIT 10',
  },
  { name: 'LIKE near-unique', sql: "SELECT count(*) FROM t WHERE url LIKE '%metrika%'" },
];
