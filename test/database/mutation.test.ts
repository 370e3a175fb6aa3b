/** DELETE and UPDATE besides their answers: who sees what meanwhile, what waits, what is cancelled, what is left. */

import { afterEach, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { sharedRuntime } from '../../database/runtime.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

const { arena, frames } = sharedRuntime({ kernels: 'compiled' }).engine;
const opened: Database[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});
const openTest = async (settings = {}): Promise<Database> => {
  const db = await openOn(new MemoryFileSystem(), '/test', { threads: 2 }, { settings });
  opened.push(db);
  return db;
};
const one = async (db: Database, sql: string): Promise<unknown> => Object.values((await db.query(sql))[0])[0];
const changedRows = async (db: Database, sql: string): Promise<number> =>
  (await db.execute(sql)).statistics.rowsWritten;

/** Small segments that are merged all the time. */
const BUSY = { flushRows: 50, merge: { fanIn: 2, maxInputs: 4, maxRows: 1e6, maxBytes: 1e9 } };

describe('readers', () => {
  for (const seed of [1, 2, 3]) {
    it(`see every change whole while others insert, delete, update and merge (seed ${seed})`, async () => {
      const db = await openTest(BUSY);
      // Every pair cancels out: what is seen of it must be both rows, or none.
      await db.query('CREATE TABLE t (pair BIGINT, v BIGINT, s VARCHAR)');
      const random = new SeededRandom(seed);
      const rounds = 25;
      let inserted = 0;
      let deleted = 0;
      let ended = false;
      const insert = async (): Promise<void> => {
        for (let i = 0; i < rounds * 2; i++) {
          const values = Array.from({ length: 1 + random.below(20) }, () => {
            const pair = ++inserted;
            return `(${pair}, ${pair * 3}, 'plus ${pair % 7}'), (${pair}, ${pair * -3}, 'minus')`;
          });
          await db.query(`INSERT INTO t VALUES ${values.join()}`);
        }
      };
      const remove = async (): Promise<void> => {
        for (let i = 0; i < rounds; i++) {
          const rest = random.below(5);
          deleted += await changedRows(
            db,
            `DELETE FROM t WHERE pair % 5 = ${rest} AND v % ${2 + random.below(3)} = 0`,
          );
        }
      };
      const update = async (): Promise<void> => {
        for (let i = 0; i < rounds; i++)
          await db.query(`UPDATE t SET v = v * 2, s = s || '!' WHERE pair % 7 = ${random.below(7)}`);
      };
      const merge = async (): Promise<void> => {
        while (!ended) await db.query('OPTIMIZE TABLE t FINAL', { dialect: 'clickhouse' });
      };
      const read = async (): Promise<void> => {
        while (!ended) {
          const [{ n, s, odd }] = await db.query(
            `SELECT count(*) AS n, sum(v) AS s, (SELECT count(*) FROM (SELECT pair FROM t GROUP BY pair HAVING count(*) <> 2) AS o) AS odd FROM t`,
          );
          expect(Number(n) % 2).toBe(0);
          expect([0, null]).toContain(s);
          expect(odd).toBe(0);
        }
      };
      const background = Promise.all([merge(), read(), read()]);
      try {
        await Promise.all([insert(), remove(), update()]);
      } finally {
        ended = true;
      }
      await background;
      expect(await one(db, 'SELECT count(*) FROM t')).toBe(inserted * 2 - deleted);
      expect(deleted).toBeGreaterThan(0);
    });
  }

  it('of a statement that began before see the rows as they were', async () => {
    const db = await openTest(BUSY);
    await db.query('CREATE TABLE t (a BIGINT)');
    await db.query('INSERT INTO t SELECT number FROM numbers(200000)', { dialect: 'clickhouse' });
    const run = await db.run('SELECT a FROM t');
    const batches = run.batches[Symbol.asyncIterator]();
    let rows = (await batches.next()).value?.rows ?? 0;
    await db.query('DELETE FROM t WHERE a >= 10');
    await db.query('OPTIMIZE TABLE t', { dialect: 'clickhouse' });
    for (let next = await batches.next(); next.done !== true; next = await batches.next())
      rows += next.value.rows;
    expect(rows).toBe(200_000);
    expect(await one(db, 'SELECT count(*) FROM t')).toBe(10);
  });
});

describe('a DELETE', () => {
  it('beside inserts neither loses nor deletes what came after it', async () => {
    const db = await openTest(BUSY);
    await db.query('CREATE TABLE t (a BIGINT)');
    let deleted = 0;
    let ended = false;
    const remove = async (): Promise<void> => {
      while (!ended) {
        const rows = await changedRows(db, 'DELETE FROM t WHERE a >= 0');
        deleted += rows;
      }
    };
    const removing = Promise.all([remove(), remove()]);
    for (let i = 0; i < 100; i++) await db.query(`INSERT INTO t VALUES (${i}), (${i}), (${-1 - i})`);
    ended = true;
    await removing;
    const left = Number(await one(db, 'SELECT count(*) FROM t WHERE a >= 0'));
    expect(deleted + left).toBe(200);
    expect(await one(db, 'SELECT count(*) FROM t WHERE a < 0')).toBe(100);
  });

  it('that is cancelled, running or waiting, leaves nothing and says so at once', async () => {
    const db = await openTest();
    await db.query('CREATE TABLE t (a BIGINT, s VARCHAR)');
    await db.query('INSERT INTO t SELECT number, toString(number) FROM numbers(300000)', {
      dialect: 'clickhouse',
    });
    const slow =
      "UPDATE t SET s = s || (SELECT max(a.s) FROM t AS a JOIN t AS b ON a.a % 9000 = b.a % 9000 WHERE a.s || b.s < 'x')";
    const running = new AbortController();
    const waiting = new AbortController();
    const first = db.query(slow, { signal: running.signal });
    const second = db.query('DELETE FROM t', { signal: waiting.signal });
    await new Promise((resolve) => setTimeout(resolve, 50));
    waiting.abort();
    await expect(second).rejects.toThrow();
    running.abort();
    await expect(first).rejects.toThrow();
    expect(await db.query('SELECT count(*) AS n, sum(a) AS s FROM t')).toEqual([
      { n: 300_000, s: (300_000 * 299_999) / 2 },
    ]);
    expect(await changedRows(db, 'DELETE FROM t WHERE a < 10')).toBe(10);
    expect(await one(db, 'SELECT count(*) FROM t')).toBe(299_990);
  });

  it('in a fork is not seen outside of it, nor the other way round', async () => {
    const db = await openTest();
    await db.query('CREATE TABLE t (a BIGINT)');
    await db.query('INSERT INTO t VALUES (1), (2), (3), (4)');
    await db.query('DELETE FROM t WHERE a = 1');
    const fork = await db.fork();
    opened.push(fork);
    await fork.query('DELETE FROM t WHERE a = 2');
    await db.query('DELETE FROM t WHERE a = 3');
    await db.query('DELETE FROM t WHERE a = 4');
    expect(await fork.query('SELECT a FROM t ORDER BY a')).toEqual([{ a: 3 }, { a: 4 }]);
    expect(await db.query('SELECT a FROM t ORDER BY a')).toEqual([{ a: 2 }]);
  });

  it('gives its memory back', async () => {
    const db = await openTest();
    await db.query('CREATE TABLE t (a BIGINT)');
    await db.query('INSERT INTO t SELECT number FROM numbers(500000)', { dialect: 'clickhouse' });
    const held = (): number => {
      frames.evict(Number.POSITIVE_INFINITY);
      frames.evict(Number.POSITIVE_INFINITY);
      return arena.usedBytes;
    };
    await db.query('DELETE FROM t WHERE a % 2 = 0');
    const before = held();
    await db.query('DELETE FROM t WHERE a % 3 = 0');
    await expect(db.query('DELETE FROM t WHERE 1 / (a - 7) < 0 AND a / 0 > 1')).resolves.toBeDefined();
    expect(held() - before).toBeLessThanOrEqual(1 << 20);
    await db.query('DROP TABLE t');
  });

  it('reads no blocks that bounds rule out, and says what it skipped', async () => {
    const db = await openTest();
    await db.query('CREATE TABLE t (a BIGINT NOT NULL) ORDER BY a');
    await db.query('INSERT INTO t SELECT number FROM numbers(300000)', { dialect: 'clickhouse' });
    const { statistics } = await db.execute('DELETE FROM t WHERE a < 100000');
    expect(statistics.rowsWritten).toBe(100_000);
    expect(statistics.rowsRead).toBeLessThan(200_000);
    const [{ n, low }] = await db.query('SELECT count(*) AS n, min(a) AS low FROM t');
    expect([n, low]).toEqual([200_000, 100_000]);
  });
});

describe('an UPDATE', () => {
  it('of the partition column moves rows to their partitions', async () => {
    const db = await open();
    opened.push(db);
    await db.query(
      'CREATE TABLE t (day Date, a Int64) ENGINE = MergeTree PARTITION BY toYYYYMM(day) ORDER BY a',
      { dialect: 'clickhouse' },
    );
    await db.query("INSERT INTO t VALUES ('2026-01-01', 1), ('2026-01-02', 2), ('2026-02-01', 3)", {
      dialect: 'clickhouse',
    });
    expect(await changedRows(db, "UPDATE t SET day = DATE '2026-03-01' WHERE a <> 2")).toBe(2);
    const parts = await db.query(
      'SELECT partition, sum(rows) AS n FROM system.parts GROUP BY partition ORDER BY partition',
    );
    expect(parts).toEqual([
      { partition: '202601', n: 1 },
      { partition: '202603', n: 2 },
    ]);
  });

  it('is listed in system.mutations, of which a bounded number is kept', async () => {
    const db = await open();
    opened.push(db);
    await db.query('CREATE TABLE t (a BIGINT, b VARCHAR)');
    await db.query("INSERT INTO t VALUES (1, 'x')");
    for (let i = 0; i < 105; i++) await db.query(`UPDATE t SET b = 'v${i}' WHERE a = 1`);
    const rows = await db.query(
      'SELECT database, "table", mutation_id, command, is_done FROM system.mutations',
    );
    expect(rows).toHaveLength(100);
    expect(rows[99]).toEqual({
      database: 'default',
      table: 't',
      mutation_id: 'mutation_105.txt',
      command: "UPDATE b = 'v104' WHERE a = 1",
      is_done: 1,
    });
    expect(await db.query('SELECT * FROM t')).toEqual([{ a: 1, b: 'v104' }]);
  });

  it('is bound again when the table was altered while it waited', async () => {
    const db = await openTest();
    await db.query('CREATE TABLE t (a BIGINT)');
    await db.query('INSERT INTO t SELECT i FROM generate_series(1, 1000) AS g(i)');
    // All of them are bound to the table of one column; the change of columns comes in the middle.
    await Promise.all([
      db.query('UPDATE t SET a = a + 1'),
      db.query('ALTER TABLE t ADD COLUMN b BIGINT DEFAULT 7'),
      db.query('UPDATE t SET a = a + 1'),
      db.query('DELETE FROM t WHERE a > 1000'),
    ]);
    expect(await db.query('SELECT count(*) AS n, min(a) AS a, max(a) AS z, min(b) AS b FROM t')).toEqual([
      { n: 998, a: 3, z: 1000, b: 7 },
    ]);
    const dropped = Promise.allSettled([
      db.query('UPDATE t SET a = a + 1'),
      db.query('ALTER TABLE t DROP COLUMN b'),
      db.query('UPDATE t SET b = 1'),
      db.query('INSERT INTO t (a) SELECT a FROM t'),
    ]);
    expect((await dropped).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(await db.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 1996 }]);
  });

  it('may do nothing where only reading is allowed', async () => {
    const db = await open();
    opened.push(db);
    await db.query('CREATE TABLE t (a BIGINT)');
    for (const sql of ['UPDATE t SET a = 1', 'DELETE FROM t', 'ALTER TABLE t DELETE WHERE a = 1'])
      await expect(db.query(sql, { readonly: true })).rejects.toMatchObject({ errorName: 'READONLY' });
  });
});

describe('RETURNING', () => {
  it('answers rows that have changed already, and none of an insert that was done before', async () => {
    const db = await openTest();
    await db.query('CREATE TABLE t (a BIGINT, b BIGINT DEFAULT 5)');
    const insert = (): Promise<object[]> =>
      db.query('INSERT INTO t (a) VALUES (1), (2) RETURNING *', {
        settings: { insert_deduplication_token: 'once' },
      });
    expect((await insert()).length).toBe(2);
    expect(await insert()).toEqual([]);
    expect(await one(db, 'SELECT count(*) FROM t')).toBe(2);
    // Whoever asked reads one row, and both are gone.
    for await (const _ of db.stream('DELETE FROM t WHERE a < 3 RETURNING a')) break;
    expect(await one(db, 'SELECT count(*) FROM t')).toBe(0);
  });

  it('changes nothing where the answer takes more than the query may hold', async () => {
    const db = await openTest();
    await db.query('CREATE TABLE t AS SELECT i AS a FROM range(200000) AS r(i)');
    await expect(
      db.query("UPDATE t SET a = -1 RETURNING repeat('x', 100)", { settings: { max_memory_usage: 16e6 } }),
    ).rejects.toMatchObject({ errorName: 'MEMORY_LIMIT_EXCEEDED' });
    expect(await one(db, 'SELECT min(a) FROM t')).toBe(0);
  });
});
