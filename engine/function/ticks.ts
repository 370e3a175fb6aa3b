/**
 * Ticks as seconds and a fraction, and back. Below 2^53 ticks are numbers, which is fast; beyond (microseconds after
 * the year 2255, nanoseconds always) they are bigints. Nothing in here rounds; what 64 bits do not hold is an error.
 */

import { BasaltError } from '../base/error.ts';

export type Ticks = number | bigint;

export type Split = { readonly seconds: number; readonly fraction: number };

export function splitTicks(ticks: Ticks, precision: number): Split {
  if (typeof ticks === 'number') {
    const scale = 10 ** precision;
    const seconds = Math.floor(ticks / scale);
    return { seconds, fraction: ticks - seconds * scale };
  }
  const scale = 10n ** BigInt(precision);
  const fraction = ((ticks % scale) + scale) % scale;
  return { seconds: Number((ticks - fraction) / scale), fraction: Number(fraction) };
}

/** @throws VALUE_IS_OUT_OF_RANGE */
export function joinTicks(seconds: number, fraction: number, precision: number): Ticks {
  const ticks = seconds * 10 ** precision + fraction;
  if (Number.isSafeInteger(ticks)) return ticks;
  if (!Number.isSafeInteger(seconds)) throw beyondTicks();
  return checkedTicks(BigInt(seconds) * 10n ** BigInt(precision) + BigInt(fraction));
}

/** @throws VALUE_IS_OUT_OF_RANGE */
export function addTicks(ticks: Ticks, more: number): Ticks {
  if (typeof ticks === 'number') {
    const sum = ticks + more;
    if (Number.isSafeInteger(sum)) return sum;
  }
  if (!Number.isSafeInteger(more)) throw beyondTicks();
  return checkedTicks(BigInt(ticks) + BigInt(more));
}

/** As a number where one holds them. @throws VALUE_IS_OUT_OF_RANGE */
export function ticksOfInteger(ticks: bigint): Ticks {
  const number = Number(ticks);
  return Number.isSafeInteger(number) ? number : checkedTicks(ticks);
}

/** Whole ticks of another precision, cut off towards the past. */
export function ticksAt(ticks: Ticks, precision: number, digits: number): Ticks {
  const { seconds, fraction } = splitTicks(ticks, precision);
  return joinTicks(seconds, Math.floor((fraction * 10 ** digits) / 10 ** precision), digits);
}

function checkedTicks(ticks: bigint): bigint {
  if (BigInt.asIntN(64, ticks) !== ticks) throw beyondTicks();
  return ticks;
}

const beyondTicks = (): BasaltError =>
  new BasaltError(
    'VALUE_IS_OUT_OF_RANGE',
    'This moment is beyond what a timestamp of its precision can hold',
  );
