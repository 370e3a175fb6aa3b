/**
 * One query under way: its memory, its control words, and its walk through the stages, on this thread or on the pool.
 *
 * Invariant: memory and frames go back exactly once, after every thread has let go of them, however the query ends.
 */

import { BasaltError } from '../base/error.ts';
import { Region } from '../memory/region.ts';
import type { SpillLimits, SpillPlan } from '../memory/spill.ts';
import type { Part } from '../plan/source.ts';
import type { ResultBatch } from '../vector/batch.ts';
import { AggregateMerge } from './aggregate/merge.ts';
import type { AggregatePartial } from './aggregate/sink.ts';
import { BatchOrder } from './batch-order.ts';
import { BatchQueue } from './batch-queue.ts';
import type { EngineContext } from './context.ts';
import { CONTROL_SIZE, Control } from './control.ts';
import { isSpilled, rowsOf } from './join/build.ts';
import type { BuildPartial } from './join/build-sink.ts';
import type { Physical } from './physical.ts';
import type { SortPartial } from './sort/sink.ts';
import type { Emit } from './stage/result.ts';
import { type StageInputs, StageRun } from './stage/run.ts';
import { type Partials, type Stage, type StagePartial, sinkPartials, stagesRead } from './stage/stage.ts';
import type { WorkerPool } from './worker/pool.ts';

export type ExecuteOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Arena bytes the query may hold, cached frames apart. */
  readonly memoryLimitBytes?: number | undefined;
  /** At most this many threads; 1 runs on one worker. */
  readonly threads?: number | undefined;
  /** The folder operators may spill to, and when they do; absent = they never do. */
  readonly spill?: { readonly folder: string; readonly limits: SpillLimits } | undefined;
};

/** Rows of partial results up to which a merge runs on the calling thread. */
const MERGE_INLINE_ROWS = 4096;

export class Query {
  readonly #engine: EngineContext;
  readonly #id: number;
  readonly #physical: Physical;
  readonly #options: ExecuteOptions;
  readonly #parts: readonly Part[][];
  readonly #localRuns: StageRun[] = [];
  #control: Control | null = null;
  #owner = 0;
  #rowsRead = 0;
  #bytesRead = 0;
  #peakMemoryBytes = 0;

  constructor(
    engine: EngineContext,
    id: number,
    physical: Physical,
    parts: readonly Part[][],
    options: ExecuteOptions,
  ) {
    this.#engine = engine;
    this.#id = id;
    this.#physical = physical;
    this.#parts = parts;
    this.#options = options;
  }

  /** Rows of all sources; joins count as their product, a bound on what they could make. */
  get estimatedRows(): number {
    let rows = 0;
    for (const part of this.#parts.flat()) rows += part.rows;
    let joins = 0;
    for (const stage of this.#physical.stages) {
      if (stage.source.kind === 'range') rows += stage.source.plan.count;
      if (stage.source.kind === 'values') rows += stage.source.plan.rows.length;
      if (stage.sink.kind === 'build') joins++;
    }
    return joins === 0 ? rows : rows * Math.min(rows, 1024);
  }

  get rowsRead(): number {
    return this.#control?.rowsRead ?? this.#rowsRead;
  }

  get bytesRead(): number {
    return this.#control?.bytesRead ?? this.#bytesRead;
  }

  get peakMemoryBytes(): number {
    return this.#peakMemoryBytes;
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
        partials.push([run.finish()]);
        run.close();
      }
      this.#note();
      while (ready.length > 0) yield ready.shift() as ResultBatch;
    } finally {
      for (const run of runs) run.release();
      this.#end();
    }
  }

  async *runOn(pool: WorkerPool): AsyncGenerator<ResultBatch> {
    const control = this.#start();
    const used = new Set<number>();
    const queue = new BatchQueue();
    const abort = (): void => control.cancel();
    this.#options.signal?.addEventListener('abort', abort, { once: true });
    const work = this.#runStages(pool, control, used, queue).then(
      () => queue.end(null),
      (error: unknown) => queue.end(error),
    );
    try {
      this.#checkSignal();
      for (;;) {
        const batch = await queue.next();
        if (batch === null) break;
        control.addPending(-1);
        yield batch;
      }
    } catch (error) {
      this.#checkSignal();
      throw error;
    } finally {
      this.#options.signal?.removeEventListener('abort', abort);
      control.cancel();
      await endOrTerminate(work, pool, used);
      this.#note();
      await Promise.allSettled(
        [...used].map((worker) => pool.send(worker, { kind: 'release', query: this.#id })),
      );
      this.#end();
    }
  }

  async #runStages(pool: WorkerPool, control: Control, used: Set<number>, queue: BatchQueue): Promise<void> {
    const partials: StagePartial[][] = [];
    for (const stage of this.#physical.stages) {
      control.check();
      const emit = emitTo(queue, control, stage);
      if (rowsToMerge(stage, partials) <= MERGE_INLINE_ROWS) {
        partials.push([this.#runHere(stage, control, partials, emit)]);
        continue;
      }
      const threads = stage.serial ? 1 : Math.min(pool.threads, this.#options.threads ?? pool.threads);
      const inputs = this.#inputs(control, partials, threads, stage);
      const tasks = Array.from({ length: threads }, (_, i) => {
        // Serial stages of different queries spread over the workers.
        const worker = stage.serial ? this.#id % pool.threads : i;
        used.add(worker);
        return pool.send(
          worker,
          { kind: 'stage', query: this.#id, stage, inputs },
          emit,
        ) as Promise<StagePartial>;
      });
      partials.push(await allOrCancel(tasks, control));
      this.#note();
    }
  }

  /** A small merge costs less here than the message that would ask a worker for it. */
  #runHere(stage: Stage, control: Control, partials: StagePartial[][], emit: Emit): StagePartial {
    const run = new StageRun(this.#engine, stage, this.#inputs(control, partials, 1), (batch, morsel) => {
      if (batch !== null) control.addPending(1);
      emit(batch, morsel);
    });
    this.#localRuns.push(run);
    while (run.step());
    const partial = run.finish();
    run.close();
    return partial;
  }

  /** A stage's message carries only the parts and partials it reads. */
  #inputs(
    control: Control,
    partials: readonly StagePartial[][],
    threads: number,
    stage?: Stage,
  ): StageInputs {
    const scan = stage?.source.kind === 'scan' ? stage.source.scan : null;
    const reads = stage === undefined ? null : stagesRead(stage);
    return {
      owner: this.#owner,
      control: control.address,
      threads,
      spill: this.#spillPlan(threads),
      parts: stage === undefined ? this.#parts : this.#parts.map((p, i) => (i === scan ? p : [])),
      partials: reads === null ? partials : partials.map((p, i) => (reads.has(i) ? p : [])),
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
    return this.#control;
  }

  #note(): void {
    this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, this.#engine.arena.ownerBytes(this.#owner));
  }

  #end(): void {
    for (const run of this.#localRuns) run.release();
    this.#rowsRead = this.rowsRead;
    this.#bytesRead = this.bytesRead;
    const spilled = this.#control !== null && this.#control.spillFiles > 0;
    if (spilled && this.#options.spill !== undefined)
      this.#engine.openSpill?.(this.#options.spill.folder).remove(this.#spillPrefix);
    this.#control = null;
    this.#engine.arena.closeOwner(this.#owner);
  }

  #checkSignal(): void {
    const { signal } = this.#options;
    if (signal?.aborted !== true) return;
    throw signal.reason instanceof BasaltError
      ? signal.reason
      : new BasaltError('QUERY_WAS_CANCELLED', 'The query was cancelled');
  }
}

/** Where a stage's batches go: straight to the reader, or by way of their order. */
function emitTo(queue: BatchQueue, control: Control, stage: Stage): Emit {
  if (stage.ordered) {
    const order = new BatchOrder(queue, control);
    return (batch, morsel) => order.receive(batch, morsel);
  }
  return (batch) => {
    if (batch !== null) queue.push(batch);
  };
}

/** How long a cancelled stage may take to notice before its workers are ended. */
const STUCK_MS = 2000;

async function endOrTerminate(
  work: Promise<void>,
  pool: WorkerPool,
  used: ReadonlySet<number>,
): Promise<void> {
  const timer = setTimeout(() => {
    for (const worker of used) pool.terminate(worker);
  }, STUCK_MS);
  try {
    await work;
  } finally {
    clearTimeout(timer);
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
      return groups.reduce((sum, p) => sum + (p.flat?.rows ?? 0), 0);
    }
    case 'sorted':
      return sinkPartials<SortPartial>(partials, source.from).reduce((sum, p) => sum + p.rows, 0);
    case 'tables':
      return rowsOf(sinkPartials<BuildPartial>(partials, source.from));
    case 'unmatched':
      return rowsOf(sinkPartials<BuildPartial>(partials, source.rows));
    default:
      return Number.POSITIVE_INFINITY;
  }
}

const NOTHING: StagePartial = { sink: null, probes: [] };

/** All results, or the first error once every task has ended; an error cancels the others. */
async function allOrCancel(
  tasks: readonly Promise<StagePartial>[],
  control: Control,
): Promise<StagePartial[]> {
  let failure: unknown = null;
  const results = await Promise.all(
    tasks.map((task) =>
      task.catch((error: unknown) => {
        failure ??= error;
        control.cancel();
        return NOTHING;
      }),
    ),
  );
  if (failure !== null) throw failure;
  return results;
}
