/** Statements whose front half is timed. Each is made of a number, so that no text comes twice. */

import type { Dialect } from '../../../engine/function/row.ts';

export type Timed = {
  readonly name: string;
  readonly dialect: Dialect;
  readonly text: (n: number) => string;
  /** Milliseconds that parsing, binding and planning may take together. */
  readonly most: number;
};

const analytical = (n: number): string => `
WITH visits AS (
  SELECT UserID, CounterID, EventDate, RegionID, SearchPhrase, ResolutionWidth,
         row_number() OVER (PARTITION BY UserID ORDER BY EventTime) AS place
  FROM hits
  WHERE CounterID = ${n} AND EventDate BETWEEN DATE '2013-07-01' AND DATE '2013-07-31'
    AND DontCountHits = 0 AND IsRefresh = 0
), regions AS (
  SELECT RegionID, count(*) AS visitors, avg(ResolutionWidth) AS width
  FROM hits WHERE IsMobile = 1 GROUP BY RegionID HAVING count(*) > 100
)
SELECT v.EventDate, r.RegionID, count(DISTINCT v.UserID) AS users, count(*) AS views,
       sum(CASE WHEN v.SearchPhrase <> '' THEN 1 ELSE 0 END) AS searches,
       round(100.0 * sum(CASE WHEN v.place = 1 THEN 1 ELSE 0 END) / count(*), 2) AS first_share,
       max(r.width) - min(v.ResolutionWidth) AS spread
FROM visits AS v
LEFT JOIN regions AS r ON r.RegionID = v.RegionID AND r.visitors > ${n % 100}
WHERE v.place <= 50 AND (v.SearchPhrase LIKE '%data%' OR v.SearchPhrase IN ('', 'x', 'y'))
GROUP BY v.EventDate, r.RegionID
HAVING count(*) > 10
ORDER BY views DESC, v.EventDate LIMIT 100`;

/** Of one table by many names: what the order of joins costs. */
const STAR_TABLES = 24;
const star = (n: number): string => {
  const numbers = Array.from({ length: STAR_TABLES }, (_, i) => i);
  const joins = numbers.map(
    (i) => `JOIN hits AS d${i} ON f.${STAR_KEYS[i % STAR_KEYS.length]} = d${i}.WatchID`,
  );
  return `SELECT d0.Title, sum(f.ResolutionWidth) FROM hits AS f ${joins.join(' ')} WHERE d1.CounterID = ${n} GROUP BY d0.Title`;
};
const STAR_KEYS = ['UserID', 'CounterID', 'RegionID', 'RefererHash', 'URLHash', 'FUniqID'];

export const TIMED: readonly Timed[] = [
  {
    name: 'point',
    dialect: 'standard',
    text: (n) => `SELECT Title, URL FROM hits WHERE UserID = ${n} AND CounterID = 62 LIMIT 10`,
    most: 0.3,
  },
  {
    name: 'point',
    dialect: 'clickhouse',
    text: (n) => `SELECT Title, URL FROM hits WHERE UserID = ${n} AND CounterID = 62 LIMIT 10`,
    most: 0.3,
  },
  { name: '20 lines', dialect: 'standard', text: analytical, most: 2 },
  { name: '20 lines', dialect: 'clickhouse', text: analytical, most: 2 },
  { name: `star of ${STAR_TABLES}`, dialect: 'standard', text: star, most: 10 },
];
