/**
 * The build side of a hash join: all rows of the right input, a group table over their keys, and for every group the
 * chain of its rows. Made by one thread, read by all.
 *
 * Chains are u32 arrays: `heads[group]` and `next[row]` hold row number + 1, 0 ends. Rows whose key has a NULL are in
 * no chain unless the join is null-safe.
 */

import type { JoinPlan } from '../../plan/node.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import { STEP_ROWS, type TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import { GroupTable, type GroupTableData } from '../group-table.ts';
import type { Input } from '../input.ts';
import { keyShape, keyWords } from '../key.ts';
import { RowStore, type StoredRows, storedColumn } from '../row-store.ts';

/** A finished build side; plain data for other threads. */
export type JoinBuild = {
  readonly table: GroupTableData;
  readonly heads: number;
  readonly next: number;
  readonly rows: StoredRows;
  /** One byte a row, set when the row found a partner (right and full joins). */
  readonly matched: number;
};

/** Key types of both sides agree in lane; the shape has a NULL word when either side can be NULL. */
export const joinShape = (plan: JoinPlan) =>
  keyShape(
    plan.rightKeys.map((key, k) => ({
      ...key.type,
      nullable: key.type.nullable || plan.leftKeys[k].type.nullable,
    })),
  );

export class JoinBuildSink {
  readonly #task: TaskContext;
  readonly #plan: JoinPlan;
  readonly #store: RowStore;
  readonly #keyStore: RowStore;
  readonly #evaluators: readonly Evaluator[];

  constructor(task: TaskContext, plan: JoinPlan) {
    this.#task = task;
    this.#plan = plan;
    const types = plan.right.schema.map((f) => f.type);
    this.#store = new RowStore(task, task.heap, types);
    this.#keyStore = new RowStore(
      task,
      task.heap,
      plan.rightKeys.map((k) => k.type),
    );
    this.#evaluators = plan.rightKeys.map((k) => compile(k, task));
  }

  consume(input: Input): void {
    this.#store.append(input.rows, (c) => input.column(c));
    this.#keyStore.append(input.rows, (c) => this.#evaluators[c](input));
  }

  finish(): JoinBuild {
    const { arena, heap, scratch } = this.#task;
    const rows = this.#store.describe();
    const shape = joinShape(this.#plan);
    const table = new GroupTable(this.#task, heap, shape.strings, rows.rows);
    const next = heap.allocZero(rows.rows * 4 + 8);
    const gids = heap.alloc(rows.rows * 4 + 8);
    const keys = this.#keyStore.describe();
    for (let from = 0; from < rows.rows; from += VECTOR_ROWS) {
      this.#task.check();
      const mark = scratch.mark();
      const n = Math.min(VECTOR_ROWS, rows.rows - from);
      const vectors = keys.lanes.map((_, c) => storedColumn(this.#task, keys, c, from, n));
      const found = table.upsert(keyWords(this.#task, shape, vectors, n), n);
      arena.u8.copyWithin(gids + from * 4, found, found + n * 4);
      scratch.reset(mark);
    }
    const heads = heap.allocZero(table.count * 4 + 8);
    // From the last row to the first, so that a chain lists its rows in their order.
    for (let row = rows.rows - 1; row >= 0; row--) {
      if ((row & (STEP_ROWS - 1)) === 0) this.#task.check();
      if (!this.#plan.nullSafe && keys.valid.some((v) => v !== 0 && arena.u8[v + row] === 0)) continue;
      const head = (heads >>> 2) + arena.u32[(gids >>> 2) + row];
      arena.u32[(next >>> 2) + row] = arena.u32[head];
      arena.u32[head] = row + 1;
    }
    return { table: table.describe(), heads, next, rows, matched: heap.allocZero(rows.rows + 8) };
  }
}
