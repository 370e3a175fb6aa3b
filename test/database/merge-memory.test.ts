import { afterAll, expect, it } from 'vitest';
import { openOn } from '../../database/open-on.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

/**
 * Merges in a process of little memory, most of which queries hold: no query fails for them, no answer changes, and
 * merges get done all the same. A file of its own, since the first database of a process says what memory it has.
 */
const clickhouse = { dialect: 'clickhouse' } as const;
/** An arena of 192 MiB, and what code and heaps are given (database/runtime.ts). */
const LIMIT = (192 + 128 + 2 * 96) << 20;
const PARTS = 9;
const ROWS = 60_000;
const POLICY = { fanIn: 3, maxInputs: 4, maxRows: 1e7, maxBytes: 1e9 };

const timer = new ManualClock();
const db = await openOn(
  new MemoryFileSystem(),
  '/pressure',
  { threads: 2, memoryLimitBytes: LIMIT },
  { timer, settings: { merge: POLICY } },
);
afterAll(() => db.close());

const LOAD = [
  'SELECT s, count(*) AS n, sum(k) AS x FROM t GROUP BY s ORDER BY n DESC, s LIMIT 20',
  'SELECT k, s FROM t ORDER BY s DESC, k LIMIT 100000, 10',
  'SELECT count(*) AS n, count(DISTINCT concat(s, s)) AS d FROM t',
];
const SETTINGS = {
  max_memory_usage: 72 << 20,
  max_bytes_before_external_group_by: 16 << 20,
  max_bytes_before_external_sort: 16 << 20,
};

it('run beside queries that have most of the memory', async () => {
  await db.query('CREATE TABLE t (k Int64, s String) ENGINE = MergeTree ORDER BY k', clickhouse);
  for (let part = 0; part < PARTS; part++) {
    await db.query(
      `INSERT INTO t SELECT (number * 7919 + ${part}) % 100003, concat('some longer text ', toString(number + ${part * 20_000})) FROM numbers(${ROWS})`,
      clickhouse,
    );
  }
  const run = (sql: string) => db.query(sql, { ...clickhouse, settings: SETTINGS });
  const answers = [];
  for (const sql of LOAD) answers.push(await run(sql));
  let merged = 0;
  let isMerging = true;
  const merges = (async () => {
    while (isMerging) {
      try {
        await db.query('OPTIMIZE TABLE t', clickhouse);
        merged++;
        isMerging = false;
      } catch (error) {
        expect(error).toMatchObject({ errorName: 'MEMORY_LIMIT_EXCEEDED' });
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  })();
  let rounds = 0;
  do {
    expect(await Promise.all(LOAD.map(run))).toEqual(answers);
    rounds++;
  } while (merged === 0 && rounds < 40);
  await merges;
  expect(merged).toBe(1);
  const [{ n }] = await db.query("SELECT count(*) AS n FROM system.parts WHERE table = 't'");
  expect(n).toBeLessThan(PARTS / 2);
  for (const [i, sql] of LOAD.entries()) expect(await run(sql)).toEqual(answers[i]);
});
