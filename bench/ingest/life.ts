/**
 * What a table costs while it lives: a day of one-minute batches with its merges, a database of 10,000 segments opened, one
 * day of a year read. Basalt alone; nothing else is measured beside it.
 *
 *     node bench/ingest/life.ts [rowsAMinute=7000] [segments=10000]
 *
 * Bytes written are those of the process (Linux's /proc/self/io), logs and manifest included.
 */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open } from '../../database/index.ts';
import { folderBytes } from '../compare/engine/folder.ts';

const [, , rowsText = '7000', segmentsText = '10000'] = process.argv;
const ROWS_A_MINUTE = Number(rowsText);
const SEGMENTS = Number(segmentsText);
const MINUTES = 24 * 60;
const DAYS = 365;
const ROWS_A_DAY = 100_000;
const PARTITIONS_AT_ONCE = 100;
const folder = join(import.meta.dirname, '../compare/out/work-life');
const clickhouse = { dialect: 'clickhouse' } as const;

const writtenBytes = (): number => Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
const seconds = (fromMs: number): number => (performance.now() - fromMs) / 1000;
const MB = 1e6;
const START_MS = Date.UTC(2024, 0, 1);

async function fresh<T>(work: (db: Database) => Promise<T>): Promise<T> {
  rmSync(folder, { recursive: true, force: true });
  const db = await open({ path: folder, threads: 2 });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

const one = async (db: Database, sql: string): Promise<number> =>
  Number(Object.values((await db.query(sql, clickhouse))[0])[0]);

/** A linear congruential step: scattered alike whenever it is asked. */
const scattered = (of: string): string => `((${of}) * 1103515245 + 12345) % 2147483648`;
/** Rows by their number: a time, keys of few and of many values, a measure, a text. */
function rowsFrom(first: number, rows: number, stepMs: number): string {
  const n = `(${first} + number)`;
  return `SELECT fromUnixTimestamp64Milli(toInt64(${START_MS} + ${n} * ${stepMs})), ${scattered(n)} % 1000,
    ${scattered(`${n} * 3`)} % 10000000, (${scattered(n)} % 100000) / 100,
    concat('/page/', toString(${scattered(`${n} * 7`)} % 50000)) FROM numbers(${rows})`;
}
const COLUMNS = "(at DateTime64(3, 'UTC'), site Int32, user Int64, price Float64, url String)";

await fresh(async (db) => {
  await db.query(`CREATE TABLE day ${COLUMNS} ENGINE = MergeTree ORDER BY (site, at)`, clickhouse);
  const startedMs = performance.now();
  const before = writtenBytes();
  let most = 0;
  for (let minute = 0; minute < MINUTES; minute++) {
    await db.query(
      `INSERT INTO day ${rowsFrom(minute * ROWS_A_MINUTE, ROWS_A_MINUTE, 60000 / ROWS_A_MINUTE)}`,
      clickhouse,
    );
    if (minute % 10 === 0)
      most = Math.max(most, await one(db, "SELECT count() FROM system.parts WHERE table = 'day'"));
  }
  const inserted = seconds(startedMs);
  await db.query('OPTIMIZE TABLE day', clickhouse);
  const rested = seconds(startedMs);
  const written = writtenBytes() - before;
  const parts = await one(db, "SELECT count() FROM system.parts WHERE table = 'day'");
  const bytes = await one(db, "SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'day'");
  const finalMs = performance.now();
  await db.query('OPTIMIZE TABLE day FINAL', clickhouse);
  const finalSeconds = seconds(finalMs);
  console.log(
    [
      `a day of ${MINUTES} batches of ${ROWS_A_MINUTE} rows: ${inserted.toFixed(1)} s, ${rested.toFixed(1)} s with the merges that were due`,
      `written ${(written / MB).toFixed(0)} MB, logs and merges included; ${(bytes / MB).toFixed(0)} MB in ${parts} segments: amplification ${(written / bytes).toFixed(2)}; most segments at once ${most}`,
      `merging all of it: ${finalSeconds.toFixed(2)} s, ${(bytes / MB / finalSeconds).toFixed(0)} MB/s of compressed input, ${((MINUTES * ROWS_A_MINUTE) / finalSeconds / 1e6).toFixed(2)} million rows/s`,
    ].join('\n'),
  );
});

await fresh(async (db) => {
  await db.query(
    'CREATE TABLE many (id Int64, v Int64) ENGINE = MergeTree PARTITION BY id ORDER BY id',
    clickhouse,
  );
  for (let first = 0; first < SEGMENTS; first += PARTITIONS_AT_ONCE) {
    const rows = Math.min(PARTITIONS_AT_ONCE, SEGMENTS - first);
    await db.query(`INSERT INTO many SELECT ${first} + number, number FROM numbers(${rows})`, clickhouse);
  }
  await db.query('OPTIMIZE TABLE many', clickhouse);
});
{
  const startedMs = performance.now();
  const db = await open({ path: folder, threads: 2 });
  const opened = seconds(startedMs);
  const segments = await one(db, "SELECT count() FROM system.parts WHERE table = 'many'");
  const rows = await one(db, 'SELECT count() FROM many');
  const firstPoint = await one(db, `SELECT v FROM many WHERE id = ${SEGMENTS - 1}`);
  const answered = seconds(startedMs);
  console.log(
    `${segments} segments, ${rows} rows: open in ${opened.toFixed(2)} s, first answers after ${answered.toFixed(2)} s (${firstPoint}), folder of ${(folderBytes(folder) / MB).toFixed(1)} MB`,
  );
  await db.close();
}

await fresh(async (db) => {
  await db.query(
    `CREATE TABLE year ${COLUMNS} ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY at`,
    clickhouse,
  );
  const rows = DAYS * ROWS_A_DAY;
  const step = 86_400_000 / ROWS_A_DAY;
  for (let first = 0; first < rows; first += 30 * ROWS_A_DAY)
    await db.query(
      `INSERT INTO year ${rowsFrom(first, Math.min(30 * ROWS_A_DAY, rows - first), step)}`,
      clickhouse,
    );
  await db.query('OPTIMIZE TABLE year FINAL', clickhouse);
  const startedMs = performance.now();
  const { statistics, rows: answer } = await db.execute(
    "SELECT count() AS n, sum(price) AS s FROM year WHERE at >= '2024-07-01 00:00:00' AND at < '2024-07-02 00:00:00'",
    clickhouse,
  );
  console.log(
    `one day of a year of ${rows} rows: ${JSON.stringify(answer)}, ${statistics.rowsRead} rows read of ${ROWS_A_DAY}, ${(performance.now() - startedMs).toFixed(1)} ms`,
  );
});
rmSync(folder, { recursive: true, force: true });
