/**
 * Druid's sketch functions: aggregates that make sketches of values or go on from sketches, and what looks at them.
 *
 * Sizes are arguments there: lgK of HLL (12), the number of hashes of a theta sketch (16,384, a power of two), k of a quantiles
 * sketch (128). An HLL sketch is written with four bits a register whatever the call asks for.
 */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { MAX_LG_K, MIN_LG_K } from '../../sketch/hll.ts';
import { MAX_QUANTILES_K, MIN_QUANTILES_K } from '../../sketch/quantiles.ts';
import { MAX_THETA_LG_K, MIN_THETA_LG_K } from '../../sketch/theta.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  FLOAT64,
  INT64,
  isNumeric,
  type LogicalType,
  nullable,
  type StateType,
  stateOf,
} from '../../type/type.ts';
import { BLOCK_AGGREGATES } from '../aggregate/block-aggregate.ts';
import { hashLane, SKETCH_RESULTS, type SketchId, sketchName } from '../aggregate/state-type.ts';
import { apply, int, text } from '../call.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { aggregate, NUMBER, scalar } from '../signature.ts';
import { levelOf } from './quantile.ts';

type Kind = SketchId;
/** Kinds of states. */
const KINDS = { hll: 'hll', theta: 'theta', quantile_inclusive: 'quantiles' } as const;

/** An integer literal within bounds. */
function sizeOf(
  arg: Argument | undefined,
  [byDefault, least, most]: readonly [number, number, number],
): number {
  if (arg === undefined) return byDefault;
  const size = Number(arg.value ?? Number.NaN);
  if (Number.isInteger(size) && size >= least && size <= most) return size;
  throw new BasaltError('BAD_ARGUMENTS', `The size of the sketch is a literal from ${least} to ${most}`);
}

function powerOfTwo(size: number): number {
  if (Number.isInteger(Math.log2(size))) return size;
  throw new BasaltError('BAD_ARGUMENTS', `The size of the sketch is a power of two, not ${size}`);
}

const SIZES: Readonly<Record<Kind, (arg: Argument | undefined) => number>> = {
  hll: (arg) => sizeOf(arg, [12, MIN_LG_K, MAX_LG_K]),
  theta: (arg) => Math.log2(powerOfTwo(sizeOf(arg, [16384, 2 ** MIN_THETA_LG_K, 2 ** MAX_THETA_LG_K]))),
  quantile_inclusive: (arg) => powerOfTwo(sizeOf(arg, [128, MIN_QUANTILES_K, MAX_QUANTILES_K])),
};

const isSketch = (type: LogicalType, kind: Kind): boolean =>
  type.id === 'state' && BLOCK_AGGREGATES[stateOf(type).fn]?.kind === KINDS[kind];

/** @param gives a sketch, or what it says @param level where a level of quantiles stands */
const sketched =
  (kind: Kind, gives: 'value' | 'state', level = false): Resolve =>
  (args, context) => {
    const [x, ...rest] = args;
    const sizes = level ? rest.slice(1) : rest;
    if (x === undefined || sizes.length > (kind === 'hll' ? 2 : 1) || (level && rest.length === 0))
      return undefined;
    const params = [
      SIZES[kind](sizes[0]),
      ...(level ? [levelOf(rest[0].value ?? null, 'the quantile')] : []),
    ];
    const takes = isSketch(x.type, kind);
    const target = kind === 'quantile_inclusive' && !takes ? numeric(x, context) : x.type;
    if (target === undefined || (x.type.id === 'state' && !takes)) return undefined;
    const fn = kind === 'quantile_inclusive' ? `${kind}_f64` : `${kind}_${hashLane(takes ? INT64 : x.type)}`;
    const state: StateType = {
      ...sketchName(kind, params[0]),
      args: takes ? stateOf(x.type).args : [x.type],
      fn: takes ? stateOf(x.type).fn : fn,
      params,
      result: SKETCH_RESULTS[kind],
    };
    const form = gives === 'state' ? (takes ? 'mergestate_' : 'state_') : takes ? 'merge_' : '';
    return {
      fn: form + fn,
      params,
      casts: [target, ...rest.map(({ type }) => type)],
      prepare: ([value]) => [value],
      type: gives === 'state' ? { id: 'state', nullable: false, state } : SKETCH_RESULTS[kind],
    };
  };

const numeric: (arg: Argument, context: Parameters<Resolve>[1]) => LogicalType | undefined = (
  arg,
  context,
) => (isNumeric(arg.type) || arg.type.id === 'null' ? NUMBER(arg, context) : undefined);

/** A function of one sketch and perhaps numbers. */
const ofSketch =
  (kind: Kind, fn: string, least: number, most: number, result: LogicalType): Resolve =>
  (args, context) => {
    const [sketch, ...numbers] = args;
    if (sketch === undefined || !isSketch(sketch.type, kind)) return undefined;
    if (numbers.length < least || numbers.length > most) return undefined;
    const targets = numbers.map((arg) => numeric(arg, context));
    if (targets.includes(undefined)) return undefined;
    return { fn, casts: [sketch.type, ...(targets as LogicalType[])], type: result };
  };

/** (x, level [, size of another sketch]) */
const approximate: Resolve = (args, context) => {
  const found =
    args.length > 3 ? undefined : sketched('quantile_inclusive', 'value', true)(args.slice(0, 2), context);
  const sizes = args.slice(2).map(({ type }) => type);
  return found?.build === undefined && found ? { ...found, casts: [...found.casts, ...sizes] } : undefined;
};

/** HLL_SKETCH_ESTIMATE takes whether to round. */
const hllEstimate: Resolve = (args) => {
  const [sketch, round] = args;
  if (args.length > 2 || sketch === undefined || !isSketch(sketch.type, 'hll')) return undefined;
  if (round !== undefined && typeof round.value !== 'boolean') return undefined;
  const build = ([state]: readonly Expr[]): Expr => {
    const estimate = apply('hll_estimate', [state], FLOAT64);
    return round?.value === true ? apply('round_away_f64', [estimate, int(0)], FLOAT64) : estimate;
  };
  return { casts: args.map(({ type }) => type), build };
};

/** Several sketches as one; a number ahead of them is a size, which the first of them has already. */
const together =
  (kind: Kind, how: 'union' | 'intersect' | 'not'): Resolve =>
  (args) => {
    const skipped = args[0] !== undefined && isNumeric(args[0].type) ? 1 : 0;
    const sketches = args.slice(skipped);
    if (sketches.length === 0 || !sketches.every(({ type }) => isSketch(type, kind))) return undefined;
    const [{ type }] = sketches;
    const build = (given: readonly Expr[]): Expr => {
      const states = given.slice(skipped);
      if (how !== 'union') return apply(`theta_${how}`, states, type);
      return states.reduce((a, b) =>
        apply('merge_states', [a, b, text(typeText({ ...type, nullable: false }))], type),
      );
    };
    return { casts: args.map((arg) => arg.type), build };
  };

/** By Druid's names of their types; as large as any of their kind, so that nothing is left out. */
const DECODED: Readonly<Record<string, readonly [kind: Kind, fn: string, size: number]>> = {
  hllsketch: ['hll', 'hll_i64', MAX_LG_K],
  thetasketch: ['theta', 'theta_i64', MAX_THETA_LG_K],
  quantilesdoublessketch: ['quantile_inclusive', 'quantile_inclusive_f64', MAX_QUANTILES_K],
};

const decode: Resolve = (args) => {
  const [name, value] = args;
  if (args.length !== 2 || typeof name.value !== 'string' || !/^(string|null)$/.test(value.type.id))
    return undefined;
  const known = DECODED[name.value.toLowerCase().replace(/^complex<(.*)>$/, '$1')];
  if (known === undefined)
    throw new BasaltError('UNKNOWN_TYPE', `There is no complex type ${name.value}`, {
      hint: 'Known: HLLSketch, thetaSketch, quantilesDoublesSketch',
    });
  const [kind, fn, size] = known;
  const state: StateType = {
    ...sketchName(kind, size),
    args: [INT64],
    fn,
    params: [size],
    result: SKETCH_RESULTS[kind],
  };
  const type: LogicalType = { id: 'state', nullable: value.type.nullable, state };
  const build = ([, given]: readonly Expr[]): Expr =>
    apply(
      'str_to_value_str_null',
      [given, text(typeText({ ...type, nullable: false })), text('UTC'), text('strict'), text('cut')],
      nullable(type),
    );
  return { casts: [name.type, value.type], build };
};

const N = '(VALUES (1), (2), (2), (5)) AS t(a)';
/** Sketches of 1, 2 and 5, made by Apache DataSketches; the quantiles' has seen 2 twice. */
const HLL = "complex_decode_base64('HLLSketch', 'AgEHDAMIAwAr8vsGhi/5DXtl5gg=')";
const THETA =
  "complex_decode_base64('thetaSketch', 'AgMDAAAazJMDAAAAAAAAABX5fcu9hqEFvTJzckaRzBTDl/wSgXCdHg==')";
const QUANTILES =
  "complex_decode_base64('quantilesDoublesSketch', 'AgMIGIAAAAAEAAAAAAAAAAAAAAAAAPA/AAAAAAAAFEAAAAAAAADwPwAAAAAAAABAAAAAAAAAAEAAAAAAAAAUQA==')";

export const SKETCHES: readonly FunctionRow[] = [
  aggregate(
    { druid: ['approx_count_distinct_ds_hll'] },
    sketched('hll', 'value'),
    'approx_count_distinct_ds_hll(x [, lgK [, type]])',
    'Number of different values, about, by an HLL sketch; x may be such a sketch.',
    `SELECT approx_count_distinct_ds_hll(a) FROM ${N}`,
    '3',
  ),
  aggregate(
    { druid: ['approx_count_distinct_ds_theta'] },
    sketched('theta', 'value'),
    'approx_count_distinct_ds_theta(x [, size])',
    'Number of different values, about, by a theta sketch; x may be such a sketch.',
    `SELECT approx_count_distinct_ds_theta(a) FROM ${N}`,
    '3',
  ),
  aggregate(
    { druid: ['approx_quantile_ds'] },
    sketched('quantile_inclusive', 'value', true),
    'approx_quantile_ds(x, level [, k])',
    'The smallest value with a share of all not above it, about; x may be a quantiles sketch.',
    `SELECT approx_quantile_ds(a, 0.5) FROM ${N}`,
    '2.0',
  ),
  aggregate(
    { druid: ['approx_quantile', 'tdigest_quantile'] },
    approximate,
    'approx_quantile(x, level)',
    'approx_quantile_ds under names of other sketches, whose sizes say nothing of this one.',
    `SELECT approx_quantile(a, 0.5) FROM ${N}`,
    '2.0',
  ),
  aggregate(
    { druid: ['ds_hll'] },
    sketched('hll', 'state'),
    'ds_hll(x [, lgK [, type]])',
    'An HLL sketch of the values, or of sketches.',
    `SELECT hll_sketch_estimate(ds_hll(a), true) FROM ${N}`,
    '3.0',
  ),
  aggregate(
    { druid: ['ds_theta'] },
    sketched('theta', 'state'),
    'ds_theta(x [, size])',
    'A theta sketch of the values, or of sketches.',
    `SELECT theta_sketch_estimate(ds_theta(a)) FROM ${N}`,
    '3.0',
  ),
  aggregate(
    { druid: ['ds_quantiles_sketch'] },
    sketched('quantile_inclusive', 'state'),
    'ds_quantiles_sketch(x [, k])',
    'A quantiles sketch of the values, or of sketches.',
    `SELECT ds_get_quantile(ds_quantiles_sketch(a), 0.75) FROM ${N}`,
    '2.0',
  ),
  scalar(
    { druid: ['complex_decode_base64', 'decode_base64_complex'] },
    decode,
    'complex_decode_base64(type, text)',
    'The sketch that a text has in base64; NULL where it has none.',
    `SELECT hll_sketch_estimate(${HLL}, true)`,
    '3.0',
  ),
  scalar(
    { druid: ['hll_sketch_estimate'] },
    hllEstimate,
    'hll_sketch_estimate(sketch [, round])',
    'Number of different values an HLL sketch has seen, about.',
    `SELECT hll_sketch_estimate(${HLL}, true)`,
    '3.0',
  ),
  scalar(
    { druid: ['theta_sketch_estimate'] },
    ofSketch('theta', 'theta_estimate', 0, 0, FLOAT64),
    'theta_sketch_estimate(sketch)',
    'Number of different values a theta sketch has seen, about.',
    `SELECT theta_sketch_estimate(${THETA})`,
    '3.0',
  ),
  ...(['union', 'intersect', 'not'] as const).map((how) =>
    scalar(
      { druid: [`theta_sketch_${how}`] },
      together('theta', how),
      `theta_sketch_${how}([size,] sketch, ...)`,
      {
        union: 'Values of any of the sketches.',
        intersect: 'Values of all sketches.',
        not: 'Values of the first sketch that are in none of the others.',
      }[how],
      `SELECT theta_sketch_estimate(theta_sketch_${how}(${THETA}, ${THETA}))`,
      how === 'not' ? '0.0' : '3.0',
    ),
  ),
  scalar(
    { druid: ['hll_sketch_union'] },
    together('hll', 'union'),
    'hll_sketch_union([lgK,] sketch, ...)',
    'Values of any of the sketches.',
    `SELECT hll_sketch_estimate(hll_sketch_union(${HLL}, ${HLL}), true)`,
    '3.0',
  ),
  scalar(
    { druid: ['ds_get_quantile'] },
    ofSketch('quantile_inclusive', 'quantiles_value', 1, 1, nullable(FLOAT64)),
    'ds_get_quantile(sketch, level)',
    'The smallest value with a share of all not above it.',
    `SELECT ds_get_quantile(${QUANTILES}, 0.5)`,
    '2.0',
  ),
  scalar(
    { druid: ['ds_get_quantiles'] },
    ofSketch('quantile_inclusive', 'quantiles_values', 1, 100, nullable(array(FLOAT64))),
    'ds_get_quantiles(sketch, level, ...)',
    'Values at several levels.',
    `SELECT array_length(ds_get_quantiles(${QUANTILES}, 0.5, 1))`,
    '2',
  ),
  scalar(
    { druid: ['ds_cdf'] },
    ofSketch('quantile_inclusive', 'quantiles_cumulative', 1, 100, nullable(array(FLOAT64))),
    'ds_cdf(sketch, point, ...)',
    'Shares of the values that are not above each of the ascending points, and of all.',
    `SELECT array_to_string(ds_cdf(${QUANTILES}, 1, 2), ' ')`,
    '0.25 0.75 1',
  ),
  scalar(
    { druid: ['ds_histogram'] },
    ofSketch('quantile_inclusive', 'quantiles_histogram', 1, 100, nullable(array(FLOAT64))),
    'ds_histogram(sketch, point, ...)',
    'How many values there are up to each of the ascending points, and above the last.',
    `SELECT array_to_string(ds_histogram(${QUANTILES}, 1, 2), ' ')`,
    '1 2 1',
  ),
  scalar(
    { druid: ['ds_rank'] },
    ofSketch('quantile_inclusive', 'quantiles_rank', 1, 1, nullable(FLOAT64)),
    'ds_rank(sketch, value)',
    'Share of the values that are not above one.',
    `SELECT ds_rank(${QUANTILES}, 2)`,
    '0.75',
  ),
];
