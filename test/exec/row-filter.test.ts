import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { lazyInput } from '../../engine/exec/input.ts';
import { RowFilter } from '../../engine/exec/row-filter.ts';
import { call, column, type Expr, literal } from '../../engine/plan/expr.ts';
import { BOOL, INT64 } from '../../engine/type/type.ts';
import { intVector } from '../../engine/vector/vector.ts';
import { EngineWorld } from './world.ts';

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

describe('the order of conditions that cannot fail', () => {
  const ROWS = 100;
  const BATCHES = 20;
  const above = (index: number, limit: number): Expr =>
    call('gt_i64', [column(index, INT64), literal(BigInt(limit), INT64)], BOOL);

  /** How often each column was read, of rows whose columns are all 0 to 99; and how many rows passed. */
  function readsOf(predicate: Expr): { readonly reads: readonly number[]; readonly passed: number } {
    const world = new EngineWorld();
    const filter = new RowFilter(world.task, predicate);
    const values = world.i64(Array.from({ length: ROWS }, (_, i) => i));
    const reads = [0, 0, 0];
    let passed = 0;
    for (let i = 0; i < BATCHES; i++) {
      const input = lazyInput(ROWS, (c) => {
        reads[c]++;
        return intVector(ROWS, values, 8, 0n, 0);
      });
      passed += filter.apply(input).rows;
    }
    return { reads, passed };
  }

  it('becomes that of how many rows they turn down', () => {
    const { reads, passed } = readsOf(call('and', [above(0, 10), above(1, 50), above(2, 1000)], BOOL));
    expect(passed).toBe(0);
    expect(reads[2]).toBe(BATCHES);
    expect(reads[0]).toBeLessThan(BATCHES / 2);
    expect(reads[1]).toBeLessThan(BATCHES / 2);
  });

  it('is that of the statement where all let all rows through', () => {
    const { reads, passed } = readsOf(call('and', [above(0, -1), above(1, -1), above(2, -1)], BOOL));
    expect(passed).toBe(ROWS * BATCHES);
    expect(reads).toEqual([BATCHES, BATCHES, BATCHES]);
  });
});
