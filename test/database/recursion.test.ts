import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

const rows = async (db: Database, sql: string, options = {}): Promise<unknown[][]> =>
  (await db.execute(sql, options)).rows as unknown[][];

/** What golden files cannot say of recursive queries: how they end, and what they cost. */
describe('recursive queries', () => {
  const ENDLESS = 'WITH RECURSIVE q AS (SELECT 1 AS x UNION ALL SELECT x FROM q) SELECT count(*) FROM q';

  it('end when they are told to', async () => {
    await using db = await open();
    const control = new AbortController();
    const answer = db.execute(ENDLESS, { signal: control.signal });
    setTimeout(() => control.abort(), 50);
    await expect(answer).rejects.toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    expect(await rows(db, 'SELECT 1')).toEqual([[1]]);
  });

  it('end at the memory limit, and give it back', async () => {
    await using db = await open();
    const doubling =
      "WITH RECURSIVE q AS (SELECT repeat('x', 100) AS s UNION ALL SELECT s FROM q, generate_series(1, 2)) SELECT count(*) FROM q";
    const fail = (): Promise<void> =>
      expect(db.execute(doubling, { settings: { max_memory_usage: 32 << 20 } })).rejects.toMatchObject({
        errorName: 'MEMORY_LIMIT_EXCEEDED',
      });
    // The first one starts the threads, which have memory of their own.
    await fail();
    const before = db.status().memoryUsedBytes;
    await fail();
    expect(db.status().memoryUsedBytes).toBe(before);
  });

  it('go as deep as a setting says where it is set', async () => {
    await using db = await open();
    const to = (n: number): string =>
      `WITH RECURSIVE q AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM q WHERE x < ${n}) SELECT max(x) FROM q`;
    const settings = { max_recursive_cte_evaluation_depth: 10 };
    expect(await rows(db, to(10), { settings })).toEqual([[10]]);
    await expect(rows(db, to(11), { settings })).rejects.toThrow('The recursive query q goes deeper than 10');
    expect(await rows(db, to(1500))).toEqual([[1500]]);
  });

  it('hold more rows than a block, in any number of threads', async () => {
    await using db = await open();
    const sql =
      'WITH RECURSIVE q(x, d) AS (SELECT i, 0 FROM generate_series(1, 50000) AS g(i) UNION ALL SELECT x + 1, d + 1 FROM q WHERE d < 4) SELECT d, count(*), sum(x) FROM q GROUP BY d ORDER BY d';
    const sum = (d: number): number => (50000 * 50001) / 2 + 50000 * d;
    const expected = [0, 1, 2, 3, 4].map((d) => [d, 50000, sum(d)]);
    for (const max_threads of [1, 0])
      expect(await rows(db, sql, { settings: { max_threads } })).toEqual(expected);
  });

  it('see one moment of the tables they read', async () => {
    await using db = await open();
    await db.execute('CREATE TABLE t AS SELECT 1 AS a');
    const run = await db.run(
      'WITH RECURSIVE q(x) AS (SELECT 1 UNION ALL SELECT x + a FROM q, t WHERE x < 500) SELECT count(*) FROM q',
    );
    const batches = run.batches[Symbol.asyncIterator]();
    const first = batches.next();
    await db.execute('INSERT INTO t VALUES (1)');
    const { value } = await first;
    expect(Number((value as { columns: { values: BigInt64Array }[] }).columns[0].values[0])).toBe(500);
    await batches.return?.();
  });

  it('are shown as what they are made of', async () => {
    await using db = await open();
    const plan = await rows(
      db,
      'EXPLAIN WITH RECURSIVE q(x) AS (SELECT 1 UNION SELECT x + 1 FROM q WHERE x < 9) SELECT x FROM q',
    );
    expect(plan.map(([line]) => String(line).trim().split(' ')[0])).toEqual([
      'recursive',
      'project',
      'values',
      'project',
      'scan',
    ]);
  });
});
