/**
 * The generator of `hits` as one query in DuckDB's SQL: 105 columns are too many to make row by row in JavaScript.
 *
 * Columns are hashes of a seed (`hash-sql.ts`): the same seed gives the same bytes, another one other data of the same shape.
 */

import { any, below, list, type Sql, skewed, unit } from '../hash-sql.ts';
import { CYRILLIC_WORDS, LATIN_WORDS } from './words.ts';

const word = (words: string, count: number, of: Sql, name: string): Sql =>
  `getvariable('${words}')[1 + ${skewed(of, name, String(count), 1.5)}]`;
export const latin = (of: Sql, name: string): Sql => word('latin', LATIN_WORDS.length, of, name);
export const cyrillic = (of: Sql, name: string): Sql => word('cyrillic', CYRILLIC_WORDS.length, of, name);

/** Sites by rank: the share of the first r of them is (r / SITES)^(1/3). */
const SITES = 6506;

/**
 * From row numbers to what the columns are made from, level by level. Rows come site by site and day by day, as they lie in a
 * table that is sorted by them; within a day a visit's rows are together.
 */
const LEVELS: readonly Sql[] = [
  // Visits have 1 to 8 rows; all of one length within 64 rows.
  `SELECT i, CAST($rows AS DOUBLE) AS n, (i // 64) * 64 + (i % 64) // (1 + ${below('i // 64', 'length', 8)}) AS visit FROM range($from, $to) AS r(i)`,
  `SELECT *, ${SITES} * pow(i / n, 3) AS place, CAST(floor(n * 0.24 * pow(${unit('visit', 'person')}, 1.3)) AS BIGINT) AS person FROM rows`,
  `SELECT *, CAST(floor(place) AS BIGINT) AS site, TIMESTAMP '2013-07-01 00:00:00' + to_days(CAST(floor(31 * (place - floor(place))) AS INTEGER)) AS day,
     greatest(1, n * (pow((floor(place) + 1) / ${SITES}, 1 / 3) - pow(floor(place) / ${SITES}, 1 / 3))) AS site_rows, n * 0.25 AS query_count FROM visits`,
  `SELECT *, CAST(floor(site_rows * 0.5 * pow(${unit('i', 'page')}, 2.6)) AS BIGINT) AS page,
     CAST(floor(site_rows * 0.5 * pow(${unit('i', 'from')}, 2.6)) AS BIGINT) AS from_page FROM sites`,
  `SELECT *, ${any('site, page', 'page')} AS p, ${any('site, from_page', 'page')} AS q, 'http://' || ${latin('site', 'domain')} || CASE WHEN site % 3 = 0 THEN '.ru/' ELSE '.example.com/' END AS home FROM pages`,
  `SELECT *,
     CASE WHEN ${unit('p', 'blank')} < 0.0002 THEN '' ELSE home || ${latin('p', 'u1')} || '/' || ${latin('p', 'u2')} || '-' || ${latin('p', 'u6')} || '-' || ${latin('p', 'u7')} || CASE WHEN ${unit('p', 'query')} < 0.4 THEN '?' || ${latin('site', 'u3')} || '=' || p % 100000000 || '&' || ${latin('p', 'u4')} || '=' || ${below('p', 'u5', 100000)} ELSE '/' || p % 10000000 || '.html' END
       || CASE WHEN ${unit('p', 'google')} < 0.00016 THEN '&from=google' ELSE '' END END AS url,
     CASE WHEN ${unit('visit', 'referred')} < 0.18 THEN '' WHEN ${unit('visit', 'referrer')} < 0.6 THEN home || ${latin('q', 'u1')} || '/' || ${latin('q', 'u2')} || '-' || ${latin('q', 'u6')} || '-' || ${latin('q', 'u7')} || '/' || q % 10000000
       WHEN ${unit('visit', 'searching')} < 0.5 THEN 'http://' || ['yandex.ru', 'www.google.ru', 'go.mail.ru'][1 + ${below('visit', 'engine.host', 3)}] || '/search?text=' || ${latin('i', 'r1')} || '+' || ${latin('i', 'r2')} || '&lr=' || ${below('person', 'r3', 300)}
       ELSE 'http://' || ${latin('visit', 'r4')} || '.example.org/' || ${latin('visit', 'r5')} || '/' || ${latin('visit', 'r7')} || '-' || ${latin('visit', 'r8')} || '/' || ${below('visit', 'r6', 100000)} END AS referer,
     CASE WHEN ${unit('p // 4', 'untitled')} < 0.14 THEN '' ELSE ${cyrillic('p', 't1')} || ' ' || ${cyrillic('p', 't2')} || ' ' || ${cyrillic('p', 't3')} || CASE WHEN ${unit('p', 'long')} < 0.7 THEN ' ' || ${cyrillic('p', 't4')} || ' ' || ${cyrillic('p', 't5')} ELSE '' END
       || ' - ' || ${cyrillic('site', 't6')} || ' ' || ${cyrillic('site', 't7')} || CASE WHEN ${unit('p', 'titled')} < 0.0005 THEN ' Google' ELSE '' END END AS title FROM addresses`,
];
const LEVEL_NAMES = ['rows', 'visits', 'sites', 'pages', 'addresses', 'made'] as const;

const TYPES = {
  int16: 'SMALLINT',
  int32: 'INTEGER',
  int64: 'BIGINT',
  text: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
} as const;

/** Statements that {@link hitsQuery} needs to have run before it on the same connection. */
export const HITS_SETUP: readonly Sql[] = [
  `SET VARIABLE latin = ${list(LATIN_WORDS)}`,
  `SET VARIABLE cyrillic = ${list(CYRILLIC_WORDS)}`,
];

/** The query that gives rows [from, to) of a table of `rows` rows. */
export function hitsQuery(
  columns: readonly { readonly name: string; readonly type: keyof typeof TYPES; readonly from: Sql }[],
  seed: number,
  rows: number,
  from = 0,
  to = rows,
): Sql {
  const levels = LEVELS.map((sql, k) => `${LEVEL_NAMES[k]} AS (${sql})`);
  const output = columns.map((c) => `CAST(${c.from} AS ${TYPES[c.type]}) AS "${c.name}"`);
  return `WITH ${levels.join(',\n')}\nSELECT ${output.join(',\n')} FROM made`
    .replaceAll('$seed', String(seed))
    .replaceAll('$rows', String(rows))
    .replaceAll('$from', String(from))
    .replaceAll('$to', String(to));
}
