/**
 * Aggregates whose state is of variable size (engine/sketch): by id its kind, and what a state gives.
 *
 * Parameters of a call: first the size of its states (lgK, k; 0 where there is none), then levels of quantiles.
 */

import { toBase64 } from '../../base/base64.ts';
import { textOfBytes } from '../../base/bytes-text.ts';
import { writeBloom } from '../../sketch/bloom.ts';
import { bucketQuantile } from '../../sketch/buckets.ts';
import { digestQuantile } from '../../sketch/digest.ts';
import { estimateHll } from '../../sketch/hll.ts';
import type { StateKindId } from '../../sketch/kind.ts';
import type { StateViews } from '../../sketch/memory.ts';
import { QuantileView } from '../../sketch/quantile-view.ts';
import { talliesOf, tallyFloat, tallyInteger, tallyText } from '../../sketch/tally.ts';
import { type ListLimit, textsOf } from '../../sketch/text-list.ts';
import { estimateTheta } from '../../sketch/theta.ts';
import { valueCount, valuesAt } from '../../sketch/value-list.ts';
import { setSize } from '../../sketch/value-set.ts';
import { exactValue } from '../../type/exact.ts';
import { ARRAY_END, laneValueOf, packField, packItem, unpackItem } from '../../type/nested.ts';
import { packUnsigned } from '../../type/packed.ts';
import {
  array,
  elementOf,
  FLOAT64,
  fieldsOf,
  type Lane,
  type LogicalType,
  type Value,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { CROSS_TABLES } from './cross-table.ts';
import { EVENTS } from './event.ts';
import { EXACT_QUANTILES } from './exact-quantile.ts';
import { INTERVALS } from './interval.ts';
import { SAMPLES } from './sample.ts';

/** @param block 0 = no values. @param type of the result. null: no values, or none of that level */
type ValueOf = (memory: StateViews, block: number, params: readonly number[], type: LogicalType) => Value;

export type BlockAggregate = {
  readonly kind: StateKindId;
  /** Of its argument. */
  readonly lane: Lane;
  /** Of its second argument, if it takes one. */
  readonly second?: Lane;
  readonly result: Lane;
  readonly value: ValueOf;
};

type SketchRead = 'interpolated' | 'inclusive' | 'nth';

const quantile =
  (read: SketchRead): ValueOf =>
  (memory, block, [, level], type) => {
    if (block === 0) return null;
    const value = new QuantileView(memory, block)[read](level);
    return type.id === 'float32' ? Math.fround(value) : value;
  };

const quantiles =
  (read: SketchRead): ValueOf =>
  (memory, block, [, ...levels], type) => {
    const view = block === 0 ? null : new QuantileView(memory, block);
    return packItem(
      levels.map((level) => view?.[read](level) ?? Number.NaN),
      { ...type, nullable: false },
    );
  };

/** Of decimals, which were added as floats of their units; what lies between two of these is cut off, as in ClickHouse. */
const unitsOf = (units: number, type: LogicalType): Value =>
  exactValue(Number.isNaN(units) ? 0n : BigInt(Math.trunc(units)), type);

const quantileOfUnits: ValueOf = (memory, block, params, type) => {
  const units = quantile('interpolated')(memory, block, params, FLOAT64);
  return units === null ? null : unitsOf(units as number, type);
};

const quantilesOfUnits: ValueOf = (memory, block, [, ...levels], type) => {
  const view = block === 0 ? null : new QuantileView(memory, block);
  return packItem(
    levels.map((level) => unitsOf(view?.interpolated(level) ?? Number.NaN, elementOf(type))),
    { ...type, nullable: false },
  );
};

/** Index among n sorted values. */
type Choose = (level: number, n: number) => number;
/** ClickHouse's quantileExact. */
const nth: Choose = (level, n) => Math.min(n - 1, Math.floor(level * n));
/** SQL's percentile_disc. */
const discrete: Choose = (level, n) => Math.max(1, Math.ceil(level * n)) - 1;

const exactInteger =
  (choose: Choose, unsigned: boolean): ValueOf =>
  (memory, block, [, level]) => {
    const n = valueCount(memory, block);
    if (n === 0) return null;
    const words = memory.u64.slice(valuesAt(block) / 8, valuesAt(block) / 8 + n);
    return BigInt.asIntN(64, (unsigned ? words : new BigInt64Array(words.buffer)).sort()[choose(level, n)]);
  };

const sortedFloats = (memory: StateViews, block: number): Float64Array =>
  memory.f64.slice(valuesAt(block) / 8, valuesAt(block) / 8 + valueCount(memory, block)).sort();

const exactFloat =
  (choose: Choose): ValueOf =>
  (memory, block, [, level]) => {
    const n = valueCount(memory, block);
    return n === 0 ? null : sortedFloats(memory, block)[choose(level, n)];
  };

const continuous: ValueOf = (memory, block, [, level]) => {
  if (block === 0) return null;
  const values = sortedFloats(memory, block);
  const rank = level * (values.length - 1);
  const [low, high] = [values[Math.floor(rank)], values[Math.ceil(rank)]];
  return low === high ? low : low + (high - low) * (rank - Math.floor(rank));
};

/** Between two integers: what is no whole one is cut off, from the lower one on. */
const continuousInteger: ValueOf = (memory, block, [, level]) => {
  const n = valueCount(memory, block);
  if (n === 0) return null;
  const words = memory.u64.slice(valuesAt(block) / 8, valuesAt(block) / 8 + n);
  const values = new BigInt64Array(words.buffer).sort();
  const rank = level * (n - 1);
  const [low, high] = [values[Math.floor(rank)], values[Math.ceil(rank)]];
  return low + BigInt(Math.trunc(Number(high - low) * (rank - Math.floor(rank))));
};

const counted =
  (estimate: (memory: StateViews, block: number) => number): ValueOf =>
  (memory, block) =>
    BigInt(Math.round(estimate(memory, block)));

/** Parameters of a list: its size, most elements (0: all), whether these are the last ones. */
export const listLimit = ([, most = 0, last = 0]: readonly number[]): ListLimit => ({
  most,
  last: last === 1,
});

/** The array of elements one after the other. An aggregate that may be NULL is NULL where nothing was collected. */
const collected =
  (elements: (memory: StateViews, block: number, params: readonly number[]) => string): ValueOf =>
  (memory, block, params, type) =>
    block === 0 && type.nullable ? null : elements(memory, block, params) + ARRAY_END;

const listed = collected((memory, block, params) => textOfBytes(textsOf(memory, block, listLimit(params))));

/** The first element by key, whatever its type is. */
const byKey: ValueOf = (memory, block, _params, type) => {
  if (block === 0) return type.nullable ? null : zeroOf(type);
  const plain = { ...type, nullable: false };
  const element = textOfBytes(textsOf(memory, block, FIRST)) + ARRAY_END;
  return laneValueOf(unpackItem(element, array(plain))[0] ?? null, plain);
};
const FIRST: ListLimit = { most: 1, last: false };

/** Of how often each element came. */
const entropy: ValueOf = (memory, block, _params, type) => {
  const counts = Array.from(talliesOf(memory, block), (entry) => Number(tallyInteger(memory, entry)));
  if (counts.length === 0 && type.nullable) return null;
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => sum - (count / all) * Math.log2(count / all), 0);
};

const textsAt = (memory: StateViews, entries: Uint32Array, before = ''): string => {
  let text = '';
  for (const entry of entries) text += before + textOfBytes(tallyText(memory, entry).slice());
  return text;
};
const different = collected((memory, block, [, most = 0]) => {
  const entries = talliesOf(memory, block);
  return textsAt(memory, most === 0 ? entries : entries.subarray(0, most));
});
/** Those with the largest sums; of equal sums the smaller ones. */
function largest(memory: StateViews, block: number, most: number): Uint32Array {
  const sumAt = (entry: number): bigint => tallyInteger(memory, entry);
  const entries = talliesOf(memory, block).sort((a, b) => {
    const [x, y] = [sumAt(a), sumAt(b)];
    return x === y ? 0 : x > y ? -1 : 1;
  });
  return entries.subarray(0, most);
}
const top = collected((memory, block, [, most]) => textsAt(memory, largest(memory, block, most)));

const NO_ERROR = packUnsigned(0n, 64);
/** With their sums, and how much these may be off. */
const topCounts = collected((memory, block, [, most]) =>
  Array.from(
    largest(memory, block, most),
    (entry) =>
      textOfBytes(tallyText(memory, entry)) + packUnsigned(tallyInteger(memory, entry), 64) + NO_ERROR,
  ).join(''),
);

/** What sums by key are shown as. */
export const SUMS = { map: 0, arrays: 1 } as const;

const MARK = '\x01';

/** Keys ascend. Of two arrays, sums of zero are left out. */
const sums =
  (sumAt: (memory: StateViews, entry: number) => bigint | number): ValueOf =>
  (memory, block, [, form], type) => {
    const all = talliesOf(memory, block);
    const isMap = form === SUMS.map;
    const entries = isMap ? all : all.filter((entry) => Number(sumAt(memory, entry)) !== 0);
    const sum = elementOf(isMap ? type : fieldsOf(type)[1].type);
    const valueAt = (entry: number): string => packField(sumAt(memory, entry), sum);
    let values = '';
    if (!isMap) {
      for (const entry of entries) values += MARK + valueAt(entry);
      return textsAt(memory, entries, MARK) + ARRAY_END + values + ARRAY_END;
    }
    for (const entry of entries) values += textsAt(memory, Uint32Array.of(entry), MARK) + valueAt(entry);
    return values + ARRAY_END;
  };

const HASHED: readonly Lane[] = ['i64', 'f64', 'str'];

export const BLOCK_AGGREGATES: Readonly<Record<string, BlockAggregate>> = {
  ...EXACT_QUANTILES,
  ...INTERVALS,
  ...SAMPLES,
  ...EVENTS,
  ...CROSS_TABLES,
  ...Object.fromEntries(
    HASHED.flatMap((lane): [string, BlockAggregate][] => [
      [`hll_${lane}`, { kind: 'hll', lane, result: 'i64', value: counted(estimateHll) }],
      [`theta_${lane}`, { kind: 'theta', lane, result: 'i64', value: counted(estimateTheta) }],
      [`set_${lane}`, { kind: 'set', lane, result: 'i64', value: counted(setSize) }],
    ]),
  ),
  quantile_f64: { kind: 'quantiles', lane: 'f64', result: 'f64', value: quantile('interpolated') },
  quantile_inclusive_f64: { kind: 'quantiles', lane: 'f64', result: 'f64', value: quantile('inclusive') },
  quantiles_f64: { kind: 'quantiles', lane: 'f64', result: 'str', value: quantiles('interpolated') },
  quantile_units_i64: { kind: 'quantiles', lane: 'f64', result: 'i64', value: quantileOfUnits },
  quantile_units_str: { kind: 'quantiles', lane: 'f64', result: 'str', value: quantileOfUnits },
  quantiles_units_f64: { kind: 'quantiles', lane: 'f64', result: 'str', value: quantilesOfUnits },
  quantile_sketch_inclusive_f64: {
    kind: 'quantiles',
    lane: 'f64',
    result: 'f64',
    value: quantile('inclusive'),
  },
  quantiles_sketch_inclusive_f64: {
    kind: 'quantiles',
    lane: 'f64',
    result: 'str',
    value: quantiles('inclusive'),
  },
  quantile_sketch_nth_f64: { kind: 'quantiles', lane: 'f64', result: 'f64', value: quantile('nth') },
  quantiles_sketch_nth_f64: { kind: 'quantiles', lane: 'f64', result: 'str', value: quantiles('nth') },
  digest_f64: {
    kind: 'digest',
    lane: 'f64',
    result: 'f64',
    value: (memory, block, [, level]) => (block === 0 ? null : digestQuantile(memory, block, level)),
  },
  buckets_f64: {
    kind: 'buckets',
    lane: 'f64',
    result: 'f64',
    value: (memory, block, [, level]) => bucketQuantile(memory, block, level),
  },
  tuples_str: { kind: 'tuples', lane: 'str', second: 'str', result: 'i64', value: counted(estimateTheta) },
  bloom_i64: {
    kind: 'bloom',
    lane: 'i64',
    result: 'str',
    value: (memory, block, [entries]) => toBase64(writeBloom(memory, block, entries)),
  },
  quantile_exact_i64: { kind: 'values', lane: 'i64', result: 'i64', value: exactInteger(nth, false) },
  quantile_exact_u64: { kind: 'values', lane: 'i64', result: 'i64', value: exactInteger(nth, true) },
  quantile_exact_f64: { kind: 'values', lane: 'f64', result: 'f64', value: exactFloat(nth) },
  quantile_disc_i64: { kind: 'values', lane: 'i64', result: 'i64', value: exactInteger(discrete, false) },
  quantile_disc_u64: { kind: 'values', lane: 'i64', result: 'i64', value: exactInteger(discrete, true) },
  quantile_disc_f64: { kind: 'values', lane: 'f64', result: 'f64', value: exactFloat(discrete) },
  quantile_cont_i64: { kind: 'values', lane: 'i64', result: 'i64', value: continuousInteger },
  quantile_cont_f64: { kind: 'values', lane: 'f64', result: 'f64', value: continuous },
  list_str: { kind: 'texts', lane: 'str', result: 'str', value: listed },
  sorted_list_str: { kind: 'texts', lane: 'str', second: 'str', result: 'str', value: listed },
  different_str: { kind: 'tally_i64', lane: 'str', second: 'i64', result: 'str', value: different },
  sum_map_i64: { kind: 'tally_i64', lane: 'str', result: 'str', value: sums(tallyInteger) },
  sum_map_f64: { kind: 'tally_f64', lane: 'str', result: 'str', value: sums(tallyFloat) },
  ...Object.fromEntries(
    (['i64', 'f64', 'str', 'bool'] as const).map((lane): [string, BlockAggregate] => [
      `by_key_${lane}`,
      { kind: 'texts', lane: 'str', second: 'str', result: lane, value: byKey },
    ]),
  ),
  entropy_str: { kind: 'tally_i64', lane: 'str', second: 'i64', result: 'f64', value: entropy },
  top_counts_str: { kind: 'tally_i64', lane: 'str', second: 'i64', result: 'str', value: topCounts },
  top_str: { kind: 'tally_i64', lane: 'str', second: 'i64', result: 'str', value: top },
};
