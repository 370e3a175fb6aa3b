/**
 * Arrays, maps and tuples: made of values, and taken apart. The binder looks `[1, 2]`, `(1, 2)`, `a[1]` and `t.1` up here, too.
 *
 * Positions count from 1, from the end if negative. What is not there is NULL, in ClickHouse the type's zero.
 */

import { type Expr, literal } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import { ARRAY_END } from '../../type/nested.ts';
import {
  array,
  BOOL,
  elementOf,
  fieldsOf,
  INT64,
  isInteger,
  keyOf,
  type LogicalType,
  laneOf,
  map,
  notNull,
  nullable,
  STRING,
  type TupleField,
  tuple,
  UINT64,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, choose, int, nullOf, retype, text, unlessNull } from '../call.ts';
import { choiceOf, commonOf } from '../choice-type.ts';
import type { Argument, Dialect, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { scalar } from '../signature.ts';

const typed = (type: LogicalType): Expr => text(typeText(notNull(type)));

const join = (parts: readonly Expr[], type: LogicalType): Expr =>
  retype(parts.length === 1 ? parts[0] : apply('concat', parts, STRING), type);

/** Elements of an array may be NULL wherever NULL is: DuckDB's always. */
const elementType = (type: LogicalType, context: ResolveContext): LogicalType =>
  context.dialect === 'clickhouse' ? type : nullable(type);

export function arrayOf(items: readonly Expr[], element: LogicalType): Expr {
  const packed = items.map((item) =>
    apply(`pack_element_${laneOf(element)}`, [item, typed(element)], STRING),
  );
  return join([...packed, text(ARRAY_END)], array(element));
}

export function tupleOf(items: readonly Expr[], fields: readonly TupleField[]): Expr {
  const packed = items.map((item, i) => {
    const { type } = fields[i];
    return apply(`pack_field_${laneOf(type)}`, [item, text(typeText(type))], STRING);
  });
  return join(packed, tuple(fields));
}

/** Of what is in an empty array or map. */
const NOTHING: LogicalType = { id: 'null', nullable: false };

const makeArray: Resolve = (args, context) => {
  const types = args.map((a) => a.type);
  const common =
    args.length === 0 ? NOTHING : (commonOf(types, context.dialect) ?? choiceOf(types, context.dialect));
  if (common === undefined) return undefined;
  const element = elementType(
    args.some((a) => a.type.nullable) ? nullable(common) : notNull(common),
    context,
  );
  return {
    casts: args.map((a) => (a.type.nullable ? nullable(element) : notNull(element))),
    build: (items) => arrayOf(items, element),
  };
};

const makeTuple: Resolve = (args, context) => {
  if (args.length === 0) return undefined;
  const fields = args.map((a) => ({ name: null, type: elementType(a.type, context) }));
  return { casts: args.map((a) => a.type), build: (items) => tupleOf(items, fields) };
};

/** A key, which is an error where it is NULL. */
const present = (key: Expr): Expr =>
  key.type.nullable ? apply(`map_key_${laneOf(key.type)}`, [key], notNull(key.type)) : key;

/** `map(key, value, key, value ...)` */
const makeMap: Resolve = (args, context) => {
  if (args.length % 2 !== 0) return undefined;
  if (args.length === 0) return { casts: [], build: () => literal(ARRAY_END, map(NOTHING, NOTHING)) };
  const common = (offset: 0 | 1): LogicalType | undefined =>
    choiceOf(
      args.filter((_, i) => i % 2 === offset).map((a) => a.type),
      context.dialect,
    );
  const [givenKey, value] = [common(0), common(1)];
  if (
    givenKey === undefined ||
    value === undefined ||
    (givenKey.nullable && context.dialect === 'clickhouse')
  )
    return undefined;
  const key = notNull(givenKey);
  const fields = [
    { name: null, type: key },
    { name: null, type: elementType(value, context) },
  ];
  return {
    casts: args.map((a, i) => {
      const target = i % 2 === 0 ? key : value;
      return a.type.nullable ? nullable(target) : notNull(target);
    }),
    build: (items) => {
      const pairs: Expr[] = [];
      for (let i = 0; i < items.length; i += 2)
        pairs.push(tupleOf([present(items[i]), items[i + 1]], fields));
      return retype(arrayOf(pairs, tuple(fields)), map(key, fields[1].type));
    },
  };
};

/** What is taken out of something: NULL where it is not there, in ClickHouse its zero. */
function orZero(taken: Expr, type: LogicalType, context: ResolveContext): Expr {
  if (context.dialect !== 'clickhouse' || type.nullable) return taken;
  if (taken.kind === 'literal' && taken.value !== null) return retype(taken, type);
  const zero = literal(zeroOf(type), notNull(type));
  return apply(`coalesce_${laneOf(type)}`, [taken, zero], notNull(type));
}

/** `a[i]`, `m[key]`, `t[1]` */
export const subscript: Resolve = (args, context) => {
  if (args.length !== 2) return undefined;
  const [{ type }, index] = args;
  if (type.id === 'tuple') return tupleElement(args, context);
  if (type.id === 'map') return mapValue(type, context);
  if (type.id === 'string' && context.dialect === 'standard')
    return isInteger(index.type)
      ? {
          casts: [type, index.type.nullable ? nullable(INT64) : INT64],
          build: ([of, at]) => apply('slice_chars', [of, at, at], STRING),
        }
      : undefined;
  if (type.id !== 'array' || !isInteger(index.type)) return undefined;
  const element = elementOf(type);
  return {
    casts: [type, index.type.nullable ? nullable(INT64) : INT64],
    build: ([from, position]) => {
      const found = apply(
        `array_element_${laneOf(element)}`,
        [from, typed(type), position],
        nullable(element),
      );
      return unlessNull([position], orZero(found, element, context));
    },
  };
};

function mapValue(type: LogicalType, context: ResolveContext): ReturnType<Resolve> {
  const [key, value] = [keyOf(type), elementOf(type)];
  return {
    casts: [type, key],
    build: ([from, wanted]) =>
      orZero(
        apply(`map_value_${laneOf(value)}`, [from, typed(type), arrayOf([wanted], key)], nullable(value)),
        value,
        context,
      ),
  };
}

/** -1: there is none of that name. Names of the standard dialect are the same in any case. */
export function fieldIndex(fields: readonly TupleField[], wanted: string, dialect: Dialect): number {
  const names = fields.map(({ name }, i) => name ?? String(i + 1));
  const exact = names.indexOf(wanted);
  if (exact >= 0 || dialect !== 'standard') return exact;
  return names.findIndex((name) => name.toLowerCase() === wanted.toLowerCase());
}

/** By number from 1, or by name. */
export const tupleElement: Resolve = (args, { dialect }) => {
  if (args.length !== 2) return undefined;
  const [{ type }, wanted] = args;
  if (type.id !== 'tuple') return undefined;
  const fields = fieldsOf(type);
  const at =
    typeof wanted.value === 'string'
      ? fieldIndex(fields, wanted.value, dialect)
      : typeof wanted.value === 'bigint'
        ? Number(wanted.value > 0n ? wanted.value - 1n : BigInt(fields.length) + wanted.value)
        : -1;
  if (at < 0 || at >= fields.length) return undefined;
  const field = fields[at].type;
  return {
    casts: [type, wanted.type],
    build: ([from]) => apply(`tuple_field_${laneOf(field)}`, [from, typed(type), int(at)], field),
  };
};

const isCountable = (type: LogicalType): boolean => type.id === 'array' || type.id === 'map';

/** Elements of an array or pairs of a map. */
export const itemCount: Resolve = (args, context) => {
  if (args.length !== 1) return undefined;
  const [{ type }] = args;
  if (!isCountable(type)) return undefined;
  const result = context.dialect === 'clickhouse' ? UINT64 : INT64;
  return { casts: [type], build: ([from]) => apply('item_count', [from, typed(type)], result) };
};

const emptiness =
  (fn: 'eq_i64' | 'ne_i64'): Resolve =>
  (args, context) => {
    const found = itemCount(args, context);
    if (found?.build === undefined) return undefined;
    return { casts: found.casts, build: (items) => apply(fn, [found.build(items), int(0)], BOOL) };
  };
export const isEmpty = emptiness('eq_i64');
export const isNotEmpty = emptiness('ne_i64');

const position = (
  args: readonly Argument[],
  context: ResolveContext,
  result: (at: Expr, value: Expr) => Expr,
) => {
  if (args.length !== 2) return undefined;
  const [{ type }, wanted] = args;
  if (type.id !== 'array') return undefined;
  const element = elementOf(type);
  const common = commonOf([element, wanted.type], context.dialect);
  if (common === undefined) return undefined;
  const full = element.nullable || wanted.type.nullable ? nullable(common) : notNull(common);
  const of = array(full);
  return {
    casts: [of, wanted.type.nullable ? nullable(common) : notNull(common)],
    build: ([from, value]: readonly Expr[]) =>
      result(apply('array_position', [from, typed(of), arrayOf([value], full)], INT64), value),
  };
};

const indexOf: Resolve = (args, context) =>
  position(args, context, (at) => retype(at, context.dialect === 'clickhouse' ? UINT64 : INT64));
const positionOrNull: Resolve = (args, context) =>
  position(args, context, (at) =>
    choose(apply('eq_i64', [at, int(0)], BOOL), nullOf(INT64), at, nullable(INT64)),
  );
/** Of a map: among its keys. */
const has: Resolve = (args, context) => {
  const [list, wanted] = args;
  if (args.length !== 2 || list.type.id !== 'map')
    return position(args, context, (at, value) => {
      const isThere = apply('ne_i64', [at, int(0)], BOOL);
      // Only ClickHouse looks for NULL.
      return context.dialect === 'clickhouse' ? isThere : unlessNull([value], isThere);
    });
  const found = has([{ type: array(keyOf(list.type)) }, wanted], context);
  return found?.build === undefined
    ? undefined
    : {
        casts: [list.type, found.casts[1]],
        build: ([of, key]) =>
          found.build([apply('map_keys', [of, typed(of.type)], array(keyOf(of.type))), key]),
      };
};

const mapPart =
  (part: 'keys' | 'values'): Resolve =>
  (args) => {
    if (args.length !== 1) return undefined;
    const [{ type }] = args;
    if (type.id !== 'map') return undefined;
    const result = array(part === 'keys' ? keyOf(type) : elementOf(type));
    return { casts: [type], build: ([from]) => apply(`map_${part}`, [from, typed(type)], result) };
  };

export const NESTED: readonly FunctionRow[] = [
  scalar(
    {
      clickhouse: ['array'],
      standard: ['list_value', 'list_pack', 'array_value', 'unpivot_list', 'array'],
      druid: ['array'],
    },
    makeArray,
    'array(a, b, ...)',
    'An array of the values; [a, b] is the same.',
    'SELECT toString(array(1, 2))',
    '[1,2]',
  ),
  scalar(
    { clickhouse: ['tuple'], standard: ['row'] },
    makeTuple,
    'tuple(a, b, ...)',
    'A tuple of the values; (a, b) is the same.',
    "SELECT toString(tuple(1, 'a'))",
    "(1,'a')",
  ),
  scalar(
    { clickhouse: ['map', 'map of entries'], standard: ['map of entries'] },
    makeMap,
    'map(key, value, ...)',
    'A map of keys to values.',
    "SELECT toString(map('a', 1, 'b', 2))",
    "{'a':1,'b':2}",
  ),
  scalar(
    {
      clickhouse: ['arrayElement'],
      standard: ['list_extract', 'list_element', 'array_extract'],
    },
    subscript,
    'arrayElement(array, position)',
    'The element at a position, or the value of a key; a[i] is the same.',
    'SELECT arrayElement([10, 20], 2)',
    '20',
  ),
  scalar(
    { clickhouse: ['tupleElement'], standard: ['struct_extract'] },
    tupleElement,
    'tupleElement(tuple, number or name)',
    'A field of a tuple; t.1 is the same.',
    "SELECT tupleElement((1, 'a'), 2)",
    'a',
  ),
  scalar(
    {
      clickhouse: ['has'],
      standard: ['list_contains', 'array_contains', 'list_has', 'array_has'],
    },
    has,
    'has(array, value)',
    'Whether the array has the value.',
    'SELECT has([1, 2], 2)',
    '1',
  ),
  scalar(
    { clickhouse: ['indexOf'] },
    indexOf,
    'indexOf(array, value)',
    'The first position of the value; 0 where there is none.',
    'SELECT indexOf([5, 7], 7)',
    '2',
  ),
  scalar(
    { standard: ['list_position', 'array_position', 'list_indexof', 'array_indexof'] },
    positionOrNull,
    'list_position(list, value)',
    'The first position of the value; NULL where there is none.',
    'SELECT list_position([5, 7], 7)',
    '2',
  ),
  scalar(
    { clickhouse: ['mapKeys'], standard: ['map_keys'] },
    mapPart('keys'),
    'mapKeys(map)',
    'The keys, as an array.',
    "SELECT toString(mapKeys(map('a', 1)))",
    "['a']",
  ),
  scalar(
    { clickhouse: ['mapValues'], standard: ['map_values'] },
    mapPart('values'),
    'mapValues(map)',
    'The values, as an array.',
    "SELECT toString(mapValues(map('a', 1)))",
    '[1]',
  ),
  scalar(
    { standard: ['array_length', 'list_length', 'cardinality'] },
    itemCount,
    'array_length(array)',
    'How many elements there are.',
    'SELECT array_length(ARRAY[1, 2])',
    '2',
  ),
];
