/**
 * Comparisons of integers. With a constant they run on the narrow stored values, unwidened: `x op value` is a range of words with a
 * sign, also where the integers have none.
 */

import { boolVector, constVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { bothValid, i64Of, validOf } from '../lane.ts';

export const OPS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
export type Op = (typeof OPS)[number];
/** The same comparison with its sides swapped. */
const SWAPPED: Record<Op, Op> = { eq: 'eq', ne: 'ne', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' };

const MIN_I64 = -(1n << 63n);
const MAX_I64 = (1n << 63n) - 1n;
const WORDS = 1n << 64n;
const WIDTH_MAX: Record<number, bigint> = { 1: 0xffn, 2: 0xffffn, 4: 0xffffffffn };

/** Integers in the i64 lane, by their values with a sign or as words without one. */
type Integers = {
  readonly min: bigint;
  readonly max: bigint;
  readonly exact: (word: bigint) => bigint;
  readonly kernel: 'cmp_i64_vv' | 'cmp_u64_vv';
};
export const SIGNED: Integers = { min: MIN_I64, max: MAX_I64, exact: (word) => word, kernel: 'cmp_i64_vv' };
export const UNSIGNED: Integers = {
  min: 0n,
  max: WORDS - 1n,
  exact: (word) => BigInt.asUintN(64, word),
  kernel: 'cmp_u64_vv',
};

export function compareIntegers(
  op: Op,
  integers: Integers,
  a: Vector,
  b: Vector,
  rows: number,
  task: TaskContext,
): Vector {
  if (a.kind === 'const')
    return b.kind === 'const'
      ? compareConstants(op, integers, a, b, rows)
      : compareIntegers(SWAPPED[op], integers, b, a, rows, task);
  const { kernels, scratch } = task;
  const out = scratch.alloc(rows);
  if (b.kind !== 'const') {
    kernels[integers.kernel](OPS.indexOf(op), i64Of(task, a), i64Of(task, b), rows, out);
    return boolVector(rows, out, bothValid(task, validOf(task, a), validOf(task, b), rows));
  }
  if (b.value === null) return constVector('bool', rows, null);
  const range = rangeOf(op, integers.exact(b.value as bigint), integers);
  compareRange(a, ...withSign(range), rows, out, task);
  return boolVector(rows, out, validOf(task, a));
}

function compareConstants(op: Op, { exact }: Integers, a: Vector, b: Vector, rows: number): Vector {
  if (a.value === null || b.value === null) return constVector('bool', rows, null);
  const x = exact(a.value as bigint);
  const y = exact(b.value as bigint);
  const result = { eq: x === y, ne: x !== y, lt: x < y, le: x <= y, gt: x > y, ge: x >= y }[op];
  return constVector('bool', rows, result);
}

/** lo <= x <= hi, flipped when `invert` is 1. An empty range has lo > hi. */
type IntegerRange = readonly [lo: bigint, hi: bigint, invert: number];

/** `x op value`. */
function rangeOf(op: Op, value: bigint, { min, max }: Integers): IntegerRange {
  switch (op) {
    case 'eq':
      return [value, value, 0];
    case 'ne':
      return [value, value, 1];
    case 'lt':
      return [min, value - 1n, 0];
    case 'le':
      return [min, value, 0];
    case 'gt':
      return [value + 1n, max, 0];
    case 'ge':
      return [value, max, 0];
  }
}

/** The same words by their values with a sign: what lies on both sides of 2^63 is what a range there leaves out. */
function withSign([lo, hi, invert]: IntegerRange): IntegerRange {
  if (hi <= MAX_I64) return [lo, hi, invert];
  if (lo > MAX_I64) return [lo - WORDS, hi - WORDS, invert];
  return [hi + 1n - WORDS, lo - 1n, invert ^ 1];
}

/** lo <= v <= hi on the stored width: bounds move into the column's offsets, the column is not widened. */
export function compareRange(
  v: Vector,
  lo: bigint,
  hi: bigint,
  invert: number,
  rows: number,
  out: number,
  task: TaskContext,
): void {
  const { kernels, arena } = task;
  const max = v.width === 8 ? 0n : WIDTH_MAX[v.width];
  if (v.width !== 8) {
    lo = lo - v.base < 0n ? 0n : lo - v.base;
    hi = hi - v.base > max ? max : hi - v.base;
  }
  if (lo > hi) arena.fill(out, rows, invert);
  else if (v.width === 1) kernels.cmp_range_u8_vc(v.data, rows, Number(lo), Number(hi), invert, out);
  else if (v.width === 2) kernels.cmp_range_u16_vc(v.data, rows, Number(lo), Number(hi), invert, out);
  else if (v.width === 4) kernels.cmp_range_u32_vc(v.data, rows, Number(lo), Number(hi), invert, out);
  else kernels.cmp_range_i64_vc(v.data, rows, lo, hi, invert, out);
}
