/**
 * More lives than `npm test` has time for: BASALT_CRASH_CYCLES kills (500 by default), the seed of each run of 50 said
 * when it fails.
 */

import { expect, it } from 'vitest';
import { killCycles } from './kill-cycles.ts';

const CYCLES = Number(process.env['BASALT_CRASH_CYCLES'] ?? 500);
const PER_SEED = 50;

const seeds = Array.from({ length: Math.ceil(CYCLES / PER_SEED) }, (_, i) => i + 2);

it.each(seeds)(
  'seed %i',
  async (seed) => {
    const { wrong, exitCode } = await killCycles(seed, Math.min(PER_SEED, CYCLES));
    expect(wrong).toEqual([]);
    expect(exitCode).toBe(0);
  },
  600_000,
);
