/**
 * The coordinator of queries: makes the physical plan, prunes parts, and chooses the thread: work worth less than about
 * 2 ms runs here, on the calling one, the rest on the pool.
 */

import { eagerAggregation } from '../plan/eager-aggregation/index.ts';
import { Estimator } from '../plan/estimate/estimator.ts';
import { fromMetadata } from '../plan/from-metadata.ts';
import { joinOrder } from '../plan/join-order/index.ts';
import { keptSides } from '../plan/join-order/kept-side.ts';
import type { Plan, ScanPlan } from '../plan/node.ts';
import type { Part, Snapshot } from '../plan/source.ts';
import { type Statistics, statisticsOf } from '../plan/statistics.ts';
import type { ResultBatch } from '../vector/batch.ts';
import type { EngineContext } from './context.ts';
import { distinctIn } from './distinct.ts';
import { type Physical, physicalPlan } from './physical.ts';
import { pruneParts } from './profile/part-pruning.ts';
import { pipelineText } from './profile/pipeline-text.ts';
import type { QueryProfile } from './profile/query-profile.ts';
import { type ExecuteOptions, Query, type QueryCounts } from './query.ts';
import { type ScanEstimate, scanCost, scanEstimate } from './scan-cost.ts';
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
/** Or work of about 2 ms. */
const INLINE_UNITS = 1 << 20;

export class Executor {
  /** Of all databases of the process: they share workers, which tell queries apart by it. */
  static #nextQuery = 1;
  readonly #engine: EngineContext;
  readonly #pool: () => WorkerPool | null;

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
    const { query, pool } = this.#prepared(plan, snapshots, options);
    return {
      batches: pool === null ? query.runInline() : query.runOn(pool),
      rowsToRead: query.rowsToRead,
      counts: () => query.counts,
      profile: () => query.profile(),
    };
  }

  /** The stages that {@link run} would run, as lines. */
  pipeline(plan: Plan, snapshots: ReadonlyMap<number, Snapshot>, options: ExecuteOptions): readonly string[] {
    const { stages, pool } = this.#prepared(plan, snapshots, options);
    const threads = pool === null ? 0 : Math.min(pool.threads, options.threads ?? pool.threads);
    return pipelineText(stages, threads);
  }

  /** A query that may run, and where: null is the calling thread. */
  #prepared(plan: Plan, snapshots: ReadonlyMap<number, Snapshot>, options: ExecuteOptions) {
    const statistics = this.#statistics(snapshots);
    const physical = physicalPlan(planned(plan, statistics, options), statistics);
    const scans = physical.scans.map((scan) => pruneParts(scan, snapshots.get(scan.tableId)?.parts ?? []));
    const keyed = new Map(
      [...snapshots].flatMap(([id, { keyed: rows }]) => (rows === undefined ? [] : [[id, rows]])),
    );
    const query = new Query(this.#engine, Executor.#nextQuery++, physical, scans, { ...options, keyed });
    const pool = query.estimatedRows > INLINE_ROWS && !this.#isSmall(physical, scans) ? this.#pool() : null;
    return { query, pool, stages: physical.stages };
  }

  /** The plan that {@link run} would run, and what it is taken to give: rows of a node, undefined where a table is not known. */
  explain(
    plan: Plan,
    snapshots: ReadonlyMap<number, Snapshot>,
    options: Pick<ExecuteOptions, 'optimize'> = {},
  ): { readonly plan: Plan; readonly rows: (node: Plan) => number | undefined } {
    const statistics = this.#statistics(snapshots);
    const estimator = new Estimator(statistics);
    return { plan: planned(plan, statistics, options), rows: (node) => estimator.known(node) };
  }

  /** What a scan of a planned query would read of these parts, as far as bounds tell. */
  estimate(scan: ScanPlan, parts: readonly Part[]): ScanEstimate {
    return scanEstimate(this.#engine, scan, pruneParts(scan, parts).kept);
  }

  #statistics(snapshots: ReadonlyMap<number, Snapshot>): Statistics {
    return statisticsOf(snapshots, (part, columnId) => distinctIn(this.#engine, part, columnId));
  }

  /** Zones leave so little of the tables that waking threads would take longer than reading it here. */
  #isSmall({ stages, scans }: Physical, pruned: readonly { readonly kept: readonly Part[] }[]): boolean {
    if (stages.some(({ sink, source }) => sink.kind === 'build' || source.kind === 'range')) return false;
    let units = 0;
    for (const [i, scan] of scans.entries()) {
      if (scan.filter === null && pruned[i].kept.length > 0) return false;
      units += scanCost(this.#engine, scan, pruned[i].kept, INLINE_UNITS - units);
      if (units > INLINE_UNITS) return false;
    }
    return true;
  }
}

/** What a query's snapshots have to say about its plan. */
function planned(plan: Plan, statistics: Statistics, options: Pick<ExecuteOptions, 'optimize'>): Plan {
  if (options.optimize === false) return fromMetadata(plan, statistics);
  const ordered = eagerAggregation(joinOrder(plan, statistics), statistics);
  return keptSides(fromMetadata(ordered, statistics), statistics);
}
