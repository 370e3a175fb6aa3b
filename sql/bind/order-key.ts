/** ORDER BY inside of an aggregate: one text a row that ascends by bytes as the order does (engine/sketch/text-list.ts). */

import { apply, bool, comparable, int, retype, text } from '../../engine/function/call.ts';
import { type Expr, exprKey } from '../../engine/plan/expr.ts';
import { typeText } from '../../engine/type/literal.ts';
import { INT64, laneOf, STRING } from '../../engine/type/type.ts';
import type { CallExpression } from '../ast/expression.ts';
import type { ExpressionBinder } from './expression.ts';
import { nullsFirst } from './sort.ts';

/**
 * What ascends as the ORDER BY of an aggregate wants it.
 *
 * @param only the one expression that it may be by, where values are to be different
 */
export function orderKey({ orderBy }: CallExpression, binder: ExpressionBinder, only: Expr | null): Expr {
  const { session } = binder;
  const parts = orderBy.map((item) => {
    const value = binder.bind(item.value);
    if (only !== null && exprKey(value) !== exprKey(only))
      throw session.error(
        'BAD_ARGUMENTS',
        item.value,
        'DISTINCT values can only be in an order of their own',
        'Order by the argument, or group in a subquery first',
      );
    return keyPart(comparable(value), item.descending, nullsFirst(item, session.dialect));
  });
  return parts.length === 1 ? parts[0] : apply('concat', parts, STRING);
}

/** Packed fields ascend, NULL behind all others; what is to descend is turned over, a number before it is packed. */
function keyPart(value: Expr, descending: boolean, nullsFirst: boolean): Expr {
  const number = descending && !nullsFirst ? turnedOver(value) : undefined;
  const { type } = number ?? value;
  const field = apply(`pack_field_${laneOf(type)}`, [number ?? value, text(typeText(type))], STRING);
  const isKey = number !== undefined || !(descending || (nullsFirst && type.nullable));
  return isKey
    ? field
    : apply('order_key', [field, ...[descending, nullsFirst, type.nullable].map(bool)], STRING);
}

/** A number that ascends as a value descends; undefined: there is none of 64 bits. */
function turnedOver(value: Expr): Expr | undefined {
  const { type } = value;
  const lane = laneOf(type);
  if (type.id === 'null' || type.id === 'uint64' || (lane !== 'i64' && lane !== 'f64')) return undefined;
  const full = { ...INT64, nullable: type.nullable };
  const order = lane === 'f64' ? apply('f64_to_order', [value], full) : retype(value, full);
  return apply('bit_xor_i64', [order, int(-1)], full);
}
