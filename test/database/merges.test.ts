import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, open, type Row } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

/** Merges seen from outside: they are listed while they run on a worker, let queries in, and can be ended. */
const clickhouse = { dialect: 'clickhouse' } as const;
const PARTS = 3;
const ROWS = 300_000;
const POLICY = { fanIn: 2, maxInputs: 8, maxRows: 1e7, maxBytes: 1e9 };

/** Stands still: no merge but those that are asked for. */
let timer: ManualClock;
let db: Database;

beforeEach(async () => {
  timer = new ManualClock();
  db = await openOn(
    new MemoryFileSystem(),
    '/merges',
    { threads: 2 },
    { timer, settings: { merge: POLICY } },
  );
  await db.query(
    'CREATE TABLE t (k Int64, s String, x Float64) ENGINE = MergeTree PARTITION BY 1 ORDER BY (k, s)',
    clickhouse,
  );
  for (let part = 0; part < PARTS; part++) {
    await db.query(
      `INSERT INTO t SELECT (number * 7919 + ${part}) % 100003, concat('text ', toString(number)), number / 3 FROM numbers(${ROWS})`,
      clickhouse,
    );
  }
});
afterEach(() => db.close());

/** A merge that is listed, once there is one. */
async function listed(): Promise<Row> {
  for (;;) {
    const [row] = await db.query('SELECT * FROM system.merges');
    if (row !== undefined) return row;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
async function noneListed(): Promise<void> {
  while ((await db.query('SELECT 1 FROM system.merges')).length > 0)
    await new Promise((resolve) => setImmediate(resolve));
}
const parts = async (): Promise<unknown[]> =>
  (await db.query("SELECT rows FROM system.parts WHERE table = 't'")).map((row) => row['rows']);
const TOTALS =
  'SELECT count(*) AS n, sum(k) AS k, count(DISTINCT s) AS s, min(x) AS low, max(x) AS high FROM t';

describe('a merge', () => {
  it('is listed in system.merges while it runs, and queries run beside it', async () => {
    const before = await db.query(TOTALS);
    const merging = db.query('OPTIMIZE TABLE t', clickhouse);
    const row = await listed();
    expect(row).toMatchObject({
      database: 'default',
      table: 't',
      num_parts: PARTS,
      partition: '1',
      total_rows: PARTS * ROWS,
      is_mutation: 0,
    });
    expect(String(row['source_part_names']).split(',').length).toBe(PARTS);
    expect(row['progress']).toBeLessThan(1);
    expect(row['total_size_bytes_compressed']).toBeGreaterThan(ROWS);
    expect(row['memory_usage']).toBeGreaterThan(0);
    expect(row['memory_usage']).toBeLessThan(64 << 20);
    expect(await db.query(TOTALS)).toEqual(before);
    await merging;
    expect(await db.query('SELECT count(*) AS n FROM system.merges')).toEqual([{ n: 0 }]);
    expect(await parts()).toEqual([PARTS * ROWS]);
    expect(await db.query(TOTALS)).toEqual(before);
  });

  it('that began by itself is waited for by OPTIMIZE', async () => {
    timer.advance(1000);
    await listed();
    await db.query('OPTIMIZE TABLE t', clickhouse);
    expect(await parts()).toEqual([PARTS * ROWS]);
  });

  it('ends with its statement, and leaves everything as it was', async () => {
    const before = await parts();
    const merging = db
      .query('OPTIMIZE TABLE t', { ...clickhouse, queryId: 'merging' })
      .catch((e: unknown) => e);
    await listed();
    await db.query("KILL QUERY WHERE query_id = 'merging' SYNC", clickhouse);
    expect(await merging).toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    expect(await db.query('SELECT count(*) AS n FROM system.merges')).toEqual([{ n: 0 }]);
    expect(await parts()).toEqual(before);
  });

  it('that began by itself ends at SYSTEM STOP MERGES, and none begins before SYSTEM START MERGES', async () => {
    const before = await parts();
    timer.advance(1000);
    await listed();
    await db.query('SYSTEM STOP MERGES t', clickhouse);
    await noneListed();
    expect(await parts()).toEqual(before);
    for (let i = 0; i < 20; i++) {
      timer.advance(60_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await parts()).toEqual(before);
    await expect(db.query('OPTIMIZE TABLE t FINAL', clickhouse)).rejects.toMatchObject({
      errorName: 'MERGES_STOPPED',
    });
    await db.query('SYSTEM START MERGES', clickhouse);
    timer.advance(60_000);
    await listed();
    await db.query('OPTIMIZE TABLE t FINAL', clickhouse);
    expect(await parts()).toEqual([PARTS * ROWS]);
  });

  it('does not keep the database from closing, nor its table from being dropped', async () => {
    const merging = db.query('OPTIMIZE TABLE t', clickhouse);
    await listed();
    await db.query('DROP TABLE t', clickhouse);
    await merging;
    expect(await db.query('SELECT count(*) AS n FROM system.merges')).toEqual([{ n: 0 }]);
    await db.close();
  });
});

it('of a large insert are over when it is: its segments are as large as they get', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'basalt-large-'));
  const large = await open({ path: dir, threads: 2 });
  try {
    const rows = 3_400_000;
    await large.query('CREATE TABLE l (k Int64) ENGINE = MergeTree ORDER BY k', clickhouse);
    await large.query(`INSERT INTO l SELECT (number * 7919) % ${rows} FROM numbers(${rows})`, clickhouse);
    expect(await large.query("SELECT rows FROM system.parts WHERE table = 'l'")).toEqual([{ rows }]);
    // 7919 is prime: each number below comes once.
    expect(await large.query('SELECT count(DISTINCT k) AS n, sum(k) AS s FROM l')).toEqual([
      { n: rows, s: (rows * (rows - 1)) / 2 },
    ]);
    expect(readdirSync(join(dir, 'segment'))).toHaveLength(1);
  } finally {
    await large.close();
    rmSync(dir, { recursive: true });
  }
});
