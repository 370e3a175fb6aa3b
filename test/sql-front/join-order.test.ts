import { describe, expect, test } from 'vitest';
import { joinOrder } from '../../engine/plan/join-order/index.ts';
import type { Statistics } from '../../engine/plan/statistics.ts';
import { dedent, planText } from './plan-text.ts';
import { planOf } from './session.ts';

/**
 * Joins of the tables of session.ts after all other rules, and after their order was chosen. Columns are numbered in a node's input;
 * numbers in brackets are ids of columns: 2 channel, 3 page, 4 added, 5 delta.
 */

/** By table: `wiki` is large, `other` has one row a value of `added`, `events` is small. */
const ROWS: Readonly<Record<number, number>> = { 1: 1_000_000, 2: 10_000, 3: 100 };
const CHANNEL = 2;

const STATISTICS: Statistics = {
  rows: (tableId) => ROWS[tableId],
  zone: () => undefined,
  isExact: () => true,
  roughZone: (tableId, columnId) =>
    columnId === CHANNEL && tableId !== 3
      ? undefined
      : { min: 0n, max: tableId === 3 ? 99n : 9_999n, nullCount: 0 },
  distinct: (tableId, columnId) => (columnId === CHANNEL && tableId !== 3 ? 500 : undefined),
};

type Case = {
  readonly does: string;
  readonly sql: string;
  /** Absent: it stays as it is. */
  readonly after?: string;
  readonly before: string;
};

const CASES: readonly Case[] = [
  {
    does: 'the smaller side is the one that is kept',
    sql: 'SELECT a.page, b.page FROM other AS b JOIN wiki AS a ON a.added = b.added',
    before: `
      project #2, #0
        inner join [#1] = [#1]
          scan other [3, 4]
          scan wiki [3, 4]`,
    after: `
      project #0, #2
        inner join [#1] = [#1]
          scan wiki [3, 4]
          scan other [3, 4]`,
  },
  {
    does: 'nothing is a product that need not be',
    sql: 'SELECT a.page FROM other AS b, events AS e, wiki AS a WHERE a.added = b.added AND a.delta = e.n',
    before: `
      project #2
        inner join [#0, #1] = [#1, #2]
          cross join [] = []
            scan other [4]
            scan events [1]
          scan wiki [3, 4, 5]`,
    after: `
      project #0
        inner join [#1] = [#0]
          project #0, #1
            inner join [#2] = [#0]
              scan wiki [3, 4, 5]
              scan events [1]
          scan other [4]`,
  },
  {
    does: 'what leaves the fewest rows comes first',
    sql: "SELECT a.page FROM wiki AS a JOIN other AS b ON a.added = b.added JOIN other AS c ON a.delta = c.added WHERE c.channel = 'x'",
    before: `
      project #0
        inner join [#1] = [#0]
          project #0, #2
            inner join [#1] = [#0]
              scan wiki [3, 4, 5]
              scan other [4]
          project #1
            scan other [2, 4] where eq_str(#0, 'x')`,
    after: `
      project #1
        inner join [#0] = [#1]
          scan other [4]
          project #0, #1
            inner join [#2] = [#0]
              scan wiki [3, 4, 5]
              project #1
                scan other [2, 4] where eq_str(#0, 'x')`,
  },
  {
    does: 'equalities follow from others: the two small tables are joined first',
    sql: 'SELECT a.page FROM other AS b JOIN wiki AS a ON a.added = b.added JOIN events AS e ON a.added = e.n',
    before: `
      project #0
        inner join [#1] = [#0]
          project #1, #2
            inner join [#0] = [#1]
              scan other [4]
              scan wiki [3, 4]
          scan events [1]`,
    after: `
      project #0
        inner join [#1] = [#0]
          scan wiki [3, 4]
          project #1
            inner join [#0] = [#0]
              scan other [4]
              scan events [1]`,
  },
  {
    does: 'two columns of one table that equal the same are compared there',
    sql: 'SELECT a.page FROM wiki AS a JOIN events AS e ON a.added = e.n AND a.delta = e.n JOIN other AS b ON b.added = a.added',
    before: `
      project #0
        inner join [#1] = [#0]
          project #0, #1
            inner join [#1, #2] = [#0, #0]
              scan wiki [3, 4, 5]
              scan events [1]
          scan other [4]`,
    after: `
      project #1
        inner join [#0] = [#1]
          scan other [4]
          project #0, #1
            inner join [#1] = [#0]
              project #0, #1
                scan wiki [3, 4, 5] where eq_i64(#1, #2)
              scan events [1]`,
  },
  {
    does: 'a left join whose right side is large keeps its left side',
    sql: 'SELECT e.n, a.page FROM events AS e LEFT JOIN wiki AS a ON e.n = a.added AND a.delta > e.n',
    before: `
      project #0, #1
        left join [#0] = [#1] where gt_i64(#3, #0)
          scan events [1]
          scan wiki [3, 4, 5]`,
    after: `
      project #3, #0
        right join [#1] = [#0] where gt_i64(#2, #3)
          scan wiki [3, 4, 5]
          scan events [1]`,
  },
  {
    does: 'a left join waits until few rows are left, and conditions on what it brings wait for it',
    sql: 'SELECT a.page FROM wiki AS a LEFT JOIN other AS b ON a.added = b.added JOIN events AS e ON a.delta = e.n WHERE b.page IS NULL OR e.n = 3',
    before: `
      project #0
        filter or(is_null(#2), eq_i64(#3, 3))
          inner join [#1] = [#0]
            project #0, #2, #3
              left join [#1] = [#1]
                scan wiki [3, 4, 5]
                scan other [3, 4]
            scan events [1]`,
    after: `
      project #0
        filter or(is_null(#3), eq_i64(#2, 3))
          left join [#1] = [#1]
            project #0, #1, #3
              inner join [#2] = [#0]
                scan wiki [3, 4, 5]
                scan events [1]
            scan other [3, 4]`,
  },
  {
    does: 'semi and anti joins come where they leave the fewest rows',
    sql: 'SELECT a.page FROM wiki AS a JOIN other AS b ON a.added = b.added WHERE a.delta IN (SELECT n FROM events) AND NOT EXISTS (SELECT 1 FROM other AS c WHERE c.delta = b.delta)',
    before: `
      project #0
        anti join [#1] = [#0]
          project #0, #2
            semi join [#1] = [#0]
              project #0, #2, #4
                inner join [#1] = [#0]
                  scan wiki [3, 4, 5]
                  scan other [4, 5]
              scan events [1]
          scan other [5]`,
    after: `
      project #0
        inner join [#1] = [#0]
          project #0, #1
            semi join [#2] = [#0]
              scan wiki [3, 4, 5]
              scan events [1]
          project #0
            anti join [#1] = [#0]
              scan other [4, 5]
              scan other [5]`,
  },
  {
    does: 'a condition that can fail sees only rows of the result',
    sql: 'SELECT a.page FROM other AS b JOIN wiki AS a ON a.added = b.added JOIN events AS e ON a.delta = e.n WHERE a.added / b.delta > 1.5',
    before: `
      project #0
        inner join [#1] = [#0]
          project #2, #4
            filter gt_f64(div_f64(i64_to_f64(#3), i64_to_f64(#1)), 1.5)
              inner join [#0] = [#1]
                scan other [4, 5]
                scan wiki [3, 4, 5]
          scan events [1]`,
    after: `
      project #0
        filter gt_f64(div_f64(i64_to_f64(#1), i64_to_f64(#3)), 1.5)
          inner join [#1] = [#0]
            project #0, #1
              inner join [#2] = [#0]
                scan wiki [3, 4, 5]
                scan events [1]
            scan other [4, 5]`,
  },
  {
    does: 'an aggregate is a relation, with its groups as rows',
    sql: 'SELECT a.page, q.c FROM (SELECT channel, count(*) AS c FROM other GROUP BY channel) AS q JOIN wiki AS a ON a.channel = q.channel',
    before: `
      project #3, #1
        inner join [#0] = [#0]
          project #0, #1
            aggregate [#0] count_star()
              scan other [2]
          scan wiki [2, 3]`,
    after: `
      project #1, #3
        inner join [#0] = [#0]
          scan wiki [2, 3]
          project #0, #1
            aggregate [#0] count_star()
              scan other [2]`,
  },
  {
    does: 'joins in the right order stay',
    sql: 'SELECT a.page FROM wiki AS a JOIN other AS b ON a.added = b.added',
    before: `
      project #0
        inner join [#1] = [#0]
          scan wiki [3, 4]
          scan other [4]`,
  },
  {
    does: 'small tables are joined as they are written',
    sql: 'SELECT x.n FROM events AS x, events AS y, events AS z WHERE x.n = z.n AND y.n = z.n AND x.n = 3',
    before: `
      project #0
        inner join [#0, #1] = [#0, #0]
          cross join [] = []
            scan events [1] where eq_i64(#0, 3)
            scan events [1] where eq_i64(#0, 3)
          scan events [1] where eq_i64(#0, 3)`,
  },
  {
    does: 'a full join has no other order',
    sql: 'SELECT a.page FROM other AS b FULL JOIN wiki AS a ON a.added = b.added',
    before: `
      project #1
        full join [#0] = [#1]
          scan other [4]
          scan wiki [3, 4]`,
  },
];

describe('the order of joins', () => {
  test.each(CASES.map((c) => [c.does, c] as const))('%s', (_, { sql, before, after }) => {
    const plan = planOf(sql);
    const ordered = joinOrder(plan, STATISTICS);
    expect(planText(plan)).toBe(dedent(before));
    expect(planText(ordered)).toBe(dedent(after ?? before));
    expect(ordered.schema).toEqual(plan.schema);
    expect(planText(joinOrder(ordered, STATISTICS))).toBe(planText(ordered));
  });
});
