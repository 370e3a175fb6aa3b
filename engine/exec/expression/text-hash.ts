/**
 * ClickHouse's hashes of 64 bits over vectors (function/scalar/hash.ts): texts, numbers by their bytes, pairs of hashes. Others, and
 * numbers whose bytes depend on their value, go row by row.
 */

import type { CallExpr, Expr } from '../../plan/expr.ts';
import { constVector, intVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { bothValid, f64Of, i64Of, refsOf, validOf } from '../lane.ts';
import type { VectorFunction, VectorFunctionFactory } from './evaluator.ts';

/** By name: the number its kernel has. */
const KINDS = [
  ['cityHash64', 0],
  ['sipHash64', 1],
  ['xxHash64', 2],
] as const;

const isNull = (v: Vector): boolean => v.kind === 'const' && v.value === null;

const integerOf = (expr: Expr | undefined): number =>
  expr?.kind === 'literal' && typeof expr.value === 'bigint' ? Number(expr.value) : 0;

const ofTexts =
  (kind: number): VectorFunctionFactory =>
  (_, task) =>
  ([texts], rows) => {
    if (isNull(texts)) return constVector('i64', rows, null);
    const out = task.scratch.alloc(rows * 8);
    task.kernels.text_hash_refs(kind, refsOf(task, texts), rows, out);
    return intVector(rows, out, 8, 0n, validOf(task, texts));
  };

/** @param wordsOf where the numbers lie as words of 8 bytes */
function ofNumbers(
  kind: number,
  bytes: number,
  number: boolean,
  wordsOf: (task: TaskContext, v: Vector) => number,
  task: TaskContext,
): VectorFunction {
  return ([numbers], rows) => {
    if (isNull(numbers)) return constVector('i64', rows, null);
    const out = task.scratch.alloc(rows * 8);
    const words = wordsOf(task, numbers);
    if (kind === 0 && number) task.kernels.text_hash_ints(words, bytes, rows, out);
    else task.kernels.text_hash_words(kind, words, bytes, rows, out);
    return intVector(rows, out, 8, 0n, validOf(task, numbers));
  };
}

const ofIntegers =
  (kind: number): VectorFunctionFactory =>
  ({ args: [, bytes, number] }: CallExpr, task) =>
    [1, 2, 4, 8].includes(integerOf(bytes)) && number?.kind === 'literal'
      ? ofNumbers(kind, integerOf(bytes), number.value === true, i64Of, task)
      : undefined;

const ofFloats =
  (kind: number): VectorFunctionFactory =>
  ({ args: [, bytes] }: CallExpr, task) =>
    integerOf(bytes) === 8 ? ofNumbers(kind, 8, true, f64Of, task) : undefined;

const ofPairs =
  (kind: number): VectorFunctionFactory =>
  (_, task) =>
  ([a, b], rows) => {
    if (isNull(a) || isNull(b)) return constVector('i64', rows, null);
    const out = task.scratch.alloc(rows * 8);
    task.kernels.text_hash_pairs(kind, i64Of(task, a), i64Of(task, b), rows, out);
    return intVector(rows, out, 8, 0n, bothValid(task, validOf(task, a), validOf(task, b), rows));
  };

export const TEXT_HASHES: readonly (readonly [string, VectorFunctionFactory])[] = KINDS.flatMap(
  ([name, kind]): [string, VectorFunctionFactory][] => [
    [`${name}_text`, ofTexts(kind)],
    [`${name}_word`, ofIntegers(kind)],
    [`${name}_float`, ofFloats(kind)],
    [`${name}_pair`, ofPairs(kind)],
  ],
);
