/**
 * The first half of a join's build side, on one thread: right rows go to partitions, and the ends of integer keys are
 * noted for the filter that the probe side's scan gets (scan-filter.ts).
 */

import type { JoinPlan } from '../../plan/node.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';
import { i64Of, validOf } from '../lane.ts';
import { PartitionStore, type SidePartial } from './partition-store.ts';
import { KeyEvaluator, rightSide } from './side.ts';

/** Least and largest value of a key; null = none was seen, or the key has no such order. */
export type KeyEnds = { readonly min: bigint; readonly max: bigint } | null;
export type BuildPartial = SidePartial & { readonly ends: readonly KeyEnds[] };

export class JoinBuildSink {
  readonly #task: TaskContext;
  readonly #plan: JoinPlan;
  readonly #keys: KeyEvaluator;
  readonly #store: PartitionStore;
  readonly #ends: KeyEnds[];

  constructor(task: TaskContext, plan: JoinPlan) {
    this.#task = task;
    this.#plan = plan;
    this.#keys = new KeyEvaluator(task, plan, plan.rightKeys);
    this.#store = new PartitionStore(task, rightSide(plan));
    this.#ends = plan.rightKeys.map(() => null);
  }

  consume(input: Input): void {
    const keys = this.#keys.keys(input);
    keys.vectors.forEach((v, k) => {
      if (v.lane === 'i64' && this.#plan.rightKeys[k].type.id !== 'uint64') {
        this.#stretch(k, i64Of(this.#task, v), validOf(this.#task, v), v.rows);
      }
    });
    this.#store.append(input, keys);
  }

  finish(): BuildPartial {
    return { ...this.#store.finish(), ends: this.#ends };
  }

  #stretch(k: number, words: number, valid: number, rows: number): void {
    const { kernels, scratch, arena } = this.#task;
    const out = scratch.alloc(16);
    if (kernels.minmax_i64(words, valid, rows, out) === 0) return;
    const [min, max] = [arena.i64[out / 8], arena.i64[out / 8 + 1]];
    const ends = this.#ends[k];
    this.#ends[k] =
      ends === null
        ? { min, max }
        : { min: min < ends.min ? min : ends.min, max: max > ends.max ? max : ends.max };
  }
}
