/**
 * The five tables of the Star Schema Benchmark (O'Neil, O'Neil, Chen, Revilak), each as one query in DuckDB's SQL.
 *
 * Keys, domains and their uniform distributions are the paper's, so its selectivities hold: all attributes that queries filter
 * by are independent, and order dates are spread evenly over the seven years. Prices are whole cents. Below scale 1 the dimensions
 * shrink with `lineorder`, but never below a row per city (suppliers), ten (customers) and a row per brand (parts).
 * `lo_ordtotalprice`, which no query reads, is not the sum of its order's lines.
 */

import { below, choose, type Sql } from '../hash-sql.ts';
import { COLORS, CONTAINER_WORDS, NATIONS, PRIORITIES, SEGMENTS, SHIP_MODES, TYPE_WORDS } from './domains.ts';

type SsbType = 'int8' | 'int16' | 'int32' | 'text';
export type SsbColumn = { readonly name: string; readonly type: SsbType; readonly from: Sql };
export type SsbTable = {
  readonly name: string;
  readonly columns: readonly SsbColumn[];
  readonly orderBy: readonly string[];
  /** Relation with the columns that `from` of a column speaks of. */
  readonly source: Sql;
};

const SCALE_ROWS = 6_000_000;
const DAYS = 2557;
const SQL_TYPES: Readonly<Record<SsbType, string>> = {
  int8: 'TINYINT',
  int16: 'SMALLINT',
  int32: 'INTEGER',
  text: 'VARCHAR',
};

const column = (name: string, type: SsbType, from: Sql): SsbColumn => ({ name, type, from });
const texts = (values: readonly string[]): Sql => `[${values.map((v) => `'${v}'`).join(', ')}]`;
const numbered = (what: string): Sql => `'${what}#' || lpad(CAST(i AS VARCHAR), 9, '0')`;
const phone = (of: string): Sql =>
  `(10 + ${below(of, 'nation', NATIONS.length)}) || '-' || (100 + ${below(of, 'phone.1', 900)}) || '-' || (100 + ${below(of, 'phone.2', 900)}) || '-' || (1000 + ${below(of, 'phone.3', 9000)})`;
const dateKey = (days: Sql): Sql =>
  `CAST(strftime(DATE '1992-01-01' + CAST(${days} AS INTEGER), '%Y%m%d') AS INTEGER)`;

/** Where a customer or a supplier is. */
const place = (prefix: string, of: string): SsbColumn[] => {
  const nation = `${texts(NATIONS.map(([name]) => name))}[1 + ${below(of, 'nation', NATIONS.length)}]`;
  return [
    column(`${prefix}_address`, 'text', `substr(md5(CAST(${below(of, 'address', 1e9)} AS VARCHAR)), 1, 15)`),
    column(`${prefix}_city`, 'text', `rpad(${nation}, 9, ' ') || ${below(of, 'city', 10)}`),
    column(`${prefix}_nation`, 'text', nation),
    column(
      `${prefix}_region`,
      'text',
      `${texts(NATIONS.map(([, region]) => region))}[1 + ${below(of, 'nation', NATIONS.length)}]`,
    ),
    column(`${prefix}_phone`, 'text', phone(of)),
  ];
};

const BRAND = [
  below("'part', i", 'mfgr', 5),
  below("'part', i", 'category', 5),
  below("'part', i", 'brand', 40),
];
/** TPC-H's price of a part, in cents. */
const partPrice = (key: Sql): Sql => `(90000 + (${key} // 10) % 20001 + 100 * (${key} % 1000))`;

/** Rows of each dimension beside this many of `lineorder`. */
export function ssbSizes(rows: number): { customers: number; suppliers: number; parts: number } {
  const scale = rows / SCALE_ROWS;
  return {
    customers: Math.max(2500, Math.round(30_000 * scale)),
    suppliers: Math.max(250, Math.round(2_000 * scale)),
    parts: Math.max(
      1000,
      Math.round(scale < 1 ? 200_000 * scale : 200_000 * Math.floor(1 + Math.log2(scale))),
    ),
  };
}

const keys = (count: number): Sql => `range(1, ${count + 1}) AS r(i)`;

/** Orders have 1 to 7 lines, all of one length within 420 rows: a multiple of every length. */
const lineorderSource = (rows: number): Sql =>
  `(SELECT *, i - i % lines AS o, i % lines AS line, ${below('i', 'part', ssbSizes(rows).parts)} + 1 AS part,
    1 + ${below('i', 'quantity', 50)} AS quantity, ${below('i', 'discount', 11)} AS discount, ${below('i - i % lines', 'date', DAYS)} AS ordered
    FROM (SELECT i, 1 + ${below('i // 420', 'lines', 7)} AS lines FROM range(${rows}) AS r(i)))`;

export function ssbTables(rows: number): readonly SsbTable[] {
  const { customers, suppliers, parts } = ssbSizes(rows);
  return [
    {
      name: 'lineorder',
      orderBy: ['lo_orderdate', 'lo_orderkey', 'lo_linenumber'],
      source: lineorderSource(rows),
      columns: [
        column('lo_orderkey', 'int32', 'o + 1'),
        column('lo_linenumber', 'int8', 'line + 1'),
        column('lo_custkey', 'int32', `1 + ${below('o', 'customer', customers)}`),
        column('lo_partkey', 'int32', 'part'),
        column('lo_suppkey', 'int32', `1 + ${below('i', 'supplier', suppliers)}`),
        column('lo_orderdate', 'int32', dateKey('ordered')),
        column('lo_orderpriority', 'text', choose('o', 'priority', PRIORITIES)),
        column('lo_shippriority', 'text', `'0'`),
        column('lo_quantity', 'int8', 'quantity'),
        column('lo_extendedprice', 'int32', `quantity * ${partPrice('part')}`),
        column('lo_ordtotalprice', 'int32', `lines * (90000 + ${below('o', 'total', 5_000_000)})`),
        column('lo_discount', 'int8', 'discount'),
        column('lo_revenue', 'int32', `quantity * ${partPrice('part')} * (100 - discount) // 100`),
        column('lo_supplycost', 'int32', `6 * ${partPrice('part')} // 10`),
        column('lo_tax', 'int8', below('i', 'tax', 9)),
        column('lo_commitdate', 'int32', dateKey(`ordered + 30 + ${below('i', 'commit', 61)}`)),
        column('lo_shipmode', 'text', choose('i', 'mode', SHIP_MODES)),
      ],
    },
    {
      name: 'customer',
      orderBy: ['c_custkey'],
      source: keys(customers),
      columns: [
        column('c_custkey', 'int32', 'i'),
        column('c_name', 'text', numbered('Customer')),
        ...place('c', "'customer', i"),
        column('c_mktsegment', 'text', choose("'customer', i", 'segment', SEGMENTS)),
      ],
    },
    {
      name: 'supplier',
      orderBy: ['s_suppkey'],
      source: keys(suppliers),
      columns: [
        column('s_suppkey', 'int32', 'i'),
        column('s_name', 'text', numbered('Supplier')),
        ...place('s', "'supplier', i"),
      ],
    },
    {
      name: 'part',
      orderBy: ['p_partkey'],
      source: keys(parts),
      columns: [
        column('p_partkey', 'int32', 'i'),
        column(
          'p_name',
          'text',
          `${choose("'part', i", 'name', COLORS)} || ' ' || ${choose("'part', i", 'name.2', COLORS)}`,
        ),
        column('p_mfgr', 'text', `'MFGR#' || (1 + ${BRAND[0]})`),
        column('p_category', 'text', `'MFGR#' || (1 + ${BRAND[0]}) || (1 + ${BRAND[1]})`),
        column('p_brand1', 'text', `'MFGR#' || (1 + ${BRAND[0]}) || (1 + ${BRAND[1]}) || (1 + ${BRAND[2]})`),
        column('p_color', 'text', choose("'part', i", 'name', COLORS)),
        column(
          'p_type',
          'text',
          TYPE_WORDS.map((w, k) => choose("'part', i", `type.${k}`, w)).join(` || ' ' || `),
        ),
        column('p_size', 'int8', `1 + ${below("'part', i", 'size', 50)}`),
        column(
          'p_container',
          'text',
          CONTAINER_WORDS.map((w, k) => choose("'part', i", `container.${k}`, w)).join(` || ' ' || `),
        ),
      ],
    },
    {
      name: 'dates',
      orderBy: ['d_datekey'],
      source: `(SELECT DATE '1992-01-01' + CAST(i AS INTEGER) AS d FROM range(${DAYS}) AS r(i))`,
      columns: [
        column('d_datekey', 'int32', `strftime(d, '%Y%m%d')`),
        column('d_date', 'text', `strftime(d, '%B %-d, %Y')`),
        column('d_dayofweek', 'text', 'dayname(d)'),
        column('d_month', 'text', 'monthname(d)'),
        column('d_year', 'int16', 'year(d)'),
        column('d_yearmonthnum', 'int32', 'year(d) * 100 + month(d)'),
        column('d_yearmonth', 'text', `strftime(d, '%b%Y')`),
        column('d_daynuminweek', 'int8', 'dayofweek(d) + 1'),
        column('d_daynuminmonth', 'int8', 'day(d)'),
        column('d_daynuminyear', 'int16', 'dayofyear(d)'),
        column('d_monthnuminyear', 'int8', 'month(d)'),
        column('d_weeknuminyear', 'int8', '(dayofyear(d) - 1) // 7 + 1'),
        column(
          'd_sellingseason',
          'text',
          `${texts(['Winter', 'Spring', 'Summer', 'Fall', 'Christmas'])}[CASE WHEN month(d) = 12 THEN 5 WHEN month(d) < 3 THEN 1 ELSE month(d) // 3 + 1 END]`,
        ),
        column('d_lastdayinweekfl', 'int8', 'dayofweek(d) = 6'),
        column('d_lastdayinmonthfl', 'int8', 'd = last_day(d)'),
        column('d_holidayfl', 'int8', `strftime(d, '%m%d') IN ('0101', '0704', '1225')`),
        column('d_weekdayfl', 'int8', 'dayofweek(d) BETWEEN 1 AND 5'),
      ],
    },
  ];
}

export const ssbQuery = (table: SsbTable, seed: number): Sql =>
  `SELECT ${table.columns.map((c) => `CAST(${c.from} AS ${SQL_TYPES[c.type]}) AS ${c.name}`).join(',\n')} FROM ${table.source}`.replaceAll(
    '$seed',
    String(seed),
  );
