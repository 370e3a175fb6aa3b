/**
 * The Star Schema Benchmark: the 13 queries of its paper over a fact table and four dimensions, with explicit joins. `date` is
 * called `dates`, because a type has that name.
 */

import { join } from 'node:path';
import { ssbQuery, ssbTables } from '../../../datasets/ssb/tables.ts';
import { once, writeParquet } from '../data/generate.ts';
import type { Query, Suite } from '../suite.ts';
import { tiesOf } from '../ties.ts';

const DATES = 'JOIN dates ON lo_orderdate = d_datekey';
const CUSTOMER = 'JOIN customer ON lo_custkey = c_custkey';
const SUPPLIER = 'JOIN supplier ON lo_suppkey = s_suppkey';
const PART = 'JOIN part ON lo_partkey = p_partkey';

const discounted = (where: string): string =>
  `SELECT sum(lo_extendedprice * lo_discount) AS revenue FROM lineorder ${DATES} WHERE ${where}`;
const brands = (where: string): string =>
  `SELECT sum(lo_revenue) AS revenue, d_year, p_brand1 FROM lineorder ${DATES} ${PART} ${SUPPLIER} WHERE ${where} GROUP BY d_year, p_brand1 ORDER BY d_year, p_brand1`;
const flows = (places: string, where: string): string =>
  `SELECT ${places}, d_year, sum(lo_revenue) AS revenue FROM lineorder ${CUSTOMER} ${SUPPLIER} ${DATES} WHERE ${where} GROUP BY ${places}, d_year ORDER BY d_year, revenue DESC`;
const profits = (keys: string, where: string): string =>
  `SELECT ${keys}, sum(lo_revenue - lo_supplycost) AS profit FROM lineorder ${DATES} ${CUSTOMER} ${SUPPLIER} ${PART} WHERE ${where} GROUP BY ${keys} ORDER BY ${keys}`;

const KINGDOM = "IN ('UNITED KI1', 'UNITED KI5')";
const MAKERS = "p_mfgr IN ('MFGR#1', 'MFGR#2')";

const QUERIES: Readonly<Record<string, string>> = {
  'Q1.1': discounted('d_year = 1993 AND lo_discount BETWEEN 1 AND 3 AND lo_quantity < 25'),
  'Q1.2': discounted(
    'd_yearmonthnum = 199401 AND lo_discount BETWEEN 4 AND 6 AND lo_quantity BETWEEN 26 AND 35',
  ),
  'Q1.3': discounted(
    'd_weeknuminyear = 6 AND d_year = 1994 AND lo_discount BETWEEN 5 AND 7 AND lo_quantity BETWEEN 26 AND 35',
  ),
  'Q2.1': brands("p_category = 'MFGR#12' AND s_region = 'AMERICA'"),
  'Q2.2': brands("p_brand1 BETWEEN 'MFGR#2221' AND 'MFGR#2228' AND s_region = 'ASIA'"),
  'Q2.3': brands("p_brand1 = 'MFGR#2239' AND s_region = 'EUROPE'"),
  'Q3.1': flows(
    'c_nation, s_nation',
    "c_region = 'ASIA' AND s_region = 'ASIA' AND d_year >= 1992 AND d_year <= 1997",
  ),
  'Q3.2': flows(
    'c_city, s_city',
    "c_nation = 'UNITED STATES' AND s_nation = 'UNITED STATES' AND d_year >= 1992 AND d_year <= 1997",
  ),
  'Q3.3': flows(
    'c_city, s_city',
    `c_city ${KINGDOM} AND s_city ${KINGDOM} AND d_year >= 1992 AND d_year <= 1997`,
  ),
  'Q3.4': flows('c_city, s_city', `c_city ${KINGDOM} AND s_city ${KINGDOM} AND d_yearmonth = 'Dec1997'`),
  'Q4.1': profits('d_year, c_nation', `c_region = 'AMERICA' AND s_region = 'AMERICA' AND ${MAKERS}`),
  'Q4.2': profits(
    'd_year, s_nation, p_category',
    `c_region = 'AMERICA' AND s_region = 'AMERICA' AND d_year IN (1997, 1998) AND ${MAKERS}`,
  ),
  'Q4.3': profits(
    'd_year, s_city, p_brand1',
    "c_region = 'AMERICA' AND s_nation = 'UNITED STATES' AND d_year IN (1997, 1998) AND p_category = 'MFGR#14'",
  ),
};

export const ssb: Suite = {
  name: 'ssb',
  what: 'the 13 queries of the Star Schema Benchmark over a generated star, loaded from Parquet',
  async prepare({ rows, seed, folder }) {
    const tables = [];
    for (const table of ssbTables(rows)) {
      const file = await once(join(folder, `ssb-${table.name}-${rows}-${seed}.parquet`), (part) =>
        writeParquet(part, ssbQuery(table, seed)),
      );
      tables.push({
        name: table.name,
        columns: table.columns.map(({ name, type }) => ({ name, type })),
        orderBy: table.orderBy,
        file,
        format: 'parquet' as const,
      });
    }
    const queries = Object.entries(QUERIES).map(([name, sql]): Query => ({ name, sql, ties: tiesOf(sql) }));
    return { tables, queries };
  },
};
