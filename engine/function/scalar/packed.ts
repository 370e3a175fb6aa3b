/**
 * Functions of values that are told their type: text to and from any type, decimals of any scale, and the parts of arrays,
 * tuples and maps. Types come as literal text (type/literal.ts).
 *
 * The packed form (type/packed.ts) of one value is written by `pack_element_*` and `pack_field_*`; a whole array or tuple is
 * their results joined, so making one needs no function of many lanes.
 */

import { BasaltError } from '../../base/error.ts';
import { decimalText, parseDecimal, rescaleDecimal } from '../../type/decimal.ts';
import { exactUnits, exactValue, fitsExact, scaleOf, wrapInteger } from '../../type/exact.ts';
import { typeOfText } from '../../type/literal.ts';
import { type Item, laneValueOf, packElement, packField, packItem, unpackItem } from '../../type/nested.ts';
import {
  array,
  DECIMAL64_DIGITS,
  decimal,
  elementOf,
  fieldsOf,
  keyOf,
  type Lane,
  type LogicalType,
  typeName,
  type Value,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { implement } from '../implementation.ts';
import type { Implementation, Scalar } from '../row.ts';
import type { LocalTime } from '../time-zone.ts';
import { CLICKHOUSE_NESTED, padded, parseValue, STANDARD_NESTED, valueText } from '../value-text.ts';
import { tooManyDigits } from './exact.ts';

const LANES: readonly Lane[] = ['i64', 'f64', 'bool', 'str'];
const BIG = { integers: 'bigint' } as const;
const TYPED = { integers: 'bigint', takesTypes: true } as const;
/** NULL is a value like others. */
const TYPED_NULLS = { ...TYPED, nulls: 'custom' } as const;

/** A number of the type behind it. */
const exactText = ([value, type]: readonly Scalar[]): string => {
  const of = typeOfText(type as string);
  return decimalText(exactUnits(value, of), scaleOf(of), false);
};

function cannot(value: unknown, type: LogicalType, code: 'CANNOT_PARSE_INPUT' | 'VALUE_IS_OUT_OF_RANGE') {
  const shown = String(value).slice(0, 100);
  return code === 'CANNOT_PARSE_INPUT'
    ? new BasaltError(code, `Cannot read '${shown}' as ${typeName(type)}`)
    : new BasaltError(code, `${shown} does not fit ${typeName(type)}`);
}

/** `_checked` and `_null`: what happens when `convert` answers undefined. The value comes first, its new type where `typeAt` says. */
function fallible(
  id: string,
  args: readonly Lane[],
  result: Lane,
  typeAt: number,
  code: 'CANNOT_PARSE_INPUT' | 'VALUE_IS_OUT_OF_RANGE',
  convert: (...args: readonly never[]) => Value | undefined,
  show: (given: readonly Scalar[]) => unknown = ([value]) => value,
): Implementation[] {
  const run = convert as (...args: readonly Scalar[]) => Value | undefined;
  const strict = (...given: readonly Scalar[]): Scalar => {
    const converted = run(...given);
    if (converted === undefined) throw cannot(show(given), typeOfText(given[typeAt] as string), code);
    return converted;
  };
  const lenient = (...given: readonly Scalar[]): Scalar => run(...given) ?? null;
  return [
    implement(`${id}_checked`, args, result, strict as Implementation['evaluate'], TYPED),
    implement(`${id}_null`, args, result, lenient as Implementation['evaluate'], TYPED),
  ];
}

const toExact = (units: bigint | undefined, type: LogicalType): Value | undefined =>
  units === undefined || !fitsExact(units, type) ? undefined : exactValue(units, type);

/** Halves go to the even neighbour. */
function wholeOf(value: number, rounding: 'round' | 'cut' | 'exact'): bigint {
  const whole = BigInt(Math.trunc(value));
  if (rounding !== 'round') return whole;
  const rest = Math.abs(value - Math.trunc(value));
  const moves = rest > 0.5 || (rest === 0.5 && whole % 2n !== 0n);
  return moves ? whole + BigInt(Math.sign(value)) : whole;
}

const STYLES = { clickhouse: CLICKHOUSE_NESTED, standard: STANDARD_NESTED };

/** The element at a position from 1, or from the end below 0; undefined outside. */
function at<T>(items: readonly T[], position: bigint): T | undefined {
  const index = Number(position);
  return items.at(index > 0 ? index - 1 : index === 0 ? items.length : index);
}

export const PACKED: readonly Implementation[] = [
  // value, type, zone, style.
  ...LANES.map((lane) =>
    implement(
      `value_to_str_${lane}`,
      [lane, 'str', 'str', 'str'],
      'str',
      (value: Value, type: string, zone: string, style: keyof typeof STYLES) =>
        valueText(value, typeOfText(type), { zone, style: STYLES[style] }),
      TYPED,
    ),
  ),
  // text, type, zone, what local times of gaps and overlaps mean, what becomes of digits beyond a scale.
  ...LANES.flatMap((lane) =>
    fallible(
      `str_to_value_${lane}`,
      ['str', 'str', 'str', 'str', 'str'],
      lane,
      1,
      'CANNOT_PARSE_INPUT',
      (text: string, type: string, zone: string, localTime: LocalTime, rounding: 'round' | 'cut') =>
        parseValue(text, typeOfText(type), { zone, localTime, rounding }),
    ),
  ),
  // A decimal or an integer of any width: value, its type, the new type, 'round' or 'cut'.
  ...(['i64', 'str'] as const).flatMap((from) =>
    (['i64', 'str'] as const).flatMap((to) =>
      fallible(
        `decimal_to_decimal_${from}_${to}`,
        [from, 'str', 'str', 'str'],
        to,
        2,
        'VALUE_IS_OUT_OF_RANGE',
        (value: Value, fromText: string, toText: string, rounding: 'round' | 'cut') => {
          const [own, target] = [typeOfText(fromText), typeOfText(toText)];
          const units = rescaleDecimal(exactUnits(value, own), scaleOf(own), scaleOf(target), rounding);
          return toExact(units, target);
        },
        exactText,
      ),
    ),
  ),
  // value, the new type, 'round' or 'cut'.
  ...(['i64', 'str'] as const).flatMap((to) =>
    fallible(
      `f64_to_decimal_${to}`,
      ['f64', 'str', 'str'],
      to,
      1,
      'VALUE_IS_OUT_OF_RANGE',
      (value: number, type: string, rounding: 'round' | 'cut') => {
        const target = typeOfText(type);
        return toExact(parseDecimal(String(value), scaleOf(target), rounding), target);
      },
    ),
  ),
  // value, the new type, 'round', 'cut' or 'exact': an integer beyond 64 bits; and the low bits of one.
  ...fallible(
    'f64_to_wide',
    ['f64', 'str', 'str'],
    'str',
    1,
    'VALUE_IS_OUT_OF_RANGE',
    (value: number, type: string, rounding: 'round' | 'cut' | 'exact') =>
      Number.isFinite(value) && (rounding !== 'exact' || Number.isInteger(value))
        ? toExact(wholeOf(value, rounding), typeOfText(type))
        : undefined,
  ),
  implement(
    'f64_to_wide_wrap',
    ['f64', 'str'],
    'str',
    (value: number, typeText: string) => {
      const type = typeOfText(typeText);
      if (!Number.isFinite(value)) throw cannot(value, type, 'VALUE_IS_OUT_OF_RANGE');
      return exactValue(wrapInteger(wholeOf(value, 'cut'), type), type);
    },
    TYPED,
  ),
  // value, its type, the new type: the low bits of an integer.
  ...(['i64', 'str'] as const).flatMap((from) =>
    (['i64', 'str'] as const).map((to) =>
      implement(
        `wrap_integer_${from}_${to}`,
        [from, 'str', 'str'],
        to,
        (value: Value, fromText: string, toText: string) => {
          const target = typeOfText(toText);
          return exactValue(wrapInteger(exactUnits(value, typeOfText(fromText)), target), target);
        },
        TYPED,
      ),
    ),
  ),
  // value, its type.
  ...(['i64', 'str'] as const).map((from) =>
    implement(
      `decimal_to_f64_${from}`,
      [from, 'str'],
      'f64',
      (value: Value, type: string) => {
        const own = typeOfText(type);
        return Number(decimalText(exactUnits(value, own), scaleOf(own), false));
      },
      TYPED,
    ),
  ),
  // value, its type, 'round' or 'cut': an integer of 64 bits.
  ...(['i64', 'str'] as const).flatMap((from) =>
    fallible(
      `decimal_to_i64_${from}`,
      [from, 'str', 'str'],
      'i64',
      1,
      'VALUE_IS_OUT_OF_RANGE',
      (value: Value, type: string, rounding: 'round' | 'cut') => {
        const own = typeOfText(type);
        const whole = rescaleDecimal(exactUnits(value, own), scaleOf(own), 0, rounding);
        return BigInt.asIntN(64, whole) === whole ? whole : undefined;
      },
      exactText,
    ),
  ),
  // Two decimals of up to 18 digits, the second one's scale: with the first one's scale, cut off.
  implement(
    'decimal_div_i64',
    ['i64', 'i64', 'i64'],
    'i64',
    (a: bigint, b: bigint, scale: bigint) => {
      if (b === 0n) throw new BasaltError('ILLEGAL_DIVISION', 'Division by zero');
      const quotient = (a * 10n ** scale) / b;
      if (BigInt.asIntN(64, quotient) === quotient) return quotient;
      throw tooManyDigits(decimal(DECIMAL64_DIGITS, 0));
    },
    BIG,
  ),
  // text, bytes: with zero bytes behind it.
  implement('str_to_fixed', ['str', 'i64'], 'str', (text: string, length: number) => {
    const fixed = padded(text, length);
    if (fixed !== undefined) return fixed;
    throw new BasaltError('TOO_LARGE_STRING_SIZE', `'${text.slice(0, 100)}' is longer than ${length} bytes`);
  }),
  implement('fixed_to_str', ['str'], 'str', (text: string) => text.replace(/\0+$/, '')),
  // value, the type of its place.
  ...LANES.map((lane) =>
    implement(
      `pack_element_${lane}`,
      [lane, 'str'],
      'str',
      (value: Value, type: string) => packElement(value, typeOfText(type)),
      TYPED_NULLS,
    ),
  ),
  ...LANES.map((lane) =>
    implement(
      `pack_field_${lane}`,
      [lane, 'str'],
      'str',
      (value: Value, typeText: string) => {
        const type = typeOfText(typeText);
        // Dictionaries begin with a NULL that no row has.
        return packField(value ?? (type.nullable ? null : zeroOf(type)), type);
      },
      TYPED_NULLS,
    ),
  ),
  // An array or a map, its type.
  implement(
    'item_count',
    ['str', 'str'],
    'i64',
    (packed: string, type: string) => unpackItem(packed, typeOfText(type)).length,
    TYPED,
  ),
  // An array, its type, a position from 1 or from the end below 0; NULL where there is none.
  ...LANES.map((lane) =>
    implement(
      `array_element_${lane}`,
      ['str', 'str', 'i64'],
      lane,
      (packed: string, type: string, position: bigint) => {
        const own = typeOfText(type);
        return laneValueOf(at(unpackItem(packed, own), position) ?? null, elementOf(own));
      },
      TYPED,
    ),
  ),
  // A tuple, its type, the field's number from 0.
  ...LANES.map((lane) =>
    implement(
      `tuple_field_${lane}`,
      ['str', 'str', 'i64'],
      lane,
      (packed: string, type: string, field: bigint) => {
        const own = typeOfText(type);
        const { type: of } = fieldsOf(own)[Number(field)];
        return laneValueOf(unpackItem(packed, own)[Number(field)], of);
      },
      TYPED,
    ),
  ),
  // A map, its type, a key as an array of one element; NULL where there is none.
  ...LANES.map((lane) =>
    implement(
      `map_value_${lane}`,
      ['str', 'str', 'str'],
      lane,
      (packed: string, type: string, key: string) => {
        const own = typeOfText(type);
        const [wanted] = unpackItem(key, array(keyOf(own)));
        const pairs = unpackItem(packed, own) as readonly (readonly [Item, Item])[];
        const found = pairs.find(([known]) => known === wanted);
        return laneValueOf(found === undefined ? null : found[1], elementOf(own));
      },
      TYPED,
    ),
  ),
  // A map, its type: an array of its keys, or of its values.
  ...(['keys', 'values'] as const).map((part, i) =>
    implement(
      `map_${part}`,
      ['str', 'str'],
      'str',
      (packed: string, type: string) => {
        const own = typeOfText(type);
        const pairs = unpackItem(packed, own) as readonly (readonly [Item, Item])[];
        return packItem(
          pairs.map((pair) => pair[i]),
          array(i === 0 ? keyOf(own) : elementOf(own)),
        );
      },
      TYPED,
    ),
  ),
  // An array, its type, a value as an array of one element: its first position from 1, else 0.
  implement(
    'array_position',
    ['str', 'str', 'str'],
    'i64',
    (packed: string, type: string, value: string) => {
      const own = typeOfText(type);
      const [wanted] = unpackItem(value, own);
      const text = packElement(wanted, elementOf(own));
      return unpackItem(packed, own).findIndex((item) => packElement(item, elementOf(own)) === text) + 1;
    },
    TYPED,
  ),
];
