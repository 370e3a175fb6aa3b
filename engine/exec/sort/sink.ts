/**
 * ORDER BY on one thread: keeps the batch's rows with their sort keys; with a limit, only the rows that can still be
 * among the first `limit + offset` of them (top-N).
 *
 * Top-N lets rows pile up to a multiple of N, orders them, keeps N, and from then on refuses rows whose first key is
 * beyond the N-th's before anything of them is copied.
 */

import type { SortKey } from '../../plan/node.ts';
import type { LogicalType } from '../../type/type.ts';
import { laneOf } from '../../type/type.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import { type Input, narrowInput } from '../input.ts';
import { validOf, wordsOf } from '../lane.ts';
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
  /** The N-th row's first key as an order word; rows above it are refused. */
  #bound: bigint | null = null;

  constructor(task: TaskContext, spec: SortSpec) {
    this.#task = task;
    this.#spec = spec;
    this.#keys = spec.keys.map((k) => compile(k.expr, task));
    this.#store = new RowStore(task, task.heap, sortTypes(spec));
    this.#wanted = spec.limit === null ? null : spec.limit + spec.offset;
  }

  consume(input: Input): void {
    if (this.#wanted === 0) return;
    const kept = this.#bound === null ? input : this.#refuse(input, this.#bound);
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
    this.#store.keep(sortOrder(this.#task, stored, orderKeys(this.#spec)), n);
    const key = this.#spec.keys[0];
    const [order] = orderKeys(this.#spec);
    // A NULL may stand before the bound or after it: only a key that has none can refuse rows.
    if (key !== undefined && laneOf(key.expr.type) !== 'str' && !key.expr.type.nullable) {
      const word = scratch.alloc(8);
      orderWords(this.#task, laneOf(key.expr.type), order, stored.words[order.column] + (n - 1) * 8, 1, word);
      this.#bound = arena.u64[word / 8];
    }
    scratch.reset(mark);
  }

  #refuse(input: Input, bound: bigint): Input {
    const { kernels, scratch } = this.#task;
    const key = this.#keys[0](input);
    if (validOf(this.#task, key) !== 0) return input;
    const [order] = orderKeys(this.#spec);
    const words = scratch.alloc(input.rows * 8);
    orderWords(this.#task, key.lane, order, wordsOf(this.#task, key), input.rows, words);
    const mask = scratch.alloc(input.rows);
    kernels.cmp_le_u64_vc(words, input.rows, BigInt.asIntN(64, bound), mask);
    const sel = scratch.alloc(input.rows * 2);
    return narrowInput(this.#task, input, sel, kernels.mask_select(mask, input.rows, sel));
  }
}
