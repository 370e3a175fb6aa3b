import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, type Dialect, open } from '../../database/index.ts';

/** Subqueries where golden files cannot say it: answers that must be those of another way to ask. */
const AGGREGATES: Readonly<Record<'standard' | 'clickhouse', readonly string[]>> = {
  standard: [
    'count(*)',
    'count(x)',
    'sum(x)',
    'avg(x)',
    'min(s)',
    'max(f)',
    'any_value(s)',
    'stddev(f)',
    'bool_and(x > 1)',
  ],
  clickhouse: [
    'count()',
    'count(x)',
    'sum(x)',
    'avg(x)',
    'avg(f)',
    'min(s)',
    'max(f)',
    'any(s)',
    'sum(f)',
    'uniqExact(x)',
    'varPop(f)',
  ],
};

describe('subqueries', () => {
  let db: Database;

  beforeAll(async () => {
    db = await open();
    await db.query('CREATE TABLE t (x UInt32, f Float64, s String) ORDER BY x', { dialect: 'clickhouse' });
    await db.query("INSERT INTO t VALUES (1, 0.5, 'a'), (2, 1.5, 'b')", { dialect: 'clickhouse' });
  });

  afterAll(() => db.close());

  it.each(
    Object.entries(AGGREGATES).flatMap(([dialect, list]) =>
      list.map((a) => [a, dialect as Dialect] as const),
    ),
  )(
    '%s of no rows is the same whether the subquery reads outer columns or not (%s)',
    async (aggregate, dialect) => {
      const [row] = await db.query(
        `SELECT (SELECT ${aggregate} FROM t WHERE t.x = o.k) AS a, (SELECT ${aggregate} FROM t WHERE t.x = 9) AS b
         FROM (SELECT 9 AS k) AS o`,
        { dialect },
      );
      expect(row['a']).toEqual(row['b']);
    },
  );

  it('several rows for an outer row are an error only where their value is asked for', async () => {
    const sql = (when: string) =>
      `SELECT CASE WHEN ${when} THEN (SELECT i.x FROM t AS i WHERE i.s >= o.s) ELSE 0 END AS a FROM t AS o ORDER BY x`;
    expect(await db.query(sql('x > 1'))).toEqual([{ a: 0 }, { a: 2 }]);
    await expect(db.query(sql('x = 1'))).rejects.toThrow(/stands for one value gave 2 rows/);
  });
});
