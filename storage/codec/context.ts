/**
 * What encoding and decoding work with: the arena, its kernels, a scratch region of this thread, and the byte
 * compressors. One per thread; never shared, because the scratch region is not.
 */

import type { Kernels } from '../../engine/kernel/load.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import type { Compressors } from './compressors.ts';

export type CodecContext = {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly scratch: Region;
  readonly compressors: Compressors;
  /** Seeds hashes of strings, so that no input can be made to collide; nothing stored depends on it. */
  readonly hashSeed?: number;
};

/** Runs `work` and gives back all scratch memory it took. */
export function withScratch<T>({ scratch }: CodecContext, work: (scratch: Region) => T): T {
  const mark = scratch.mark();
  try {
    return work(scratch);
  } finally {
    scratch.reset(mark);
  }
}

/** Kernels read and write whole words: room that every encoded stream needs behind it. */
export const SLACK_BYTES = 32;
