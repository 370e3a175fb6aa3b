/** Basalt itself: the built package, on a data folder of its own. */

import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../../database/index.ts';
import { type ResultBatch, valueReader } from '../../../engine/vector/batch.ts';
import type { Answer, Cell, ColumnType, Table } from '../suite.ts';
import type { Engine, OpenOptions } from './engine.ts';
import { folderBytes } from './folder.ts';

const TYPES: Readonly<Record<ColumnType, string>> = {
  int8: 'Int8',
  int16: 'Int16',
  int32: 'Int32',
  int64: 'Int64',
  float64: 'Float64',
  bool: 'Bool',
  text: 'String',
  date: 'Date32',
  timestamp: "DateTime64(6, 'UTC')",
};
const FORMATS = { parquet: 'Parquet', ndjson: 'JSONEachRow', csv: 'CSVWithNames' } as const;

/** Below the default, so that what Basalt keeps decoded stays below what the peers take. */
const MEMORY_BYTES = 2.6 * 2 ** 30;

const codecOf = ({ codec }: Table): string => (codec === undefined ? '' : ` CODEC(${codec})`);

/** The types of the sorted engines' tables; Basalt and chdb are given the same statement. */
export const clickhouseTable = (table: Table): string =>
  `CREATE TABLE ${table.name} (${table.columns.map((c) => `"${c.name}" ${TYPES[c.type]}${codecOf(table)}`).join(', ')}) ENGINE = MergeTree ORDER BY (${table.orderBy.join(', ')})`;

export async function openBasalt(folder: string, options: OpenOptions): Promise<Engine> {
  const { open } = (await import(
    join(import.meta.dirname, '../../../dist/index.js')
  )) as typeof import('../../../database/index.ts');
  const path = join(folder, 'basalt');
  const db: Database = await open({ path, memoryLimitBytes: MEMORY_BYTES, ...options });
  const create = async (table: Table): Promise<void> =>
    void (await db.execute(clickhouseTable(table), { dialect: 'clickhouse' }));
  return {
    name: 'basalt',
    create,
    async load(table) {
      await create(table);
      await using file = await openFile(table.file);
      await db.execute(`INSERT INTO ${table.name} FORMAT ${FORMATS[table.format]}`, {
        dialect: 'clickhouse',
        data: file,
      });
      await db.execute(`OPTIMIZE TABLE ${table.name} FINAL`, { dialect: 'clickhouse' });
    },
    insert: async (table, { bytes }) =>
      void (await db.execute(`INSERT INTO ${table.name} FORMAT JSONEachRow`, {
        dialect: 'clickhouse',
        data: new Blob([bytes]),
      })),
    run: async (sql) => void (await db.execute(sql)),
    async query(sql) {
      const running = await db.run(sql);
      const batches: ResultBatch[] = [];
      for await (const batch of running.batches) batches.push(batch);
      return {
        answer: async (): Promise<Answer> =>
          batches.flatMap((batch) => {
            const readers = running.schema.map((field, c) =>
              valueReader(batch.columns[c], field, { int64: 'bigint', timestamp: 'string' }),
            );
            return Array.from({ length: batch.rows }, (_, row) => readers.map((read) => read(row) as Cell));
          }),
      };
    },
    bytes: () => folderBytes(path),
    close: () => db.close(),
  };
}
