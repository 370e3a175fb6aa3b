/**
 * Keeps the event loop free while large answers are written: batches are formatted in slices, and after some
 * milliseconds of work everyone else gets a turn.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../engine/base/clock.ts';
import type { ResultBatch, ResultColumn } from '../../engine/vector/batch.ts';

const SLICE_ROWS = 2048;
const TURN_MS = 8;

/** Views of a batch, SLICE_ROWS at a time; nothing is copied. */
export function* slices(batch: ResultBatch, sliceRows = SLICE_ROWS): Generator<ResultBatch> {
  if (batch.rows <= sliceRows) {
    yield batch;
    return;
  }
  for (let from = 0; from < batch.rows; from += sliceRows) {
    const to = Math.min(batch.rows, from + sliceRows);
    yield { rows: to - from, columns: batch.columns.map((column) => view(column, from, to)) };
  }
}

function view(column: ResultColumn, from: number, to: number): ResultColumn {
  const valid = column.valid === null ? null : column.valid.subarray(from, to);
  switch (column.lane) {
    case 'str':
      return { ...column, valid, offsets: column.offsets.subarray(from, to + 1) };
    case 'i64':
      return { ...column, valid, values: column.values.subarray(from, to) };
    case 'f64':
      return { ...column, valid, values: column.values.subarray(from, to) };
    default:
      return { ...column, valid, values: column.values.subarray(from, to) };
  }
}

/** Gives others a turn when its owner has worked for long enough. */
export class Pacer {
  readonly #clock: Clock;
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  async breathe(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#sinceMs < TURN_MS) return;
    await nextTurn();
    this.#sinceMs = this.#clock.monotonicMs();
  }
}
