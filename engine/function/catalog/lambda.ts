/** Calls that are made of lambdas: a lambda over the elements of arrays, and operations of whole arrays (scalar/array.ts) on what it gives. */

import { BasaltError } from '../../base/error.ts';
import { bodyText } from '../../plan/body.ts';
import { type Expr, literal } from '../../plan/expr.ts';
import { type Lambda, lambdaOf } from '../../plan/lambda.ts';
import { typesText, typeText } from '../../type/literal.ts';
import { array, BOOL, elementOf, type LogicalType, laneOf, notNull, nullable } from '../../type/type.ts';
import { apply, text } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import { arrayOf } from './nested.ts';

/** An operation of whole arrays; arguments that are no arrays go in as arrays of one. */
export function arrayOperation(name: string, values: readonly Expr[], result: LogicalType): Expr {
  const packed = values.map((value) =>
    value.type.id === 'array' || value.type.id === 'map' ? value : arrayOf([value], value.type),
  );
  const types = packed.map((value) => typeText(notNull(value.type)));
  const call = [text(name), text(typeText(notNull(result))), text(JSON.stringify(types)), ...packed];
  return apply(`array_op_${laneOf(result)}`, call, result);
}

const mayBeNull = (arrays: readonly Expr[]): boolean => arrays.some(({ type }) => type.nullable);

/** What a lambda gives for the elements at each position. */
export function mapped({ body, captured }: Lambda, arrays: readonly Expr[]): Expr {
  const types = typesText(arrays.map(({ type }) => notNull(type)));
  const result = array(body.type);
  return apply(
    'array_map',
    [text(bodyText(body)), text(types), ...arrays, ...captured],
    mayBeNull(arrays) ? nullable(result) : result,
  );
}

/** What a lambda makes of an initial value, one position after the other. */
export function folded({ body, captured }: Lambda, initial: Expr, arrays: readonly Expr[]): Expr {
  const types = typesText(arrays.map(({ type }) => notNull(type)));
  return apply(
    `array_fold_${laneOf(body.type)}`,
    [text(bodyText(body)), text(types), initial, ...arrays, ...captured],
    mayBeNull(arrays) ? nullable(body.type) : body.type,
  );
}

/** An argument that is a lambda. */
export function lambdaIn(expr: Expr): Lambda {
  const lambda = lambdaOf(expr);
  if (lambda === undefined) throw new BasaltError('LOGICAL_ERROR', 'A lambda is expected');
  return lambda;
}

/** A lambda as a condition. */
export function conditionOf(lambda: Lambda): Lambda {
  const { body } = lambda;
  if (body.type.id === 'bool') return lambda;
  if (body.type.id === 'null') return { ...lambda, body: literal(null, nullable(BOOL)) };
  return { ...lambda, body: cast(body, BOOL, WIDEN) };
}

export const elementsOf = (expr: Expr): LogicalType => elementOf(expr.type);
