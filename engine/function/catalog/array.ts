/**
 * Functions of arrays, one row each: their names, what they take, what they give, and the operation of scalar/array.ts.
 */

import { type Expr, literal } from '../../plan/expr.ts';
import {
  array,
  BOOL,
  elementOf,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isNumeric,
  isSigned,
  keyOf,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  plainType,
  STRING,
  tuple,
  type,
  UINT64,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, retype, text, unlessNull } from '../call.ts';
import { commonOf } from '../choice-type.ts';
import type { Argument, Dialect, FunctionRow, Resolve, ResolveContext, TableRow } from '../row.ts';
import { firstOf, INTEGER, nullOfNull, scalar, simple, TEXT } from '../signature.ts';
import { typeOfCall } from './compose.ts';
import { momentsBetween } from './duration.ts';
import { overElements, overGiven } from './higher-order.ts';
import { arrayOperation } from './lambda.ts';
import { sumsWide, wideSumType } from './wide-sum.ts';

/** What arguments are cast to, and what comes out; undefined: they do not fit. */
export type Shape = (
  args: readonly Argument[],
  context: ResolveContext,
) => { readonly casts: readonly LogicalType[]; readonly result: LogicalType } | undefined;

/** Arguments that are no arrays go in as arrays of one. */
export function operation(name: string, shape: Shape, more: readonly Expr[] = []): Resolve {
  return (args, context) => {
    const found = shape(args, context);
    if (found === undefined) return undefined;
    return {
      casts: found.casts,
      build: (values) => arrayOperation(name, [...values, ...more], found.result),
    };
  };
}

export const isArray = (arg: Argument | undefined): boolean => arg?.type.id === 'array';
export const elementIn = (arg: Argument): LogicalType => elementOf(arg.type);
const count = ({ dialect }: ResolveContext): LogicalType => (dialect === 'clickhouse' ? UINT64 : INT64);

/** One array, and the same type out. */
export const same: Shape = (args) =>
  args.length === 1 && isArray(args[0]) ? { casts: [args[0].type], result: args[0].type } : undefined;

/** One array; a type made of its elements'. */
export const from =
  (result: (element: LogicalType, context: ResolveContext) => LogicalType | undefined): Shape =>
  (args, context) => {
    if (args.length !== 1 || !isArray(args[0])) return undefined;
    const given = result(elementIn(args[0]), context);
    return given === undefined ? undefined : { casts: [args[0].type], result: given };
  };

/** Arrays of one type: the one that all elements fit in. */
export function commonArray(types: readonly LogicalType[], context: ResolveContext): LogicalType | undefined {
  const common = commonOf(types, context.dialect);
  if (common === undefined) return undefined;
  return array(types.some((t) => t.nullable) ? nullable(common) : notNull(common));
}

export const several =
  (result: (common: LogicalType) => LogicalType, exactly?: number): Shape =>
  (args, context) => {
    if (args.length === 0 || args.length !== (exactly ?? args.length) || !args.every(isArray))
      return undefined;
    const common = commonArray(args.map(elementIn), context);
    return common === undefined ? undefined : { casts: args.map(() => common), result: result(common) };
  };

/** An array and a value that is to fit among its elements. */
export const withItem =
  (result: (common: LogicalType, context: ResolveContext) => LogicalType, itemFirst = false): Shape =>
  (args, context) => {
    if (args.length !== 2) return undefined;
    const [list, item] = itemFirst ? [args[1], args[0]] : args;
    if (!isArray(list)) return undefined;
    const common = commonArray([elementIn(list), item.type], context);
    if (common === undefined) return undefined;
    const casts = itemFirst ? [elementOf(common), common] : [common, elementOf(common)];
    return { casts, result: result(common, context) };
  };

export const summed = (element: LogicalType, { dialect }: ResolveContext): LogicalType | undefined => {
  // ClickHouse sums no NULLs.
  if (dialect === 'clickhouse' && element.nullable) return undefined;
  if (isFloat(element)) return FLOAT64;
  if (sumsWide(element)) return { ...wideSumType(element), nullable: element.nullable };
  if (!isInteger(element) && element.id !== 'bool') return undefined;
  return dialect === 'clickhouse' && !isSigned(element) ? UINT64 : INT64;
};

/** As a - b has it. */
const differenceOf = (element: LogicalType, context: ResolveContext): LogicalType | undefined => {
  if (element.nullable || laneOf(element) === 'str') return undefined;
  if (element.id === 'decimal') return array(element);
  if (element.id === 'bool') return array(type('int16'));
  return isNumeric(element) ? array(typeOfCall('minus', [element, element], context)) : undefined;
};

/** Numbers as floats: what operations compute with must be what its lane says. */
export const asFloats = (list: LogicalType): LogicalType => {
  const element = elementOf(list);
  return sumsWide(element) ? array({ ...FLOAT64, nullable: element.nullable }) : list;
};

const numbers = (result: LogicalType): Shape => {
  const shape = from((element) => (isNumeric(element) || element.id === 'bool' ? result : undefined));
  return (args, context) => {
    const found = shape(args, context);
    return found && { ...found, casts: found.casts.map(asFloats) };
  };
};

const TO_INT = (arg: Argument): LogicalType => (arg.type.nullable ? nullable(INT64) : INT64);

const sliced: Shape = (args) =>
  args.length >= 2 &&
  args.length <= 4 &&
  isArray(args[0]) &&
  args.slice(1).every((a) => isInteger(a.type) || a.type.id === 'null')
    ? { casts: [args[0].type, ...args.slice(1).map(TO_INT)], result: args[0].type }
    : undefined;

/** A slice of a list or of a text; NULL where a bound is. */
const sliceBetween: Resolve = (args, context) => {
  if (args.length !== 3 && args.length !== 4) return undefined;
  if (args.length === 3 && !isArray(args[0]))
    return simple('slice_chars', [TEXT, INTEGER, INTEGER], STRING)(args, context);
  const found = operation(args.length === 3 ? 'between' : 'between_by', sliced)(args, context);
  if (found?.build === undefined) return found;
  const { build } = found;
  return { ...found, build: (values) => unlessNull(values, build(values)) };
};

/** NULL is what it is when it is left out. */
const slice: Resolve = (args, context) => {
  const found = args.length > 3 ? undefined : operation('slice', sliced)(args, context);
  if (found?.build === undefined) return found;
  const build = found.build;
  return {
    casts: found.casts,
    build: ([list, ...bounds]) =>
      build([
        list,
        ...bounds.map((bound, i) =>
          bound.type.nullable
            ? apply('coalesce_i64', [bound, literal(i === 0 ? 1n : LONGEST, INT64)], INT64)
            : bound,
        ),
      ]),
  };
};
/** More elements than any array has. */
const LONGEST = 2n ** 40n;

const resized: Resolve = (args, context) => {
  if (args.length < 2 || args.length > 3 || !isArray(args[0]) || !isInteger(args[1].type)) return undefined;
  const element = elementIn(args[0]);
  const common = commonArray([element, ...args.slice(2).map((a) => a.type)], context);
  if (common === undefined) return undefined;
  const of = elementOf(common);
  const filler = args.length === 3 ? [] : [literal(of.nullable ? null : zeroOf(of), of)];
  const shape: Shape = () => ({ casts: [common, INT64, of].slice(0, args.length), result: common });
  return operation('resize', shape, filler)(args, context);
};

/** range(end), range(start, end [, step]) */
const ranged: Resolve = (args, context) => {
  if (args.length < 1 || args.length > 3 || !args.every((a) => isInteger(a.type))) return undefined;
  const unsigned = args.every((a) => !isSigned(a.type));
  const element =
    context.dialect !== 'clickhouse'
      ? nullable(INT64)
      : (commonOf(
          args.map((a) => plainType(a.type)),
          'clickhouse',
        ) ?? (unsigned ? UINT64 : INT64));
  const shape: Shape = () => ({ casts: args.map(TO_INT), result: array(element) });
  const found = operation('range', shape)(args, context);
  if (found?.build === undefined) return undefined;
  const { build, casts } = found;
  const zero = literal(0n, INT64);
  const one = literal(1n, INT64);
  return {
    casts,
    build: (given) =>
      unlessNull(
        given,
        build(given.length === 1 ? [zero, given[0], one] : given.length === 2 ? [...given, one] : given),
      ),
  };
};

const isText = (arg: Argument): boolean => arg.type.id === 'string';
const words = (args: readonly Argument[], context: ResolveContext): LogicalType => {
  const list = array(context.dialect === 'clickhouse' ? STRING : nullable(STRING));
  return context.dialect !== 'clickhouse' && args.some((a) => a.type.nullable) ? nullable(list) : list;
};
/** ClickHouse's arrays are never NULL: NULL is split as no text. */
const asGiven = (value: Expr, { dialect }: ResolveContext): Expr =>
  dialect === 'clickhouse' && value.type.nullable ? apply('coalesce_str', [value, text('')], STRING) : value;

/** The separator comes first in ClickHouse. */
const split: Resolve = (args, context) => {
  if (args.length !== 2 || !args.every(isText)) return undefined;
  const found = operation('split', () => ({ casts: args.map((a) => a.type), result: words(args, context) }))(
    args,
    context,
  );
  if (found?.build === undefined) return undefined;
  const { build, casts } = found;
  return {
    casts,
    build: (given) => {
      const [a, b] = given.map((value) => asGiven(value, context));
      return build(context.dialect === 'clickhouse' ? [b, a] : [a, b]);
    },
  };
};

const splitWhite: Resolve = (args, context) => {
  if (args.length !== 1 || !isText(args[0])) return undefined;
  const shape: Shape = () => ({ casts: [args[0].type], result: words(args, context) });
  const found = operation('split_white', shape)(args, context);
  if (found?.build === undefined) return undefined;
  const { build, casts } = found;
  return { casts, build: ([value]) => build([asGiven(value, context)]) };
};

const zipped: Shape = (args, context) => {
  if (args.length === 0 || !args.every(isArray)) return undefined;
  const fields = args.map((a) => ({ name: null, type: elementIn(a) }));
  const pair = tuple(fields);
  return {
    casts: args.map((a) => a.type),
    result: array(context.dialect === 'clickhouse' ? pair : nullable(pair)),
  };
};

const pairsOf = (of: LogicalType): LogicalType =>
  array(tuple([keyOf(of), elementOf(of)].map((t) => ({ name: null, type: t }))));

/** A map stands for the array of its pairs. */
const mapOfArrays: Resolve = (given, context) => {
  const args = given.map(({ type }) => ({ type: type.id === 'map' ? pairsOf(type) : type }));
  if (args.length !== 2 || !args.every(isArray) || elementIn(args[0]).nullable) return undefined;
  const found = operation('zip', zipped)(args, { ...context, dialect: 'clickhouse' });
  if (found?.build === undefined) return undefined;
  const { build, casts } = found;
  const result: LogicalType = {
    id: 'map',
    nullable: false,
    key: elementIn(args[0]),
    element: elementIn(args[1]),
  };
  return {
    casts: casts.map((to, i) => (given[i].type.id === 'map' ? given[i].type : to)),
    build: (values) => retype(build(values.map((value, i) => retype(value, casts[i]))), result),
  };
};

const hasKey: Shape = (args) =>
  args.length === 2 && args[0].type.id === 'map'
    ? { casts: [args[0].type, keyOf(args[0].type)], result: BOOL }
    : undefined;

const flattened = from((element) => (element.id === 'array' ? element : undefined));

/** Of no elements: the type's zero in ClickHouse, NULL elsewhere. */
const extreme =
  (name: 'min' | 'max'): Resolve =>
  (args, context) => {
    const shape = from((element) => nullable(element));
    const found = operation(name, shape)(args, context);
    if (found?.build === undefined) return undefined;
    const { build, casts } = found;
    const element = elementIn(args[0]);
    if (context.dialect !== 'clickhouse' || element.nullable) return { casts, build };
    const zero = literal(zeroOf(element), notNull(element));
    return {
      casts,
      build: (values) => apply(`coalesce_${laneOf(element)}`, [build(values), zero], notNull(element)),
    };
  };

type Names = Partial<Record<Dialect, readonly string[]>>;

const ch = (...names: string[]): Names => ({ clickhouse: names });
const both = (clickhouse: string, ...standard: string[]): Names => ({ clickhouse: [clickhouse], standard });

const ROWS: readonly TableRow<Names>[] = [
  [
    both('arrayReverse', 'list_reverse', 'array_reverse'),
    operation('reverse', same),
    'arrayReverse(array)',
    'The elements from the last to the first.',
    'SELECT toString(arrayReverse([1, 2]))',
    '[2,1]',
  ],
  [
    ch('arrayDistinct'),
    operation('distinct', same),
    'arrayDistinct(array)',
    'Each element once, without NULL.',
    'SELECT toString(arrayDistinct([1, 1, 2]))',
    '[1,2]',
  ],
  [
    ch('arrayConcat'),
    operation(
      'concat',
      several((t) => t),
    ),
    'arrayConcat(array, ...)',
    'The elements of all arrays.',
    'SELECT toString(arrayConcat([1], [2, 3]))',
    '[1,2,3]',
  ],
  [
    ch('arrayIntersect'),
    operation(
      'intersect',
      several((t) => t),
    ),
    'arrayIntersect(array, ...)',
    'Elements that all arrays have.',
    'SELECT toString(arrayIntersect([1, 2, 3], [2, 3], [3, 4]))',
    '[3]',
  ],
  [
    ch('arraySlice'),
    slice,
    'arraySlice(array, position [, length])',
    'Elements from a position on.',
    'SELECT toString(arraySlice([1, 2, 3, 4], 2, 2))',
    '[2,3]',
  ],
  [
    { standard: ['list_slice', 'array_slice'] },
    sliceBetween,
    'list_slice(list, first, last [, step])',
    'Elements of a list, or characters of a text, from one place to another, every so many; x[first:last:step] is the same.',
    'SELECT CAST(list_slice([1, 2, 3, 4], 2, -2) AS VARCHAR)',
    '[2, 3]',
  ],
  [
    ch('arrayPushBack'),
    operation(
      'append',
      withItem((t) => t),
    ),
    'arrayPushBack(array, value)',
    'The array with a value behind it.',
    'SELECT toString(arrayPushBack([1], 2))',
    '[1,2]',
  ],
  [
    ch('arrayPushFront'),
    operation(
      'prepend',
      withItem((t) => t),
    ),
    'arrayPushFront(array, value)',
    'The array with a value before it.',
    'SELECT toString(arrayPushFront([1], 2))',
    '[2,1]',
  ],
  [
    both('arrayPopBack', 'array_pop_back'),
    operation('without_last', same),
    'arrayPopBack(array)',
    'The array without its last element.',
    'SELECT toString(arrayPopBack([1, 2]))',
    '[1]',
  ],
  [
    both('arrayPopFront', 'array_pop_front'),
    operation('without_first', same),
    'arrayPopFront(array)',
    'The array without its first element.',
    'SELECT toString(arrayPopFront([1, 2]))',
    '[2]',
  ],
  [
    { clickhouse: ['hasAll'], standard: ['list_has_all', 'array_has_all'] },
    operation(
      'has_all',
      several(() => BOOL, 2),
    ),
    'hasAll(array, wanted)',
    'Whether the array has all of the wanted elements.',
    'SELECT hasAll([1, 2, 3], [1, 3])',
    '1',
  ],
  [
    { clickhouse: ['hasAny'], standard: ['list_has_any', 'array_has_any'] },
    operation(
      'has_any',
      several(() => BOOL, 2),
    ),
    'hasAny(array, wanted)',
    'Whether the array has one of the wanted elements.',
    'SELECT hasAny([1, 2], [2, 3])',
    '1',
  ],
  [
    ch('countEqual'),
    operation(
      'count_equal',
      withItem((_, context) => count(context)),
    ),
    'countEqual(array, value)',
    'How often the value is in the array.',
    'SELECT countEqual([1, 1, 2], 1)',
    '2',
  ],
  [
    ch('arrayEnumerate'),
    operation(
      'enumerate',
      from(() => array(type('uint32'))),
    ),
    'arrayEnumerate(array)',
    'The positions 1, 2, 3 ...',
    'SELECT toString(arrayEnumerate([5, 6]))',
    '[1,2]',
  ],
  [
    { standard: ['flatten'] },
    operation('flatten', flattened),
    'flatten(list)',
    'A list of lists as one; one level.',
    'SELECT CAST(flatten([[1], [2, 3]]) AS VARCHAR)',
    '[1, 2, 3]',
  ],
  [
    ch('arrayResize'),
    resized,
    'arrayResize(array, size [, filler])',
    'The array cut or filled to a size, at its front if the size is negative.',
    'SELECT toString(arrayResize([1], 3))',
    '[1,0,0]',
  ],
  [
    ch('arrayWithConstant'),
    (args, context) =>
      args.length === 2 && isInteger(args[0].type)
        ? operation('repeat', () => ({ casts: [INT64, args[1].type], result: array(args[1].type) }))(
            args,
            context,
          )
        : undefined,
    'arrayWithConstant(size, value)',
    'A value so many times.',
    "SELECT toString(arrayWithConstant(2, 'x'))",
    "['x','x']",
  ],
  [
    ch('arraySum'),
    overGiven(operation('sum', from(summed))),
    'arraySum([lambda,] array, ...)',
    'The sum of the elements.',
    'SELECT arraySum([1, 2, 3])',
    '6',
  ],
  [
    ch('arrayProduct'),
    overGiven(operation('product', numbers(FLOAT64))),
    'arrayProduct([lambda,] array, ...)',
    'The product of the elements.',
    'SELECT arrayProduct([2, 3])',
    '6.0',
  ],
  [
    ch('arrayAvg'),
    overGiven(operation('average', numbers(FLOAT64))),
    'arrayAvg([lambda,] array, ...)',
    'The mean of the elements.',
    'SELECT arrayAvg([1, 2])',
    '1.5',
  ],
  [
    { standard: ['list_sum'] },
    operation(
      'sum_or_null',
      from((element, context) => {
        const total = element.id === 'null' ? INT64 : summed(element, context);
        return total === undefined ? undefined : nullable(total);
      }),
    ),
    'list_sum(list)',
    'The sum of the elements; NULL of none.',
    'SELECT list_sum([1, 2, 3])',
    '6',
  ],
  [
    both('arrayMin', 'list_min'),
    overGiven(extreme('min')),
    'arrayMin([lambda,] array, ...)',
    'The smallest element.',
    'SELECT arrayMin([3, 1])',
    '1',
  ],
  [
    both('arrayMax', 'list_max'),
    overGiven(extreme('max')),
    'arrayMax([lambda,] array, ...)',
    'The largest element.',
    'SELECT arrayMax([3, 1])',
    '3',
  ],
  [
    ch('arrayCumSum'),
    overGiven(
      operation(
        'running_sums',
        from((element, context) => {
          const t = summed(element, context);
          return t === undefined ? undefined : array(t);
        }),
      ),
    ),
    'arrayCumSum([lambda,] array, ...)',
    'Sums of the elements up to each.',
    'SELECT toString(arrayCumSum([1, 2, 3]))',
    '[1,3,6]',
  ],
  [
    ch('arrayDifference'),
    overGiven(operation('differences', from(differenceOf))),
    'arrayDifference([lambda,] array, ...)',
    'What each element is above the one before it.',
    'SELECT toString(arrayDifference([1, 4, 2]))',
    '[0,3,-2]',
  ],
  [
    both('range', 'range'),
    firstOf(ranged, momentsBetween(false)),
    'range([start,] end [, step])',
    'Numbers from start, 0 if not given, up to and without end.',
    'SELECT toString(range(2, 8, 3))',
    '[2,5]',
  ],
  [
    { clickhouse: ['arrayStringConcat'], standard: ['array_to_string'] },
    (args, context) =>
      (args.length === 1 || (args.length === 2 && isText(args[1]))) && isArray(args[0])
        ? operation('join', () => ({ casts: args.map((a) => a.type), result: STRING }))(args, context)
        : undefined,
    'arrayStringConcat(array [, separator])',
    'The texts of the elements, with a separator between.',
    "SELECT arrayStringConcat(['a', 'b'], '-')",
    'a-b',
  ],
  [
    {
      clickhouse: ['splitByChar', 'splitByString'],
      standard: ['string_split', 'str_split', 'split', 'string_to_array'],
    },
    split,
    'splitByChar(separator, text)',
    'The pieces of a text; its characters where the separator is empty.',
    "SELECT toString(splitByChar(',', 'a,b'))",
    "['a','b']",
  ],
  [
    ch('splitByWhitespace'),
    splitWhite,
    'splitByWhitespace(text)',
    'The words of a text.',
    "SELECT toString(splitByWhitespace(' a  b '))",
    "['a','b']",
  ],
  [
    ch('arrayZip'),
    operation('zip', zipped),
    'arrayZip(array, ...)',
    'Tuples of the elements at the same position.',
    "SELECT toString(arrayZip([1, 2], ['a', 'b']))",
    "[(1,'a'),(2,'b')]",
  ],
  [
    ch('mapFromArrays'),
    mapOfArrays,
    'mapFromArrays(keys, values)',
    'A map of keys to values.',
    "SELECT toString(mapFromArrays(['a', 'b'], [1, 2]))",
    "{'a':1,'b':2}",
  ],
  [
    { clickhouse: ['mapContains', 'mapContainsKey'], standard: ['map_contains'] },
    nullOfNull(operation('has_key', hasKey), 'standard'),
    'mapContains(map, key)',
    'Whether the map has the key.',
    "SELECT mapContains(map('a', 1), 'b')",
    '0',
  ],
];

export const ARRAYS: readonly FunctionRow[] = ROWS.map((row) => {
  const made = scalar(...row);
  return made.syntax.includes('[lambda,]') ? { ...made, lambda: overElements } : made;
});
