/**
 * One query under way: its memory, its control words, and its walk through the stages, on this thread or on the pool.
 *
 * Invariant: memory and frames go back exactly once, after every thread has let go of them, however the query ends; and
 * they do so by themselves: a reader that has stopped reading keeps nothing but the batches that wait for it.
 */

import { cancelReason } from '../base/error.ts';
import { Region } from '../memory/region.ts';
import type { SpillLimits, SpillPlan } from '../memory/spill.ts';
import type { Part } from '../plan/source.ts';
import type { ResultBatch } from '../vector/batch.ts';
import { AggregateMerge } from './aggregate/merge.ts';
import type { AggregatePartial } from './aggregate/sink.ts';
import { BatchOrder } from './batch-order.ts';
import { BatchQueue } from './batch-queue.ts';
import type { EngineContext, KeyedTables } from './context.ts';
import { CONTROL_SIZE, Control } from './control.ts';
import { isSpilled, rowsOf } from './join/build.ts';
import type { BuildPartial } from './join/build-sink.ts';
import type { Physical } from './physical.ts';
import { operatorTree } from './profile/operator-tree.ts';
import type { PartPruning } from './profile/part-pruning.ts';
import type { QueryProfile } from './profile/query-profile.ts';
import { type StageRecord, sumRead } from './profile/stage-record.ts';
import type { SortPartial } from './sort/sink.ts';
import type { StageInputs } from './stage/inputs.ts';
import type { Emit } from './stage/result.ts';
import { type StageResult, StageRun } from './stage/run.ts';
import {
  keepsDictionaries,
  type Partials,
  type Stage,
  type StagePartial,
  scansRead,
  sinkPartials,
  stagesRead,
} from './stage/stage.ts';
import type { WorkerPool } from './worker/pool.ts';

export type ExecuteOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Arena bytes the query may hold, cached frames apart. */
  readonly memoryLimitBytes?: number | undefined;
  /** At most this many threads; 1 runs on one worker. */
  readonly threads?: number | undefined;
  /** The folder operators may spill to, and when they do; absent = they never do. */
  readonly spill?: { readonly folder: string; readonly limits: SpillLimits } | undefined;
  /** False runs the plan as it is: joins in their order, an expression wherever it stands. */
  readonly optimize?: boolean | undefined;
  /** Measures every operator. */
  readonly profile?: boolean | undefined;
  /** Of all that is drawn at random, 64 bits; absent = 0. */
  readonly seed?: bigint | undefined;
};

/** What a query reads besides its parts. */
export type QueryOptions = ExecuteOptions & { readonly keyed: KeyedTables };

/** The parts that pruning left of one scan, and what it left out. */
export type ScanInput = { readonly kept: Part[]; readonly pruning: PartPruning };

/** Rows of partial results up to which a merge runs on the calling thread. */
const MERGE_INLINE_ROWS = 16384;

export class Query {
  readonly #engine: EngineContext;
  readonly #id: number;
  readonly #physical: Physical;
  readonly #options: QueryOptions;
  readonly #scans: readonly ScanInput[];
  readonly #parts: readonly Part[][];
  readonly #localRuns: StageRun[] = [];
  /** By stage and thread, of the stages that have ended. */
  readonly #records: StageRecord[][] = [];
  readonly #used = new Set<number>();
  /** The turn it had on each when that was looked at. */
  readonly #turns = new Map<number, number | null>();
  /** Workers that may hold frames and readers of the query. */
  #holding: ReadonlySet<number> = new Set();
  #control: Control | null = null;
  #owner = 0;
  #startMs = 0;
  #final: QueryCounts | null = null;

  constructor(
    engine: EngineContext,
    id: number,
    physical: Physical,
    scans: readonly ScanInput[],
    options: QueryOptions,
  ) {
    this.#engine = engine;
    this.#id = id;
    this.#physical = physical;
    this.#scans = scans;
    this.#parts = scans.map(({ kept }) => kept);
    this.#options = options;
  }

  /** Rows of all sources, after parts were pruned. */
  get rowsToRead(): number {
    let rows = 0;
    for (const part of this.#parts.flat()) rows += part.rows;
    for (const { source } of this.#physical.stages) {
      if (source.kind === 'range') rows += source.plan.count;
      if (source.kind === 'values') rows += source.plan.rows.length;
    }
    return rows;
  }

  /** {@link rowsToRead}; joins count as the product of their inputs, a bound on what they could make. */
  get estimatedRows(): number {
    const rows = this.rowsToRead;
    const joins = this.#physical.stages.some(({ sink }) => sink.kind === 'build');
    return joins ? rows * Math.min(rows, 1024) : rows;
  }

  /** Live while the query runs, final after it. */
  get counts(): QueryCounts {
    return this.#final ?? this.#live();
  }

  /** What is known so far; complete once the query has ended. */
  profile(): QueryProfile {
    const reads = this.#records.map(sumRead);
    const sum = (pick: (read: (typeof reads)[number]) => number): number =>
      reads.reduce((n, read) => n + pick(read), 0);
    return {
      ...this.counts,
      threads: Math.max(1, this.#used.size),
      stages: this.#physical.stages.length,
      blocksRead: sum(({ blocks }) => blocks),
      blocksPruned: sum(
        ({ deleted, blockZones, bitmap, indexedBlocks }) =>
          deleted.units + blockZones.units + bitmap.units + indexedBlocks,
      ),
      root:
        this.#options.profile === true
          ? operatorTree({
              stages: this.#physical.stages,
              records: this.#records,
              scans: this.#scans.map(({ pruning }) => pruning),
            })
          : null,
    };
  }

  async *runInline(): AsyncGenerator<ResultBatch> {
    const control = this.#start();
    const runs: StageRun[] = [];
    const ready: ResultBatch[] = [];
    try {
      const partials: StagePartial[][] = [];
      for (const stage of this.#physical.stages) {
        const run = new StageRun(this.#engine, stage, this.#inputs(control, partials, 1), (batch) => {
          if (batch !== null) ready.push(batch);
        });
        runs.push(run);
        while (run.step()) {
          this.#checkSignal();
          while (ready.length > 0) yield ready.shift() as ResultBatch;
        }
        partials.push(this.#take([run.finish()]));
        run.close();
      }
      while (ready.length > 0) yield ready.shift() as ResultBatch;
    } finally {
      for (const run of runs) run.release();
      this.#end();
    }
  }

  async *runOn(pool: WorkerPool): AsyncGenerator<ResultBatch> {
    this.#checkSignal();
    const control = this.#start();
    const queue = new BatchQueue();
    const stuck = new StuckTimer(() => this.#endStuck(pool));
    // Once the work has ended there is no control any more, and nothing left to cancel.
    const cancel = (): void => {
      if (this.#control === null) return;
      control.cancel();
      stuck.start();
    };
    this.#options.signal?.addEventListener('abort', cancel, { once: true });
    const ended = this.#runStages(pool, control, queue)
      .finally(async () => {
        stuck.stop();
        this.#options.signal?.removeEventListener('abort', cancel);
        await Promise.allSettled(
          [...this.#holding].map((worker) => pool.send(worker, { kind: 'release', query: this.#id })),
        );
        this.#end();
      })
      .then(
        () => queue.end(null),
        (error: unknown) => queue.end(error),
      );
    try {
      for (;;) {
        const batch = await queue.next();
        if (batch === null) break;
        this.#checkSignal();
        this.#control?.addPending(-1);
        yield batch;
      }
    } catch (error) {
      this.#checkSignal();
      throw error;
    } finally {
      cancel();
      await ended;
    }
  }

  /** Ends workers that are in the same turn of this query as when it was looked last. One that waits behind other queries is not stuck. */
  #endStuck(pool: WorkerPool): void {
    for (const worker of this.#used) {
      const turn = pool.turnOf(worker, this.#id);
      if (turn !== null && this.#turns.get(worker) === turn) pool.terminate(worker);
      this.#turns.set(worker, turn);
    }
  }

  async #runStages(pool: WorkerPool, control: Control, queue: BatchQueue): Promise<void> {
    const partials: StagePartial[][] = [];
    for (const stage of this.#physical.stages) {
      control.check();
      const emit = this.#emitTo(queue, stage);
      if (rowsToMerge(stage, partials) <= MERGE_INLINE_ROWS) {
        partials.push(this.#take([this.#runHere(stage, control, partials, emit)]));
        continue;
      }
      const threads = stage.serial ? 1 : Math.min(pool.threads, this.#options.threads ?? pool.threads);
      const inputs = this.#inputs(control, partials, threads, stage);
      // Serial stages of different queries spread over the workers.
      const workers = Array.from({ length: threads }, (_, i) => (stage.serial ? this.#id % pool.threads : i));
      const held = this.#holding;
      this.#holding = new Set([...held, ...workers]);
      const tasks = workers.map((worker) => {
        this.#used.add(worker);
        const message = { kind: 'stage', query: this.#id, stage, inputs } as const;
        return pool.send(worker, message, emit) as Promise<StageResult>;
      });
      partials.push(this.#take(await allOrCancel(tasks, control)));
      // They let go by themselves at its end: one message less for short queries.
      if (!keepsDictionaries(stage)) this.#holding = held;
    }
  }

  /** Where a stage's batches go: straight to the reader, or by way of their order. */
  #emitTo(queue: BatchQueue, stage: Stage): Emit {
    if (!stage.ordered) {
      return (batch) => {
        if (batch !== null) queue.push(batch);
      };
    }
    const order = new BatchOrder(queue, (morsels) => {
      if (this.#control !== null) this.#control.deliveredMorsels = morsels;
    });
    return (batch, morsel) => order.receive(batch, morsel);
  }

  /** Notes what the threads of the next stage told of themselves; answers what they left. */
  #take(results: readonly StageResult[]): StagePartial[] {
    this.#records.push(results.map(({ record }) => record));
    return results.map(({ partial }) => partial);
  }

  /** A small merge costs less here than the message that would ask a worker for it. */
  #runHere(stage: Stage, control: Control, partials: StagePartial[][], emit: Emit): StageResult {
    const run = new StageRun(this.#engine, stage, this.#inputs(control, partials, 1), (batch, morsel) => {
      if (batch !== null) control.addPending(1);
      emit(batch, morsel);
    });
    this.#localRuns.push(run);
    while (run.step());
    const result = run.finish();
    run.close();
    return result;
  }

  /** A stage's message carries only the parts and partials it reads. */
  #inputs(
    control: Control,
    partials: readonly StagePartial[][],
    threads: number,
    stage?: Stage,
  ): StageInputs {
    const scans = stage === undefined ? null : scansRead(stage);
    const reads = stage === undefined ? null : stagesRead(stage);
    return {
      owner: this.#owner,
      control: control.address,
      threads,
      spill: this.#spillPlan(threads),
      parts: scans === null ? this.#parts : this.#parts.map((p, i) => (scans.has(i) ? p : [])),
      partials: reads === null ? partials : partials.map((p, i) => (reads.has(i) ? p : [])),
      profile: this.#options.profile === true,
      seed: this.#options.seed ?? 0n,
      keyed: this.#options.keyed,
      sharesTerms: this.#options.optimize !== false,
    };
  }

  #spillPlan(threads: number): SpillPlan | null {
    const { spill } = this.#options;
    return spill === undefined ? null : { ...spill, prefix: this.#spillPrefix, threads };
  }

  get #spillPrefix(): string {
    return `query-${this.#id}-`;
  }

  #start(): Control {
    const { arena } = this.#engine;
    this.#owner = arena.openOwner(this.#options.memoryLimitBytes);
    const region = new Region(arena, this.#owner, 1);
    this.#control = new Control(arena, region.allocZero(CONTROL_SIZE));
    this.#startMs = this.#engine.clock.monotonicMs();
    return this.#control;
  }

  #live(): QueryCounts {
    const control = this.#control;
    if (control === null) return NOTHING_YET;
    const { arena, clock } = this.#engine;
    return {
      elapsedMs: clock.monotonicMs() - this.#startMs,
      rowsRead: control.rowsRead,
      bytesRead: control.bytesRead,
      memoryBytes: arena.ownerBytes(this.#owner),
      peakMemoryBytes: arena.ownerPeakBytes(this.#owner),
      spilledBytes: control.spilledBytes,
    };
  }

  #end(): void {
    for (const run of this.#localRuns) run.release();
    this.#final = { ...this.#live(), memoryBytes: 0 };
    this.#removeFiles();
    this.#control = null;
    this.#engine.arena.closeOwner(this.#owner);
  }

  #removeFiles(): void {
    const { spill } = this.#options;
    if (spill === undefined || this.#control === null || this.#control.spillFiles === 0) return;
    this.#engine.openSpill?.(spill.folder).remove(this.#spillPrefix);
  }

  #checkSignal(): void {
    const { signal } = this.#options;
    if (signal?.aborted === true) throw cancelReason(signal);
  }
}

/** What a query costs. Times in milliseconds, sizes in bytes. */
export type QueryCounts = {
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  /** Arena bytes held now, cached frames apart, and the most ever held. */
  readonly memoryBytes: number;
  readonly peakMemoryBytes: number;
  readonly spilledBytes: number;
};

const NOTHING_YET: QueryCounts = {
  elapsedMs: 0,
  rowsRead: 0,
  bytesRead: 0,
  memoryBytes: 0,
  peakMemoryBytes: 0,
  spilledBytes: 0,
};

/** How long one turn of a cancelled query may take to notice before its worker is ended. */
const STUCK_MS = 2000;

/** Looks at once and every STUCK_MS. */
class StuckTimer {
  readonly #look: () => void;
  #handle: ReturnType<typeof setInterval> | undefined;

  constructor(look: () => void) {
    this.#look = look;
  }

  start(): void {
    if (this.#handle !== undefined) return;
    this.#look();
    this.#handle = setInterval(this.#look, STUCK_MS);
  }

  stop(): void {
    clearInterval(this.#handle);
  }
}

/** Rows a stage gets from earlier ones; unbounded when it reads a table, or joins. */
function rowsToMerge({ source, steps }: Stage, partials: Partials): number {
  const inPartitions = 'rows' in source && isSpilled(sinkPartials<BuildPartial>(partials, source.rows));
  // Only one of the two has anything to do.
  if ((source.kind === 'grace' && !inPartitions) || (source.kind === 'unmatched' && inPartitions)) return 0;
  if (steps.some((s) => s.kind === 'probe')) return Number.POSITIVE_INFINITY;
  switch (source.kind) {
    case 'total':
      return 1;
    case 'values':
      return source.plan.rows.length;
    case 'groups': {
      const groups = sinkPartials<AggregatePartial>(partials, source.from);
      if (AggregateMerge.morsels(groups) > 1) return Number.POSITIVE_INFINITY;
      return AggregateMerge.rows(groups);
    }
    case 'sorted':
    case 'window':
      return sinkPartials<SortPartial>(partials, source.from).reduce((sum, p) => sum + p.rows, 0);
    case 'tables':
      return rowsOf(sinkPartials<BuildPartial>(partials, source.from));
    case 'unmatched':
      return rowsOf(sinkPartials<BuildPartial>(partials, source.rows));
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/** All results, or the first error once every task has ended; an error cancels the others. */
async function allOrCancel(tasks: readonly Promise<StageResult>[], control: Control): Promise<StageResult[]> {
  let failure: unknown = null;
  const results = await Promise.all(
    tasks.map((task) =>
      task.catch((error: unknown) => {
        failure ??= error;
        control.cancel();
        return null;
      }),
    ),
  );
  if (failure !== null) throw failure;
  return results as StageResult[];
}
