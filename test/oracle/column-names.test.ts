import { Session } from 'chdb';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { FORMAT, ourSide } from './typed-answer.ts';

/** Names, types and order of result columns: of joins, of stars, of what stands beside an alias. */
const STATEMENTS: readonly string[] = [
  "SELECT * FROM (SELECT 1 AS a, 'x' AS b) AS l JOIN (SELECT 1 AS a, 'y' AS b) AS r ON l.a = r.a",
  "SELECT * FROM (SELECT 1 AS a, 'x' AS b) AS l CROSS JOIN (SELECT 1 AS a, 'y' AS b) AS r",
  "SELECT l.*, r.* FROM (SELECT 1 AS a, 'x' AS b) AS l JOIN (SELECT 1 AS a, 'y' AS b) AS r ON l.a = r.a",
  "SELECT r.*, l.* FROM (SELECT 1 AS a, 'x' AS b) AS l JOIN (SELECT 1 AS a, 'y' AS b) AS r ON l.a = r.a",
  "SELECT l.a, r.a FROM (SELECT 1 AS a, 'x' AS b) AS l JOIN (SELECT 1 AS a, 'y' AS b) AS r ON l.a = r.a",
  "SELECT r.a FROM (SELECT 1 AS a, 'x' AS b) AS l JOIN (SELECT 1 AS a, 'y' AS b) AS r ON l.a = r.a",
  "SELECT a, r.b FROM (SELECT 1 AS a, 'x' AS b) AS l JOIN (SELECT 1 AS a, 'y' AS b) AS r USING a",
  "SELECT * FROM (SELECT 1 AS a, 'x' AS b) AS l JOIN (SELECT 1 AS a, 'y' AS b) AS r USING a",
  'SELECT l.a AS q, r.a FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a',
  'SELECT * FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a JOIN (SELECT 1 AS a) AS s ON s.a = r.a',
  'SELECT a FROM (SELECT * FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a)',
  'SELECT `r.a` FROM (SELECT * FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a)',
  'SELECT l.a + r.a FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a',
  'SELECT l.a, r.b FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS b) AS r ON l.a = r.b',
  'SELECT l.a, l.b FROM (SELECT 1 AS a, 2 AS b) AS l',
  'SELECT l.a AS a, r.a AS b FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a',
  "SELECT a FROM (SELECT 1 AS a, 'x' AS b) AS l JOIN (SELECT 1 AS a, 'y' AS b) AS r ON l.a = r.a",
  "SELECT a, b FROM (SELECT 1 AS a, 'x' AS b) AS l LEFT JOIN (SELECT 2 AS a, 'y' AS b) AS r ON l.a = r.a WHERE b = 'x' ORDER BY b",
  "SELECT l.a, r.a FROM (SELECT 1 AS a, 'x' AS b) AS l JOIN (SELECT 1 AS a, 'y' AS b) AS r USING a",
  "SELECT * FROM (SELECT 1 AS a, 'x' AS b) AS l RIGHT JOIN (SELECT 1 AS a, 'y' AS b) AS r USING a",
  "SELECT * FROM (SELECT 1 AS a, 'x' AS b) AS l FULL JOIN (SELECT 2 AS a, 'y' AS b) AS r USING a ORDER BY a",
  'SELECT * FROM (SELECT 1 AS a, 2 AS b) AS l JOIN (SELECT 1 AS a, 2 AS b) AS r USING a JOIN (SELECT 1 AS a, 2 AS b) AS s USING a',
  'SELECT l.b, r.b, s.b FROM (SELECT 1 AS a, 2 AS b) AS l JOIN (SELECT 1 AS a, 2 AS b) AS r USING a JOIN (SELECT 1 AS a, 2 AS b) AS s USING a',
  'SELECT l.a + 1, l.a FROM (SELECT 1 AS a) AS l',
  'SELECT sum(l.a), max(r.b), count(r.a) FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a, 2 AS b) AS r ON l.a = r.a GROUP BY r.a',
  'SELECT l.a AS b, r.b FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a, 2 AS b) AS r ON l.a = r.a',
  'SELECT t.a AS x, t.x FROM (SELECT 1 AS a, 2 AS x) AS t',
  'SELECT * FROM (SELECT 1 AS a, [1,2] AS b) AS l ARRAY JOIN b JOIN (SELECT 1 AS a, 3 AS b) AS r ON l.a = r.a ORDER BY b',
  'SELECT * FROM (SELECT 1 AS a, [1,2] AS b) AS l ARRAY JOIN b AS c',
  'SELECT * FROM (SELECT 1 AS a) AS l, (SELECT 2 AS a) AS r, (SELECT 3 AS b) AS s',
  'SELECT r.a FROM (SELECT 1 AS a) AS l SEMI JOIN (SELECT 1 AS a) AS r ON l.a = r.a',
  'SELECT * FROM numbers(2) AS x JOIN numbers(2) AS y ON x.number = y.number ORDER BY x.number',
  'SELECT * FROM numbers(2) AS x JOIN system.one AS y ON x.number = y.dummy',
  'SELECT x.number AS n, y.number FROM numbers(1) AS x, numbers(1) AS y ORDER BY n',
  "SELECT if(l.a = 1, r.a, 0), l.a IN (1, 2), CASE WHEN r.a = 1 THEN 'x' END, [l.a, r.a], (l.a, r.a), CAST(r.a AS String) FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a",
  'SELECT arrayMap(x -> x + l.a, [1]) FROM (SELECT 1 AS a) AS l',
  'SELECT row_number() OVER (PARTITION BY r.a ORDER BY l.a) FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a',
  'SELECT a FROM (SELECT 1 AS a, 2 AS b) AS l JOIN (SELECT 1 AS c, 3 AS b) AS r ON l.a = r.c WHERE r.b = 3',
  'SELECT r.* EXCEPT b FROM (SELECT 1 AS a, 2 AS b) AS l JOIN (SELECT 1 AS a, 3 AS b) AS r ON l.a = r.a',
  'SELECT * EXCEPT a FROM (SELECT 1 AS a, 2 AS b) AS l JOIN (SELECT 1 AS a, 3 AS b) AS r ON l.a = r.a',
  'SELECT * REPLACE (5 AS b) FROM (SELECT 1 AS a, 2 AS b) AS l JOIN (SELECT 1 AS a, 3 AS b) AS r ON l.a = r.a',
  "SELECT COLUMNS('b') FROM (SELECT 1 AS a, 2 AS b) AS l JOIN (SELECT 1 AS a, 3 AS b) AS r ON l.a = r.a",
  'SELECT *, 5 AS a FROM (SELECT 1 AS a, 2 AS b) AS t',
  'SELECT t.a, 5 AS a FROM (SELECT 1 AS a, 2 AS b) AS t',
  'SELECT a, 5 AS b FROM (SELECT 1 AS a, 2 AS b) AS t',
  'SELECT t.a, t.b AS a FROM (SELECT 1 AS a, 2 AS b) AS t',
  'SELECT t.a + 1 AS a, t.a FROM (SELECT 1 AS a, 2 AS b) AS t',
  'SELECT number, number + 1 AS number FROM numbers(1)',
  'SELECT *, number + 1 AS number FROM numbers(1)',
  'SELECT *, number + 1 AS number FROM numbers(1) AS n',
  'SELECT l.a, l.b AS b FROM (SELECT 1 AS a, 2 AS b) AS l JOIN (SELECT 1 AS a, 2 AS b) AS r USING a',
  'SELECT l.a, r.a, s.a FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r USING a JOIN (SELECT 1 AS a) AS s USING a',
  'SELECT dummy, one.dummy, system.one.dummy FROM system.one',
  'SELECT one.dummy, x.dummy FROM system.one, system.one AS x',
  'SELECT * FROM system.one, system.one AS x',
  "SELECT x.a.b FROM (SELECT CAST((1,), 'Tuple(b UInt8)') AS a) AS x",
  "SELECT x.a.b, y.a.b FROM (SELECT CAST((1,), 'Tuple(b UInt8)') AS a) AS x, (SELECT CAST((1,), 'Tuple(b UInt8)') AS a) AS y",
  'SELECT r.a FROM (SELECT 1 AS b) AS l JOIN (SELECT 1 AS a) AS r ON l.b = r.a',
  'SELECT max(t.number) AS m FROM numbers(3) AS t HAVING max(t.number) > 1',
  'SELECT * FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS A) AS r ON l.a = r.A',
  'SELECT l.* EXCEPT (a), r.* FROM (SELECT 1 AS a, 3 AS c) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a',
  'SELECT `r.a` + 1 FROM (SELECT l.a, r.a FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a)',
  'SELECT x.a FROM (SELECT l.a, r.a FROM (SELECT 1 AS a) AS l JOIN (SELECT 2 AS a) AS r ON l.a < r.a) AS x',
  'SELECT DISTINCT r.a FROM (SELECT 1 AS a) AS l JOIN (SELECT 1 AS a) AS r ON l.a = r.a ORDER BY r.a',
  'SELECT l.number FROM numbers(1) AS l UNION ALL SELECT 5',
  'SELECT * FROM (SELECT [1,2] AS b, 5 AS z) ARRAY JOIN b',
  'SELECT * FROM (SELECT [1,2] AS b, 5 AS z) ARRAY JOIN [7] AS b',
  'SELECT * FROM (SELECT [1,2] AS b, 5 AS z) AS l ARRAY JOIN b, b AS c',
  'SELECT * EXCEPT z FROM (SELECT [1,2] AS b, 5 AS z) AS l ARRAY JOIN b',
  "SELECT * FROM (SELECT [1,2] AS b, 5 AS z) AS l ARRAY JOIN b JOIN (SELECT 5 AS z, 'q' AS q) AS r ON l.z = r.z",
  "SELECT * FROM (SELECT 5 AS z, 'q' AS q) AS r JOIN (SELECT [1,2] AS b, 5 AS z) AS l ON l.z = r.z ARRAY JOIN b",
  'SELECT * FROM (SELECT [1,2] AS b, 5 AS z) ARRAY JOIN b AS c WHERE c > 1',
  'SELECT c, * FROM (SELECT [1,2] AS b) ARRAY JOIN b AS c, arrayEnumerate(b) AS n',
  "SELECT * FROM (SELECT [(1,'a')] AS b, 5 AS z) ARRAY JOIN b",
  "SELECT COLUMNS('b|c') FROM (SELECT [1,2] AS b, 5 AS z) ARRAY JOIN b AS c",
  'SELECT * FROM (SELECT * FROM (SELECT [1,2] AS b, 5 AS z) ARRAY JOIN b AS c)',
  'SELECT * FROM (SELECT 1 AS a, [1,2] AS b) AS l LEFT ARRAY JOIN b AS c, [3,4] AS d',
  'SELECT l.*, c FROM (SELECT 1 AS a, [1,2] AS b) AS l ARRAY JOIN b AS c',
  'SELECT * FROM (SELECT [1,2] AS b) ARRAY JOIN b',
  'SELECT * FROM (SELECT [1,2] AS b) ARRAY JOIN arrayMap(x -> x, b) AS m',
  "SELECT COLUMNS('c') FROM (SELECT 1 AS c1, [1,2] AS b) AS l ARRAY JOIN b AS c2",
  'SELECT * FROM (SELECT [1,2] AS b, [3,4] AS e) ARRAY JOIN b, e AS f',
  'SELECT *, 5 AS dummy FROM system.one',
];

it('names result columns as ClickHouse does', async () => {
  const session = new Session();
  const zone = String(session.query('SELECT timezone()', 'TabSeparated')).trim();
  await using db = await open();
  const ours = ourSide(db, zone);
  const differences: string[] = [];
  for (const sql of STATEMENTS) {
    const theirs = String(session.query(sql, FORMAT)).trim();
    const answer = (await ours(sql)).trim();
    if (answer !== theirs) differences.push(`${sql}\n ours:   ${answer}\n theirs: ${theirs}`);
  }
  session.cleanup();
  expect(differences.join('\n\n')).toBe('');
});
