/**
 * The state columns of all aggregates of one GROUP BY: one region-allocated column of 8-byte words per state word.
 *
 * States start as zeros, when their groups do; columns grow together with the group table they belong to.
 */

import type { Region } from '../../memory/region.ts';
import type { AggregateCall } from '../../plan/expr.ts';
import type { TaskContext } from '../context.ts';
import { type Aggregator, aggregator } from './aggregator.ts';
import { StateHeap } from './state-heap.ts';

/** Arguments of one aggregate for one batch: dense words, and which rows count. */
export type AggregateArguments = { readonly words: readonly number[]; readonly valid: number };

/** Columns of one aggregate, given those of all. */
export function stateWords(
  aggregators: readonly Aggregator[],
  columns: readonly number[],
  index: number,
): readonly number[] {
  let from = 0;
  for (let i = 0; i < index; i++) from += aggregators[i].words;
  return columns.slice(from, from + aggregators[index].words);
}

export class AggregateStates {
  readonly aggregators: readonly Aggregator[];
  /** State words per group, all aggregates together. */
  readonly wordCount: number;
  /** Blocks that words refer to. */
  readonly heap: StateHeap;
  readonly #task: TaskContext;
  readonly #region: Region;
  #columns: number[] = [];
  #capacity = 0;

  constructor(
    task: TaskContext,
    region: Region,
    calls: readonly AggregateCall[],
    grouped: boolean,
    capacity: number,
    heap = new StateHeap(task.region()),
  ) {
    this.#task = task;
    this.#region = region;
    this.heap = heap;
    this.aggregators = calls.map((call) => aggregator(call, grouped));
    this.wordCount = this.aggregators.reduce((sum, a) => sum + a.words, 0);
    this.ensure(capacity, 0);
  }

  get columns(): readonly number[] {
    return this.#columns;
  }

  /** Columns of aggregate `index`, given all columns of a state or of merged rows. */
  slice(columns: readonly number[], index: number): readonly number[] {
    return stateWords(this.aggregators, columns, index);
  }

  /** Room for `capacity` groups, of which the first `used` have states already. */
  ensure(capacity: number, used: number): void {
    if (capacity <= this.#capacity) return;
    const { arena } = this.#task;
    this.#columns = Array.from({ length: this.wordCount }, (_, c) => {
      const to = this.#region.alloc(capacity * 8);
      const from = this.#columns[c];
      if (used > 0) arena.u8.copyWithin(to, from, from + used * 8);
      return to;
    });
    this.#capacity = capacity;
  }

  /** Gives groups [from, to) their first states. */
  begin(from: number, to: number): void {
    for (const column of this.#columns) this.#task.arena.fill(column + from * 8, (to - from) * 8, 0);
  }

  update(gids: number, args: readonly AggregateArguments[], n: number): void {
    let from = 0;
    this.aggregators.forEach((a, i) => {
      a.update(
        this.#task,
        gids,
        args[i].words,
        args[i].valid,
        n,
        this.#columns.slice(from, from + a.words),
        this.heap,
      );
      from += a.words;
    });
  }

  /** Adds n states given as `wordCount` columns. */
  merge(gids: number, columns: readonly number[], n: number): void {
    let from = 0;
    for (const a of this.aggregators) {
      a.merge(
        this.#task,
        gids,
        columns.slice(from, from + a.words),
        n,
        this.#columns.slice(from, from + a.words),
        this.heap,
      );
      from += a.words;
    }
  }
}
