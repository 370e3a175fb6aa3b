/** Values on their way into aggregates that collect them: as what an array has of them (type/nested.ts). */

import type { Expr } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import { BOOL, laneOf, notNull, nullable, STRING } from '../../type/type.ts';
import { apply, bool, choose, nullOf, text } from '../call.ts';
import type { Argument } from '../row.ts';

/** An element of an array of such values; NULL where it is left out. */
export function packed(x: Expr, keepsNulls: boolean): Expr {
  const element = apply(`pack_element_${laneOf(x.type)}`, [x, text(typeText(notNull(x.type)))], STRING);
  if (keepsNulls || !x.type.nullable) return element;
  return choose(apply('is_null', [x], BOOL), nullOf(STRING), element, nullable(STRING));
}

export const collects = (arg: Argument | undefined): arg is Argument =>
  arg !== undefined && arg.type.id !== 'state' && arg.type.id !== 'null';

/** A key that ascends with the value, or against it. */
export const orderKey = (x: Expr, descending: boolean): Expr =>
  apply('order_key', [packed(x, false), bool(descending), bool(false), bool(false)], STRING);

/** Several values as one text that tells them apart; NULL where one is. */
export const together = (values: readonly Expr[]): Expr =>
  apply(
    'concat',
    values.map((x) => packed(x, false)),
    STRING,
  );
