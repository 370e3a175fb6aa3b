/**
 * Valid statements over the language, to be damaged. Two small tables, `edits` and `users`; every function's own
 * example comes on top.
 */

import type { Database, Dialect } from '../../database/index.ts';
import { FUNCTIONS, WINDOW_FUNCTIONS } from '../../engine/function/index.ts';
import { tokensOf, type Words } from './mutate.ts';

export type Sample = { readonly dialect: Dialect; readonly sql: string };

const STANDARD = [
  "SELECT channel AS c, count(*) AS n FROM edits WHERE added > 1 AND page LIKE 'p%' GROUP BY 1 HAVING count(*) > 2 ORDER BY 2 DESC NULLS LAST LIMIT 3 OFFSET 1",
  'WITH x AS (SELECT added AS a, channel FROM edits) SELECT a.a, b.name FROM x a LEFT JOIN users b ON a.channel = b.channel AND b.flag WHERE a.a IN (1, 2, NULL)',
  'SELECT DISTINCT channel, added % 7 FROM edits ORDER BY 1, 2',
  "SELECT CASE WHEN delta > 0 THEN 'up' WHEN delta < 0 THEN 'down' ELSE 'same' END AS way, avg(delta), min(at), max(page) FROM edits GROUP BY way",
  "SELECT date_trunc('hour', at) AS h, sum(added) FILTER (WHERE robot), count(DISTINCT page) FROM edits WHERE at >= TIMESTAMP '2015-09-12 00:00:00' AND at < TIMESTAMP '2015-09-12 00:00:00' + INTERVAL '1' DAY GROUP BY h ORDER BY h",
  "SELECT CAST(added AS VARCHAR) || '-' || page, CAST('12' AS BIGINT), delta::INTEGER, coalesce(NULL, page, 'x') FROM edits LIMIT 5",
  'SELECT u.name, e.n FROM users u JOIN (SELECT channel, count(*) AS n FROM edits GROUP BY channel) e USING (channel) ORDER BY e.n DESC',
  'SELECT count(*) FROM edits a CROSS JOIN users b WHERE a.channel <> b.channel',
  "PIVOT edits ON channel IN ('#en', '#de' AS de), robot USING sum(added) AS s, count(*) GROUP BY page ORDER BY page LIMIT 3",
  "FROM edits UNPIVOT INCLUDE NULLS (v FOR n IN (added, delta AS d)) PIVOT (sum(v) FOR n IN ('added', 'd') GROUP BY channel) AS p",
  'SELECT * FROM edits WHERE channel IN (SELECT channel FROM users WHERE flag) AND NOT robot AND delta BETWEEN -3 AND 3',
  'SELECT added FROM edits UNION ALL SELECT score FROM users ORDER BY 1 LIMIT 4',
  'SELECT (SELECT max(score) FROM users) AS top, EXISTS (SELECT 1 FROM users) FROM edits LIMIT 1',
  "VALUES (1, 'x', NULL), (2, 'y', 1.5)",
  'SELECT extract(YEAR FROM at), sqrt(abs(delta)), round(ratio, 2), lower(page), substring(page, 1, 2), trim(page) FROM edits LIMIT 3',
  "INSERT INTO sink (a, b, c) VALUES (1, 'x', 1.5), (2 + 3, NULL, 4)",
  'INSERT INTO sink SELECT added, page, ratio FROM edits LIMIT 10',
  "CREATE TABLE made (a INTEGER NOT NULL, b VARCHAR DEFAULT 'x', c TIMESTAMP, d DOUBLE PRECISION, e BOOLEAN, f DATE)",
  'DROP TABLE IF EXISTS made',
  'EXPLAIN SELECT channel, count(*) FROM edits GROUP BY channel',
  'DESCRIBE edits',
  'SHOW TABLES',
  "SELECT table_name, column_name FROM information_schema.columns WHERE table_name = 'edits'",
  "SELECT page, length(page) FROM edits WHERE page IS NOT NULL AND NOT page LIKE '%!_%' ESCAPE '!' AND position('a' IN page) > 0",
];

const DRUID = [
  "SELECT TIME_FLOOR(__time, 'PT1H') AS t, COUNT(DISTINCT page) FILTER (WHERE added > 3), APPROX_COUNT_DISTINCT(page) FROM druid_edits WHERE __time >= TIMESTAMP '2015-09-12 00:00:00' GROUP BY 1",
  "SELECT FLOOR(__time TO DAY) AS d, SUM(added) AS s FROM druid_edits WHERE __time BETWEEN CURRENT_TIMESTAMP - INTERVAL '10' YEAR AND CURRENT_TIMESTAMP GROUP BY 1 ORDER BY s DESC LIMIT 10",
  "SELECT TIME_SHIFT(__time, 'P1D', -1), TIME_EXTRACT(__time, 'DOW'), TIME_FORMAT(__time, 'yyyy-MM-dd HH:mm'), MILLIS_TO_TIMESTAMP(1442018818771) FROM druid_edits LIMIT 2",
  "SELECT channel, EARLIEST(added), LATEST(added), REGEXP_EXTRACT(page, '(p)([0-9]+)', 2), NVL(channel, 'none') FROM druid_edits GROUP BY channel, page ORDER BY 1 LIMIT 4",
  "SELECT CASE WHEN ARRAY_LENGTH(ARRAY[1, 2]) > 1 THEN 'x' END, STRLEN(channel), CONCAT(channel, '-', page), TEXTCAT(page, 'x') FROM druid_edits LIMIT 2",
  "SELECT COUNT(*) FROM druid_edits WHERE TIME_IN_INTERVAL(__time, '2015-09-12/2015-09-13') AND channel IN ('#en', '#de')",
  'SELECT "channel", SUM("added") * 1.0 / COUNT(*) AS "avg" FROM "druid"."druid_edits" GROUP BY "channel" HAVING SUM("added") > 0',
  "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'druid'",
  'EXPLAIN PLAN FOR SELECT COUNT(*) FROM druid_edits',
];

const CLICKHOUSE = [
  "SELECT toStartOfInterval(at, INTERVAL 5 minute) AS t, uniq(page), sumIf(added, robot = 1), countIf(delta > 0) FROM edits WHERE t > '2015-01-01' GROUP BY t ORDER BY t LIMIT 1, 2 FORMAT JSON",
  'SELECT channel, any(page), argMax(page, added), groupArray(added), quantile(0.5)(added) FROM edits GROUP BY channel WITH TOTALS',
  'SELECT untuple(sumTuple((added, delta))) AS u, k FROM (SELECT added, delta, channel AS k FROM edits) GROUP BY k WITH TOTALS',
  'SELECT number % 3 AS k, count(), sum(number), avg(number) FROM numbers(1000) GROUP BY k ORDER BY k SETTINGS max_threads = 1',
  "SELECT toDate(at), toYYYYMM(at), toUnixTimestamp(at), formatDateTime(at, '%Y-%m-%d'), dateDiff('hour', at, at + INTERVAL 1 DAY) FROM edits LIMIT 2",
  "SELECT if(added > 3, 'many', 'few') AS k, multiIf(delta > 0, 1, delta < 0, -1, 0) AS s, count() FROM edits PREWHERE added > 0 GROUP BY k, s",
  "SELECT lower(page), splitByChar('-', page)[1], replaceAll(page, 'p', 'q'), match(page, '^p[0-9]+$'), extract(page, '[0-9]+') FROM edits LIMIT 3",
  'SELECT toInt8(added), toUInt64(added), toFloat32(delta), toString(ratio), intDiv(added, 2), modulo(added, 3), toInt64OrNull(page) FROM edits LIMIT 3',
  'SELECT a.channel, b.name FROM edits AS a ANY LEFT JOIN users AS b ON a.channel = b.channel LIMIT 2 BY a.channel',
  'CREATE TABLE IF NOT EXISTS made2 (a UInt8, b Nullable(String), c LowCardinality(String), d DateTime64(3)) ENGINE = MergeTree PARTITION BY toYYYYMM(d) ORDER BY (a, c) SETTINGS index_granularity = 8192',
  "INSERT INTO sink (a, b) VALUES (1, 'it\\'s'), (2, NULL)",
  'INSERT INTO sink FORMAT JSONEachRow {"a": 1, "b": "x", "c": 2.5}',
  'INSERT INTO sink (b, a) FORMAT CSV "x,y",3',
  'INSERT INTO sink FORMAT TabSeparated 1\tx\t2.5\n',
  'OPTIMIZE TABLE sink FINAL',
  'TRUNCATE TABLE sink',
  'SHOW CREATE TABLE edits',
  'EXISTS TABLE edits FORMAT TSV',
  "SELECT name, value FROM system.settings WHERE name LIKE 'max%' FORMAT CSVWithNames",
  'SELECT 1 > 2 ? 3 : 4 AS t, [1, 2, 3] AS arr, (1, 2) AS pair, NULL IS NULL',
  'DROP TABLE IF EXISTS made2',
];

const of = (dialect: Dialect, statements: readonly string[]): Sample[] =>
  statements.map((sql) => ({ dialect, sql }));

export const CORPUS: readonly Sample[] = [
  ...of('standard', STANDARD),
  ...of('druid', DRUID),
  ...of('clickhouse', CLICKHOUSE),
];

export const EXAMPLES: readonly Sample[] = [...FUNCTIONS, ...WINDOW_FUNCTIONS].map((row) => ({
  dialect: Object.keys(row.names)[0] as Dialect,
  sql: row.example.sql,
}));

const TABLES = ['edits', 'users', 'sink', 'druid_edits'];

/** Damage can drop a table. */
export const hasTables = (db: Database): boolean => {
  const names = new Set(db.tables().map((t) => t.name));
  return TABLES.every((name) => names.has(name));
};

/** The tables the corpus speaks of. */
export async function createTables(db: Database): Promise<void> {
  await db.query(
    'CREATE TABLE edits (at TIMESTAMP, channel VARCHAR, page VARCHAR, added BIGINT, delta INTEGER, ratio DOUBLE, robot BOOLEAN)',
  );
  await db.query('CREATE TABLE users (channel VARCHAR, name VARCHAR, score BIGINT, flag BOOLEAN)');
  await db.query('CREATE TABLE sink (a BIGINT, b VARCHAR, c DOUBLE)');
  await db.query('CREATE TABLE druid_edits (__time TIMESTAMP, channel VARCHAR, page VARCHAR, added BIGINT)', {
    dialect: 'standard',
  });
  const rows = Array.from({ length: 40 }, (_, i) => ({
    at: i % 9 === 8 ? null : new Date(Date.UTC(2015, 8, 12, i % 24, i)),
    channel: ['#en', '#de', null, ''][i % 4],
    page: `p${i % 11}`,
    added: i * i,
    delta: (i % 7) - 3,
    ratio: i % 5 === 0 ? null : i / 7,
    robot: i % 3 === 0,
  }));
  await db.insert('edits', rows);
  await db.insert(
    'druid_edits',
    rows.map(({ at, channel, page, added }) => ({ __time: at ?? new Date(0), channel, page, added })),
  );
  await db.insert('users', [
    { channel: '#en', name: 'Ann', score: 3, flag: true },
    { channel: '#de', name: 'Bob', score: null, flag: false },
    { channel: null, name: 'Cy', score: -1, flag: null },
  ]);
}

const COLUMNS = 'at __time channel page added delta ratio robot name score flag number h k c a b'.split(' ');

export const WORDS: Words = {
  any: CORPUS.flatMap(({ sql }) => tokensOf(sql)).filter((t) => t.trim() !== ''),
  columns: COLUMNS,
  functions: FUNCTIONS.flatMap((row) => Object.values(row.names).flat()).filter((n) => /^\w+$/.test(n)),
};
