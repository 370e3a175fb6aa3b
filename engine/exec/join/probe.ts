/**
 * The probe side of a join: streams left batches against finished tables.
 *
 * Matches are made as (left row, right row) pairs, VECTOR_ROWS at a time; columns of the result are gathered only when
 * read. The residual condition decides which pairs count before a row is called unmatched. Unmatched sides become
 * NULL, or the type's default when the plan says so.
 */

import type { JoinPlan, JoinType } from '../../plan/node.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import { type Input, lazyInput, type Push } from '../input.ts';
import { gatherRows, maskOf } from '../lane.ts';
import type { TableSet } from './hash-table.ts';
import { PickWords } from './nearest.ts';
import { type JoinKeys, KeyEvaluator, keepsRightRows } from './side.ts';
import { endsWithRight, unmatchedColumn } from './unmatched.ts';

export class JoinProbe {
  readonly #task: TaskContext;
  readonly #plan: JoinPlan;
  readonly #keys: KeyEvaluator;
  readonly #residual: Evaluator | null;
  readonly #push: Push;
  /** Of joins that take one partner a left row. */
  readonly #words: PickWords | null;
  readonly #strict: 0 | 1;
  readonly #state: number;

  constructor(task: TaskContext, plan: JoinPlan, push: Push) {
    this.#task = task;
    this.#plan = plan;
    this.#push = push;
    this.#keys = new KeyEvaluator(task, plan, plan.leftKeys);
    this.#residual = plan.residual === null ? null : compile(plan.residual, task);
    const { pick } = plan;
    this.#words = pick === undefined ? null : new PickWords(task, pick, 'left');
    this.#strict = pick?.kind === 'nearest' && (pick.op === 'gt' || pick.op === 'lt') ? 1 : 0;
    this.#state = task.heap.alloc(8);
  }

  consume(input: Input, tables: TableSet): void {
    this.match(input, this.#keys.keys(input), tables);
  }

  /** The same, for a batch whose keys are known. */
  match(input: Input, keys: JoinKeys, tables: TableSet): void {
    const { arena, kernels, scratch } = this.#task;
    const { rows } = input;
    // Made now: pairs reset the scratch that a column first read among them would be in.
    for (let c = 0; c < this.#plan.left.schema.length; c++) input.column(c);
    const heads = tables.find(keys, rows);
    if (this.#words !== null) {
      const { words, valid } = this.#words.of(input);
      kernels.join_nearest(heads, rows, words, valid, tables.rows.links, this.#strict);
    }
    const hit = scratch.allocZero(rows);
    if (keepsRightRows(this.#plan)) {
      const left = scratch.alloc(VECTOR_ROWS * 2);
      const right = scratch.alloc(VECTOR_ROWS * 4);
      arena.u32.fill(0, this.#state >>> 2, (this.#state >>> 2) + 2);
      const links = tables.unique ? 0 : tables.rows.links;
      for (;;) {
        const n = kernels.join_pairs(this.#state, heads, rows, links, VECTOR_ROWS, left, right);
        if (n === 0) break;
        this.#task.check();
        const mark = scratch.mark();
        this.#pairs(input, tables, left, right, n, hit);
        scratch.reset(mark);
      }
    } else kernels.mask_of_u32(heads, rows, hit);
    this.#afterBatch(input, hit);
  }

  /** Pairs that also satisfy the residual: marks both sides and passes them on. */
  #pairs(input: Input, tables: TableSet, left: number, right: number, n: number, hit: number): void {
    const { arena, kernels, scratch } = this.#task;
    const { join } = this.#plan;
    const leftWidth = this.#plan.left.schema.length;
    const pairsOf = (count: number): Input =>
      lazyInput(count, (c) =>
        c < leftWidth
          ? gatherRows(this.#task, input.column(c), left, count)
          : tables.rows.take(c - leftWidth, right, count),
      );
    let pairs = pairsOf(n);
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
      pairs = pairsOf(n);
    }
    const both = endsWithRight(this.#plan) ? 1 : 0;
    if (both === 1 || (join !== 'inner' && join !== 'cross'))
      kernels.join_mark(left, right, n, hit, tables.rows.links, both);
    if (n > 0 && !isHalf(join)) this.#push(pairs);
  }

  /** What a left row owes once all its partners are known. */
  #afterBatch(input: Input, hit: number): void {
    const { kernels, scratch } = this.#task;
    const { join } = this.#plan;
    if (!owesLeft(join)) return;
    let wanted = hit;
    if (join !== 'semi') {
      wanted = scratch.alloc(input.rows);
      kernels.mask_not(hit, input.rows, wanted);
    }
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

const HALF: ReadonlySet<JoinType> = new Set(['semi', 'anti', 'right semi', 'right anti']);
/** Gives rows of one side, no pairs. */
const isHalf = (join: JoinType): boolean => HALF.has(join);

const OWES_LEFT: ReadonlySet<JoinType> = new Set(['left', 'full', 'semi', 'anti']);
/** Gives left rows by whether they have a partner. */
const owesLeft = (join: JoinType): boolean => OWES_LEFT.has(join);
