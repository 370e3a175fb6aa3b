/** Values on their way into aggregates that collect them: as what an array has of them (type/nested.ts). */

import type { Expr } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import {
  BOOL,
  elementOf,
  fieldsOf,
  isFloat,
  isNested,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  STRING,
} from '../../type/type.ts';
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

/** Whether values have parts that may be NULL or NaN. */
const isPartlyUnknown = (type: LogicalType): boolean =>
  type.id === 'array' || type.id === 'tuple'
    ? partsOf(type).some((part) => part.nullable || isPartlyUnknown(part))
    : isFloat(type);
const partsOf = (type: LogicalType): readonly LogicalType[] =>
  type.id === 'array' ? [elementOf(type)] : fieldsOf(type).map((field) => field.type);

/**
 * A key whose least one is that of the extreme value. Unknown parts of values lose, as in ClickHouse's min and argMin; with `least` they are
 * below all others, as in its -ArgMin and -ArgMax.
 */
export function extremeKey(x: Expr, greatest: boolean, unknown: 'lose' | 'least'): Expr {
  const element = packed(x, false);
  const isLow = isPartlyUnknown(x.type) && (greatest || (unknown === 'least' && isNested(x.type)));
  const ascending = isLow ? apply('low_key', [element, text(typeText(notNull(x.type)))], STRING) : element;
  return apply('order_key', [ascending, bool(greatest), bool(false), bool(false)], STRING);
}

/** Whether the extreme of such values is not simply that of their packed form. */
export const hasUnknownParts = (type: LogicalType): boolean => isNested(type) && isPartlyUnknown(type);

/** Several values as one text that tells them apart; NULL where one is. */
export const together = (values: readonly Expr[]): Expr =>
  apply(
    'concat',
    values.map((x) => packed(x, false)),
    STRING,
  );
