import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { sharedRuntime } from '../../database/runtime.ts';

/**
 * How queries behave besides their answers: threads, cancel, limits, memory given back, short ones next to long ones.
 * A million rows go over the threshold above which work moves to the worker threads.
 */
const ROWS = 1_000_000;
const runtime = sharedRuntime({ kernels: 'compiled' });
const { arena, frames } = runtime.engine;

/** Arena bytes that are not cached frames. */
function heldBytes(): number {
  frames.evict(Number.POSITIVE_INFINITY);
  frames.evict(Number.POSITIVE_INFINITY);
  return arena.usedBytes;
}

/** A thread that decodes a block for the first time keeps a chunk of scratch memory; a query leaves nothing else. */
const SCRATCH_BYTES = 512 << 10;
const THREADS = 2;

function expectGivenBack(before: number): void {
  expect(heldBytes() - before).toBeLessThanOrEqual(THREADS * SCRATCH_BYTES);
}

describe('queries on worker threads', () => {
  let db: Database;

  beforeAll(async () => {
    db = await open({ threads: THREADS });
    await db.query('CREATE TABLE t (id BIGINT, k INTEGER, s VARCHAR, x DOUBLE)');
    await db.query(
      `INSERT INTO t SELECT number, CAST(number % 1000 AS INTEGER), concat('s', number % 50000), CAST(number AS DOUBLE) / 7
       FROM numbers(${ROWS})`,
      { dialect: 'clickhouse' },
    );
  });

  afterAll(() => db.close());

  it('gives sums that arithmetic knows', async () => {
    const sum = (ROWS * (ROWS - 1)) / 2;
    expect(
      await db.query(
        'SELECT count(*) AS n, sum(id) AS s, min(id) AS a, max(id) AS b, count(DISTINCT s) AS d FROM t',
      ),
    ).toEqual([{ n: ROWS, s: sum, a: 0, b: ROWS - 1, d: 50000 }]);
  });

  it('adds floats of joined rows to the same sum, whoever brought them', async () => {
    const sums = new Set<unknown>();
    const ways: readonly Readonly<Record<string, number>>[] = [
      {},
      { max_threads: 1 },
      { max_bytes_before_external_join: 1 << 20 },
    ];
    for (const settings of ways) {
      const [{ x }] = await db.query(
        `SELECT sum(x) AS x FROM (SELECT number AS n FROM numbers(100000)) AS a
         JOIN (SELECT number % 1000 AS k, number / 7 AS x FROM numbers(400000)) AS b ON a.n = b.k`,
        { settings, dialect: 'clickhouse' },
      );
      sums.add(x);
    }
    expect(sums.size).toBe(1);
  });

  it('groups a million rows by a few keys and by many', async () => {
    const few = await db.query('SELECT k, count(*) AS n FROM t GROUP BY k');
    expect(few).toHaveLength(1000);
    expect(few.every((row) => row['n'] === ROWS / 1000)).toBe(true);
    const many = await db.query(
      'SELECT count(*) AS groups, sum(n) AS rows FROM (SELECT id, count(*) AS n FROM t GROUP BY id) AS g',
    );
    expect(many).toEqual([{ groups: ROWS, rows: ROWS }]);
  });

  it('gives the same floating-point total on one thread, on two, and again', async () => {
    const sql = 'SELECT sum(x) AS s, avg(x) AS a FROM t';
    const first = await db.query(sql, { settings: { max_threads: 1 } });
    for (let i = 0; i < 5; i++) expect(await db.query(sql, { settings: { max_threads: 2 } })).toEqual(first);
  });

  it('gives the same floating-point sums per group however many threads bring the rows', async () => {
    const sql = 'SELECT k, sum(x) AS s, avg(x) AS a FROM t GROUP BY k ORDER BY k';
    const first = await db.query(sql, { settings: { max_threads: 1 } });
    for (let i = 0; i < 5; i++) expect(await db.query(sql, { settings: { max_threads: 2 } })).toEqual(first);
    // Group k holds (k + 1000 j) / 7 for j = 0 ... 999: a sum that doubles hold but for its division.
    const exact = first.map((_, k) => (1000 * k + (1000 * 999 * 1000) / 2) / 7);
    first.forEach((row, k) => {
      expect(Math.abs(Number(row['s']) - exact[k])).toBeLessThanOrEqual(exact[k] * 2 ** -51);
    });
  });

  it('orders a million rows', async () => {
    const rows = await db.query('SELECT id FROM t ORDER BY k DESC, id LIMIT 3');
    expect(rows).toEqual([{ id: 999 }, { id: 1999 }, { id: 2999 }]);
    const { rows: all } = await db.execute('SELECT id FROM t ORDER BY s, id DESC');
    expect(all).toHaveLength(ROWS);
    // 's0' holds 0, 50000, ... 950000; then comes 's1'.
    expect(all.slice(0, 2)).toEqual([[950000], [900000]]);
    expect(all[20]).toEqual([950001]);
  });

  it('joins a million rows with their groups', async () => {
    const sql = `SELECT count(*) AS n, sum(t.id) AS s FROM t JOIN (SELECT k, max(id) AS top FROM t GROUP BY k) AS g ON t.k = g.k AND t.id = g.top`;
    // The largest id of each k: 999000 ... 999999.
    expect(await db.query(sql)).toEqual([{ n: 1000, s: ((999000 + 999999) * 1000) / 2 }]);
  });

  it('stops when its signal says so, and gives its memory back', async () => {
    await db.query('SELECT count(*) FROM t');
    const before = heldBytes();
    const abort = new AbortController();
    const run = db.query('SELECT count(DISTINCT id * 31 + k) FROM t, (SELECT k AS z FROM t LIMIT 500) AS r', {
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 50);
    await expect(run).rejects.toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    expectGivenBack(before);
  });

  it('stops when its time is over', async () => {
    const run = db.query(
      'SELECT count(*) FROM t, (SELECT k AS z FROM t LIMIT 100000) AS r WHERE t.k <> r.z',
      { settings: { max_execution_time: 1 } },
    );
    await expect(run).rejects.toMatchObject({ errorName: 'TIMEOUT_EXCEEDED' });
  });

  it('fails at its memory limit, says so, and harms nobody', async () => {
    const before = heldBytes();
    const run = db.query('SELECT id, count(*) FROM t GROUP BY id', {
      settings: { max_memory_usage: 4_000_000 },
    });
    await expect(run).rejects.toMatchObject({ errorName: 'MEMORY_LIMIT_EXCEEDED' });
    expectGivenBack(before);
    expect(await db.query('SELECT count(*) AS n FROM t')).toEqual([{ n: ROWS }]);
  });

  it('ends window functions at their memory limit or when told to, and gives all of it back', async () => {
    const before = heldBytes();
    const sql =
      'SELECT max(n) FROM (SELECT median(id) OVER (ORDER BY id ROWS 1000 PRECEDING) AS n FROM t) AS q';
    const small = db.query(sql, { settings: { max_memory_usage: 8_000_000 } });
    await expect(small).rejects.toMatchObject({ errorName: 'MEMORY_LIMIT_EXCEEDED' });
    expectGivenBack(before);
    const abort = new AbortController();
    const run = db.query(sql, { signal: abort.signal });
    setTimeout(() => abort.abort(), 200);
    await expect(run).rejects.toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    expectGivenBack(before);
  });

  it('ends a query whose reader leaves early', async () => {
    const before = heldBytes();
    const run = await db.run('SELECT id, s FROM t');
    for await (const batch of run.batches) {
      expect(batch.rows).toBeGreaterThan(0);
      break;
    }
    expectGivenBack(before);
  });

  it('lets short queries through while a long one runs', async () => {
    const abort = new AbortController();
    let longEnded = false;
    const long = db
      .query('SELECT count(*) FROM t, (SELECT k AS z FROM t LIMIT 100000) AS r WHERE t.k <> r.z', {
        signal: abort.signal,
      })
      .catch(() => null)
      .finally(() => {
        longEnded = true;
      });
    for (let i = 0; i < 10; i++)
      expect(await db.query('SELECT count(*) AS n FROM t WHERE k = 7')).toEqual([{ n: ROWS / 1000 }]);
    expect(longEnded).toBe(false);
    abort.abort();
    await long;
  });

  it('answers right while queries of all lengths share the threads', async () => {
    const abort = new AbortController();
    const long = Array.from({ length: 3 }, (_, i) =>
      db
        .query(`SELECT count(*) FROM t, (SELECT k AS z FROM t LIMIT ${50000 + i}) AS r WHERE t.k <> r.z`, {
          signal: abort.signal,
        })
        .catch(() => null),
    );
    const short = async (i: number): Promise<void> => {
      const k = i % 1000;
      // Group k holds k, k + 1000, ... k + 999000.
      expect(await db.query(`SELECT count(*) AS n, sum(id) AS s FROM t WHERE k = ${k}`)).toEqual([
        { n: 1000, s: 1000 * k + (1000 * 999 * 1000) / 2 },
      ]);
      expect(
        await db.query(
          `SELECT count(*) AS n FROM (SELECT s, count(*) AS c FROM t WHERE k >= ${k} GROUP BY s) AS g`,
        ),
      ).toEqual([{ n: 50 * (1000 - k) }]);
    };
    for (let wave = 0; wave < 5; wave++) {
      await Promise.all(Array.from({ length: 8 }, (_, i) => short(wave * 200 + i * 37)));
    }
    abort.abort();
    await Promise.all(long);
  });

  it('kills a query by its id', async () => {
    const run = db.query(
      'SELECT count(*) FROM t, (SELECT k AS z FROM t LIMIT 100000) AS r WHERE t.k <> r.z',
      { queryId: 'doomed' },
    );
    const failed = expect(run).rejects.toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await db.query("KILL QUERY WHERE query_id = 'doomed' SYNC", { dialect: 'clickhouse' })).toEqual([
      {
        kill_status: 'finished',
        query_id: 'doomed',
        user: 'default',
        query: 'SELECT count(*) FROM t, (SELECT k AS z FROM t LIMIT 100000) AS r WHERE t.k <> r.z',
      },
    ]);
    await failed;
    expect(await db.query("KILL QUERY WHERE query_id = 'doomed'", { dialect: 'clickhouse' })).toEqual([]);
  });

  it('holds results back for a slow reader', async () => {
    const run = await db.run('SELECT id, s, x FROM t');
    let rows = 0;
    for await (const batch of run.batches) {
      rows += batch.rows;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(rows).toBe(ROWS);
  });
});
