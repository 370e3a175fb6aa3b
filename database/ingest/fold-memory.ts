/** Memory of a rollup: scratch for one batch, and a heap of states until all groups go. Both belong to one owner. */

import type { StateTask } from '../../engine/exec/aggregate/block-aggregator.ts';
import { StateHeap } from '../../engine/exec/aggregate/state-heap.ts';
import type { Kernels } from '../../engine/kernel/load.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';
import type { Dictionary } from '../../engine/vector/vector.ts';

/** Arena pages taken first. */
const FIRST_PAGES = 4;
const encoder = new TextEncoder();

export class FoldMemory implements StateTask {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly scratch: Region;
  readonly heap: StateHeap;

  constructor({ arena, kernels }: { readonly arena: Arena; readonly kernels: Kernels }, owner: number) {
    this.arena = arena;
    this.kernels = kernels;
    this.scratch = new Region(arena, owner, FIRST_PAGES);
    this.heap = new StateHeap(new Region(arena, owner, FIRST_PAGES));
  }

  constantRef(text: string): bigint {
    const bytes = encoder.encode(text);
    const address = this.scratch.alloc(Math.max(1, bytes.length));
    this.arena.u8.set(bytes, address);
    return (BigInt(bytes.length) << 32n) | BigInt(address);
  }

  dictionaryRefs({ offsets, bytes, count }: Dictionary): number {
    const refs = this.scratch.alloc(count * 8);
    this.kernels.refs_of_offsets(offsets, bytes, count, refs);
    return refs;
  }

  /** Nobody cancels a range: its task is waited for. */
  check(): void {}

  free(): void {
    this.heap.clear();
    this.scratch.free();
  }
}
