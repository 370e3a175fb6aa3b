/** Aggregates of pairs of floats that are all kept (sketch/value-list.ts), in no order: tests by ranks, variance between groups, and points of a line. */

import { fisherTail, normalTail } from '../../base/distribution.ts';
import { BasaltError } from '../../base/error.ts';
import type { StateViews } from '../../sketch/memory.ts';
import { valueCount, valuesAt } from '../../sketch/value-list.ts';
import { ARRAY_END, packElement, packItem } from '../../type/nested.ts';
import { elementOf, type LogicalType, type Value } from '../../type/type.ts';
import type { BlockAggregate } from './block-aggregate.ts';

/** x and y after each other. Parameters: 0, then the call's. */
type Read = (pairs: Float64Array, params: readonly number[], type: LogicalType) => Value;

const pairsOf = (memory: StateViews, block: number): Float64Array => {
  const at = valuesAt(block) / 8;
  return memory.f64.slice(at, at + (valueCount(memory, block) & ~1));
};

const ofPairs = (read: Read, result: BlockAggregate['result']): BlockAggregate => ({
  kind: 'values',
  lane: 'f64',
  second: 'f64',
  result,
  value: (memory, block, params, type) => {
    if (block === 0 && type.nullable) return null;
    const pairs = block === 0 ? new Float64Array(0) : pairsOf(memory, block);
    return read(pairs, params.slice(1), { ...type, nullable: false });
  },
});

const column = (pairs: Float64Array, at: 0 | 1): Float64Array =>
  Float64Array.from({ length: pairs.length / 2 }, (_, i) => pairs[2 * i + at]);

/** Ranks from 1; equal values share the mean of theirs. @returns `ties`: sum of t^3 - t over values that come t times */
function ranked(values: Float64Array): { readonly ranks: Float64Array; readonly ties: number } {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  let ties = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = (from + 1 + to) / 2;
    ties += (to - from) ** 3 - (to - from);
  }
  return { ranks, ties };
}

/** Which way samples differ. */
export const ALTERNATIVES = ['two-sided', 'less', 'greater'] as const;

/** Parameters: index of the alternative, whether a half is taken off for continuity. */
const mannWhitney: Read = (pairs, [alternative, continuity], type) => {
  const second = column(pairs, 1);
  const n = second.length;
  const b = second.reduce((count, of) => count + (of === 0 ? 0 : 1), 0);
  const a = n - b;
  if (a === 0 || b === 0)
    throw new BasaltError('BAD_ARGUMENTS', 'mannWhitneyUTest requires both samples to have values');
  const { ranks, ties } = ranked(column(pairs, 0));
  const sum = ranks.reduce((total, rank, i) => total + (second[i] === 0 ? rank : 0), 0);
  const greater = sum - (a * (a + 1)) / 2;
  const less = a * b - greater;
  const u = [Math.max(greater, less), less, greater][alternative];
  const mean = (a * b) / 2 + (continuity === 1 ? 0.5 : 0);
  const deviation = Math.sqrt((1 - ties / (n ** 3 - n)) * ((a * b * (n + 1)) / 12));
  const z = (u - mean) / deviation;
  const p = alternative === 0 ? 2 * normalTail(Math.abs(z)) : normalTail(z);
  return packItem([greater, p], type);
};

const rankCorrelation: Read = (pairs) => {
  const [x, y] = [ranked(column(pairs, 0)).ranks, ranked(column(pairs, 1)).ranks];
  const n = x.length;
  const squares = x.reduce((sum, rank, i) => sum + (rank - y[i]) ** 2, 0);
  return n < 2 ? Number.NaN : 1 - (6 * squares) / (n ** 3 - n);
};

/** The second of a pair is its group. */
const variance: Read = (pairs, _params, type) => {
  const groups = new Map<number, { n: number; sum: number; squares: number }>();
  const values = column(pairs, 0);
  values.forEach((x, i) => {
    const group = groups.get(pairs[2 * i + 1]) ?? { n: 0, sum: 0, squares: 0 };
    groups.set(pairs[2 * i + 1], { n: group.n + 1, sum: group.sum + x, squares: group.squares + x * x });
  });
  const [n, k] = [values.length, groups.size];
  if (n === k) throw new BasaltError('BAD_ARGUMENTS', 'There is only one observation in each group');
  if (k < 2) throw new BasaltError('BAD_ARGUMENTS', 'There has to be more than one group for f-statistics');
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  let [between, within] = [0, 0];
  for (const group of groups.values()) {
    between += group.n * (group.sum / group.n - mean) ** 2;
    within += group.squares - group.sum ** 2 / group.n;
  }
  const f = between / (k - 1) / (within / (n - k));
  return packItem([f, Number.isNaN(f) ? f : fisherTail(f, k - 1, n - k)], type);
};

/** So many points that look most like all of them: of each bucket the one with the largest triangle (Steinarsson, 2013). */
const threeBuckets: Read = (pairs, [most], type) => {
  const element = elementOf(type);
  const order = Uint32Array.from({ length: pairs.length / 2 }, (_, i) => 2 * i);
  order.sort((a, b) => pairs[a] - pairs[b]);
  const chosen = most >= order.length || most < 3 ? [...order].slice(0, most) : triangles(pairs, order, most);
  if (most === 2 && order.length > 2) chosen[1] = order[order.length - 1];
  return `${chosen.map((at) => packElement([pairs[at], pairs[at + 1]], element)).join('')}${ARRAY_END}`;
};

function triangles(pairs: Float64Array, order: Uint32Array, most: number): number[] {
  const n = order.length;
  const width = (n - 2) / (most - 2);
  const start = (bucket: number): number => Math.min(n, Math.floor(bucket * width) + 1);
  const chosen = [order[0]];
  for (let bucket = 0; bucket < most - 2; bucket++) {
    const next = order.subarray(start(bucket + 1), start(bucket + 2));
    const x = next.reduce((sum, at) => sum + pairs[at], 0) / next.length;
    const y = next.reduce((sum, at) => sum + pairs[at + 1], 0) / next.length;
    const last = chosen[bucket];
    let [best, largest] = [order[start(bucket)], -1];
    for (const at of order.subarray(start(bucket), start(bucket + 1))) {
      const area = Math.abs(
        (pairs[last] - x) * (pairs[at + 1] - pairs[last + 1]) -
          (pairs[last] - pairs[at]) * (y - pairs[last + 1]),
      );
      if (area > largest) [best, largest] = [at, area];
    }
    chosen.push(best);
  }
  return [...chosen, order[n - 1]];
}

export const SAMPLES: Readonly<Record<string, BlockAggregate>> = {
  mann_whitney: ofPairs(mannWhitney, 'str'),
  rank_correlation: ofPairs(rankCorrelation, 'f64'),
  variance_between: ofPairs(variance, 'str'),
  three_buckets: ofPairs(threeBuckets, 'str'),
};
