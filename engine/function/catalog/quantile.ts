/**
 * Quantiles: ClickHouse's with their levels before the arguments, DuckDB's and Druid's with levels among them.
 *
 * Approximate ones are quantiles sketches (engine/sketch/quantiles.ts), exact up to 2k values. ClickHouse's have k = 4096: its own keep
 * a sample of 8,192 values.
 */

import { BasaltError } from '../../base/error.ts';
import { isWide } from '../../type/exact.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  FLOAT64,
  isNumeric,
  isTemporal,
  type LogicalType,
  notNull,
  nullable,
  type,
  type Value,
} from '../../type/type.ts';
import { apply, text } from '../call.ts';
import { laneSuffix, retype } from '../cast.ts';
import type { Argument, FunctionRow, Resolution, Resolve, ResolveContext, TableRow } from '../row.ts';
import { aggregate, NUMBER, parametric } from '../signature.ts';
import { filtered, orNull } from './aggregate.ts';

export const QUANTILES_K = 4096;
const DEFAULT_LEVEL = 0.5;

const levelsOf = (context: ResolveContext, name: string): readonly number[] =>
  (context.parameters ?? []).map((value) => levelOf(value, name));

export function levelOf(value: Value, name: string): number {
  const level = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (Number.isNaN(level))
    throw new BasaltError('BAD_ARGUMENTS', `The level of ${name} is a number from 0 to 1`);
  if (level < 0 || level > 1)
    throw new BasaltError('PARAMETER_OUT_OF_BOUND', `Quantile level ${level} is out of range [0..1]`);
  return level;
}

function oneLevel(context: ResolveContext, name: string): number {
  const levels = levelsOf(context, name);
  if (levels.length > 1)
    throw new BasaltError(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      `Aggregate function ${name} requires one level parameter or less`,
    );
  return levels[0] ?? DEFAULT_LEVEL;
}

const asFloat = (arg: Argument, context: ResolveContext): LogicalType | undefined =>
  arg.type.id === 'bool' ? undefined : NUMBER(arg, context);

/** ClickHouse's of decimals is one: floats of their units are looked at. */
const ofDecimals = (
  of: LogicalType,
): Pick<Extract<Resolution, { readonly fn: string }>, 'casts' | 'prepare'> => ({
  casts: [of],
  prepare: ([x]) => [
    isWide(of)
      ? apply('decimal_to_f64_str', [x, text(typeText({ ...of, nullable: false, scale: 0 }))], FLOAT64)
      : apply('i64_to_f64', [retype(x, type('int64', of.nullable))], FLOAT64),
  ],
});

const sketched =
  (name: string): Resolve =>
  (args, context) => {
    if (args.length === 1 && args[0].type.id === 'decimal') {
      const of = args[0].type;
      const params = [QUANTILES_K, oneLevel(context, name)];
      return {
        ...ofDecimals(of),
        fn: `quantile_units_${laneSuffix(of)}`,
        params,
        type: orNull(of, args, context),
      };
    }
    const target = args.length === 1 ? asFloat(args[0], context) : undefined;
    if (target === undefined) return undefined;
    const params = [QUANTILES_K, oneLevel(context, name)];
    return { fn: 'quantile_f64', params, casts: [target], type: orNull(FLOAT64, args, context) };
  };

const severalSketched =
  (name: string): Resolve =>
  (args, context) => {
    const target = args.length === 1 ? asFloat(args[0], context) : undefined;
    const levels = levelsOf(context, name);
    if (target === undefined) return undefined;
    if (levels.length === 0)
      throw new BasaltError(
        'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
        `Aggregate function ${name} requires levels`,
        {
          hint: `Write ${name}(0.5, 0.9)(x)`,
        },
      );
    const [{ type: of }] = args;
    const params = [QUANTILES_K, ...levels];
    return of.id === 'decimal'
      ? { ...ofDecimals(of), fn: 'quantiles_units_f64', params, type: array(notNull(of)) }
      : { fn: 'quantiles_f64', params, casts: [target], type: array(FLOAT64) };
  };

/** Of values that have an order among 64 bits; the type stays. */
function exactOf(
  fn: 'quantile_exact' | 'quantile_disc',
  arg: Argument,
  level: number,
  type: LogicalType,
): Omit<Extract<Resolution, { readonly fn: string }>, 'casts'> | undefined {
  if (isWide(arg.type) || (!isNumeric(arg.type) && !isTemporal(arg.type))) return undefined;
  return { fn: `${fn}_${laneSuffix(arg.type)}`, params: [0, level], type };
}

/** DuckDB's: the level is the second argument, a literal. */
const withLevel =
  (
    name: string,
    of: (
      arg: Argument,
      level: number,
      context: ResolveContext,
    ) =>
      | (Omit<Extract<Resolution, { readonly fn: string }>, 'casts'> & { readonly cast: LogicalType })
      | undefined,
  ): Resolve =>
  (args, context) => {
    if (args.length !== 2 || args[1].value === undefined) return undefined;
    const found = of(args[0], levelOf(literalLevel(args[1]), name), context);
    if (found === undefined) return undefined;
    const { cast, ...application } = found;
    return { ...application, casts: [cast, args[1].type], prepare: ([x]) => [x] };
  };

/** A literal level as it was written: 0.5 may be a decimal. */
const literalLevel = ({ type, value }: Argument): Value =>
  type.id === 'decimal' && typeof value === 'bigint'
    ? Number(value) / 10 ** (type.scale ?? 0)
    : (value ?? null);

const continuous = (arg: Argument, level: number, context: ResolveContext) => {
  // DuckDB's of decimals are decimals.
  if (arg.type.id === 'decimal' && !isWide(arg.type))
    return {
      fn: 'quantile_cont_i64',
      params: [0, level],
      cast: arg.type,
      type: nullable(arg.type),
    };
  const cast = asFloat(arg, context);
  return cast && { fn: 'quantile_cont_f64', params: [0, level], cast, type: nullable(FLOAT64) };
};
const discrete = (arg: Argument, level: number) => {
  const found = exactOf('quantile_disc', arg, level, nullable(arg.type));
  return found && { ...found, cast: arg.type };
};
const approximate = (arg: Argument, level: number, context: ResolveContext) => {
  const cast = asFloat(arg, context);
  return cast && { fn: 'quantile_f64', params: [QUANTILES_K, level], cast, type: nullable(FLOAT64) };
};

type Row = readonly [name: string, resolve: Resolve, syntax: string, doc: string, example: string];

const INTERPOLATED = 'The value at a level from 0 to 1, between two values where it falls between them';

/** ClickHouse's, which have states. */
const CLICKHOUSE: readonly Row[] = [
  ...['quantile', 'median'].map(
    (name): Row => [
      name,
      sketched(name),
      `${name}[(level)](x)`,
      `${INTERPOLATED}; approximate beyond 8,191 values.`,
      '1.5',
    ],
  ),
  ...['quantiles'].map(
    (name): Row => [
      name,
      severalSketched(name),
      `${name}(level, ...)(x)`,
      'Values at several levels; approximate beyond 8,191 values.',
      '1.5',
    ],
  ),
];

export const CLICKHOUSE_QUANTILES: readonly (readonly [name: string, resolve: Resolve])[] = CLICKHOUSE.map(
  ([name, resolve]) => [name, resolve],
);

const levels = (name: string): string => (name.startsWith('quantiles') ? `${name}(0.5)` : name);

const D = '(VALUES (1), (2), (4), (9)) AS t(a)';
const STANDARD: readonly TableRow[] = [
  [
    ['quantile_cont'],
    withLevel('quantile_cont', continuous),
    'quantile_cont(x, level)',
    `${INTERPOLATED}.`,
    'quantile_cont(a, 0.5)',
    '3.0',
  ],
  [
    ['quantile_disc', 'quantile'],
    withLevel('quantile_disc', discrete),
    'quantile_disc(x, level)',
    'The smallest value with a share of all not above it.',
    'quantile_disc(a, 0.5)',
    '2',
  ],
  [
    ['approx_quantile'],
    withLevel('approx_quantile', approximate),
    'approx_quantile(x, level)',
    `${INTERPOLATED}; approximate beyond 8,191 values.`,
    'approx_quantile(a, 0.5)',
    '3.0',
  ],
  [
    ['median'],
    (args, context) => {
      const found = args.length === 1 ? continuous(args[0], DEFAULT_LEVEL, context) : undefined;
      if (found === undefined) return undefined;
      const { cast, ...application } = found;
      return { ...application, casts: [cast] };
    },
    'median(x)',
    'The value in the middle, or between the two of them.',
    'median(a)',
    '3.0',
  ],
];

export const QUANTILES: readonly FunctionRow[] = [
  ...CLICKHOUSE.flatMap(([name, resolve, syntax, doc, example]) => [
    parametric(
      aggregate(
        { clickhouse: [name] },
        resolve,
        syntax,
        doc,
        `SELECT ${levels(name)}(number) FROM numbers(4)`,
        example,
      ),
    ),
    parametric(
      aggregate(
        { clickhouse: [`${name}If`] },
        filtered(resolve),
        syntax.replace(name, `${name}If`).replace('(x)', '(x, condition)'),
        `${doc} Only rows where the condition holds.`,
        `SELECT ${levels(name).replace(name, `${name}If`)}(number, number < 4) FROM numbers(9)`,
        example,
      ),
    ),
  ]),
  ...STANDARD.map(([names, resolve, syntax, doc, call, result]) =>
    aggregate({ standard: names }, resolve, syntax, doc, `SELECT ${call} FROM ${D}`, result),
  ),
];
