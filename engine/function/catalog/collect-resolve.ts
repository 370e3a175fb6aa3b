/**
 * Aggregates that collect values: into arrays, into texts, the different ones, the most frequent ones.
 *
 * Elements are packed before they are collected, so that an array is its elements one after the other (type/packed.ts). ClickHouse leaves
 * NULLs out, SQL's arrays keep them, texts never have them.
 */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { isWide } from '../../type/exact.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  BOOL,
  elementOf,
  FLOAT64,
  fieldsOf,
  INT64,
  isFloat,
  isInteger,
  isSigned,
  keyOf,
  type LogicalType,
  laneOf,
  map,
  notNull,
  nullable,
  STRING,
  tuple,
  UINT64,
  type Value,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { SUMS } from '../aggregate/block-aggregate.ts';
import { apply, choose, int, nullOf, text } from '../call.ts';
import type { Argument, Resolve, ResolveContext } from '../row.ts';
import { orNull } from './aggregate.ts';
import { partsOf } from './compose.ts';
import { collects, packed } from './packed-element.ts';

/** What ClickHouse's topK takes at most, and gives without a parameter. */
const MAX_TOP = 65536;
export const TOP = 10;
const COMMA = ',';

/** The array's type; ClickHouse has an empty one for no rows, others NULL. */
const arrayType = (element: LogicalType, { dialect }: ResolveContext): LogicalType =>
  dialect === 'clickhouse' ? array(notNull(element)) : nullable(array(nullable(element)));

function countOf(value: Value | undefined, name: string, byDefault: number | null): number {
  if (value === undefined && byDefault !== null) return byDefault;
  const count = Number(value ?? Number.NaN);
  if (Number.isInteger(count) && count > 0 && count <= 0xffffffff) return count;
  throw new BasaltError('BAD_ARGUMENTS', `The parameter of ${name} is how many values there are at most`);
}

function oneParameter({ parameters = [] }: ResolveContext, name: string, byDefault: number | null): number {
  if (parameters.length <= 1) return countOf(parameters[0], name, byDefault);
  throw new BasaltError(
    'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
    `Aggregate function ${name} takes one parameter or none`,
  );
}

/** Druid's `size`: an argument that bounds bytes there. */
const isSize = (arg: Argument | undefined): boolean => arg === undefined || typeof arg.value === 'bigint';

/** Values of all rows. */
export const listed: Resolve = (args, context) => {
  const [x, size] = args;
  if (!collects(x) || args.length > (context.dialect === 'druid' ? 2 : 1) || !isSize(size)) return undefined;
  const keepsNulls = context.dialect !== 'clickhouse';
  return {
    fn: 'list_str',
    params: [0, oneParameter(context, 'groupArray', 0)],
    casts: args.map(({ type }) => type),
    prepare: ([value]) => [packed(value, keepsNulls)],
    type: arrayType(x.type, context),
  };
};

export const lastListed: Resolve = (args, context) => {
  const found = args.length === 1 ? listed(args, { ...context, parameters: undefined }) : undefined;
  return found && { ...found, params: [0, oneParameter(context, 'groupArrayLast', null), 1] };
};

/** The smallest values. */
export const sorted: Resolve = (args, context) => {
  const [x] = args;
  if (args.length !== 1 || !collects(x)) return undefined;
  return {
    fn: 'sorted_list_str',
    params: [0, oneParameter(context, 'groupArraySorted', null)],
    casts: [x.type],
    prepare: ([value]) => {
      const element = packed(value, false);
      return [element, element];
    },
    type: arrayType(x.type, context),
  };
};

/** Elements of arrays. */
export const concatenated: Resolve = (args, context) => {
  const [x, size] = args;
  if (x?.type.id !== 'array' || args.length > 2 || !isSize(size)) return undefined;
  return {
    fn: 'list_str',
    params: [0],
    casts: args.map(({ type }) => type),
    prepare: ([value]) => [apply('array_inside', [value], STRING)],
    type: arrayType(elementOf(x.type), context),
  };
};

/** Texts of all rows with a separator between. */
function joined(
  join: 'join_texts' | 'append_texts',
  x: Argument,
  rest: readonly Argument[],
  separator: string,
  context: ResolveContext,
) {
  const target = x.type.nullable ? nullable(STRING) : STRING;
  const type = { ...array(STRING), nullable: orNull(STRING, [x], context).nullable };
  return {
    fn: 'list_str',
    casts: [target, ...rest.map((arg) => arg.type)],
    prepare: ([value]: readonly Expr[]) => [packed(value, false)],
    finish: (list: Expr) => apply(join, [list, text(separator)], { ...STRING, nullable: type.nullable }),
    type,
  };
}

export const stringAgg: Resolve = (args, context) => {
  const [x, ...rest] = args;
  const [separator, size] = rest;
  if (!collects(x) || rest.length > (context.dialect === 'druid' ? 2 : 1) || !isSize(size)) return undefined;
  if (separator !== undefined && typeof separator.value !== 'string') return undefined;
  const found = joined('join_texts', x, rest, (separator?.value ?? COMMA) as string, context);
  return { ...found, params: [0] };
};

export const groupConcat: Resolve = (args, context) => {
  const [x, ...rest] = args;
  const [separator = rest[0]?.value ?? '', most] = context.parameters ?? [];
  if (rest.length > 1 || !collects(x)) return undefined;
  if (typeof separator !== 'string')
    throw new BasaltError('BAD_ARGUMENTS', 'The first parameter of groupConcat is the separator, a text');
  return {
    ...joined('append_texts', x, rest, separator, context),
    params: [0, countOf(most, 'groupConcat', 0)],
  };
};

export const tallied =
  (fn: 'different_str' | 'top_str', name: string, byDefault: number): Resolve =>
  (args, context) => {
    const [x] = args;
    if (!collects(x) || args.length !== 1) return undefined;
    return {
      fn,
      params: [0, oneParameter(context, name, byDefault)],
      casts: [x.type],
      prepare: ([value]) => [packed(value, false), int(1)],
      type: arrayType(x.type, context),
    };
  };

/** The most frequent values, or those of the largest weights; a further parameter says how many were kept, were they not all. */
export const topped =
  (name: string, weighted: boolean, counted: boolean): Resolve =>
  (args, context) => {
    const [x, weight] = args;
    if (!collects(x) || args.length !== (weighted ? 2 : 1)) return undefined;
    if (weight !== undefined && !isInteger(weight.type)) return undefined;
    const [n, kept, form, ...more] = context.parameters ?? [];
    if (more.length > 0 || (counted && form !== undefined))
      throw new BasaltError(
        'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
        `Aggregate function ${name} takes ${counted ? 'two' : 'three'} parameters or fewer`,
      );
    if (form !== undefined && form !== 'counts')
      throw new BasaltError('BAD_ARGUMENTS', `The third parameter of ${name} is 'counts'`);
    const most = countOf(n, name, TOP);
    if (Math.max(most, countOf(kept, name, 1)) > MAX_TOP)
      throw new BasaltError(
        'ARGUMENT_OUT_OF_BOUND',
        `Too large parameter for ${name}: ${Math.max(most, Number(kept))}, at most ${MAX_TOP}`,
      );
    const hasCounts = counted || form === 'counts';
    const count = [notNull(x.type), UINT64, UINT64].map((type, i) => ({ name: COUNTED[i], type }));
    return {
      fn: hasCounts ? 'top_counts_str' : 'top_str',
      params: [0, most],
      casts: args.map(({ type }) => type),
      prepare: ([value, by = int(1)]) => [packed(value, false), by],
      type: hasCounts ? array(tuple(count)) : arrayType(x.type, context),
    };
  };
const COUNTED = ['item', 'count', 'error'];

/** The type of sums of such values; undefined where there are none. */
function sumType(type: LogicalType): LogicalType | undefined {
  if (isFloat(type)) return FLOAT64;
  // In their own type, as ClickHouse has it.
  if (type.id === 'decimal') return isWide(type) ? undefined : notNull(type);
  return isInteger(type) ? (isSigned(type) ? INT64 : UINT64) : undefined;
}

const typed = (type: LogicalType): Expr => text(typeText(notNull(type)));

/** Sums of the values of each key, of maps, or of arrays of keys and of values, or of tuples of both. */
export const summedByKey: Resolve = (args) => {
  const [x] = args;
  const isMap = args.length === 1 && x.type.id === 'map';
  const [keys, values] = isMap ? [keyOf(x.type), elementOf(x.type)] : (keyedLists(args) ?? []);
  const sum = values && sumType(values);
  if (keys === undefined || values === undefined || sum === undefined) return undefined;
  const key = notNull(keys);
  const arrays = [array(key), array(sum)].map((type) => ({ name: null, type }));
  return {
    fn: `sum_map_${laneOf(sum)}`,
    params: [0, isMap ? SUMS.map : SUMS.arrays],
    casts: args.map(({ type }) => type),
    prepare: (given) => [
      isMap
        ? apply('pairs_of_map', [given[0], typed(x.type)], STRING)
        : apply(
            'pairs_of_arrays',
            [...(given.length === 1 ? partsOf(given[0]) : given), typed(array(keys)), typed(array(values))],
            STRING,
          ),
    ],
    type: isMap ? map(key, sum) : tuple(arrays),
  };
};

/** Elements of an array of keys and one of values, or of a tuple of both. */
export function keyedLists(args: readonly Argument[]): readonly LogicalType[] | undefined {
  const [x] = args;
  const types =
    args.length === 1 && x.type.id === 'tuple'
      ? fieldsOf(x.type).map(({ type }) => type)
      : args.map(({ type }) => type);
  return types.length === 2 && types.every(({ id }) => id === 'array') ? types.map(elementOf) : undefined;
}

/** NULL where there is none. */
const firstOf = (list: Expr, element: LogicalType): Expr =>
  apply(`array_element_${laneOf(element)}`, [list, typed(list.type), int(1)], nullable(element));

/** The value of the first or the last row, which may be NULL. */
export const ofRow =
  (isLast: boolean): Resolve =>
  (args, context) => {
    const found = args.length === 1 ? listed(args, context) : undefined;
    if (found === undefined || found.fn === undefined) return undefined;
    return { ...found, params: [0, 1, isLast ? 1 : 0], finish: (list) => firstOf(list, args[0].type) };
  };

/** The value of the first or the last row, NULLs among them. */
export const withNulls =
  (isLast: boolean): Resolve =>
  (args, context) => {
    const found = ofRow(isLast)(args, { ...context, dialect: 'standard', parameters: undefined });
    if (found === undefined || found.fn === undefined) return undefined;
    const { type } = args[0];
    return { ...found, finish: (list) => orZero(firstOf(list, type), type) };
  };

/** A value that may be missing, in its type. */
function orZero(value: Expr, type: LogicalType): Expr {
  if (type.nullable) return value;
  return apply(`coalesce_${laneOf(type)}`, [value, { kind: 'literal', value: zeroOf(type), type }], type);
}

/** The value, where there is one and no other. */
export const single: Resolve = (args, context) => {
  const found = tallied('different_str', 'singleValueOrNull', 2)(args, context);
  if (found === undefined || found.fn === undefined) return undefined;
  const { type } = args[0];
  return {
    ...found,
    finish: (list) =>
      choose(
        apply('eq_i64', [apply('item_count', [list, typed(list.type)], INT64), int(1)], BOOL),
        firstOf(list, type),
        nullOf(type),
        nullable(type),
      ),
  };
};

/** The value that most rows have. */
export const heavy: Resolve = (args, context) => {
  const found = tallied('top_str', 'anyHeavy', 1)(args, context);
  if (found === undefined || found.fn === undefined) return undefined;
  const { type } = args[0];
  return { ...found, finish: (list) => orZero(firstOf(list, type), type) };
};

export const bitwise =
  (op: 'and' | 'or' | 'xor'): Resolve =>
  (args, context) => {
    if (args.length !== 1 || !isInteger(args[0].type)) return undefined;
    const type = context.dialect === 'druid' ? INT64 : args[0].type;
    return { fn: `bit_${op}_i64`, casts: [args[0].type], type: orNull(type, args, context) };
  };
