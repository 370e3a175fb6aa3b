/**
 * A row for each element of arrays. Packed arrays (type/packed.ts) are read one value at a time; the input's columns are gathered by the
 * number of the row an element comes from, and only those that somebody reads.
 *
 * Rows go on in batches of at most VECTOR_ROWS, however long the arrays are, and in the input's order.
 */

import { BasaltError } from '../base/error.ts';
import { textOfRef, writeText } from '../memory/text.ts';
import type { Expr } from '../plan/expr.ts';
import { type Item, laneValueOf, unpackItem } from '../type/nested.ts';
import { elementOf, type LogicalType, laneOf, type Value } from '../type/type.ts';
import { VECTOR_ROWS, type Vector } from '../vector/vector.ts';
import type { TaskContext } from './context.ts';
import { compile } from './expression/compile.ts';
import type { Evaluator } from './expression/evaluator.ts';
import { type Input, lazyInput, type Push } from './input.ts';
import { denseVector, gatherRows, refsOf, validOf } from './lane.ts';

export type ExpandSpec = {
  /** Of array types. */
  readonly arrays: readonly Expr[];
  readonly padded: boolean;
  readonly outer: boolean;
  readonly missing: readonly Value[];
  /** Columns of the input: elements come behind them. */
  readonly width: number;
};

export class Expander {
  readonly #task: TaskContext;
  readonly #spec: ExpandSpec;
  readonly #push: Push;
  readonly #evaluators: readonly Evaluator[];
  readonly #types: readonly LogicalType[];

  constructor(task: TaskContext, spec: ExpandSpec, push: Push) {
    this.#task = task;
    this.#spec = spec;
    this.#push = push;
    this.#evaluators = spec.arrays.map((expr) => compile(expr, task));
    this.#types = spec.arrays.map((expr) => expr.type);
  }

  consume(input: Input): void {
    const { outer, missing, padded } = this.#spec;
    const readers = this.#evaluators.map((evaluate, a) => this.#readerOf(evaluate(input), this.#types[a]));
    const seen = new Set<number>();
    const { scratch } = this.#task;
    let mark = scratch.mark();
    let batch = this.#begin();
    for (let row = 0; row < input.rows; row++) {
      const items = readers.map((read) => read(row));
      const most = Math.max(...items.map(({ length }) => length));
      if (!padded && items.some(({ length }) => length !== most)) throw unequal();
      const count = most === 0 && outer ? 1 : most;
      for (let k = 0; k < count; k++) {
        if (batch.rows === VECTOR_ROWS) {
          const known = seen.size;
          this.#pass(input, batch, seen);
          // Columns of the input that were made for this batch are read by the next ones, too.
          if (seen.size === known) scratch.reset(mark);
          mark = scratch.mark();
          batch = this.#begin();
        }
        batch.from(row);
        items.forEach((list, a) => {
          batch.set(a, most === 0 ? missing[a] : laneValueOf(list[k] ?? null, elementOf(this.#types[a])));
        });
        batch.rows++;
      }
    }
    if (batch.rows > 0) this.#pass(input, batch, seen);
  }

  #begin(): Batch {
    this.#task.check();
    return new Batch(
      this.#task,
      this.#types.map((type) => elementOf(type)),
    );
  }

  /** @param seen columns of the input that were read so far. */
  #pass(input: Input, batch: Batch, seen: Set<number>): void {
    const { width } = this.#spec;
    const vectors = batch.vectors();
    this.#push(
      lazyInput(batch.rows, (c) => {
        if (c >= width) return vectors[c - width];
        seen.add(c);
        return gatherRows(this.#task, input.column(c), batch.rowNumbers, batch.rows);
      }),
    );
  }

  /** The elements of row i; those of NULL are none. */
  #readerOf(vector: Vector, type: LogicalType): (row: number) => readonly Item[] {
    const { u8 } = this.#task.arena;
    const refs = refsOf(this.#task, vector);
    const valid = validOf(this.#task, vector);
    const isNull = (row: number): boolean =>
      (valid !== 0 && u8[valid + row] === 0) || (vector.kind === 'const' && vector.value === null);
    return (row) => {
      if (isNull(row)) return [];
      return unpackItem(textOfRef(this.#task.arena, refs + row * 8), type);
    };
  }
}

const unequal = (): BasaltError =>
  new BasaltError('SIZES_OF_ARRAYS_DONT_MATCH', 'Arrays that are joined together have different lengths', {
    hint: 'Join them one after the other for all pairs',
  });

/** Elements of one batch, dense. */
class Batch {
  rows = 0;
  /** Address of u16 numbers of the input's rows. */
  readonly rowNumbers: number;
  readonly #task: TaskContext;
  readonly #types: readonly LogicalType[];
  readonly #data: readonly number[];
  readonly #valid: readonly number[];

  constructor(task: TaskContext, types: readonly LogicalType[]) {
    const { scratch } = task;
    this.#task = task;
    this.#types = types;
    this.rowNumbers = scratch.alloc(VECTOR_ROWS * 2);
    this.#data = types.map((type) => scratch.allocZero(VECTOR_ROWS * (laneOf(type) === 'bool' ? 1 : 8)));
    this.#valid = types.map(() => scratch.allocZero(VECTOR_ROWS));
  }

  from(row: number): void {
    this.#task.arena.u16[(this.rowNumbers >>> 1) + this.rows] = row;
  }

  set(array: number, value: Value): void {
    if (value === null) return;
    const { u8, i64, f64 } = this.#task.arena;
    const { rows } = this;
    const data = this.#data[array];
    u8[this.#valid[array] + rows] = 1;
    switch (laneOf(this.#types[array])) {
      case 'bool':
        u8[data + rows] = value === true ? 1 : 0;
        return;
      case 'f64':
        f64[(data >>> 3) + rows] = value as number;
        return;
      case 'i64':
        i64[(data >>> 3) + rows] = value as bigint;
        return;
      case 'str':
        writeText(this.#task.strings, value as string, data + rows * 8);
    }
  }

  vectors(): Vector[] {
    const { kernels } = this.#task;
    return this.#types.map((type, a) => {
      const valid = this.#valid[a];
      const all = kernels.mask_count(valid, this.rows) === this.rows;
      return denseVector(laneOf(type), this.rows, this.#data[a], all ? 0 : valid);
    });
  }
}
