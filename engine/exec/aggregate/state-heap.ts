/**
 * Where the states of variable size of one set of groups lie: blocks in the arena, taken back and given out again by size.
 *
 * A state word that has a block is a reference like a string's, so partitions, spill files and other threads carry blocks as they carry
 * strings. Everything counts as the query's memory.
 */

import type { Region } from '../../memory/region.ts';
import type { StateMemory } from '../../sketch/memory.ts';

const ALIGNMENT = 16;

/** The arena as states see it, and the region that their blocks are of. */
abstract class RegionMemory {
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
  readonly f64: Float64Array;
  protected readonly region: Region;

  constructor(region: Region) {
    const { arena } = region;
    this.u8 = arena.u8;
    this.u32 = arena.u32;
    this.u64 = arena.u64;
    this.f64 = arena.f64;
    this.region = region;
  }
}

export class StateHeap extends RegionMemory implements StateMemory {
  /** By size: the first free block, which begins with the address of the next. */
  readonly #freed = new Map<number, number>();

  /** Of the arena. */
  get bytes(): number {
    return this.region.bytes;
  }

  alloc(bytes: number): number {
    const size = sizeOf(bytes);
    const freed = this.#freed.get(size);
    if (freed === undefined || freed === 0) return this.region.alloc(size);
    this.#freed.set(size, this.u32[freed >>> 2]);
    return freed;
  }

  free(address: number, bytes: number): void {
    const size = sizeOf(bytes);
    this.u32[address >>> 2] = this.#freed.get(size) ?? 0;
    this.#freed.set(size, address);
  }

  /** Forgets all blocks. */
  clear(): void {
    this.region.free();
    this.#freed.clear();
  }
}

const sizeOf = (bytes: number): number => Math.max(ALIGNMENT, (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1));

/** Memory for states that are outside of the blocks they belong to while a batch is added: nothing is freed singly, least of all what is not its own. */
export class BatchHeap extends RegionMemory implements StateMemory {
  alloc(bytes: number): number {
    return this.region.alloc(bytes);
  }

  free(): void {}

  /** Gives everything back: aggregators of a single batch have such memory, too. */
  clear(): void {
    this.region.free();
  }
}
