/** Twin of as/random.ts: random bits of numbered places. */

import { splitMix64 } from '../../base/random.ts';
import type { Arena } from '../../memory/arena.ts';

export const randomKernels = ({ u64 }: Arena) => ({
  random_bits(src: number, n: number, granule: number, key: bigint, shift: number, out: number): void {
    for (let i = 0; i < n; i++)
      u64[out / 8 + i] = splitMix64(key, u64[src / 8 + i] >> BigInt(granule)) >> BigInt(shift);
  },
});
