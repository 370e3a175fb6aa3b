/** Pools whose threads know what tests need: memory tables, and calls that misbehave. */

import { Worker } from 'node:worker_threads';
import { WorkerPool } from '../../engine/exec/worker/pool.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { FrameCache } from '../../engine/memory/frame-cache.ts';

export function testPool(arena: Arena, frames: FrameCache, threads: number): WorkerPool {
  return new WorkerPool({
    arena,
    frames,
    threads,
    kernels: 'compiled',
    spawn: (start) => new Worker(new URL('./worker.ts', import.meta.url), { workerData: start }),
  });
}
