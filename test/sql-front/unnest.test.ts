import { describe, expect, test } from 'vitest';
import { inputsOf, type Plan } from '../../engine/plan/node.ts';
import { dedent, planText } from './plan-text.ts';
import { boundPlanOf, errorOf, fieldsOf } from './session.ts';

/**
 * Which joins subqueries become, before any rule. Columns are numbered in a node's input; the tables are those of session.ts,
 * `*` stands for all eight columns: time, channel, page, added, delta, score, flag, big.
 */

type Case = { readonly does: string; readonly sql: string; readonly plan: string };

const CASES: readonly Case[] = [
  {
    does: 'a value that reads nothing outside is joined to every row',
    sql: 'SELECT page FROM wiki WHERE added > (SELECT max(added) FROM other)',
    plan: `
      project #2
        filter gt_i64(#3, #8)
          cross join [] = []
            scan wiki *
            project #0
              aggregate [] max_i64(#3)
                scan other *`,
  },
  {
    does: 'an equality below an aggregate becomes its key; rows without a group get what an aggregate of no rows gives',
    sql: 'SELECT (SELECT count(*) FROM other AS o WHERE o.channel = w.channel) FROM wiki AS w',
    plan: `
      project coalesce_i64(#9, 0)
        left join [#1] = [#0]
          scan wiki *
          aggregate [#1] count_star()
            scan other *`,
  },
  {
    does: 'what is no aggregate is checked to be one value where it is used',
    sql: 'SELECT (SELECT added FROM other AS o WHERE o.channel = w.channel) FROM wiki AS w',
    plan: `
      project case(at_most_one_row(coalesce_i64(#10, 0)), #9, null)
        left join [#1] = [#0]
          scan wiki *
          aggregate [#1] any_i64(#3), count_star()
            scan other *`,
  },
  {
    does: 'EXISTS is a semi join; comparisons that are no equalities are its residual',
    sql: 'SELECT page FROM wiki AS w WHERE EXISTS (SELECT 1 FROM other AS o WHERE o.channel = w.channel AND o.added > w.added)',
    plan: `
      project #2
        semi join [#1] = [#1] where gt_i64(#11, #3)
          scan wiki *
          scan other *`,
  },
  {
    does: 'an outer column that equals one of the subquery is that one',
    sql: 'SELECT page FROM wiki AS w WHERE NOT EXISTS (SELECT 1 FROM other AS o WHERE o.added = w.added AND o.delta <> w.added)',
    plan: `
      project #2
        anti join [#3] = [#3]
          scan wiki *
          filter ne_i64(#4, #3)
            scan other *`,
  },
  {
    does: 'what cannot rise above an aggregate is computed for every outer value',
    sql: 'SELECT (SELECT count(*) FROM other AS o WHERE o.added > w.added) FROM wiki AS w',
    plan: `
      project coalesce_i64(#9, 0)
        left join [#3] = [#0]
          scan wiki *
          aggregate [#0] count_star()
            filter gt_i64(#4, #0)
              cross join [] = []
                aggregate [#3]
                  scan wiki *
                scan other *`,
  },
  {
    does: 'NOT IN counts the NULLs that would make it unknown',
    sql: 'SELECT page FROM wiki WHERE added NOT IN (SELECT delta FROM other)',
    plan: `
      project #2
        filter not(gt_i64(#8, #9))
          cross join [] = []
            anti join [#3] = [#0]
              scan wiki *
              project #4
                scan other *
            aggregate [] count_star(), count(#0)
              project #4
                scan other *`,
  },
  {
    does: 'subqueries of an aggregate are joined below it, others above',
    sql: 'SELECT channel, sum((SELECT max(added) FROM other)), (SELECT min(added) FROM other) FROM wiki GROUP BY channel',
    plan: `
      project #0, #1, #2
        cross join [] = []
          aggregate [#1] sum_checked_i64(#8)
            cross join [] = []
              scan wiki *
              project #0
                aggregate [] max_i64(#3)
                  scan other *
          project #0
            aggregate [] min_i64(#3)
              scan other *`,
  },
];

const shown = (text: string): string => text.replaceAll('[1, 2, 3, 4, 5, 6, 7, 8]', '*');

const limits = (plan: Plan): number =>
  inputsOf(plan).reduce((sum, input) => sum + limits(input), plan.kind === 'limit' ? 1 : 0);

describe('unnesting', () => {
  test.each(CASES.map((c) => [c.does, c] as const))('%s', (_, { sql, plan }) => {
    expect(shown(planText(boundPlanOf(sql)))).toBe(dedent(plan));
  });

  test('outer values are those of all rows, also where the query takes a few of them', () => {
    const plan = boundPlanOf(
      'SELECT (SELECT count(*) FROM other AS o WHERE o.added > w.added) FROM (SELECT * FROM wiki LIMIT 3) AS w',
    );
    expect(limits(plan)).toBe(1);
  });

  test('a value is NULL where there is no row, a count never is', () => {
    const sql = 'SELECT (SELECT added FROM other WHERE delta = 1) AS a, (SELECT count(*) FROM other) AS n';
    expect(fieldsOf(sql)).toEqual(['a: int64?', 'n: int64']);
    expect(fieldsOf(sql, 'clickhouse').map((f) => f.split(':')[1].endsWith('?'))).toEqual([true, false]);
  });

  test.each([
    ['SELECT (SELECT rank() OVER () FROM other AS o WHERE o.added = w.added) FROM wiki AS w', 8],
    ['SELECT (SELECT max(w.added) FROM other) FROM wiki AS w', 16],
    [
      'SELECT (SELECT count(*) FROM other AS a FULL JOIN (SELECT * FROM other AS b WHERE b.added = w.added) AS b ON a.page = b.page) FROM wiki AS w',
      8,
    ],
    [
      'SELECT (SELECT count(*) FROM other AS o WHERE o.score > q.n) FROM (SELECT any_value(score) AS n FROM wiki) AS q',
      8,
    ],
  ])('refuses what it cannot answer, and says where: %s', (sql, column) => {
    expect(errorOf(sql)).toMatchObject({ name: 'NOT_IMPLEMENTED', line: 1, column });
  });

  test('subqueries side by side do not multiply, nested ones are bounded', () => {
    const count = '(SELECT count(*) FROM other AS o WHERE o.added > w.added)';
    const nodes = (plan: Plan): number => inputsOf(plan).reduce((sum, input) => sum + nodes(input), 1);
    const [one, two, three] = [1, 2, 3].map((n) =>
      nodes(boundPlanOf(`SELECT page FROM wiki AS w WHERE ${Array(n).fill(`${count} > 1`).join(' AND ')}`)),
    );
    expect(three - two).toBe(two - one);
    const nested = (depth: number): string =>
      depth === 0 ? '(0)' : `(SELECT delta FROM other WHERE delta NOT IN ${nested(depth - 1)})`;
    expect(errorOf(`SELECT page FROM wiki WHERE delta NOT IN ${nested(30)}`).name).toBe('QUERY_IS_TOO_LARGE');
  });
});
