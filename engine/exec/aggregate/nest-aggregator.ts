/**
 * Aggregates with several states in a group (function/aggregate/nest.ts), as the executor runs them. A group's states lie in one block. Rows,
 * or elements of their arrays, are added a batch at a time: the states they concern are taken out into columns, where the aggregate inside
 * adds to them as to those of any groups, and put back; bytes they refer to are only copied if they have moved.
 */

import { assert } from '../../base/error.ts';
import { formOf, innerOf, type Nest, NestWriter } from '../../function/aggregate/nest.ts';
import { textOfRef } from '../../memory/text.ts';
import type { AggregateCall, Expr } from '../../plan/expr.ts';
import { blockOf, copyBlock, type StateMemory } from '../../sketch/memory.ts';
import {
  byKey,
  keyedRecord,
  leastRecord,
  markOf,
  type NestForm,
  nestCount,
  nestKey,
  putState,
  reachRecord,
  recordAt,
  referred,
  takeState,
} from '../../sketch/nest.ts';
import { elementOf, type LogicalType, laneOf, notNull, tuple, type Value } from '../../type/type.ts';
import { refVector, VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { ElementCursor } from '../expression/element-cursor.ts';
import { bothValid, maskOf, validOf, wordsOf } from '../lane.ts';
import type { Aggregator } from './aggregator.ts';
import { valuesVector } from './block-aggregator.ts';
import { BatchHeap } from './state-heap.ts';

/** No state of its group gets the row: what -1 begins with. */
const NOWHERE = 0xffffffff;

/** Of states to be merged. */
const MAX_COPIED_BYTES = 1 << 20;

export function nestAggregator(
  nest: Nest,
  call: AggregateCall,
  make: (call: AggregateCall) => Aggregator,
): Aggregator {
  const { shape } = nest;
  const { params = [], type } = call;
  const inner = innerOf(nest, { fn: call.fn, params, result: type });
  const filtered = params[1] === 1;
  const types = elementTypes(nest, call.args);
  const args = types
    .slice(0, filtered ? -1 : types.length)
    .map((of, index): Expr => ({ kind: 'column', index, type: of }));
  const of = { fn: inner.fn, args, params: inner.params, filter: null, distinct: false, type: inner.result };
  const aggregate = make(of);
  const form = formOf(nest);
  assert(
    form.words === aggregate.words && form.refers === (aggregate.string === true || aggregate.block === true),
    `states of ${inner.fn} are of another form`,
  );
  let batch: StateBatch | null = null;
  const batchOf = (task: TaskContext): StateBatch => {
    batch ??= new StateBatch(task, form, shape === 'best', aggregate);
    return batch;
  };
  const addElements = elementAdder(nest, call.args, types, filtered, batchOf);
  return {
    words: 1,
    block: true,
    running: true,
    ordered: aggregate.ordered,
    update: shape === 'each' || shape === 'key' ? addElements : rowAdder(nest, filtered, batchOf),
    merge: (task, gids, [from], n, [slots], heap) => mergeBlocks(batchOf(task), gids, from, n, slots, heap),
    result: (task, [slots], n) =>
      shape === 'best'
        ? batchOf(task).single(slots, n)
        : batchOf(task).written(slots, n, inner.result, () => new NestWriter(nest, params, type)),
  };
}

/** Types of what the aggregate inside takes. */
function elementTypes({ shape }: Nest, args: readonly Expr[]): readonly LogicalType[] {
  const types = args.map(({ type }) => type);
  if (shape === 'best') return types.slice(0, -1);
  if (shape === 'step') return types.slice(1);
  return (shape === 'key' ? types.slice(1) : types).map(elementOf);
}

/** Keys are read as they lie, as the one field of a tuple. */
const rawKey = (keys: LogicalType): LogicalType => tuple([{ name: null, type: notNull(elementOf(keys)) }]);

/** Elements of arrays, each for a state. */
function elementAdder(
  { shape }: Nest,
  args: readonly Expr[],
  types: readonly LogicalType[],
  filtered: boolean,
  batchOf: (task: TaskContext) => StateBatch,
): Aggregator['update'] {
  const keyed = shape === 'key';
  let cursor: ElementCursor | null = null;
  return (task, gids, lists, valid, n, [slots], heap) => {
    const { u8, u32 } = task.arena;
    const batch = batchOf(task);
    cursor ??= new ElementCursor(task, keyed ? [rawKey(args[0].type), ...types] : types);
    const mark = task.scratch.mark();
    cursor.open(lists.map((refs) => refVector(n, refs, 0)));
    const inBatch = task.scratch.mark();
    const flush = (count: number): void => {
      const vectors = cursor!.vectors(count);
      const values = keyed ? vectors.slice(1) : vectors;
      let counts = filtered ? maskOf(task, values[values.length - 1]) : 0;
      for (const value of filtered ? values.slice(0, -1) : values)
        counts = bothValid(task, counts, validOf(task, value), count);
      if (keyed) {
        const keys = wordsOf(task, vectors[0]) >>> 2;
        const present = validOf(task, vectors[0]);
        for (let i = 0; i < count; i++)
          batch.numbers[i] =
            present !== 0 && u8[present + i] === 0
              ? NOWHERE
              : keyedRecord(heap, batch.form, batch.slots[i], u32[keys + 2 * i], u32[keys + 2 * i + 1]);
      } else for (let i = 0; i < count; i++) reachRecord(heap, batch.form, batch.slots[i], batch.numbers[i]);
      const inputs = (filtered ? values.slice(0, -1) : values).map((value) => wordsOf(task, value));
      batch.update(heap, inputs, counts, count);
      task.scratch.reset(inBatch);
    };
    let [count, isOpen] = [0, false];
    for (let row = 0; row < n; row++) {
      if ((valid !== 0 && u8[valid + row] === 0) || !cursor.startRow(row)) continue;
      for (let place = 0; ; place++) {
        if (!isOpen) cursor.reserve(VECTOR_ROWS);
        isOpen = true;
        if (!cursor.next(count)) break;
        batch.slots[count] = slots + 8 * u32[(gids >>> 2) + row];
        batch.numbers[count++] = place;
        if (count < VECTOR_ROWS) continue;
        flush(count);
        [count, isOpen] = [0, false];
      }
    }
    if (count > 0) flush(count);
    task.scratch.reset(mark);
  };
}

/** Whole rows, each for the state of its number or for the one state. */
function rowAdder(
  { shape }: Nest,
  filtered: boolean,
  batchOf: (task: TaskContext) => StateBatch,
): Aggregator['update'] {
  const isStep = shape === 'step';
  return (task, gids, args, valid, n, [slots], heap) => {
    const { u8, u32 } = task.arena;
    const batch = batchOf(task);
    const { form } = batch;
    const order = isStep ? args[0] : args[args.length - 1];
    const values = isStep ? args.slice(1) : args.slice(0, -1);
    const filter = filtered ? values[values.length - 1] : 0;
    const inputs = filtered ? values.slice(0, -1) : values;
    for (let from = 0; from < n; from += VECTOR_ROWS) {
      const rows = Math.min(VECTOR_ROWS, n - from);
      const mark = task.scratch.mark();
      for (let i = 0; i < rows; i++) {
        const row = from + i;
        batch.numbers[i] = NOWHERE;
        if (valid !== 0 && u8[valid + row] === 0) continue;
        const slot = slots + 8 * u32[(gids >>> 2) + row];
        const key = (order >>> 2) + 2 * row;
        if (isStep && u32[key] === NOWHERE) continue;
        batch.slots[i] = slot;
        batch.numbers[i] = u32[key];
        if (isStep) reachRecord(heap, form, slot, u32[key]);
        else leastRecord(heap, form, slot, u32[key], u32[key + 1]);
      }
      // A later row of the batch may have had the lesser text.
      if (!isStep)
        for (let i = 0; i < rows; i++) {
          const key = (order >>> 2) + 2 * (from + i);
          if (batch.numbers[i] === NOWHERE) continue;
          const at = leastRecord(heap, form, batch.slots[i], u32[key], u32[key + 1]);
          batch.numbers[i] = at < 0 ? NOWHERE : at;
        }
      let counts = 0;
      if (filtered) {
        counts = task.scratch.alloc(rows);
        for (let i = 0; i < rows; i++) u8[counts + i] = u8[filter + 8 * (from + i)];
      }
      batch.update(
        heap,
        inputs.map((words) => words + 8 * from),
        counts,
        rows,
      );
      task.scratch.reset(mark);
    }
  };
}

/** Adds n blocks, given by a column of references. */
function mergeBlocks(
  batch: StateBatch,
  gids: number,
  refs: number,
  n: number,
  slots: number,
  heap: StateMemory,
): void {
  const { task } = batch;
  const { u8, u32 } = heap;
  const mark = task.scratch.mark();
  let [count, copied] = [0, 0];
  const flush = (): void => {
    batch.merge(heap, count);
    [count, copied] = [0, 0];
    task.scratch.reset(mark);
  };
  for (let i = 0; i < n; i++) {
    const [address, bytes] = [u32[(refs >>> 2) + 2 * i], u32[(refs >>> 2) + 2 * i + 1]];
    if (address === 0 || bytes === 0) continue;
    const slot = slots + 8 * u32[(gids >>> 2) + i];
    if (blockOf(heap, slot) === 0) {
      copyBlock(heap, slot, address, bytes);
      continue;
    }
    let from = address;
    // What comes from files lies anywhere.
    if ((address & 7) !== 0) {
      if (copied > 0 && copied + bytes > MAX_COPIED_BYTES) flush();
      copied += bytes;
      from = task.scratch.alloc(bytes);
      u8.copyWithin(from, address, address + bytes);
    }
    for (let number = 0; number < nestCount(heap, from); number++) {
      const to = batch.recordFor(heap, slot, from, number);
      if (to < 0) continue;
      batch.slots[count] = slot;
      batch.numbers[count] = to;
      batch.sources[count] = from;
      batch.sourceNumbers[count++] = number;
      if (count < VECTOR_ROWS) continue;
      batch.merge(heap, count);
      count = 0;
    }
  }
  flush();
}

/** Up to VECTOR_ROWS rows on their way to states, and these states outside of their blocks. */
class StateBatch {
  readonly task: TaskContext;
  readonly form: NestForm;
  readonly #inner: Aggregator;
  /** Of each row: the slot of its group's block, and the record in it. */
  readonly slots = new Uint32Array(VECTOR_ROWS);
  readonly numbers = new Uint32Array(VECTOR_ROWS);
  /** Where a state to be merged lies. */
  readonly sources = new Uint32Array(VECTOR_ROWS);
  readonly sourceNumbers = new Uint32Array(VECTOR_ROWS);
  /** The same of each state that is outside, and where the bytes it refers to were. */
  readonly #takenSlots = new Uint32Array(VECTOR_ROWS);
  readonly #takenNumbers = new Uint32Array(VECTOR_ROWS);
  readonly #takenBytes = new Uint32Array(VECTOR_ROWS);
  readonly #heap: BatchHeap;
  readonly #isBest: boolean;

  constructor(task: TaskContext, form: NestForm, isBest: boolean, inner: Aggregator) {
    this.task = task;
    this.form = form;
    this.#isBest = isBest;
    this.#inner = inner;
    this.#heap = new BatchHeap(task.region());
  }

  update(heap: StateMemory, inputs: readonly number[], valid: number, n: number): void {
    this.#outside(heap, n, (gids, columns) =>
      this.#inner.update(this.task, gids, inputs, this.#counting(heap, valid, n), n, columns, this.#heap),
    );
  }

  /** Adds the states at `sources`. */
  merge(heap: StateMemory, rows: number): void {
    const n = this.#isBest ? this.#leastOf(heap, rows) : rows;
    if (n === 0) return;
    const from = this.#columns(n);
    for (let i = 0; i < n; i++) takeState(heap, this.form, this.sources[i], this.sourceNumbers[i], from, i);
    this.#outside(heap, n, (gids, columns) =>
      this.#inner.merge(this.task, gids, from, n, columns, this.#heap),
    );
  }

  /** Leaves only states that still have the least key; answers how many. */
  #leastOf(heap: StateMemory, n: number): number {
    let kept = 0;
    for (let i = 0; i < n; i++) {
      if (this.recordFor(heap, this.slots[i], this.sources[i], this.sourceNumbers[i]) < 0) continue;
      for (const list of [this.slots, this.numbers, this.sources, this.sourceNumbers]) list[kept] = list[i];
      kept++;
    }
    return kept;
  }

  /** The record that gets another block's record; -1: none does. */
  recordFor(heap: StateMemory, slot: number, from: number, number: number): number {
    if (!this.form.keyed) {
      reachRecord(heap, this.form, slot, number);
      return number;
    }
    const { byteOffset, length } = nestKey(heap, this.form, from, number);
    return this.#isBest
      ? leastRecord(heap, this.form, slot, byteOffset, length)
      : keyedRecord(heap, this.form, slot, byteOffset, length);
  }

  /** Results of groups that have one state each. */
  single(slots: number, n: number): Vector {
    const { arena } = this.task;
    const columns = this.#columns(n);
    for (let row = 0; row < n; row++) {
      const block = blockOf(arena, slots + 8 * row);
      if (block !== 0) takeState(arena, this.form, block, 0, columns, row);
    }
    return this.#inner.result(this.task, columns, n);
  }

  /** Results of groups, made of those of their states. */
  written(slots: number, n: number, type: LogicalType, writer: () => NestWriter): Vector {
    const { arena } = this.task;
    const groups = Array.from({ length: n }, writer);
    const owners = new Uint32Array(VECTOR_ROWS);
    let count = 0;
    const flush = (): void => {
      const values = this.#results(type, count, (columns) => {
        for (let i = 0; i < count; i++)
          takeState(arena, this.form, this.sources[i], this.sourceNumbers[i], columns, i);
      });
      for (let i = 0; i < count; i++)
        groups[owners[i]].add(nestKey(arena, this.form, this.sources[i], this.sourceNumbers[i]), values[i]);
      count = 0;
    };
    for (let row = 0; row < n; row++) {
      const block = blockOf(arena, slots + 8 * row);
      for (const number of byKey(arena, this.form, block)) {
        owners[count] = row;
        this.sources[count] = block;
        this.sourceNumbers[count++] = number;
        if (count === VECTOR_ROWS) flush();
      }
    }
    if (count > 0) flush();
    let missing: Value | undefined;
    const none = (): Value => {
      missing ??= this.#results(type, 1, () => undefined)[0];
      return missing;
    };
    return valuesVector(this.task, 'str', n, (row) => groups[row].end(none));
  }

  /** Values of states that `fill` puts into columns. */
  #results(type: LogicalType, n: number, fill: (columns: readonly number[]) => void): readonly Value[] {
    const { task } = this;
    const { scratch, strings } = task;
    const mark = scratch.mark();
    task.strings = scratch;
    try {
      const columns = this.#columns(n);
      fill(columns);
      return valuesOf(task, this.#inner.result(task, columns, n), type);
    } finally {
      task.strings = strings;
      scratch.reset(mark);
    }
  }

  /** Takes out the states that rows are for, has them added to, and puts them back. */
  #outside(heap: StateMemory, n: number, add: (gids: number, columns: readonly number[]) => void): void {
    const { form, task } = this;
    task.check();
    const gids = task.scratch.alloc(4 * n);
    const { u32 } = heap;
    let taken = 0;
    for (let i = 0; i < n; i++) {
      const [slot, number] = [this.slots[i], this.numbers[i]];
      u32[(gids >>> 2) + i] = 0;
      if (number === NOWHERE) continue;
      const mark = markOf(form, recordAt(heap, form, blockOf(heap, slot), number));
      if (u32[mark] === 0) {
        this.#takenSlots[taken] = slot;
        this.#takenNumbers[taken] = number;
        u32[mark] = ++taken;
      }
      u32[(gids >>> 2) + i] = u32[mark] - 1;
    }
    if (taken === 0) return;
    const columns = this.#columns(taken);
    for (let t = 0; t < taken; t++) {
      const number = this.#takenNumbers[t];
      const block = blockOf(heap, this.#takenSlots[t]);
      takeState(heap, form, block, number, columns, t);
      u32[markOf(form, recordAt(heap, form, block, number))] = 0;
      const { address, bytes } = referred(heap, form, block, number);
      this.#takenBytes[t] = bytes === 0 ? 0 : address;
    }
    add(gids, columns);
    for (let t = 0; t < taken; t++)
      putState(heap, form, this.#takenSlots[t], this.#takenNumbers[t], columns, t, this.#takenBytes[t]);
    this.#heap.clear();
  }

  /** Which rows count: those with a state, as far as `valid` has them. */
  #counting(heap: StateMemory, valid: number, n: number): number {
    if (!this.numbers.subarray(0, n).includes(NOWHERE)) return valid;
    const counts = this.task.scratch.alloc(n);
    for (let i = 0; i < n; i++)
      heap.u8[counts + i] = this.numbers[i] !== NOWHERE && (valid === 0 || heap.u8[valid + i] !== 0) ? 1 : 0;
    return counts;
  }

  #columns(n: number): readonly number[] {
    return Array.from({ length: this.form.words }, () => this.task.scratch.allocZero(8 * n));
  }
}

/** Values of a vector of such a type. */
function valuesOf(task: TaskContext, v: Vector, type: LogicalType): Value[] {
  const { u8, i64, f64 } = task.arena;
  const [words, valid] = [wordsOf(task, v), validOf(task, v)];
  const lane = laneOf(type);
  return Array.from({ length: v.rows }, (_, row): Value => {
    if (valid !== 0 && u8[valid + row] === 0) return null;
    if (lane === 'i64') return i64[words / 8 + row];
    if (lane === 'f64') return f64[words / 8 + row];
    if (lane === 'bool') return u8[words + 8 * row] !== 0;
    return textOfRef(task.arena, words + 8 * row);
  });
}
