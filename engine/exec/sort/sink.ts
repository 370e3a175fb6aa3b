/**
 * ORDER BY on one thread: collects rows into sorted runs (run.ts), which all threads merge afterwards (source.ts).
 *
 * Over its budget, a thread merges its runs in memory into one long run in its spill file, and begins again.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';
import { KeptStrings } from '../keep-strings.ts';
import type { SpillFile } from '../spill/task-spill.ts';
import { SortRows } from './rows.ts';
import { RUN_ROWS, RunBuffer, type SortedRun } from './run.ts';
import type { SortSpec } from './spec.ts';
import { spillRuns } from './spill.ts';

/** What one thread leaves; its runs come in order of their rows' arrival. */
export type SortPartial = { readonly runs: readonly SortedRun[]; readonly rows: number };

export class SortSink {
  readonly #task: TaskContext;
  readonly #rows: SortRows;
  readonly #buffer: RunBuffer;
  readonly #strings: KeptStrings;
  /** Runs in memory. */
  readonly #region: Region;
  readonly #spilled: SortedRun[] = [];
  #runs: SortedRun[] = [];
  #runRows = 0;
  #total = 0;
  #file: SpillFile | null = null;

  constructor(task: TaskContext, spec: SortSpec) {
    this.#task = task;
    this.#rows = new SortRows(task, spec);
    this.#buffer = new RunBuffer(task, this.#rows.layout);
    this.#region = task.region();
    this.#strings = new KeptStrings(task, task.region());
  }

  consume(input: Input): void {
    const { rows } = input;
    if (rows === 0) return;
    if (this.#buffer.rows + rows > RUN_ROWS) this.#closeRun();
    this.#buffer.append(this.#rows.columns(input, this.#strings), rows);
    this.#total += rows;
    const kept = this.#runRows + this.#buffer.rows;
    const bytes = kept * this.#rows.layout.rowBytes + this.#strings.bytes;
    if (this.#task.spill?.due('sort', bytes) === true) this.#spill();
  }

  finish(): SortPartial {
    this.#closeRun();
    this.#file?.close();
    return { runs: [...this.#spilled, ...this.#runs], rows: this.#total };
  }

  #closeRun(): void {
    if (this.#buffer.rows === 0) return;
    this.#runRows += this.#buffer.rows;
    this.#runs.push(...this.#buffer.sortedRuns(this.#region));
  }

  #spill(): void {
    this.#closeRun();
    this.#file ??= this.#task.spilled.create();
    this.#spilled.push(spillRuns(this.#task, this.#rows.layout, this.#runs, this.#file));
    this.#runs = [];
    this.#runRows = 0;
    this.#region.free();
    this.#strings.free();
  }
}
