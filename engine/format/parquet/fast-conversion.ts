/**
 * Conversions of whole pages by kernels, for the pairs of types that matter: one row each in {@link FAST}.
 *
 * A page is judged by its smallest and largest value; one that may hold a misfit is left to the exact path.
 */

import { integerRange, isFloat, isInteger, type LogicalType } from '../../type/type.ts';
import type { Leaf, Meaning } from './leaf.ts';
import { laneOfPhysical, type ValueWork } from './values.ts';

/** null: the values need a closer look. */
export type Fast = (work: ValueWork, data: number, n: number) => number | null;

const same: Fast = (_work, data) => data;

/** null: the pair has no fast way. */
export function fastOf(leaf: Leaf, to: LogicalType): Fast | null {
  const make = FAST[`${leaf.meaning.kind}-${targetKind(to)}`];
  // Decimals of bytes come as references: they have to be numbers first.
  if (leaf.meaning.kind === 'decimal' && laneOfPhysical[leaf.physical] === 'refs') {
    return make === undefined
      ? null
      : (work, data, n) => {
          const numbers = work.region.alloc(n * 8 + 8);
          if (work.kernels.big_endian_i64(data, n, numbers) >= 0) return null;
          return make(leaf.meaning, to)?.(work, numbers, n) ?? null;
        };
  }
  return make?.(leaf.meaning, to) ?? null;
}

const targetKind = (to: LogicalType): string => (isInteger(to) ? 'int' : isFloat(to) ? 'float' : to.id);

/** By `meaning-target`; a row may still answer null when the pair of details has no fast way. */
const FAST: Record<string, (from: Meaning, to: LogicalType) => Fast | null> = {
  'bool-bool': () => same,
  'float-float': () => same,
  'string-string': () => same,
  'date-date': () => same,
  'int-int': (from, to) => intoRange(isUnsigned(from), to),
  'decimal-int': (from, to) => (scaleOf(from) === 0 ? intoRange(false, to) : null),
  'int-date': (from) => within(isUnsigned(from), 0n, 65535n),
  'int-float': (from) => (isUnsigned(from) ? unsignedToFloat : toFloat),
  'decimal-float': (from) => decimalToFloat(scaleOf(from)),
  'bool-int': () => boolToInt,
  'int-timestamp': (from, to) => secondsToTicks(isUnsigned(from), precisionOf(to)),
  'timestamp-timestamp': (from, to) => rescale(precisionOfMeaning(from), precisionOf(to)),
  'int96-timestamp': () => same,
  'date-timestamp': (_from, to) => scaled(86_400n * 10n ** BigInt(precisionOf(to))),
  'timestamp-date': (from) => divided(86_400n * 10n ** BigInt(precisionOfMeaning(from))),
  'int96-date': () => divided(86_400n * 1_000_000n),
};

const isUnsigned = (from: Meaning): boolean => from.kind === 'int' && !from.signed;
const scaleOf = (from: Meaning): number => (from.kind === 'decimal' ? from.scale : 0);
export const precisionOf = (to: LogicalType): number => to.precision ?? 3;
const precisionOfMeaning = (from: Meaning): number => (from.kind === 'timestamp' ? from.precision : 6);

/** Ticks that INT96 timestamps are decoded to. */
export const int96PrecisionOf = (to: LogicalType): number => (to.id === 'timestamp' ? precisionOf(to) : 6);

const HIGHEST = (1n << 63n) - 1n;

/** Whether all values lie in [low, high]; unsigned ones beyond 2^63 lie in no signed range. */
function isWithin(
  { arena, kernels, region }: ValueWork,
  data: number,
  n: number,
  low: bigint,
  high: bigint,
): boolean {
  const bounds = region.alloc(16);
  if (kernels.minmax_i64(data, 0, n, bounds) === 0) return true;
  return arena.i64[bounds >>> 3] >= low && arena.i64[(bounds >>> 3) + 1] <= high;
}

function intoRange(unsigned: boolean, to: LogicalType): Fast {
  const [low, high] = integerRange(to);
  if (unsigned && to.id === 'uint64') return same;
  if (!unsigned && to.id === 'int64') return same;
  return within(unsigned, low, high);
}

function within(unsigned: boolean, low: bigint, high: bigint): Fast {
  const from = unsigned && low < 0n ? 0n : low;
  const to = high > HIGHEST ? HIGHEST : high;
  return (work, data, n) => (isWithin(work, data, n, from, to) ? data : null);
}

const toFloat: Fast = ({ kernels, region }, data, n) => {
  const out = region.alloc(n * 8 + 8);
  kernels.widen_i64_f64(data, n, out);
  return out;
};
const unsignedToFloat: Fast = (work, data, n) =>
  isWithin(work, data, n, 0n, HIGHEST) ? toFloat(work, data, n) : null;

const boolToInt: Fast = ({ kernels, region }, data, n) => {
  const out = region.alloc(n * 8 + 8);
  kernels.widen_u8_u64(data, n, out);
  return out;
};

/** The quotient of two integers that doubles hold exactly is the double nearest to the decimal. */
const MAX_EXACT = 1n << 53n;
const MAX_POWER = 22;

function decimalToFloat(scale: number): Fast | null {
  if (scale > MAX_POWER || scale < 0) return null;
  const divisor = 10 ** scale;
  return (work, data, n) => {
    if (!isWithin(work, data, n, -MAX_EXACT, MAX_EXACT)) return null;
    const out = toFloat(work, data, n) as number;
    const { f64 } = work.arena;
    for (let i = out >>> 3; i < (out >>> 3) + n; i++) f64[i] /= divisor;
    return out;
  };
}

const scaled =
  (factor: bigint): Fast =>
  ({ kernels, region }, data, n) => {
    if (factor === 1n) return data;
    const out = region.alloc(n * 8 + 8);
    return kernels.scale_i64(data, n, factor, out) < 0 ? out : null;
  };

const divided =
  (divisor: bigint): Fast =>
  ({ kernels, region }, data, n) => {
    const out = region.alloc(n * 8 + 8);
    kernels.floor_div_i64_vc(data, n, divisor, out);
    return out;
  };

const rescale = (from: number, to: number): Fast =>
  to >= from ? scaled(10n ** BigInt(to - from)) : divided(10n ** BigInt(from - to));

/** Plain integers into a timestamp are seconds, as they are in text; those of eleven digits and more are ticks. */
export const MAX_SECONDS = 9_999_999_999n;

function secondsToTicks(unsigned: boolean, precision: number): Fast {
  const factor = scaled(10n ** BigInt(precision));
  const low = unsigned ? 0n : -MAX_SECONDS;
  return (work, data, n) => (isWithin(work, data, n, low, MAX_SECONDS) ? factor(work, data, n) : null);
}
