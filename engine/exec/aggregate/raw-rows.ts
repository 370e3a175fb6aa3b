/**
 * Rows that a thread did not group, since grouping them there would not have made them fewer: how they lie in
 * partitions, and how their batches become columns and columns arguments again.
 *
 *   row = key word* argument word* [bits of the aggregates that skip the row] [hash]
 */

import type { AggregateCall } from '../../plan/expr.ts';
import type { TaskContext } from '../context.ts';
import type { KeptStrings } from '../keep-strings.ts';
import type { KeyShape } from '../key.ts';
import { bitsColumn, columnOfExpr, RowLayout } from '../row-layout.ts';
import type { AggregateArguments } from './state.ts';

/** Up to as many words are hashed again for less than carrying their hash along costs. */
const REHASHED_WORDS = 2;

export class RawRows {
  readonly layout: RowLayout;
  readonly #calls: readonly AggregateCall[];
  readonly #keyWords: number;
  /** Any aggregate may skip rows. */
  readonly #hasBits: boolean;

  constructor(shape: KeyShape, calls: readonly AggregateCall[]) {
    this.#calls = calls;
    this.#keyWords = shape.strings.length;
    this.#hasBits = calls.some(canSkip);
    const args = calls.flatMap((call) => call.args.map(columnOfExpr));
    const bits = this.#hasBits ? [bitsColumn(calls.length)] : [];
    const hashed = shape.strings.length > REHASHED_WORDS || shape.strings.includes(true);
    this.layout = new RowLayout([...shape.columns, ...args, ...bits], hashed);
  }

  /** Addresses of the word columns of a batch, in scratch; strings are copied unless `strings` is null. */
  ofBatch(
    task: TaskContext,
    keys: readonly number[],
    args: readonly AggregateArguments[],
    rows: number,
    strings: KeptStrings | null,
  ): number[] {
    const { kernels, scratch } = task;
    const columns = [...keys, ...args.flatMap((a) => a.words)];
    if (strings !== null) {
      for (let c = 0; c < columns.length; c++)
        if (this.layout.columns[c].string) columns[c] = strings.keep(columns[c], rows);
    }
    if (this.#hasBits) {
      const bits = scratch.allocZero(rows * 8);
      args.forEach((a, i) => {
        if (a.valid !== 0) kernels.null_bit_or(a.valid, rows, i, bits);
      });
      columns.push(bits);
    }
    return columns;
  }

  /** Arguments of n rows given as columns. */
  args(task: TaskContext, columns: readonly number[], n: number): AggregateArguments[] {
    const { kernels, scratch } = task;
    const bits = columns[columns.length - 1];
    let at = this.#keyWords;
    return this.#calls.map((call, i) => {
      const words = columns.slice(at, at + call.args.length);
      at += call.args.length;
      if (!canSkip(call)) return { words, valid: 0 };
      const valid = scratch.alloc(n);
      kernels.valid_of_bit(bits, n, i, valid);
      return { words, valid };
    });
  }
}

const canSkip = ({ filter, args }: AggregateCall): boolean =>
  filter !== null || args.some(({ type }) => type.nullable);
