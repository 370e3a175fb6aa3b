import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

const estimate = async (db: Database, query: string): Promise<readonly unknown[]> =>
  (await db.execute(`EXPLAIN ESTIMATE ${query}`, { dialect: 'clickhouse' })).rows;

/** 100,000 rows in one part of t, 10 in u; a block has 65,536 rows at most. */
async function filled(): Promise<Database> {
  const db = await open();
  for (const sql of [
    'CREATE DATABASE d',
    'CREATE TABLE t (k Int64, v Int64) ENGINE = MergeTree ORDER BY k',
    'CREATE TABLE d.u (k Int64, v Int64) ENGINE = ReplacingMergeTree ORDER BY k',
    'INSERT INTO t SELECT number, number % 7 FROM numbers(100000)',
    'INSERT INTO d.u SELECT number, 1 FROM numbers(10)',
    'OPTIMIZE TABLE t FINAL',
    'OPTIMIZE TABLE d.u FINAL',
  ])
    await db.execute(sql, { dialect: 'clickhouse' });
  return db;
}

describe('EXPLAIN ESTIMATE', () => {
  it('has a row for each table, of what bounds leave of it', async () => {
    await using db = await filled();
    const { columns } = await db.execute('EXPLAIN ESTIMATE SELECT 1', { dialect: 'clickhouse' });
    expect(columns.map((c) => `${c.name} ${c.type}`)).toEqual([
      'database String',
      'table String',
      'parts UInt64',
      'rows UInt64',
      'marks UInt64',
    ]);
    const [[database, table, parts, rows, marks]] = (await estimate(db, 'SELECT sum(v) FROM t')) as [
      unknown[],
    ];
    expect([database, table, parts, rows]).toEqual(['default', 't', 1, 100_000]);
    const [[, , , blockRows, blocks]] = (await estimate(db, 'SELECT sum(v) FROM t WHERE k < 10')) as [
      unknown[],
    ];
    expect(blocks).toBe(1);
    expect(marks).toBe(Math.ceil(100_000 / Number(blockRows)));
    expect(Number(marks)).toBeGreaterThan(1);
    expect(await estimate(db, 'SELECT sum(v) FROM t WHERE k > 1000000')).toEqual([['default', 't', 0, 0, 0]]);
  });

  it('adds up what a table is read for', async () => {
    await using db = await filled();
    expect(await estimate(db, 'SELECT v FROM d.u UNION ALL SELECT v FROM d.u FINAL')).toEqual([
      ['d', 'u', 2, 20, 2],
    ]);
    const joined = (await estimate(db, 'SELECT a.v FROM t AS a JOIN d.u AS b ON a.k = b.k')) as unknown[][];
    expect(joined.map((row) => row.slice(0, 4))).toEqual([
      ['d', 'u', 1, 10],
      ['default', 't', 1, 100_000],
    ]);
  });

  it('has no row for what is not read, or is no stored table', async () => {
    await using db = await filled();
    expect(await estimate(db, 'SELECT count() FROM t')).toEqual([]);
    expect(await estimate(db, 'SELECT number FROM numbers(10)')).toEqual([]);
    expect(await estimate(db, 'SELECT name FROM system.tables')).toEqual([]);
    const recursive =
      'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < (SELECT max(v) FROM d.u)) SELECT n FROM r';
    expect(await estimate(db, recursive)).toEqual([]);
  });

  it('is of queries, in the ClickHouse dialect', async () => {
    await using db = await filled();
    await expect(estimate(db, 'INSERT INTO t SELECT * FROM t')).rejects.toMatchObject({
      errorName: 'NOT_IMPLEMENTED',
    });
    await expect(db.execute('EXPLAIN ESTIMATE SELECT 1')).rejects.toMatchObject({
      errorName: 'SYNTAX_ERROR',
    });
  });
});
