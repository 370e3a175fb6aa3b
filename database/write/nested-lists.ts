/**
 * ClickHouse's Nested: columns of arrays that have the name before the last dot in common (`n.a`, `n.b`). In each row they are of one length, and one
 * that a row does not give has as many zeros as the others have elements.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { apply, text } from '../../engine/function/call.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import { typesText, typeText } from '../../engine/type/literal.ts';
import { ARRAY_END, itemOf, packItem } from '../../engine/type/nested.ts';
import { array, BOOL, elementOf, INT64, STRING } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { ColumnDefinition } from '../../storage/index.ts';

type List = Pick<ColumnDefinition, 'id' | 'name' | 'type' | 'computed'>;
export type NestedLists = readonly List[];

const prefixOf = (name: string): string => name.slice(0, Math.max(name.lastIndexOf('.'), 0));

/** At least two columns each. */
export function nestedLists(columns: readonly List[]): readonly NestedLists[] {
  const lists = columns.filter(({ name, type }) => type.id === 'array' && prefixOf(name) !== '');
  return [...Map.groupBy(lists, ({ name }) => prefixOf(name)).values()].filter(({ length }) => length > 1);
}

const itemCount = (list: List): Expr =>
  apply('item_count', [column(list.id, list.type), text(typeText(list.type))], INT64);

/** As many zeros as another list has elements: an empty array that is resized. */
export function zerosLike({ type }: List, other: List): Expr {
  const element = elementOf(type);
  const sizes = array(INT64);
  const size = apply('pack_element_i64', [itemCount(other), text(typeText(INT64))], STRING);
  const values = [
    literal(zeroOf(type), type),
    apply('concat', [size, text(ARRAY_END)], sizes),
    literal(packItem([element.nullable ? null : itemOf(zeroOf(element), element)], type), type),
  ];
  return apply(
    'array_op_str',
    [text('resize'), text(typeText(type)), text(typesText([type, sizes, type])), ...values],
    type,
  );
}

/** True of rows where the two have different lengths. */
export const lengthsDiffer = (one: List, other: List): Expr =>
  apply('ne_i64', [itemCount(one), itemCount(other)], BOOL);

export const differentLengths = (one: List, other: List): BasaltError =>
  new BasaltError(
    'SIZES_OF_ARRAYS_DONT_MATCH',
    `Elements '${one.name}' and '${other.name}' of Nested data structure '${prefixOf(one.name)}' (Array columns) have different array sizes`,
    { hint: 'Give arrays of one length in each row; nothing was inserted' },
  );
