/** WITH TOTALS in every format that shows it, byte by byte as chdb writes it. */

import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { written } from './written.ts';

const TABLE = 'CREATE TABLE t (k Nullable(Int32), s String, v Int64, d Date) ENGINE = MergeTree ORDER BY v';
const ROWS =
  "INSERT INTO t VALUES (1, 'a', 10, '2024-01-01'), (2, 'b', 20, '2024-01-02'), (1, 'a', 30, '2024-01-03'), (NULL, '', 40, '2024-01-04'), (2, 'c,\"\t', 50, '2024-01-05')";

const QUERIES = [
  'SELECT s, sum(v), count() AS c FROM t GROUP BY s WITH TOTALS ORDER BY s',
  'SELECT k, sum(v), min(d) FROM t GROUP BY k WITH TOTALS ORDER BY k',
  "SELECT s || 'x' AS t, d, max(v) / 2 FROM t GROUP BY s, d WITH TOTALS ORDER BY d LIMIT 2",
  'SELECT s, count() AS c FROM t GROUP BY s WITH TOTALS HAVING c > 1 ORDER BY s',
  "SELECT s, count() AS c FROM t GROUP BY s WITH TOTALS HAVING c > 1 ORDER BY s SETTINGS totals_mode = 'before_having'",
  'SELECT k, sum(v) AS x FROM t GROUP BY k WITH TOTALS HAVING x > 40 ORDER BY x',
  'SELECT v % 2 AS p, groupArray(s) FROM t WHERE v < 20 GROUP BY p WITH TOTALS ORDER BY p',
  'SELECT s, d, count() FROM t GROUP BY s, d WITH ROLLUP WITH TOTALS ORDER BY ALL',
  'SELECT s, uniqExact(k), ifNull((SELECT max(v) FROM t), 0) AS m FROM t GROUP BY s WITH TOTALS ORDER BY s',
  'WITH x AS (SELECT s, v FROM t) SELECT s, max(v) FROM x GROUP BY s WITH TOTALS ORDER BY s DESC',
  'SELECT s, count() FROM t GROUP BY ALL WITH TOTALS ORDER BY s',
  'SELECT DISTINCT count() FROM t GROUP BY s WITH TOTALS ORDER BY 1',
  'SELECT k, sum(v) FROM t GROUP BY k WITH TOTALS ORDER BY k SETTINGS group_by_use_nulls = 1',
  'SELECT s, sum(v) FROM t GROUP BY s WITH TOTALS ORDER BY s SETTINGS group_by_use_nulls = 1',
  'SELECT s, count() FROM t GROUP BY s WITH ROLLUP WITH TOTALS ORDER BY ALL SETTINGS group_by_use_nulls = 1',
  'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n % 2 AS p, sum(n) FROM r GROUP BY p WITH TOTALS ORDER BY p',
  // Above the query that has them.
  'SELECT * FROM q ORDER BY k',
  "SELECT x * 2, k + 1 AS y, ifNull((SELECT max(v) FROM t), 0) AS m, x IN (SELECT 150) AS b, 'c' AS c FROM q ORDER BY y LIMIT 1",
  'SELECT x FROM q WHERE x > 40 ORDER BY x',
  'SELECT DISTINCT k > 1 AS b FROM q ORDER BY b',
  'SELECT k, x FROM q ORDER BY k LIMIT 1 BY k',
  'SELECT k, x FROM q QUALIFY row_number() OVER (ORDER BY x) = 1',
  'SELECT x, count() OVER () AS c, row_number() OVER (ORDER BY x) AS r FROM q ORDER BY x',
  'SELECT y, x FROM (SELECT k AS y, x + 1 AS x FROM (SELECT * FROM q)) ORDER BY x',
  'WITH w AS (SELECT s, max(v) AS x FROM t GROUP BY s WITH TOTALS) SELECT x FROM w ORDER BY x',
  'SELECT sum(x), count() FROM q',
  'SELECT k, sum(x) FROM q GROUP BY k ORDER BY k',
  'SELECT k > 1 AS b, sum(x) FROM q GROUP BY b WITH TOTALS ORDER BY b',
  'SELECT a, k FROM (SELECT k, arraySort(groupArray(v)) AS l FROM t GROUP BY k WITH TOTALS) ARRAY JOIN l AS a ORDER BY a',
  'SELECT arrayJoin(l) AS a, k FROM (SELECT k, arraySort(groupArray(v)) AS l FROM t GROUP BY k WITH TOTALS) ORDER BY a',
  'SELECT k, e FROM (SELECT k, emptyArrayInt64() AS l FROM t GROUP BY k WITH TOTALS) LEFT ARRAY JOIN l AS e ORDER BY k',
  'SELECT k, arrayJoin(arraySort(groupArray(v))) AS l FROM t GROUP BY k WITH TOTALS ORDER BY l',
  'SELECT t.v, q.x FROM t JOIN q ON t.k = q.k ORDER BY ALL',
  'SELECT x, t.k AS k, s, v FROM q LEFT JOIN t ON t.k = q.k ORDER BY ALL',
  'SELECT * FROM r LEFT JOIN t USING (s) ORDER BY ALL SETTINGS join_use_nulls = 1',
  'SELECT * FROM t RIGHT JOIN r USING (s) ORDER BY ALL SETTINGS join_use_nulls = 1',
  'SELECT s, a.m AS m, b.m AS n FROM r AS a FULL JOIN r AS b USING (s) ORDER BY ALL',
  'SELECT s, v, x FROM t SEMI LEFT JOIN q ON t.k = q.k ORDER BY ALL',
  'SELECT s, v, x FROM t ANTI LEFT JOIN q ON t.k = q.k ORDER BY ALL',
  'SELECT s, v, x FROM q SEMI RIGHT JOIN t ON t.k = q.k ORDER BY ALL',
  'SELECT v, d, m FROM t ASOF JOIN r ON t.s = r.s AND t.v >= r.m ORDER BY ALL',
  'SELECT a.v, b.x FROM t AS a, q AS b ORDER BY ALL',
  'SELECT * FROM (SELECT v, k FROM t UNION ALL SELECT x, k FROM q) ORDER BY ALL',
  'SELECT toInt16(9) AS f, toInt8(7) AS k UNION ALL (SELECT x, k FROM q ORDER BY x)',
  'SELECT x FROM q INTERSECT SELECT m FROM r',
  'SELECT m FROM (SELECT m FROM r EXCEPT SELECT x FROM q) ORDER BY m',
];
const VIEWS = [
  'CREATE VIEW q AS SELECT k, sum(v) AS x FROM t GROUP BY k WITH TOTALS',
  'CREATE VIEW r AS SELECT s, min(v) AS m FROM t GROUP BY s WITH TOTALS',
];
const OF_NOTHING = [
  'SELECT x FROM q WHERE x > 4000',
  'SELECT s, count() AS c FROM t GROUP BY s WITH TOTALS HAVING c > 100 ORDER BY s',
  'SELECT s, count() FROM t WHERE v > 1000 GROUP BY s WITH TOTALS',
];
const FORMATS = [
  'TSV',
  'TSVWithNames',
  'CSV',
  'CSVWithNamesAndTypes',
  'JSON',
  'JSONCompact',
  'JSONEachRow',
  'JSONCompactEachRow',
];

describe('WITH TOTALS', () => {
  let ours: Database;
  const peer = new Session();

  beforeAll(async () => {
    ours = await open();
    for (const sql of [TABLE, ROWS, ...VIEWS]) {
      await ours.execute(sql, { dialect: 'clickhouse' });
      peer.query(sql);
    }
  });
  afterAll(async () => {
    await ours.close();
    peer.cleanup();
  });

  /** What hangs on the moment, or counts what ours does not say, is left out. */
  const comparable = (text: string): string =>
    text.replace(/\t"rows_before_limit_at_least": \d+,\n\n/, '').replace(/\t"statistics":.*/s, '');

  it.each(QUERIES)('%s', async (sql) => {
    for (const format of FORMATS)
      expect(comparable(await written(ours, sql, format)), format).toBe(
        comparable(String(peer.query(sql, format))),
      );
  });

  // In other formats chdb writes these in the wrong place.
  it.each(OF_NOTHING)('%s', async (sql) => {
    for (const format of ['TSV', 'CSV'])
      expect(comparable(await written(ours, sql, format)), format).toBe(
        comparable(String(peer.query(sql, format))),
      );
  });
});
