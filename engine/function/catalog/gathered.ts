/** Aggregates that are an operation of whole arrays on the values of all rows. */

import type { Expr } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  BOOL,
  elementOf,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  STRING,
  tuple,
} from '../../type/type.ts';
import { anyOf, apply, choose, nullOf, text } from '../call.ts';
import type { Resolution } from '../row.ts';
import { arrayOperation } from './lambda.ts';
import { tupleOf } from './nested.ts';

const rowType = (casts: readonly LogicalType[]): LogicalType =>
  casts.length === 1 ? notNull(casts[0]) : tuple(casts.map((type) => ({ name: null, type: notNull(type) })));

/** The same of arrays, whose elements at one place are a row. */
export function gatheredElements(arrays: readonly LogicalType[], finish: (rows: Expr) => Expr): Resolution {
  const type = array(rowType(arrays.map(elementOf)));
  return {
    fn: 'list_str',
    params: [0],
    casts: arrays,
    prepare: (lists) => [apply('array_inside', [arrayOperation('zip', lists, type)], STRING)],
    finish,
    type,
  };
}

/** Rows without a NULL as elements of an array: values, or tuples where there are several columns. */
export function gathered(casts: readonly LogicalType[], finish: (rows: Expr) => Expr): Resolution {
  const type = rowType(casts);
  return {
    fn: 'list_str',
    params: [0],
    casts,
    prepare: (values) => {
      const row = casts.length === 1 ? values[0] : tupleOf(values, type.fields ?? []);
      const element = apply(`pack_element_${laneOf(type)}`, [row, text(typeText(type))], STRING);
      const unknown = values.filter((value) => value.type.nullable);
      if (unknown.length === 0) return [element];
      const isNull = anyOf(unknown.map((value) => apply('is_null', [value], BOOL)));
      return [choose(isNull, nullOf(STRING), element, nullable(STRING))];
    },
    finish,
    type: array(type),
  };
}
