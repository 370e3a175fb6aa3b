import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

/** Aggregates that collect values, at sizes where rows are shared among threads, spilled and merged. Expected values are closed forms. */
const ROWS = 200_000;
const SPILL = { max_bytes_before_external_group_by: 300_000 };
const WAYS: readonly Record<string, number>[] = [{}, { max_threads: 1 }, SPILL];

const query = async (
  db: Database,
  dialect: 'clickhouse' | 'standard',
  sql: string,
  settings = {},
): Promise<unknown[][]> => (await db.query(sql, { dialect, settings })).map((row) => Object.values(row));

async function withRows(use: (db: Database) => Promise<void>): Promise<void> {
  const db = await open({ threads: 2 });
  await db.query('CREATE TABLE t (k UInt32, x UInt32, s String) ENGINE = MergeTree ORDER BY k', {
    dialect: 'clickhouse',
  });
  // Every key has the numbers that are its own modulo 500, in an order of no meaning.
  await db.query(
    `INSERT INTO t SELECT x % 500 AS k, x, toString(x) FROM (SELECT (number * 7919) % ${ROWS} AS x FROM numbers(${ROWS}))`,
    { dialect: 'clickhouse' },
  );
  try {
    await use(db);
  } finally {
    await db.close();
  }
}

const of = (k: number): number[] => Array.from({ length: ROWS / 500 }, (_, i) => k + 500 * i);

describe('collected values', () => {
  it('are those of each group, whatever thread saw them', () =>
    withRows(async (db) => {
      const sql =
        'SELECT k, arraySort(groupArray(x)) AS a, groupUniqArray(x % 3) AS u, groupArraySorted(3)(x) AS s, length(groupArray(10)(x)) AS n FROM t GROUP BY k ORDER BY k';
      for (const settings of WAYS) {
        const rows = await query(db, 'clickhouse', sql, settings);
        expect(rows).toHaveLength(500);
        for (const k of [0, 7, 499]) expect(rows[k]).toEqual([k, of(k), [0, 1, 2], of(k).slice(0, 3), 10]);
      }
    }));

  it('have the order that is asked for', () =>
    withRows(async (db) => {
      const sql =
        "SELECT k, array_agg(x ORDER BY x DESC) AS d, string_agg(s, ',' ORDER BY x % 2, s) AS j FROM t GROUP BY k ORDER BY k";
      const joined = (k: number): string =>
        of(k)
          .map(String)
          .sort((a, b) => (Number(a) % 2) - (Number(b) % 2) || (a < b ? -1 : 1))
          .join();
      for (const settings of WAYS) {
        const rows = await query(db, 'standard', sql, settings);
        for (const k of [0, 7, 499]) expect(rows[k]).toEqual([k, of(k).reverse(), joined(k)]);
      }
      const [[all]] = await query(db, 'standard', 'SELECT array_agg(x ORDER BY x) FROM t');
      expect(all).toEqual(Array.from({ length: ROWS }, (_, i) => i));
    }));

  it('are the most frequent ones', () =>
    withRows(async (db) => {
      // Of the numbers below 10,000 the first 8 are the half of all values.
      const value = 'if(x < 100000, x % 8, x)';
      for (const settings of WAYS)
        expect(
          await query(
            db,
            'clickhouse',
            `SELECT arraySort(topK(8)(${value})), topKWeighted(2)(x % 10, x % 10 * x) FROM t`,
            settings,
          ),
        ).toEqual([
          [
            [0, 1, 2, 3, 4, 5, 6, 7],
            [9, 8],
          ],
        ]);
    }));

  it('go by way of states', () =>
    withRows(async (db) => {
      const sql =
        'SELECT k, arraySort(groupArrayMerge(a)), groupUniqArrayMerge(u), groupArraySortedMerge(2)(s), groupBitXorMerge(b) FROM (SELECT k, x % 11 AS part, groupArrayState(x) AS a, groupUniqArrayState(x % 3) AS u, groupArraySortedState(2)(x) AS s, groupBitXorState(x) AS b FROM t GROUP BY k, part) GROUP BY k ORDER BY k';
      for (const settings of WAYS) {
        const rows = await query(db, 'clickhouse', sql, settings);
        for (const k of [1, 250])
          expect(rows[k]).toEqual([
            k,
            of(k),
            [0, 1, 2],
            of(k).slice(0, 2),
            of(k).reduce((bits, x) => bits ^ x, 0),
          ]);
      }
    }));

  it('keep only what a bound lets them', () =>
    withRows(async (db) => {
      // All values would take 20 MB and more.
      const bounded =
        'SELECT length(groupArray(5)(s)), groupArraySorted(2)(x), length(groupArrayLast(4)(s)) FROM t';
      expect(await query(db, 'clickhouse', bounded, { max_memory_usage: 12_000_000 })).toEqual([
        [5, [0, 1], 4],
      ]);
      await expect(
        query(db, 'clickhouse', 'SELECT length(groupArray(s)) FROM t', { max_memory_usage: 12_000_000 }),
      ).rejects.toMatchObject({ errorName: 'MEMORY_LIMIT_EXCEEDED' });
      expect(await query(db, 'clickhouse', 'SELECT 1')).toEqual([[1]]);
    }));
});

describe('bytes of their states', () => {
  const base64 = (...bytes: number[]): string => btoa(String.fromCharCode(...bytes));
  const u32 = (n: number): number[] => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24];
  const element = (text: string): number[] => [1, ...text.split('').map((c) => c.charCodeAt(0)), 0];
  const list = (...texts: string[]): number[] =>
    texts.flatMap((text) => [...u32(0), ...u32(text.length + 2), ...element(text)]);
  const sums = (...entries: (readonly [string, number])[]): number[] =>
    entries.flatMap(([text, sum]) => [...u32(sum), ...u32(0), ...u32(text.length + 2), ...element(text)]);

  it('are read as they are described', async () => {
    const db = await open();
    const [row] = await query(
      db,
      'clickhouse',
      `SELECT finalizeAggregation(CAST('${base64(...list('ab', ''))}' AS AggregateFunction(groupArray, String))),
        finalizeAggregation(CAST('${base64(...sums(['a', 1], ['b', 9]))}' AS AggregateFunction(topK(1), String))),
        finalizeAggregation(CAST('' AS AggregateFunction(groupUniqArray, String)))`,
    );
    expect(row).toEqual([['ab', ''], ['b'], []]);
    await db.close();
  });

  it.each([
    ['groupArray', [1, 2, 3]],
    ['groupArray', [...u32(0), ...u32(0xffffffff), 1, 2]],
    ['groupArray', [...u32(0xffffffff), ...u32(2), 1, 2]],
    ['groupArray', [...u32(0), ...u32(2), 1, 65]],
    ['groupArray', [...u32(0), ...u32(3), 7, 65, 0]],
    ['topK', sums(['a', 1]).slice(0, -1)],
    ['groupUniqArray', [...u32(1), ...u32(0), ...u32(0xfffffff0), 1]],
  ])('of %s that are none are refused: %j', async (name, bytes) => {
    const db = await open();
    await expect(
      query(
        db,
        'clickhouse',
        `SELECT finalizeAggregation(CAST('${base64(...bytes)}' AS AggregateFunction(${name}, String)))`,
      ),
    ).rejects.toMatchObject({ errorName: 'CANNOT_PARSE_INPUT' });
    await db.close();
  });
});
