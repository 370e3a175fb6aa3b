/**
 * Power cuts in the middle of statements that change tables: after each, the next process finds the database as it was
 * before the statement or as it is after it, nothing between, and every file that the manifest names.
 */

import { it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import type { FaultFileSystem } from '../../storage/fs/fault.ts';
import { type Cut, cutEverywhere, DIR, openAt, wholeDisk } from './power-cut.ts';

const SCRIPT = [
  'CREATE TABLE a (d Date, k Int32, s String) ENGINE = MergeTree PARTITION BY toYYYYMM(d) ORDER BY k',
  "INSERT INTO a VALUES ('2024-01-01', 1, '10'), ('2024-02-01', 2, '20'), ('2024-03-01', 3, '30')",
  'ALTER TABLE a ADD COLUMN n Int32 DEFAULT 7',
  "INSERT INTO a VALUES ('2024-01-02', 4, '40', 8)",
  'ALTER TABLE a MODIFY COLUMN n DEFAULT 9, RENAME COLUMN s TO t',
  "INSERT INTO a (d, k, t) VALUES ('2024-03-02', 5, '50')",
  'ALTER TABLE a MODIFY COLUMN t Int64',
  'ALTER TABLE a DETACH PARTITION 202401',
  'CREATE TABLE b AS a',
  "INSERT INTO b VALUES ('2024-02-09', 6, 60, 1), ('2024-04-01', 7, 70, 2)",
  'ALTER TABLE a REPLACE PARTITION 202402 FROM b',
  'ALTER TABLE b MOVE PARTITION 202404 TO TABLE a',
  'ALTER TABLE a ATTACH PARTITION 202401',
  'CREATE VIEW v AS SELECT k, t FROM a WHERE k > 1',
  'CREATE OR REPLACE VIEW v AS SELECT k FROM a',
  'RENAME TABLE v TO w',
  'CREATE FUNCTION f AS x -> x + 1',
  'CREATE OR REPLACE FUNCTION f AS (x, y) -> x + y',
  'EXCHANGE TABLES a AND b',
  'DETACH TABLE b PERMANENTLY',
  'DETACH VIEW w PERMANENTLY',
  'ATTACH TABLE b',
  'ATTACH TABLE w',
  'DROP TABLE b SETTINGS database_atomic_delay_before_drop_table_sec = 60',
  'UNDROP TABLE b',
  'DROP VIEW w',
  'DROP FUNCTION f',
  'RENAME TABLE b TO c, a TO b, c TO a',
  'ALTER TABLE a CLEAR COLUMN t IN PARTITION 202403, DROP COLUMN n',
  'ALTER TABLE a ADD COLUMN n String',
  "ALTER TABLE a FREEZE WITH NAME 'kept'",
  'ALTER TABLE a DROP PARTITION 202402',
  'ALTER TABLE a DETACH PARTITION 202403',
  'ALTER TABLE a DROP DETACHED PARTITION ALL SETTINGS allow_drop_detached = 1',
  'CREATE OR REPLACE TABLE b (x Int8) ENGINE = MergeTree ORDER BY x',
  'CREATE OR REPLACE TABLE b ENGINE = MergeTree ORDER BY k AS SELECT k FROM a',
  'DROP TABLE a, b',
];

const run = (db: Database, sql: string): ReturnType<Database['execute']> =>
  db.execute(sql, { dialect: 'clickhouse', int64: 'string', timestamp: 'string' });

/** All that can be seen, as one text. */
async function picture(db: Database): Promise<string> {
  const { rows: tables } = await run(db, 'SHOW TABLES');
  const parts: unknown[] = [];
  for (const [name] of tables) {
    const described = await run(db, `DESCRIBE ${name}`);
    parts.push(name, described.rows, (await run(db, `SELECT * FROM ${name} ORDER BY 1`)).rows);
  }
  const functions =
    "SELECT name, create_query FROM system.functions WHERE origin = 'SQLUserDefined' ORDER BY name";
  parts.push((await run(db, functions)).rows);
  const detached = await run(db, 'SELECT table, partition_id FROM system.detached_parts ORDER BY 1, 2');
  return JSON.stringify([parts, detached.rows]);
}

/** Runs the script as far as it goes; `done` hears of every statement that was acknowledged. */
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

/** What is wrong with the disk after a cut. */
const inspect =
  (states: readonly string[]) =>
  async ({ where, done = 0, disk }: Cut<number>): Promise<string[]> => {
    const at = `${where}, after ${done} statements`;
    const db = await openAt(disk);
    const found = await picture(db);
    const { rows: named } = await run(db, 'SELECT name FROM system.detached_parts');
    await db.close();
    const kept = disk.list(DIR).includes('detached') ? disk.list(`${DIR}/detached`) : [];
    return [
      ...(found === states[done] || found === states[done + 1]
        ? []
        : [`${at}: ${found}\n  not ${states[done]}\n  nor ${states[done + 1]}`]),
      ...(kept.length === named.length ? [] : [`${at}: ${kept.length} detached files, not ${named.length}`]),
    ];
  };

/** How many statements were acknowledged. */
async function countDone(fs: FaultFileSystem): Promise<number> {
  let done = 0;
  await perform(fs, async () => {
    done++;
  }).catch(() => {});
  return done;
}

it('leaves each statement done or undone, wherever the power goes', async () => {
  const empty = await open();
  const states = [await picture(empty)];
  await empty.close();
  await perform(wholeDisk(), async (db) => {
    states.push(await picture(db));
  });
  await cutEverywhere(countDone, 150, inspect(states));
}, 120_000);
