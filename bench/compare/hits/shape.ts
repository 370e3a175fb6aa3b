/** What each column of a generated `hits` looks like: figures that decide how it compresses, groups and filters. */

import { rmSync, statSync } from 'node:fs';
import { HITS_COLUMNS, type HitsType } from '../../../datasets/hits/columns.ts';

export type Shape = {
  readonly name: string;
  readonly type: HitsType;
  /** Distinct values a row. */
  readonly distinct: number;
  /** Share of rows with '' or 0; NaN for times. */
  readonly empty: number;
  /** Mean bytes of a text; NaN for others. */
  readonly length: number;
  /** Share of the most frequent value. */
  readonly top: number;
  /** A Parquet file of the column alone, Zstd at level 3. */
  readonly zstdBytes: number;
};

/** Something that is published of the real table, asked of the generated one. */
export type Known = {
  readonly what: string;
  readonly published: string;
  readonly sql: string;
  /** The column it shapes, and what of it. */
  readonly column: string;
  readonly aspect: string;
};

const REAL_ROWS = 99_997_497;
const perRow = (n: number): string => `${n.toLocaleString('en')} (${percent(n / REAL_ROWS)} of rows)`;
const counted = (what: string): string =>
  `SELECT format('{:,} ({:.4g} % of rows)', ${what}, 100.0 * ${what} / count(*)) FROM hits`;
const percent = (share: number): string => `${Number((share * 100).toPrecision(4))} %`;

export const KNOWN: readonly Known[] = [
  {
    column: 'UserID',
    what: 'count(DISTINCT UserID)',
    aspect: 'distinct',
    published: perRow(17_630_976),
    sql: counted('count(DISTINCT UserID)'),
  },
  {
    column: 'SearchPhrase',
    what: 'count(DISTINCT SearchPhrase)',
    aspect: 'distinct',
    published: perRow(6_019_103),
    sql: counted('count(DISTINCT SearchPhrase)'),
  },
  {
    column: 'SearchPhrase',
    what: "SearchPhrase <> ''",
    aspect: 'empty',
    published: perRow(13_172_392),
    sql: counted("count(*) FILTER (SearchPhrase <> '')"),
  },
  {
    column: 'AdvEngineID',
    what: 'AdvEngineID <> 0',
    aspect: 'empty',
    published: perRow(630_500),
    sql: counted('count(*) FILTER (AdvEngineID <> 0)'),
  },
  {
    column: 'URL',
    what: "URL LIKE '%google%'",
    aspect: 'share of `%google%`',
    published: perRow(15_911),
    sql: counted("count(*) FILTER (URL LIKE '%google%')"),
  },
  {
    column: 'MobilePhoneModel',
    what: 'count(DISTINCT MobilePhoneModel)',
    aspect: 'distinct',
    published: '166',
    sql: "SELECT format('{:,}', count(DISTINCT MobilePhoneModel)) FROM hits",
  },
  {
    column: 'RegionID',
    what: 'count(DISTINCT RegionID)',
    aspect: 'distinct',
    published: '9,040',
    sql: "SELECT format('{:,}', count(DISTINCT RegionID)) FROM hits",
  },
  {
    column: 'ResolutionWidth',
    what: 'avg(ResolutionWidth)',
    aspect: 'mean',
    published: '1513.49',
    sql: "SELECT format('{:.2f}', avg(ResolutionWidth)) FROM hits",
  },
  {
    column: 'EventDate',
    what: 'min(EventDate), max(EventDate)',
    aspect: 'range',
    published: '2013-07-02 to 2013-07-31',
    sql: "SELECT min(EventDate) || ' to ' || max(EventDate) FROM hits",
  },
];

export type Measured = {
  /** The whole file, as DuckDB writes it by default (Snappy). */
  readonly snappyBytes: number;
  readonly shapes: readonly Shape[];
  readonly known: readonly { readonly known: Known; readonly generated: string }[];
};

/** @param file all columns as Parquet; @param scratch a file that may be written */
export async function measureShape(file: string, rows: number, scratch: string): Promise<Measured> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const ask = async (sql: string): Promise<(string | number)[]> =>
    (await connection.runAndReadAll(sql))
      .getRows()[0]
      .map((cell) => (typeof cell === 'string' ? cell : Number(cell ?? Number.NaN)));
  await connection.run(`CREATE VIEW hits AS SELECT * FROM read_parquet('${file}')`);
  const shapes: Shape[] = [];
  for (const { name, type } of HITS_COLUMNS) {
    const isText = type === 'text';
    const isTime = type === 'date' || type === 'timestamp';
    const empty = isTime ? 'NULL' : `sum(n) FILTER (v = ${isText ? "''" : '0'})`;
    const [distinct, zero, bytes, top] = (await ask(
      `SELECT count(*), coalesce(${empty}, ${isTime ? 'NULL' : '0'}), ${isText ? 'sum(n * strlen(v))' : 'NULL'}, max(n) FROM (SELECT ${name} AS v, count(*) AS n FROM hits GROUP BY v)`,
    )) as number[];
    await connection.run(
      `COPY (SELECT ${name} FROM hits) TO '${scratch}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)`,
    );
    const zstdBytes = statSync(scratch).size / rows;
    rmSync(scratch);
    shapes.push({
      name,
      type,
      distinct: distinct / rows,
      empty: zero / rows,
      length: bytes / rows,
      top: top / rows,
      zstdBytes,
    });
  }
  const known = [];
  for (const fact of KNOWN) known.push({ known: fact, generated: String((await ask(fact.sql))[0]) });
  connection.closeSync();
  instance.closeSync();
  return { snappyBytes: statSync(file).size / rows, shapes, known };
}
