import { describe, expect, it } from 'vitest';
import { type Database, type Dialect, open } from '../../database/index.ts';

const rows = async (db: Database, sql: string, dialect: Dialect): Promise<unknown[][]> =>
  (await db.execute(sql, { dialect })).rows as unknown[][];

describe('functions written in SQL', () => {
  const SHOWN: readonly (readonly [Dialect, string, string])[] = [
    ['clickhouse', 'CREATE FUNCTION f AS (x, `y z`) -> (x + `y z`) * 2', 'f(1, 2)'],
    ['clickhouse', "CREATE FUNCTION f AS () -> 'it''s'", 'f()'],
    ['standard', 'CREATE MACRO f(a, "b c" := (1 + 2) * 3) AS (a + "b c") * 2', 'f(1)'],
    [
      'standard',
      'CREATE FUNCTION f(n) AS TABLE (SELECT i FROM generate_series(1, n) AS g(i))',
      '(SELECT max(i) FROM f(3))',
    ],
  ];
  it.each(SHOWN)('show the statement that makes them: %s, %s', async (dialect, sql, call) => {
    await using db = await open();
    const picture = async (): Promise<unknown[][]> => [
      ...(await rows(db, "SELECT create_query FROM system.functions WHERE name = 'f'", dialect)),
      ...(await rows(db, `SELECT ${call}`, dialect)),
    ];
    await db.execute(sql, { dialect });
    const before = await picture();
    await db.execute('DROP FUNCTION f', { dialect });
    await db.execute(String(before[0][0]), { dialect });
    expect(await picture()).toEqual(before);
    expect(before.length).toBe(2);
  });

  it('are there in the dialect they were written in, and not in a read-only request', async () => {
    await using db = await open();
    await db.execute('CREATE MACRO f(a) AS a + 1');
    await expect(rows(db, 'SELECT f(1)', 'clickhouse')).rejects.toMatchObject({
      errorName: 'UNKNOWN_FUNCTION',
    });
    await db.execute('CREATE FUNCTION f AS a -> a + 2', { dialect: 'clickhouse' });
    expect(await rows(db, 'SELECT f(1)', 'standard')).toEqual([[2]]);
    expect(await rows(db, 'SELECT f(1)', 'clickhouse')).toEqual([[3]]);
    await expect(db.execute('DROP MACRO f', { readonly: true })).rejects.toMatchObject({
      errorName: 'READONLY',
    });
  });

  it('name the place of the call when their text is wrong', async () => {
    await using db = await open();
    await db.execute('CREATE MACRO f(a) AS length(a) + nothing_of_this_name(a)');
    await expect(rows(db, 'SELECT  1, f(2)', 'standard')).rejects.toMatchObject({
      position: { line: 1, column: 12 },
    });
  });
});
