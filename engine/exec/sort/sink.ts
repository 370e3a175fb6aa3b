/**
 * ORDER BY on one thread: collects rows into sorted runs (run.ts), which all threads merge afterwards (source.ts).
 *
 * Over its budget, a thread merges its runs in memory into one long run in a spill file, and begins again. Some of these become a
 * longer one, and so on: what all threads merge in the end are few, however many rows there are.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';
import { KeptStrings } from '../keep-strings.ts';
import { SortRows } from './rows.ts';
import { type DiskRun, RUN_ROWS, RunBuffer, type SortedRun } from './run.ts';
import type { SortSpec } from './spec.ts';
import { spillRuns } from './spill.ts';

/** What one thread leaves; its runs come in order of their rows' arrival. */
export type SortPartial = { readonly runs: readonly SortedRun[]; readonly rows: number };

/** Runs that are merged into one on disk. A merge holds a block or two of each. */
const FAN_IN = 16;

export class SortSink {
  readonly #task: TaskContext;
  readonly #rows: SortRows;
  readonly #buffer: RunBuffer;
  readonly #strings: KeptStrings;
  /** Runs in memory. */
  readonly #region: Region;
  /** Runs on disk by how often their rows were merged there. Those that were merged more often are of earlier rows. */
  readonly #levels: DiskRun[][] = [];
  #runs: SortedRun[] = [];
  #runRows = 0;
  #total = 0;

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
    return { runs: [...this.#levels.toReversed().flat(), ...this.#runs], rows: this.#total };
  }

  #closeRun(): void {
    if (this.#buffer.rows === 0) return;
    this.#runRows += this.#buffer.rows;
    this.#runs.push(...this.#buffer.sortedRuns(this.#region));
  }

  #spill(): void {
    this.#closeRun();
    const run = this.#written(this.#runs);
    this.#runs = [];
    this.#runRows = 0;
    this.#region.free();
    this.#strings.free();
    this.#keep(run, 0);
  }

  #written(runs: readonly SortedRun[]): DiskRun {
    const file = this.#task.spilled.create();
    const run = spillRuns(this.#task, this.#rows.layout, runs, file);
    file.close();
    return run;
  }

  #keep(run: DiskRun, level: number): void {
    const alike = (this.#levels[level] ??= []);
    alike.push(run);
    if (alike.length < FAN_IN) return;
    this.#levels[level] = [];
    const longer = this.#written(alike);
    for (const { file } of alike) this.#task.spilled.remove(file);
    this.#keep(longer, level + 1);
  }
}
