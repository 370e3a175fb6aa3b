/**
 * The aggregates plans may name, and nothing more: their lanes, and what they give for no rows.
 *
 * NULL arguments are skipped by all of them (`count_star` has none). The executor implements exactly these;
 * `distinct` on a call makes it see every value once.
 */

import {
  integerRange,
  isInteger,
  isSigned,
  type Lane,
  type LogicalType,
  type Value,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { BLOCK_AGGREGATES } from './block-aggregate.ts';
import { FOLDS } from './fold.ts';
import { innerOf, NestWriter, nestOf, plainId } from './nest.ts';
import { WIDE_SUMS } from './wide-sum.ts';

type Empty = 'zero' | 'null' | 'nan' | 'ones';

export type AggregateRow = {
  readonly id: string;
  readonly args: readonly Lane[];
  readonly result: Lane;
  /** Value over no rows: 0 for counts; otherwise NULL, or where the call's type is not nullable its default, NaN for means. */
  readonly empty: Empty;
  readonly doc: string;
};

const row = (
  id: string,
  args: readonly Lane[],
  result: Lane,
  doc: string,
  empty: Empty = 'null',
): AggregateRow => ({ id, args, result, empty, doc });

const VALUE_LANES: readonly Lane[] = ['i64', 'f64', 'str', 'bool'];

const BLOCK_DOCS: Readonly<Record<string, string>> = {
  hll: 'Number of different values, about, by HyperLogLog.',
  theta: 'Number of different values, about, by a theta sketch.',
  set: 'Number of different values.',
  quantile: 'The value at a level, between two values; exact for few values.',
  quantile_inclusive: 'The smallest value with a share of all not above it; exact for few values.',
  quantiles: 'Values at several levels, as an array.',
  digest: 'The value at a level, about, by a t-digest.',
  buckets: 'The value at a level, about, by a histogram.',
  tuples: 'Number of different keys, about, by a tuple sketch.',
  bloom: 'Base64 of a Bloom filter.',
  quantile_exact: 'The value whose place is the level times the number of values.',
  quantile_disc: 'The smallest value with a share of all not above it.',
  quantile_cont: 'The value at a level, between two values.',
  list: 'Elements as an array.',
  sorted_list: 'Elements as an array, by their keys.',
  different: 'Different elements as an array.',
  crowd: 'Most intervals that hold one point.',
  crowd_place: 'The first point that most intervals hold.',
  covered: 'Length of what intervals cover together.',
  by_key: 'The value of the smallest key.',
  entropy: 'Entropy of the values.',
  top: 'The elements with the largest sums.',
  top_counts: 'The elements with the largest sums, with these.',
  sum_map: 'Sums by key.',
};

const QUANTILE_DOC = 'The values at levels, chosen by the rule of its name.';

const FOLD_DOCS: Readonly<Record<string, string>> = {
  covar_pop: 'Covariance.',
  covar_samp: 'Covariance estimated from a sample.',
  corr: 'Correlation.',
  covar_pop_stable: 'Covariance.',
  covar_samp_stable: 'Covariance estimated from a sample.',
  corr_stable: 'Correlation.',
  skew_pop: 'Skewness.',
  skew_samp: 'Skewness estimated from a sample.',
  kurt_pop: 'Kurtosis.',
  kurt_samp: 'Kurtosis estimated from a sample.',
  line: 'Slope and offset of the line of least squares.',
  avg_weighted: 'Mean of values with weights.',
  sum_overflow: 'Sum in the type of the values.',
  sum_count_i64: 'Sum, and number of values.',
  sum_count_f64: 'Sum, and number of values.',
  retention: 'Which conditions held together with the first.',
  rises_i64: 'Sum of rises from row to row.',
  rises_u64: 'Sum of rises from row to row.',
  rises_f64: 'Sum of rises from row to row.',
  timed_rises_i64: 'Sum of rises, of parts joined by their times.',
  timed_rises_u64: 'Sum of rises, of parts joined by their times.',
  timed_rises_f64: 'Sum of rises, of parts joined by their times.',
  slope: 'Slope from the leftmost point to the rightmost.',
  moving_average: 'Mean that halves in a time.',
  faded_sum: 'Sum that fades.',
  faded_count: 'Number of rows that fades.',
  faded_avg: 'Mean of values that fade.',
};

const WIDE_DOCS = { sum: 'Sum', mean: 'Mean, from a sum', pair: 'Number of values, and sum' } as const;

export const AGGREGATE_ROWS: readonly AggregateRow[] = [
  row('count_star', [], 'i64', 'Number of rows.', 'zero'),
  // Takes a column of any lane.
  row('count', ['i64'], 'i64', 'Number of rows where the argument is not NULL.', 'zero'),
  row('sum_checked_i64', ['i64'], 'i64', 'Sum; an error beyond 64 bits.'),
  row('sum_wrap_i64', ['i64'], 'i64', 'Sum modulo 2^64.'),
  ...Object.entries(WIDE_SUMS).map(([id, { bits, ofWords, checked, gives }]) =>
    row(
      id,
      [ofWords ? 'i64' : 'str'],
      gives === 'mean' ? 'f64' : 'str',
      `${WIDE_DOCS[gives]} of ${bits} bits${checked ? '; an error beyond' : ''}.`,
      gives === 'mean' ? 'nan' : 'null',
    ),
  ),
  row('sum_f64', ['f64'], 'f64', 'Sum.'),
  row('avg_i64', ['i64'], 'f64', 'Mean of integers, from an exact sum.', 'nan'),
  row('avg_f64', ['f64'], 'f64', 'Mean.', 'nan'),
  ...(['min', 'max'] as const).flatMap((name) => [
    ...VALUE_LANES.map((lane) =>
      row(`${name}_${lane}`, [lane], lane, name === 'min' ? 'Smallest value.' : 'Largest value.'),
    ),
    row(
      `${name}_u64`,
      ['i64'],
      'i64',
      `${name === 'min' ? 'Smallest' : 'Largest'} value of unsigned 64-bit integers.`,
    ),
  ]),
  ...VALUE_LANES.map((lane) => row(`any_${lane}`, [lane], lane, 'One of the values.')),
  ...VALUE_LANES.map((lane) => row(`anylast_${lane}`, [lane], lane, 'The value that came last.')),
  ...(['and', 'or', 'xor'] as const).map((op) =>
    row(
      `bit_${op}_i64`,
      ['i64'],
      'i64',
      `Bits of all values, combined by ${op}.`,
      op === 'and' ? 'ones' : 'null',
    ),
  ),
  ...(['var_pop', 'var_samp', 'stddev_pop', 'stddev_samp'] as const).map((name) =>
    row(`${name}_f64`, ['f64'], 'f64', 'Spread of the values.'),
  ),
  // value, order.
  ...VALUE_LANES.flatMap((lane) => [
    row(`first_${lane}`, [lane, 'i64'], lane, 'The value at the smallest order.'),
    row(`last_${lane}`, [lane, 'i64'], lane, 'The value at the largest order.'),
  ]),
  ...Object.entries(FOLDS).map(([id, { args, result }]) =>
    row(id, args, result, FOLD_DOCS[id], result === 'f64' && !id.includes('rises') ? 'nan' : 'null'),
  ),
  ...Object.entries(BLOCK_AGGREGATES).map(([id, { lane, second, result }]) =>
    row(
      id,
      second === undefined ? [lane] : [lane, second],
      result,
      BLOCK_DOCS[id.slice(0, id.lastIndexOf('_'))] ?? QUANTILE_DOC,
      /^(hll|theta|set|buckets|tuples)_/.test(id) ? 'zero' : result === 'f64' ? 'nan' : 'null',
    ),
  ),
];

const emptyOf = new Map(AGGREGATE_ROWS.map((r) => [r.id, r.empty]));

/** The integer of a type that has every bit set. */
export const allBits = (type: LogicalType): bigint => (isSigned(type) ? -1n : integerRange(type)[1]);

/** What an aggregate with a result of this type gives for no rows. */
export function emptyResult(id: string, type: LogicalType, params: readonly number[] = []): Value {
  const nest = nestOf(plainId(id));
  if (nest !== undefined && type.id !== 'state') {
    const inner = innerOf(nest, { fn: id, params, result: type });
    const missing = (): Value => emptyResult(inner.fn, inner.result, inner.params);
    return nest.shape === 'best' ? missing() : new NestWriter(nest, params, type).end(missing);
  }
  const empty = emptyOf.get(plainId(id));
  if (type.nullable && empty !== 'zero') return null;
  if (empty === 'ones' && isInteger(type)) return allBits(type);
  return empty === 'nan' ? Number.NaN : zeroOf(type);
}
