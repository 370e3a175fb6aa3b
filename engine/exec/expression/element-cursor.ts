/** Elements of the arrays of a batch, read side by side into vectors, for bodies of lambdas. */

import { unequalSizes } from '../../function/scalar/lambda.ts';
import { columnsOf, type Expr } from '../../plan/expr.ts';
import { elementOf, type LogicalType, laneOf } from '../../type/type.ts';
import type { Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { type Input, lazyInput } from '../input.ts';
import { denseVector, gatherRows, refsOf, validOf } from '../lane.ts';
import { damaged, END, NONE, type Store, skipOf, storeOf, VALUE } from './packed-lists.ts';

/** Arrays of a batch, read side by side. */
export class ElementCursor {
  readonly #arrays: readonly ArrayCursor[];

  /** @param read by array, whether its elements are; else they are only counted */
  constructor(task: TaskContext, elements: readonly LogicalType[], read?: readonly boolean[]) {
    this.#arrays = elements.map((type, i) => new ArrayCursor(type, read?.[i] ?? true, task));
  }

  /** For a body, whose column `first` is the first array's elements. */
  static ofBody(task: TaskContext, body: Expr, types: readonly LogicalType[], first: number): ElementCursor {
    const columns = new Set(columnsOf(body));
    return new ElementCursor(
      task,
      types.map(elementOf),
      types.map((_, i) => columns.has(first + i)),
    );
  }

  /** Looks at the arrays of a batch. Their references stay good while scratch does. */
  open(vectors: readonly Vector[]): void {
    this.#arrays.forEach((array, i) => {
      array.open(vectors[i]);
    });
  }

  /** Goes to a row; false: one of its arrays is NULL. */
  startRow(row: number): boolean {
    return this.#arrays.every((array) => array.startRow(row));
  }

  /** Memory for n elements of each array. */
  reserve(n: number): void {
    for (const array of this.#arrays) array.reserve(n);
  }

  /** Takes the next elements as row `to` of the vectors; false at the end. @throws SIZES_OF_ARRAYS_DONT_MATCH */
  next(to: number): boolean {
    const [first, ...others] = this.#arrays;
    const found = first.next(to);
    for (const array of others) if (array.next(to) !== found) throw unequalSizes(first.count, array.count);
    return found;
  }

  /** Where each array's cursor stands, to come back to. */
  save(row: number, places: readonly Uint32Array[]): void {
    for (const [i, array] of this.#arrays.entries()) array.save(row, places[i]);
  }

  restore(row: number, places: readonly Uint32Array[]): void {
    for (const [i, array] of this.#arrays.entries()) array.restore(row, places[i]);
  }

  /** The elements taken since {@link reserve}. */
  vectors(n: number): readonly Vector[] {
    return this.#arrays.map((array) => array.vector(n));
  }
}

class ArrayCursor {
  readonly #task: TaskContext;
  readonly #type: LogicalType;
  readonly #read: boolean;
  readonly #store: Store;
  readonly #skip: ReturnType<typeof skipOf>;
  #refs = 0;
  #valid = 0;
  #at = 0;
  #end = 0;
  #data = 0;
  #present = 0;
  #nulls = false;
  /** Elements of the row so far. */
  count = 0;

  constructor(type: LogicalType, read: boolean, task: TaskContext) {
    this.#task = task;
    this.#type = type;
    this.#read = read;
    this.#store = storeOf(type, task);
    this.#skip = skipOf(type);
  }

  open(vector: Vector): void {
    this.#refs = refsOf(this.#task, vector) >>> 2;
    this.#valid = validOf(this.#task, vector);
  }

  startRow(row: number): boolean {
    const { u8, u32 } = this.#task.arena;
    if (this.#valid !== 0 && u8[this.#valid + row] === 0) return false;
    this.#at = u32[this.#refs + 2 * row];
    this.#end = this.#at + u32[this.#refs + 2 * row + 1];
    this.count = 0;
    return true;
  }

  reserve(n: number): void {
    if (!this.#read) return;
    const { scratch } = this.#task;
    this.#data = scratch.allocZero(n * (laneOf(this.#type) === 'bool' ? 1 : 8));
    this.#present = scratch.alloc(n);
    this.#nulls = false;
  }

  next(to: number): boolean {
    const { u8 } = this.#task.arena;
    if (this.#at >= this.#end) throw damaged();
    const mark = u8[this.#at];
    if (mark === END) return false;
    if (mark !== VALUE && mark !== NONE) throw damaged();
    this.#at++;
    this.count++;
    const isThere = mark === VALUE;
    if (this.#read) {
      u8[this.#present + to] = isThere ? 1 : 0;
      if (!isThere) this.#nulls = true;
    }
    if (isThere)
      this.#at = this.#read
        ? this.#store(this.#at, this.#end, this.#data, to)
        : this.#skip(u8, this.#at, this.#end);
    return true;
  }

  save(row: number, places: Uint32Array): void {
    places[2 * row] = this.#at;
    places[2 * row + 1] = this.#end;
  }

  restore(row: number, places: Uint32Array): void {
    this.#at = places[2 * row];
    this.#end = places[2 * row + 1];
  }

  vector(n: number): Vector {
    return denseVector(
      laneOf(this.#type),
      n,
      this.#data,
      this.#nulls || this.#type.id === 'null' ? this.#present : 0,
    );
  }
}

/** What a body sees: its first columns as they are, and what it captures for the rows `sel` (u16). */
export const bodyInput = (
  task: TaskContext,
  own: readonly Vector[],
  captured: readonly Vector[],
  sel: number,
  n: number,
): Input =>
  lazyInput(n, (index) =>
    index < own.length ? own[index] : gatherRows(task, captured[index - own.length], sel, n),
  );
