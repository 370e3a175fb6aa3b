/**
 * Measures the operators of one stage on one thread: rows, batches, and the time each has the thread to itself.
 *
 * Time goes to whoever is innermost: entering an operator stops the clock of the one that pushed to it, and a column that
 * is made only when a later operator reads it is charged to the operator that makes it. That costs two looks at the
 * clock per operator and batch and two per column, and nothing at all when a query is not profiled: then there is no
 * meter, and operators push to each other directly.
 *
 * Operators are numbered in the order rows pass them: 0 = the source, then the steps, last the sink.
 */

import type { Clock } from '../../base/clock.ts';
import type { Vector } from '../../vector/vector.ts';
import type { Input, Push } from '../input.ts';

/** One operator on one thread; plain data. Times in milliseconds. */
export type OperatorRecord = {
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Batches it took; of a source, batches it made. */
  readonly batches: number;
  readonly busyMs: number;
};

/** Nobody is being measured. */
const IDLE = -1;

export class StageMeter {
  readonly #clock: Clock;
  readonly #rowsIn: number[];
  readonly #rowsOut: number[];
  readonly #batches: number[];
  readonly #busyMs: number[];
  #current = IDLE;
  #sinceMs = 0;

  constructor(clock: Clock, operators: number) {
    this.#clock = clock;
    const zeros = (): number[] => new Array<number>(operators).fill(0);
    this.#rowsIn = zeros();
    this.#rowsOut = zeros();
    this.#batches = zeros();
    this.#busyMs = zeros();
  }

  /** Runs a piece of an operator's work. */
  run<T>(operator: number, work: () => T): T {
    const before = this.#enter(operator);
    try {
      return work();
    } finally {
      this.#enter(before);
    }
  }

  /** Runs what is not this stage's work on its thread. */
  outside(work: () => void): void {
    this.run(IDLE, work);
  }

  /** `push` as operator `operator`, taking batches from the one before it. */
  into(operator: number, push: Push): Push {
    const from = operator - 1;
    return (input) => {
      this.#rowsOut[from] += input.rows;
      this.#rowsIn[operator] += input.rows;
      this.#batches[operator]++;
      if (from === 0) this.#batches[0]++;
      const before = this.#enter(operator);
      push(this.#metered(from, input));
      this.#enter(before);
    };
  }

  records(): OperatorRecord[] {
    return this.#busyMs.map((busyMs, i) => ({
      rowsIn: this.#rowsIn[i],
      rowsOut: this.#rowsOut[i],
      batches: this.#batches[i],
      busyMs,
    }));
  }

  #metered(maker: number, input: Input): Input {
    const columns: Vector[] = [];
    return {
      rows: input.rows,
      ...(input.narrowed === undefined ? {} : { narrowed: input.narrowed }),
      column: (index) => {
        const known = columns[index];
        if (known !== undefined) return known;
        const before = this.#enter(maker);
        columns[index] = input.column(index);
        this.#enter(before);
        return columns[index];
      },
    };
  }

  /** Makes `operator` the one whose time runs; answers whose ran before. */
  #enter(operator: number): number {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#current;
    if (before !== IDLE) this.#busyMs[before] += nowMs - this.#sinceMs;
    this.#current = operator;
    this.#sinceMs = nowMs;
    return before;
  }
}
