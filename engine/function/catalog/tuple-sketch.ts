/**
 * Druid's tuple sketches: different keys as a theta sketch counts them, and sums beside each. Keys are hashed as texts, as Druid hashes
 * them, whatever type they have; a row with a NULL among its values is left out.
 */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { MAX_THETA_LG_K, MIN_THETA_LG_K } from '../../sketch/theta.ts';
import { MAX_WIDTH } from '../../sketch/tuples.ts';
import type { TupleSet } from '../../sketch/tuples-format.ts';
import {
  array,
  FLOAT64,
  INT64,
  isNumeric,
  type LogicalType,
  nullable,
  STRING,
  stateOf,
} from '../../type/type.ts';
import { apply, int } from '../call.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { aggregate, scalar, TEXT } from '../signature.ts';
import { together } from './packed-element.ts';
import {
  calledOf,
  isState,
  lgEntries,
  numberOf,
  ofState,
  type SizeRange,
  stateOfType,
} from './sketch-call.ts';

/** Nominal entries. */
const ENTRIES: SizeRange = [4096, 2 ** MIN_THETA_LG_K, 2 ** MAX_THETA_LG_K];
export const TUPLES = 'tuples_str';
export const TUPLES_NAME = 'arrayOfDoublesSketch';

const isCount = ({ type, value }: Argument): boolean => isNumeric(type) && value !== undefined;

/** The arguments without a last number that is a literal, and that. */
function withoutEntries(args: readonly Argument[]): readonly [readonly Argument[], number] {
  const last = args.at(-1);
  return last !== undefined && args.length > 1 && isCount(last)
    ? [args.slice(0, -1), lgEntries(last, ENTRIES)]
    : [args, lgEntries(undefined, ENTRIES)];
}

const sketch: Resolve = (args, context) => {
  const [[key, ...metrics], lgK] = withoutEntries(args);
  if (key === undefined) return undefined;
  const takes = isState(key.type, 'tuples');
  if (takes ? metrics.length > 0 : key.type.id === 'state' || metrics.length === 0) return undefined;
  if (metrics.length > MAX_WIDTH)
    throw new BasaltError('BAD_ARGUMENTS', `A tuple sketch has at most ${MAX_WIDTH} values for a key`);
  const targets = metrics.map((arg) => numberOf(arg, context));
  const text = takes ? key.type : TEXT(key, context);
  if (text === undefined || targets.includes(undefined)) return undefined;
  const width = takes ? stateOf(key.type).params[1] : metrics.length;
  const called = calledOf(
    {
      fn: TUPLES,
      params: [lgK, width],
      result: INT64,
      name: TUPLES_NAME,
      of: [STRING, ...metrics.map(() => FLOAT64)],
    },
    key.type,
    'state',
  );
  const rest = args.slice(1 + metrics.length).map(({ type }) => type);
  return {
    ...called,
    casts: [text, ...(targets as LogicalType[]), ...rest],
    prepare: ([of, ...values]) => (takes ? [of] : [of, together(values.slice(0, width))]),
  };
};

const combined =
  (how: TupleSet): Resolve =>
  (args) => {
    const [sketches, lgK] = withoutEntries(args);
    if (sketches.length < 2 || !sketches.every(({ type }) => isState(type, 'tuples'))) return undefined;
    const [first] = sketches;
    const of = stateOf(first.type);
    const type = stateOfType({ ...of, params: [lgK, of.params[1]] });
    const build = (given: readonly Expr[]): Expr =>
      apply(`tuples_${how}`, [int(2 ** lgK), ...given.slice(0, sketches.length)], type);
    return { casts: args.map((arg) => arg.type), build };
  };

/** Of `a` with 1 and 2, and `b` with 4; made by Apache DataSketches 4.2. */
const TUPLE =
  "complex_decode_base64('arrayOfDoublesSketch', 'AQEJAwgBzJP/////////fwIAAAAAAAAAhX9AtonH5TQXwR1ShQcBewAAAAAAABBAAAAAAAAACEA=')";
const N = "(VALUES ('a', 1), ('a', 2), ('b', 4)) AS t(k, x)";

export const TUPLE_SKETCHES: readonly FunctionRow[] = [
  aggregate(
    { druid: ['ds_tuple_doubles'] },
    sketch,
    'ds_tuple_doubles(key, value, ... [, entries])',
    'A tuple sketch: different keys with the sums of their values; or one of such sketches.',
    `SELECT array_to_string(ds_tuple_doubles_metrics_sum_estimate(ds_tuple_doubles(k, x)), ' ') FROM ${N}`,
    '7',
  ),
  scalar(
    { druid: ['ds_tuple_doubles_metrics_sum_estimate'] },
    ofState('tuples', 'tuples_sums', 0, 0, nullable(array(FLOAT64))),
    'ds_tuple_doubles_metrics_sum_estimate(sketch)',
    'Sums of the values of all keys, about.',
    `SELECT array_to_string(ds_tuple_doubles_metrics_sum_estimate(${TUPLE}), ' ')`,
    '7',
  ),
  ...(['union', 'intersect', 'not'] as const).map((how) =>
    scalar(
      { druid: [`ds_tuple_doubles_${how}`] },
      combined(how),
      `ds_tuple_doubles_${how}(sketch, sketch, ... [, entries])`,
      {
        union: 'Keys of any of the sketches, with the sums of all.',
        intersect: 'Keys of all sketches, with the sums of all.',
        not: 'Keys of the first sketch that are in none of the others.',
      }[how],
      `SELECT array_to_string(ds_tuple_doubles_metrics_sum_estimate(ds_tuple_doubles_${how}(${TUPLE}, ${TUPLE})), ' ')`,
      how === 'not' ? '0' : '14',
    ),
  ),
];
