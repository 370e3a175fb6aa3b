/**
 * Aggregate functions: names per dialect onto the aggregates the executor has (aggregate/aggregate.ts).
 *
 * ClickHouse's -If is a FILTER. Approximate distinct counts are exact here: exact is a valid approximation.
 */

import type { Expr } from '../../plan/expr.ts';
import { isWide } from '../../type/exact.ts';
import {
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isNumeric,
  isSigned,
  isTemporal,
  isWideInteger,
  type LogicalType,
  laneOf,
  nullable,
  stateOf,
  UINT64,
} from '../../type/type.ts';
import { apply, int } from '../call.ts';
import { laneSuffix } from '../cast.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext, TableRow } from '../row.ts';
import { ALL, aggregate, CONDITION, COUNT, NUMBER, named, resultOf } from '../signature.ts';
import { collects, extremeKey, hasUnknownParts, packed, together } from './packed-element.ts';
import { meanParams, sumsAsFloat, sumsWide, wideSumOf, wideSumType } from './wide-sum.ts';

const isCountable = (t: LogicalType): boolean => isInteger(t) || t.id === 'bool';

/** Empty input: NULL in SQL; ClickHouse gives NULL for Nullable arguments only. */
export const orNull = (t: LogicalType, args: readonly Argument[], context: ResolveContext): LogicalType =>
  context.dialect !== 'clickhouse' || args.some((a) => a.type.nullable)
    ? nullable(t)
    : { ...t, nullable: false };

const count: Resolve = (args, context) => {
  if (args.length === 0) return { fn: 'count_star', casts: [], type: resultOf(COUNT, context) };
  return args.length === 1
    ? { fn: 'count', casts: [args[0].type], type: resultOf(COUNT, context) }
    : undefined;
};

const countDistinct: Resolve = (args, context) =>
  args.length > 1 && context.dialect === 'clickhouse' && args.every(collects)
    ? {
        fn: 'count',
        casts: args.map(({ type }) => type),
        prepare: (given) => [together(given)],
        type: resultOf(COUNT, context),
        distinct: true,
      }
    : args.length === 1
      ? { fn: 'count', casts: [args[0].type], type: resultOf(COUNT, context), distinct: true }
      : undefined;

const sum: Resolve = (args, context) => {
  if (args.length !== 1) return undefined;
  const [{ type }] = args;
  if (isFloat(type) || sumsAsFloat(type, context.dialect))
    return { fn: 'sum_f64', casts: [nullableAs(FLOAT64, type)], type: orNull(FLOAT64, args, context) };
  if (sumsWide(type))
    return {
      fn: `sum_${wideSumOf(type, context.dialect)}`,
      casts: [type],
      type: orNull(wideSumType(type), args, context),
    };
  if (!isCountable(type) && type.id !== 'null') return undefined;
  const unsigned = context.dialect === 'clickhouse' && isInteger(type) && !isSigned(type);
  const result = unsigned ? UINT64 : INT64;
  // A sum of 64 bits is signed outside of ClickHouse: what does not fit is an error there, never a wrong sign.
  const fits = isInteger(type) && (unsigned || type.id !== 'uint64');
  const target = fits ? type : nullableAs(INT64, type);
  return {
    fn: `sum_${context.dialect === 'standard' ? 'checked' : 'wrap'}_i64`,
    casts: [target],
    type: orNull(result, args, context),
  };
};

export const nullableAs = (target: LogicalType, like: LogicalType): LogicalType =>
  like.nullable ? nullable(target) : target;

const average: Resolve = (args, context) => {
  if (args.length !== 1) return undefined;
  const [{ type }] = args;
  // Druid's AVG of integers is a double in ANSI mode's current versions.
  const result = orNull(FLOAT64, args, context);
  if (sumsWide(type) && !sumsAsFloat(type, context.dialect))
    return {
      fn: `avg_${wideSumOf(type, context.dialect)}`,
      params: meanParams(type, context.dialect),
      casts: [type],
      type: result,
    };
  if (isFloat(type) || type.id === 'uint64' || isWideInteger(type))
    return { fn: 'avg_f64', casts: [nullableAs(FLOAT64, type)], type: result };
  if (!isCountable(type) && type.id !== 'null') return undefined;
  return { fn: 'avg_i64', casts: [isInteger(type) ? type : nullableAs(INT64, type)], type: result };
};

const extreme =
  (name: 'min' | 'max'): Resolve =>
  (args, context) => {
    if (args.length !== 1) return undefined;
    const [{ type }] = args;
    if (type.id === 'null') return { fn: `${name}_i64`, casts: [type], type: nullable(type) };
    if (context.dialect === 'clickhouse' && hasUnknownParts(type))
      return byKey(name === 'min' ? 'first' : 'last', args, context);
    return { fn: `${name}_${laneSuffix(type)}`, casts: [type], type: orNull(type, args, context) };
  };

/** One of the values as it is: the first or the last that was seen. */
export const seen =
  (which: 'any' | 'anylast'): Resolve =>
  (args, context) =>
    args.length === 1 || (context.dialect === 'druid' && areLimits(args.slice(1)))
      ? {
          fn: `${which}_${plainLane(args[0].type)}`,
          casts: args.map(({ type }) => type),
          prepare: ([x]) => [x],
          type: orNull(args[0].type, args.slice(0, 1), context),
        }
      : undefined;

/** Druid's `maxBytesPerValue` and `aggregateMultipleValues`. */
const areLimits = ([bytes, several, ...more]: readonly Argument[]): boolean =>
  typeof bytes?.value === 'bigint' &&
  (several === undefined || typeof several.value === 'boolean') &&
  more.length === 0;

/** any, first and last do not look at the order of values. */
export const plainLane = (t: LogicalType): string => laneSuffix(t).replace('u64', 'i64');

export const spread =
  (fn: string): Resolve =>
  (args, context) => {
    const target = args.length === 1 ? NUMBER(args[0], context) : undefined;
    return target === undefined
      ? undefined
      : {
          fn,
          casts: [target],
          type: context.dialect === 'clickhouse' ? orNull(FLOAT64, args, context) : nullable(FLOAT64),
        };
  };

/** The same by what is no word: texts, arrays, tuples; by itself without an order. */
const byKey = (which: 'first' | 'last', args: readonly Argument[], context: ResolveContext) => {
  const [value, order = value] = args;
  if (!collects(value) || !collects(order)) return undefined;
  return {
    prepare: ([x, by = x]: readonly Expr[]) => [packed(x, false), extremeKey(by, which === 'last', 'lose')],
    fn: `by_key_${laneOf(value.type)}`,
    params: [0, 1],
    casts: args.map(({ type }) => type),
    type: orNull(value.type, args.slice(0, 2), context),
  };
};

/** The value at the smallest or largest order, which is a number, a time or a truth. */
const byOrder =
  (which: 'first' | 'last'): Resolve =>
  (args, context) => {
    const [value, order, maxBytes] = args;
    if (args.length < 2 || args.length > (context.dialect === 'druid' ? 3 : 2)) return undefined;
    if (maxBytes !== undefined && typeof maxBytes.value !== 'bigint') return undefined;
    const isWord = isNumeric(order.type) || isTemporal(order.type) || order.type.id === 'bool';
    if (!isWord || isWide(order.type)) return byKey(which, args, context);
    return {
      prepare: ([x, by]) => [x, orderOf(by)],
      fn: `${which}_${plainLane(value.type)}`,
      casts: args.map(({ type }) => type),
      type: orNull(value.type, args.slice(0, 2), context),
    };
  };

/** The same over the row's time, or over states of values with their times. */
const byTime =
  (which: 'first' | 'last'): Resolve =>
  (args, context) => {
    const [state, maxBytes] = args;
    if (state?.type.id !== 'state') return byOrder(which)(args, context);
    const { fn, result } = stateOf(state.type);
    if (!/^(first|last)_/.test(fn) || args.length > 2) return undefined;
    if (maxBytes !== undefined && typeof maxBytes.value !== 'bigint') return undefined;
    return {
      fn: `merge_${which}_${laneOf(result)}`,
      casts: args.map(({ type }) => type),
      prepare: ([x]) => [x],
      type: nullable(result),
    };
  };

/** The order as a signed integer that ascends with it: the executor compares only those. */
function orderOf(by: Expr): Expr {
  if (by.type.id === 'bool') return apply('bool_to_i64', [by], INT64);
  if (isFloat(by.type)) return apply('f64_to_order', [by], INT64);
  return by.type.id === 'uint64' ? apply('bit_xor_i64', [by, int(-(1n << 63n))], INT64) : by;
}

/** `sumIf(x, condition)`: the last argument filters. */
export const filtered =
  (inner: Resolve): Resolve =>
  (args, context) => {
    const last = args[args.length - 1];
    const condition = last === undefined ? undefined : CONDITION(last, context);
    const found = condition === undefined ? undefined : inner(args.slice(0, -1), context);
    if (found === undefined || found.build !== undefined || condition === undefined) return undefined;
    if (found.filterArg !== undefined) return undefined;
    return { ...found, casts: [...found.casts, condition], filterArg: args.length - 1 };
  };

const T = '(VALUES (1, 10), (2, 20), (3, 60)) AS t(a, b)';
const N = 'numbers(4)';

const BASIC: readonly TableRow<FunctionRow['names']>[] = [
  [
    named(ALL, 'count'),
    count,
    'count(*) or count(x)',
    'Number of rows, or of rows where x is not NULL.',
    `SELECT count(*) FROM ${T}`,
    '3',
  ],
  [named(ALL, 'sum'), sum, 'sum(x)', 'Sum of the values.', `SELECT sum(b) FROM ${T}`, '90'],
  [
    { standard: ['avg', 'mean'], druid: ['avg'], clickhouse: ['avg'] },
    average,
    'avg(x)',
    'Mean of the values.',
    `SELECT avg(b) FROM ${T}`,
    '30.0',
  ],
  [named(ALL, 'min'), extreme('min'), 'min(x)', 'Smallest value.', `SELECT min(b) FROM ${T}`, '10'],
  [named(ALL, 'max'), extreme('max'), 'max(x)', 'Largest value.', `SELECT max(b) FROM ${T}`, '60'],
  [
    {
      standard: ['any_value', 'arbitrary'],
      druid: ['any_value'],
      clickhouse: ['any', 'any_value'],
    },
    seen('any'),
    'any_value(x)',
    "One of the values that are not NULL. Druid's maxBytesPerValue and aggregateMultipleValues may follow, and change nothing.",
    'SELECT any_value(x) FROM (VALUES (7)) AS t(x)',
    '7',
  ],
  [
    { standard: ['var_pop'], druid: ['var_pop'], clickhouse: ['varPop', 'var_pop'] },
    spread('var_pop_f64'),
    'var_pop(x)',
    'Variance of all values.',
    `SELECT var_pop(a) FROM (VALUES (1), (3)) AS t(a)`,
    '1.0',
  ],
  [
    {
      standard: ['var_samp', 'variance'],
      druid: ['var_samp', 'variance'],
      clickhouse: ['varSamp', 'var_samp'],
    },
    spread('var_samp_f64'),
    'var_samp(x)',
    'Variance estimated from a sample.',
    `SELECT var_samp(a) FROM ${T}`,
    '1.0',
  ],
  [
    { standard: ['stddev_pop'], druid: ['stddev_pop'], clickhouse: ['stddevPop', 'stddev_pop', 'std'] },
    spread('stddev_pop_f64'),
    'stddev_pop(x)',
    'Standard deviation of all values.',
    `SELECT stddev_pop(a) FROM (VALUES (1), (3)) AS t(a)`,
    '1.0',
  ],
  [
    {
      standard: ['stddev_samp', 'stddev'],
      druid: ['stddev_samp', 'stddev'],
      clickhouse: ['stddevSamp', 'stddev_samp', 'stddev'],
    },
    spread('stddev_samp_f64'),
    'stddev_samp(x)',
    'Standard deviation estimated from a sample.',
    `SELECT stddev_samp(a) FROM ${T}`,
    '1.0',
  ],
  [
    { standard: ['arg_min', 'argmin', 'min_by'], druid: ['earliest_by'], clickhouse: ['argMin', 'min_by'] },
    byOrder('first'),
    'arg_min(x, order)',
    'The x where the order is smallest.',
    `SELECT arg_min(a, b) FROM ${T}`,
    '1',
  ],
  [
    { standard: ['arg_max', 'argmax', 'max_by'], druid: ['latest_by'], clickhouse: ['argMax', 'max_by'] },
    byOrder('last'),
    'arg_max(x, order)',
    'The x where the order is largest.',
    `SELECT arg_max(a, b) FROM ${T}`,
    '3',
  ],
  [
    {
      standard: ['approx_count_distinct'],
      druid: ['approx_count_distinct', 'approx_count_distinct_builtin'],
      clickhouse: ['uniq', 'uniqExact', 'uniqCombined', 'uniqCombined64', 'uniqHLL12', 'uniqTheta'],
    },
    countDistinct,
    'approx_count_distinct(x)',
    'Number of different values; exact.',
    `SELECT approx_count_distinct(a) FROM ${T}`,
    '3',
  ],
];

/** ClickHouse's aggregates that have states, without those that count different values (state.ts). */
export const PLAIN_CLICKHOUSE: readonly (readonly [name: string, resolve: Resolve])[] = BASIC.flatMap(
  ([names, resolve]) =>
    (names.clickhouse ?? [])
      .filter((name) => !/^uniq|_|^std/.test(name) || /^stddev[PS]/.test(name))
      .map((name) => [name, resolve] as const),
);

const IF_EXAMPLES: Readonly<Record<string, string>> = {
  count: '2',
  sum: '1',
  avg: '0.5',
  min: '0',
  max: '1',
};

export const AGGREGATES: readonly FunctionRow[] = [
  ...BASIC.map(([names, resolve, syntax, doc, sql, result]) =>
    aggregate(names, resolve, syntax, doc, sql, result),
  ),
  ...BASIC.flatMap(([names, resolve, , doc]) =>
    (names.clickhouse ?? [])
      .filter((name) => (!name.includes('_') && !/^std/.test(name)) || /^stddev[PS]/.test(name))
      .map((name) => {
        const args =
          name === 'count'
            ? 'number < 2'
            : name.startsWith('arg')
              ? 'number, number, number < 2'
              : 'number, number < 2';
        const result = IF_EXAMPLES[name] ?? ifResult(name);
        return aggregate(
          { clickhouse: [`${name}If`] },
          filtered(resolve),
          `${name}If(..., condition)`,
          `${doc} Only rows where the condition holds.`,
          `SELECT ${name}If(${args}) FROM ${N}`,
          result,
        );
      }),
  ),
  aggregate(
    { clickhouse: ['countDistinct'] },
    countDistinct,
    'countDistinct(x)',
    'Number of different values.',
    `SELECT countDistinct(number) FROM ${N}`,
    '4',
  ),
  aggregate(
    { standard: ['count_if', 'countif'] },
    filtered(count),
    'count_if(condition)',
    'Number of rows where the condition holds.',
    `SELECT count_if(a > 1) FROM ${T}`,
    '2',
  ),
  ...(['first', 'last'] as const).map((which) => {
    const name = which === 'first' ? 'earliest' : 'latest';
    return {
      ...aggregate(
        { druid: [name] },
        byTime(which),
        `${name}(x [, maxBytes])`,
        `The x where __time is ${which}; x may be a column of such values that were rolled up.`,
        `SELECT ${name}(a) FROM (SELECT a, MILLIS_TO_TIMESTAMP(b) AS __time FROM ${T})`,
        which === 'first' ? '1' : '3',
      ),
      byRowTime: true,
    };
  }),
  aggregate(
    { standard: ['bool_or'] },
    (args) =>
      args.length === 1 && args[0].type.id === 'bool'
        ? { fn: 'max_bool', casts: [args[0].type], type: nullable(args[0].type) }
        : undefined,
    'bool_or(condition)',
    'Whether one is true.',
    `SELECT bool_or(a > 2) FROM ${T}`,
    'true',
  ),
  aggregate(
    { standard: ['bool_and'] },
    (args) =>
      args.length === 1 && args[0].type.id === 'bool'
        ? { fn: 'min_bool', casts: [args[0].type], type: nullable(args[0].type) }
        : undefined,
    'bool_and(condition)',
    'Whether all are true.',
    `SELECT bool_and(a > 2) FROM ${T}`,
    'false',
  ),
];

function ifResult(name: string): string {
  if (name.startsWith('uniq')) return '2';
  if (name.endsWith('Pop')) return name.startsWith('var') ? '0.25' : '0.5';
  if (name === 'varSamp') return '0.5';
  if (name === 'stddevSamp') return '0.7071067811865476';
  return name === 'argMax' ? '1' : '0';
}
