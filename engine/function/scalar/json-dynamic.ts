/**
 * What stands at a path of a document, with its type: (document, path) to a variant (type/variant.ts). NULL where nothing, null or an object is,
 * whose members are paths themselves.
 */

import { JsonPlace } from '../../json/find.ts';
import { pathOf } from '../../json/path.ts';
import { KIND } from '../../json/scanner.ts';
import { type Item, itemOf, laneValueOf } from '../../type/nested.ts';
import {
  array,
  BOOL,
  DYNAMIC,
  FLOAT64,
  INT64,
  isNested,
  type LogicalType,
  nullable,
  STRING,
  sameValues,
  UINT64,
  type Value,
} from '../../type/type.ts';
import { packVariant, type Typed } from '../../type/variant.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { rawText } from './json.ts';
import { partsOf } from './json-typed.ts';

const JSON_TYPE: LogicalType = { id: 'json', nullable: false };

function typedAt(at: JsonPlace): Typed | null {
  switch (at.kind) {
    case KIND.int:
      return typedInteger(at.text);
    case KIND.float:
      return { type: FLOAT64, value: Number(at.text) };
    case KIND.true:
    case KIND.false:
      return { type: BOOL, value: at.kind === KIND.true };
    case KIND.string:
      return { type: STRING, value: at.text };
    case KIND.array:
      return typedList(partsOf(at).map(typedElement));
    default:
      return null;
  }
}

/** Within arrays objects are values. */
const typedElement = (at: JsonPlace): Typed | null =>
  at.kind === KIND.object ? { type: JSON_TYPE, value: rawText(at, 'clickhouse') } : typedAt(at);

function typedInteger(text: string): Typed {
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) === value) return { type: INT64, value };
  if (BigInt.asUintN(64, value) === value) return { type: UINT64, value: BigInt.asIntN(64, value) };
  return { type: FLOAT64, value: Number(text) };
}

/** Of values of one type, or of anything. */
function typedList(items: readonly (Typed | null)[]): Typed {
  const [first, ...rest] = items.flatMap((typed) => (typed === null ? [] : [typed.type]));
  const isOne = first !== undefined && rest.every((type) => sameValues(type, first));
  const hasNull = items.includes(null);
  if (!isOne || (hasNull && isNested(first)))
    return typedArray(
      items.map((typed) => (typed === null ? null : packVariant(typed.value, typed.type))),
      DYNAMIC,
    );
  const element = isNested(first) || first.id === 'json' ? first : nullable(first);
  return typedArray(
    items.map((typed) => (typed === null ? null : itemOf(typed.value, typed.type))),
    hasNull ? nullable(element) : element,
  );
}

function typedArray(items: readonly Item[], element: LogicalType): Typed {
  const type = array(element);
  return { type, value: laneValueOf(items, type) as Exclude<Value, null> };
}

export const JSON_DYNAMIC: readonly Implementation[] = [
  implement('json_dynamic', ['str', 'str'], 'str', (document: string, path: string) => {
    const typed = typedAt(new JsonPlace().findIn(document, pathOf(path)));
    return typed === null ? null : packVariant(typed.value, typed.type);
  }),
];
