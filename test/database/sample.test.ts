import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

/** Which rows samples are: each as likely as its neighbour, the same for a seed whatever else is asked, and of SYSTEM groups of neighbours. */
const ROWS = 300_000;
const SETTINGS = { random_seed: 11 };

async function filled(threads = 2): Promise<Database> {
  const db = await open({ threads });
  await db.query('CREATE TABLE t (i INTEGER, k INTEGER, s VARCHAR)');
  for (let from = 0; from < ROWS; from += 100_000)
    await db.query(
      `INSERT INTO t SELECT i, i % 10, 'row ' || i FROM range(${from}, ${from + 100_000}) AS r(i)`,
    );
  return db;
}

const numbers = async (
  db: Database,
  sql: string,
  settings: Record<string, number> = SETTINGS,
): Promise<number[]> => (await db.query(sql, { settings })).map((row) => Number(Object.values(row)[0]));

/** @param counts of as many binomial numbers as there are counts */
function expectShares(counts: readonly number[], trials: number, share: number): void {
  const variance = trials * share * (1 - share);
  const statistic = counts.reduce((sum, n) => sum + (n - trials * share) ** 2 / variance, 0);
  expect(Math.abs(statistic - counts.length)).toBeLessThan(5 * Math.sqrt(2 * counts.length));
}

describe('BERNOULLI', () => {
  it('keeps each row with the same chance, wherever it is', async () => {
    await using db = await filled();
    const counts = await numbers(
      db,
      'SELECT count(*) FROM t TABLESAMPLE BERNOULLI(10%) GROUP BY i // 3000 ORDER BY i // 3000',
    );
    expect(counts.length).toBe(100);
    expectShares(counts, 3000, 0.1);
  });

  it('is one sample for a seed, whatever else is asked of the table', async () => {
    await using db = await filled();
    const SAMPLE = 't TABLESAMPLE BERNOULLI(5%) REPEATABLE (42)';
    const all = await numbers(db, `SELECT i FROM ${SAMPLE} ORDER BY i`, {});
    const wanted = all.filter((i) => i > 123_456 && i % 10 === 3);
    expect(await numbers(db, `SELECT i FROM ${SAMPLE} WHERE i > 123456 AND k = 3 ORDER BY i`, {})).toEqual(
      wanted,
    );
    expect(
      await numbers(db, `SELECT i FROM (SELECT * FROM ${SAMPLE}) WHERE i > 123456 AND k = 3 ORDER BY i`, {}),
    ).toEqual(wanted);
    expect(await numbers(db, `SELECT i FROM ${SAMPLE} ORDER BY i DESC LIMIT 7`, {})).toEqual(
      all.toReversed().slice(0, 7),
    );
    expect(await numbers(db, `SELECT count(*) FROM ${SAMPLE}`, { max_threads: 1 })).toEqual([all.length]);
    expect(
      await numbers(db, `SELECT count(*) FROM (SELECT i FROM ${SAMPLE}) AS a JOIN t USING (i)`, {}),
    ).toEqual([all.length]);
    const others = await numbers(
      db,
      'SELECT i FROM t TABLESAMPLE BERNOULLI(5%) REPEATABLE (43) ORDER BY i',
      {},
    );
    expect(others).not.toEqual(all);
    // As many are in both as chance has it.
    const both = others.filter((i) => all.includes(i)).length;
    expect(Math.abs(both - ROWS * 0.0025)).toBeLessThan(5 * Math.sqrt(ROWS * 0.0025));
  });

  it('is another sample each time without a seed', async () => {
    await using db = await filled();
    const sums = new Set<number>();
    for (let n = 0; n < 5; n++)
      sums.add((await numbers(db, 'SELECT sum(i) FROM t TABLESAMPLE BERNOULLI(5%)', {}))[0]);
    expect(sums.size).toBe(5);
  });
});

describe('SYSTEM', () => {
  it('keeps groups of 2048 neighbours', async () => {
    await using db = await open();
    await db.query('CREATE TABLE t (i INTEGER)');
    await db.query(`INSERT INTO t SELECT i FROM range(${2048 * 200}) AS r(i)`);
    const groups = await db.query('SELECT i // 2048 AS g, count(*) AS n FROM t TABLESAMPLE 30% GROUP BY g', {
      settings: SETTINGS,
    });
    expect(new Set(groups.map(({ n }) => n))).toEqual(new Set([2048]));
    expect(Math.abs(groups.length - 60)).toBeLessThan(5 * Math.sqrt(200 * 0.21));
  });
});

describe('RESERVOIR', () => {
  it('has each row as often as any other', async () => {
    await using db = await open();
    await db.query('CREATE TABLE t (i INTEGER)');
    await db.query('INSERT INTO t SELECT i FROM range(40) AS r(i)');
    const seen = new Array<number>(40).fill(0);
    for (let seed = 1; seed <= 400; seed++)
      for (const i of await numbers(db, 'SELECT i FROM t TABLESAMPLE 10 ROWS', { random_seed: seed }))
        seen[i]++;
    expect(seen.reduce((a, b) => a + b, 0)).toBe(4000);
    // Exactly ten of forty: a little less unlike than if each was drawn for itself.
    expectShares(seen, 400, 0.25);
  });

  it('is the same for a seed, with all columns of its rows', async () => {
    await using db = await filled();
    const SQL = 'SELECT * FROM t TABLESAMPLE RESERVOIR(500 ROWS) REPEATABLE (3) ORDER BY i';
    const rows = await db.query(SQL);
    expect(rows.length).toBe(500);
    for (const { i, k, s } of rows) expect([k, s]).toEqual([Number(i) % 10, `row ${i}`]);
    expect(await db.query(SQL, { settings: { max_threads: 1 } })).toEqual(rows);
    const few = await numbers(
      db,
      'SELECT i FROM t TABLESAMPLE RESERVOIR(500 ROWS) REPEATABLE (3) WHERE k = 3 ORDER BY i',
      {},
    );
    expect(few).toEqual(rows.filter(({ k }) => k === 3).map(({ i }) => i));
  });

  it('of a subquery is of its rows', async () => {
    await using db = await filled();
    const sums = await numbers(
      db,
      'SELECT k FROM (SELECT k, count(*) AS n FROM t GROUP BY k) TABLESAMPLE 4 ROWS ORDER BY k',
    );
    expect(new Set(sums).size).toBe(4);
  });
});

it('rows that a statement deletes by a sample are those of the sample', async () => {
  await using db = await filled();
  await db.query('DELETE FROM t WHERE i IN (SELECT i FROM t TABLESAMPLE BERNOULLI(50%) REPEATABLE (1))');
  const [{ n }] = await db.query('SELECT count(*) AS n FROM t');
  expect(Math.abs(Number(n) - ROWS / 2)).toBeLessThan(5 * Math.sqrt(ROWS / 4));
});
