import { describe, expect, it } from 'vitest';
import { open } from '../../database/index.ts';

describe('PIVOT without its values', () => {
  const SQL = 'PIVOT t ON k USING sum(v) GROUP BY g ORDER BY g';

  it('has a column for each value that there is when it runs', async () => {
    await using db = await open();
    await db.execute('CREATE TABLE t (g VARCHAR, k VARCHAR, v INTEGER)');
    await db.execute("INSERT INTO t VALUES ('a', 'x', 1)");
    const first = await db.execute(SQL);
    expect(first.columns.map((c) => c.name)).toEqual(['g', 'x']);
    await db.execute("INSERT INTO t VALUES ('a', 'z', 5), ('b', 'y', 7), ('b', NULL, 8)");
    const second = await db.execute(SQL);
    expect(second.columns.map((c) => c.name)).toEqual(['g', 'x', 'y', 'z']);
    expect(second.rows).toEqual([
      ['a', 1, null, 5],
      ['b', null, 7, null],
    ]);
  });

  it('reads them under the limits of the statement, once in the query log', async () => {
    await using db = await open();
    await db.execute("CREATE TABLE t AS SELECT 'a' AS g, 'x' AS k, 1 AS v");
    await db.execute(SQL, { queryId: 'pivot', settings: { readonly: 1 } });
    const logged = await db.execute("SELECT count(*) FROM system.query_log WHERE query_id = 'pivot'");
    expect(logged.rows).toEqual([[1]]);
    await expect(db.execute(SQL, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow();
    await expect(db.execute(SQL, { settings: { max_memory_usage: 1 } })).rejects.toMatchObject({
      errorName: 'MEMORY_LIMIT_EXCEEDED',
    });
    expect((await db.execute('SELECT count(*) FROM system.processes')).rows).toEqual([[1]]);
  });

  it('reads parameters', async () => {
    await using db = await open();
    const sql = 'PIVOT (SELECT range AS k FROM range(10) WHERE range > ?) ON k';
    const { columns, rows } = await db.execute(sql, { params: [6], settings: { max_result_rows: 1 } });
    expect(columns.map((c) => c.name)).toEqual(['7', '8', '9']);
    expect(rows).toEqual([[1, 1, 1]]);
  });
});
