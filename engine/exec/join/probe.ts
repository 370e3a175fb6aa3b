/**
 * The probe side of a join: streams left batches against a finished build side.
 *
 * Matches are made as (left row, right row) pairs, VECTOR_ROWS at a time; columns of the result are gathered only when
 * read. The residual condition decides which pairs count before a row is called unmatched. Unmatched sides become
 * NULL, or the type's default when the plan says so.
 */

import type { JoinPlan } from '../../plan/node.ts';
import { type LogicalType, laneOf, type Value } from '../../type/type.ts';
import { constVector, VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import { GroupTable } from '../group-table.ts';
import { type Input, lazyInput, type Push } from '../input.ts';
import { keyWords } from '../key.ts';
import { gatherRows, maskOf, validOf } from '../lane.ts';
import { takeColumn } from '../row-store.ts';
import { type JoinBuild, joinShape } from './build.ts';

const NONE = 0xffffffff;

export class JoinProbe {
  readonly #task: TaskContext;
  readonly #plan: JoinPlan;
  readonly #build: JoinBuild;
  readonly #table: GroupTable;
  readonly #keys: readonly Evaluator[];
  readonly #residual: Evaluator | null;
  readonly #push: Push;

  constructor(task: TaskContext, plan: JoinPlan, build: JoinBuild, push: Push) {
    this.#task = task;
    this.#plan = plan;
    this.#build = build;
    this.#push = push;
    this.#table = GroupTable.adopt(task, joinShape(plan).strings, build.table);
    this.#keys = plan.leftKeys.map((k) => compile(k, task));
    this.#residual = plan.residual === null ? null : compile(plan.residual, task);
  }

  consume(input: Input): void {
    const { arena, scratch } = this.#task;
    const { rows } = input;
    // Made now: pairs reset the scratch that a column first read among them would be in.
    for (let c = 0; c < this.#plan.left.schema.length; c++) input.column(c);
    const heads = this.#heads(input);
    const hit = scratch.allocZero(rows);
    const left = scratch.alloc(VECTOR_ROWS * 2);
    const right = scratch.alloc(VECTOR_ROWS * 4);
    let n = 0;
    const flush = (): void => {
      if (n === 0) return;
      const mark = scratch.mark();
      this.#pairs(input, left, right, n, hit);
      scratch.reset(mark);
      n = 0;
    };
    for (let row = 0; row < rows; row++) {
      for (let at = arena.u32[(heads >>> 2) + row]; at !== 0; at = this.#next(at - 1)) {
        arena.u16[left / 2 + n] = row;
        arena.u32[(right >>> 2) + n] = at - 1;
        if (++n === VECTOR_ROWS) {
          this.#task.check();
          flush();
        }
      }
    }
    flush();
    this.#afterBatch(input, hit);
  }

  /** First row + 1 of each left row's chain; 0 = no partner. */
  #heads(input: Input): number {
    const { arena, scratch } = this.#task;
    const { rows } = input;
    const heads = scratch.allocZero(rows * 4);
    if (this.#plan.join === 'cross' || this.#keys.length === 0) {
      arena.u32.fill(this.#build.rows.rows > 0 ? 1 : 0, heads >>> 2, (heads >>> 2) + rows);
      return heads;
    }
    const keys = this.#keys.map((k) => k(input));
    const gids = this.#table.find(keyWords(this.#task, joinShape(this.#plan), keys, rows), rows);
    const valids = this.#plan.nullSafe ? [] : keys.map((k) => validOf(this.#task, k)).filter((v) => v !== 0);
    for (let i = 0; i < rows; i++) {
      const gid = arena.u32[(gids >>> 2) + i];
      if (gid === NONE || valids.some((v) => arena.u8[v + i] === 0)) continue;
      arena.u32[(heads >>> 2) + i] = arena.u32[(this.#build.heads >>> 2) + gid];
    }
    return heads;
  }

  #next(row: number): number {
    if (this.#keys.length === 0) return row + 1 < this.#build.rows.rows ? row + 2 : 0;
    return this.#task.arena.u32[(this.#build.next >>> 2) + row];
  }

  /** Pairs that also satisfy the residual: marks both sides and passes them on. */
  #pairs(input: Input, left: number, right: number, n: number, hit: number): void {
    const { arena, kernels, scratch } = this.#task;
    const leftWidth = this.#plan.left.schema.length;
    let pairs = lazyInput(n, (c) =>
      c < leftWidth
        ? gatherRows(this.#task, input.column(c), left, n)
        : takeColumn(this.#task, this.#build.rows, c - leftWidth, right, n),
    );
    if (this.#residual !== null) {
      const mask = maskOf(this.#task, this.#residual(pairs));
      const sel = scratch.alloc(n * 2);
      const kept = kernels.mask_select(mask, n, sel);
      for (let i = 0; i < kept; i++) {
        const pair = arena.u16[sel / 2 + i];
        arena.u16[left / 2 + i] = arena.u16[left / 2 + pair];
        arena.u32[(right >>> 2) + i] = arena.u32[(right >>> 2) + pair];
      }
      n = kept;
      pairs = lazyInput(n, (c) =>
        c < leftWidth
          ? gatherRows(this.#task, input.column(c), left, n)
          : takeColumn(this.#task, this.#build.rows, c - leftWidth, right, n),
      );
    }
    for (let i = 0; i < n; i++) {
      arena.u8[hit + arena.u16[left / 2 + i]] = 1;
      arena.u8[this.#build.matched + arena.u32[(right >>> 2) + i]] = 1;
    }
    if (n > 0 && this.#plan.join !== 'semi' && this.#plan.join !== 'anti') this.#push(pairs);
  }

  /** What a left row owes once all its partners are known. */
  #afterBatch(input: Input, hit: number): void {
    const { kernels, scratch } = this.#task;
    const { join } = this.#plan;
    if (join === 'inner' || join === 'cross' || join === 'right') return;
    const wanted = scratch.alloc(input.rows);
    if (join === 'semi') this.#task.arena.u8.copyWithin(wanted, hit, hit + input.rows);
    else kernels.mask_not(hit, input.rows, wanted);
    const sel = scratch.alloc(input.rows * 2);
    const n = kernels.mask_select(wanted, input.rows, sel);
    if (n === 0) return;
    const leftWidth = this.#plan.left.schema.length;
    const { right, defaultIfUnmatched } = this.#plan;
    this.#push(
      lazyInput(n, (c) =>
        c < leftWidth
          ? gatherRows(this.#task, input.column(c), sel, n)
          : unmatchedColumn(right.schema[c - leftWidth].type, n, defaultIfUnmatched),
      ),
    );
  }
}

/** Right rows nobody matched, for right and full joins; runs once, after every probe. */
export function pushUnmatchedRight(task: TaskContext, plan: JoinPlan, build: JoinBuild, push: Push): void {
  const { arena, scratch } = task;
  const leftWidth = plan.left.schema.length;
  for (let from = 0; from < build.rows.rows; ) {
    task.check();
    const mark = scratch.mark();
    const order = scratch.alloc(VECTOR_ROWS * 4);
    let n = 0;
    for (; from < build.rows.rows && n < VECTOR_ROWS; from++) {
      if (arena.u8[build.matched + from] === 0) arena.u32[(order >>> 2) + n++] = from;
    }
    if (n > 0) {
      push(
        lazyInput(n, (c) =>
          c < leftWidth
            ? unmatchedColumn(plan.left.schema[c].type, n, plan.defaultIfUnmatched)
            : takeColumn(task, build.rows, c - leftWidth, order, n),
        ),
      );
    }
    scratch.reset(mark);
  }
}

const DEFAULTS: Readonly<Record<ReturnType<typeof laneOf>, Value>> = {
  i64: 0n,
  f64: 0,
  bool: false,
  str: '',
};

function unmatchedColumn(type: LogicalType, rows: number, useDefault: boolean): Vector {
  const lane = laneOf(type);
  return constVector(lane, rows, useDefault && !type.nullable ? DEFAULTS[lane] : null);
}
