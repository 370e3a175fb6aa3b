/**
 * Arithmetic. Integers compute in 64 bits: `checked` raises an error at the border (standard), `wrap` goes round
 * (Druid, ClickHouse). Floats are IEEE: x / 0 is an infinity or NaN.
 */

import { BIG, implement } from '../implementation.ts';
import { checked, divisorOf, unsigned, wrap } from '../integer.ts';
import type { Implementation } from '../row.ts';

const BINARY = ['i64', 'i64'] as const;
const FLOATS = ['f64', 'f64'] as const;

const modFloat = (a: number, b: number): number => a % b;

export const ARITHMETIC: readonly Implementation[] = [
  implement('add_checked_i64', BINARY, 'i64', (a: bigint, b: bigint) => checked(a + b, `${a} + ${b}`), BIG),
  implement('sub_checked_i64', BINARY, 'i64', (a: bigint, b: bigint) => checked(a - b, `${a} - ${b}`), BIG),
  implement('mul_checked_i64', BINARY, 'i64', (a: bigint, b: bigint) => checked(a * b, `${a} * ${b}`), BIG),
  implement('add_wrap_i64', BINARY, 'i64', (a: bigint, b: bigint) => wrap(a + b), BIG),
  implement('sub_wrap_i64', BINARY, 'i64', (a: bigint, b: bigint) => wrap(a - b), BIG),
  implement('mul_wrap_i64', BINARY, 'i64', (a: bigint, b: bigint) => wrap(a * b), BIG),
  implement(
    'div_checked_i64',
    BINARY,
    'i64',
    (a: bigint, b: bigint) => checked(a / divisorOf(b), `${a} / ${b}`),
    BIG,
  ),
  implement('div_null_i64', BINARY, 'i64', (a: bigint, b: bigint) => (b === 0n ? null : wrap(a / b)), BIG),
  implement(
    'div_checked_u64',
    BINARY,
    'i64',
    (a: bigint, b: bigint) => wrap(unsigned(a) / divisorOf(unsigned(b))),
    BIG,
  ),
  implement('mod_checked_i64', BINARY, 'i64', (a: bigint, b: bigint) => a % divisorOf(b), BIG),
  implement('mod_null_i64', BINARY, 'i64', (a: bigint, b: bigint) => (b === 0n ? null : a % b), BIG),
  implement(
    'mod_checked_u64',
    BINARY,
    'i64',
    (a: bigint, b: bigint) => wrap(unsigned(a) % divisorOf(unsigned(b))),
    BIG,
  ),
  implement('neg_checked_i64', ['i64'], 'i64', (a: bigint) => checked(-a, `-(${a})`), BIG),
  implement('neg_wrap_i64', ['i64'], 'i64', (a: bigint) => wrap(-a), BIG),
  implement('abs_i64', ['i64'], 'i64', (a: bigint) => (a < 0n ? wrap(-a) : a), BIG),
  implement('sign_i64', ['i64'], 'i64', (a: bigint) => (a > 0n ? 1n : a < 0n ? -1n : 0n), BIG),
  implement('add_f64', FLOATS, 'f64', (a: number, b: number) => a + b),
  implement('sub_f64', FLOATS, 'f64', (a: number, b: number) => a - b),
  implement('mul_f64', FLOATS, 'f64', (a: number, b: number) => a * b),
  implement('div_f64', FLOATS, 'f64', (a: number, b: number) => a / b),
  implement('div_null_f64', FLOATS, 'f64', (a: number, b: number) => (b === 0 ? null : a / b)),
  implement('mod_f64', FLOATS, 'f64', modFloat),
  implement('neg_f64', ['f64'], 'f64', (a: number) => -a),
];
