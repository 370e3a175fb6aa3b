/**
 * What a kernel bench is: something that goes over so many bytes, and how fast it does.
 *
 * Arrays are larger than the caches, and kernels are called on pages of VECTOR_ROWS values with a small output that is used again, as
 * the engine calls them. Bytes are those of the input, or of the output where the input is compressed.
 */

import { SeededRandom } from '../../engine/base/random.ts';
import { type Kernels, loadKernels } from '../../engine/kernel/load.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';

export type KernelCase = {
  readonly family: string;
  readonly name: string;
  readonly bytes: number;
  /** Values or rows, for the time of one. */
  readonly values: number;
  readonly run: () => void;
};

/** Where cases work: every array has `bytes` bytes. */
export type Ground = {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly region: Region;
  readonly random: SeededRandom;
  readonly bytes: number;
};

export type CaseMaker = (ground: Ground) => readonly KernelCase[] | Promise<readonly KernelCase[]>;

export function openGround(bytes: number, seed: number): Ground {
  const arena = Arena.create();
  const region = new Region(arena, arena.openOwner());
  return { arena, kernels: loadKernels(arena), region, random: new SeededRandom(seed), bytes };
}

/** Room for an array: kernels may touch a few bytes behind it. */
export const SLACK = 64;

/** Address of an array of random bits. */
export function noise({ arena, region, random, bytes }: Ground): number {
  const at = region.alloc(bytes + SLACK);
  for (let i = at / 4; i < (at + bytes) / 4; i++) arena.u32[i] = random.uint32();
  return at;
}

/** Calls `work` for each page of `values` values: the first one's number, and how many. */
export function pages(values: number, pageValues: number, work: (from: number, n: number) => void): void {
  for (let from = 0; from < values; from += pageValues) work(from, Math.min(pageValues, values - from));
}
