/** chdb: ClickHouse 26.7 in-process, a MergeTree in a session folder of its own. */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from 'chdb';
import { GATE_COLUMNS } from '../../datasets/gate.ts';
import type { Answer, Cell, Peer } from './suite.ts';

export async function chdb(folder: string, threads: number): Promise<Peer> {
  const path = join(folder, 'chdb');
  const session = new Session(path);
  const settings = `SETTINGS max_threads = ${threads}`;
  return {
    name: 'chdb',
    async load(source) {
      const columns = GATE_COLUMNS.map((c) => `${c.name} ${c.clickhouse}`).join(', ');
      session.query('CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic');
      session.query(
        `CREATE TABLE bench.t (${columns}) ENGINE = MergeTree ORDER BY ts SETTINGS fsync_after_insert = 1`,
      );
      const start = performance.now();
      session.query(
        `INSERT INTO bench.t SELECT * FROM file('${source}', 'JSONEachRow', '${columns.replaceAll("'", "\\'")}') ${settings}`,
      );
      session.query('OPTIMIZE TABLE bench.t FINAL');
      return performance.now() - start;
    },
    async query(sql): Promise<Answer> {
      const text = session.query(
        `${sql.replace(/\bFROM t\b/, 'FROM bench.t')} ${settings}, use_query_cache = 0`,
        'JSONCompactEachRow',
      );
      return String(text)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Cell[]);
    },
    bytes: async () => folderBytes(join(path, 'store')),
    async close() {
      session.cleanup();
    },
  };
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile())
    .reduce((sum, e) => sum + statSync(join(e.parentPath, e.name)).size, 0);
}
