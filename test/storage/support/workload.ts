/**
 * A fixed script of inserts, flushes, merges, drops and restarts over one store, with a ledger of what was
 * acknowledged. After any cut the ledger says what the next process must find.
 */

import { SeededRandom } from '../../../engine/base/random.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import type { Store } from '../../../storage/store.ts';
import { idsOf, insertRows, openStore, simpleTable } from './store.ts';

/** What is known of one table. */
type TableLedger = {
  id: number;
  /** create and drop may be under way when the process dies. */
  created: 'maybe' | 'yes';
  dropped: 'no' | 'maybe' | 'yes';
  batches: { readonly ids: number[]; acknowledged: boolean; failed: boolean }[];
};

export class Ledger {
  /** Names of tables and rows go on across processes. */
  nextId = 1;
  readonly tables = new Map<string, TableLedger>();
}

const SETTINGS = {
  maxWalInsertBytes: 600,
  flushRows: 1 << 20,
  walFileBytes: 700,
  manifestEditBytes: 1500,
  merge: { fanIn: 2, maxInputs: 4, maxRows: 1e6, maxBytes: 1e9 },
};

export const openForWorkload = (fs: FileSystem): Promise<Store> => openStore(fs, { settings: SETTINGS });

/**
 * Runs `steps` steps of the workload of `seed`. Throws what the store throws.
 * @param tolerate goes on after a failed step, as an application would after ENOSPC.
 */
export async function runWorkload(
  fs: FileSystem,
  seed: number,
  steps: number,
  ledger: Ledger,
  tolerate = false,
): Promise<void> {
  const random = new SeededRandom(seed);
  let store = await attempt(() => openForWorkload(fs), tolerate);
  for (let step = 0; step < steps; step++) {
    const choice = random.below(20);
    const draw = random.uint32();
    if (store === undefined) {
      store = await attempt(() => openForWorkload(fs), tolerate);
      continue;
    }
    const live = [...ledger.tables].filter(([, t]) => t.created === 'yes' && t.dropped === 'no');
    const running = store;
    if (live.length === 0 || (choice === 0 && live.length < 3)) {
      await attempt(() => createTable(running, `t${ledger.nextId++}`, ledger), tolerate);
      continue;
    }
    const [, table] = live[draw % live.length];
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
    } else await attempt(() => running.putValues([['step', step]]), tolerate);
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

async function createTable(store: Store, name: string, ledger: Ledger): Promise<void> {
  const entry: TableLedger = { id: 0, created: 'maybe', dropped: 'no', batches: [] };
  ledger.tables.set(name, entry);
  entry.id = (await store.createTable(simpleTable(name, { sortKey: [1] }))).id;
  entry.created = 'yes';
}

async function insert(store: Store, table: TableLedger, ids: number[], token: string): Promise<void> {
  const batch = { ids, acknowledged: false, failed: false };
  table.batches.push(batch);
  try {
    await insertRows(store, table.id, { id: ids, text: ids.map((id) => `text ${id}`) }, { token });
    batch.acknowledged = true;
  } catch (error) {
    batch.failed = true;
    throw error;
  }
}

/** Everything wrong with what the store holds; empty when all is well. */
export function complaints(store: Store, ledger: Ledger): string[] {
  const found: string[] = [];
  const names = new Map(store.tables().map(({ name, id }) => [name, id]));
  for (const [name, table] of ledger.tables) {
    const id = names.get(name);
    names.delete(name);
    if (id === undefined) {
      if (table.created === 'yes' && table.dropped === 'no') found.push(`table ${name} is lost`);
      continue;
    }
    if (table.dropped === 'yes') found.push(`table ${name} came back`);
    const ids = idsOf(store, id);
    const present = new Set(ids);
    if (present.size !== ids.length) found.push(`table ${name} has rows twice`);
    for (const batch of table.batches) {
      const count = batch.ids.filter((row) => present.delete(row)).length;
      if (batch.acknowledged && count < batch.ids.length) {
        found.push(`table ${name} lost ${batch.ids.length - count} of ${batch.ids.length} acknowledged rows`);
      } else if (count > 0 && count < batch.ids.length) {
        found.push(`table ${name} has ${count} of the ${batch.ids.length} rows of an unacknowledged insert`);
      }
    }
    if (present.size > 0) found.push(`table ${name} has ${present.size} rows that nobody inserted`);
  }
  for (const name of names.keys()) found.push(`table ${name} was never created`);
  return found;
}
