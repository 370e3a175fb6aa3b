/**
 * Lambdas over the elements of arrays:
 *
 *   array_map(body, types, array, ..., captured, ...)                  what the body gives for the elements of each position
 *   array_fold_<lane>(body, types, initial, array, ..., captured, ...) what it gives at last, its first parameter being what it gave before
 *
 * `body` is an expression as text over the elements, then what it captures (plan/lambda.ts); `types` a JSON list of the arrays' types.
 * NULL where an array is NULL. The executor does this over vectors of elements (exec/expression/map-elements.ts).
 */

import { BasaltError } from '../../base/error.ts';
import { bodyOf } from '../../plan/body.ts';
import { typesOfText } from '../../type/literal.ts';
import { type Item, laneValueOf, packElement, unpackItem } from '../../type/nested.ts';
import { elementOf, type LogicalType, type Value } from '../../type/type.ts';
import { evaluateOver } from '../evaluate.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

export const unequalSizes = (a: number, b: number): BasaltError =>
  new BasaltError(
    'SIZES_OF_ARRAYS_DONT_MATCH',
    `Arrays whose elements go together must have equal size, not ${a} and ${b}`,
  );

/** Elements by position, each as its lane's value. */
function positions(texts: readonly string[], types: readonly LogicalType[]): Value[][] {
  const lists = texts.map((text, i) => unpackItem(text, types[i]));
  const [{ length }] = lists;
  for (const list of lists) if (list.length !== length) throw unequalSizes(length, list.length);
  return Array.from({ length }, (_, at) =>
    lists.map((list, i) => laneValueOf(list[at] as Item, elementOf(types[i]))),
  );
}

function map(body: string, types: string, ...rest: readonly Value[]): string | null {
  const of = typesOfText(types);
  const arrays = rest.slice(0, of.length);
  if (arrays.includes(null)) return null;
  const captured = rest.slice(of.length);
  const apply = bodyOf(body);
  const elements = positions(arrays as string[], of).map((elements) =>
    packElement(evaluateOver(apply, [...elements, ...captured]), apply.type),
  );
  return `${elements.join('')}\0`;
}

function fold(body: string, types: string, initial: Value, ...rest: readonly Value[]): Value {
  const of = typesOfText(types);
  const arrays = rest.slice(0, of.length);
  if (arrays.includes(null)) return null;
  const captured = rest.slice(of.length);
  const apply = bodyOf(body);
  return positions(arrays as string[], of).reduce(
    (before: Value, elements) => evaluateOver(apply, [before, ...elements, ...captured]),
    initial,
  );
}

const OPTIONS = { variadic: true, integers: 'bigint', nulls: 'custom', takesTypes: true } as const;

export const LAMBDA: readonly Implementation[] = [
  implement('array_map', ['str'], 'str', map, OPTIONS),
  ...(['i64', 'f64', 'bool', 'str'] as const).map((lane) =>
    implement(`array_fold_${lane}`, ['str'], lane, fold, OPTIONS),
  ),
];
