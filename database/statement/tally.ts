/**
 * What one statement has read, written and answered so far: the sum over the plans it runs (an INSERT ... SELECT or an
 * EXPLAIN ANALYZE has one inside). Live while it runs, final after it. Sizes in bytes.
 */

import type { Execution, QueryCounts } from '../../engine/exec/executor.ts';
import type { QueryProfile } from '../../engine/exec/profile/query-profile.ts';
import type { ResultBatch } from '../../engine/vector/batch.ts';
import type { Statistics } from '../types.ts';

const NO_COUNTS: Pick<QueryCounts, 'rowsRead' | 'bytesRead' | 'peakMemoryBytes' | 'spilledBytes'> = {
  rowsRead: 0,
  bytesRead: 0,
  peakMemoryBytes: 0,
  spilledBytes: 0,
};

export class StatementTally {
  readonly #executions: Execution[] = [];
  /** Of what ran before them, to make tables that they read. */
  #before = NO_COUNTS;
  #rowsWritten = 0;
  #bytesWritten = 0;
  #resultRows = 0;
  #resultBytes = 0;

  /** A plan of the statement starts to run. */
  runs(execution: Execution): void {
    this.#executions.push(execution);
  }

  /** A plan has run whose rows another plan of the statement reads. */
  prepared(counts: QueryCounts): void {
    const before = this.#before;
    this.#before = {
      rowsRead: before.rowsRead + counts.rowsRead,
      bytesRead: before.bytesRead + counts.bytesRead,
      peakMemoryBytes: Math.max(before.peakMemoryBytes, counts.peakMemoryBytes),
      spilledBytes: before.spilledBytes + counts.spilledBytes,
    };
  }

  wrote(rows: number, bytes: number): void {
    this.#rowsWritten += rows;
    this.#bytesWritten += bytes;
  }

  answered(batch: ResultBatch): void {
    this.#resultRows += batch.rows;
    for (const column of batch.columns) {
      this.#resultBytes +=
        column.lane === 'str'
          ? column.bytes.byteLength + column.offsets.byteLength
          : column.values.byteLength;
    }
  }

  /** Of the first plan: the one the statement is about. */
  readonly profile = (): QueryProfile | null => this.#executions[0]?.profile() ?? null;

  statistics(elapsedMs: number): Statistics {
    const counts = this.#executions.map((e) => e.counts());
    const sum = (pick: (c: (typeof counts)[number]) => number): number =>
      counts.reduce((n, c) => n + pick(c), 0);
    const before = this.#before;
    const rowsRead = before.rowsRead + sum((c) => c.rowsRead);
    return {
      elapsedMs,
      rowsRead,
      bytesRead: before.bytesRead + sum((c) => c.bytesRead),
      // Blocks that pruning leaves out were counted before, rows that a source makes were not.
      rowsToRead: Math.max(
        rowsRead,
        this.#executions.reduce((n, e) => n + e.rowsToRead, before.rowsRead),
      ),
      rowsWritten: this.#rowsWritten,
      bytesWritten: this.#bytesWritten,
      resultRows: this.#resultRows,
      resultBytes: this.#resultBytes,
      memoryBytes: sum((c) => c.memoryBytes),
      peakMemoryBytes: Math.max(before.peakMemoryBytes, ...counts.map((c) => c.peakMemoryBytes)),
      spilledBytes: before.spilledBytes + sum((c) => c.spilledBytes),
    };
  }
}
