/**
 * UNION, INTERSECT and EXCEPT: INTERSECT first, then the others from left to right. Rows are compared as groups are: NULL is the
 * same as NULL.
 */

import { comparable } from '../../engine/function/call.ts';
import { cast } from '../../engine/function/cast.ts';
import { choiceOf } from '../../engine/function/choice-type.ts';
import { column, literal } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { withPlaces } from '../../engine/plan/places.ts';
import { isNested, type LogicalType, nullable, STRING, sameValues } from '../../engine/type/type.ts';
import type { Span } from '../ast/expression.ts';
import type { SetOperation } from '../ast/query.ts';
import { implicitCast } from './call.ts';
import { columnsOfPlan, distinct, keepColumns, project } from './plan.ts';
import type { BoundQuery } from './scope.ts';
import type { Session } from './session.ts';

type Operator = SetOperation['operators'][number];

export function bindSetOperation(body: SetOperation, bound: readonly BoundQuery[], session: Session): Plan {
  const operands = [bound[0].plan];
  const operators: Operator[] = [];
  body.operators.forEach((operator, i) => {
    const right = bound[i + 1].plan;
    if (operator.op === 'intersect') operands.push(matched(operands.pop()!, operator, right, body, session));
    else {
      operators.push(operator);
      operands.push(right);
    }
  });
  // A chain of UNION ALL is one node.
  let inputs = [operands[0]];
  const soFar = (): Plan => (inputs.length === 1 ? inputs[0] : unionOf(inputs, body, session));
  operators.forEach((operator, i) => {
    const right = operands[i + 1];
    if (operator.op === 'except') inputs = [matched(soFar(), operator, right, body, session)];
    else {
      inputs = operator.byName ? byName(soFar(), right, body, session) : [...inputs, right];
      if (!keepsRepeated(operator, body, session)) inputs = [distinct(soFar())];
    }
  });
  return soFar();
}

function keepsRepeated({ quantifier }: Operator, where: Span, session: Session): boolean {
  if (quantifier === null && session.dialect === 'clickhouse') {
    throw session.error(
      'SYNTAX_ERROR',
      where,
      'UNION needs ALL or DISTINCT',
      'Write UNION ALL or UNION DISTINCT',
    );
  }
  return quantifier === 'all';
}

/**
 * The different rows of the left side that the right side has (INTERSECT), or has not (EXCEPT). With ALL a row counts as often as it is
 * there: the n-th of equal rows is matched by the n-th of the other side.
 */
function matched(left: Plan, { op, quantifier }: Operator, right: Plan, where: Span, session: Session): Plan {
  const types = commonTypes([left, right], op.toUpperCase(), where, session);
  const sides = [left, right].map((side) => castTo(side, types, where, session));
  // ClickHouse means ALL when nothing is said.
  if (quantifier === 'all' || (quantifier === null && session.dialect === 'clickhouse')) {
    const [kept, other] = sides.map((side) => withPlaces(side, columnsOfPlan(side)));
    return keepColumns(partners(op, kept, other), types.length);
  }
  return distinct(partners(op, sides[0], sides[1]));
}

const partners = (op: Operator['op'], kept: Plan, other: Plan): Plan => ({
  kind: 'join',
  join: op === 'intersect' ? 'semi' : 'anti',
  left: kept,
  right: other,
  leftKeys: columnsOfPlan(kept).map(comparable),
  rightKeys: columnsOfPlan(other).map(comparable),
  residual: null,
  nullSafe: true,
  defaultIfUnmatched: false,
  schema: kept.schema,
});

/** Both sides with the columns of both, those of the left first; what a side lacks is NULL there. */
function byName(left: Plan, right: Plan, where: Span, session: Session): Plan[] {
  const names: string[] = [];
  const placeOf = ({ schema }: Plan, name: string): number =>
    schema.findIndex((f) => session.same(f.name, name));
  for (const side of [left, right]) {
    for (const [i, { name }] of side.schema.entries()) {
      if (placeOf(side, name) !== i)
        throw session.error('DUPLICATE_COLUMN', where, `UNION BY NAME has two columns ${name} on one side`);
      if (!names.some((n) => session.same(n, name))) names.push(name);
    }
  }
  const types = names.map((name, i) =>
    commonOfQueries(
      [left, right].flatMap((side) => side.schema[placeOf(side, name)]?.type ?? []),
      where,
      i,
      session,
    ),
  );
  return [left, right].map((side) => {
    const exprs = names.map((name, i) => {
      const at = placeOf(side, name);
      return at < 0 ? literal(null, nullable(types[i])) : column(at, side.schema[at].type);
    });
    return project(side, exprs, names);
  });
}

/** The rows of all, as UNION ALL has them. */
export function unionOf(inputs: readonly Plan[], where: Span, session: Session): Plan {
  const types = commonTypes(inputs, 'UNION', where, session);
  const schema = inputs[0].schema.map((f, i) => ({ name: f.name, type: types[i] }));
  return { kind: 'union', inputs: inputs.map((p) => castTo(p, types, where, session)), schema };
}

function commonTypes(inputs: readonly Plan[], word: string, where: Span, session: Session): LogicalType[] {
  const [first] = inputs;
  for (const { schema } of inputs) {
    if (schema.length !== first.schema.length) {
      throw session.error(
        'TYPE_MISMATCH',
        where,
        `The sides of ${word} have ${first.schema.length} and ${schema.length} columns`,
      );
    }
  }
  return first.schema.map((_, i) =>
    commonOfQueries(
      inputs.map((p) => p.schema[i].type),
      where,
      i,
      session,
    ),
  );
}

/** As {@link commonOfColumn}, but texts and other values of the standard dialect are texts together, as in DuckDB. */
function commonOfQueries(
  types: readonly LogicalType[],
  where: Span,
  index: number,
  session: Session,
): LogicalType {
  const areTexts =
    session.dialect === 'standard' &&
    types.some(({ id }) => id === 'string') &&
    !types.some(isNested) &&
    choiceOf(types, session.dialect) === undefined;
  return areTexts ? nullable(STRING) : commonOfColumn(types, where, index, session);
}

/** The type that values of one column of several rows or queries have together. */
export function commonOfColumn(
  types: readonly LogicalType[],
  where: Span,
  index: number,
  session: Session,
): LogicalType {
  const common = choiceOf(types, session.dialect);
  if (common === undefined)
    throw session.error(
      'TYPE_MISMATCH',
      where,
      `Column ${index + 1} has values of types that do not go together`,
      'Cast them to one type',
    );
  return common;
}

/** The plan with its columns cast to types. */
export function castTo(plan: Plan, types: readonly LogicalType[], where: Span, session: Session): Plan {
  if (plan.schema.every((f, i) => sameValues(f.type, types[i]))) return plan;
  const exprs = plan.schema.map((f, i) => {
    const to = f.type.nullable ? nullable(types[i]) : types[i];
    const isWritten = session.dialect === 'standard' && to.id === 'string' && f.type.id !== 'string';
    return isWritten
      ? cast(column(i, f.type), to, session.strictCast())
      : implicitCast(column(i, f.type), to, where, session);
  });
  return project(
    plan,
    exprs,
    plan.schema.map((f) => f.name),
  );
}
