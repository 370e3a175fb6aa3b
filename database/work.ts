/**
 * Work of the database that runs on the executor's workers: parsing ranges of input, building and merging segments.
 * Both ends of each call stand here, so that they cannot drift apart.
 */

import type { EngineContext } from '../engine/exec/context.ts';
import type { CallHandler } from '../engine/exec/worker/host.ts';
import type { WorkerPool } from '../engine/exec/worker/pool.ts';
import {
  type Batch,
  type BuiltSegment,
  type FinalRows,
  LocalSegmentBuilder,
  type MergeInput,
  type MergeJob,
  nodeInflaters,
  RealFileSystem,
  type SegmentBuilder,
  type SegmentTarget,
  type TableDefinition,
} from '../storage/index.ts';
import { codecContext } from './codec.ts';
import {
  type ChunksTask,
  type InsertEnvironment,
  type RangeTask,
  type RunChunks,
  type RunTask,
  runChunks,
  runRange,
} from './ingest/index.ts';

type BuildCall = {
  readonly table: TableDefinition;
  readonly batches: readonly Batch[];
  readonly target: SegmentTarget;
};
type MergeCall = {
  readonly table: TableDefinition;
  readonly inputs: readonly MergeInput[];
  readonly target: SegmentTarget;
  readonly job: MergeJob;
};

type FinalCall = {
  readonly table: TableDefinition;
  readonly inputs: readonly MergeInput[];
  readonly columnIds: readonly number[];
  readonly job: MergeJob;
};

const builders = new WeakMap<EngineContext, LocalSegmentBuilder>();

/** Workers write to real files or to shared memory, never to a file system of another thread. */
function builderOf(engine: EngineContext): LocalSegmentBuilder {
  let builder = builders.get(engine);
  if (builder === undefined) {
    builder = new LocalSegmentBuilder(codecContext(engine), new RealFileSystem(), engine.clock);
    builders.set(engine, builder);
  }
  return builder;
}

/** The workers' side. */
export const workerCalls: ReadonlyMap<string, CallHandler> = new Map<string, CallHandler>([
  ['read-range', (payload, engine) => runRange(engine, payload as RangeTask)],
  ['read-chunks', (payload, engine) => runChunks(engine, nodeInflaters, payload as ChunksTask)],
  [
    'build-segment',
    (payload, engine) => {
      const { table, batches, target } = payload as BuildCall;
      return builderOf(engine).build(table, batches, target);
    },
  ],
  [
    'merge-segments',
    (payload, engine) => {
      const { table, inputs, target, job } = payload as MergeCall;
      return builderOf(engine).merge(table, inputs, target, job);
    },
  ],
  [
    'final-rows',
    (payload, engine) => {
      const { table, inputs, columnIds, job } = payload as FinalCall;
      return builderOf(engine).final(table, inputs, columnIds, job, 0);
    },
  ],
]);

/** Bytes of input up to which it is parsed on the calling thread. */
const INLINE_BYTES = 64 << 10;
/** Ranges of rows in memory at once. */
const RANGES_AT_ONCE = 4;

/** What reading rows works with on this process's pool. */
export const insertEnvironment = (engine: EngineContext, pool: () => WorkerPool): InsertEnvironment => ({
  arena: engine.arena,
  kernels: engine.kernels,
  runTask: rangeRunner(engine, pool),
  runChunks: chunkRunner(engine, pool),
  width: RANGES_AT_ONCE,
});

/** Parses ranges on the pool; small ones on the spot. */
const rangeRunner =
  (engine: EngineContext, pool: () => WorkerPool): RunTask =>
  async (task) =>
    task.job.bytes <= INLINE_BYTES
      ? runRange(engine, task)
      : ((await pool().call('read-range', task)) as ReturnType<typeof runRange>);

/** Decodes column chunks on the pool; small ones on the spot. */
const chunkRunner =
  (engine: EngineContext, pool: () => WorkerPool): RunChunks =>
  async (task) =>
    sizeOf(task) <= INLINE_BYTES
      ? runChunks(engine, nodeInflaters, task)
      : ((await pool().call('read-chunks', task)) as ReturnType<typeof runChunks>);

const sizeOf = ({ jobs }: ChunksTask): number =>
  jobs.reduce((sum, { chunks }) => chunks.reduce((all, { bytes }) => all + bytes, sum), 0);

/** Rows up to which a segment is written on the calling thread. */
const INLINE_ROWS = 16384;

/** Builds large segments on the pool, small ones here. Merges always go to the pool. */
export class PoolSegmentBuilder implements SegmentBuilder {
  readonly #local: SegmentBuilder;
  readonly #pool: () => WorkerPool;

  constructor(local: SegmentBuilder, pool: () => WorkerPool) {
    this.#local = local;
    this.#pool = pool;
  }

  get mergesAtOnce(): number {
    return this.#pool().threads;
  }

  async build(
    table: TableDefinition,
    batches: readonly Batch[],
    target: SegmentTarget,
  ): Promise<BuiltSegment> {
    const rows = batches.reduce((sum, b) => sum + b.rows, 0);
    if (rows <= INLINE_ROWS) return this.#local.build(table, batches, target);
    const call: BuildCall = { table, batches, target };
    return (await this.#pool().call('build-segment', call)) as BuiltSegment;
  }

  async merge(
    table: TableDefinition,
    inputs: readonly MergeInput[],
    target: SegmentTarget,
    job: MergeJob,
  ): Promise<BuiltSegment> {
    const call: MergeCall = { table, inputs, target, job };
    return (await this.#pool().callBeside('merge-segments', call)) as BuiltSegment;
  }

  async final(
    table: TableDefinition,
    inputs: readonly MergeInput[],
    columnIds: readonly number[],
    job: MergeJob,
    rows: number,
  ): Promise<FinalRows> {
    if (rows <= INLINE_ROWS) return this.#local.final(table, inputs, columnIds, job, rows);
    const call: FinalCall = { table, inputs, columnIds, job };
    return (await this.#pool().callBeside('final-rows', call)) as FinalRows;
  }
}
