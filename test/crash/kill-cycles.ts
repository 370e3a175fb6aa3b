/**
 * Lives of one server on one folder: each ends with SIGKILL at a seeded point, while clients write or while it still
 * recovers from the kill before. The next life must show what the ledger says.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../../engine/base/random.ts';
import { ServerProcess } from '../cli/process.ts';
import { Ledger } from './ledger.ts';
import { createTables, foundBatches, Load, passingTables, TABLES } from './load.ts';

/** A kill comes after up to so many answers, and up to so long after the last of them. */
const MAX_ANSWERS = 40;
const MAX_AFTER_MS = 40;
/** Every so many starts are killed before the server is up. */
const KILLED_STARTS = 5;
/** About what a start takes. */
const START_MS = 400;

export type Outcome = {
  /** Everything the ledger found wrong, with the kill before it. */
  readonly wrong: readonly string[];
  readonly acknowledged: number;
  /** Batches and tables that were under way at a kill. */
  readonly interrupted: number;
  readonly exitCode: number | null;
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function killCycles(seed: number, kills: number): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'basalt-crash-'));
  const random = new SeededRandom(seed);
  const ledger = new Ledger();
  const wrong: string[] = [];
  let interrupted = 0;
  let lastId = 0;
  const ids = { next: () => ++lastId };
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const answers = random.below(MAX_ANSWERS);
      const afterMs = random.below(MAX_AFTER_MS);
      if (random.below(KILLED_STARTS) === 0) await killWhileStarting(folder, random.below(START_MS));
      await using server = await ServerProcess.start(folder);
      await createTables(server.clickhouse);
      wrong.push(...(await settle(server, ledger)).map((w) => `before kill ${kill}: ${w}`));
      // Of its own seed: how many numbers the clients draw must not move the next kill.
      const load = new Load(server.clickhouse, ledger, new SeededRandom(random.uint32()), ids);
      const running = load.run();
      await Promise.race([load.answered(answers), running]);
      await sleep(afterMs);
      await server.stop('SIGKILL');
      await running;
      interrupted += ledger.openCount;
    }
    const server = await ServerProcess.start(folder);
    wrong.push(...(await settle(server, ledger)).map((w) => `after the last kill: ${w}`));
    const { code } = await server.stop();
    return { wrong, acknowledged: ledger.acknowledgedCount, interrupted, exitCode: code };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function settle(server: ServerProcess, ledger: Ledger): Promise<string[]> {
  const wrong: string[] = [];
  for (const table of TABLES)
    wrong.push(...ledger.settle(table, await foundBatches(server.clickhouse, table)));
  wrong.push(...ledger.settleTables(await passingTables(server.clickhouse)));
  return wrong;
}

async function killWhileStarting(folder: string, afterMs: number): Promise<void> {
  await using server = ServerProcess.spawn(folder);
  await sleep(afterMs);
  await server.stop('SIGKILL');
}
