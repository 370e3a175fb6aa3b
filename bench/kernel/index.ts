/**
 * GB/s of the kernels and of what is made of them, on one thread, next to the machine's copy bandwidth. `npm run bench -- kernel`.
 * A family at a time holds memory, which goes with its arena.
 */

import { type CaseMaker, noise, openGround, SLACK } from './case.ts';
import { decodeCases } from './decode.ts';
import { formatCases } from './format.ts';
import { groupCases } from './group.ts';
import { scanCases } from './scan.ts';
import { shapeCases } from './shape.ts';
import { sortCases } from './sort.ts';
import { textCases } from './text.ts';

const MAKERS: readonly CaseMaker[] = [
  scanCases,
  groupCases,
  decodeCases,
  textCases,
  sortCases,
  formatCases,
  shapeCases,
];

const WARM_MS = 100;

export type KernelTimes = {
  readonly family: string;
  readonly name: string;
  readonly bytes: number;
  readonly values: number;
  /** Milliseconds of each run. */
  readonly ms: readonly number[];
};

export type KernelRequest = { readonly bytes: number; readonly seed: number; readonly runs: number };

/** @param wants families to measure; the copy always is, and comes first */
export async function* measureKernels(
  { bytes, seed, runs }: KernelRequest,
  wants: (family: string) => boolean,
): AsyncGenerator<KernelTimes> {
  for (const make of [copyCase, ...MAKERS]) {
    for (const { run, ...about } of await make(openGround(bytes, seed))) {
      if (about.family !== 'copy' && !wants(about.family)) continue;
      // Until the compiler has seen it often.
      for (const start = performance.now(); performance.now() - start < WARM_MS; ) run();
      const ms = Array.from({ length: runs }, () => {
        const start = performance.now();
        run();
        return performance.now() - start;
      });
      yield { ...about, ms };
    }
  }
}

/** What the memory gives: every byte read once and written once. */
const copyCase: CaseMaker = (ground) => {
  const { arena, region, bytes } = ground;
  const from = noise(ground);
  const to = region.alloc(bytes + SLACK);
  const run = (): void => void arena.u8.copyWithin(to, from, from + bytes);
  return [{ family: 'copy', name: 'copyWithin', bytes, values: bytes, run }];
};
