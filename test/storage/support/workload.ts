/**
 * A fixed script of inserts, deletes, flushes, merges, drops and restarts over one store, with a ledger of what was
 * acknowledged. After any cut the ledger says what the next process must find.
 */

import { column } from '../../../engine/plan/expr.ts';
import { APPEND, type RowPolicy } from '../../../engine/plan/row-policy.ts';
import type { SkipIndex } from '../../../engine/plan/skip-index.ts';
import { INT64, nullable, STRING } from '../../../engine/type/type.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import type { Store } from '../../../storage/store.ts';
import { deleteIds, idsOf, insertRows, simpleTable } from './store.ts';
import { type Life, runSteps } from './workload-steps.ts';

/** What is known of one table. */
type TableLedger = Life & {
  batches: { readonly ids: number[]; acknowledged: boolean; failed: boolean }[];
  /** Of rows that were acknowledged; no row is deleted twice. */
  deletes: { readonly ids: ReadonlySet<number>; acknowledged: boolean }[];
};

export class Ledger {
  /** Names of tables and rows go on across processes. */
  nextId = 1;
  readonly tables = new Map<string, TableLedger>();
}

/** Files with them are written, merged and lost like others. */
const INDEXES: readonly SkipIndex[] = [
  {
    id: 0,
    name: 'texts',
    terms: [column(2, nullable(STRING))],
    kind: { type: 'bloom_filter', falsePositives: 0.025 },
    granularity: 1,
    typeText: 'bloom_filter',
    text: [2],
  },
  {
    id: 1,
    name: 'ids',
    terms: [column(1, INT64)],
    kind: { type: 'set', maxRows: 0 },
    granularity: 1,
    typeText: 'set(0)',
    text: [1],
  },
];

export { openForWorkload } from './workload-steps.ts';

/** The workload of `seed`, see {@link runSteps}. */
export const runWorkload = (
  fs: FileSystem,
  seed: number,
  steps: number,
  ledger: Ledger,
  tolerate = false,
): Promise<void> =>
  runSteps(
    fs,
    seed,
    steps,
    ledger,
    {
      choices: 24,
      createTable: (store, name) => createTable(store, name, ledger),
      insert,
      own: (store, table, { choice, draw, step }) =>
        choice < 23 ? deleteSome(store, table, draw) : store.putValues([['step', step]]),
    },
    tolerate,
  );

async function createTable(store: Store, name: string, ledger: Ledger): Promise<void> {
  const entry: TableLedger = { id: 0, created: 'maybe', dropped: 'no', batches: [], deletes: [] };
  ledger.tables.set(name, entry);
  // Ids are used once, so a policy changes no row; but segments and merges go the other way.
  const policy: RowPolicy =
    ledger.tables.size % 2 === 0 ? { kind: 'replacing', version: 1, isDeleted: null } : APPEND;
  const indexes = ledger.tables.size % 3 === 0 ? [] : INDEXES;
  entry.id = (await store.createTable(simpleTable(name, { sortKey: [1], policy, indexes }))).id;
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

async function deleteSome(store: Store, table: TableLedger, draw: number): Promise<void> {
  const gone = new Set(table.deletes.flatMap(({ ids }) => [...ids]));
  const known = table.batches.filter(({ acknowledged }) => acknowledged).flatMap(({ ids }) => ids);
  const share = 1 + (draw % 4);
  const entry = {
    ids: new Set(known.filter((id) => !gone.has(id) && id % share === 0)),
    acknowledged: false,
  };
  table.deletes.push(entry);
  await deleteIds(store, table.id, (id) => entry.ids.has(id));
  entry.acknowledged = true;
}

/** What is wrong with the deletes; takes their rows out of both sides. */
function deleteComplaints(
  name: string,
  table: TableLedger,
  present: Set<number>,
  gone: Set<number>,
): string[] {
  return table.deletes.flatMap(({ ids, acknowledged }) => {
    const left = [...ids].filter((id) => present.delete(id)).length;
    for (const id of ids) gone.add(id);
    if (acknowledged && left > 0) return [`table ${name} has ${left} of ${ids.size} deleted rows again`];
    return left > 0 && left < ids.size ? [`table ${name} has ${left} of ${ids.size} rows half deleted`] : [];
  });
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
    const gone = new Set<number>();
    found.push(...deleteComplaints(name, table, present, gone));
    for (const { ids: inserted, acknowledged } of table.batches) {
      const kept = inserted.filter((row) => !gone.has(row));
      const count = kept.filter((row) => present.delete(row)).length;
      if (acknowledged && count < kept.length) {
        found.push(`table ${name} lost ${kept.length - count} of ${kept.length} acknowledged rows`);
      } else if (count > 0 && count < kept.length) {
        found.push(`table ${name} has ${count} of the ${kept.length} rows of an unacknowledged insert`);
      }
    }
    if (present.size > 0) found.push(`table ${name} has ${present.size} rows that nobody inserted`);
  }
  for (const name of names.keys()) found.push(`table ${name} was never created`);
  return found;
}
