import { describe, expect, test } from 'vitest';
import { expandDistinct } from '../../engine/plan/expand-distinct.ts';
import { fromMetadata } from '../../engine/plan/from-metadata.ts';
import { keptSides } from '../../engine/plan/join-order/kept-side.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { mapInputs } from '../../engine/plan/rules/map-inputs.ts';
import type { Statistics } from '../../engine/plan/statistics.ts';
import { dedent, planText } from './plan-text.ts';
import { planOf } from './session.ts';

/**
 * What is done when a query starts, with the statistics of its snapshots: plans after all rules, and after one of these. The tables are
 * those of session.ts; columns are numbered in a node's input; numbers in brackets are ids of columns.
 */

/** By table: `wiki` is large, `other` smaller, `events` has hidden rows. */
const ROWS: Readonly<Record<number, number>> = { 1: 1_000_000, 2: 1000, 3: 100 };
const HIDDEN = 3;

const STATISTICS: Statistics = {
  rows: (tableId) => ROWS[tableId],
  zone: (_, columnId) => ({ min: 7n, max: 9_999n, nullCount: columnId === 5 ? 400 : 0 }),
  isExact: (tableId) => tableId !== HIDDEN,
  roughZone: () => ({ min: 0n, max: 9_999n, nullCount: 0 }),
  distinct: () => undefined,
};

/** DISTINCT is expanded when stages are made; here wherever it stands. */
const expanded = (plan: Plan): Plan => {
  const mapped = mapInputs(plan, expanded);
  return mapped.kind === 'aggregate' ? expandDistinct(mapped, STATISTICS) : mapped;
};

const RULES = {
  'from-metadata': (plan: Plan) => fromMetadata(plan, STATISTICS),
  'kept-side': (plan: Plan) => keptSides(plan, STATISTICS),
  'expand-distinct': expanded,
} as const;

type Case = {
  readonly rule: keyof typeof RULES;
  readonly does: string;
  readonly sql: string;
  readonly before: string;
  /** Absent: it stays as it is. */
  readonly after?: string;
};

const CASES: readonly Case[] = [
  {
    rule: 'from-metadata',
    does: 'counts and ends of a whole table are values',
    sql: 'SELECT count(*), min(added), max(time), count(delta) FROM wiki',
    before: `
      project #0, #1, #2, #3
        aggregate [] count_star(), min_i64(#1), max_i64(#0), count(#2)
          scan wiki [1, 4, 5]`,
    after: `
      project #0, #1, #2, #3
        values 1 x 4`,
  },
  {
    rule: 'from-metadata',
    does: 'not where a condition leaves rows out, nor of texts',
    sql: 'SELECT (SELECT count(*) FROM wiki WHERE added > 3), max(page) FROM wiki',
    before: `
      project #1, #0
        cross join [] = []
          aggregate [] max_str(#0)
            scan wiki [3]
          project #0
            aggregate [] count_star()
              scan wiki [4] where gt_i64(#0, 3)`,
  },
  {
    rule: 'from-metadata',
    does: 'hidden rows may be at the ends',
    sql: 'SELECT count(*), max(n) FROM events',
    before: `
      project #0, #1
        aggregate [] count_star(), max_i64(#0)
          scan events [1]`,
  },
  {
    rule: 'from-metadata',
    does: 'below other nodes',
    sql: 'SELECT a.page FROM wiki AS a, (SELECT max(added) AS m FROM other) AS q WHERE a.added = q.m',
    before: `
      project #0
        inner join [#1] = [#0]
          scan wiki [3, 4]
          project #0
            aggregate [] max_i64(#0)
              scan other [4]`,
    after: `
      project #0
        inner join [#1] = [#0]
          scan wiki [3, 4]
          project #0
            values 1 x 1`,
  },
  {
    rule: 'kept-side',
    does: 'the smaller side of a semi join is the one that is kept',
    sql: 'SELECT page FROM other AS o WHERE EXISTS (SELECT 1 FROM wiki AS w WHERE w.added = o.added AND w.delta <> o.delta)',
    before: `
      project #0
        semi join [#1] = [#0] where ne_i64(#4, #2)
          scan other [3, 4, 5]
          scan wiki [4, 5]`,
    after: `
      project #0
        right semi join [#0] = [#1] where ne_i64(#1, #4)
          scan wiki [4, 5]
          scan other [3, 4, 5]`,
  },
  {
    rule: 'kept-side',
    does: 'of an anti join, too',
    sql: 'SELECT page FROM other AS o WHERE NOT EXISTS (SELECT 1 FROM wiki AS w WHERE w.added = o.added)',
    before: `
      project #0
        anti join [#1] = [#0]
          scan other [3, 4]
          scan wiki [4]`,
    after: `
      project #0
        right anti join [#0] = [#1]
          scan wiki [4]
          scan other [3, 4]`,
  },
  {
    rule: 'kept-side',
    does: 'not the larger one',
    sql: 'SELECT page FROM wiki AS w WHERE EXISTS (SELECT 1 FROM other AS o WHERE w.added = o.added)',
    before: `
      project #0
        semi join [#1] = [#0]
          scan wiki [3, 4]
          scan other [4]`,
  },
  {
    rule: 'expand-distinct',
    does: 'counts of groups; what else is asked for is cheap enough to be read apart',
    sql: 'SELECT channel, count(DISTINCT page), count(*), max(added) FROM wiki GROUP BY channel',
    before: `
      project #0, #1, #2, #3
        aggregate [#0] count(#1), count_star(), max_i64(#2)
          scan wiki [2, 3, 4]`,
    after: `
      project #0, #1, #2, #3
        project #0, #1, #3, #4
          inner join [#0] = [#0]
            aggregate [#0] count(#1)
              aggregate [#0, #1]
                scan wiki [2, 3, 4]
            aggregate [#0] count_star(), max_i64(#2)
              scan wiki [2, 3, 4]`,
  },
  {
    rule: 'expand-distinct',
    does: 'counts of groups, with parts of what else is asked for',
    sql: 'SELECT channel, count(DISTINCT page), count(*), avg(delta) FROM wiki WHERE added > 3 GROUP BY channel',
    before: `
      project #0, #1, #2, #3
        aggregate [#0] count(#1), count_star(), avg_i64(#3)
          scan wiki [2, 3, 4, 5] where gt_i64(#2, 3)`,
    after: `
      project #0, #1, #2, #3
        project #0, #1, #2, div_f64(i64_to_f64(#3), i64_to_f64(#4))
          aggregate [#0] count(#1), sum_checked_i64(#2), sum_checked_i64(#3), sum_checked_i64(#4)
            aggregate [#0, #1] count_star(), sum_checked_i64(#3), count(#3)
              scan wiki [2, 3, 4, 5] where gt_i64(#2, 3)`,
  },
  {
    rule: 'expand-distinct',
    does: 'several arguments are aggregations of their own',
    sql: 'SELECT count(DISTINCT page), count(DISTINCT channel) FROM wiki',
    before: `
      project #0, #1
        aggregate [] count(#1), count(#0)
          scan wiki [2, 3]`,
    after: `
      project #0, #1
        project #0, #1
          cross join [] = []
            aggregate [] count(#0)
              aggregate [#1]
                scan wiki [2, 3]
            aggregate [] count(#0)
              aggregate [#0]
                scan wiki [2, 3]`,
  },
  {
    rule: 'expand-distinct',
    does: 'extremes are the same of different values',
    sql: 'SELECT max(DISTINCT added) FROM wiki',
    before: `
      project #0
        aggregate [] max_i64(#0)
          scan wiki [4]`,
  },
];

describe('rules with statistics', () => {
  test.each(CASES.map((c) => [c.rule, c.does, c] as const))('%s: %s', (rule, _, { sql, before, after }) => {
    const plan = planOf(sql);
    const changed = RULES[rule](plan);
    expect(planText(plan)).toBe(dedent(before));
    expect(planText(changed)).toBe(dedent(after ?? before));
    expect(changed.schema).toEqual(plan.schema);
  });
});
