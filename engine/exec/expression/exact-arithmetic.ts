/**
 * Sums, differences and products of decimals and integers of 128 bits (function/scalar/exact.ts), a vector at a time: packed numbers
 * become two columns of words, and these packed ones. Others have no vector form.
 */

import { asDecimal } from '../../function/cast-packed.ts';
import { type ExactRule, overflow } from '../../function/scalar/exact.ts';
import { exactUnits, isWide, scaleOf, wideBits } from '../../type/exact.ts';
import { typeOfText } from '../../type/literal.ts';
import { isSigned, type LogicalType } from '../../type/type.ts';
import { constVector, refVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { bothValid, i64Of, refsOf, validOf } from '../lane.ts';
import { packWords, unpackWords } from '../wide-words.ts';
import type { VectorFunctionFactory } from './evaluator.ts';

const MULTIPLY = 2;
const DIGITS = 38;

/** Columns of words; `high` = 0: of 64 bits with a sign. */
type Words = { readonly low: number; readonly high: number };

/** @param op 0 add, 1 subtract, 2 multiply */
export const exactArithmetic =
  (op: number): VectorFunctionFactory =>
  (call, task) => {
    const [x, y, result, rule] = call.args
      .slice(2)
      .map((arg) => (arg.kind === 'literal' ? String(arg.value) : ''));
    if (result === undefined || x === '' || y === '') return undefined;
    const [a, b, to] = [x, y, result].map(typeOfText);
    if (![a, b, to].every(hasWords) || !isWide(to)) return undefined;
    // The low bits are the same with a sign and without; whether they are all is known with one.
    const wraps = (rule as ExactRule) === 'wrap' && to.id !== 'decimal';
    if (!wraps && [a, b, to].some((of) => isWide(of) && !isSigned(of))) return undefined;
    const raise = (of: LogicalType): number => (op === MULTIPLY ? 0 : scaleOf(to) - scaleOf(of));
    if (![a, b].every((of) => hasRoom(of, raise(of)))) return undefined;
    return ([p, q], rows) => {
      if ([p, q].some((v) => v.kind === 'const' && v.value === null)) return constVector('str', rows, null);
      const valid = bothValid(task, validOf(task, p), validOf(task, q), rows);
      const check = (bad: number): void => {
        if (bad !== 0 && !wraps) throw overflow(to);
      };
      const [m, n] = [
        raised(task, wordsOf(task, p, a, valid, rows), raise(a), valid, rows, check),
        raised(task, wordsOf(task, q, b, valid, rows), raise(b), valid, rows, check),
      ];
      const found = computed(task, op, m, n, valid, rows, check);
      if (to.id === 'decimal') {
        const limit = 10n ** BigInt(to.precision ?? 0);
        const [low, high] = [BigInt.asIntN(64, limit), limit >> 64n];
        check(task.kernels.beyond_i128(found.low, found.high, valid, rows, low, high));
      }
      return refVector(rows, packWords(task, found.low, found.high, rows, isSigned(to)), valid);
    };
  };

/** What is raised beyond 128 bits could come back into them. */
const hasRoom = (of: LogicalType, digits: number): boolean =>
  digits === 0 || (asDecimal(of)?.precision ?? DIGITS) + digits <= DIGITS;

const hasWords = (of: LogicalType): boolean => (isWide(of) ? wideBits(of) === 128 : of.id !== 'uint64');

function wordsOf(task: TaskContext, v: Vector, of: LogicalType, valid: number, rows: number): Words {
  if (v.kind === 'const') return constWords(task, exactUnits(v.value, of), rows);
  if (!isWide(of)) return { low: i64Of(task, v), high: 0 };
  const low = unpackWords(task, refsOf(task, v), valid, rows, 2, isSigned(of));
  return { low, high: low + 8 * rows };
}

function constWords({ kernels, scratch }: TaskContext, units: bigint, rows: number): Words {
  const [low, high] = [scratch.alloc(8 * rows), scratch.alloc(8 * rows)];
  kernels.fill_u64(rows, BigInt.asIntN(64, units), low);
  kernels.fill_u64(rows, BigInt.asIntN(64, units >> 64n), high);
  return { low, high };
}

function computed(
  { kernels, scratch }: TaskContext,
  op: number,
  a: Words,
  b: Words,
  valid: number,
  rows: number,
  check: (bad: number) => void,
): Words {
  const [low, high] = [scratch.alloc(8 * rows), scratch.alloc(8 * rows)];
  check(kernels.arith_i128_vv(op, a.low, a.high, b.low, b.high, valid, rows, low, high));
  return { low, high };
}

/** With more digits behind the point. */
const raised = (
  task: TaskContext,
  words: Words,
  digits: number,
  valid: number,
  rows: number,
  check: (bad: number) => void,
): Words =>
  digits === 0
    ? words
    : computed(task, MULTIPLY, words, constWords(task, 10n ** BigInt(digits), rows), valid, rows, check);
