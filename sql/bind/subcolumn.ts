/**
 * Parts of columns by their names: fields of tuples, paths of JSON, and what ClickHouse calls subcolumns (`a.size0`, `m.keys`, `x.null`).
 *
 * A Nested is columns of arrays whose names begin with its name and a dot; by that name it is an array of tuples.
 */

import { apply, int, retype, text } from '../../engine/function/call.ts';
import { mapped } from '../../engine/function/catalog/lambda.ts';
import { elementOfType } from '../../engine/function/catalog/variant.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import { typeText } from '../../engine/type/literal.ts';
import {
  array,
  elementOf,
  fieldsOf,
  type LogicalType,
  laneOf,
  STRING,
  tuple,
} from '../../engine/type/type.ts';
import { hasMember } from '../../engine/type/variant.ts';
import type { ExpressionOf, Identifier, Span } from '../ast/expression.ts';
import type { ExpressionBinder } from './expression.ts';
import { jsonName } from './json-path.ts';
import { findColumn, nestedColumns, nestedPart } from './scope.ts';
import type { Session } from './session.ts';

/** Functions that give a field of a tuple. */
export const FIELD = { standard: 'struct_extract', druid: 'json_value', clickhouse: 'tupleElement' } as const;

/** ClickHouse: functions that give a part, by its name. */
const PARTS: readonly {
  readonly name: string;
  readonly fn: string;
  readonly has: (type: LogicalType) => boolean;
}[] = [
  { name: 'size0', fn: 'length', has: ({ id }) => id === 'array' || id === 'map' },
  { name: 'keys', fn: 'mapKeys', has: ({ id }) => id === 'map' },
  { name: 'values', fn: 'mapValues', has: ({ id }) => id === 'map' },
  { name: 'null', fn: 'isNull', has: ({ nullable }) => nullable },
];

/** `column.part.part`; undefined: there is no such column. */
export function bindSubcolumn(node: ExpressionOf<'name'>, binder: ExpressionBinder): Expr | undefined {
  const { session, scope } = binder;
  const { parts } = node;
  if (session.dialect === 'clickhouse') {
    const found = jsonName(node, binder) ?? nestedOf(parts, binder);
    if (found !== undefined) return found;
  }
  for (let length = parts.length - 1; length > 0; length--) {
    const parameter = length === 1 ? scope.parameters?.get(parts[0].text) : undefined;
    const from = parameter ?? findColumn(parts.slice(0, length), scope, session)?.expr;
    if (from === undefined) continue;
    const path = parts.slice(length);
    const found = path.reduce<Expr | undefined>(
      (whole, part) => whole && partOf(whole, part, node, binder),
      from,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function partOf(
  whole: Expr,
  { text: name }: Identifier,
  where: Span,
  binder: ExpressionBinder,
): Expr | undefined {
  const { dialect } = binder.session;
  const { type } = whole;
  if (type.id === 'tuple') return binder.call(FIELD[dialect], [whole, literal(name, STRING)], where);
  if (dialect !== 'clickhouse') return undefined;
  if (type.id === 'variant') return elementNamed(whole, name, where, binder.session);
  const part = PARTS.find((known) => known.name === name && known.has(type));
  if (part !== undefined) return binder.call(part.fn, [whole], where);
  return type.id === 'array' ? fieldOfEach(whole, name) : undefined;
}

/** `v.Int64`: the value of a variant if it is of the type. */
function elementNamed(whole: Expr, name: string, where: Span, session: Session): Expr | undefined {
  const type = session.typeOf(session.typeNamed(name, where));
  return hasMember(whole.type, type) ? elementOfType(whole, type) : undefined;
}

/** A field of all tuples of an array. */
function fieldOfEach(list: Expr, name: string): Expr | undefined {
  const element = elementOf(list.type);
  if (element.id !== 'tuple') return undefined;
  const at = fieldsOf(element).findIndex((field) => field.name === name);
  if (at < 0) return undefined;
  const { type } = fieldsOf(element)[at];
  const body = apply(
    `tuple_field_${laneOf(type)}`,
    [column(0, element), text(typeText(element)), int(at)],
    type,
  );
  return mapped({ body, parameters: 1, captured: [] }, [list]);
}

/** ClickHouse: the columns of a Nested as one array of tuples. */
function nestedOf(parts: readonly Identifier[], binder: ExpressionBinder): Expr | undefined {
  const columns = nestedColumns(parts, binder.scope, binder.session);
  if (columns.length === 0) return undefined;
  const where = { at: parts[0].at, end: parts[parts.length - 1].end };
  const zipped = binder.call(
    'arrayZip',
    columns.map(({ expr }) => expr),
    where,
  );
  const fields = columns.map(({ name, expr }) => ({ name: nestedPart(name), type: elementOf(expr.type) }));
  return retype(zipped, array(tuple(fields)));
}
