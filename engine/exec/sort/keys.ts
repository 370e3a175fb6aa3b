/**
 * Sort keys of a batch as the columns a run keeps (spec.ts): words whose unsigned order is the wanted one.
 *
 * NaN is the largest number, -0 equals 0. What lies under a NULL becomes 0, so that the next keys decide among NULLs.
 */

import type { SortKey } from '../../plan/node.ts';
import type { Lane } from '../../type/type.ts';
import type { Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { validOf } from '../lane.ts';

/** Addresses of the key columns of `rows` rows, in scratch. `wordsOf` gives the dense words of a vector. */
export function keyColumns(
  task: TaskContext,
  keys: readonly SortKey[],
  vectors: readonly Vector[],
  wordsOf: (v: Vector) => number,
  rows: number,
): number[] {
  const { kernels, scratch } = task;
  return keys.flatMap((key, k) => {
    const v = vectors[k];
    const source = wordsOf(v);
    let words = source;
    if (v.lane !== 'str') {
      words = scratch.alloc(rows * 8);
      orderWords(task, v.lane, key, source, rows, words);
    }
    if (!key.expr.type.nullable) return [words];
    const valid = validOf(task, v);
    const nulls = nullWords(task, valid, rows, key.nullsFirst);
    if (valid === 0) return [nulls, words];
    const clean = scratch.alloc(rows * 8);
    kernels.zero_nulls_u64(words, valid, rows, clean);
    return [nulls, clean];
  });
}

/** Words that ascend, unsigned, in the key's order; not for strings. */
export function orderWords(
  task: TaskContext,
  lane: Lane,
  key: SortKey,
  words: number,
  rows: number,
  out: number,
): void {
  const { kernels } = task;
  const flip = key.descending ? -1n : 0n;
  if (lane === 'f64') kernels.order_f64(words, rows, flip, out);
  else if (lane === 'bool' || key.expr.type.id === 'uint64') kernels.order_u64(words, rows, flip, out);
  else kernels.order_i64(words, rows, flip, out);
}

/** The integer, but for UInt64, that {@link orderWords} made a word of. */
export const integerOfWord = (word: bigint, descending: boolean): bigint =>
  BigInt.asIntN(64, word ^ SIGN_BIT ^ (descending ? ALL_BITS : 0n));
const SIGN_BIT = 1n << 63n;
const ALL_BITS = (1n << 64n) - 1n;

/** 0 and 1, so that NULLs come first or last. */
function nullWords(
  { kernels, scratch }: TaskContext,
  valid: number,
  rows: number,
  nullsFirst: boolean,
): number {
  const out = scratch.alloc(rows * 8);
  if (valid === 0) {
    kernels.fill_u64(rows, nullsFirst ? 1n : 0n, out);
    return out;
  }
  let flags = valid;
  if (!nullsFirst) {
    flags = scratch.alloc(rows);
    kernels.mask_not(valid, rows, flags);
  }
  kernels.widen_u8_u64(flags, rows, out);
  return out;
}
