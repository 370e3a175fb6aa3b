/**
 * Functions of whole arrays. An operation sees lists of items (type/nested.ts) and gives an item; arguments that are no arrays come as
 * arrays of one element, so that one implementation a result lane serves all of them:
 *
 *   array_op_<lane>(operation, result type, types of the arguments, argument, ...)
 *
 * Items are equal and ordered as their packed forms are; NULL comes last.
 */

import { BasaltError } from '../../base/error.ts';
import { orderOfText } from '../../base/text-order.ts';
import { exactUnits, isWide, wideBits } from '../../type/exact.ts';
import { typeOfText, typesOfText } from '../../type/literal.ts';
import { type Item, laneValueOf, unpackItem } from '../../type/nested.ts';
import { packSigned, packUnsigned } from '../../type/packed.ts';
import {
  elementOf,
  isFloat,
  isSigned,
  isWideInteger,
  type Lane,
  type LogicalType,
  type Value,
} from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { CLICKHOUSE_NESTED, valueText } from '../value-text.ts';
import { DRUID_OPERATIONS } from './druid-array.ts';
import { asNumber, bounded, integer, keyOf, type List, type Operation, scalar } from './list.ts';
import { LIST_MAPS } from './list-map.ts';
import { LIST_NUMBERS } from './list-number.ts';
import { LIST_PLACES } from './list-place.ts';
import { LIST_POLYGONS } from './list-polygon.ts';
import { LIST_SERIES } from './list-series.ts';
import { LIST_STANDARD } from './list-standard.ts';
import { LIST_WHERE } from './list-where.ts';
import { LIST_WINDOWS } from './list-window.ts';
import { sliceOf } from './slice.ts';

function sorted(list: List, type: LogicalType, direction: 1 | -1): List {
  const key = keyOf(type);
  const values = list.filter((item) => item !== null).map((item) => ({ item, key: key(item) }));
  values.sort((a, b) => direction * orderOfText(a.key, b.key));
  return [...values.map(({ item }) => item), ...list.filter((item) => item === null)];
}

function distinct(list: List, type: LogicalType): List {
  const key = keyOf(type);
  return [...new Map(list.filter((item) => item !== null).map((item) => [key(item), item])).values()];
}

/** Positions count from 1, from the end if negative; a negative length leaves so many out at the end. */
function slice(list: List, offset: number, length: number | null): List {
  const from = offset > 0 ? offset - 1 : Math.max(0, list.length + offset);
  const to = length === null ? list.length : length < 0 ? list.length + length : from + length;
  return list.slice(from, Math.max(from, to));
}

/** From one position to the other, both of it; negative ones count from the end. */
function between(list: List, low: number, high: number): List {
  const { from, to } = sliceOf(list.length, low, high);
  return list.slice(from, to);
}

/** Of decimals and of wide integers, after none of them, after the first and so on; beyond the bits of a sum with the low ones. */
function wideSums(list: List, type: LogicalType): Item[] {
  const of = elementOf(type);
  const bits = isWide(of) ? wideBits(of) : 128;
  let total = 0n;
  return [null, ...list].map((item) => {
    if (item !== null) total += exactUnits(item as Value, of);
    return isSigned(of)
      ? packSigned(BigInt.asIntN(bits, total), bits)
      : packUnsigned(BigInt.asUintN(bits, total), bits);
  });
}

const sumsWide = (type: LogicalType): boolean => type.id === 'decimal' || isWideInteger(type);

/** Sums of integers are 64 bits wide and wrap. */
function sum(list: List, type: LogicalType): Item {
  if (sumsWide(elementOf(type))) return wideSums(list, type).at(-1) ?? null;
  if (isFloat(elementOf(type)))
    return list.reduce((total: number, item) => total + ((item ?? 0) as number), 0);
  return BigInt.asIntN(
    64,
    list.reduce((total: bigint, item) => total + asInteger(item), 0n),
  );
}

function average(list: List): number {
  const values = list.filter((item) => item !== null);
  return values.reduce((total: number, item) => total + asNumber(item), 0) / values.length;
}

const isVoid = (list: List): boolean => list.every((item) => item === null);

const asInteger = (item: Item): bigint =>
  item === null ? 0n : typeof item === 'boolean' ? (item ? 1n : 0n) : (item as bigint);

/** What is no number is the least and the greatest of nothing else. */
function extreme(list: List, type: LogicalType, direction: 1 | -1): Item {
  const isNumber = (item: Item): boolean => !Number.isNaN(item as number);
  const numbers = isFloat(elementOf(type)) && list.some(isNumber) ? list.filter(isNumber) : list;
  return sorted(numbers, type, direction)[0] ?? null;
}

const counted = (list: List, type: LogicalType, wanted: Item): number => {
  const key = keyOf(type);
  const text = key(wanted);
  return list.filter((item) => key(item) === text).length;
};

/** Without the end. */
function numbersFrom(from: bigint | null, to: bigint | null, by: bigint | null): List | null {
  if (from === null || to === null || by === null) return null;
  if (by === 0n) throw new BasaltError('BAD_ARGUMENTS', 'The step of a range is 0');
  const distance = by > 0n ? to - from : from - to;
  const size = by > 0n ? by : -by;
  const count = distance <= 0n ? 0 : bounded((distance + size - 1n) / size);
  return Array.from({ length: count }, (_, i) => from + by * BigInt(i));
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...DRUID_OPERATIONS,
  ...LIST_WHERE,
  ...LIST_NUMBERS,
  ...LIST_MAPS,
  ...LIST_PLACES,
  ...LIST_POLYGONS,
  ...LIST_WINDOWS,
  ...LIST_SERIES,
  ...LIST_STANDARD,
  sort: ([list], [type]) => sorted(list, type, 1),
  reverse_sort: ([list], [type]) => sorted(list, type, -1),
  reverse: ([list]) => list.toReversed(),
  distinct: ([list], [type]) => distinct(list, type),
  concat: (lists) => lists.flat(1) as List,
  slice: ([list, offset, length]) =>
    slice(list, integer(offset), length === undefined || length[0] === null ? null : integer(length)),
  between: ([list, low, high]) => between(list, integer(low), integer(high)),
  append: ([list, item]) => [...list, scalar(item)],
  prepend: ([list, item]) => [scalar(item), ...list],
  prepend_to: ([item, list]) => [scalar(item), ...list],
  without_last: ([list]) => list.slice(0, -1),
  without_first: ([list]) => list.slice(1),
  has_all: ([list, wanted], [type]) => {
    const keys = new Set(list.map(keyOf(type)));
    return wanted.map(keyOf(type)).every((key) => keys.has(key));
  },
  has_any: ([list, wanted], [type]) => {
    const keys = new Set(list.map(keyOf(type)));
    return wanted.map(keyOf(type)).some((key) => keys.has(key));
  },
  count_equal: ([list, item], [type]) => BigInt(counted(list, type, scalar(item))),
  enumerate: ([list]) => list.map((_, i) => BigInt(i + 1)),
  flatten: ([list]) => list.flat(1) as List,
  intersect: (lists, [type]) => {
    const key = keyOf(type);
    const others = lists.slice(1).map((list) => new Set(list.map(key)));
    return distinct(lists[0], type).filter((item) => others.every((keys) => keys.has(key(item))));
  },
  join: ([list, separator], [type]) =>
    list
      .filter((item) => item !== null)
      .map((item) =>
        valueText(laneValueOf(item, elementOf(type)), elementOf(type), {
          zone: 'UTC',
          style: CLICKHOUSE_NESTED,
        }),
      )
      .join(separator === undefined ? '' : (scalar(separator) as string)),
  resize: ([list, size, filler]) => {
    const count = integer(size);
    const missing = Math.max(0, bounded(Math.abs(count)) - list.length);
    const more = Array<Item>(missing).fill(scalar(filler));
    return count >= 0 ? [...list, ...more].slice(0, count) : [...more, ...list].slice(count);
  },
  resize_up: ([list, size, filler]) => {
    const count = integer(size);
    if (count < 0) throw new BasaltError('BAD_ARGUMENTS', `A list has no ${count} elements`);
    const missing = Math.max(0, bounded(count) - list.length);
    return [...list, ...Array<Item>(missing).fill(scalar(filler))].slice(0, count);
  },
  repeat: ([count, item]) => Array<Item>(bounded(integer(count))).fill(scalar(item)),
  sum: ([list], [type]) => sum(list, type),
  sum_or_null: ([list], [type]) => (isVoid(list) ? null : sum(list, type)),
  product: ([list]) => list.reduce((total: number, item) => total * asNumber(item), 1),
  average: ([list]) => average(list),
  min: ([list], [type]) => extreme(list, type, 1),
  max: ([list], [type]) => extreme(list, type, -1),
  running_sums: ([list], [type]) => {
    if (sumsWide(elementOf(type))) return wideSums(list, type).slice(1);
    let total: bigint | number = isFloat(elementOf(type)) ? 0 : 0n;
    return list.map((item) => {
      total = typeof total === 'number' ? total + asNumber(item) : BigInt.asIntN(64, total + asInteger(item));
      return total;
    });
  },
  differences: ([list], [type]) =>
    list.map((item, i) =>
      isFloat(elementOf(type))
        ? asNumber(item) - asNumber(list[Math.max(0, i - 1)])
        : asInteger(item) - asInteger(list[Math.max(0, i - 1)]),
    ),
  range: ([start, end, step]) =>
    numbersFrom(start[0] as bigint | null, end[0] as bigint | null, step[0] as bigint | null),
  range_through: ([start, end, step]) => {
    const [from, to, by] = [start, end, step].map((list) => list[0] as bigint | null);
    return numbersFrom(from, to === null || by === null ? null : to + (by > 0n ? 1n : -1n), by);
  },
  time_slots: ([start, end, size]) => {
    const [from, to, by] = [start, end, size].map((list) => list[0] as bigint);
    const first = from / by;
    const count = to / by < first ? 0 : bounded(to / by - first + 1n);
    return Array.from({ length: count }, (_, i) => (first + BigInt(i)) * by);
  },
  split: ([text, separator]) => {
    if (scalar(text) === null || scalar(separator) === null) return null;
    const [whole, by] = [scalar(text) as string, scalar(separator) as string];
    return by === '' ? Array.from(whole) : whole.split(by);
  },
  split_white: ([text]) => ((scalar(text) ?? '') as string).split(/\s+/).filter((word) => word !== ''),
  zip: (lists) => {
    const { length } = lists[0];
    if (lists.some((list) => list.length !== length))
      throw new BasaltError('SIZES_OF_ARRAYS_DONT_MATCH', 'Arrays that are zipped have different lengths');
    return Array.from({ length }, (_, i) => lists.map((list) => list[i]));
  },
  has_key: ([pairs, key], [, type]) => {
    const wanted = keyOf(type)(scalar(key));
    return pairs.some((pair) => keyOf(type)((pair as List)[0]) === wanted);
  },
};

export const ARRAY: readonly Implementation[] = (['i64', 'f64', 'bool', 'str'] as const).map((lane: Lane) =>
  implement(
    `array_op_${lane}`,
    ['str'],
    lane,
    (operation: string, result: string, types: string, ...packed: readonly string[]) => {
      const ofArguments = typesOfText(types);
      const args = packed.map((text, i) => unpackItem(text, ofArguments[i]));
      // What stands for NULL in a dictionary meets functions that are never asked about it.
      if (args.some((list, i) => isNoValue(list, ofArguments[i]))) return null;
      const type = typeOfText(result);
      const item = OPERATIONS[operation](args, ofArguments);
      return laneValueOf(item, type);
    },
    { variadic: true, integers: 'bigint', takesTypes: true },
  ),
);

/** A single NULL where none can be: an argument that is no array, and has no value. */
const isNoValue = (list: List, type: LogicalType): boolean =>
  list.length === 1 && list[0] === null && type.id === 'array' && !elementOf(type).nullable;
