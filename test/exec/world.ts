/** A task of the executor without a query, for tests of single operators. */

import { systemClock } from '../../engine/base/clock.ts';
import { type EngineContext, TaskContext } from '../../engine/exec/context.ts';
import { CONTROL_SIZE, Control } from '../../engine/exec/control.ts';
import { loadKernels } from '../../engine/kernel/load.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { FrameCache } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';

export class EngineWorld {
  readonly engine: EngineContext;
  readonly task: TaskContext;

  constructor() {
    const arena = Arena.create();
    const owner = arena.openOwner();
    const control = new Control(arena, new Region(arena, owner, 1).allocZero(CONTROL_SIZE));
    this.engine = {
      arena,
      kernels: loadKernels(arena),
      frames: new FrameCache(arena),
      openers: new Map(),
      clock: systemClock,
    };
    this.task = new TaskContext(this.engine, control, owner);
  }

  /** Address of 64-bit integers. */
  i64(values: readonly number[]): number {
    const { arena, heap } = this.task;
    const address = heap.alloc(values.length * 8);
    values.forEach((value, i) => {
      arena.i64[address / 8 + i] = BigInt(value);
    });
    return address;
  }

  readI64(address: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => Number(this.task.arena.i64[address / 8 + i]));
  }
}
