/** Numbers cut after digits behind the point, or before it where there are less than none. */

import { implement } from '../implementation.ts';
import { wrap } from '../integer.ts';
import type { Implementation } from '../row.ts';

export const CUTS = ['floor', 'ceil', 'trunc', 'even', 'away'] as const;
export type Cut = (typeof CUTS)[number];

const halfEven = (value: number): number => {
  const floor = Math.floor(value);
  const diff = value - floor;
  return diff < 0.5 || (diff === 0.5 && floor % 2 === 0) ? floor : floor + 1;
};

const OF_FLOAT: Record<Cut, (value: number) => number> = {
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  even: halfEven,
  away: (value) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5),
};

function cutFloat(cut: (value: number) => number, value: number, digits: number): number {
  const scale = 10 ** Math.abs(digits);
  const scaled = digits < 0 ? value / scale : value * scale;
  if (!Number.isFinite(scaled)) return value;
  const whole = cut(scaled);
  return digits < 0 ? whole * scale : whole / scale;
}

/** Units of a quotient and what is left of it, whose sign is that of the value. */
const OF_INTEGER: Record<Cut, (whole: bigint, rest: bigint, unit: bigint) => bigint> = {
  floor: (whole, rest) => (rest < 0n ? whole - 1n : whole),
  ceil: (whole, rest) => (rest > 0n ? whole + 1n : whole),
  trunc: (whole) => whole,
  even: (whole, rest, unit) => {
    const twice = rest < 0n ? -2n * rest : 2n * rest;
    const moves = twice > unit || (twice === unit && whole % 2n !== 0n);
    return moves ? whole + (rest < 0n ? -1n : 1n) : whole;
  },
  away: (whole, rest, unit) =>
    (rest < 0n ? -2n * rest : 2n * rest) >= unit ? whole + (rest < 0n ? -1n : 1n) : whole,
};

/** The number without as many digits at its end. */
export function cutExact(cut: Cut, value: bigint, places: bigint): bigint {
  if (places <= 0n) return value;
  const unit = 10n ** (places > MOST_DIGITS ? MOST_DIGITS : places);
  return OF_INTEGER[cut](value / unit, value % unit, unit) * unit;
}

/** More than any number has. */
const MOST_DIGITS = 80n;
/** Powers of ten beyond are more than any integer of 64 bits. */
const MOST_PLACES = 19n;

function cutInteger(cut: Cut, given: bigint, places: bigint, plain: bigint): bigint {
  if (places <= 0n) return given;
  if (places > MOST_PLACES) return 0n;
  return wrap(cutExact(cut, plain === 1n ? BigInt.asUintN(64, given) : given, places));
}

/** The power of two below, with the sign. */
const powerBelow = (value: number): number =>
  value === 0 || !Number.isFinite(value)
    ? value
    : Math.sign(value) * 2 ** Math.floor(Math.log2(Math.abs(value)));

export const ROUNDED: readonly Implementation[] = [
  ...CUTS.flatMap((cut) => [
    // number, digits after the point.
    implement(`cut_${cut}_f64`, ['f64', 'i64'], 'f64', (value: number, digits: number) =>
      cutFloat(OF_FLOAT[cut], value, digits),
    ),
    // integer, digits that go, 1 where it is an unsigned one of 64 bits.
    implement(
      `cut_${cut}_i64`,
      ['i64', 'i64', 'i64'],
      'i64',
      (value: bigint, places: bigint, plain: bigint) => cutInteger(cut, value, places, plain),
      { integers: 'bigint' },
    ),
  ]),
  implement('power_below_f64', ['f64'], 'f64', powerBelow),
  // integer, 1 where it is an unsigned one of 64 bits.
  implement(
    'power_below_i64',
    ['i64', 'i64'],
    'i64',
    (given: bigint, plain: bigint) => {
      const value = plain === 1n ? BigInt.asUintN(64, given) : given;
      return value <= 0n ? 0n : wrap(1n << BigInt(value.toString(2).length - 1));
    },
    { integers: 'bigint' },
  ),
];
