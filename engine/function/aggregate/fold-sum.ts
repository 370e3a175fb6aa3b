/** Sums of integers with something beside them: in the type of their values, with their number; and bits of conditions. */

import { packItem } from '../../type/nested.ts';
import { bitsOf, isSigned } from '../../type/type.ts';
import type { Fold } from './fold.ts';

const wrap = (x: bigint): bigint => BigInt.asIntN(64, x);

/** Words: sum, number of values. */
const integerSum = (value: Fold['value'], result: Fold['result']): Fold => ({
  args: ['i64'],
  result,
  words: 2,
  string: false,
  ordered: false,
  add: ({ i64: to }, { i64: row }) => {
    to[0] = wrap(to[0] + row[0]);
    to[1]++;
  },
  merge: ({ i64: to }, { i64: from }) => {
    to[0] = wrap(to[0] + from[0]);
    to[1] += from[1];
  },
  value: (state, params, type) => (state.i64[1] === 0n && type.nullable ? null : value(state, params, type)),
});

const DIGITS_32 = 9;
const MOST_CONDITIONS = 32;

export const SUMS: Readonly<Record<string, Fold>> = {
  sum_overflow: integerSum(({ i64: [sum] }, _params, type) => {
    // Decimals of up to nine digits are integers of 32 bits in ClickHouse.
    const bits = type.id === 'decimal' && (type.precision ?? 0) <= DIGITS_32 ? 32 : bitsOf(type);
    return bits === 64 || isSigned(type) ? BigInt.asIntN(bits, sum) : BigInt.asUintN(bits, sum);
  }, 'i64'),
  sum_count_i64: integerSum(
    ({ i64: [sum, count] }, _params, type) => packItem([sum, count], { ...type, nullable: false }),
    'str',
  ),
  // Words: sum, number of values.
  sum_count_f64: {
    args: ['f64'],
    result: 'str',
    words: 2,
    string: false,
    ordered: false,
    add: (to, { f64: [x] }) => {
      to.f64[0] += x;
      to.i64[1]++;
    },
    merge: (to, from) => {
      to.f64[0] += from.f64[0];
      to.i64[1] += from.i64[1];
    },
    value: ({ f64, i64 }, _params, type) => packItem([f64[0], i64[1]], { ...type, nullable: false }),
  },
  // Words: a bit for each condition that held. Parameters: their number.
  retention: {
    args: Array.from({ length: MOST_CONDITIONS }, () => 'i64' as const),
    result: 'str',
    words: 1,
    string: false,
    ordered: false,
    add: ({ i64: to }, { i64: row }, [conditions]) => {
      for (let i = 0; i < conditions; i++) if (row[i] !== 0n) to[0] |= 1n << BigInt(i);
    },
    merge: ({ i64: to }, { i64: from }) => {
      to[0] |= from[0];
    },
    value: ({ i64: [bits] }, [conditions], type) => {
      const held = Array.from({ length: conditions }, (_, i) => bits & (bits >> BigInt(i)) & 1n);
      return packItem(held, type);
    },
  },
};
