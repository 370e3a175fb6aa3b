/** Basalt itself, through its library, on a data folder of its own. */

import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { open } from '../../database/index.ts';
import { GATE_COLUMNS } from '../../datasets/gate.ts';
import type { Answer, Cell, Peer } from './suite.ts';

export async function basalt(folder: string, threads: number): Promise<Peer> {
  const path = join(folder, 'basalt');
  const db = await open({ path, threads });
  return {
    name: 'basalt',
    async load(source) {
      const columns = GATE_COLUMNS.map((c) => `${c.name} ${c.clickhouse}`).join(', ');
      await db.execute(`CREATE TABLE t (${columns}) ENGINE = MergeTree ORDER BY ts`, {
        dialect: 'clickhouse',
      });
      const start = performance.now();
      await db.execute('INSERT INTO t FORMAT JSONEachRow', {
        dialect: 'clickhouse',
        data: createReadStream(source, { highWaterMark: 4 << 20 }),
      });
      return performance.now() - start;
    },
    query: async (sql): Promise<Answer> => (await db.execute(sql, { int64: 'bigint' })).rows as Cell[][],
    bytes: async () =>
      readdirSync(path, { withFileTypes: true, recursive: true })
        .filter((e) => e.isFile())
        .reduce((sum, e) => sum + statSync(join(e.parentPath, e.name)).size, 0),
    close: () => db.close(),
  };
}
