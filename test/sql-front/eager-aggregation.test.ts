import { describe, expect, test } from 'vitest';
import { eagerAggregation } from '../../engine/plan/eager-aggregation/index.ts';
import type { Statistics } from '../../engine/plan/statistics.ts';
import { dedent, planText } from './plan-text.ts';
import { planOf } from './session.ts';

/**
 * Aggregates over joins of the tables of session.ts after all other rules, and after groups were made below the joins. Columns are numbered
 * in a node's input; numbers in brackets are ids of columns: 2 channel, 3 page, 4 added, 5 delta, 6 score.
 */

/** By table: `wiki` is large, `other` has one row a value of `added`, `events` is small. */
const ROWS: Readonly<Record<number, number>> = { 1: 1_000_000, 2: 1000, 3: 100 };
const WIKI = 1;
/** Of `wiki`, by column: `added` has a thousand values, `delta` a hundred. */
const VALUES: Readonly<Record<number, bigint>> = { 4: 1000n, 5: 100n };

const STATISTICS: Statistics = {
  rows: (tableId) => ROWS[tableId],
  zone: (tableId, columnId) => STATISTICS.roughZone(tableId, columnId),
  isExact: () => true,
  roughZone: (tableId, columnId) => {
    const values = tableId === WIKI ? VALUES[columnId] : BigInt(ROWS[tableId]);
    return values === undefined ? undefined : { min: 0n, max: values - 1n, nullCount: 0 };
  },
  distinct: () => undefined,
};

type Case = {
  readonly does: string;
  readonly sql: string;
  readonly before: string;
  /** Absent: it stays as it is. */
  readonly after?: string;
};

const CASES: readonly Case[] = [
  {
    does: 'counts, sums, extremes and averages are made of parts, each once',
    sql: 'SELECT b.page, count(*), sum(a.delta), min(a.page), avg(a.delta) FROM wiki AS a JOIN other AS b ON a.added = b.added GROUP BY b.page',
    before: `
      project #0, #1, #2, #3, #4
        aggregate [#3] count_star(), sum_checked_i64(#2), min_str(#0), avg_i64(#2)
          inner join [#1] = [#1]
            scan wiki [3, 4, 5]
            scan other [3, 4]`,
    after: `
      project #0, #1, #2, #3, div_f64(i64_to_f64(#2), i64_to_f64(#4))
        aggregate [#5] sum_checked_i64(#1), sum_checked_i64(#2), min_str(#3), sum_checked_i64(#4)
          inner join [#0] = [#1]
            aggregate [#1] count_star(), sum_checked_i64(#2), min_str(#0), count(#2)
              scan wiki [3, 4, 5]
            scan other [3, 4]`,
  },
  {
    does: 'an extreme of the other side stays above, whatever the number of rows',
    sql: 'SELECT b.page, count(*), max(b.delta) FROM wiki AS a JOIN other AS b ON a.added = b.added GROUP BY b.page',
    before: `
      project #0, #1, #2
        aggregate [#1] count_star(), max_i64(#3)
          inner join [#0] = [#1]
            scan wiki [4]
            scan other [3, 4, 5]`,
    after: `
      project #0, #1, #2
        aggregate [#2] sum_checked_i64(#1), max_i64(#4)
          inner join [#0] = [#1]
            aggregate [#0] count_star()
              scan wiki [4]
            scan other [3, 4, 5]`,
  },
  {
    does: 'distinct rows need no aggregate',
    sql: 'SELECT DISTINCT b.page FROM wiki AS a JOIN other AS b ON a.added = b.added',
    before: `
      aggregate [#0]
        project #1
          inner join [#0] = [#1]
            scan wiki [4]
            scan other [3, 4]`,
    after: `
      aggregate [#1]
        inner join [#0] = [#1]
          aggregate [#0]
            scan wiki [4]
          scan other [3, 4]`,
  },
  {
    does: 'columns that are seen above are keys, too',
    sql: 'SELECT a.added % 7, b.page, count(*) FROM wiki AS a JOIN other AS b ON a.added = b.added AND a.added <> b.delta GROUP BY a.added % 7, b.page',
    before: `
      project #0, #1, #2
        aggregate [mod_null_i64(#0, 7), #1] count_star()
          inner join [#0] = [#1] where ne_i64(#0, #3)
            scan wiki [4]
            scan other [3, 4, 5]`,
    after: `
      project #0, #1, #2
        aggregate [mod_null_i64(#0, 7), #2] sum_checked_i64(#1)
          inner join [#0] = [#1] where ne_i64(#0, #4)
            aggregate [#0] count_star()
              scan wiki [4]
            scan other [3, 4, 5]`,
  },
  {
    does: 'through several joins, if that is what pays',
    sql: 'SELECT b.page, c.page, count(*) FROM wiki AS a JOIN other AS b ON a.delta = b.added JOIN other AS c ON a.delta = c.added GROUP BY b.page, c.page',
    before: `
      project #0, #1, #2
        aggregate [#1, #2] count_star()
          inner join [#0] = [#1]
            project #0, #1
              inner join [#0] = [#1]
                scan wiki [5]
                scan other [3, 4]
            scan other [3, 4]`,
    after: `
      project #0, #1, #2
        aggregate [#1, #3] sum_checked_i64(#2)
          inner join [#0] = [#1]
            project #0, #1, #2
              aggregate [#0, #2] sum_checked_i64(#1)
                inner join [#0] = [#1]
                  aggregate [#0] count_star()
                    scan wiki [5]
                  scan other [3, 4]
            scan other [3, 4]`,
  },
  {
    does: 'below the kept side of an outer join',
    sql: 'SELECT b.page, count(*), sum(a.delta) FROM wiki AS a LEFT JOIN other AS b ON a.added = b.added GROUP BY b.page',
    before: `
      project #0, #1, #2
        aggregate [#2] count_star(), sum_checked_i64(#1)
          left join [#0] = [#1]
            scan wiki [4, 5]
            scan other [3, 4]`,
    after: `
      project #0, #1, #2
        aggregate [#3] sum_checked_i64(#1), sum_checked_i64(#2)
          left join [#0] = [#1]
            aggregate [#0] count_star(), sum_checked_i64(#1)
              scan wiki [4, 5]
            scan other [3, 4]`,
  },
  {
    does: 'not below the side that may be missing',
    sql: 'SELECT b.page, count(a.delta) FROM other AS b LEFT JOIN wiki AS a ON a.added = b.added GROUP BY b.page',
    before: `
      project #0, #1
        aggregate [#0] count(#3)
          left join [#1] = [#0]
            scan other [3, 4]
            scan wiki [4, 5]`,
  },
  {
    does: 'sums of 64 bits where the bounds of the column say that they stay within',
    sql: 'SELECT b.page, sum(a.added) FROM wiki AS a JOIN other AS b ON a.delta = b.added GROUP BY b.page',
    before: `
      project #0, #1
        aggregate [#2] sum_checked_i64(#0)
          inner join [#1] = [#1]
            scan wiki [4, 5]
            scan other [3, 4]`,
    after: `
      project #0, #1
        aggregate [#2] sum_checked_i64(#1)
          inner join [#0] = [#1]
            aggregate [#1] sum_checked_i64(#0)
              scan wiki [4, 5]
            scan other [3, 4]`,
  },
  {
    does: 'a sum that may leave 64 bits for rows without a partner stays',
    sql: 'SELECT b.page, sum(a.added * 2) FROM wiki AS a JOIN other AS b ON a.delta = b.added GROUP BY b.page',
    before: `
      project #0, #1
        aggregate [#2] sum_checked_i64(mul_checked_i64(#0, 2))
          inner join [#1] = [#1]
            scan wiki [4, 5]
            scan other [3, 4]`,
  },
  {
    does: 'a sum of floats stays: its parts would be rounded',
    sql: 'SELECT b.page, sum(a.score) FROM wiki AS a JOIN other AS b ON a.added = b.added GROUP BY b.page',
    before: `
      project #0, #1
        aggregate [#2] sum_f64(#1)
          inner join [#0] = [#1]
            scan wiki [4, 6]
            scan other [3, 4]`,
  },
  {
    does: 'a sum of the other side stays: it would have to be multiplied',
    sql: 'SELECT b.page, count(*), sum(b.delta) FROM wiki AS a JOIN other AS b ON a.added = b.added GROUP BY b.page',
    before: `
      project #0, #1, #2
        aggregate [#1] count_star(), sum_checked_i64(#3)
          inner join [#0] = [#1]
            scan wiki [4]
            scan other [3, 4, 5]`,
  },
  {
    does: 'what DISTINCT counts stays',
    sql: 'SELECT b.page, count(DISTINCT a.delta) FROM wiki AS a JOIN other AS b ON a.added = b.added GROUP BY b.page',
    before: `
      project #0, #1
        aggregate [#2] count(#1)
          inner join [#0] = [#1]
            scan wiki [4, 5]
            scan other [3, 4]`,
  },
  {
    does: 'keys of which nothing is known stay',
    sql: 'SELECT b.page, count(*) FROM wiki AS a JOIN other AS b ON a.page = b.page GROUP BY b.page',
    before: `
      project #0, #1
        aggregate [#1] count_star()
          inner join [#0] = [#0]
            scan wiki [3]
            scan other [3]`,
  },
  {
    does: 'a join that leaves few rows comes first',
    sql: 'SELECT b.page, count(*) FROM wiki AS a JOIN other AS b ON a.added = b.added WHERE b.delta = 3 GROUP BY b.page',
    before: `
      project #0, #1
        aggregate [#1] count_star()
          inner join [#0] = [#1]
            scan wiki [4]
            project #0, #1
              scan other [3, 4, 5] where eq_i64(#2, 3)`,
  },
];

describe('groups below joins', () => {
  test.each(CASES.map((c) => [c.does, c] as const))('%s', (_, { sql, before, after }) => {
    const plan = planOf(sql);
    const changed = eagerAggregation(plan, STATISTICS);
    expect(planText(plan)).toBe(dedent(before));
    expect(planText(changed)).toBe(dedent(after ?? before));
    expect(changed.schema).toEqual(plan.schema);
    expect(planText(eagerAggregation(changed, STATISTICS))).toBe(planText(changed));
  });
});
