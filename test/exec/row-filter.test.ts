import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

/** Conditions of a filter run one after the other; which rows pass may not depend on their order, and failing ones are guarded. */
describe('conditions of a filter', () => {
  const ROWS = 40_000;
  let db: Database;
  const count = async (where: string): Promise<unknown> =>
    (await db.query(`SELECT count(*) AS n FROM t WHERE ${where}`))[0].n;
  const expected = (passes: (i: number) => boolean): number =>
    Array.from({ length: ROWS }, (_, i) => i).filter(passes).length;

  beforeAll(async () => {
    db = await open({ threads: 2 });
    // Texts of their own in every row, so that they lie in pages; every eleventh is NULL.
    await db.execute('CREATE TABLE t (id BIGINT, few VARCHAR, text VARCHAR)');
    await db.execute(
      `INSERT INTO t SELECT number, concat('k', toString(number % 5)),
         if(number % 11 = 0, NULL, concat('https://host', toString(number % 7), '/path/', toString(number)))
       FROM numbers(${ROWS})`,
      { dialect: 'clickhouse' },
    );
  });
  afterAll(() => db.close());

  // Numbers that let most rows, some, few and none through.
  it.each([
    ['id >= 0', () => true],
    ['id % 2 = 0', (i: number) => i % 2 === 0],
    ['id < 100', (i: number) => i < 100],
    ['id < 0', () => false],
  ] as const)('searches beside %s', async (first, passes) => {
    const found = (i: number): boolean => i % 11 !== 0 && i % 7 === 3;
    const both = expected((i) => passes(i) && found(i));
    expect(await count(`${first} AND text LIKE '%host3/%'`)).toBe(both);
    expect(await count(`text LIKE '%host3/%' AND ${first}`)).toBe(both);
    expect(await count(`text NOT LIKE '%host3/%' AND ${first}`)).toBe(
      expected((i) => passes(i) && i % 11 !== 0 && !found(i)),
    );
    expect(await count(`text LIKE '%host3/%' AND few = 'k1' AND ${first} AND strlen(text) > 20`)).toBe(
      expected((i) => passes(i) && found(i) && i % 5 === 1 && `https://host3/path/${i}`.length > 20),
    );
    expect(await count(`(text LIKE '%host3/%' OR few = 'k1') AND ${first}`)).toBe(
      expected((i) => passes(i) && (found(i) || i % 5 === 1)),
    );
  });

  it('that can fail see only rows that those before them let through', async () => {
    await db.execute('CREATE TABLE mixed (a VARCHAR, b BIGINT)');
    await db.execute("INSERT INTO mixed VALUES ('12', 1), ('x', 0), ('7', 3), ('', NULL), (NULL, 2)");
    const query = async (where: string): Promise<unknown> =>
      (await db.query(`SELECT a FROM mixed WHERE ${where} ORDER BY b`)).map((row) => row.a);
    expect(await query("a <> 'x' AND a <> '' AND CAST(a AS BIGINT) > 5")).toEqual(['12', '7']);
    expect(await query("strlen(a) > 0 AND a <> 'x' AND CAST(a AS BIGINT) > 10")).toEqual(['12']);
    await expect(query('CAST(a AS BIGINT) > 5 AND strlen(a) > 0')).rejects.toThrow(/x|BIGINT|parse/i);
  });
});
