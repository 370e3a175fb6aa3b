import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { compile } from '../../engine/exec/expression/compile.ts';
import { OnceEvaluators } from '../../engine/exec/expression/once.ts';
import { type Input, maskedInput } from '../../engine/exec/input.ts';
import { wordsOf } from '../../engine/exec/lane.ts';
import { type CallExpr, call, column, type Expr, literal } from '../../engine/plan/expr.ts';
import { sharedTerms } from '../../engine/plan/shared-terms.ts';
import { INT64 } from '../../engine/type/type.ts';
import { intVector } from '../../engine/vector/vector.ts';
import { EngineWorld } from './world.ts';

const plus = (a: Expr, b: Expr): CallExpr => call('add_checked_i64', [a, b], INT64);
const times = (a: Expr, b: Expr): CallExpr => call('mul_checked_i64', [a, b], INT64);
const x = column(0, INT64);
const one = literal(1n, INT64);

describe('a shared expression', () => {
  const VALUES = [10, 20, 30, 40];

  /** The places' evaluators, and a batch that counts how often its column is read. */
  const evaluatorsOf = (...places: Expr[]) => {
    const world = new EngineWorld();
    const { task } = world;
    task.once = new OnceEvaluators(sharedTerms(places));
    let reads = 0;
    const batch: Input = {
      rows: VALUES.length,
      column: () => {
        reads++;
        return intVector(VALUES.length, world.i64(VALUES), 8, 0n, 0);
      },
    };
    const evaluators = places.map((place) => compile(place, task));
    return {
      task,
      batch,
      reads: () => reads,
      /** Values of one place over a batch. */
      values: (place: number, input = batch) => {
        const v = evaluators[place](input);
        return world.readI64(wordsOf(task, v), v.rows);
      },
    };
  };

  it('is computed for a batch by the place that comes first', () => {
    const { values, reads } = evaluatorsOf(plus(x, one), times(plus(x, one), literal(2n, INT64)));
    expect(values(0)).toEqual([11, 21, 31, 41]);
    expect(values(1)).toEqual([22, 42, 62, 82]);
    expect(reads()).toBe(1);
  });

  it('is taken from all rows of a batch for those that are left, and not for all from some', () => {
    const { task, batch, values, reads } = evaluatorsOf(plus(x, one), plus(x, one));
    const mask = task.heap.alloc(VALUES.length);
    task.arena.u8.set([0, 1, 0, 1], mask);
    const some = maskedInput(task, batch, mask);
    expect(values(0, some)).toEqual([21, 41]);
    expect([values(1), reads()]).toEqual([[11, 21, 31, 41], 2]);
    expect(values(0, maskedInput(task, batch, mask))).toEqual([21, 41]);
    expect(reads()).toBe(2);
  });
});

describe('EXPLAIN tells what is computed once', () => {
  let db: Database;
  beforeAll(async () => {
    db = await open({ threads: 2 });
    await db.execute('CREATE TABLE t (a BIGINT, b BIGINT, s VARCHAR)');
  });
  afterAll(() => db.close());

  const onceIn = async (sql: string): Promise<string[]> =>
    (await db.query(`EXPLAIN ${sql}`))
      .map((row) => String(Object.values(row)[0]))
      .flatMap((line) => / once: (.*?)(?: \[|$)/.exec(line)?.[1] ?? []);

  it.each([
    ['in aggregates', 'SELECT sum(a * b), max(a * b + 1) FROM t', ['mul_checked_i64(#0, #1)']],
    [
      'the whole of it, not its parts',
      'SELECT a * b + 1, (a * b + 1) * 2 FROM t',
      ['add_checked_i64(mul_checked_i64(#0, #1), 1)'],
    ],
    ['below and above a filter', "SELECT upper(s) FROM t WHERE upper(s) LIKE 'A%'", ['upper(#0)']],
    ['in one condition', 'SELECT 1 FROM t WHERE a * b > 5 AND a * b < 9', ['mul_checked_i64(#0, #1)']],
    ['in a key and an argument', 'SELECT a % 3, sum(a % 3) FROM t GROUP BY a % 3', ['mod_null_i64(#0, 3)']],
    [
      'within one branch of CASE',
      'SELECT CASE WHEN b > 0 THEN (a % b) * (a % b) END FROM t',
      ['mod_null_i64(#0, #1)'],
    ],
    [
      'in a branch what all rows need',
      'SELECT CASE WHEN b > 0 THEN a % b END, a % b FROM t',
      ['mod_null_i64(#0, #1)'],
    ],
    [
      'nothing that two branches need for different rows',
      'SELECT CASE WHEN b > 0 THEN a % b ELSE 1 - a % b END FROM t',
      [],
    ],
    ['no columns', 'SELECT a, a, a + 1 FROM t', []],
    ['nothing that stands once', 'SELECT a + 1, a + 2 FROM t', []],
  ] as const)('%s', async (_, sql, expected) => {
    expect(await onceIn(sql)).toEqual(expected);
  });
});
