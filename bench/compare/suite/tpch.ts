/**
 * TPC-H: its 22 queries with the parameters of its validation runs, over tables of its own generator (which knows no seed).
 * Decimals are floats in every engine. Data and queries come out of DuckDB 1.1.3; none are part of this repository.
 */

import { join } from 'node:path';
import { tpchFiles } from '../data/tpch.ts';
import type { ColumnType, Query, Suite } from '../suite.ts';
import { tiesOf } from '../ties.ts';

const TYPES: Readonly<Record<string, ColumnType>> = {
  INTEGER: 'int32',
  BIGINT: 'int64',
  DOUBLE: 'float64',
  DATE: 'date',
  VARCHAR: 'text',
};
/** The sorted engines' order: the primary keys, and dates where queries ask for ranges of them. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  customer: ['c_custkey'],
  lineitem: ['l_shipdate', 'l_orderkey', 'l_linenumber'],
  nation: ['n_nationkey'],
  orders: ['o_orderdate', 'o_orderkey'],
  part: ['p_partkey'],
  partsupp: ['ps_partkey', 'ps_suppkey'],
  region: ['r_regionkey'],
  supplier: ['s_suppkey'],
};

export const tpch: Suite = {
  name: 'tpch',
  what: 'the 22 queries of TPC-H over tables of its generator, loaded from Parquet',
  async prepare({ rows, folder }) {
    const prefix = join(folder, `tpch-${rows}`);
    const { tables, queries } = tpchFiles(rows, prefix);
    return {
      tables: tables.map(({ name, columns }) => ({
        name,
        columns: columns.map((c) => ({ name: c.name, type: TYPES[c.type] })),
        orderBy: ORDER[name],
        file: `${prefix}-${name}.parquet`,
        format: 'parquet',
      })),
      queries: queries.map((text, i): Query => {
        const sql = text.trim().replace(/;$/, '');
        return { name: `Q${i + 1}`, sql, ties: tiesOf(sql) };
      }),
    };
  },
};
