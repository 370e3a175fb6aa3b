/**
 * ORDER BY on one thread: keeps the batch's rows with their sort keys; with a limit, only the rows that can still be
 * among the first `limit + offset` of them (top-N).
 *
 * Top-N lets rows pile up to a multiple of N, orders them, keeps N, and from then on refuses rows whose leading keys are
 * beyond the N-th's before anything of them is copied.
 */

import type { SortKey } from '../../plan/node.ts';
import type { LogicalType } from '../../type/type.ts';
import type { Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import { type Input, maskedInput } from '../input.ts';
import { wordsOf } from '../lane.ts';
import { RowStore, type StoredRows } from '../row-store.ts';
import { type OrderKey, orderWords, sortOrder } from './order.ts';

export type SortSpec = {
  readonly types: readonly LogicalType[];
  readonly keys: readonly SortKey[];
  readonly limit: number | null;
  readonly offset: number;
};

const MIN_PILE = 16384;

/** Stored columns: the input's, then one per key. */
export const sortTypes = (spec: SortSpec): LogicalType[] => [
  ...spec.types,
  ...spec.keys.map((k) => k.expr.type),
];

export const orderKeys = (spec: SortSpec): OrderKey[] =>
  spec.keys.map((key, k) => ({
    column: spec.types.length + k,
    descending: key.descending,
    nullsFirst: key.nullsFirst,
    unsigned: key.expr.type.id === 'uint64',
  }));

export class SortSink {
  readonly #task: TaskContext;
  readonly #spec: SortSpec;
  readonly #keys: readonly Evaluator[];
  readonly #store: RowStore;
  readonly #wanted: number | null;
  readonly #boundKeys: number;
  /** The N-th row's leading keys, as order words or string references; rows above it are refused. */
  #bound: readonly bigint[] = [];

  constructor(task: TaskContext, spec: SortSpec) {
    this.#task = task;
    this.#spec = spec;
    this.#keys = spec.keys.map((k) => compile(k.expr, task));
    this.#store = new RowStore(task, task.heap, sortTypes(spec));
    this.#wanted = spec.limit === null ? null : spec.limit + spec.offset;
    this.#boundKeys = boundKeyCount(spec);
  }

  consume(input: Input): void {
    if (this.#wanted === 0) return;
    const kept = this.#refuse(input);
    if (kept.rows === 0) return;
    const width = this.#spec.types.length;
    this.#store.append(kept.rows, (c) => (c < width ? kept.column(c) : this.#keys[c - width](kept)));
    if (this.#wanted !== null && this.#store.rows >= Math.max(MIN_PILE, this.#wanted * 2))
      this.#cut(this.#wanted);
  }

  finish(): StoredRows {
    if (this.#wanted !== null && this.#store.rows > this.#wanted) this.#cut(this.#wanted);
    return this.#store.describe();
  }

  #cut(n: number): void {
    const { scratch, arena } = this.#task;
    const mark = scratch.mark();
    const stored = this.#store.describe();
    const orders = orderKeys(this.#spec);
    this.#store.keep(sortOrder(this.#task, stored, orders), n);
    const word = scratch.alloc(8);
    this.#bound = orders.slice(0, this.#boundKeys).map((order) => {
      const lane = stored.lanes[order.column];
      const last = stored.words[order.column] + (n - 1) * 8;
      if (lane === 'str') return arena.u64[last / 8];
      orderWords(this.#task, lane, order, last, 1, word);
      return arena.u64[word / 8];
    });
    scratch.reset(mark);
  }

  /** Rows that may still be among the first: below the bound in a key, equal in all keys before it; or equal in all. */
  #refuse(input: Input): Input {
    if (this.#bound.length === 0) return input;
    const { kernels, scratch } = this.#task;
    const { rows } = input;
    // Rows that are in for sure, and rows that were equal in every key so far: only those need the next key.
    const kept = scratch.allocZero(rows);
    const ties = scratch.alloc(rows);
    this.#task.arena.u8.fill(1, ties, ties + rows);
    const notAbove = scratch.alloc(rows);
    const below = scratch.alloc(rows);
    for (let k = 0; k < this.#bound.length && kernels.mask_count(ties, rows) > 0; k++) {
      this.#compare(this.#keys[k](input), k, notAbove, below);
      kernels.mask_and(ties, notAbove, rows, ties);
      kernels.mask_and(ties, below, rows, below);
      kernels.mask_or(kept, below, rows, kept);
      kernels.mask_not(below, rows, below);
      kernels.mask_and(ties, below, rows, ties);
    }
    kernels.mask_or(kept, ties, rows, kept);
    return maskedInput(this.#task, input, kept);
  }

  /** Masks of the rows whose key k is not above the bound's, and of those below it, in the key's order. */
  #compare(key: Vector, k: number, notAbove: number, below: number): void {
    const { kernels, scratch } = this.#task;
    const { rows } = key;
    const order = orderKeys(this.#spec)[k];
    const bound = this.#bound[k];
    const words = scratch.alloc(rows * 8);
    if (key.lane === 'str') {
      const refs = wordsOf(this.#task, key);
      kernels.fill_u64(rows, BigInt.asIntN(64, bound), words);
      kernels.cmp_refs_vv(order.descending ? GE : LE, refs, words, rows, notAbove);
      kernels.cmp_refs_vv(order.descending ? GT : LT, refs, words, rows, below);
      return;
    }
    orderWords(this.#task, key.lane, order, wordsOf(this.#task, key), rows, words);
    kernels.cmp_le_u64_vc(words, rows, BigInt.asIntN(64, bound), notAbove);
    if (bound === 0n) this.#task.arena.u8.fill(0, below, below + rows);
    else kernels.cmp_le_u64_vc(words, rows, BigInt.asIntN(64, bound - 1n), below);
  }
}

/** Comparison numbers of the kernels. */
const LT = 2;
const LE = 3;
const GT = 4;
const GE = 5;

/** Keys that take part in the bound. */
const MAX_BOUND_KEYS = 3;

/** A NULL may stand before the bound or after it: only leading keys that have none can refuse rows. */
function boundKeyCount(spec: SortSpec): number {
  const firstNullable = spec.keys.findIndex((key) => key.expr.type.nullable);
  return Math.min(MAX_BOUND_KEYS, firstNullable < 0 ? spec.keys.length : firstNullable);
}
