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
  nullable,
  STRING,
  type StateType,
  stateOf,
} from '../../type/type.ts';
import { hashLane, SKETCH_RESULTS, type SketchId, sketchName } from '../aggregate/state-type.ts';
import { apply, int, text } from '../call.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { aggregate, scalar } from '../signature.ts';
import { levelOf } from './quantile.ts';
import { isState, literalFloat, numberOf, ofState, sizeOf } from './sketch-call.ts';

type Kind = SketchId;
/** Kinds of states. */
const KINDS = { hll: 'hll', theta: 'theta', quantile_inclusive: 'quantiles' } as const;

function powerOfTwo(size: number): number {
  if (Number.isInteger(Math.log2(size))) return size;
  throw new BasaltError('BAD_ARGUMENTS', `The size of the sketch is a power of two, not ${size}`);
}

const SIZES: Readonly<Record<Kind, (arg: Argument | undefined) => number>> = {
  hll: (arg) => sizeOf(arg, [12, MIN_LG_K, MAX_LG_K]),
  theta: (arg) => Math.log2(powerOfTwo(sizeOf(arg, [16384, 2 ** MIN_THETA_LG_K, 2 ** MAX_THETA_LG_K]))),
  quantile_inclusive: (arg) => powerOfTwo(sizeOf(arg, [128, MIN_QUANTILES_K, MAX_QUANTILES_K])),
};

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
    const takes = isState(x.type, KINDS[kind]);
    const target = kind === 'quantile_inclusive' && !takes ? numberOf(x, context) : x.type;
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
  if (args.length > 2 || sketch === undefined || !isState(sketch.type, 'hll')) return undefined;
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
    if (sketches.length === 0 || !sketches.every(({ type }) => isState(type, KINDS[kind]))) return undefined;
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
    { druid: ['approx_quantile'] },
    approximate,
    'approx_quantile(x, level)',
    'approx_quantile_ds under the name of another histogram, whose size says nothing of this one.',
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
    { druid: ['hll_sketch_estimate'] },
    hllEstimate,
    'hll_sketch_estimate(sketch [, round])',
    'Number of different values an HLL sketch has seen, about.',
    `SELECT hll_sketch_estimate(${HLL}, true)`,
    '3.0',
  ),
  scalar(
    { druid: ['hll_sketch_estimate_with_error_bounds'] },
    ofState('hll', 'hll_bounds', 0, 1, nullable(array(FLOAT64)), [literalFloat(1)]),
    'hll_sketch_estimate_with_error_bounds(sketch [, deviations])',
    'The estimate and the bounds below and above it, of 1, 2 or 3 standard deviations.',
    `SELECT array_length(hll_sketch_estimate_with_error_bounds(${HLL}, 2))`,
    '3',
  ),
  scalar(
    { druid: ['hll_sketch_to_string'] },
    ofState('hll', 'hll_summary', 0, 0, STRING),
    'hll_sketch_to_string(sketch)',
    'What an HLL sketch is, for people.',
    `SELECT left(hll_sketch_to_string(${HLL}), 22)`,
    '### HLL SKETCH SUMMARY',
  ),
  scalar(
    { druid: ['theta_sketch_estimate_with_error_bounds'] },
    ofState('theta', 'theta_bounds', 1, 1, { id: 'json', nullable: true }),
    'theta_sketch_estimate_with_error_bounds(sketch, deviations)',
    'The estimate and the bounds above and below it, of 1, 2 or 3 standard deviations, as an object.',
    `SELECT json_value(theta_sketch_estimate_with_error_bounds(${THETA}, 2), '$.highBound')`,
    '3.0',
  ),
  scalar(
    { druid: ['theta_sketch_estimate'] },
    ofState('theta', 'theta_estimate', 0, 0, FLOAT64),
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
    ofState('quantiles', 'quantiles_value', 1, 1, nullable(FLOAT64)),
    'ds_get_quantile(sketch, level)',
    'The smallest value with a share of all not above it.',
    `SELECT ds_get_quantile(${QUANTILES}, 0.5)`,
    '2.0',
  ),
  scalar(
    { druid: ['ds_get_quantiles'] },
    ofState('quantiles', 'quantiles_values', 1, 100, nullable(array(FLOAT64))),
    'ds_get_quantiles(sketch, level, ...)',
    'Values at several levels.',
    `SELECT array_length(ds_get_quantiles(${QUANTILES}, 0.5, 1))`,
    '2',
  ),
  scalar(
    { druid: ['ds_cdf'] },
    ofState('quantiles', 'quantiles_cumulative', 1, 100, nullable(array(FLOAT64))),
    'ds_cdf(sketch, point, ...)',
    'Shares of the values that are not above each of the ascending points, and of all.',
    `SELECT array_to_string(ds_cdf(${QUANTILES}, 1, 2), ' ')`,
    '0.25 0.75 1',
  ),
  scalar(
    { druid: ['ds_histogram'] },
    ofState('quantiles', 'quantiles_histogram', 1, 100, nullable(array(FLOAT64))),
    'ds_histogram(sketch, point, ...)',
    'How many values there are up to each of the ascending points, and above the last.',
    `SELECT array_to_string(ds_histogram(${QUANTILES}, 1, 2), ' ')`,
    '1.0 2.0 1.0',
  ),
  scalar(
    { druid: ['ds_quantile_summary'] },
    ofState('quantiles', 'quantiles_summary', 0, 0, STRING),
    'ds_quantile_summary(sketch)',
    'What a quantiles sketch is, for people.',
    `SELECT contains_string(ds_quantile_summary(${QUANTILES}), 'SKETCH SUMMARY')`,
    'true',
  ),
  scalar(
    { druid: ['ds_rank'] },
    ofState('quantiles', 'quantiles_rank', 1, 1, nullable(FLOAT64)),
    'ds_rank(sketch, value)',
    'Share of the values that are not above one.',
    `SELECT ds_rank(${QUANTILES}, 2)`,
    '0.75',
  ),
];
