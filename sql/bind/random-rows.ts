/**
 * ClickHouse's `generateRandom`: rows that are made up, as the text of a query over `numbers()` whose columns are hashes of a row's number. So a
 * seed gives the same rows whatever runs them, and rows beyond a LIMIT cost nothing.
 *
 * How values of a type are made is a row of `MAKERS`. A place is arguments of a hash: they say which of all values is meant.
 */

import { textLiteral } from '../../engine/function/default-text.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { type LogicalType, notNull, type TypeId } from '../../engine/type/type.ts';
import type { Span } from '../ast/expression.ts';
import type { Session } from './session.ts';

export type RandomOptions = {
  /** null: another one each time. */
  readonly seed: bigint | null;
  readonly mostCharacters: bigint;
  readonly mostElements: bigint;
};

type Place = {
  readonly at: string;
  /** Lambdas around it. */
  readonly depth: number;
  readonly options: RandomOptions;
  /** Of a type that has none. */
  readonly refuse: (type: LogicalType) => Error;
};

const hash = ({ at }: Place, part = 0): string => `sipHash64(${at}, ${part})`;
const inside = (place: Place, part: number): Place => ({ ...place, at: `${place.at}, ${part}` });
const nameOf = (type: LogicalType): string => dialectTypeName(notNull(type), 'clickhouse');
const castTo = (text: string, type: LogicalType): string => `CAST(${text} AS ${nameOf(type)})`;

/** As many elements as `count` says, each made by its place. */
function repeated(place: Place, count: string, element: (of: Place) => string): string {
  const index = `i${place.depth}`;
  const of = { ...place, at: `${place.at}, ${index}`, depth: place.depth + 1 };
  return `arrayMap(${index} -> ${element(of)}, range(${count}))`;
}

const characters = (place: Place, count: string): string =>
  `arrayStringConcat(${repeated(place, count, (of) => `char(32 + ${hash(of)} % 95)`)})`;

const lengthUpTo = (place: Place, most: bigint): string => `${hash(place, 1)} % ${most + 1n}`;

/** So many decimal digits; a hash has 18 to give. */
function digits(place: Place, count: number): string {
  const pieces: string[] = [];
  for (let left = count; left > 0; left -= 18) {
    const some = Math.min(left, 18);
    pieces.push(`leftPad(toString(${hash(place, left)} % ${10n ** BigInt(some)}), ${some}, '0')`);
  }
  return pieces.length === 1 ? pieces[0] : `concat(${pieces.join(', ')})`;
}

/** Bytes of hashes. */
const bytes = (place: Place, count: number): string =>
  `concat(${Array.from({ length: count / 8 }, (_, i) => `reinterpretAsFixedString(${hash(place, i)})`).join(', ')})`;

type Maker = (type: LogicalType, place: Place) => string;

const word: Maker = (type, place) => castTo(hash(place), type);
const wide: Maker = ({ id }, place) => {
  const bits = Number(/\d+$/.exec(id)?.[0]);
  return `reinterpretAs${id.startsWith('u') ? 'UInt' : 'Int'}${bits}(${bytes(place, bits / 8)})`;
};
const float: Maker = (type, place) => castTo(`toInt64(${hash(place)}) / 4294967296`, type);
const oneOf: Maker = (type, place) => {
  const names = (type.entries ?? []).map(([name]) => textLiteral(name));
  return castTo(`[${names.join(', ')}][${hash(place)} % ${names.length} + 1]`, type);
};

const MAKERS: Readonly<Partial<Record<TypeId, Maker>>> = {
  bool: (type, place) => castTo(`${hash(place)} % 2`, type),
  int8: word,
  int16: word,
  int32: word,
  int64: word,
  uint8: word,
  uint16: word,
  uint32: word,
  uint64: word,
  int128: wide,
  int256: wide,
  uint128: wide,
  uint256: wide,
  bfloat16: float,
  float32: float,
  float64: float,
  decimal: (type, place) => {
    const { precision = 0, scale = 0 } = type;
    const whole = precision === scale ? "'0'" : digits(inside(place, 0), precision - scale);
    const rest = scale === 0 ? '' : `, '.', ${digits(inside(place, 1), scale)}`;
    return castTo(`concat(if(${hash(place)} % 2 = 0, '-', ''), ${whole}${rest})`, type);
  },
  date: (_, place) => `toDate(${hash(place)} % 65536)`,
  // Nanoseconds until 2096.
  timestamp: (type, place) =>
    castTo(`fromUnixTimestamp64Nano(toInt64(${hash(place)} % 4000000000000000000))`, type),
  time: (type, place) => castTo(`toTime(toInt32(${hash(place)} % 86400))`, type),
  uuid: (_, place) => `reinterpretAsUUID(${bytes(place, 16)})`,
  ipv4: (_, place) => `toIPv4(toUInt32(${hash(place)}))`,
  ipv6: (_, place) => `toIPv6(IPv6NumToString(toFixedString(${bytes(place, 16)}, 16)))`,
  enum8: oneOf,
  enum16: oneOf,
  string: (_, place) => characters(place, lengthUpTo(place, place.options.mostCharacters)),
  fixedstring: (type, place) => castTo(characters(place, String(type.length)), type),
  json: (type, place) =>
    castTo(
      `concat('{"number":', toString(${hash(place)} % 1000), ',"text":"', hex(${hash(place, 1)}), '"}')`,
      type,
    ),
  array: (type, place) =>
    castTo(
      repeated(place, lengthUpTo(place, place.options.mostElements), (of) => valueText(type.element!, of)),
      type,
    ),
  map: ({ key, element }, place) => {
    const count = lengthUpTo(place, place.options.mostElements);
    const side = (of: LogicalType, part: number): string =>
      repeated(inside(place, part), count, (at) => valueText(of, at));
    return `mapFromArrays(${side(key!, 2)}, ${side(element!, 3)})`;
  },
  tuple: (type, place) =>
    castTo(
      `tuple(${type.fields!.map((field, i) => valueText(field.type, inside(place, i + 2))).join(', ')})`,
      type,
    ),
};

/** One of 16 values of a type that has NULL is it. */
function valueText(type: LogicalType, place: Place): string {
  const maker = MAKERS[type.id];
  if (maker === undefined) throw place.refuse(type);
  const value = maker(notNull(type), place);
  return type.nullable ? `if(${hash(place, 4)} % 16 = 0, NULL, ${value})` : value;
}

/** The query, in ClickHouse's words. */
export function randomRowsText(
  columns: readonly { readonly name: string; readonly type: LogicalType }[],
  options: RandomOptions,
  where: Span,
  session: Session,
): string {
  const refuse = (type: LogicalType): Error =>
    session.refuse(where, `A random ${nameOf(type)}`, 'Leave the column out, or make it of another one');
  const values = columns.map(({ name, type }, i) => {
    const value = valueText(type, { at: `seed, number, ${i}`, depth: 0, options, refuse });
    return `CAST(${value} AS ${dialectTypeName(type, 'clickhouse')}) AS \`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
  });
  const seed = options.seed === null ? 'randConstant()' : String(options.seed);
  return `SELECT ${values.join(', ')} FROM (SELECT number, ${seed} AS seed FROM numbers())`;
}
