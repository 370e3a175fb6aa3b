/** chdb: ClickHouse 26.7 in-process, MergeTree tables in a session folder of its own. */

import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { Session } from 'chdb';
import type { Answer, Cell, Table } from '../suite.ts';
import { clickhouseTable } from './basalt.ts';
import type { Engine, OpenOptions } from './engine.ts';
import { folderBytes } from './folder.ts';

const FORMATS = { parquet: 'Parquet', ndjson: 'JSONEachRow', csv: 'CSVWithNames' } as const;

export async function openChdb(folder: string, { threads }: OpenOptions): Promise<Engine> {
  const path = join(folder, 'chdb');
  const session = new Session(path);
  session.query('CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic');
  for (const setting of [
    'USE bench',
    `SET max_threads = ${threads}`,
    'SET use_query_cache = 0',
    'SET fsync_metadata = 1',
    "SET output_format_arrow_compression_method = 'none'",
    'SET output_format_arrow_string_as_string = 1',
    'SET output_format_arrow_low_cardinality_as_dictionary = 0',
    // Unmatched rows of outer joins are NULL, as in the standard.
    'SET join_use_nulls = 1',
    // Files without NULLs still say that they could have some.
    'SET schema_inference_make_columns_nullable = 0',
  ])
    session.query(setting);
  const create = async (table: Table): Promise<void> =>
    void session.query(`${clickhouseTable(table)} SETTINGS fsync_after_insert = 1`);
  return {
    name: 'chdb',
    create,
    async load(table) {
      await create(table);
      const structure =
        table.format === 'parquet'
          ? ''
          : `, '${clickhouseTable(table)
              .replace(/^[^(]*\((.*)\) ENGINE.*$/, '$1')
              .replaceAll("'", "\\'")}'`;
      session.query(
        `INSERT INTO ${table.name} SELECT * FROM file('${table.file}', '${FORMATS[table.format]}'${structure})`,
      );
      session.query(`OPTIMIZE TABLE ${table.name} FINAL`);
    },
    insert: async (table, { bytes }) =>
      void (await session.insert({ table: table.name, values: bytes, format: 'JSONEachRow' })),
    run: async (sql) => void session.query(sql),
    async query(sql) {
      const result = await session.queryAsync(sql, { format: 'Arrow' });
      const bytes = result.bytes();
      return {
        answer: async (): Promise<Answer> => {
          if (bytes.length === 0) return [];
          const table = tableFromIPC(bytes);
          return Array.from({ length: table.numRows }, (_, row) =>
            table.schema.fields.map((field, c) =>
              cellOf(table.getChildAt(c)?.get(row) ?? null, String(field.type)),
            ),
          );
        },
      };
    },
    bytes: () => folderBytes(join(path, 'store')),
    async close() {
      session.cleanup();
    },
  };
}

/** Arrow's dates and timestamps come as milliseconds; the other engines print them. */
function cellOf(value: unknown, type: string): Cell {
  if (value === null) return null;
  if (type.startsWith('Date')) return new Date(Number(value)).toISOString().slice(0, 10);
  if (type.startsWith('Timestamp'))
    return new Date(Number(value)).toISOString().replace('T', ' ').slice(0, 23);
  return value as Cell;
}
