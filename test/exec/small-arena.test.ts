import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

/**
 * A table larger than the memory it may use. In a file of its own: the first database of a process sets the limit.
 * The rows are written in parts, since a part under way must fit too.
 */
/** Of the arena: a quarter of what such a small process may take. */
const LIMIT_BYTES = 96 << 20;
const MERGE_BYTES = 40 << 20;
const PARTS = 8;
const PART_ROWS = 250_000;
const ROWS = PARTS * PART_ROWS;

describe('a table larger than the arena', () => {
  let db: Database;

  beforeAll(async () => {
    db = await open({ memoryLimitBytes: 4 * LIMIT_BYTES, threads: 2 });
    await db.query('CREATE TABLE t (id BIGINT, s VARCHAR)');
    for (let part = 0; part < PARTS; part++) {
      const first = part * PART_ROWS;
      await db.query(
        `INSERT INTO t SELECT number + ${first},
           concat('a rather long and mostly unique text, number ', toString((number + ${first}) * 7919))
         FROM numbers(${PART_ROWS})`,
        { dialect: 'clickhouse' },
      );
    }
  });

  afterAll(() => db.close());

  it('is scanned again and again, frames coming and going', async () => {
    expect(db.status().memoryLimitBytes).toBe(LIMIT_BYTES);
    for (let i = 0; i < 3; i++) {
      expect(
        await db.query("SELECT count(*) AS n, sum(id) AS s FROM t WHERE s LIKE '%mostly unique%'"),
      ).toEqual([{ n: ROWS, s: (ROWS * (ROWS - 1)) / 2 }]);
    }
    // Merges of the rows just written may still be under way, beside what queries may have.
    expect(db.status().memoryUsedBytes).toBeLessThanOrEqual(LIMIT_BYTES + MERGE_BYTES);
  });

  it('is grouped by its texts, which are more than fits', async () => {
    expect(await db.query('SELECT count(DISTINCT s) AS n FROM t')).toEqual([{ n: ROWS }]);
    expect(
      await db.query('SELECT id % 3 AS g, count(*) AS n, max(id) AS m FROM t GROUP BY id % 3, s LIMIT 1'),
    ).toHaveLength(1);
  });

  it('gives the least and largest of its texts, and keeps none of the others', async () => {
    const text = (n: number) => `a rather long and mostly unique text, number ${n * 7919}`;
    const texts = Array.from({ length: ROWS }, (_, i) => text(i));
    const ends = texts.reduce(
      ([least, largest], s) => [s < least ? s : least, s > largest ? s : largest],
      [texts[0], texts[0]],
    );
    expect(await db.query('SELECT min(s) AS a, max(s) AS b FROM t')).toEqual([{ a: ends[0], b: ends[1] }]);
    expect(await db.query("SELECT max(s) AS m FROM t WHERE s LIKE '%not among them%'")).toEqual([
      { m: null },
    ]);
    const byParity = await db.query('SELECT id % 2 AS odd, max(s) AS b FROM t GROUP BY id % 2 ORDER BY odd');
    const largestOf = (odd: number) =>
      texts.filter((_, i) => i % 2 === odd).reduce((best, s) => (s > best ? s : best));
    expect(byParity).toEqual([0, 1].map((odd) => ({ odd, b: largestOf(odd) })));
  });

  it('still refuses a query that itself needs too much', async () => {
    await expect(
      db.query('SELECT count(DISTINCT s) AS n FROM t', {
        settings: { max_bytes_ratio_before_external_group_by: 0 },
      }),
    ).rejects.toMatchObject({ errorName: 'MEMORY_LIMIT_EXCEEDED' });
    expect(await db.query('SELECT count(*) AS n FROM t')).toEqual([{ n: ROWS }]);
  });
});
