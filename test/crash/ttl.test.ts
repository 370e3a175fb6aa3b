/**
 * Power cuts while expired data goes: after each, the next process finds the table as it was before a step or after it, and
 * what has expired goes when it is asked again.
 */

import { expect, it } from 'vitest';
import type { Database } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { FaultFileSystem } from '../../storage/fs/fault.ts';
import { MemoryFileSystem } from '../../storage/fs/memory.ts';
import { newProcess } from '../storage/support/store.ts';

const DIR = '/data';
const newDisk = (): MemoryFileSystem => {
  const disk = new MemoryFileSystem();
  disk.makeDirectory(DIR);
  return disk;
};
const openAt = (fs: FaultFileSystem | MemoryFileSystem): Promise<Database> =>
  openOn(fs, DIR, {}, { processes: newProcess() });
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

async function crashAndReopen(crashAt: number): Promise<string[]> {
  const fs = new FaultFileSystem({ random: new SeededRandom(crashAt), crashAt }, newDisk());
  await perform(fs).catch(() => {});
  const where = `cut at ${fs.trace.at(-1)}`;
  try {
    const db = await openAt(fs.afterCrash());
    try {
      if (db.tables().length === 0) return [];
      const read = async (): Promise<string> =>
        JSON.stringify((await run(db, 'SELECT k, v FROM t ORDER BY k')).rows);
      const found = await read();
      const known = /^\[(\[1,3\],)?(\[2,1\],?)?(\[3,[49]\],?)?(\[4,2\],?)?(\[5,6\],?)?(\[6,5\])?\]$/;
      const problems = known.test(found) ? [] : [`${where}: ${found}`];
      await run(db, 'OPTIMIZE TABLE t FINAL');
      const left = await read();
      return LEFT === left || left === '[]'
        ? problems
        : [...problems, `${where}: ${left} is left of ${found}`];
    } finally {
      await db.close();
    }
  } catch (error) {
    return [`${where}: does not open: ${(error as Error).message}`];
  }
}

it('leaves each step done or undone, wherever the power goes', async () => {
  const counted = new FaultFileSystem({ random: new SeededRandom(1) }, newDisk());
  expect(await perform(counted)).toBe(true);
  expect(counted.calls).toBeGreaterThan(60);
  const wrong: string[] = [];
  for (let crashAt = 1; crashAt <= counted.calls; crashAt++)
    for (const text of await crashAndReopen(crashAt)) wrong.push(text);
  expect(wrong.slice(0, 3).join('\n')).toBe('');
}, 60_000);
