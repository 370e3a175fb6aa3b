/**
 * Power cuts while projections are made, kept, cleared and dropped beside what changes their table: after each, the next process
 * answers the same with what is kept as without it, sees every statement done or undone, and has no file that nothing names.
 */

import { it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import type { FaultFileSystem } from '../../storage/fs/fault.ts';
import { type Cut, cutEverywhere, DIR, openAt, wholeDisk } from './power-cut.ts';

const insert = (from: number): string =>
  `INSERT INTO t SELECT number, number % 4, number * 7 % 30 FROM numbers(${from}, 40)`;

const SCRIPT = [
  'CREATE TABLE t (k Int32, g Int8, v Int32, PROJECTION p (SELECT g, count(), sum(v), avg(k) GROUP BY g)) ENGINE = MergeTree ORDER BY k',
  insert(0),
  'ALTER TABLE t MATERIALIZE PROJECTION p',
  'ALTER TABLE t ADD PROJECTION q (SELECT * ORDER BY v)',
  'ALTER TABLE t MATERIALIZE PROJECTION q',
  insert(40),
  'OPTIMIZE TABLE t FINAL',
  'ALTER TABLE t MATERIALIZE PROJECTION p',
  'ALTER TABLE t CLEAR PROJECTION q',
  'DELETE FROM t WHERE k % 5 = 0',
  'ALTER TABLE t DROP PROJECTION p',
  'OPTIMIZE TABLE t FINAL',
  'ALTER TABLE t MATERIALIZE PROJECTION q',
  'DROP TABLE t',
];

const QUERIES = [
  'SELECT g, count(), sum(v), avg(k) FROM t GROUP BY g ORDER BY g',
  'SELECT k, v FROM t WHERE v = 7 ORDER BY k',
];

const run = (db: Database, sql: string, used = true): ReturnType<Database['execute']> =>
  db.execute(sql, { dialect: 'clickhouse', int64: 'string', settings: { optimize_use_projections: used } });

/** All that can be seen of the table, as one text; what is kept apart, which is nobody's to see. */
async function picture(db: Database, used = true): Promise<string> {
  const { rows: tables } = await run(db, 'SHOW TABLES');
  if (tables.length === 0) return 'nothing';
  const { rows: projections } = await run(db, 'SELECT name, query FROM system.projections ORDER BY name');
  const answers: unknown[] = [];
  for (const sql of QUERIES) answers.push((await run(db, sql, used)).rows);
  return JSON.stringify([projections, answers]);
}

async function perform(fs: FaultFileSystem, done: (db: Database) => Promise<void>): Promise<void> {
  const db = await openAt(fs);
  try {
    for (const statement of SCRIPT) {
      await run(db, statement);
      await done(db);
    }
  } finally {
    await db.close().catch(() => {});
  }
}

const inspect =
  (states: readonly string[]) =>
  async ({ where, done = 0, disk }: Cut<number>): Promise<string[]> => {
    const at = `${where}, after ${done} statements`;
    const db = await openAt(disk);
    const [found, without] = [await picture(db), await picture(db, false)];
    await run(db, 'DROP TABLE IF EXISTS t');
    const left = disk.list(`${DIR}/segment`);
    await db.close();
    return [
      ...(found === states[done] || found === states[done + 1]
        ? []
        : [`${at}: ${found}\n  not ${states[done]}\n  nor ${states[done + 1]}`]),
      ...(found === without ? [] : [`${at}: ${found}\n  and without projections ${without}`]),
      ...(left.length === 0 ? [] : [`${at}: ${left.join()} of no table`]),
    ];
  };

async function countDone(fs: FaultFileSystem): Promise<number> {
  let done = 0;
  await perform(fs, async () => {
    done++;
  }).catch(() => {});
  return done;
}

it('answers the same with projections as without, wherever the power goes', async () => {
  const empty = await open();
  const states = [await picture(empty)];
  await empty.close();
  await perform(wholeDisk(), async (db) => {
    states.push(await picture(db));
  });
  await cutEverywhere(countDone, 80, inspect(states));
}, 120_000);
