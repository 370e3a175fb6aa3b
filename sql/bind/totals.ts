/**
 * The row of WITH TOTALS above the query it was written in: it goes through projections as the rows do, past conditions and orders, and is
 * lost in groups. Joins and set operations make one row of those of their sides.
 */

import { retype } from '../../engine/function/cast.ts';
import { column, literal } from '../../engine/plan/expr.ts';
import type { Plan, Schema } from '../../engine/plan/node.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { Span } from '../ast/expression.ts';
import { columnsOfPlan, ONE_ROW, project } from './plan.ts';
import type { BoundQuery } from './scope.ts';
import type { Session } from './session.ts';
import { castTo } from './set-operation.ts';

/** Of a set operation: the totals of the first side that has any, in the columns of all. */
export function totalsOfFirst(
  sides: readonly BoundQuery[],
  schema: Schema,
  where: Span,
  session: Session,
): Plan | null {
  for (const { totals } of sides) {
    const row = totals?.() ?? null;
    if (row === null) continue;
    const types = schema.map((f) => f.type);
    const same = castTo(row, types, where, session);
    return project(
      same,
      columnsOfPlan(same),
      schema.map((f) => f.name),
    );
  }
  return null;
}

/**
 * Of a join: the totals of its sides beside each other, with NULL or defaults for a side that has none.
 *
 * @param sides whose columns the join has, in this order
 */
export function totalsOfJoin(sides: readonly BoundQuery[], schema: Schema): Plan | null {
  const rows = sides.map(({ totals }) => totals?.() ?? null);
  if (rows.every((row) => row === null)) return null;
  let width = 0;
  const whole = sides.map(({ plan }, i) => {
    const own = schema.slice(width, width + plan.schema.length);
    width += own.length;
    return rows[i] ?? missingRow(own);
  });
  const both = whole.reduce((left, right) => ({
    kind: 'join',
    join: 'cross',
    left,
    right,
    leftKeys: [],
    rightKeys: [],
    residual: null,
    nullSafe: false,
    defaultIfUnmatched: false,
    schema: [...left.schema, ...right.schema],
  }));
  return project(
    both,
    schema.map(({ type }, i) => retype(column(i, both.schema[i].type), type)),
    schema.map((f) => f.name),
  );
}

const missingRow = (schema: Schema): Plan =>
  project(
    ONE_ROW,
    schema.map(({ type }) => literal(type.nullable ? null : zeroOf(type), type)),
    schema.map((f) => f.name),
  );
