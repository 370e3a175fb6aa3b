/** What workloads have in common: a seeded script of steps over tables that come and go, and restarts. */

import { SeededRandom } from '../../../engine/base/random.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import type { Store } from '../../../storage/store.ts';
import { openStore } from './store.ts';

const SETTINGS = {
  maxWalInsertBytes: 600,
  flushRows: 1 << 20,
  walFileBytes: 700,
  manifestEditBytes: 1500,
  merge: { fanIn: 2, maxInputs: 4, maxRows: 1e6, maxBytes: 1e9 },
};

export const openForWorkload = (fs: FileSystem): Promise<Store> => openStore(fs, { settings: SETTINGS });

/** create and drop may be under way when the process dies. */
export type Life = { id: number; created: 'maybe' | 'yes'; dropped: 'no' | 'maybe' | 'yes' };

export type StepLedger<T extends Life> = {
  /** Names of tables and rows go on across processes. */
  nextId: number;
  readonly tables: Map<string, T>;
};

export type Script<T extends Life> = {
  /** Steps are drawn from so many choices; those from 19 on are the script's own, and 17 where there is one table. */
  readonly choices: number;
  readonly createTable: (store: Store, name: string) => Promise<void>;
  readonly insert: (store: Store, table: T, ids: number[], token: string) => Promise<void>;
  readonly own: (store: Store, table: T, draws: Draws<T>) => Promise<unknown>;
};

export type Draws<T> = {
  readonly choice: number;
  readonly draw: number;
  readonly step: number;
  /** Tables that are certainly there. */
  readonly live: readonly T[];
};

/**
 * Runs `steps` steps of the workload of `seed`. Throws what the store throws.
 * @param tolerate goes on after a failed step, as an application would after ENOSPC.
 */
export async function runSteps<T extends Life>(
  fs: FileSystem,
  seed: number,
  steps: number,
  ledger: StepLedger<T>,
  script: Script<T>,
  tolerate: boolean,
): Promise<void> {
  const { createTable, insert } = script;
  const random = new SeededRandom(seed);
  let store = await attempt(() => openForWorkload(fs), tolerate);
  for (let step = 0; step < steps; step++) {
    const choice = random.below(script.choices);
    const draw = random.uint32();
    if (store === undefined) {
      store = await attempt(() => openForWorkload(fs), tolerate);
      continue;
    }
    const live = [...ledger.tables.values()].filter((t) => t.created === 'yes' && t.dropped === 'no');
    const running = store;
    if (live.length === 0 || (choice === 0 && live.length < 3)) {
      await attempt(() => createTable(running, `t${ledger.nextId++}`), tolerate);
      continue;
    }
    const table = live[draw % live.length];
    if (choice < 10) {
      const count = choice < 8 ? 1 + (draw % 5) : 100;
      const ids = Array.from({ length: count }, () => ledger.nextId++);
      await attempt(() => insert(running, table, ids, `token ${ids[0]}`), tolerate);
    } else if (choice < 12) {
      const groups = [1, 2, 3].map(() => [ledger.nextId++, ledger.nextId++]);
      await attempt(
        () => Promise.all(groups.map((ids) => insert(running, table, ids, `token ${ids[0]}`))),
        tolerate,
      );
    } else if (choice < 15) await attempt(() => running.flush(), tolerate);
    else if (choice < 17) await attempt(() => running.mergeOnce(table.id), tolerate);
    else if (choice === 17 && live.length > 1) {
      await attempt(async () => {
        table.dropped = 'maybe';
        await running.dropTable(table.id);
        table.dropped = 'yes';
      }, tolerate);
    } else if (choice === 18) {
      await attempt(() => running.close(), tolerate);
      store = await attempt(() => openForWorkload(fs), tolerate);
    } else await attempt(() => script.own(running, table, { choice, draw, step, live }), tolerate);
  }
  await attempt(async () => store?.close(), tolerate);
}

async function attempt<T>(work: () => Promise<T>, tolerate: boolean): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (tolerate && (error as { name?: string }).name === 'BasaltError') return undefined;
    throw error;
  }
}
