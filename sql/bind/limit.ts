/**
 * What becomes of rows when they are in order: LIMIT and OFFSET, WITH TIES, and so many rows of each value (LIMIT BY, DISTINCT ON). The
 * last two are places in a window and a filter over them.
 */

import { allOf } from '../../engine/function/call.ts';
import { column, type Expr } from '../../engine/plan/expr.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import { above, firstOfEach, notAbove, withPlaces } from '../../engine/plan/places.ts';
import type { WindowFunctionId } from '../../engine/plan/window.ts';
import { INT64 } from '../../engine/type/type.ts';
import type { Span } from '../ast/expression.ts';
import { filter, keepColumns, sortAndLimit } from './plan.ts';
import type { Session } from './session.ts';

export type Bounds = { readonly limit: number | null; readonly offset: number };

/** In order, and as many as are wanted. */
export function inOrder(
  input: Plan,
  keys: readonly SortKey[],
  { limit, offset, withTies }: Bounds & { readonly withTies: boolean },
  where: Span,
  session: Session,
): Plan {
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
): Plan => keepColumns(firstOfEach(input, by, keys, bounds), input.schema.length);

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
