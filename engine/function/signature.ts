/**
 * Building blocks for function rows: which argument types fit a parameter, and what they are cast to.
 */

import { literal } from '../plan/expr.ts';
import {
  array,
  BOOL,
  elementOf,
  FLOAT64,
  INT64,
  isInteger,
  isNumeric,
  isTemporal,
  type LogicalType,
  nullable,
  STRING,
  timestamp,
  UINT64,
} from '../type/type.ts';
import { apply, unlessNull } from './call.ts';
import type {
  Argument,
  Dialect,
  FunctionRow,
  Literal,
  Resolution,
  Resolve,
  ResolveContext,
  TableRow,
} from './row.ts';

/** The type an argument is cast to; undefined when it does not fit. */
export type Param = (arg: Argument, context: ResolveContext) => LogicalType | undefined;

const keep = (arg: Argument, target: LogicalType): LogicalType =>
  arg.type.nullable ? nullable(target) : target;

export const INTEGER: Param = (arg) =>
  isInteger(arg.type) || arg.type.id === 'null' || arg.type.id === 'bool' ? keep(arg, INT64) : undefined;
export const NUMBER: Param = (arg) =>
  isNumeric(arg.type) || arg.type.id === 'null' ? keep(arg, FLOAT64) : undefined;
/** Floats that are whole count as integers in Druid, where everything may be DOUBLE. */
export const LOOSE_INTEGER: Param = (arg) =>
  isNumeric(arg.type) || arg.type.id === 'null' ? keep(arg, INT64) : undefined;
/** Druid reads numbers as text where text is wanted. */
export const TEXT: Param = (arg, context) =>
  arg.type.id === 'string' ||
  arg.type.id === 'fixedstring' ||
  arg.type.id === 'null' ||
  context.dialect === 'druid'
    ? keep(arg, STRING)
    : undefined;
/** Text, or a fixed string with all of its bytes. */
export const BYTES: Param = (arg, context) => (arg.type.id === 'fixedstring' ? arg.type : TEXT(arg, context));
/** An array of texts. */
export const TEXT_LIST: Param = (arg) =>
  arg.type.id === 'array' && ['string', 'fixedstring', 'null'].includes(elementOf(arg.type).id)
    ? array(STRING)
    : undefined;
export const ANY_AS_TEXT: Param = (arg) => keep(arg, STRING);
export const CONDITION: Param = (arg, context) =>
  arg.type.id === 'bool' ||
  arg.type.id === 'null' ||
  (context.dialect === 'clickhouse' && isInteger(arg.type))
    ? keep(arg, BOOL)
    : undefined;
export const ANY: Param = (arg) => arg.type;

/** A moment: timestamps as they are, dates as midnight, text literals as timestamps. */
export const MOMENT: Param = (arg, context) => {
  if (arg.type.id === 'timestamp') return arg.type;
  if (isTemporal(arg.type)) return timestamp(context.dialect === 'clickhouse' ? 0 : 3, arg.type.nullable);
  if (arg.type.id === 'null') return timestamp(3, true);
  if (arg.type.id === 'string' && (arg.value !== undefined || context.dialect === 'druid')) {
    return timestamp(context.dialect === 'standard' ? 6 : 3, context.dialect === 'druid');
  }
  return undefined;
};

export const DAY: Param = (arg) =>
  isTemporal(arg.type) || arg.type.id === 'null' || (arg.type.id === 'string' && arg.value !== undefined)
    ? keep(arg, { id: 'date', nullable: false })
    : undefined;

export type Result = LogicalType | ((context: ResolveContext) => LogicalType);

export const resultOf = (result: Result, context: ResolveContext): LogicalType =>
  typeof result === 'function' ? result(context) : result;

/** A count: UInt64 in ClickHouse, int64 elsewhere. */
export const COUNT: Result = (context) => (context.dialect === 'clickhouse' ? UINT64 : INT64);
export const shown =
  (clickhouse: LogicalType, others: LogicalType): Result =>
  (context) =>
    context.dialect === 'clickhouse' ? clickhouse : others;

type SimpleOptions = {
  /** Values for the last parameters when they are not given. */
  readonly defaults?: readonly Literal[];
  /** Literals after all parameters, always. */
  readonly extra?: readonly Literal[];
  /** The last parameter may repeat. */
  readonly variadic?: boolean;
};

/** One implementation, one list of parameters. */
export function simple(
  fn: string,
  params: readonly Param[],
  result: Result,
  options: SimpleOptions = {},
): Resolve {
  const defaults = options.defaults ?? [];
  return (args, context) => {
    const most = options.variadic === true ? Number.POSITIVE_INFINITY : params.length;
    if (args.length < params.length - defaults.length || args.length > most) return undefined;
    const casts = fitArguments(args, params, context);
    if (casts === undefined) return undefined;
    const missing = params.length - args.length;
    const extra = [
      ...(missing > 0 ? defaults.slice(defaults.length - missing) : []),
      ...(options.extra ?? []),
    ];
    return { fn, casts, type: resultOf(result, context), extra };
  };
}

export function fitArguments(
  args: readonly Argument[],
  params: readonly Param[],
  context: ResolveContext,
): LogicalType[] | undefined {
  const casts: LogicalType[] = [];
  for (let i = 0; i < args.length; i++) {
    const target = params[Math.min(i, params.length - 1)](args[i], context);
    if (target === undefined) return undefined;
    casts.push(target);
  }
  return casts;
}

/** NULL of NULL in a dialect where others make something of it. */
export const nullOfNull =
  (resolve: Resolve, dialect: Dialect = 'clickhouse'): Resolve =>
  (args, context) => {
    const found = resolve(args, context);
    if (found === undefined || context.dialect !== dialect || !args.some((a) => a.type.nullable))
      return found;
    const { casts } = found;
    if (found.build !== undefined)
      return { casts, build: (values) => unlessNull(values, found.build(values)) };
    const extra = (found.extra ?? []).map(({ value, type }) => literal(value, type));
    return {
      casts,
      build: (values) => unlessNull(values, apply(found.fn, [...values, ...extra], found.type)),
    };
  };

/** The first of several ways that fits. */
export const firstOf =
  (...ways: readonly Resolve[]): Resolve =>
  (args, context) => {
    for (const way of ways) {
      const found: Resolution | undefined = way(args, context);
      if (found !== undefined) return found;
    }
    return undefined;
  };

/** Of what can stand on either side. */
export const swapped =
  (resolve: Resolve): Resolve =>
  (args, context) => {
    const found = args.length === 2 ? resolve([args[1], args[0]], context) : undefined;
    if (found?.build === undefined) return undefined;
    return { casts: [found.casts[1], found.casts[0]], build: ([a, b]) => found.build([b, a]) };
  };

export const literalInt = (value: number): Literal => ({ value: BigInt(value), type: INT64 });
export const literalText = (value: string): Literal => ({ value, type: STRING });

/** The same spellings in several dialects. */
export const named = (dialects: readonly Dialect[], ...names: readonly string[]): FunctionRow['names'] =>
  Object.fromEntries(dialects.map((d) => [d, names]));

export const ALL: readonly Dialect[] = ['standard', 'druid', 'clickhouse'];
export const SQL: readonly Dialect[] = ['standard', 'druid'];

const rowOf =
  (kind: FunctionRow['kind']) =>
  (...[names, resolve, syntax, doc, sql, result]: TableRow<FunctionRow['names']>): FunctionRow => ({
    names,
    kind,
    resolve,
    syntax,
    doc,
    example: { sql, result },
  });

/** A scalar function row. */
export const scalar = rowOf('scalar');
/** An aggregate function row. */
export const aggregate = rowOf('aggregate');
/** A scalar that only ClickHouse has. */
export const clickhouseScalar = ([names, ...row]: TableRow<string | readonly string[]>): FunctionRow =>
  scalar({ clickhouse: typeof names === 'string' ? [names] : names }, ...row);
/** It may have a list of parameters before its arguments. */
export const parametric = (row: FunctionRow): FunctionRow => ({ ...row, parametric: true });
