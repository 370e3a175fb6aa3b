/**
 * `node dbgen.ts SCALE PREFIX`: TPC-H's tables as `PREFIX-TABLE.parquet`, and a list of them with the 22 queries as `PREFIX.json`, which is
 * written last.
 *
 * A process of its own: the DuckDB that can generate (1.1.3) and the one that is compared cannot be loaded into one. Decimals
 * become floats.
 */

import { renameSync, writeFileSync } from 'node:fs';
import { DuckDBInstance } from 'duckdb-tpch';

export type TpchTable = {
  readonly name: string;
  /** With the names of DuckDB's types. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
};
export type Tpch = { readonly tables: readonly TpchTable[]; readonly queries: readonly string[] };

const [scale, prefix] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const rows = async (sql: string): Promise<string[][]> =>
  (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(String));

await connection.run('LOAD tpch');
await connection.run(`CALL dbgen(sf = ${Number(scale)})`);
const tables: TpchTable[] = [];
for (const [name] of await rows('SELECT table_name FROM duckdb_tables() ORDER BY table_name')) {
  const columns = (
    await rows(
      `SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '${name}' ORDER BY column_index`,
    )
  ).map(([column, type]) => ({ name: column, type: type.startsWith('DECIMAL') ? 'DOUBLE' : type }));
  const list = columns.map((c) => `CAST(${c.name} AS ${c.type}) AS ${c.name}`).join(', ');
  await connection.run(`COPY (SELECT ${list} FROM ${name}) TO '${prefix}-${name}.parquet' (FORMAT parquet)`);
  tables.push({ name, columns });
}
const queries = (await rows('SELECT query FROM tpch_queries() ORDER BY query_nr')).map(([query]) => query);
const made: Tpch = { tables, queries };
writeFileSync(`${prefix}.json.part`, JSON.stringify(made));
renameSync(`${prefix}.json.part`, `${prefix}.json`);
