/**
 * What is drawn at random (plan/draw.ts): bits for each row of a batch, the same bits wherever a draw of that name stands over these rows.
 *
 * They are drawn for whole batches and taken for the rows that filters left, so a condition and what is selected by it see one value, and so do
 * the branches of a CASE. They depend on the seed of the query, the name, the pipe, the morsel and the rows of the morsel before the batch: not on which thread
 * draws them, nor when. Where a rule put part of a plan in two places, both draw the same.
 */

import { splitMix64 } from '../../base/random.ts';
import { drawOf, isFixed, ONCE, PLACE } from '../../plan/draw.ts';
import type { CallExpr } from '../../plan/expr.ts';
import { constVector, intVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';
import type { Evaluator } from './evaluator.ts';

/** The draws of one task. */
export class Draws {
  readonly #task: TaskContext;
  readonly #seed: bigint;
  readonly #source: string;
  readonly #pipe: number;
  readonly #made = new Map<string, Evaluator>();

  /** @param seed of the query @param source where the rows come from, and of its pipes which */
  constructor(task: TaskContext, seed: bigint, source: string, pipe = 0) {
    this.#task = task;
    this.#seed = seed;
    this.#source = source;
    this.#pipe = pipe;
  }

  /** The evaluator of all places with this draw. */
  of(call: CallExpr): Evaluator {
    const { name, bits } = drawOf(call);
    const id = `${call.fn} ${bits} ${name}`;
    let evaluate = this.#made.get(id);
    if (evaluate === undefined) {
      const key = keyOf(isFixed(name) ? 0n : this.#seed, name);
      const ofPipe = keyOf(key, `${this.#source} ${this.#pipe}`);
      if (call.fn === ONCE) evaluate = sameForAll(splitMix64(key, 0n) >> BigInt(64 - bits));
      else if (call.fn === PLACE) evaluate = perBatch(this.#places());
      else evaluate = perBatch(this.#eachRow(ofPipe, 64 - bits));
      this.#made.set(id, evaluate);
    }
    return evaluate;
  }

  #eachRow(ofPipe: bigint, shift: number): DrawBatch {
    const { kernels, scratch, place } = this.#task;
    let at = { morsel: -1, row: 0, key: 0n, drawn: 0n };
    return (rows) => {
      const { morsel, row } = place;
      if (morsel !== at.morsel || row !== at.row)
        at = { morsel, row, key: splitMix64(splitMix64(ofPipe, BigInt(morsel)), BigInt(row)), drawn: 0n };
      const data = scratch.alloc(rows * 8);
      kernels.series_i64(rows, at.drawn, 1n, data);
      kernels.random_bits(data, rows, 0, at.key, shift, data);
      at.drawn += BigInt(rows);
      return data;
    };
  }

  /** Places ascend; a morsel has 2^24, a pipe 2^14 morsels before it meets the next. */
  #places(): DrawBatch {
    const { kernels, scratch, place } = this.#task;
    let at = { morsel: -1, next: 0n };
    return (rows) => {
      const { morsel } = place;
      if (morsel !== at.morsel) at = { morsel, next: (BigInt(this.#pipe) << 38n) + (BigInt(morsel) << 24n) };
      const data = scratch.alloc(rows * 8);
      kernels.series_i64(rows, at.next, 1n, data);
      at.next += BigInt(rows);
      return data;
    };
  }
}

/** Address of a word for each of so many rows that come next. */
type DrawBatch = (rows: number) => number;

const sameForAll =
  (word: bigint): Evaluator =>
  ({ rows }) =>
    constVector('i64', rows, BigInt.asIntN(64, word));

/** Drawn for all rows of a batch by whoever comes first, and taken for those that are left of it. */
function perBatch(draw: DrawBatch): Evaluator {
  const made = new WeakMap<Input, Vector>();
  const evaluate: Evaluator = (input) => {
    let vector = made.get(input);
    if (vector === undefined) {
      const { narrowed, rows } = input;
      vector =
        narrowed === undefined
          ? intVector(rows, draw(rows), 8, 0n, 0)
          : narrowed.take(evaluate(narrowed.from));
      made.set(input, vector);
    }
    return vector;
  };
  return evaluate;
}

/** The beginning of a stream for each text: its letters one after the other. */
function keyOf(seed: bigint, text: string): bigint {
  let key = splitMix64(seed, BigInt(text.length));
  for (let i = 0; i < text.length; i++) key = splitMix64(key, BigInt(text.charCodeAt(i)));
  return key;
}
