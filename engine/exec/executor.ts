/**
 * The coordinator of queries: makes the physical plan, prunes parts, and chooses the thread: work worth less than about
 * 2 ms runs here, on the calling one, the rest on the pool.
 */

import { fromMetadata } from '../plan/from-metadata.ts';
import type { Plan } from '../plan/node.ts';
import type { Snapshot } from '../plan/source.ts';
import { statisticsOf } from '../plan/statistics.ts';
import type { ResultBatch } from '../vector/batch.ts';
import type { EngineContext } from './context.ts';
import { physicalPlan } from './physical.ts';
import { pruneParts } from './profile/part-pruning.ts';
import type { QueryProfile } from './profile/query-profile.ts';
import { type ExecuteOptions, Query, type QueryCounts } from './query.ts';
import type { WorkerPool } from './worker/pool.ts';

export type { ExecuteOptions, QueryCounts } from './query.ts';

export type Execution = {
  /** Ends the query when left early. May be iterated once. */
  readonly batches: AsyncIterable<ResultBatch>;
  /** Rows of everything that will be read, as far as that is known before. */
  readonly rowsToRead: number;
  /** Live while the batches come, final after the last. */
  readonly counts: () => QueryCounts;
  /** Complete once the batches have ended. */
  readonly profile: () => QueryProfile;
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
    const scans = physical.scans.map((scan) => pruneParts(scan, snapshots.get(scan.tableId)?.parts ?? []));
    const query = new Query(this.#engine, this.#nextQuery++, physical, scans, options);
    const pool = query.estimatedRows > INLINE_ROWS ? this.#pool() : null;
    return {
      batches: pool === null ? query.runInline() : query.runOn(pool),
      rowsToRead: query.rowsToRead,
      counts: () => query.counts,
      profile: () => query.profile(),
    };
  }
}
