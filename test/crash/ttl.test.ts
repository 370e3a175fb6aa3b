/**
 * Power cuts while expired data goes: after each, the next process finds the table as it was before a step or after it, and
 * what has expired goes when it is asked again.
 */

import { expect, it } from 'vitest';
import type { Database } from '../../database/index.ts';
import type { FaultFileSystem } from '../../storage/fs/fault.ts';
import { type Cut, cutEverywhere, openAt, wholeDisk } from './power-cut.ts';

const run = (db: Database, sql: string): ReturnType<Database['execute']> =>
  db.execute(sql, { dialect: 'clickhouse' });

const SCRIPT = [
  'CREATE TABLE t (k Int32, d Date, v Int32 DEFAULT 9 TTL d + INTERVAL 1 YEAR) ENGINE = MergeTree PARTITION BY k % 2 ORDER BY k TTL d + INTERVAL 40 YEAR',
  "INSERT INTO t VALUES (2, '1971-01-01', 1), (4, '1972-01-01', 2)",
  'OPTIMIZE TABLE t',
  "INSERT INTO t VALUES (1, '1971-01-01', 3), (3, '2000-01-01', 4), (6, '2099-01-01', 5)",
  'OPTIMIZE TABLE t FINAL',
  "INSERT INTO t VALUES (5, '1971-01-01', 6)",
  'OPTIMIZE TABLE t FINAL',
];
const LEFT = '[[3,9],[6,5]]';

async function perform(fs: FaultFileSystem): Promise<boolean> {
  const db = await openAt(fs);
  try {
    for (const statement of SCRIPT) await run(db, statement);
    return true;
  } finally {
    await db.close().catch(() => {});
  }
}

async function inspect({ where, disk }: Cut<boolean>): Promise<string[]> {
  await using db = await openAt(disk);
  if (db.tables().length === 0) return [];
  const read = async (): Promise<string> =>
    JSON.stringify((await run(db, 'SELECT k, v FROM t ORDER BY k')).rows);
  const found = await read();
  const known = /^\[(\[1,3\],)?(\[2,1\],?)?(\[3,[49]\],?)?(\[4,2\],?)?(\[5,6\],?)?(\[6,5\])?\]$/;
  const problems = known.test(found) ? [] : [`${where}: ${found}`];
  await run(db, 'OPTIMIZE TABLE t FINAL');
  const left = await read();
  return LEFT === left || left === '[]' ? problems : [...problems, `${where}: ${left} is left of ${found}`];
}

it('leaves each step done or undone, wherever the power goes', async () => {
  expect(await perform(wholeDisk())).toBe(true);
  await cutEverywhere(perform, 60, inspect);
}, 60_000);
