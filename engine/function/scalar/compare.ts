/**
 * Comparison, one row per operator and lane. Strings compare by their UTF-8 bytes. NaN is equal to itself and
 * larger than every other number, as in sorting, so that filters, groups and joins agree with each other.
 */

import { orderOfText } from '../../base/text-order.ts';
import type { Lane } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import { unsigned } from '../integer.ts';
import type { Implementation, Scalar } from '../row.ts';

/** Comparison lanes: the lanes, and uint64, whose bits order differently. */
export type CompareLane = Lane | 'u64';

const COMPARE_LANES: readonly CompareLane[] = ['i64', 'u64', 'f64', 'str', 'bool'];
const laneOf = (lane: CompareLane): Lane => (lane === 'u64' ? 'i64' : lane);

function compareFloats(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

type Order = (a: never, b: never) => number;

const bigOrder = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

export const ORDERS: Record<CompareLane, Order> = {
  i64: bigOrder,
  u64: (a: bigint, b: bigint) => bigOrder(unsigned(a), unsigned(b)),
  f64: compareFloats,
  str: orderOfText,
  bool: (a: boolean, b: boolean) => Number(a) - Number(b),
};

const OPERATORS: Record<string, (order: number) => boolean> = {
  eq: (o) => o === 0,
  ne: (o) => o !== 0,
  lt: (o) => o < 0,
  le: (o) => o <= 0,
  gt: (o) => o > 0,
  ge: (o) => o >= 0,
};

type Pair = (a: never, b: never) => Scalar;

function rowsOf(lane: CompareLane): Implementation[] {
  const args = [laneOf(lane), laneOf(lane)] as const;
  const order = ORDERS[lane];
  const integers = laneOf(lane) === 'i64' ? ({ integers: 'bigint' } as const) : {};
  const distinct: Pair = (a: never, b: never) => (a === null || b === null ? a !== b : order(a, b) !== 0);
  const notDistinct: Pair = (a: never, b: never) => (a === null || b === null ? a === b : order(a, b) === 0);
  return [
    ...Object.entries(OPERATORS).map(([name, test]) =>
      implement(`${name}_${lane}`, args, 'bool', (a: never, b: never) => test(order(a, b)), integers),
    ),
    implement(`is_distinct_${lane}`, args, 'bool', distinct, { nulls: 'custom', ...integers }),
    implement(`is_not_distinct_${lane}`, args, 'bool', notDistinct, { nulls: 'custom', ...integers }),
    ...(['greatest', 'least'] as const).map((name) =>
      implement(
        `${name}_${lane}`,
        [laneOf(lane)],
        laneOf(lane),
        (...all: never[]) => extreme(all, order, name === 'greatest' ? 1 : -1),
        { variadic: true, nulls: 'custom', ...integers },
      ),
    ),
  ];
}

/** NULLs are left out; NULL when nothing else is there. */
function extreme(values: readonly never[], order: Order, sign: 1 | -1): Scalar {
  let best: Scalar = null;
  for (const value of values) {
    if (value !== null && (best === null || order(value, best as never) * sign > 0)) best = value;
  }
  return best;
}

export const COMPARE: readonly Implementation[] = COMPARE_LANES.flatMap(rowsOf);
