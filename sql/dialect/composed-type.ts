/**
 * Types that are made of others or of numbers and names: decimals, enums, fixed strings, arrays, maps and tuples, by the names
 * each dialect has for them.
 */

import { hasStateNamed, STATE_NAMES, stateType } from '../../engine/function/index.ts';
import { nearest } from '../../engine/function/nearest.ts';
import { literal } from '../../engine/plan/expr.ts';
import { clickhouseTypeName } from '../../engine/type/dialect-name.ts';
import {
  array,
  DYNAMIC,
  decimal,
  type EnumEntry,
  INT64,
  isNested,
  type LogicalType,
  MAX_DECIMAL_DIGITS,
  map,
  notNull,
  type TupleField,
  tuple,
} from '../../engine/type/type.ts';
import { variantOf } from '../../engine/type/variant.ts';
import type { TypeArgument, TypeName } from '../ast/expression.ts';
import { simpleAggregate } from './simple-aggregate.ts';
import type { TypeNameError } from './type-name.ts';

type Inner = (name: TypeName) => LogicalType;
export type Make = (name: TypeName, inner: Inner, fail: TypeNameError) => LogicalType;

const MAX_FIXED_BYTES = 0xffffff;
/** Each takes memory while a segment is written. */
const MAX_JSON_PATHS = 256;

const numbersOf = (args: readonly TypeArgument[]): readonly number[] | undefined => {
  const numbers = args.flatMap((arg) => (arg.kind === 'number' ? [arg.value] : []));
  return numbers.length === args.length ? numbers : undefined;
};

/** Digits in all and behind the point, of which the last may be missing. */
const decimalOf =
  (defaults: readonly [number, number], most: number): Make =>
  (name, _inner, fail) => {
    const numbers = numbersOf(name.args);
    if (numbers === undefined || numbers.length > 2)
      throw fail(name, 'BAD_ARGUMENTS', `${name.name} takes its digits and those behind the point`);
    const [precision, scale] = numbers.length === 0 ? defaults : [numbers[0], numbers[1] ?? 0];
    if (precision < 1 || precision > most || scale > precision)
      throw fail(
        name,
        'BAD_ARGUMENTS',
        `${name.name} has 1 to ${most} digits, and no more than these behind the point`,
      );
    return decimal(precision, scale);
  };

/** ClickHouse's decimals of a width, which take the digits behind the point. */
const decimalOfWidth =
  (precision: number): Make =>
  (name, _inner, fail) => {
    const numbers = numbersOf(name.args);
    if (numbers?.length !== 1 || numbers[0] > precision)
      throw fail(
        name,
        'BAD_ARGUMENTS',
        `${name.name} takes the digits behind the point, at most ${precision}`,
      );
    return decimal(precision, numbers[0]);
  };

/** Names without a code follow the one before. */
const enumOf =
  (bits: 8 | 16 | null, first: number): Make =>
  (name, _inner, fail) => {
    let next = first;
    const entries = name.args.map((arg): EnumEntry => {
      if (arg.kind !== 'string' && arg.kind !== 'entry')
        throw fail(name, 'BAD_ARGUMENTS', `${name.name} takes names: ${name.name}('a' = 1, 'b' = 2)`);
      const code = arg.kind === 'entry' ? arg.code : next;
      next = code + 1;
      return [arg.kind === 'entry' ? arg.name : arg.value, code];
    });
    if (entries.length === 0) throw fail(name, 'BAD_ARGUMENTS', `${name.name} without names`);
    const fits8 = entries.every(([, code]) => code >= -128 && code <= 127);
    const width = bits ?? (fits8 ? 8 : 16);
    const limit = 2 ** (width - 1);
    for (const [i, [text, code]] of entries.entries()) {
      if (code < -limit || code >= limit)
        throw fail(name, 'BAD_ARGUMENTS', `The code ${code} of '${text}' does not fit ${width} bits`);
      const twin = entries.slice(0, i).find(([other, known]) => other === text || known === code);
      if (twin !== undefined)
        throw fail(name, 'BAD_ARGUMENTS', `'${twin[0]}' and '${text}' have the same name or code`);
    }
    return {
      id: width === 8 ? 'enum8' : 'enum16',
      nullable: false,
      entries: entries.sort((a, b) => a[1] - b[1]),
    };
  };

const fixedString: Make = (name, _inner, fail) => {
  const bytes = numbersOf(name.args);
  if (bytes?.length !== 1 || bytes[0] < 1 || bytes[0] > MAX_FIXED_BYTES)
    throw fail(name, 'BAD_ARGUMENTS', `${name.name} takes a number of bytes, 1 to ${MAX_FIXED_BYTES}`);
  return { id: 'fixedstring', nullable: false, length: bytes[0] };
};

const typesOf = (name: TypeName, count: number, fail: TypeNameError): readonly TypeName[] => {
  const types = name.args.flatMap((arg) => (arg.kind === 'type' ? [arg.type] : []));
  if (types.length === count && name.args.length === count) return types;
  throw fail(name, 'BAD_ARGUMENTS', `${name.name} takes ${count === 1 ? 'one type' : `${count} types`}`);
};

const arrayOf: Make = (name, inner, fail) => array(inner(typesOf(name, 1, fail)[0]));

const mapOf: Make = (name, inner, fail) => {
  const [key, value] = typesOf(name, 2, fail).map(inner);
  if (isNested(key)) throw fail(name, 'BAD_ARGUMENTS', 'The keys of a map are no arrays, maps or tuples');
  // A key is never NULL.
  return map(notNull(key), value);
};

const tupleOf: Make = (name, inner, fail) => {
  const fields = name.args.map((arg): TupleField => {
    if (arg.kind === 'type') return { name: null, type: inner(arg.type) };
    if (arg.kind === 'field') return { name: arg.name, type: inner(arg.type) };
    throw fail(name, 'BAD_ARGUMENTS', `${name.name} takes types, each with a name or none`);
  });
  const named = fields.filter((field) => field.name !== null).length;
  if (fields.length === 0) throw fail(name, 'BAD_ARGUMENTS', `${name.name} has at least one element`);
  if (named !== 0 && named !== fields.length)
    throw fail(name, 'BAD_ARGUMENTS', `Either all elements of ${name.name} have names or none`);
  if (new Set(fields.map((field) => field.name)).size < named)
    throw fail(name, 'BAD_ARGUMENTS', `Two elements of ${name.name} have the same name`);
  return tuple(fields);
};

/** ClickHouse's `Nested(a Int8, b String)`, where it is not columns of its own. */
const nestedOf: Make = (name, inner, fail) => array(tupleOf(name, inner, fail));

/** ClickHouse's `JSON(max_dynamic_paths = 64)`; typed and skipped paths are refused. */
const jsonOf: Make = (name, _inner, fail) => {
  let paths: number | undefined;
  for (const arg of name.args) {
    const option = arg.kind === 'option' ? arg.name : undefined;
    if (arg.kind !== 'option' || !(option === 'max_dynamic_paths' || option === 'max_dynamic_types'))
      throw fail(
        name,
        'NOT_IMPLEMENTED',
        'Paths of a type, SKIP and SKIP REGEXP are not supported in JSON',
        'Write JSON, or JSON(max_dynamic_paths = 64), and cast the paths that are read',
      );
    if (option === 'max_dynamic_paths') paths = arg.value;
  }
  if (paths !== undefined && paths > MAX_JSON_PATHS)
    throw fail(name, 'BAD_ARGUMENTS', `max_dynamic_paths is at most ${MAX_JSON_PATHS}`);
  return { id: 'json', nullable: false, ...(paths === undefined ? {} : { paths }) };
};

/** ClickHouse's `Variant(Int64, String)`: types of which each value is one. */
const variantOfNames: Make = (name, inner, fail) => {
  const types = name.args.flatMap((arg) => (arg.kind === 'type' ? [inner(arg.type)] : []));
  if (types.length === 0 || types.length < name.args.length)
    throw fail(name, 'BAD_ARGUMENTS', 'Variant takes types', 'Write Variant(Int64, String)');
  const refused = types.find(({ id, nullable }) => nullable || id === 'variant');
  if (refused !== undefined)
    throw fail(
      name,
      'BAD_ARGUMENTS',
      `${clickhouseTypeName(refused)} cannot be inside Variant`,
      'A variant may be NULL without Nullable; what can be anything is Dynamic',
    );
  return variantOf(types);
};

const MAX_DYNAMIC_TYPES = 254;

/** ClickHouse's `Dynamic(max_types = 8)`. Values are kept alike whatever it says. */
const dynamicOf: Make = (name, _inner, fail) => {
  const [arg, ...rest] = name.args;
  const isLimit = arg?.kind === 'option' && arg.name === 'max_types' && rest.length === 0;
  if (arg !== undefined && !(isLimit && arg.value <= MAX_DYNAMIC_TYPES))
    throw fail(name, 'BAD_ARGUMENTS', `Dynamic takes max_types, at most ${MAX_DYNAMIC_TYPES}`);
  return DYNAMIC;
};

/** ClickHouse's states: the aggregate, its parameters, the types of its arguments. */
const stateOfNames: Make = (name, inner, fail) => {
  const [head, ...rest] = name.args;
  const types = rest.map((arg) => (arg.kind === 'type' ? inner(arg.type) : undefined));
  if (head?.kind !== 'type' || types.includes(undefined))
    throw fail(
      name,
      'BAD_ARGUMENTS',
      'AggregateFunction takes an aggregate and the types of its arguments',
      'Write AggregateFunction(sum, UInt64), or AggregateFunction(quantile(0.9), Float64)',
    );
  const fn = head.type.name;
  if (!hasStateNamed(fn)) {
    const near = nearest(fn, STATE_NAMES);
    throw fail(
      head.type,
      'UNKNOWN_AGGREGATE_FUNCTION',
      `There is no aggregate function ${fn} with states`,
      near === undefined ? undefined : `Did you mean ${near}?`,
    );
  }
  const parameters = head.type.args.flatMap((arg) =>
    arg.kind === 'number' || arg.kind === 'string' ? [arg.value] : [],
  );
  const made =
    parameters.length === head.type.args.length
      ? stateType(fn, types as LogicalType[], parameters, ANYWHERE)
      : undefined;
  if (made !== undefined) return made;
  throw fail(name, 'BAD_ARGUMENTS', `The aggregate function ${fn} does not take these types and parameters`);
};

/** What a state is does not depend on the session. */
const ANYWHERE = { dialect: 'clickhouse', timeZone: 'UTC', nowMs: literal(0n, INT64) } as const;

/** DuckDB's. */
export const SQL_COMPOSED: Readonly<Record<string, Make>> = {
  DECIMAL: decimalOf([18, 3], 38),
  NUMERIC: decimalOf([18, 3], 38),
  DEC: decimalOf([18, 3], 38),
  ENUM: enumOf(null, 0),
  STRUCT: tupleOf,
  ROW: tupleOf,
  MAP: mapOf,
  // ARRAY<type> is Druid's and BigQuery's; ARRAY(type) is read alike.
  ARRAY: arrayOf,
};

const clickhouseDecimal = decimalOf([10, 0], MAX_DECIMAL_DIGITS);
const clickhouseEnum = enumOf(null, 1);

/** Names that are all upper case are taken in any case. */
export const CLICKHOUSE_COMPOSED: Readonly<Record<string, Make>> = {
  Decimal: clickhouseDecimal,
  DECIMAL: clickhouseDecimal,
  NUMERIC: clickhouseDecimal,
  DEC: clickhouseDecimal,
  Decimal32: decimalOfWidth(9),
  Decimal64: decimalOfWidth(18),
  Decimal128: decimalOfWidth(38),
  Decimal256: decimalOfWidth(MAX_DECIMAL_DIGITS),
  Enum: clickhouseEnum,
  ENUM: clickhouseEnum,
  Enum8: enumOf(8, 1),
  Enum16: enumOf(16, 1),
  FixedString: fixedString,
  Array: arrayOf,
  Map: mapOf,
  Tuple: tupleOf,
  Nested: nestedOf,
  AggregateFunction: stateOfNames,
  SimpleAggregateFunction: simpleAggregate,
  JSON: jsonOf,
  Variant: variantOfNames,
  Dynamic: dynamicOf,
};
