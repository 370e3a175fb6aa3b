/** Projections from outside: answers are what they are without them, less is read, and they follow their table wherever it goes. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { LOOK_MS } from '../../database/retention/keeper.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { MemoryFileSystem, RealFileSystem } from '../../storage/index.ts';

let fs: MemoryFileSystem;
let clock: ManualClock;
let db: Database;

const openAgain = (): Promise<Database> => openOn(fs, '/projections', {}, { clock, timer: clock });
const run = (sql: string, settings = {}) =>
  db.execute(sql, { dialect: 'clickhouse', int64: 'string', settings });
const rows = async (sql: string, settings = {}): Promise<unknown[][]> =>
  (await run(sql, settings)).rows.map((row) => [...row]);
const explained = async (sql: string): Promise<string> =>
  (await rows(`EXPLAIN ${sql}`)).map(([line]) => line).join('\n');
/** Segments of table t that something is kept of, by projection. */
const kept = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await rows('SELECT name, count() FROM system.projection_parts GROUP BY name')).map(([name, n]) => [
      String(name),
      Number(n),
    ]),
  );

beforeEach(async () => {
  fs = new MemoryFileSystem();
  clock = new ManualClock(Date.UTC(2024, 0, 1));
  db = await openAgain();
});
afterEach(() => db.close());

const TABLE = `CREATE TABLE t (k Int32, g Nullable(Int8), s String, v Nullable(Int32), f Float64, u UInt64,
  PROJECTION groups (SELECT g, s, k % 5, count(), count(v), sum(v), avg(v), min(v), max(s), uniqExact(v), sumIf(u, k > 50), any(s), avg(f), uniq(s), quantileExact(v), argMin(s, (k, s)), groupBitXor(u) GROUP BY g, s, k % 5),
  PROJECTION totals (SELECT count(), sum(u), max(f)),
  PROJECTION by_v (SELECT * ORDER BY v, s),
  PROJECTION by_text (SELECT k, lower(s), u ORDER BY lower(s)))
  ENGINE = MergeTree PARTITION BY k % 2 ORDER BY k`;

const QUERIES = [
  'SELECT g, s, count(), count(v), sum(v) FROM t GROUP BY g, s ORDER BY g, s',
  'SELECT g, avg(v), min(v), max(s), uniqExact(v) FROM t GROUP BY g ORDER BY g',
  'SELECT s, sumIf(u, k > 50), count() FROM t WHERE g = 1 GROUP BY s ORDER BY s',
  'SELECT count(), sum(v) FROM t WHERE g IS NULL',
  'SELECT count(), sum(v), min(v), avg(v) FROM t WHERE g = 99',
  'SELECT count(), sum(u), max(f) FROM t',
  'SELECT sum(u) FROM t',
  "SELECT k % 5 AS r, length(s) AS l, count(DISTINCT v) FROM t WHERE s IN ('a', 'b') OR g > 2 GROUP BY r, l ORDER BY r, l",
  'SELECT DISTINCT s FROM t ORDER BY s',
  'SELECT g, uniq(s), quantileExact(v), argMin(s, (k, s)), groupBitXor(u) FROM t GROUP BY g ORDER BY g',
  'SELECT uniq(s), argMin(s, (k, s)), avg(f), count() FROM t',
  'SELECT count(), sum(k), max(f) FROM t WHERE v = 7',
  'SELECT k, g, s, v, f, u FROM t WHERE v BETWEEN 3 AND 5 ORDER BY ALL',
  "SELECT k, u FROM t WHERE lower(s) = 'b' ORDER BY ALL",
  'SELECT a.s, b.n FROM (SELECT s, count() AS n FROM t GROUP BY s) AS a JOIN (SELECT s, sum(u) AS n FROM t WHERE v = 3 GROUP BY s) AS b USING (s) ORDER BY ALL',
  'SELECT g, s, count() FROM t GROUP BY g, s WITH ROLLUP ORDER BY ALL',
];

async function checkAnswers(): Promise<void> {
  for (const sql of QUERIES)
    expect(await rows(sql), sql).toEqual(await rows(sql, { optimize_use_projections: 0 }));
}

describe('a table with projections', () => {
  it.each([1, 2, 3, 4])(
    'answers as it does without them, whatever happens to its rows (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const below = (n: number): number => random.uint32() % n;
      await run(TABLE);
      const steps = [
        (n: number) =>
          run(
            `INSERT INTO t SELECT number, if(rand(${n}) % 7 = 0, NULL, rand(${n + 1}) % 4), char(65 + rand(${n + 2}) % 3 + 32 * (rand(${n + 3}) % 2)), if(rand(${n + 4}) % 5 = 0, NULL, rand(${n + 5}) % 20), (rand(${n + 6}) % 100) / 4, rand(${n + 7}) FROM numbers(${500 + below(1000)})`,
          ),
        () => run('OPTIMIZE TABLE t'),
        () => run('OPTIMIZE TABLE t FINAL'),
        () => run(`DELETE FROM t WHERE k = ${below(100)}`),
        () => run(`ALTER TABLE t UPDATE v = v + 1, s = 'B' WHERE k % 17 = ${below(17)}`),
        () =>
          run(`ALTER TABLE t MATERIALIZE PROJECTION ${['groups', 'totals', 'by_v', 'by_text'][below(4)]}`),
        () => run('ALTER TABLE t CLEAR PROJECTION groups IN PARTITION 1'),
        () => run('ALTER TABLE t MATERIALIZE PROJECTION groups IN PARTITION 0'),
        async () => {
          await run('ALTER TABLE t DETACH PARTITION 1');
          await run('ALTER TABLE t ATTACH PARTITION 1');
        },
      ];
      await steps[0](0);
      for (let step = 1; step <= 14; step++) {
        await steps[below(3) === 0 ? 5 : below(steps.length)](step * 10);
        if (step % 3 === 0) await checkAnswers();
      }
      await steps[0](1000);
      await run('OPTIMIZE TABLE t FINAL');
      for (const name of ['groups', 'totals', 'by_v', 'by_text'])
        await run(`ALTER TABLE t MATERIALIZE PROJECTION ${name}`);
      await checkAnswers();
      expect(await explained(QUERIES[0])).toContain('scan t.groups');
    },
  );

  it('reads groups in the place of rows, and rows of what was inserted since', async () => {
    await run(
      'CREATE TABLE t (k Int32, g Int8, PROJECTION p (SELECT g, sum(k), count() GROUP BY g)) ORDER BY k',
    );
    await run('INSERT INTO t SELECT number, number % 3 FROM numbers(100000)');
    await run('ALTER TABLE t MATERIALIZE PROJECTION p');
    const sql = 'SELECT g, sum(k), count() FROM t GROUP BY g ORDER BY g';
    expect(await explained(sql)).not.toContain('union');
    const { profile } = await run(sql, { log_profile: true });
    expect(profile?.rowsRead).toBe(3);
    await run('INSERT INTO t VALUES (5, 1)');
    expect(await explained(sql)).toContain('union');
    // 0 + 3 + ... + 99999 and so on: an arithmetic series each.
    expect(await rows(sql)).toEqual([
      [0, '1666683333', '33334'],
      [1, '1666616672', '33334'],
      [2, '1666650000', '33333'],
    ]);
  });

  it('reads rows in the other order where that is less', async () => {
    await run('CREATE TABLE t (k Int32, v Int32, PROJECTION p (SELECT * ORDER BY v)) ORDER BY k');
    await run('INSERT INTO t SELECT number, number * 7919 % 200000 FROM numbers(200000)');
    await run('ALTER TABLE t MATERIALIZE PROJECTION p');
    const found = await run('SELECT k FROM t WHERE v = 7919', { log_profile: true });
    expect(found.rows.map(([k]) => k)).toEqual([1]);
    expect(found.profile?.rowsRead).toBeLessThanOrEqual(8192);
    expect(await explained('SELECT v FROM t WHERE k = 5')).not.toContain('t.p');
  });

  it('is used by queries of other dialects', async () => {
    await run(
      'CREATE TABLE t (k Int32, g Int8, PROJECTION p (SELECT g, max(k), count() GROUP BY g)) ORDER BY k',
    );
    await run('INSERT INTO t SELECT number, number % 3 FROM numbers(1000)');
    await run('ALTER TABLE t MATERIALIZE PROJECTION p');
    const sql = 'SELECT g, max(k), count(*) FROM t GROUP BY g ORDER BY g';
    expect((await db.execute(`EXPLAIN ${sql}`)).rows.join('\n')).toContain('scan t.p');
    expect((await db.execute(sql)).rows).toEqual([
      [0, 999, 334],
      [1, 997, 333],
      [2, 998, 333],
    ]);
  });
});

describe('what is kept', () => {
  const P = 'CREATE TABLE t (k Int32, g Int8, PROJECTION p (SELECT g, count() GROUP BY g)) ORDER BY k';

  it('is made of large segments in the background, and goes with them', async () => {
    await run(P);
    await run('INSERT INTO t SELECT number, number % 3 FROM numbers(600000)');
    expect(await kept()).toEqual({});
    for (let look = 0; look < 200 && (await kept()).p === undefined; look++) {
      clock.advance(LOOK_MS);
      for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await kept()).toEqual({ p: 1 });
    await run('TRUNCATE TABLE t');
    expect(await kept()).toEqual({});
    expect(await rows('SELECT g, count() FROM t GROUP BY g')).toEqual([]);
  });

  it('is there after a restart, and under another name', async () => {
    await run(P);
    await run('INSERT INTO t SELECT number, number % 3 FROM numbers(1000)');
    await run('ALTER TABLE t MATERIALIZE PROJECTION p');
    await db.close();
    db = await openAgain();
    expect(await kept()).toEqual({ p: 1 });
    await run('RENAME TABLE t TO u');
    await run('ALTER TABLE u RENAME COLUMN g TO h');
    expect(await explained('SELECT h, count() FROM u GROUP BY h')).toContain('scan u.p');
    expect(await rows('SELECT h, count() FROM u GROUP BY h ORDER BY h')).toEqual([
      [0, '334'],
      [1, '333'],
      [2, '333'],
    ]);
  });

  it('counts for nothing when rows are hidden', async () => {
    await run(P);
    await run('INSERT INTO t SELECT number, number % 3 FROM numbers(1000)');
    await run('ALTER TABLE t MATERIALIZE PROJECTION p');
    await run('DELETE FROM t WHERE k = 0');
    expect(await kept()).toEqual({});
    expect(await rows('SELECT g, count() FROM t GROUP BY g ORDER BY g')).toEqual([
      [0, '333'],
      [1, '333'],
      [2, '333'],
    ]);
  });

  it('leaves nothing behind when the projection or the table is dropped', async () => {
    const files = (): number => fs.list('/projections/segment').length;
    await run(P);
    await run('INSERT INTO t SELECT number, number % 3 FROM numbers(1000)');
    await run('ALTER TABLE t MATERIALIZE PROJECTION p');
    expect(files()).toBe(2);
    await run('ALTER TABLE t DROP PROJECTION p');
    expect(files()).toBe(1);
    await run('ALTER TABLE t ADD PROJECTION p (SELECT g, count() GROUP BY g)');
    await run('ALTER TABLE t MATERIALIZE PROJECTION p');
    expect(files()).toBe(2);
    await run('CREATE OR REPLACE TABLE t (k Int32) ORDER BY k');
    expect(files()).toBe(0);
  });

  it("is nobody else's to see", async () => {
    await run(P);
    await run('INSERT INTO t SELECT number, number % 3 FROM numbers(1000)');
    await run('ALTER TABLE t MATERIALIZE PROJECTION p');
    expect(
      await rows(
        "SELECT name FROM system.tables WHERE database NOT IN ('system') AND NOT startsWith(database, 'INFO') AND name != 't' AND engine = 'MergeTree'",
      ),
    ).toEqual([]);
    expect(await rows('SELECT table FROM system.parts')).toEqual([['t']]);
    expect(db.tables().map(({ name }) => name)).toEqual(['t']);
  });

  it('is left out when it is damaged, and made again', async () => {
    await db.close();
    const folder = mkdtempSync(join(tmpdir(), 'basalt-projection-'));
    const files = new RealFileSystem();
    const reopen = (): Promise<Database> => openOn(files, folder, {}, { clock, timer: clock });
    db = await reopen();
    try {
      await run(P);
      await run('INSERT INTO t SELECT number, number % 3 FROM numbers(100000)');
      await run('ALTER TABLE t MATERIALIZE PROJECTION p');
      const [, side] = readdirSync(join(folder, 'segment')).sort(
        (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
      );
      await db.close();
      const path = join(folder, 'segment', side);
      const bytes = readFileSync(path);
      bytes.fill(0x55, 16, 60);
      writeFileSync(path, bytes);
      db = await reopen();
      const sql = 'SELECT g, count() FROM t GROUP BY g ORDER BY g';
      await expect(run(sql)).rejects.toMatchObject({ errorName: 'CORRUPTED_DATA' });
      const turned = async (): Promise<boolean> => {
        clock.advance(LOOK_MS);
        for (let i = 0; i < 30; i++) await new Promise((resolve) => setTimeout(resolve, 1));
        return (await explained(sql)).includes('scan t.p');
      };
      for (let look = 0; look < 50 && (await turned()); look++);
      expect((await rows(sql)).map(([, n]) => n)).toEqual(['33334', '33333', '33333']);
      for (let look = 0; look < 50 && !(await turned()); look++);
      expect(await explained(sql)).toContain('scan t.p');
      expect((await rows(sql)).map(([, n]) => n)).toEqual(['33334', '33333', '33333']);
    } finally {
      await db.close();
      rmSync(folder, { recursive: true, force: true });
      db = await openAgain();
    }
  });
});
