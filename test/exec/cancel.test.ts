import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open, type Row } from '../../database/index.ts';
import { sharedRuntime } from '../../database/runtime.ts';

/**
 * Every kind of long work notices a cancel by itself: the query ends as cancelled, and no worker had to be ended for it,
 * which is what happens to one that does not look for two seconds. Each query would run for a long time yet when it is
 * cancelled, and is cancelled where its name says: at once, or when all its rows are read and the rest is merging, sorting
 * or building.
 */
const THREADS = 2;
const ROWS = 1_000_000;
const clickhouse = { dialect: 'clickhouse' } as const;

/** Cancelled once this many rows were read. */
const AT_ONCE = 1;

const LONG: Readonly<Record<string, readonly [rowsRead: number, sql: string]>> = {
  'a scan whose filter is expensive': [
    AT_ONCE,
    "SELECT count() FROM t WHERE reverse(upper(reverse(concat(s, toString(id))))) LIKE '%nothing%'",
  ],
  'a range without end': [AT_ONCE, 'SELECT sum(number) FROM numbers(1000000000000)'],
  'an aggregation of many groups': [
    AT_ONCE,
    'SELECT count() FROM (SELECT number % 3000000 AS g, count() FROM numbers(10000000000) GROUP BY g)',
  ],
  'the merge of many groups': [
    5_000_000,
    'SELECT count() FROM (SELECT number AS g, number * 3 AS h, count(), min(number), max(number), sum(number) FROM numbers(5000000) GROUP BY g, h)',
  ],
  'groups on their way to files': [
    AT_ONCE,
    'SELECT count() FROM (SELECT number AS g, count() FROM numbers(100000000) GROUP BY g) SETTINGS max_bytes_before_external_group_by = 50000000',
  ],
  'the merge of groups from files': [
    5_000_000,
    'SELECT count() FROM (SELECT number AS g, count() FROM numbers(5000000) GROUP BY g) SETTINGS max_bytes_before_external_group_by = 1000000',
  ],
  'a sort by text': [ROWS, 'SELECT s FROM t ORDER BY s DESC'],
  'a sort by numbers': [
    4_000_000,
    'SELECT number FROM numbers(4000000) ORDER BY number * 7919 % 4000037, number * 31 % 10007 DESC',
  ],
  // As written: the planner would rather keep the ten rows.
  'the table of a join': [
    8_000_000,
    'SELECT count() FROM numbers(10) AS a JOIN (SELECT number AS n, number * 7919 AS m FROM numbers(8000000)) AS b ON a.number = b.n SETTINGS query_plan_enable_optimizations = 0',
  ],
  'a join of all with all': [
    AT_ONCE,
    'SELECT count() FROM numbers(1000000) AS a, (SELECT number AS n FROM numbers(1000000)) AS b WHERE a.number <> b.n',
  ],
  'a join with many partners': [
    AT_ONCE,
    'SELECT count() FROM (SELECT number % 10 AS x FROM numbers(1000000)) AS a JOIN (SELECT number % 10 AS y FROM numbers(1000000)) AS b ON a.x = b.y',
  ],
};

describe('a cancel is noticed by', () => {
  let db: Database;
  const pool = sharedRuntime({ kernels: 'compiled', threads: THREADS }).pool();

  beforeAll(async () => {
    db = await open({ threads: THREADS });
    await db.query('CREATE TABLE t (id Int64, s String) ENGINE = MergeTree ORDER BY id', clickhouse);
    await db.query(
      `INSERT INTO t SELECT number, concat('some text ', toString(number)) FROM numbers(${ROWS})`,
      clickhouse,
    );
  });
  afterAll(() => db.close());
  afterEach(async () => {
    expect(await db.query('SELECT count(*) AS n FROM system.processes')).toEqual([{ n: 1 }]);
    expect(pool.started).toBe(THREADS);
  });

  /** Resolves when the query has read that many rows; fails when it has ended before. */
  async function until(queryId: string, rowsRead: number): Promise<void> {
    let row: Row | undefined;
    do {
      [row] = await db.query(`SELECT read_rows FROM system.processes WHERE query_id = '${queryId}'`);
      if (row === undefined) throw new TypeError(`${queryId} ended before it was cancelled`);
      await new Promise((resolve) => setImmediate(resolve));
    } while (Number(row['read_rows']) < rowsRead);
  }

  it.each(Object.keys(LONG))('%s', async (name) => {
    const [rowsRead, sql] = LONG[name];
    const abort = new AbortController();
    const run = db.query(sql, { ...clickhouse, queryId: name, signal: abort.signal });
    const ended = run.then(
      () => 'ran to its end',
      (error: unknown) => error,
    );
    await until(name, rowsRead);
    abort.abort();
    expect(await ended).toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
  });

  it('a time limit as well', async () => {
    const run = db.query(LONG['a join of all with all'][1], {
      ...clickhouse,
      settings: { max_execution_time: 0.2 },
    });
    await expect(run).rejects.toMatchObject({ errorName: 'TIMEOUT_EXCEEDED' });
  });

  it('ten short queries overtake a long one that has all threads', async () => {
    const order: string[] = [];
    const abort = new AbortController();
    const long = db
      .query('SELECT number % 1000 AS g, count(), avg(number) FROM numbers(1000000000000) GROUP BY g', {
        ...clickhouse,
        queryId: 'long',
        signal: abort.signal,
      })
      .then(
        () => order.push('long'),
        () => order.push('long'),
      );
    await until('long', 1_000_000);
    const short = async (i: number): Promise<void> => {
      const rows = await db.query(
        `SELECT id % 2 AS odd, count(*) AS n FROM t WHERE id >= ${i * 1000} AND id < ${500_000 + i * 1000} GROUP BY id % 2 ORDER BY odd`,
      );
      expect(rows).toEqual([
        { odd: 0, n: 250_000 },
        { odd: 1, n: 250_000 },
      ]);
      order.push('short');
    };
    await Promise.all(Array.from({ length: 10 }, (_, i) => short(i)));
    abort.abort();
    await long;
    expect(order).toEqual([...Array.from({ length: 10 }, () => 'short'), 'long']);
  });
});
