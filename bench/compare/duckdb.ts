/** DuckDB through its Node client, on a file of its own. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { GATE_COLUMNS } from '../../datasets/gate.ts';
import type { Answer, Cell, Peer } from './suite.ts';

export async function duckdb(folder: string, threads: number): Promise<Peer> {
  const file = join(folder, 'duckdb.db');
  const instance = await DuckDBInstance.create(file, { threads: String(threads) });
  const connection = await instance.connect();
  return {
    name: 'duckdb',
    async load(source) {
      const columns = GATE_COLUMNS.map((c) => `${c.name}: '${c.standard}'`).join(', ');
      const start = performance.now();
      await connection.run(
        `CREATE TABLE t AS SELECT * FROM read_json('${source}', format = 'newline_delimited', columns = {${columns}})`,
      );
      await connection.run('CHECKPOINT');
      return performance.now() - start;
    },
    async query(sql): Promise<Answer> {
      const reader = await connection.runAndReadAll(sql);
      return reader.getRows() as Cell[][];
    },
    bytes: async () => statSync(file).size,
    async close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
