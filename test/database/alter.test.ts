/** Tables that change: while others use them, in what FREEZE leaves, and for rows that were on their way. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BasaltError, type Database, open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';

const clickhouse = { dialect: 'clickhouse', int64: 'string' } as const;

async function rows(db: Database, sql: string): Promise<unknown[][]> {
  const answer = await db.execute(sql, clickhouse);
  return answer.rows.map((row) => [...row]);
}

/** What may become of a statement that meets a change; anything else fails the test. */
const FAIR: readonly string[] = ['INCOMPATIBLE_COLUMNS', 'UNKNOWN_IDENTIFIER', 'NO_SUCH_COLUMN_IN_TABLE'];

/** `v` is the row's `id`, or was cleared. */
const WRONG_VALUES =
  "SELECT count() FROM t WHERE toString(v) <> '' AND toString(v) <> '0' AND toString(v) <> toString(id)";

describe('a table that is altered', () => {
  it.each([1, 2, 3])(
    'while others insert, read and merge loses and doubles nothing (seed %i)',
    async (seed) => {
      const db = await open();
      const random = new SeededRandom(seed);
      const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
      await db.execute(
        'CREATE TABLE t (id Int64, v Int32, p UInt8) ENGINE = MergeTree PARTITION BY p ORDER BY id',
        clickhouse,
      );
      let nextId = 1;
      let acknowledged = 0;
      let sum = 0;
      let running = true;
      const fair = async (work: () => Promise<void>, alsoFair: readonly string[] = []): Promise<void> => {
        try {
          await work();
        } catch (error) {
          const { errorName, message } = BasaltError.from(error);
          if (![...FAIR, ...alsoFair].includes(errorName)) throw new Error(`${errorName}: ${message}`);
        }
        await pause();
      };
      const insert = async (): Promise<void> => {
        while (running) {
          const count = 1 + random.below(300);
          const first = nextId;
          nextId += count;
          await fair(async () => {
            await db.execute(
              `INSERT INTO t (id, v, p) SELECT ${first} + number, ${first} + number, number % 3 FROM numbers(${count})`,
              clickhouse,
            );
            acknowledged += count;
            sum += (first + first + count - 1) * (count / 2);
          });
        }
      };
      const read = async (): Promise<void> => {
        while (running) {
          const least = acknowledged;
          await fair(async () => {
            const [[count, distinct]] = await rows(db, 'SELECT count(), uniqExact(id) FROM t');
            expect(count).toBe(distinct);
            expect(Number(count)).toBeGreaterThanOrEqual(least);
            expect(Number(count)).toBeLessThan(nextId);
          });
          await fair(async () => {
            // A default as of its ALTER, or the type's: never another column's values.
            const [[strange]] = await rows(db, 'SELECT count() FROM t WHERE extra <> 5');
            expect(strange).toBe('0');
          });
          await fair(async () => expect(await rows(db, WRONG_VALUES)).toEqual([['0']]));
        }
      };
      const merge = async (): Promise<void> => {
        while (running) await fair(async () => void (await rows(db, 'OPTIMIZE TABLE t')));
      };
      const changes = [
        'ALTER TABLE t ADD COLUMN IF NOT EXISTS extra Int32 DEFAULT 5',
        'ALTER TABLE t DROP COLUMN IF EXISTS extra',
        'ALTER TABLE t MODIFY COLUMN v Int64',
        'ALTER TABLE t MODIFY COLUMN v String',
        'ALTER TABLE t MODIFY COLUMN v Int32',
        'ALTER TABLE t MODIFY COLUMN v Nullable(Int32)',
        'ALTER TABLE t CLEAR COLUMN v IN PARTITION 1',
        "ALTER TABLE t MODIFY COMMENT 'again'",
        'RENAME TABLE t TO u, u TO t',
      ];
      const alter = async (): Promise<void> => {
        for (let i = 0; i < 40; i++)
          await fair(
            async () => void (await rows(db, changes[random.below(changes.length)])),
            // Cleared strings are no numbers, cleared numbers may be NULL.
            ['CANNOT_PARSE_INPUT', 'CANNOT_INSERT_NULL'],
          );
        running = false;
      };
      await Promise.all([insert(), insert(), read(), merge(), alter()]);
      expect(await rows(db, 'SELECT count(), uniqExact(id), sum(id) FROM t')).toEqual([
        [String(acknowledged), String(acknowledged), String(sum)],
      ]);
      expect(acknowledged).toBeGreaterThan(0);
      await db.close();
    },
  );

  it('keeps a running query on the rows and columns it began with', async () => {
    const db = await open();
    await db.execute('CREATE TABLE t (a Int64, b Int64) ENGINE = MergeTree ORDER BY a', clickhouse);
    await db.execute('INSERT INTO t SELECT number, number * 2 FROM numbers(300000)', clickhouse);
    const run = await db.run('SELECT a, b FROM t', clickhouse);
    const batches = run.batches[Symbol.asyncIterator]();
    const first = await batches.next();
    await rows(db, 'ALTER TABLE t DROP COLUMN b, ADD COLUMN b Int64 DEFAULT 1');
    await rows(db, 'OPTIMIZE TABLE t FINAL');
    await rows(db, 'TRUNCATE TABLE t');
    let count = 0;
    for (let next = first; next.done !== true; next = await batches.next()) {
      count += next.value.rows;
      const [a, b] = next.value.columns;
      if (a.lane === 'i64' && b.lane === 'i64') expect(b.values[0]).toBe(a.values[0] * 2n);
    }
    expect(count).toBe(300000);
    await db.close();
  });

  it('is refused to those who may only read', async () => {
    const db = await open();
    await db.execute('CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a', clickhouse);
    for (const sql of [
      'ALTER TABLE t ADD COLUMN b Int8',
      'ALTER TABLE t DROP PARTITION ALL',
      'RENAME TABLE t TO u',
      'EXCHANGE TABLES t AND t',
    ])
      await expect(db.execute(sql, { ...clickhouse, readonly: true })).rejects.toMatchObject({
        errorName: 'READONLY',
      });
    await db.close();
  });
});

describe('partitions', () => {
  it('that are frozen are a data folder of their own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'basalt-freeze-'));
    try {
      const db = await open({ path: join(folder, 'data') });
      await db.execute(
        'CREATE TABLE t (p UInt8, s String) ENGINE = MergeTree PARTITION BY p ORDER BY s',
        clickhouse,
      );
      await db.execute("INSERT INTO t VALUES (1, 'one'), (2, 'two')", clickhouse);
      await rows(db, 'ALTER TABLE t ADD COLUMN n Int8 DEFAULT 3');
      await rows(db, "ALTER TABLE t FREEZE PARTITION 1 WITH NAME 'kept'");
      await expect(rows(db, "ALTER TABLE t FREEZE WITH NAME 'kept'")).rejects.toMatchObject({
        errorName: 'BAD_ARGUMENTS',
      });
      await expect(rows(db, "ALTER TABLE t FREEZE WITH NAME '../x'")).rejects.toMatchObject({
        errorName: 'BAD_ARGUMENTS',
      });
      await rows(db, 'DROP TABLE t');
      await db.close();
      const kept = await open({ path: join(folder, 'data', 'shadow', 'kept') });
      expect(await rows(kept, 'SELECT * FROM t')).toEqual([[1, 'one', 3]]);
      await kept.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of rows that are written at once keep their strings apart', async () => {
    const db = await open();
    await db.execute(
      'CREATE TABLE t (p UInt8, s String) ENGINE = MergeTree PARTITION BY p ORDER BY p',
      clickhouse,
    );
    // Many batches: the memory of the first is used again before the last is gathered.
    await db.execute(
      "INSERT INTO t SELECT number % 5, concat('text ', toString(number)) FROM numbers(200000)",
      clickhouse,
    );
    expect(await rows(db, "SELECT count(), uniqExact(s) FROM t WHERE s LIKE 'text %'")).toEqual([
      ['200000', '200000'],
    ]);
    await db.close();
  });

  it('do not come back under a column that took another type meanwhile', async () => {
    const db = await open();
    await db.execute(
      'CREATE TABLE t (p UInt8, v Int32) ENGINE = MergeTree PARTITION BY p ORDER BY p',
      clickhouse,
    );
    await db.execute('INSERT INTO t VALUES (1, 10), (2, 20)', clickhouse);
    await rows(db, 'ALTER TABLE t DETACH PARTITION 1');
    await rows(db, 'ALTER TABLE t MODIFY COLUMN v String');
    await expect(rows(db, 'ALTER TABLE t ATTACH PARTITION 1')).rejects.toMatchObject({
      errorName: 'INCOMPATIBLE_COLUMNS',
    });
    await rows(db, 'ALTER TABLE t DROP COLUMN v, ADD COLUMN w Int8 DEFAULT 4');
    await rows(db, 'ALTER TABLE t ATTACH PARTITION 1');
    expect(await rows(db, 'SELECT p, w FROM t ORDER BY p')).toEqual([
      [1, 4],
      [2, 4],
    ]);
    await db.close();
  });
});
