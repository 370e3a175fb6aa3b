/** DuckDB through its Node client, on a file of its own. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Answer, Cell, ColumnType, Table } from '../suite.ts';
import type { Engine, OpenOptions } from './engine.ts';

const TYPES: Readonly<Record<ColumnType, string>> = {
  int8: 'TINYINT',
  int16: 'SMALLINT',
  int32: 'INTEGER',
  int64: 'BIGINT',
  float64: 'DOUBLE',
  bool: 'BOOLEAN',
  text: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

const columnsOf = (table: Table): string =>
  `{${table.columns.map((c) => `'${c.name}': '${TYPES[c.type]}'`).join(', ')}}`;

function source(table: Table): string {
  switch (table.format) {
    case 'parquet':
      return `read_parquet('${table.file}')`;
    case 'ndjson':
      return `read_json('${table.file}', format = 'newline_delimited', columns = ${columnsOf(table)})`;
    case 'csv': {
      // An empty text is a text, as the other engines read it.
      const texts = table.columns.filter((c) => c.type === 'text').map((c) => `'${c.name}'`);
      return `read_csv('${table.file}', header = true, columns = ${columnsOf(table)}, force_not_null = [${texts.join(', ')}])`;
    }
  }
}

export async function openDuckdb(folder: string, { threads }: OpenOptions): Promise<Engine> {
  const file = join(folder, 'duckdb.db');
  const instance = await DuckDBInstance.create(file, { threads: String(threads) });
  const connection = await instance.connect();
  return {
    name: 'duckdb',
    async load(table) {
      await connection.run(`CREATE TABLE ${table.name} AS SELECT * FROM ${source(table)}`);
      await connection.run('CHECKPOINT');
    },
    create: async (table) =>
      void (await connection.run(
        `CREATE TABLE ${table.name} (${table.columns.map((c) => `"${c.name}" ${TYPES[c.type]}`).join(', ')})`,
      )),
    insert: async (table, { file }) =>
      void (await connection.run(`INSERT INTO ${table.name} SELECT * FROM ${source({ ...table, file })}`)),
    run: async (sql) => void (await connection.run(sql)),
    async query(sql) {
      const reader = await connection.runAndReadAll(sql);
      return { answer: async (): Promise<Answer> => reader.getRows().map((row) => row.map(cellOf)) };
    },
    bytes: () =>
      [file, `${file}.wal`].reduce((sum, f) => sum + (statSync(f, { throwIfNoEntry: false })?.size ?? 0), 0),
    async close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** DuckDB's own value classes (dates, timestamps, decimals, huge integers) print as SQL does. */
function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value as Cell;
  if ('scale' in value && 'toDouble' in value) return (value as { toDouble(): number }).toDouble();
  return String(value);
}
