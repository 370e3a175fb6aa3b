/**
 * `kill -9` of a real server, with the ledger outside of it. More cycles: kill-server.long.ts.
 */

import { expect, it } from 'vitest';
import { effort } from '../effort.ts';
import { killCycles } from './kill-cycles.ts';

const KILLS = effort(25, 3);
const SEED = 1;

it(`${KILLS} kills lose nothing acknowledged, double nothing, and halve nothing`, async () => {
  const { wrong, acknowledged, interrupted, exitCode } = await killCycles(SEED, KILLS);
  expect(wrong).toEqual([]);
  expect(exitCode).toBe(0);
  // The kills came while there was something to lose.
  expect(acknowledged).toBeGreaterThan(KILLS);
  expect(interrupted).toBeGreaterThan(KILLS);
}, 600_000);
