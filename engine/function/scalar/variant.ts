/**
 * Values that bring their type (type/variant.ts): made, asked for their type, and cast from it, one at a time. Types come as literal text
 * (type/literal.ts).
 */

import { BasaltError } from '../../base/error.ts';
import { column, type Expr } from '../../plan/expr.ts';
import { clickhouseTypeName } from '../../type/dialect-name.ts';
import { typeOfText } from '../../type/literal.ts';
import { itemOf, laneValueOf } from '../../type/nested.ts';
import { type Lane, type LogicalType, typeName, type Value } from '../../type/type.ts';
import { packVariant, unpackVariant, variantItem } from '../../type/variant.ts';
import { type CastOptions, cast } from '../cast.ts';
import { evaluateOver } from '../evaluate.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const LANES: readonly Lane[] = ['i64', 'f64', 'bool', 'str'];
const TYPED = { integers: 'bigint', takesTypes: true } as const;
const TYPED_NULLS = { ...TYPED, nulls: 'custom' } as const;

/** Casts of one value, by its type, the new one and how. */
const casts = new Map<string, Expr>();
/** Of statements seen lately; more would keep what nobody uses. */
const MAX_CASTS = 1000;

function castOf(from: LogicalType, to: string, options: string): Expr {
  const key = `${typeName(from)}\0${to}\0${options}`;
  let made = casts.get(key);
  if (made === undefined) {
    if (casts.size >= MAX_CASTS) casts.clear();
    made = cast(column(0, from), typeOfText(to), JSON.parse(options) as CastOptions);
    casts.set(key, made);
  }
  return made;
}

function convert(packed: string, to: string, options: string): Value {
  const { type, value } = unpackVariant(packed);
  try {
    return evaluateOver(castOf(type, to, options), [value]);
  } catch (error) {
    const isLenient = (JSON.parse(options) as CastOptions).onBadValue === 'null';
    if (isLenient && error instanceof BasaltError) return null;
    throw error;
  }
}

/** The name of a value's type; that of NULL is None. */
const nameOf = (packed: string | null): string =>
  packed === null ? 'None' : clickhouseTypeName(unpackVariant(packed).type);

export const VARIANTS: readonly Implementation[] = [
  ...LANES.flatMap((lane): Implementation[] => [
    // value, its type.
    implement(
      `value_to_variant_${lane}`,
      [lane, 'str'],
      'str',
      (value: Exclude<Value, null>, type: string) => packVariant(value, typeOfText(type)),
      TYPED,
    ),
    // variant, the new type, CastOptions as JSON.
    implement(`variant_to_${lane}`, ['str', 'str', 'str'], lane, convert, TYPED),
    // variant, the name of a type: the value if it is of this type, else NULL.
    implement(
      `variant_element_${lane}`,
      ['str', 'str'],
      lane,
      (packed: string, wanted: string) => {
        const { type, value } = unpackVariant(packed);
        return clickhouseTypeName(type) === wanted ? value : null;
      },
      TYPED,
    ),
  ]),
  // An array, a map or a tuple, its type, the same type with variants in the place of values.
  implement(
    'nested_to_variants',
    ['str', 'str', 'str'],
    'str',
    (packed: string, fromText: string, toText: string) => {
      const [from, to] = [typeOfText(fromText), typeOfText(toText)];
      return laneValueOf(variantItem(itemOf(packed, from), from, to), to);
    },
    TYPED,
  ),
  implement('variant_type', ['str'], 'str', nameOf, TYPED_NULLS),
  // variant, names of types: the place of the value's among them, -1 of NULL.
  implement(
    'variant_place',
    ['str', 'str'],
    'i64',
    (packed: string | null, names: string) => (JSON.parse(names) as string[]).indexOf(nameOf(packed)),
    { nulls: 'custom', takesTypes: true },
  ),
];
