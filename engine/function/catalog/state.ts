/**
 * Combinators of ClickHouse that make and take states: -State, -Merge, -MergeState, each with -If, for every aggregate that has states; and
 * what looks at a state.
 *
 * Functions that count different values count exactly, but as states they are sketches: `uniq` and `uniqTheta` theta sketches,
 * `uniqHLL12` and `uniqCombined` HyperLogLog; only `uniqExact` keeps every value.
 */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { MAX_LG_K, MIN_LG_K } from '../../sketch/hll.ts';
import { MAX_THETA_LG_K, MIN_THETA_LG_K } from '../../sketch/theta.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  FLOAT64,
  isInteger,
  type LogicalType,
  laneOf,
  notNull,
  STRING,
  type StateType,
  stateOf,
} from '../../type/type.ts';
import { BLOCK_AGGREGATES } from '../aggregate/block-aggregate.ts';
import { plainId } from '../aggregate/nest.ts';
import { hasStates } from '../aggregate/state.ts';
import { hashLane } from '../aggregate/state-type.ts';
import { apply, text } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Application, Argument, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { aggregate, COUNT, resultOf } from '../signature.ts';
import { filtered, PLAIN_CLICKHOUSE } from './aggregate.ts';
import { CLICKHOUSE_COLLECTORS } from './collect.ts';
import { collects, together } from './packed-element.ts';
import { plainNames } from './plain.ts';
import { PLAIN_ROWS, plainRow } from './plain-table.ts';
import { CLICKHOUSE_QUANTILES } from './quantile.ts';

type PlainResolve = (args: readonly Argument[], context: ResolveContext) => Found | undefined;

/** ClickHouse's uniq keeps up to 65,536 hashes. */
const UNIQ_LG_K = 16;
const UNIQ_THETA_LG_K = 12;
const THETA_RANGE = [MIN_THETA_LG_K, MAX_THETA_LG_K] as const;
/** Wider than ClickHouse's 12 to 20: sketches of Druid's have these types, too. */
const HLL_RANGE = [MIN_LG_K, MAX_LG_K] as const;
const HLL12_LG_K = 12;
const COMBINED_LG_K = 17;

/** @param lgK by default, and the least and the most that a parameter may say; null: it takes none */
export const different =
  (kind: 'hll' | 'theta' | 'set', lgK: number, range: readonly [number, number] | null): PlainResolve =>
  (args, context) => {
    if (!args.every(collects)) return undefined;
    if (args.length !== 1) {
      const found = args.length === 0 ? undefined : different(kind, lgK, range)([{ type: STRING }], context);
      return (
        found && { ...found, casts: args.map(({ type }) => type), prepare: (given) => [together(given)] }
      );
    }
    const [given] = context.parameters ?? [];
    if (given !== undefined && range === null)
      throw new BasaltError(
        'AGGREGATE_FUNCTION_DOESNT_ALLOW_PARAMETERS',
        'This aggregate function cannot have parameters',
      );
    const size = given === undefined ? lgK : Number(given);
    if (range !== null && !(Number.isInteger(size) && size >= range[0] && size <= range[1]))
      throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `The parameter is out of range: [${range.join(', ')}]`);
    const [{ type }] = args;
    return {
      fn: `${kind}_${hashLane(type)}`,
      params: [size],
      casts: [type],
      type: { ...resultOf(COUNT, context), nullable: false },
    };
  };

/** Different integers, counted in their own type. */
export const bitmap: Resolve = (args, context) => {
  const found =
    args.length === 1 && isInteger(args[0].type) ? different('set', 0, null)(args, context) : undefined;
  return found && { ...found, type: notNull(args[0].type) };
};

const DIFFERENT: readonly (readonly [name: string, resolve: Resolve])[] = [
  ['uniq', different('theta', UNIQ_LG_K, null)],
  ['uniqTheta', different('theta', UNIQ_THETA_LG_K, THETA_RANGE)],
  ['uniqHLL12', different('hll', HLL12_LG_K, null)],
  ['uniqCombined', different('hll', COMBINED_LG_K, HLL_RANGE)],
  ['uniqCombined64', different('hll', COMBINED_LG_K, HLL_RANGE)],
  ['uniqExact', different('set', 0, null)],
  ['groupBitmap', bitmap],
];

/** Aggregates that have states, without combinators. */
export const PLAIN: readonly (readonly [name: string, resolve: Resolve])[] = [
  ...PLAIN_CLICKHOUSE,
  ...DIFFERENT,
  ...CLICKHOUSE_QUANTILES,
  ...CLICKHOUSE_COLLECTORS,
  ...plainNames(PLAIN_ROWS),
];

/** With -If and without. */
export const STATEFUL: readonly (readonly [name: string, resolve: Resolve])[] = PLAIN.flatMap(
  ([name, resolve]) => [[name, resolve] as const, [`${name}If`, filtered(resolve)] as const],
);
type Found = Application & { readonly casts: readonly LogicalType[] };

/** The aggregate of values of these types; undefined where it does not take them, or has no states of them. */
function ofValues(resolve: Resolve, args: readonly Argument[], context: ResolveContext): Found | undefined {
  const found = resolve(args, context);
  return found === undefined || found.build !== undefined || !hasStates(found.fn) || found.distinct === true
    ? undefined
    : found;
}

/** Of types, which outlive the statement that names them. */
type Parameters = StateType['parameters'];
const keptParameters = ({ parameters = [] }: ResolveContext): Parameters =>
  parameters.map((value) => (typeof value === 'string' ? value : Number(value)));
/** As a statement would have them. */
const withParameters = (context: ResolveContext, parameters: Parameters): ResolveContext => ({
  ...context,
  parameters:
    parameters.length === 0
      ? undefined
      : parameters.map((value) =>
          typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value,
        ),
});

const argumentsOf = (types: readonly LogicalType[]): readonly Argument[] => types.map((type) => ({ type }));

/** The type of states of an aggregate; undefined where it does not take values of these types. */
export function stateType(
  name: string,
  resolve: Resolve,
  args: readonly LogicalType[],
  parameters: Parameters,
  context: ResolveContext,
): LogicalType | undefined {
  const found = ofValues(resolve, argumentsOf(args), withParameters(context, parameters));
  if (found === undefined) return undefined;
  const { fn, params = [], type: result } = found;
  return { id: 'state', nullable: false, state: { name, parameters, args, fn: plainId(fn), params, result } };
}

/** The aggregate as -State. */
export const giving =
  (name: string, resolve: Resolve): Resolve =>
  (args, context) => {
    const found = ofValues(resolve, args, context);
    const types = args.map(({ type }) => type);
    const type = stateType(name, resolve, types, keptParameters(context), context);
    if (found === undefined || type === undefined) return undefined;
    const form = found.fn.startsWith('merge_') ? 'mergestate' : 'state';
    return { ...found, fn: `${form}_${plainId(found.fn)}`, type, finish: undefined };
  };

/** -Merge, or -MergeState, of states of the same form. */
export const taking =
  (name: string, resolve: Resolve, form: 'merge' | 'mergestate'): Resolve =>
  (args, context) => {
    const [arg] = args;
    if (args.length !== 1) return undefined;
    if (arg.type.id !== 'state')
      throw new BasaltError(
        'ILLEGAL_TYPE_OF_ARGUMENT',
        `The argument of an aggregate function with Merge suffix must be AggregateFunction(...)`,
      );
    const of = stateOf(arg.type);
    const own = keptParameters(context);
    const parameters = own.length > 0 ? own : of.parameters;
    const now = isLike(name, of.name)
      ? ofValues(resolve, argumentsOf(of.args), withParameters(context, parameters))
      : undefined;
    const found = now && (older(now, of) ?? now);
    if (found === undefined || !hasForm(found, of))
      throw new BasaltError(
        'ILLEGAL_TYPE_OF_ARGUMENT',
        `Illegal state of argument for aggregate function with Merge suffix because it corresponds to different aggregate function: ${of.name} instead of ${name}`,
        { hint: `Use ${of.name}Merge` },
      );
    const { fn, params, finish } = found;
    const type =
      form === 'merge'
        ? found.type
        : found === now
          ? stateType(name, resolve, of.args, parameters, context)
          : arg.type;
    return (
      type && {
        fn: `${form}_${plainId(fn)}`,
        params,
        casts: [arg.type],
        type,
        ...(form === 'merge' ? { finish } : {}),
      }
    );
  };

/** Quantiles of any level are made of the same states. */
const isLike = (a: string, b: string): boolean => a === b || familyOf(a) === familyOf(b);
/** `quantilesTDigestIf` and `medianTDigestIf` are one. */
const familyOf = (name: string): string => name.replace(/^(quantiles?|median)/, 'quantile');

/** What states of decimals were of before decimals had aggregates of their own. */
const OLDER: readonly (readonly [now: RegExp, before: string, ownType: LogicalType | null])[] = [
  [/^sum_wide_i64$/, 'sum_checked_i64', null],
  [/^avg_(wide|wrap)_/, 'avg_f64', FLOAT64],
  [/^quantile_units_/, 'quantile_f64', FLOAT64],
  [/^quantiles_units_/, 'quantiles_f64', array(FLOAT64)],
];

/** The aggregate as the states of a table have it that was made before; undefined: they are as they are now. */
function older(now: Found, of: StateType): Found | undefined {
  const row = of.args[0]?.id === 'decimal' ? OLDER.find(([pattern]) => pattern.test(now.fn)) : undefined;
  if (row === undefined || hasForm(now, of)) return undefined;
  const [, fn, ownType] = row;
  const type = ownType ?? of.result;
  return {
    ...now,
    fn,
    params: fn === 'avg_f64' ? [] : now.params,
    type: type.id === 'array' ? type : { ...type, nullable: now.type.nullable },
    finish: ownType === null ? (sum) => cast(sum, now.type, WIDEN) : undefined,
  };
}

function hasForm(found: Application, of: StateType): boolean {
  const fn = plainId(found.fn);
  const [a, b] = [BLOCK_AGGREGATES[fn], BLOCK_AGGREGATES[of.fn]];
  if (OF_UNITS.test(fn) !== OF_UNITS.test(of.fn)) return false;
  return a === undefined || b === undefined
    ? fn === of.fn
    : a.kind === b.kind && a.lane === b.lane && a.second === b.second;
}

/** Floats of units are no floats of values. */
const OF_UNITS = /_units_/;

/** What an example gives for 0, 1, 2 and 3. */
const EXAMPLES: readonly (readonly [name: RegExp, result: string])[] = [
  [/^group(Array|UniqArray)(If)?$/, '0,1,2,3'],
  [/^groupConcat/, '0123'],
  [/^sumMap/, '0,1,2,4'],
  [/^groupArrayArray/, '0,7,1,7,2,7,3,7'],
  [/^groupArrayLast/, '2,3'],
  [/^(groupArraySorted|topK(?!Weighted))/, '0,1'],
  [/^topKWeighted/, '3,2'],
  [/^(anyLast|last_value)/, '3'],
  [/^groupBitmap/, '4'],
  [/^groupBitOr/, '3'],
  [/^(groupBit|first_value)/, '0'],
  [/^(count|uniq)/, '4'],
  [/^sum/, '6'],
  [/^avg/, '1.5'],
  [/^(max|argMax)/, '3'],
  [/^(min|any|argMin)/, '0'],
  [/^varPop/, '1.25'],
  [/^varSamp/, '1.6666666666666667'],
  [/^stddevPop/, '1.118033988749895'],
  [/^stddevSamp/, '1.2909944487358056'],
  [/^quantiles/, '1.5'],
  [/^(quantile|median)/, '1.5'],
];

/** What an example passes, where that is not one number. */
const ARGUMENTS: readonly (readonly [name: RegExp, args: string])[] = [
  [/^count/, ''],
  [/^(arg|topKWeighted)/, 'number, number'],
  [/^sumMap/, '[number % 2], [number]'],
  [/^groupArrayArray/, '[number, 7]'],
];

type Example = FunctionRow['example'];

/** An aggregate of 0, 1, 2 and 3 under another name, with a condition behind its arguments if there is one. */
export function exampleOf(name: string, as: string, condition = ''): Example {
  const row = plainRow(name);
  const value = row?.args ?? ARGUMENTS.find(([names]) => names.test(name))?.[1] ?? 'number';
  const args = [value, condition].filter((arg) => arg !== '').join(', ');
  return {
    sql: `SELECT ${as}${parametersOf(name)}(${args}) FROM numbers(${condition === '' ? 4 : 9})`,
    result: row?.result ?? EXAMPLES.find(([names]) => names.test(name))?.[1] ?? '',
  };
}

export const parametersOf = (name: string): string => {
  const row = plainRow(name);
  if (row !== undefined) return row.parameters;
  if (name.startsWith('quantiles')) return '(0.5)';
  return /^(groupArrayLast|groupArraySorted|topK)/.test(name) ? '(2)' : '';
};

function example(name: string, state: string, merge: string, condition = ''): Example {
  const { sql, result } = exampleOf(name, state, name.endsWith('If') ? 'number < 4' : condition);
  return { sql: `SELECT ${merge} FROM (${sql.replace(' FROM', ' AS s FROM')})`, result };
}

function combined(name: string, resolve: Resolve): readonly FunctionRow[] {
  const of = (row: FunctionRow): FunctionRow => ({ ...row, parametric: true });
  const give = example(name, `${name}State`, `${name}Merge(s)`);
  const remerge = `SELECT finalizeAggregation(${name}MergeState(s))${give.sql.slice(give.sql.indexOf(' FROM'))}`;
  return [
    of(
      aggregate(
        { clickhouse: [`${name}State`] },
        giving(name, resolve),
        `${name}State(...)`,
        `The state of ${name}.`,
        give.sql,
        give.result,
      ),
    ),
    of(
      aggregate(
        { clickhouse: [`${name}Merge`] },
        taking(name, resolve, 'merge'),
        `${name}Merge(state)`,
        `${name} of all values that states have seen.`,
        give.sql,
        give.result,
      ),
    ),
    of(
      aggregate(
        { clickhouse: [`${name}MergeState`] },
        taking(name, resolve, 'mergestate'),
        `${name}MergeState(state)`,
        `States of ${name} as one.`,
        remerge,
        give.result,
      ),
    ),
  ];
}

function combinedIf(name: string, resolve: Resolve): readonly FunctionRow[] {
  const of = (row: FunctionRow): FunctionRow => ({ ...row, parametric: true });
  const give = example(name, `${name}StateIf`, `${name}MergeIf(s, 1)`, 'number < 4');
  return [
    of(
      aggregate(
        { clickhouse: [`${name}StateIf`] },
        filtered(giving(name, resolve)),
        `${name}StateIf(..., condition)`,
        `The state of ${name} over rows where the condition holds.`,
        give.sql,
        give.result,
      ),
    ),
    of(
      aggregate(
        { clickhouse: [`${name}MergeIf`] },
        filtered(taking(name, resolve, 'merge')),
        `${name}MergeIf(state, condition)`,
        `${name} of all values that states of rows where the condition holds have seen.`,
        give.sql,
        give.result,
      ),
    ),
  ];
}

/** The value of a state. @param resolve its aggregate, if it has a name of ClickHouse's */
export function finalized(state: Expr, resolve: Resolve | undefined, context: ResolveContext): Expr {
  const { result, args, parameters } = stateOf(state.type);
  const value = apply(`finalize_${laneOf(result)}`, [state, text(typeText(state.type))], result);
  const found = resolve && ofValues(resolve, argumentsOf(args), withParameters(context, parameters));
  return found?.finish?.(value) ?? value;
}

export const STATES: readonly FunctionRow[] = [
  ...STATEFUL.flatMap(([name, resolve]) => combined(name, resolve)),
  ...PLAIN.flatMap(([name, resolve]) => combinedIf(name, resolve)),
];
