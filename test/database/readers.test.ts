/**
 * Eight readers of a table that others insert into, delete from, alter, merge and let age: each answer is of one moment,
 * across all partitions. BASALT_READS sets how many answers are looked at.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Database } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { RealFileSystem } from '../../storage/fs/real.ts';
import { effort } from '../effort.ts';

const READS = Number(process.env['BASALT_READS'] ?? effort(20_000, 3000));
const READERS = 8;
const PARTITIONS = 3;
/** Rows of a batch that stay as long as the batch does; their `v` add up to 0. */
const ROWS = 12;
const BATCHES_AT_MOST = 40;

const clickhouse = { dialect: 'clickhouse' } as const;
const SETTINGS = {
  flushRows: 100,
  merge: { fanIn: 3, maxInputs: 6, maxRows: 1e6, maxBytes: 1e9 },
};

/** A batch over all partitions, and a few rows more that have expired already. */
function valuesOf(random: SeededRandom, batch: number): string {
  const lasting = Array.from({ length: ROWS }, () => random.below(1_000_000));
  lasting[ROWS - 1] = -lasting.slice(0, -1).reduce((a, b) => a + b, 0);
  const rows = lasting.map((v, i) => `(${batch}, ${i % PARTITIONS}, ${v}, 0, '2100-01-01 00:00:00')`);
  const ageing = Array.from(
    { length: random.below(4) },
    (_, i) => `(${batch}, ${i % PARTITIONS}, 1, 1, '2001-01-01 00:00:00')`,
  );
  return [...rows, ...ageing].join();
}

const FORMS: readonly string[] = [
  'SELECT count() AS n, sum(v) AS s, count(DISTINCT batch) AS batches FROM t WHERE ages = 0',
  'SELECT sum(n) AS n, sum(s) AS s, count() AS batches FROM (SELECT batch, count() AS n, sum(v) AS s FROM t WHERE ages = 0 GROUP BY batch)',
  'SELECT countIf(ages = 0) AS n, sum(if(ages = 0, v, 0)) AS s, uniqExact(if(ages = 0, batch, NULL)) AS batches FROM t',
];

it('shows every reader whole batches while others insert, delete, alter, merge and expire', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'basalt-readers-'));
  const db = await openOn(new RealFileSystem(), dir, { threads: 2 }, { settings: SETTINGS });
  try {
    await db.query(
      'CREATE TABLE t (batch Int64, part UInt8, v Int64, ages UInt8, at DateTime) ENGINE = MergeTree PARTITION BY part ORDER BY batch TTL at + INTERVAL 1 DAY',
      clickhouse,
    );
    const counts = { inserted: 0, deleted: 0, altered: 0, optimized: 0 };
    let reads = 0;
    let failed = false;
    const goesOn = (): boolean => reads < READS && !failed;
    const reader = async (number: number): Promise<void> => {
      for (let i = number; goesOn(); i++) {
        const [{ n, s, batches }] = await db.query(FORMS[i % FORMS.length], clickhouse);
        expect([s, n]).toEqual([0, Number(batches) * ROWS]);
        reads++;
      }
    };
    await Promise.all(
      [
        ...Array.from({ length: READERS }, (_, number) => reader(number)),
        inserts(db, goesOn, counts),
        deletes(db, goesOn, counts),
        alters(db, goesOn, counts),
        optimizes(db, goesOn, counts),
      ].map((work) =>
        work.catch((error: unknown) => {
          failed = true;
          throw error;
        }),
      ),
    );
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(1);
    const [{ n }] = await db.query('SELECT count() AS n FROM t WHERE ages = 0', clickhouse);
    expect(n).toBe((counts.inserted - counts.deleted) * ROWS);
  } finally {
    await db.close();
    rmSync(dir, { recursive: true });
  }
}, 3_600_000);

/** Again, where the table was altered between the statement and its work. */
async function insist(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if ((error as { errorName?: string }).errorName !== 'INCOMPATIBLE_COLUMNS') throw error;
    }
  }
}

type Counts = Record<'inserted' | 'deleted' | 'altered' | 'optimized', number>;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

async function inserts(db: Database, goesOn: () => boolean, counts: Counts): Promise<void> {
  const random = new SeededRandom(1);
  while (goesOn()) {
    await pause();
    if (counts.inserted - counts.deleted >= BATCHES_AT_MOST) continue;
    const values = valuesOf(random, counts.inserted);
    await insist(() => db.query(`INSERT INTO t (batch, part, v, ages, at) VALUES ${values}`));
    counts.inserted++;
  }
}

/** Oldest first; every other time more than one at once. */
async function deletes(db: Database, goesOn: () => boolean, counts: Counts): Promise<void> {
  const random = new SeededRandom(2);
  while (goesOn()) {
    await pause();
    const first = counts.deleted;
    const many = 1 + random.below(2) * random.below(10);
    if (first + many > counts.inserted) continue;
    const goes = `batch >= ${first} AND batch < ${first + many}`;
    await insist(() => db.query(`DELETE FROM t WHERE ${goes}`, clickhouse));
    counts.deleted += many;
  }
}

async function alters(db: Database, goesOn: () => boolean, counts: Counts): Promise<void> {
  while (goesOn()) {
    await db.query('ALTER TABLE t ADD COLUMN extra Int32 DEFAULT 7', clickhouse);
    for (let i = 0; i < 5; i++) await pause();
    await db.query('ALTER TABLE t DROP COLUMN extra', clickhouse);
    counts.altered++;
    for (let i = 0; i < 5; i++) await pause();
  }
}

async function optimizes(db: Database, goesOn: () => boolean, counts: Counts): Promise<void> {
  while (goesOn()) {
    await db.query('OPTIMIZE TABLE t FINAL', clickhouse);
    counts.optimized++;
    for (let i = 0; i < 20; i++) await pause();
  }
}
