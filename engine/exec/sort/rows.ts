/**
 * A batch as the columns of a run (spec.ts): what both sort sinks append to their buffers.
 *
 * Keys are evaluated here, once a batch. Strings are copied to where the sink keeps them, and only once when a key is a
 * column of the batch as it stands. Addresses are good until the batch's scratch is reset.
 */

import type { Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import type { Input } from '../input.ts';
import type { KeptStrings } from '../keep-strings.ts';
import { validOf } from '../lane.ts';
import { keyColumns } from './keys.ts';
import { type SortLayout, type SortSpec, sortLayout } from './spec.ts';

export class SortRows {
  readonly layout: SortLayout;
  readonly keys: readonly Evaluator[];
  readonly #task: TaskContext;
  readonly #spec: SortSpec;

  constructor(task: TaskContext, spec: SortSpec) {
    this.#task = task;
    this.#spec = spec;
    this.layout = sortLayout(spec);
    this.keys = spec.keys.map((key) => compile(key.expr, task));
  }

  /** Addresses of the run columns of a batch, in scratch; strings go to `strings`. */
  columns(input: Input, strings: KeptStrings): number[] {
    const { arena, scratch } = this.#task;
    const { rows } = input;
    // A key is often a column of the input: its strings are kept once.
    const kept = new Map<Vector, number>();
    const wordsOf = (v: Vector): number => {
      let words = kept.get(v);
      if (words === undefined) {
        words = strings.wordsOf(v);
        kept.set(v, words);
      }
      return words;
    };
    const vectors = this.layout.lanes.map((_, c) => input.column(c));
    const columns = vectors.map(wordsOf);
    this.layout.valid.forEach((at, c) => {
      if (at < 0) return;
      let valid = validOf(this.#task, vectors[c]);
      if (valid === 0) {
        valid = scratch.alloc(rows);
        arena.fill(valid, rows, 1);
      }
      columns[at] = valid;
    });
    const keys = this.keys.map((key) => key(input));
    columns.push(...keyColumns(this.#task, this.#spec.keys, keys, wordsOf, rows));
    return columns;
  }
}
