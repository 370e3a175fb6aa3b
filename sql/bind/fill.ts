/** ORDER BY ... WITH FILL and INTERPOLATE: bounds, steps and values become those of a fill (engine/plan/fill.ts). */

import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { column, type Expr } from '../../engine/plan/expr.ts';
import type { FillKey, FillRule } from '../../engine/plan/fill.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import {
  isFloat,
  isInteger,
  isSigned,
  isTemporal,
  type LogicalType,
  laneOf,
  notNull,
  type Value,
} from '../../engine/type/type.ts';
import type { Expression, Fill, Identifier, Span } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import { implicitCast } from './call.ts';
import { ExpressionBinder } from './expression.ts';
import { NO_WITH, type ScopeColumn } from './scope.ts';
import type { Session } from './session.ts';

/** A sort key, its place and its WITH FILL. */
export type Filled = { readonly key: SortKey; readonly where: Span; readonly fill: Fill | null };

/** The plan in order and filled; null where no key is to be. @param width how many of the plan's columns the query selects */
export function filledBy(
  plan: Plan,
  sorts: readonly Filled[],
  interpolate: Query['interpolate'],
  width: number,
  session: Session,
): Plan | null {
  const first = sorts.findIndex(({ fill }) => fill !== null);
  if (first < 0) return null;
  const places = sorts.map((s) => (s.key.expr as Extract<Expr, { kind: 'column' }>).index);
  const prefixed = Number(session.context.settings['use_with_fill_by_sorting_prefix'] ?? 1) !== 0;
  const twice = sorts.find((s, i) => s.fill !== null && places.some((p, n) => n !== i && p === places[i]));
  if (twice !== undefined)
    throw session.error(
      'INVALID_WITH_FILL_EXPRESSION',
      twice.where,
      'ORDER BY has the expression of a WITH FILL twice',
      'Leave one of them out',
    );
  const rule: FillRule = {
    keys: sorts.flatMap(({ key, where, fill }, i) =>
      fill === null ? [] : [{ column: places[i], ...stepsOf(fill, key, where, session) }],
    ),
    prefix: prefixed ? places.slice(0, first) : [],
    interpolate: interpolated(plan, interpolate, places, width, session),
  };
  return { kind: 'fill', input: plan, keys: sorts.map((s) => s.key), rule, schema: plan.schema };
}

function stepsOf(
  fill: Fill,
  { expr, descending }: SortKey,
  where: Span,
  session: Session,
): Omit<FillKey, 'column'> {
  const type = notNull(expr.type);
  const wrong = (at: Span, what: string, hint?: string): Error =>
    session.error('INVALID_WITH_FILL_EXPRESSION', at, what, hint);
  if (!isInteger(type) && !isFloat(type) && !isTemporal(type))
    throw wrong(where, 'WITH FILL takes numbers, dates and times', 'Order by a number instead');
  const binder = over([named('x', 0, type)], 'WITH FILL', session);
  const bound = (node: Expression | null): Value => {
    if (node === null) return null;
    const given = binder.bind(node);
    const value = evaluateConstant(given);
    if (typeof value === 'bigint' && value < 0n && isInteger(type) && !isSigned(type))
      throw wrong(node, 'WITH FILL bound values cannot be negative for an unsigned type');
    return evaluateConstant(implicitCast(given, type, node, session));
  };
  const [from, to] = [bound(fill.from), bound(fill.to)];
  const isBefore = (a: Value, b: Value): boolean => a !== null && b !== null && (descending ? a > b : a < b);
  if (isBefore(to, from))
    throw wrong(fill.to!, `WITH FILL TO lies ${descending ? 'above' : 'below'} FROM`, 'Exchange them');
  if (fill.staleness !== null && fill.from !== null)
    throw wrong(
      fill.staleness,
      'WITH FILL STALENESS cannot be used together with FROM',
      'Leave one of them out',
    );
  const one: Expression = { kind: 'number', text: '1', decimal: false, at: fill.at, end: fill.end };
  const step: Expression =
    fill.step ?? (descending ? { kind: 'unary', op: '-', operand: one, at: fill.at, end: fill.end } : one);
  const plus = (node: Expression): Expr => {
    checkSign(node, descending, binder, wrong);
    const x: Expression = { kind: 'name', parts: [identifier('x', node)], at: node.at, end: node.end };
    const sum = binder.bind({ kind: 'binary', op: '+', left: x, right: node, at: node.at, end: node.end });
    if (
      laneOf(sum.type) !== laneOf(type) ||
      isTemporal(sum.type) !== isTemporal(type) ||
      (isTemporal(type) && sum.type.id !== type.id)
    )
      throw wrong(
        node,
        'The step of WITH FILL leads to values of another type',
        'Step by whole units of the column',
      );
    return isTemporal(type) ? implicitCast(sum, type, node, session) : sum;
  };
  return {
    type,
    descending,
    from,
    to,
    next: plus(step),
    stale: fill.staleness === null ? null : plus(fill.staleness),
  };
}

/** Steps that are numbers go the way of the order. */
function checkSign(
  node: Expression,
  descending: boolean,
  binder: ExpressionBinder,
  wrong: (at: Span, what: string, hint?: string) => Error,
): void {
  if (node.kind === 'interval' || (node.kind === 'unary' && node.operand.kind === 'interval')) return;
  const value = evaluateConstant(binder.bind(node));
  if (typeof value !== 'bigint' && typeof value !== 'number') return;
  if (Number(value) === 0) throw wrong(node, 'WITH FILL STEP value cannot be zero');
  if (value < 0 === descending) return;
  throw wrong(
    node,
    `WITH FILL STEP value cannot be ${descending ? 'positive' : 'negative'} for sorting in ${descending ? 'descending' : 'ascending'} direction`,
  );
}

function interpolated(
  plan: Plan,
  interpolate: Query['interpolate'],
  keys: readonly number[],
  width: number,
  session: Session,
): FillRule['interpolate'] {
  const outputs = plan.schema.slice(0, width).map((f, i) => named(f.name, i, f.type));
  if (interpolate === 'all')
    return outputs.flatMap(({ expr }, i) => (keys.includes(i) ? [] : [{ column: i, value: expr }]));
  const binder = over(outputs, 'INTERPOLATE', session);
  return interpolate.map(({ name, value }) => {
    const place = outputs.findIndex((o) => session.same(name.text, o.name));
    if (place < 0)
      throw session.error('UNKNOWN_IDENTIFIER', name, `There is no column ${name.text} to interpolate`);
    if (keys.includes(place))
      throw session.error(
        'INVALID_WITH_FILL_EXPRESSION',
        name,
        `Column '${name.text}' is participating in ORDER BY expression and can't be INTERPOLATE output`,
      );
    const made = value === null ? outputs[place].expr : binder.bind(value);
    return { column: place, value: implicitCast(made, plan.schema[place].type, value ?? name, session) };
  });
}

const over = (columns: readonly ScopeColumn[], place: string, session: Session): ExpressionBinder =>
  new ExpressionBinder(session, { columns, aliases: new Map(), with: NO_WITH }, null, place);

const named = (name: string, index: number, type: LogicalType): ScopeColumn => ({
  name,
  table: null,
  schema: null,
  expr: column(index, type),
  hidden: false,
});

const identifier = (text: string, { at, end }: Span): Identifier => ({ text, quoted: false, at, end });
