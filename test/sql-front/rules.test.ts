import { describe, expect, test } from 'vitest';
import { RULES } from '../../engine/plan/rules/index.ts';
import { dedent, planText } from './plan-text.ts';
import { boundPlanOf, planOf } from './session.ts';

/**
 * Each rule by itself: the plan as bound, and after that one rule. Columns are numbered in a node's input; the tables are
 * those of session.ts, `*` stands for all eight columns. Moments are milliseconds since the epoch.
 */

type Case = {
  readonly rule: string;
  readonly does: string;
  readonly sql: string;
  readonly before: string;
  readonly after: string;
};

const CASES: readonly Case[] = [
  {
    rule: 'merge-projects',
    does: 'two projections become one',
    sql: 'SELECT x + 1 FROM (SELECT added * 2 AS x FROM wiki) AS q',
    before: `
      project add_checked_i64(#0, 1)
        project mul_checked_i64(#3, 2)
          scan wiki *`,
    after: `
      project add_checked_i64(mul_checked_i64(#3, 2), 1)
        scan wiki *`,
  },
  {
    rule: 'merge-projects',
    does: 'not when something would be computed twice',
    sql: 'SELECT x + x FROM (SELECT added * 2 AS x FROM wiki) AS q',
    before: `
      project add_checked_i64(#0, #0)
        project mul_checked_i64(#3, 2)
          scan wiki *`,
    after: `
      project add_checked_i64(#0, #0)
        project mul_checked_i64(#3, 2)
          scan wiki *`,
  },
  {
    rule: 'merge-projects',
    does: 'a projection that only passes columns on goes away',
    sql: 'SELECT channel, page FROM (SELECT channel, page FROM wiki) AS q',
    before: `
      project #0, #1
        project #1, #2
          scan wiki *`,
    after: `
      project #1, #2
        scan wiki *`,
  },
  {
    rule: 'push-down-filters',
    does: 'conditions reach the scan, in their order',
    sql: "SELECT page FROM wiki WHERE added > 5 AND channel = 'a'",
    before: `
      project #2
        filter and(gt_i64(#3, 5), eq_str(#1, 'a'))
          scan wiki *`,
    after: `
      project #2
        scan wiki * where and(gt_i64(#3, 5), eq_str(#1, 'a'))`,
  },
  {
    rule: 'push-down-filters',
    does: 'through what computes the column',
    sql: 'SELECT x FROM (SELECT added + 1 AS x FROM wiki) AS q WHERE x > 5',
    before: `
      project #0
        filter gt_i64(#0, 5)
          project add_checked_i64(#3, 1)
            scan wiki *`,
    after: `
      project #0
        project add_checked_i64(#3, 1)
          scan wiki * where gt_i64(add_checked_i64(#3, 1), 5)`,
  },
  {
    rule: 'push-down-filters',
    does: 'below an aggregate when they are about its keys',
    sql: "SELECT s FROM (SELECT channel, sum(added) AS s FROM wiki GROUP BY channel) AS q WHERE channel = 'a' AND s > 3",
    before: `
      project #1
        filter and(eq_str(#0, 'a'), gt_i64(#1, 3))
          project #0, #1
            aggregate [#1] sum_checked_i64(#3)
              scan wiki *`,
    after: `
      project #1
        project #0, #1
          filter gt_i64(#1, 3)
            aggregate [#1] sum_checked_i64(#3)
              scan wiki * where eq_str(#1, 'a')`,
  },
  {
    rule: 'push-down-filters',
    does: 'into the sides of a join; an equality between them makes it an inner join',
    sql: 'SELECT a.page FROM wiki AS a, other AS b WHERE a.channel = b.channel AND a.added > 1 AND b.delta < 3',
    before: `
      project #2
        filter and(eq_str(#1, #9), gt_i64(#3, 1), lt_i64(#12, 3))
          cross join [] = []
            scan wiki *
            scan other *`,
    after: `
      project #2
        inner join [#1] = [#1]
          scan wiki * where gt_i64(#3, 1)
          scan other * where lt_i64(#4, 3)`,
  },
  {
    rule: 'push-down-filters',
    does: 'not below the side of a join that may be missing',
    sql: 'SELECT a.page FROM wiki AS a LEFT JOIN other AS b ON a.channel = b.channel WHERE a.added > 1 AND b.delta IS NULL',
    before: `
      project #2
        filter and(gt_i64(#3, 1), is_null(#12))
          left join [#1] = [#1]
            scan wiki *
            scan other *`,
    after: `
      project #2
        filter is_null(#12)
          left join [#1] = [#1]
            scan wiki * where gt_i64(#3, 1)
            scan other *`,
  },
  {
    rule: 'push-down-filters',
    does: 'a condition that is never true of a missing row makes an outer join an inner one',
    sql: 'SELECT a.page FROM wiki AS a LEFT JOIN other AS b ON a.channel = b.channel WHERE b.delta + 1 < 3',
    before: `
      project #2
        filter lt_i64(add_checked_i64(#12, 1), 3)
          left join [#1] = [#1]
            scan wiki *
            scan other *`,
    after: `
      project #2
        inner join [#1] = [#1]
          scan wiki *
          scan other * where lt_i64(add_checked_i64(#4, 1), 3)`,
  },
  {
    rule: 'push-down-filters',
    does: 'of a full join, the side is kept that the condition says nothing about',
    sql: 'SELECT a.page FROM wiki AS a FULL JOIN other AS b ON a.channel = b.channel WHERE a.delta > 3',
    before: `
      project #2
        filter gt_i64(#4, 3)
          full join [#1] = [#1]
            scan wiki *
            scan other *`,
    after: `
      project #2
        left join [#1] = [#1]
          scan wiki * where gt_i64(#4, 3)
          scan other *`,
  },
  {
    rule: 'push-down-filters',
    does: 'into both sides of a union',
    sql: 'SELECT x FROM (SELECT added AS x FROM wiki UNION ALL SELECT added FROM other) AS q WHERE x > 5',
    before: `
      project #0
        filter gt_i64(#0, 5)
          union
            project #3
              scan wiki *
            project #3
              scan other *`,
    after: `
      project #0
        union
          project #3
            scan wiki * where gt_i64(#3, 5)
          project #3
            scan other * where gt_i64(#3, 5)`,
  },
  {
    rule: 'push-down-filters',
    does: 'not below a limit',
    sql: 'SELECT x FROM (SELECT added AS x FROM wiki ORDER BY x LIMIT 3) AS q WHERE x > 5',
    before: `
      project #0
        filter gt_i64(#0, 5)
          sort #0 limit 3
            project #3
              scan wiki *`,
    after: `
      project #0
        filter gt_i64(#0, 5)
          sort #0 limit 3
            project #3
              scan wiki *`,
  },
  {
    rule: 'push-down-filters',
    does: 'below a sort without one',
    sql: 'SELECT x FROM (SELECT added AS x FROM wiki ORDER BY x) AS q WHERE x > 5',
    before: `
      project #0
        filter gt_i64(#0, 5)
          sort #0
            project #3
              scan wiki *`,
    after: `
      project #0
        sort #0
          project #3
            scan wiki * where gt_i64(#3, 5)`,
  },
  {
    rule: 'push-down-filters',
    does: 'what is never true reads nothing',
    sql: 'SELECT page FROM wiki WHERE 1 = 2',
    before: `
      project #2
        filter false
          scan wiki *`,
    after: `
      project #2
        values 0 x 8`,
  },
  {
    rule: 'push-down-filters',
    does: 'an OR over both sides of a join implies one for each side',
    sql: "SELECT a.page FROM wiki AS a, other AS b WHERE (a.channel = 'x' AND b.channel = 'y') OR (a.channel = 'y' AND b.channel = 'x')",
    before: `
      project #2
        filter or(and(eq_str(#1, 'x'), eq_str(#9, 'y')), and(eq_str(#1, 'y'), eq_str(#9, 'x')))
          cross join [] = []
            scan wiki *
            scan other *`,
    after: `
      project #2
        filter or(and(eq_str(#1, 'x'), eq_str(#9, 'y')), and(eq_str(#1, 'y'), eq_str(#9, 'x')))
          cross join [] = []
            scan wiki * where #1 in (x, y)
            scan other * where #1 in (y, x)`,
  },
  {
    rule: 'push-down-filters',
    does: 'a branch that says nothing about a side, or only what may fail, implies nothing for it',
    sql: "SELECT a.page FROM wiki AS a, other AS b WHERE (a.channel = 'x' AND b.added + 1 = 2) OR (a.added > b.added AND b.added = 3)",
    before: `
      project #2
        filter or(and(eq_str(#1, 'x'), eq_i64(add_checked_i64(#11, 1), 2)), and(gt_i64(#3, #11), eq_i64(#11, 3)))
          cross join [] = []
            scan wiki *
            scan other *`,
    after: `
      project #2
        filter or(and(eq_str(#1, 'x'), eq_i64(add_checked_i64(#11, 1), 2)), and(gt_i64(#3, #11), eq_i64(#11, 3)))
          cross join [] = []
            scan wiki *
            scan other *`,
  },
  {
    rule: 'factor-or',
    does: 'what all branches demand is demanded once',
    sql: 'SELECT a.page FROM wiki AS a, other AS b WHERE (a.channel = b.channel AND a.added > 1) OR (a.added < 0 AND a.channel = b.channel)',
    before: `
      project #2
        filter or(and(eq_str(#1, #9), gt_i64(#3, 1)), and(lt_i64(#3, 0), eq_str(#1, #9)))
          cross join [] = []
            scan wiki *
            scan other *`,
    after: `
      project #2
        filter and(eq_str(#1, #9), or(gt_i64(#3, 1), lt_i64(#3, 0)))
          cross join [] = []
            scan wiki *
            scan other *`,
  },
  {
    rule: 'factor-or',
    does: 'a branch of nothing else takes the others in',
    sql: "SELECT page FROM wiki WHERE channel = 'a' OR (channel = 'a' AND added > 1)",
    before: `
      project #2
        filter or(eq_str(#1, 'a'), and(eq_str(#1, 'a'), gt_i64(#3, 1)))
          scan wiki *`,
    after: `
      project #2
        filter eq_str(#1, 'a')
          scan wiki *`,
  },
  {
    rule: 'factor-or',
    does: 'what may fail stays behind its guard',
    sql: 'SELECT page FROM wiki WHERE (flag AND added + 1 > 5) OR (added < 9 AND added + 1 > 5)',
    before: `
      project #2
        filter or(and(#6, gt_i64(add_checked_i64(#3, 1), 5)), and(lt_i64(#3, 9), gt_i64(add_checked_i64(#3, 1), 5)))
          scan wiki *`,
    after: `
      project #2
        filter or(and(#6, gt_i64(add_checked_i64(#3, 1), 5)), and(lt_i64(#3, 9), gt_i64(add_checked_i64(#3, 1), 5)))
          scan wiki *`,
  },
  {
    rule: 'bounded-ranges',
    does: 'a list of values is where a sequence begins and ends',
    sql: 'SELECT * FROM generate_series(0, 1000) AS g(x) WHERE x IN (7, 3, 20)',
    before: `
      project #0
        filter #0 in (7, 3, 20)
          range 0 + 1 x 1001`,
    after: `
      project #0
        filter #0 in (7, 3, 20)
          range 3 + 1 x 18`,
  },
  {
    rule: 'bounded-ranges',
    does: 'comparisons are, too, to the next step',
    sql: 'SELECT * FROM generate_series(5, 1000, 10) AS g(x) WHERE x > 5 AND x <= 30',
    before: `
      project #0
        filter and(gt_i64(#0, 5), le_i64(#0, 30))
          range 5 + 10 x 100`,
    after: `
      project #0
        filter and(gt_i64(#0, 5), le_i64(#0, 30))
          range 15 + 10 x 2`,
  },
  {
    rule: 'time-ranges',
    does: 'a month is a range of moments',
    sql: "SELECT page FROM wiki WHERE date_trunc('month', time) = TIMESTAMP '2024-05-01 00:00:00'",
    before: `
      project #2
        filter eq_i64(rescale_ticks(trunc_ticks(#0, 'month', 3, 'UTC'), 3, 6), 1714521600000000)
          scan wiki *`,
    after: `
      project #2
        filter and(ge_i64(#0, 1714521600000), lt_i64(#0, 1717200000000))
          scan wiki *`,
  },
  {
    rule: 'time-ranges',
    does: 'a constant inside of a unit means the next one',
    sql: "SELECT page FROM wiki WHERE date_trunc('day', time) > TIMESTAMP '2024-05-01 10:00:00'",
    before: `
      project #2
        filter gt_i64(rescale_ticks(floor_ticks(#0, 86400000, 0), 3, 6), 1714557600000000)
          scan wiki *`,
    after: `
      project #2
        filter ge_i64(#0, 1714608000000)
          scan wiki *`,
  },
  {
    rule: 'time-ranges',
    does: 'a day is a range of moments',
    sql: "SELECT page FROM wiki WHERE CAST(time AS DATE) = DATE '2024-05-06'",
    before: `
      project #2
        filter eq_i64(ticks_to_date(#0, 3, 'UTC'), 19849)
          scan wiki *`,
    after: `
      project #2
        filter and(ge_i64(#0, 1714953600000), lt_i64(#0, 1715040000000))
          scan wiki *`,
  },
  {
    rule: 'time-ranges',
    does: 'years only ascend',
    sql: 'SELECT page FROM wiki WHERE year(time) >= 2024',
    before: `
      project #2
        filter ge_i64(extract_ticks(#0, 'year', 3, 'UTC'), 2024)
          scan wiki *`,
    after: `
      project #2
        filter ge_i64(#0, 1704067200000)
          scan wiki *`,
  },
  {
    rule: 'time-ranges',
    does: 'months come again: no range',
    sql: 'SELECT page FROM wiki WHERE month(time) = 5',
    before: `
      project #2
        filter eq_i64(extract_ticks(#0, 'month', 3, 'UTC'), 5)
          scan wiki *`,
    after: `
      project #2
        filter eq_i64(extract_ticks(#0, 'month', 3, 'UTC'), 5)
          scan wiki *`,
  },
  {
    rule: 'transitive-filters',
    does: 'what holds for a column holds for its equals, through a third table, too',
    sql: 'SELECT a.page FROM wiki AS a JOIN other AS b ON a.added = b.added JOIN (SELECT n FROM events WHERE n > 5) AS e ON e.n = b.added',
    before: `
      project #2
        inner join [#11] = [#0]
          inner join [#3] = [#3]
            scan wiki *
            scan other *
          project #0
            filter gt_i64(#0, 5)
              scan events [1, 2]`,
    after: `
      project #2
        inner join [#11] = [#0]
          inner join [#3] = [#3]
            scan wiki * where gt_i64(#3, 5)
            scan other * where gt_i64(#3, 5)
          project #0
            filter gt_i64(#0, 5)
              scan events [1, 2]`,
  },
  {
    rule: 'transitive-filters',
    does: 'to the side that may be missing, not from it',
    sql: "SELECT a.page FROM (SELECT * FROM wiki WHERE channel IN ('x', 'y')) AS a LEFT JOIN (SELECT * FROM other WHERE added < 3) AS b ON a.channel = b.channel AND a.added = b.added",
    before: `
      project #2
        left join [#1, #3] = [#1, #3]
          project #0, #1, #2, #3, #4, #5, #6, #7
            filter #1 in (x, y)
              scan wiki *
          project #0, #1, #2, #3, #4, #5, #6, #7
            filter lt_i64(#3, 3)
              scan other *`,
    after: `
      project #2
        left join [#1, #3] = [#1, #3]
          project #0, #1, #2, #3, #4, #5, #6, #7
            filter #1 in (x, y)
              scan wiki *
          project #0, #1, #2, #3, #4, #5, #6, #7
            scan other * where and(lt_i64(#3, 3), #1 in (x, y))`,
  },
  {
    rule: 'transitive-filters',
    does: 'not what can fail, nor what reads a second column',
    sql: 'SELECT a.page FROM (SELECT * FROM wiki WHERE added + 1 > 5 AND added < delta) AS a JOIN other AS b ON a.added = b.added',
    before: `
      project #2
        inner join [#3] = [#3]
          project #0, #1, #2, #3, #4, #5, #6, #7
            filter and(gt_i64(add_checked_i64(#3, 1), 5), lt_i64(#3, #4))
              scan wiki *
          scan other *`,
    after: `
      project #2
        inner join [#3] = [#3]
          project #0, #1, #2, #3, #4, #5, #6, #7
            filter and(gt_i64(add_checked_i64(#3, 1), 5), lt_i64(#3, #4))
              scan wiki *
          scan other *`,
  },
  {
    rule: 'push-down-limits',
    does: 'the left side of a left join is cut to the rows that are wanted',
    sql: 'SELECT a.page, b.page FROM wiki AS a LEFT JOIN other AS b ON a.channel = b.channel ORDER BY a.added DESC LIMIT 3 OFFSET 2',
    before: `
      project #0, #1
        sort #2 desc limit 3
          project #2, #10, #3
            left join [#1] = [#1]
              scan wiki *
              scan other *`,
    after: `
      project #0, #1
        sort #2 desc limit 3
          project #2, #10, #3
            left join [#1] = [#1]
              sort #3 desc limit 5
                scan wiki *
              scan other *`,
  },
  {
    rule: 'push-down-limits',
    does: 'through one left join after the other',
    sql: 'SELECT a.page FROM wiki AS a LEFT JOIN other AS b ON a.channel = b.channel LEFT JOIN other AS c ON b.added = c.added ORDER BY a.added LIMIT 3',
    before: `
      project #0
        sort #1 limit 3
          project #2, #3
            left join [#11] = [#3]
              left join [#1] = [#1]
                scan wiki *
                scan other *
              scan other *`,
    after: `
      project #0
        sort #1 limit 3
          project #2, #3
            left join [#11] = [#3]
              sort #3 limit 3
                left join [#1] = [#1]
                  sort #3 limit 3
                    scan wiki *
                  scan other *
              scan other *`,
  },
  {
    rule: 'push-down-limits',
    does: 'not in an order of the right side, nor where rows without a partner go',
    sql: 'SELECT q.page FROM (SELECT a.page FROM wiki AS a LEFT JOIN other AS b ON a.channel = b.channel ORDER BY b.added LIMIT 3) AS q JOIN other AS c ON q.page = c.page ORDER BY q.page LIMIT 3',
    before: `
      sort #0 limit 3
        project #0
          inner join [#0] = [#2]
            project #0
              sort #1 limit 3
                project #2, #11
                  left join [#1] = [#1]
                    scan wiki *
                    scan other *
            scan other *`,
    after: `
      sort #0 limit 3
        project #0
          inner join [#0] = [#2]
            project #0
              sort #1 limit 3
                project #2, #11
                  left join [#1] = [#1]
                    scan wiki *
                    scan other *
            scan other *`,
  },
  {
    rule: 'negations',
    does: 'NOT goes into comparisons, lists and logic',
    sql: "SELECT page FROM wiki WHERE NOT (added > 5 OR channel IN ('a', 'b')) AND NOT (page IS NULL AND NOT flag)",
    before: `
      project #2
        filter and(not(or(gt_i64(#3, 5), #1 in (a, b))), not(and(is_null(#2), not(#6))))
          scan wiki *`,
    after: `
      project #2
        filter and(le_i64(#3, 5), #1 not in (a, b), or(is_not_null(#2), #6))
          scan wiki *`,
  },
  {
    rule: 'negations',
    does: 'not into floats and searches',
    sql: "SELECT page FROM wiki WHERE NOT (score > 5 AND page LIKE 'a%')",
    before: `
      project #2
        filter not(and(gt_f64(#5, 5), like(#2, 'a%', '')))
          scan wiki *`,
    after: `
      project #2
        filter or(not(gt_f64(#5, 5)), not(like(#2, 'a%', '')))
          scan wiki *`,
  },
  {
    rule: 'or-to-in',
    does: 'equalities of one expression with several values are a list',
    sql: "SELECT page FROM wiki WHERE channel = 'a' OR added = 3 OR 'b' = channel OR channel IN ('c', 'a')",
    before: `
      project #2
        filter or(eq_str(#1, 'a'), eq_i64(#3, 3), eq_str('b', #1), #1 in (c, a))
          scan wiki *`,
    after: `
      project #2
        filter or(#1 in (a, b, c), eq_i64(#3, 3))
          scan wiki *`,
  },
  {
    rule: 'or-to-in',
    does: 'nothing else is',
    sql: "SELECT page FROM wiki WHERE channel = 'a' OR page = 'b' OR channel <> 'c' OR channel = page",
    before: `
      project #2
        filter or(eq_str(#1, 'a'), eq_str(#2, 'b'), ne_str(#1, 'c'), eq_str(#1, #2))
          scan wiki *`,
    after: `
      project #2
        filter or(eq_str(#1, 'a'), eq_str(#2, 'b'), ne_str(#1, 'c'), eq_str(#1, #2))
          scan wiki *`,
  },
  {
    rule: 'time-ranges',
    does: 'a list of days is where it begins and ends, too',
    sql: "SELECT page FROM wiki WHERE CAST(time AS DATE) IN (DATE '2024-05-06', DATE '2024-05-01')",
    before: `
      project #2
        filter ticks_to_date(#0, 3, 'UTC') in (19849, 19844)
          scan wiki *`,
    after: `
      project #2
        filter and(ge_i64(#0, 1714521600000), lt_i64(#0, 1715040000000), ticks_to_date(#0, 3, 'UTC') in (19849, 19844))
          scan wiki *`,
  },
  {
    rule: 'time-ranges',
    does: 'a shift goes to the other side, with the end beyond which it would begin again',
    sql: "SELECT page FROM wiki WHERE CAST(time AS DATE) + 3 > DATE '2024-05-06' AND time + INTERVAL 1 DAY >= TIMESTAMP '2024-05-06 00:00:00'",
    before: `
      project #2
        filter and(gt_i64(add_wrap_i64(ticks_to_date(#0, 3, 'UTC'), 3), 19849), ge_i64(rescale_ticks(add_wrap_i64(#0, 86400000), 3, 6), 1714953600000000))
          scan wiki *`,
    after: `
      project #2
        filter and(ge_i64(#0, 1714780800000), ge_i64(#0, 1714867200000), le_i64(#0, 9223372036768375807))
          scan wiki *`,
  },
  {
    rule: 'time-ranges',
    does: 'not where it would need two ranges',
    sql: "SELECT page FROM wiki WHERE time + INTERVAL 1 DAY < TIMESTAMP '2024-05-06 00:00:00'",
    before: `
      project #2
        filter lt_i64(rescale_ticks(add_wrap_i64(#0, 86400000), 3, 6), 1714953600000000)
          scan wiki *`,
    after: `
      project #2
        filter lt_i64(add_wrap_i64(#0, 86400000), 1714953600000)
          scan wiki *`,
  },
  {
    rule: 'prune-columns',
    does: 'in all inputs of a union',
    sql: 'SELECT page FROM (SELECT * FROM wiki UNION ALL SELECT * FROM other) AS q WHERE added > 5',
    before: `
      project #2
        filter gt_i64(#3, 5)
          union
            project #0, #1, #2, #3, #4, #5, #6, #7
              scan wiki *
            project #0, #1, #2, #3, #4, #5, #6, #7
              scan other *`,
    after: `
      project #0
        filter gt_i64(#1, 5)
          union
            project #0, #1
              scan wiki [3, 4]
            project #0, #1
              scan other [3, 4]`,
  },
  {
    rule: 'prune-columns',
    does: 'only used columns are read',
    sql: 'SELECT channel FROM wiki WHERE added > 5',
    before: `
      project #1
        filter gt_i64(#3, 5)
          scan wiki *`,
    after: `
      project #0
        filter gt_i64(#1, 5)
          scan wiki [2, 4]`,
  },
  {
    rule: 'prune-columns',
    does: 'a count reads none',
    sql: 'SELECT count(*) FROM wiki',
    before: `
      project #0
        aggregate [] count_star()
          scan wiki *`,
    after: `
      project #0
        aggregate [] count_star()
          scan wiki []`,
  },
  {
    rule: 'prune-columns',
    does: 'aggregates nobody asks for go away',
    sql: 'SELECT channel FROM (SELECT channel, sum(added), count(*) FROM wiki GROUP BY channel) AS q',
    before: `
      project #0
        project #0, #1, #2
          aggregate [#1] sum_checked_i64(#3), count_star()
            scan wiki *`,
    after: `
      project #0
        project #0
          aggregate [#0]
            scan wiki [2]`,
  },
  {
    rule: 'prune-columns',
    does: 'on both sides of a join',
    sql: 'SELECT a.page FROM wiki AS a JOIN other AS b ON a.channel = b.channel',
    before: `
      project #2
        inner join [#1] = [#1]
          scan wiki *
          scan other *`,
    after: `
      project #1
        inner join [#0] = [#0]
          scan wiki [2, 3]
          scan other [2]`,
  },
  {
    rule: 'sum-of-shifted',
    does: 'sums of x + c are made of one sum and one count',
    sql: 'SELECT sum(delta), sum(delta + 1), sum(delta - 2) FROM wiki',
    before: `
      project #0, #1, #2
        aggregate [] sum_checked_i64(#4), sum_checked_i64(add_checked_i64(#4, 1)), sum_checked_i64(sub_checked_i64(#4, 2))
          scan wiki *`,
    after: `
      project #0, #1, #2
        project #0, add_checked_i64(#0, mul_checked_i64(#1, 1)), add_checked_i64(#0, mul_checked_i64(#1, -2))
          aggregate [] sum_checked_i64(#4), count(#4)
            scan wiki *`,
  },
  {
    rule: 'sum-of-shifted',
    does: 'not of 64-bit integers, whose sums could overflow on one side only',
    sql: 'SELECT sum(added + 1), sum(added + 2) FROM wiki',
    before: `
      project #0, #1
        aggregate [] sum_checked_i64(add_checked_i64(#3, 1)), sum_checked_i64(add_checked_i64(#3, 2))
          scan wiki *`,
    after: `
      project #0, #1
        aggregate [] sum_checked_i64(add_checked_i64(#3, 1)), sum_checked_i64(add_checked_i64(#3, 2))
          scan wiki *`,
  },
  {
    rule: 'dependent-keys',
    does: 'keys that follow from others, and constants, are no keys',
    sql: "SELECT added - 1, added, 'x', count(*) FROM wiki GROUP BY added - 1, added, 'x'",
    before: `
      project #0, #1, #2, #3
        aggregate [sub_checked_i64(#3, 1), #3, 'x'] count_star()
          scan wiki *`,
    after: `
      project #0, #1, #2, #3
        project sub_checked_i64(#0, 1), #0, 'x', #1
          aggregate [#3] count_star()
            scan wiki *`,
  },
  {
    rule: 'dependent-keys',
    does: 'not what follows from a float: 0 and -0 are one group',
    sql: 'SELECT count(*) FROM wiki GROUP BY score, score * 2',
    before: `
      project #2
        aggregate [#5, mul_f64(#5, 2)] count_star()
          scan wiki *`,
    after: `
      project #2
        aggregate [#5, mul_f64(#5, 2)] count_star()
          scan wiki *`,
  },
  {
    rule: 'json-paths',
    does: 'what is read at a path is a column of the scan, once',
    sql: "SELECT doc->>'a', doc->>'$.a', n FROM events",
    before: `
      project json_text_strict(#1, '."a"'), json_text_strict(#1, '."a"'), #0
        scan events [1, 2]`,
    after: `
      project #2, #2, #0
        scan events [1, 2, -2]`,
  },
  {
    rule: 'json-paths',
    does: 'through projections, filters and into aggregates',
    sql: "SELECT d->>'a', count(*) FROM (SELECT doc AS d, n FROM events) AS q WHERE n + 1 > 5 GROUP BY 1",
    before: `
      project #0, #1
        aggregate [json_text_strict(#0, '."a"')] count_star()
          filter gt_i64(add_checked_i64(#1, 1), 5)
            project #1, #0
              scan events [1, 2]`,
    after: `
      project #0, #1
        aggregate [#2] count_star()
          filter gt_i64(add_checked_i64(#1, 1), 5)
            project #1, #0, #2
              scan events [1, 2, -2]`,
  },
  {
    rule: 'json-paths',
    does: 'not at paths through arrays, or that are not constant',
    sql: "SELECT doc->>'$.a[0]', json_type(doc, 'a'), doc->>CAST(n AS VARCHAR) FROM events",
    before: `
      project json_text_strict(#1, '."a"[0'), json_type_strict(#1, '."a"'), json_text_strict(#1, json_path_standard(i64_to_str(#0)))
        scan events [1, 2]`,
    after: `
      project json_text_strict(#1, '."a"[0'), json_type_strict(#1, '."a"'), json_text_strict(#1, json_path_standard(i64_to_str(#0)))
        scan events [1, 2]`,
  },
  {
    rule: 'json-paths',
    does: 'nor what a short sort only shows: it is fetched for the rows that come out',
    sql: "SELECT n, doc->>'shown' FROM events ORDER BY doc->>'key' LIMIT 3",
    before: `
      project #0, #1
        sort #2 limit 3
          project #0, json_text_strict(#1, '."shown"'), json_text_strict(#1, '."key"')
            scan events [1, 2]`,
    after: `
      project #0, #1
        sort #2 limit 3
          project #0, json_text_strict(#1, '."shown"'), #2
            scan events [1, 2, -2]`,
  },
];

const shown = (text: string): string => text.replaceAll('[1, 2, 3, 4, 5, 6, 7, 8]', '*');

describe('plan rules', () => {
  test.each(CASES.map((c) => [c.rule, c.does, c] as const))('%s: %s', (name, _, c) => {
    const rule = RULES.find((r) => r.name === name)!;
    const plan = boundPlanOf(c.sql);
    expect(shown(planText(plan))).toBe(dedent(c.before));
    expect(shown(planText(rule.apply(plan)))).toBe(dedent(c.after));
  });

  test('every rule has a case', () => {
    // The last one is the first one once more.
    const tested = new Set(CASES.map((c) => c.rule));
    expect(RULES.map((r) => r.name.replace('-again', '')).filter((name) => !tested.has(name))).toEqual([]);
  });

  test('a rule changes nothing the second time', () => {
    for (const { sql } of CASES) {
      const plan = planOf(sql);
      for (const rule of RULES) expect(planText(rule.apply(plan))).toBe(planText(plan));
    }
  });
});
