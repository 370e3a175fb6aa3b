/**
 * A set of integers that lie close together: a bit each from the least to the last, asked on the width that vectors have.
 */

import type { Kernels } from '../kernel/load.ts';
import type { Region } from '../memory/region.ts';
import { intVector, type Vector } from '../vector/vector.ts';
import type { TaskContext } from './context.ts';
import { i64Of } from './lane.ts';

/** Values from `least` to `least + last`. */
export type IntegerRange = { readonly least: bigint; readonly last: number };

export class IntegerBits {
  readonly #task: TaskContext;
  readonly #range: IntegerRange;
  readonly #bits: number;
  readonly #has: Readonly<Record<number, Kernels['in_bits_u8']>>;

  constructor(task: TaskContext, region: Region, range: IntegerRange) {
    const { kernels } = task;
    this.#task = task;
    this.#range = range;
    this.#bits = region.allocZero((range.last >>> 3) + 1);
    this.#has = {
      1: kernels.in_bits_u8,
      2: kernels.in_bits_u16,
      4: kernels.in_bits_u32,
      8: kernels.in_bits_u64,
    };
  }

  /** Values (i64), all within the range, but for rows whose word at `nulls` is not 0. @param nulls address; 0: there are none */
  addAll(values: number, nulls: number, n: number): void {
    this.#task.kernels.set_bits_i64(values, nulls, n, this.#range.least, this.#bits);
  }

  /** One byte a row, in scratch; of rows that are NULL it says nothing. */
  has(v: Vector): number {
    const { scratch } = this.#task;
    const { least, last } = this.#range;
    const out = scratch.alloc(v.rows);
    const { data, width, base } = v.kind === 'int' ? v : intVector(v.rows, i64Of(this.#task, v), 8, 0n, 0);
    this.#has[width](data, v.rows, base, least, last, this.#bits, out);
    return out;
  }
}
