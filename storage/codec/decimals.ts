/**
 * Floats that were written as decimals, back as integers: 0.25 and 17.5 are 25 and 1750 of 10^-2. Prices, rates and measurements mostly
 * are; so they pack into the bits of these integers (after Afroozeh and Boncz, ALP: Adaptive Lossless floating-Point, 2023, of
 * which this is the part for decimals).
 *
 * Invariant: what comes back is the same double, bit by bit; a value for which that does not hold is kept as it is.
 */

import type { CodecContext } from './context.ts';
import { bitLength, type Decimals } from './encoding-row.ts';

/** Digits behind the point that are tried: 10^d is exact, and so is the quotient's rounding. */
const MAX_DIGITS = 14;
const SAMPLE_ROWS = 256;
/** Of the sample, and of the block, that may be kept as it is. */
const MISFIT_SHARE = 1 / 8;

/** In scratch memory; null when too many values are no such decimals. */
export function decimalsOf(context: CodecContext, data: number, rows: number): Decimals | null {
  const { arena, kernels, scratch } = context;
  const digits = digitsOf(arena.f64.subarray(data >>> 3, (data >>> 3) + rows));
  if (digits === null) return null;
  const whole = scratch.alloc(rows * 8);
  const positions = scratch.alloc(rows * 2 + 8);
  const misfits = kernels.whole_of_f64(data, rows, 10 ** digits, whole, positions);
  if (misfits > rows * MISFIT_SHARE) return null;
  const stats = scratch.alloc(16);
  kernels.stat_range_i64(whole, rows, stats);
  const [low, high] = arena.i64.subarray(stats >>> 3, (stats >>> 3) + 2);
  return { digits, whole, low, bits: bitLength(high - low), positions, misfits };
}

/** The fewest digits that most of a sample have; null when there is no such number. */
function digitsOf(values: Float64Array): number | null {
  const step = Math.max(1, Math.floor(values.length / SAMPLE_ROWS));
  const sample: number[] = [];
  for (let i = 0; i < values.length; i += step) sample.push(values[i]);
  const most = sample.length * MISFIT_SHARE;
  for (let digits = 0; digits <= MAX_DIGITS; digits++) {
    const scale = 10 ** digits;
    const misfits = sample.filter((value) => !Object.is(Math.round(value * scale) / scale, value)).length;
    if (misfits <= most) return digits;
  }
  return null;
}
