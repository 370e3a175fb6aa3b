/**
 * Rows of the values of multi-value strings, where Druid makes them unasked: GROUP BY and DISTINCT have a group for each value (all
 * combinations of several), and some aggregates take values, not lists. A row without values has NULL.
 */

import { allOf, anyOf, apply, int, text } from '../../engine/function/call.ts';
import {
  type AggregateCall,
  call,
  children,
  column,
  type Expr,
  exprKey,
  rewrite,
} from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { typeText } from '../../engine/type/literal.ts';
import { MULTI_ARRAY } from '../../engine/type/multi.ts';
import { array, BOOL, nullable, STRING, type } from '../../engine/type/type.ts';
import { expand } from './expand.ts';
import { isMulti } from './multi-value.ts';
import { project } from './plan.ts';
import type { Session } from './session.ts';

/** Stands for each value of its argument in what an aggregate takes, until there are rows of them. */
const VALUE = 'value of multi-value';
export const eachValue = (list: Expr): Expr => call(VALUE, [list], nullable(STRING));

const listOf = (expr: Expr): Expr => apply('multi_to_array', [expr], MULTI_ARRAY);
const POSITIONS = array(type('uint32'));
const positionsOf = (list: Expr): Expr =>
  apply(
    'array_op_str',
    [text('enumerate'), text(typeText(POSITIONS)), text(JSON.stringify([typeText(MULTI_ARRAY)])), list],
    POSITIONS,
  );

type Grouped = {
  readonly plan: Plan;
  readonly keys: readonly Expr[];
  readonly calls: readonly AggregateCall[];
};

/** The same groups over rows that have one value of each key, and of each aggregate that takes values. */
export function unnestGroups({ plan, keys, calls }: Grouped, session: Session): Grouped {
  let over = plan;
  const single = keys.map((key) => {
    if (!isMulti(key)) return key;
    over = expand(over, [listOf(key)], ['value'], { padded: false, outer: true }, session);
    return column(over.schema.length - 1, nullable(STRING));
  });
  const lists = new Map<string, Expr>();
  for (const { args } of calls) for (const list of args.flatMap(listsIn)) lists.set(exprKey(list), list);
  const values = new Map<string, { readonly value: Expr; readonly isFirst: Expr }>();
  for (const [key, expr] of lists) {
    const list = listOf(expr);
    over = expand(
      over,
      [list, positionsOf(list)],
      ['value', 'position'],
      { padded: true, outer: true },
      session,
    );
    const at = over.schema.length;
    const position = column(at - 1, over.schema[at - 1].type);
    const isFirst = anyOf([apply('is_null', [position], BOOL), apply('eq_i64', [position, int(1)], BOOL)]);
    values.set(key, { value: column(at - 2, nullable(STRING)), isFirst });
  }
  return { plan: over, keys: single, calls: calls.map((c) => overValues(c, values)) };
}

const isValue = (expr: Expr): boolean => expr.kind === 'call' && expr.fn === VALUE;

const listsIn = (expr: Expr): readonly Expr[] =>
  isValue(expr) ? children(expr) : children(expr).flatMap(listsIn);

/** Aggregates alone have rows of values made. */
export const takesEachValue = (expr: Expr): boolean => listsIn(expr).length > 0;

/** Of lists that it does not take values of, one row counts. */
function overValues(
  aggregate: AggregateCall,
  values: ReadonlyMap<string, { readonly value: Expr; readonly isFirst: Expr }>,
): AggregateCall {
  const own = new Set(aggregate.args.flatMap(listsIn).map(exprKey));
  const once = [...values].filter(([key]) => !own.has(key)).map(([, { isFirst }]) => isFirst);
  const filters = aggregate.filter === null ? once : [aggregate.filter, ...once];
  const taken = (e: Expr): Expr => (isValue(e) ? (values.get(exprKey(children(e)[0]))?.value ?? e) : e);
  return {
    ...aggregate,
    args: aggregate.args.map((arg) => rewrite(arg, taken)),
    filter: filters.length === 0 ? null : allOf(filters),
  };
}

/** Rows with one value of each column; the plan itself where no column has several. */
export function unnestColumns(plan: Plan, session: Session): Plan {
  const { keys, plan: over } = unnestGroups(
    { plan, keys: plan.schema.map((f, i) => column(i, f.type)), calls: [] },
    session,
  );
  if (over === plan) return plan;
  return project(
    over,
    keys,
    plan.schema.map((f) => f.name),
  );
}
