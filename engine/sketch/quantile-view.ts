/**
 * What a quantiles state says: values that ascend, each with the number of values up to it.
 */

import { BasaltError } from '../base/error.ts';
import type { StateViews } from './memory.ts';
import { endsOf, partsOf, quantilesCount } from './quantiles.ts';

export class QuantileView {
  /** Values seen. */
  readonly count: number;
  readonly least: number;
  readonly largest: number;
  readonly #values: Float64Array;
  /** By value: weights of it and all before. */
  readonly #ranks: Float64Array;

  /** @param block not 0 */
  constructor(memory: StateViews, block: number) {
    this.count = quantilesCount(memory, block);
    [this.least, this.largest] = endsOf(memory, block);
    const { buffer, levels } = partsOf(memory, block);
    let run: Run = { values: buffer.sort(), weights: new Float64Array(buffer.length).fill(1) };
    for (const { level, values } of levels)
      run = mergeRuns(run, { values, weights: new Float64Array(values.length).fill(2 ** (level + 1)) });
    this.#values = run.values;
    this.#ranks = run.weights;
    for (let i = 1; i < this.#ranks.length; i++) this.#ranks[i] += this.#ranks[i - 1];
  }

  /** The value of rank `rank`, from 0 to count - 1. */
  valueAt(rank: number): number {
    if (rank <= 0) return this.least;
    if (rank >= this.count - 1) return this.largest;
    return this.#values[Math.min(this.#values.length - 1, below(this.#ranks, rank + 1))];
  }

  /** Between the two values around `level * (count - 1)`, as ClickHouse's and DuckDB's continuous quantiles are. */
  interpolated(level: number): number {
    const rank = level * (this.count - 1);
    const low = this.valueAt(Math.floor(rank));
    const high = this.valueAt(Math.ceil(rank));
    return low === high ? low : low + (high - low) * (rank - Math.floor(rank));
  }

  /** The smallest value such that a share `level` of all is not above it: DataSketches' quantile, inclusive. */
  inclusive(level: number): number {
    return this.valueAt(Math.max(1, Math.ceil(level * this.count)) - 1);
  }

  /** The value whose place is the level times the number of values. */
  nth(level: number): number {
    return this.valueAt(Math.min(this.count - 1, Math.floor(level * this.count)));
  }

  /** Shares of the values up to each of the ascending points, and of all. @throws BasaltError BAD_ARGUMENTS */
  cumulative(points: readonly number[]): number[] {
    return this.#countsUpTo(points).map((count) => count / this.count);
  }

  /** How many values there are up to each of the ascending points, and above the last. @throws BasaltError BAD_ARGUMENTS */
  histogram(points: readonly number[]): number[] {
    const counts = this.#countsUpTo(points);
    return counts.map((count, i) => count - (counts[i - 1] ?? 0));
  }

  #countsUpTo(points: readonly number[]): number[] {
    if (points.some((point, i) => !(point > (points[i - 1] ?? Number.NEGATIVE_INFINITY))))
      throw new BasaltError('BAD_ARGUMENTS', 'Split points of a sketch have to ascend');
    return [...points.map((point) => this.#countUpTo(point)), this.count];
  }

  /** Share of the values that are not above one. */
  rankOf(value: number): number {
    return this.#countUpTo(value) / this.count;
  }

  #countUpTo(value: number): number {
    let low = 0;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#values[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : this.#ranks[low - 1];
  }
}

type Run = { readonly values: Float64Array; readonly weights: Float64Array };

function mergeRuns(a: Run, b: Run): Run {
  const size = a.values.length + b.values.length;
  const [values, weights] = [new Float64Array(size), new Float64Array(size)];
  for (let i = 0, x = 0, y = 0; i < size; i++) {
    const first = y >= b.values.length || (x < a.values.length && a.values[x] <= b.values[y]);
    values[i] = first ? a.values[x] : b.values[y];
    weights[i] = first ? a.weights[x++] : b.weights[y++];
  }
  return { values, weights };
}

/** Index of the first entry that is at least `wanted`. */
function below(ranks: Float64Array, wanted: number): number {
  let low = 0;
  let high = ranks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranks[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
