/**
 * The different values that a subquery's outer columns take: one row for each. Joined with them, a subquery that cannot be tied
 * to its outer rows by equalities is computed once for each.
 *
 * It is made of the outer query once more, so it may have more values than that, never fewer: what only takes rows away (limits,
 * semi joins, filters that read a query further out) is left out, and what could give other values the second time is refused.
 */

import { BasaltError } from '../../base/error.ts';
import { column, columnsOf, type Expr } from '../expr.ts';
import { exprsOf } from '../exprs-of.ts';
import { inputsOf, type JoinType, type Plan } from '../node.ts';
import { isDeterministic } from '../rules/deterministic.ts';
import { pruneColumns } from '../rules/prune-columns.ts';
import { substitute } from '../rules/substitute.ts';
import { anyOuter, planReadsOuter, readsOuter } from './outer.ts';

/** Column i has the values of `exprs[i]` over the outer plan. */
export function domainOf(outer: Plan, exprs: readonly Expr[]): Plan {
  const filtered = valuesOf(sourceOf(outer, exprs, true), exprs);
  // A filter by a sum of floats may let other rows through the second time.
  const { domain, read } = isRepeatable(filtered.read)
    ? filtered
    : valuesOf(sourceOf(outer, exprs, false), exprs);
  if (planReadsOuter(read, anyOuter))
    throw refused('A subquery that reads two queries around it this way', 'Write it as a join');
  if (!isRepeatable(read))
    throw refused(
      'A subquery tied to rows of a LIMIT, of an inexact aggregate or of what is drawn at random other than by equalities',
      'Tie it by column = outer.column, or write it as a join',
    );
  return domain;
}

/** The rows, and what of the outer query is read for them. */
function valuesOf(source: Source, exprs: readonly Expr[]): { readonly domain: Plan; readonly read: Plan } {
  const schema = exprs.map((e, i) => ({ name: `outer${i}`, type: e.type }));
  const domain: Plan = { kind: 'aggregate', input: source.plan, keys: source.exprs, aggregates: [], schema };
  return { domain, read: pruneColumns(domain) };
}

const refused = (what: string, hint: string): BasaltError =>
  new BasaltError('NOT_IMPLEMENTED', `${what} is not supported`, { hint });

/** Joins that leave rows of their left side out, or repeat them: so subqueries that were joined before are not computed again. */
const ADDS_NO_LEFT_ROW: ReadonlySet<JoinType> = new Set<JoinType>(['left', 'semi', 'anti', 'cross']);

type Source = { readonly plan: Plan; readonly exprs: readonly Expr[] };

/** A plan that has at least the rows of this one, and the expressions over it. @param filters are kept as far as they can be */
function sourceOf(plan: Plan, exprs: readonly Expr[], filters: boolean): Source {
  switch (plan.kind) {
    case 'sort':
    case 'limit':
      return sourceOf(plan.input, exprs, filters);
    case 'project':
      return sourceOf(
        plan.input,
        exprs.map((e) => substitute(e, plan.exprs)),
        filters,
      );
    case 'filter': {
      if (!filters || readsOuter(plan.predicate, anyOuter)) return sourceOf(plan.input, exprs, filters);
      const input = sourceOf(plan.input, [...exprs, plan.predicate], filters);
      const predicate = input.exprs[exprs.length];
      return {
        plan: { kind: 'filter', input: input.plan, predicate, schema: input.plan.schema },
        exprs: input.exprs.slice(0, exprs.length),
      };
    }
    case 'join': {
      const width = plan.left.schema.length;
      const ofLeft = exprs.every((e) => columnsOf(e).every((i) => i < width));
      return ofLeft && ADDS_NO_LEFT_ROW.has(plan.join)
        ? sourceOf(plan.left, exprs, filters)
        : { plan, exprs };
    }
    default:
      return { plan, exprs };
  }
}

const EXACT =
  /^(count|count_star|(sum_checked|sum_wrap|avg)_i64|(sum|avg)_(wide|checked|wrap)_[iu]\d+|(min|max)_\w+)$/;

/** Whether the plan gives the same rows whenever it is run. */
function isRepeatable(plan: Plan): boolean {
  if (plan.kind === 'limit' || (plan.kind === 'sort' && plan.limit !== null)) return false;
  if (plan.kind === 'aggregate' && !plan.aggregates.every((c) => EXACT.test(c.fn))) return false;
  if (!exprsOf(plan).every(isDeterministic)) return false;
  return inputsOf(plan).every(isRepeatable);
}

export const domainColumns = (domain: Plan): readonly Expr[] =>
  domain.schema.map((field, i) => column(i, field.type));
