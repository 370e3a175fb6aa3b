/**
 * What all databases of a process share: one arena, one set of kernels, one frame cache, one worker pool.
 *
 * The arena reserves address space only; workers start when a query or a load is worth one, and never keep the
 * process alive (DESIGN.md D14). Reference kernels are a second runtime of their own, for tests.
 */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../engine/base/clock.ts';
import { BasaltError } from '../engine/base/error.ts';
import type { EngineContext } from '../engine/exec/context.ts';
import type { WorkerStart } from '../engine/exec/worker/message.ts';
import { WorkerPool } from '../engine/exec/worker/pool.ts';
import { loadKernels } from '../engine/kernel/load.ts';
import { referenceKernels } from '../engine/kernel/ref/index.ts';
import { Arena } from '../engine/memory/arena.ts';
import { FrameCache } from '../engine/memory/frame-cache.ts';
import { partOpeners } from './opener.ts';
import { openSpill } from './temporary-folder.ts';

export type KernelChoice = 'compiled' | 'reference';

export type Runtime = {
  readonly engine: EngineContext;
  /** The pool, made on first use; its threads start as they get work. */
  readonly pool: () => WorkerPool;
};

export type RuntimeOptions = {
  readonly kernels: KernelChoice;
  /** Worker threads; default the machine's cores. */
  readonly threads?: number | undefined;
  /**
   * What the process may take. The arena gets what heaps and code leave ({@link arenaBytes}); default such that this is 3.5 GiB,
   * or that all is 80 % of what the machine may use, whichever is less.
   */
  readonly memoryLimitBytes?: number | undefined;
};

const runtimes = new Map<KernelChoice, Runtime>();

/** The process's runtime; the options of the first caller hold. */
export function sharedRuntime(options: RuntimeOptions): Runtime {
  const { threads = 1 } = options;
  if (!Number.isSafeInteger(threads) || threads < 1)
    throw new BasaltError('BAD_ARGUMENTS', `threads is ${threads}, not a whole number from 1 on`, {
      hint: 'Leave it out for as many as the machine has cores',
    });
  let runtime = runtimes.get(options.kernels);
  if (runtime === undefined) {
    runtime = makeRuntime(options);
    runtimes.set(options.kernels, runtime);
  }
  return runtime;
}

const MAX_ARENA_BYTES = 3.5 * 2 ** 30;
const MEMORY_SHARE = 0.8;
/**
 * Code, JavaScript heaps and merges, of the process and of each worker thread: after all queries of ClickBench two threads had
 * 245 MiB, and two merges hold some 40.
 */
const PROCESS_BYTES = 192 << 20;
const THREAD_BYTES = 96 << 20;
/** A very small limit is an arena of this share of it: heaps are small then, too. */
const LEAST_SHARE = 0.25;

/** Arena bytes of a process that may take so many in all. */
export function arenaBytes(processBytes: number, threads: number): number {
  const left = processBytes - PROCESS_BYTES - threads * THREAD_BYTES;
  return Math.min(MAX_ARENA_BYTES, Math.max(left, processBytes * LEAST_SHARE));
}

function makeRuntime({
  kernels,
  threads = availableParallelism(),
  memoryLimitBytes = MEMORY_SHARE * availableBytes(),
}: RuntimeOptions): Runtime {
  const arena = Arena.create({ limitBytes: arenaBytes(memoryLimitBytes, threads) });
  const engine: EngineContext = {
    arena,
    kernels: kernels === 'reference' ? referenceKernels(arena) : loadKernels(arena),
    frames: new FrameCache(arena),
    openers: partOpeners,
    openSpill,
    clock: systemClock,
  };
  let pool: WorkerPool | null = null;
  return {
    engine,
    pool: () => {
      pool ??= new WorkerPool({
        arena,
        frames: engine.frames,
        threads,
        kernels,
        spawn,
      });
      return pool;
    },
  };
}

/** What the machine or its container lets this process use. */
function availableBytes(): number {
  const constrained = process.constrainedMemory();
  const { rss } = process.memoryUsage();
  return constrained > 0 && constrained < Number.MAX_SAFE_INTEGER
    ? constrained
    : process.availableMemory() + rss;
}

/** Source of the worker bundle inside the self-contained executable; null when files are on disk. */
let embeddedWorker: (() => string) | null = null;

export function useEmbeddedWorker(source: () => string): void {
  embeddedWorker = source;
}

function spawn(start: WorkerStart): Worker {
  if (embeddedWorker !== null) return new Worker(embeddedWorker(), { eval: true, workerData: start });
  // A checkout runs the TypeScript file, the built package its bundle beside this one.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: start });
}
