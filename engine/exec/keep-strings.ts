/**
 * Words of vectors for operators that keep rows beyond their batch.
 *
 * Strings of literals, and of dictionaries that last, live as long as the query and stay where they are; all others are copied, so
 * that the frames they came from can go with their morsel, and what an operator keeps counts as the query's memory.
 */

import type { Region } from '../memory/region.ts';
import { isLasting } from '../vector/passing-dictionary.ts';
import type { Vector } from '../vector/vector.ts';
import type { TaskContext } from './context.ts';
import { wordsOf } from './lane.ts';
import { STRING_SLACK_BYTES } from './spill/block.ts';

/** Where an operator's strings lie, and how many bytes they have come to. */
export class KeptStrings {
  readonly #task: TaskContext;
  readonly #region: Region;
  #bytes = 0;

  constructor(task: TaskContext, region: Region) {
    this.#task = task;
    this.#region = region;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Dense words of a vector, in scratch; references among them are good until {@link free}. */
  wordsOf(v: Vector): number {
    const words = wordsOf(this.#task, v);
    if (v.lane !== 'str' || isLasting(v)) return words;
    return this.keep(words, v.rows);
  }

  /** References to copies of the strings, in scratch. */
  keep(refs: number, rows: number): number {
    const { kernels, scratch } = this.#task;
    const bytes = kernels.refs_bytes(refs, rows) >>> 0;
    this.#bytes += bytes;
    const kept = scratch.alloc(rows * 8);
    kernels.refs_keep(refs, rows, this.#region.alloc(bytes + STRING_SLACK_BYTES), kept);
    return kept;
  }

  /** Copies the strings of `count` references, which then refer to the copies. */
  keepHere(refs: number, count: number): void {
    if (count === 0) return;
    const { kernels } = this.#task;
    const bytes = kernels.refs_bytes(refs, count) >>> 0;
    if (bytes === 0) return;
    this.#bytes += bytes;
    kernels.refs_keep(refs, count, this.#region.alloc(bytes + STRING_SLACK_BYTES), refs);
  }

  free(): void {
    this.#region.free();
    this.#bytes = 0;
  }
}
