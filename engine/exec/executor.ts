/**
 * The coordinator of queries: makes the physical plan, prunes parts, and chooses the thread: work worth less than about
 * 2 ms runs here, on the calling one, the rest on the pool.
 */

import { fromMetadata } from '../plan/from-metadata.ts';
import type { Plan, ScanPlan } from '../plan/node.ts';
import type { Part, Snapshot } from '../plan/source.ts';
import { statisticsOf } from '../plan/statistics.ts';
import type { ResultBatch } from '../vector/batch.ts';
import type { EngineContext } from './context.ts';
import { physicalPlan } from './physical.ts';
import { excludedBy, rangesOf } from './prune.ts';
import { type ExecuteOptions, Query } from './query.ts';
import type { WorkerPool } from './worker/pool.ts';

export type { ExecuteOptions } from './query.ts';

/** How many of what pruning left out. */
export type Pruning = { parts: number; partsRead: number };

export type Execution = {
  /** Ends the query when left early. May be iterated once. */
  readonly batches: AsyncIterable<ResultBatch>;
  readonly rowsRead: () => number;
  readonly bytesRead: () => number;
  readonly peakMemoryBytes: () => number;
  readonly pruning: Pruning;
};

/** Rows up to which a query runs on the calling thread. */
const INLINE_ROWS = 32768;

export class Executor {
  readonly #engine: EngineContext;
  readonly #pool: () => WorkerPool | null;
  #nextQuery = 1;

  /** @param pool starts the pool when first called; null = everything runs on the calling thread. */
  constructor(engine: EngineContext, pool: () => WorkerPool | null) {
    this.#engine = engine;
    this.#pool = pool;
  }

  /**
   * Runs a plan. `snapshots` holds every scanned table's, by table id; they are the caller's to release, after the
   * batches have ended.
   */
  run(plan: Plan, snapshots: ReadonlyMap<number, Snapshot>, options: ExecuteOptions = {}): Execution {
    const statistics = statisticsOf(snapshots);
    const physical = physicalPlan(fromMetadata(plan, statistics), statistics);
    const pruning: Pruning = { parts: 0, partsRead: 0 };
    const parts = physical.scans.map((scan) =>
      pruned(scan, snapshots.get(scan.tableId)?.parts ?? [], pruning),
    );
    const query = new Query(this.#engine, this.#nextQuery++, physical, parts, options);
    const pool = query.estimatedRows > INLINE_ROWS ? this.#pool() : null;
    return {
      batches: pool === null ? query.runInline() : query.runOn(pool),
      rowsRead: () => query.rowsRead,
      bytesRead: () => query.bytesRead,
      peakMemoryBytes: () => query.peakMemoryBytes,
      pruning,
    };
  }
}

function pruned(scan: ScanPlan, parts: readonly Part[], pruning: Pruning): Part[] {
  const ranges = scan.filter === null ? [] : rangesOf(scan.filter, scan.columnIds);
  const kept = parts.filter((part) =>
    ranges.every((range) => {
      const zone = part.zones.get(range.columnId);
      return zone === undefined || !excludedBy(range, zone, part.rows);
    }),
  );
  pruning.parts += parts.length;
  pruning.partsRead += kept.length;
  return kept;
}
