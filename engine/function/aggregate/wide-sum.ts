/**
 * Sums of exact numbers that 64 bits do not hold, by id: alone, divided by the number of values, or beside it. The state is the sum's
 * words, lowest first, and that number.
 */

import { packItem } from '../../type/nested.ts';
import { packSigned, packUnsigned } from '../../type/packed.ts';
import type { LogicalType, Value } from '../../type/type.ts';

export type WideSum = {
  /** Of the sum; of values as well, unless these are of the i64 lane. */
  readonly bits: 128 | 256;
  readonly signed: boolean;
  readonly ofWords: boolean;
  /** An error beyond its bits, where others go on with the low ones. */
  readonly checked: boolean;
  readonly gives: 'sum' | 'mean' | 'pair';
};

const PREFIXES = { sum: 'sum', mean: 'avg', pair: 'sum_count' } as const;

const ofValues = (name: string, of: Omit<WideSum, 'gives'>): [string, WideSum][] =>
  (['sum', 'mean', 'pair'] as const).map((gives) => [`${PREFIXES[gives]}_${name}`, { ...of, gives }]);

const packed = { signed: true, ofWords: false, checked: false } as const;

export const WIDE_SUMS: Readonly<Record<string, WideSum>> = Object.fromEntries([
  // So many values as would leave 128 bits do not exist.
  ...ofValues('wide_i64', { bits: 128, signed: true, ofWords: true, checked: false }),
  ...ofValues('checked_i128', { ...packed, bits: 128, checked: true }),
  ...ofValues('checked_i256', { ...packed, bits: 256, checked: true }),
  ...ofValues('wrap_i128', { ...packed, bits: 128 }),
  ...ofValues('wrap_i256', { ...packed, bits: 256 }),
  ...ofValues('wrap_u128', { ...packed, bits: 128, signed: false }),
  ...ofValues('wrap_u256', { ...packed, bits: 256, signed: false }),
]);

export const packedSum = (sum: bigint, { bits, signed }: WideSum): string =>
  signed ? packSigned(sum, bits) : packUnsigned(sum, bits);

/** The sum that words are. @param word by its place from the lowest */
export function sumOfWords(word: (w: number) => bigint, { bits, signed }: WideSum): bigint {
  let sum = 0n;
  for (let w = bits / 64 - 1; w >= 0; w--) sum = (sum << 64n) | BigInt.asUintN(64, word(w));
  return signed ? BigInt.asIntN(bits, sum) : sum;
}

/** ClickHouse divides floats, by 10^scale and by the number of values; DuckDB rounds the exact mean. */
export const MEAN = { ofFloats: 0, exact: 1 } as const;

/**
 * A mean, or a sum with the number of values.
 *
 * @param params of a mean: the scale of values, and how it is rounded ({@link MEAN})
 */
export function countedValue(
  of: WideSum,
  sum: bigint,
  count: bigint,
  params: readonly number[],
  type: LogicalType,
): Value {
  if (of.gives === 'pair') return packItem([packedSum(sum, of), count], { ...type, nullable: false });
  if (count === 0n) return null;
  const [scale, rule] = params;
  return rule === MEAN.exact
    ? quotient(sum, count * 10n ** BigInt(scale))
    : Number(sum) / 10 ** scale / Number(count);
}

/** More bits than a float has, so that the last one can say whether anything was left. */
const QUOTIENT_BITS = 70;

/** The float nearest to a / b. */
function quotient(a: bigint, b: bigint): number {
  const shift = Math.max(0, QUOTIENT_BITS - (a.toString(2).length - b.toString(2).length));
  const shifted = a << BigInt(shift);
  const whole = shifted / b;
  const rest = shifted % b === 0n ? 0n : a < 0n ? -1n : 1n;
  return Number(2n * whole + rest) / 2 ** (shift + 1);
}
