/**
 * Paths of ClickHouse's JSON: `j.a.b` is what is there, `j.a.b.:Int64` what of it is of a type, `j.^a` the object.
 *
 * A path without a type is bound as its text, which functions, comparisons, groups and sorts work on and indexes serve; {@link asDynamic} makes the
 * value with its type of it, for whoever sees that: the result of a query, casts and functions of types. It is NULL where nothing, null or an
 * object is.
 */

import { apply, text } from '../../engine/function/call.ts';
import { elementOfType } from '../../engine/function/catalog/variant.ts';
import { keyStep } from '../../engine/json/path.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import { typeText } from '../../engine/type/literal.ts';
import { DYNAMIC, laneOf, nullable, STRING, type TypeId } from '../../engine/type/type.ts';
import type { ExpressionOf } from '../ast/expression.ts';
import type { ExpressionBinder } from './expression.ts';
import { findColumn } from './scope.ts';

/** A document, and a path in it as text (engine/json/path.ts). */
type Place = { readonly document: Expr; readonly path: string };

/** What paths were bound to: their parts need to know. */
const places = new WeakMap<Expr, Place>();

/** What reads nothing but values of a type. */
const EXACT: Partial<Record<TypeId, string>> = {
  int64: 'json_int',
  float64: 'json_float',
  bool: 'json_bool',
  string: 'json_string',
};

const placeOf = (expr: Expr): Place | undefined =>
  expr.type.id === 'json' ? { document: expr, path: '' } : places.get(expr);

function pathText(place: Place): Expr {
  const found = { ...apply('json_leaf', [place.document, text(place.path)], nullable(STRING)) };
  places.set(found, place);
  return found;
}

/** What is at a path with its type; any other expression stays what it is. */
export function asDynamic(expr: Expr): Expr {
  const place = places.get(expr);
  return place === undefined ? expr : apply('json_dynamic', [place.document, text(place.path)], DYNAMIC);
}

/** `operand.name`; undefined: the operand is no path of JSON. */
export function jsonField(operand: Expr, name: string): Expr | undefined {
  const place = placeOf(operand);
  return place && pathText({ ...place, path: place.path + keyStep(name) });
}

/** `column.key.key`, where the column is JSON. */
export function jsonName(
  { parts }: Pick<ExpressionOf<'name'>, 'parts'>,
  { scope, session }: ExpressionBinder,
): Expr | undefined {
  for (let length = parts.length - 1; length > 0; length--) {
    const document = findColumn(parts.slice(0, length), scope, session)?.expr;
    if (document?.type.id !== 'json') continue;
    const keys = parts.slice(length).map((part) => keyStep(part.text));
    return pathText({ document, path: keys.join('') });
  }
  return undefined;
}

export function jsonPart(
  node: ExpressionOf<'subtype'> | ExpressionOf<'subobject'>,
  binder: ExpressionBinder,
): Expr {
  const { session } = binder;
  const place = placeOf(binder.bind(node.operand));
  if (place === undefined)
    throw session.error(
      'ILLEGAL_TYPE_OF_ARGUMENT',
      node,
      'Only paths of JSON have parts like this',
      'Write json.path.:Int64, or json.^path',
    );
  const { document, path } = place;
  if (node.kind === 'subobject') {
    const object = text(path + keyStep(node.name));
    return apply('json_object_at', [document, object], { id: 'json', nullable: true });
  }
  // In backquotes it is a name, as ClickHouse calls the column.
  const { name, args } = node.type;
  const type = session.typeOf(args.length === 0 ? session.typeNamed(name, node) : node.type);
  const fn = EXACT[type.id];
  if (fn !== undefined) return apply(fn, [document, text(path)], nullable(type));
  if (type.id !== 'array') {
    const found = apply('json_dynamic', [document, text(path)], DYNAMIC);
    return elementOfType(found, type);
  }
  const call = [document, text(path), text(typeText(type)), text(session.context.timeZone)];
  return apply(`json_typed_${laneOf(type)}`, call, nullable(type));
}
