/**
 * What becomes of rows when they are in order: LIMIT and OFFSET, WITH TIES, and so many rows of each value (LIMIT BY, DISTINCT ON). All but
 * a plain LIMIT are places in a window and a filter over them.
 */

import { allOf, apply } from '../../engine/function/call.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import { above, firstOfEach, notAbove, withPlaces } from '../../engine/plan/places.ts';
import type { WindowFunctionId } from '../../engine/plan/window.ts';
import { BOOL, FLOAT64, INT64 } from '../../engine/type/type.ts';
import type { Span } from '../ast/expression.ts';
import { filter, keepColumns, sortAndLimit } from './plan.ts';
import type { Session } from './session.ts';
import type { Tail } from './tail.ts';

/** Below 0: so many from the end. Between 0 and 1: a share of all rows, rounded up. */
export type Bounds = { readonly limit: number | null; readonly offset: number };

/** In order, and as many as are wanted. */
export function inOrder(
  input: Plan,
  keys: readonly SortKey[],
  { limit, limitIsPercent, offset, withTies }: Bounds & Pick<Tail, 'limitIsPercent' | 'withTies'>,
  where: Span,
  session: Session,
): Plan {
  if (limitIsPercent || isOfAll({ limit, offset })) {
    if (withTies && (limit ?? 0) < 0)
      throw session.refuse(where, 'WITH TIES of a LIMIT from the end', 'Order the other way');
    return sortAndLimit(
      someOfAll(input, [], keys, { limit, limitIsPercent, offset, withTies }),
      keys,
      null,
      0,
    );
  }
  if (!withTies || limit === null) return sortAndLimit(input, keys, limit, offset);
  if (keys.length === 0)
    throw session.error('BAD_ARGUMENTS', where, 'WITH TIES needs an ORDER BY', 'Say what makes rows equal');
  const rows = placed(input, [], keys, ['row_number', 'rank'], ([number, rank]) =>
    allOf([above(number, offset), notAbove(rank, offset + limit)]),
  );
  return sortAndLimit(rows, keys, null, 0);
}

/** The rows of each value of `by` from the (offset + 1)-th on, in the order of the keys. */
export const someOfEach = (
  input: Plan,
  by: readonly Expr[],
  keys: readonly SortKey[],
  bounds: Bounds,
): Plan =>
  isOfAll(bounds)
    ? someOfAll(input, by, keys, { ...bounds, limitIsPercent: false, withTies: false })
    : keepColumns(firstOfEach(input, by, keys, bounds), input.schema.length);

/** Which rows these are is not known before all are counted. */
export const isOfAll = ({ limit, offset }: Bounds): boolean =>
  [limit ?? 0, offset].some((n) => n < 0 || !Number.isInteger(n));

/** Rows by their places and how many there are. @param withTies `limit` is not from the end. */
function someOfAll(
  input: Plan,
  partition: readonly Expr[],
  order: readonly SortKey[],
  { limit, limitIsPercent, offset, withTies }: Bounds & Pick<Tail, 'limitIsPercent' | 'withTies'>,
): Plan {
  const width = input.schema.length;
  const plan = withPlaces(input, partition, order, ['row_number', 'rank', 'aggregate']);
  const [place, rank, total] = [0, 1, 2].map((i) => apply('i64_to_f64', [column(width + i, INT64)], FLOAT64));
  const share = (n: number): Expr => apply('mul_f64', [float(n), total], FLOAT64);
  const count = (n: number): Expr =>
    Number.isInteger(n) ? float(n) : apply('ceil_f64', [share(n)], FLOAT64);
  const wanted = (n: number): Expr =>
    limitIsPercent ? apply('floor_f64', [share(n / 100)], FLOAT64) : count(n);
  const plus = (a: Expr, n: Expr): Expr => apply('add_f64', [a, n], FLOAT64);
  const start = offset < 0 ? float(0) : count(offset);
  const end = offset < 0 ? plus(total, float(offset)) : total;
  const conditions = [apply('gt_f64', [place, start], BOOL), apply('le_f64', [place, end], BOOL)];
  if (limit !== null)
    conditions.push(
      limit < 0
        ? apply('gt_f64', [place, plus(end, float(limit))], BOOL)
        : apply('le_f64', [withTies ? rank : place, plus(start, wanted(limit))], BOOL),
    );
  return keepColumns(filter(plan, allOf(conditions)), width);
}

const float = (n: number): Expr => literal(n, FLOAT64);

/** Rows for which their places say so. */
function placed(
  input: Plan,
  partition: readonly Expr[],
  order: readonly SortKey[],
  fns: readonly WindowFunctionId[],
  keep: (places: readonly Expr[]) => Expr,
): Plan {
  const width = input.schema.length;
  const plan = withPlaces(input, partition, order, fns);
  return keepColumns(filter(plan, keep(fns.map((_, i) => column(width + i, INT64)))), width);
}
