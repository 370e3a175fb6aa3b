/**
 * ClickBench: its 43 queries (github.com/ClickHouse/ClickBench, CC BY-NC-SA; statements of the public benchmark) over a
 * generated `hits` of the same 105 columns.
 */

import { join } from 'node:path';
import { HITS_COLUMNS } from '../../../datasets/hits/columns.ts';
import { HITS_SETUP, hitsQuery } from '../../../datasets/hits/sql.ts';
import { once, writeParquet } from '../data/generate.ts';
import type { Query, Suite } from '../suite.ts';

/** One total row, or an order without ties. */
const exact = (sql: string): string => sql;
/** A query whose order has ties; `key` is what it is ordered by when that is not a column of the result. */
const tied = (from: string, orderBy: string, limit: string, key = ''): Omit<Query, 'name'> => ({
  sql: `${from}${orderBy === '' ? '' : ` ORDER BY ${orderBy}`} LIMIT ${limit}`,
  ties: {
    from: key === '' ? from : from.replace(' FROM hits', `, ${key} AS judged_key FROM hits`),
    orderBy: key === '' ? orderBy : orderBy.replace(key, 'judged_key'),
    limit,
  },
});

const COUNTER_62 = "CounterID = 62 AND EventDate >= '2013-07-01' AND EventDate <= '2013-07-31'";
const PAGE_VIEWS = `${COUNTER_62} AND DontCountHits = 0 AND IsRefresh = 0`;

const QUERIES: readonly (string | Omit<Query, 'name'>)[] = [
  exact('SELECT COUNT(*) FROM hits'),
  exact('SELECT COUNT(*) FROM hits WHERE AdvEngineID <> 0'),
  exact('SELECT SUM(AdvEngineID), COUNT(*), AVG(ResolutionWidth) FROM hits'),
  exact('SELECT AVG(UserID) FROM hits'),
  exact('SELECT COUNT(DISTINCT UserID) FROM hits'),
  exact('SELECT COUNT(DISTINCT SearchPhrase) FROM hits'),
  exact('SELECT MIN(EventDate), MAX(EventDate) FROM hits'),
  tied(
    'SELECT AdvEngineID, COUNT(*) FROM hits WHERE AdvEngineID <> 0 GROUP BY AdvEngineID',
    'COUNT(*) DESC',
    '100000',
    'COUNT(*)',
  ),
  tied('SELECT RegionID, COUNT(DISTINCT UserID) AS u FROM hits GROUP BY RegionID', 'u DESC', '10'),
  tied(
    'SELECT RegionID, SUM(AdvEngineID), COUNT(*) AS c, AVG(ResolutionWidth), COUNT(DISTINCT UserID) FROM hits GROUP BY RegionID',
    'c DESC',
    '10',
  ),
  tied(
    "SELECT MobilePhoneModel, COUNT(DISTINCT UserID) AS u FROM hits WHERE MobilePhoneModel <> '' GROUP BY MobilePhoneModel",
    'u DESC',
    '10',
  ),
  tied(
    "SELECT MobilePhone, MobilePhoneModel, COUNT(DISTINCT UserID) AS u FROM hits WHERE MobilePhoneModel <> '' GROUP BY MobilePhone, MobilePhoneModel",
    'u DESC',
    '10',
  ),
  tied(
    "SELECT SearchPhrase, COUNT(*) AS c FROM hits WHERE SearchPhrase <> '' GROUP BY SearchPhrase",
    'c DESC',
    '10',
  ),
  tied(
    "SELECT SearchPhrase, COUNT(DISTINCT UserID) AS u FROM hits WHERE SearchPhrase <> '' GROUP BY SearchPhrase",
    'u DESC',
    '10',
  ),
  tied(
    "SELECT SearchEngineID, SearchPhrase, COUNT(*) AS c FROM hits WHERE SearchPhrase <> '' GROUP BY SearchEngineID, SearchPhrase",
    'c DESC',
    '10',
  ),
  tied('SELECT UserID, COUNT(*) FROM hits GROUP BY UserID', 'COUNT(*) DESC', '10', 'COUNT(*)'),
  tied(
    'SELECT UserID, SearchPhrase, COUNT(*) FROM hits GROUP BY UserID, SearchPhrase',
    'COUNT(*) DESC',
    '10',
    'COUNT(*)',
  ),
  tied('SELECT UserID, SearchPhrase, COUNT(*) FROM hits GROUP BY UserID, SearchPhrase', '', '10'),
  tied(
    'SELECT UserID, extract(minute FROM EventTime) AS m, SearchPhrase, COUNT(*) FROM hits GROUP BY UserID, m, SearchPhrase',
    'COUNT(*) DESC',
    '10',
    'COUNT(*)',
  ),
  exact('SELECT UserID FROM hits WHERE UserID = 435090932899640449'),
  exact("SELECT COUNT(*) FROM hits WHERE URL LIKE '%google%'"),
  tied(
    "SELECT SearchPhrase, MIN(URL), COUNT(*) AS c FROM hits WHERE URL LIKE '%google%' AND SearchPhrase <> '' GROUP BY SearchPhrase",
    'c DESC',
    '10',
  ),
  tied(
    "SELECT SearchPhrase, MIN(URL), MIN(Title), COUNT(*) AS c, COUNT(DISTINCT UserID) FROM hits WHERE Title LIKE '%Google%' AND URL NOT LIKE '%.google.%' AND SearchPhrase <> '' GROUP BY SearchPhrase",
    'c DESC',
    '10',
  ),
  tied("SELECT * FROM hits WHERE URL LIKE '%google%'", 'EventTime', '10'),
  tied("SELECT SearchPhrase FROM hits WHERE SearchPhrase <> ''", 'EventTime', '10', 'EventTime'),
  tied("SELECT SearchPhrase FROM hits WHERE SearchPhrase <> ''", 'SearchPhrase', '10'),
  tied(
    "SELECT SearchPhrase FROM hits WHERE SearchPhrase <> ''",
    'EventTime, SearchPhrase',
    '10',
    'EventTime',
  ),
  tied(
    "SELECT CounterID, AVG(STRLEN(URL)) AS l, COUNT(*) AS c FROM hits WHERE URL <> '' GROUP BY CounterID HAVING COUNT(*) > 100000",
    'l DESC',
    '25',
  ),
  tied(
    "SELECT REGEXP_REPLACE(Referer, '^https?://(?:www\\.)?([^/]+)/.*$', '\\1') AS k, AVG(STRLEN(Referer)) AS l, COUNT(*) AS c, MIN(Referer) FROM hits WHERE Referer <> '' GROUP BY k HAVING COUNT(*) > 100000",
    'l DESC',
    '25',
  ),
  exact(
    `SELECT ${Array.from({ length: 90 }, (_, i) => `SUM(ResolutionWidth${i === 0 ? '' : ` + ${i}`})`).join(', ')} FROM hits`,
  ),
  tied(
    "SELECT SearchEngineID, ClientIP, COUNT(*) AS c, SUM(IsRefresh), AVG(ResolutionWidth) FROM hits WHERE SearchPhrase <> '' GROUP BY SearchEngineID, ClientIP",
    'c DESC',
    '10',
  ),
  tied(
    "SELECT WatchID, ClientIP, COUNT(*) AS c, SUM(IsRefresh), AVG(ResolutionWidth) FROM hits WHERE SearchPhrase <> '' GROUP BY WatchID, ClientIP",
    'c DESC',
    '10',
  ),
  tied(
    'SELECT WatchID, ClientIP, COUNT(*) AS c, SUM(IsRefresh), AVG(ResolutionWidth) FROM hits GROUP BY WatchID, ClientIP',
    'c DESC',
    '10',
  ),
  tied('SELECT URL, COUNT(*) AS c FROM hits GROUP BY URL', 'c DESC', '10'),
  tied('SELECT 1, URL, COUNT(*) AS c FROM hits GROUP BY 1, URL', 'c DESC', '10'),
  tied(
    'SELECT ClientIP, ClientIP - 1, ClientIP - 2, ClientIP - 3, COUNT(*) AS c FROM hits GROUP BY ClientIP, ClientIP - 1, ClientIP - 2, ClientIP - 3',
    'c DESC',
    '10',
  ),
  tied(
    `SELECT URL, COUNT(*) AS PageViews FROM hits WHERE ${PAGE_VIEWS} AND URL <> '' GROUP BY URL`,
    'PageViews DESC',
    '10',
  ),
  tied(
    `SELECT Title, COUNT(*) AS PageViews FROM hits WHERE ${PAGE_VIEWS} AND Title <> '' GROUP BY Title`,
    'PageViews DESC',
    '10',
  ),
  tied(
    `SELECT URL, COUNT(*) AS PageViews FROM hits WHERE ${COUNTER_62} AND IsRefresh = 0 AND IsLink <> 0 AND IsDownload = 0 GROUP BY URL`,
    'PageViews DESC',
    '10 OFFSET 1000',
  ),
  tied(
    `SELECT TraficSourceID, SearchEngineID, AdvEngineID, CASE WHEN (SearchEngineID = 0 AND AdvEngineID = 0) THEN Referer ELSE '' END AS Src, URL AS Dst, COUNT(*) AS PageViews FROM hits WHERE ${COUNTER_62} AND IsRefresh = 0 GROUP BY TraficSourceID, SearchEngineID, AdvEngineID, Src, Dst`,
    'PageViews DESC',
    '10 OFFSET 1000',
  ),
  tied(
    `SELECT URLHash, EventDate, COUNT(*) AS PageViews FROM hits WHERE ${COUNTER_62} AND IsRefresh = 0 AND TraficSourceID IN (-1, 6) AND RefererHash = 3594120000172545465 GROUP BY URLHash, EventDate`,
    'PageViews DESC',
    '10 OFFSET 100',
  ),
  tied(
    `SELECT WindowClientWidth, WindowClientHeight, COUNT(*) AS PageViews FROM hits WHERE ${PAGE_VIEWS} AND URLHash = 2868770270353813622 GROUP BY WindowClientWidth, WindowClientHeight`,
    'PageViews DESC',
    '10 OFFSET 10000',
  ),
  exact(
    "SELECT DATE_TRUNC('minute', EventTime) AS M, COUNT(*) AS PageViews FROM hits WHERE CounterID = 62 AND EventDate >= '2013-07-14' AND EventDate <= '2013-07-15' AND IsRefresh = 0 AND DontCountHits = 0 GROUP BY DATE_TRUNC('minute', EventTime) ORDER BY DATE_TRUNC('minute', EventTime) LIMIT 10 OFFSET 1000",
  ),
];

/** ClickHouse calls the number of bytes `length`; DuckDB and Basalt call it `strlen`, as ClickBench's own files do. */
const dialectsOf = (sql: string): Pick<Query, 'dialects'> =>
  sql.includes('STRLEN') ? { dialects: { chdb: sql.replaceAll('STRLEN', 'length') } } : {};

const EXCUSED: Readonly<Record<string, Query['excused']>> = {
  Q4: { chdb: 'avg of Int64 sums in 64 bits and wraps' },
};

const named = (query: (typeof QUERIES)[number], i: number): Query => {
  const name = `Q${i + 1}`;
  const stated = typeof query === 'string' ? { sql: query } : query;
  return { name, ...stated, ...dialectsOf(stated.sql), excused: EXCUSED[name] };
};

export const clickbench: Suite = {
  name: 'clickbench',
  what: 'the 43 queries of ClickBench over a generated table of its 105 columns, loaded from Parquet',
  async prepare({ rows, seed, folder }) {
    const file = await once(join(folder, `hits-${rows}-${seed}.parquet`), (part) =>
      writeParquet(part, hitsQuery(HITS_COLUMNS, seed, rows), HITS_SETUP),
    );
    return {
      tables: [
        {
          name: 'hits',
          columns: HITS_COLUMNS.map(({ name, type }) => ({ name, type })),
          orderBy: ['CounterID', 'EventDate', 'UserID', 'EventTime', 'WatchID'],
          file,
          format: 'parquet',
        },
      ],
      queries: QUERIES.map(named),
    };
  },
};
