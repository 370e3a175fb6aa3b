/**
 * The workload (workload.ts) of tables that change: columns, names, segments detached and attached, half of the rows deleted, all
 * rows dropped, among inserts, flushes, merges and restarts.
 */

import { INT64 } from '../../../engine/type/type.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { liveRowsOf } from '../../../storage/segment/meta.ts';
import type { Store } from '../../../storage/store.ts';
import { pinned } from '../../../storage/table/adopt.ts';
import { type ColumnDefinition, nextColumnId } from '../../../storage/table/definition.ts';
import { column } from './ground.ts';
import { deleteIds, idsOf, insertRows, readRows, simpleTable } from './store.ts';
import { type Life, runSteps } from './workload-steps.ts';

/** Where the rows of a batch are; what was under way when the process died may have happened or not. */
type Whereabouts = 'in the table' | 'maybe detached' | 'detached' | 'maybe dropped' | 'dropped';

/** What is known of one table. */
type TableLedger = Life & {
  /** One of these. */
  names: Set<string>;
  /** A column that comes, goes and changes its default: one of these, as JSON of name and default. */
  extra: Set<string>;
  /** Defaults it has ever had: what is attached brings back its own. */
  defaults: Set<bigint>;
  batches: {
    readonly ids: number[];
    acknowledged: boolean;
    failed: boolean;
    where: Whereabouts;
    /** Were its rows of even id deleted? */
    halved: 'no' | 'maybe' | 'yes';
  }[];
};

export class Ledger {
  /** Names of tables and rows go on across processes. */
  nextId = 1;
  readonly tables = new Map<string, TableLedger>();
}

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
      choices: 30,
      createTable: (store, name) => createTable(store, name, ledger),
      insert,
      own: (store, table, { choice, draw, step, live }) => {
        if (choice === 19) return store.putValues([['step', step]]);
        if (choice < 23) return alter(store, table, step, draw);
        if (choice === 23)
          return rename(store, table, live[(draw >>> 8) % live.length], `r${ledger.nextId++}`);
        if (choice < 26) return detachOrAttach(store, table);
        return choice < 29 ? deleteHalf(store, table) : dropRows(store, table);
      },
    },
    tolerate,
  );

async function createTable(store: Store, name: string, ledger: Ledger): Promise<void> {
  const entry: TableLedger = {
    id: 0,
    names: new Set([name]),
    extra: new Set(['null']),
    defaults: new Set(),
    created: 'maybe',
    dropped: 'no',
    batches: [],
  };
  ledger.tables.set(name, entry);
  entry.id = (await store.createTable(simpleTable(name, { sortKey: [1] }))).id;
  entry.created = 'yes';
}

async function insert(store: Store, table: TableLedger, ids: number[], token: string): Promise<void> {
  const batch: TableLedger['batches'][number] = {
    ids,
    acknowledged: false,
    failed: false,
    where: 'in the table',
    halved: 'no',
  };
  table.batches.push(batch);
  try {
    await insertRows(store, table.id, { id: ids, text: ids.map((id) => `text ${id}`) }, { token });
    batch.acknowledged = true;
  } catch (error) {
    batch.failed = true;
    throw error;
  }
}

/** The column comes, goes, or changes its default; where it is not known how it is, it goes. */
async function alter(store: Store, table: TableLedger, step: number, draw: number): Promise<void> {
  const [known] = table.extra;
  const present = known !== 'null' || table.extra.size > 1;
  const goes = table.extra.size > 1 || draw % 3 === 0;
  const value = BigInt(step);
  const next = present && goes ? 'null' : JSON.stringify([`extra`, step]);
  table.extra.add(next);
  if (next !== 'null') {
    table.defaults.add(value);
  }
  const isExtra = (c: ColumnDefinition): boolean => c.name === 'extra';
  await store.alterTable(table.id, {
    settles: present && !goes,
    define: (before) => {
      const columns = before.columns.filter((c) => !isExtra(c));
      const old = before.columns.find(isExtra);
      const id = old?.id ?? nextColumnId(before);
      const nextId = { nextColumnId: Math.max(id + 1, nextColumnId(before)) };
      if (next === 'null') return { ...before, ...nextId, columns };
      return { ...before, ...nextId, columns: [...columns, column(id, 'extra', INT64, 'auto', value)] };
    },
    revise: (meta, before) => {
      const old = before.columns.find(isExtra);
      return old === undefined || goes ? meta : pinned(meta, old);
    },
  });
  table.extra = new Set([next]);
}

/** A new name, or each other's. */
async function rename(store: Store, table: TableLedger, other: TableLedger, fresh: string): Promise<void> {
  if (table.names.size > 1 || other.names.size > 1) return;
  const [name] = table.names;
  const [otherName] = other.names;
  const swaps = other !== table;
  const to = swaps ? otherName : fresh;
  table.names.add(to);
  if (swaps) other.names.add(name);
  const change = (tableId: number, newName: string) => ({ tableId, name: newName, options: null });
  await store.changeTables({
    rename: [change(table.id, to), ...(swaps ? [change(other.id, name)] : [])],
  });
  table.names = new Set([to]);
  if (swaps) other.names = new Set([name]);
}

async function detachOrAttach(store: Store, table: TableLedger): Promise<void> {
  const away = table.batches.filter(({ where }) => where === 'detached');
  const [moved, now]: [TableLedger['batches'], Whereabouts] =
    away.length > 0
      ? [away, 'in the table']
      : [table.batches.filter(({ where }) => where === 'in the table'), 'detached'];
  for (const batch of moved) batch.where = 'maybe detached';
  if (now === 'detached') await store.detach(table.id, () => true);
  else await store.attach(table.id, () => true);
  for (const batch of moved) batch.where = now;
}

async function deleteHalf(store: Store, table: TableLedger): Promise<void> {
  const reached = table.batches.filter(({ where }) => where === 'in the table' || where.startsWith('maybe'));
  for (const batch of reached) if (batch.halved === 'no') batch.halved = 'maybe';
  await deleteIds(store, table.id, isEven);
  for (const batch of reached) if (batch.where === 'in the table') batch.halved = 'yes';
}

const isEven = (id: number): boolean => id % 2 === 0;

async function dropRows(store: Store, table: TableLedger): Promise<void> {
  const gone = table.batches.filter(({ where }) => where === 'in the table');
  for (const batch of gone) batch.where = 'maybe dropped';
  await store.publish(table.id, [], { replaces: () => true });
  for (const batch of gone) batch.where = 'dropped';
}

/** Everything wrong with what the store holds; empty when all is well. */
export function complaints(store: Store, ledger: Ledger): string[] {
  const found: string[] = [];
  const names = new Map(store.tables().map(({ name, id }) => [name, id]));
  for (const [name, table] of ledger.tables) {
    const id = table.id === 0 ? names.get(name) : store.tables().find((t) => t.id === table.id)?.id;
    const called = store.tables().find((t) => t.id === id)?.name ?? name;
    names.delete(called);
    if (id === undefined) {
      if (table.created === 'yes' && table.dropped === 'no') found.push(`table ${name} is lost`);
      continue;
    }
    if (table.dropped === 'yes') found.push(`table ${name} came back`);
    if (!table.names.has(called)) found.push(`table ${name} is called ${called}`);
    found.push(...columnComplaints(store, id, name, table));
    const ids = idsOf(store, id);
    const present = new Set(ids);
    if (present.size !== ids.length) found.push(`table ${name} has rows twice`);
    for (const batch of table.batches) {
      const rows = batch.ids.filter((row) => present.delete(row));
      const count = rows.length;
      const odd = batch.ids.filter((row) => !isEven(row)).length;
      const isWhole = batch.halved !== 'yes' && count === batch.ids.length;
      const isHalf = batch.halved !== 'no' && count === odd && !rows.some(isEven);
      const away = batch.where !== 'in the table';
      if ((batch.where === 'detached' || batch.where === 'dropped') && count > 0) {
        found.push(`table ${name} has ${count} rows that are ${batch.where}`);
      } else if (!(isWhole || isHalf || (count === 0 && (away || !batch.acknowledged)))) {
        const kind = batch.acknowledged ? 'acknowledged' : 'unacknowledged';
        found.push(
          `table ${name} has ${count} of ${batch.ids.length} ${kind} rows (halved: ${batch.halved})`,
        );
      }
    }
    const detached = store.detached(id).reduce((sum, { meta }) => sum + liveRowsOf(meta), 0);
    const sure = table.batches.filter((batch) => batch.acknowledged && batch.where === 'detached');
    const least = sure.reduce(
      (sum, { ids, halved }) => sum + ids.filter((row) => halved === 'no' || !isEven(row)).length,
      0,
    );
    if (detached < least) found.push(`table ${name} lost ${least - detached} detached rows`);
    if (present.size > 0) found.push(`table ${name} has ${present.size} rows that nobody inserted`);
  }
  for (const name of names.keys()) found.push(`table ${name} was never created`);
  return found;
}

/** The column that comes and goes is as it was acknowledged, and rows have defaults that it has had. */
function columnComplaints(store: Store, id: number, name: string, table: TableLedger): string[] {
  const extra = store
    .tables()
    .find((t) => t.id === id)
    ?.columns.find((c) => c.name === 'extra');
  const seen = extra === undefined ? 'null' : JSON.stringify(['extra', Number(extra.default)]);
  if (!table.extra.has(seen))
    return [`table ${name} has column ${seen}, not ${[...table.extra].join(' or ')}`];
  if (extra === undefined) return [];
  const strange = readRows(store, id, [extra.id]).filter(([value]) => !table.defaults.has(value as bigint));
  return strange.length === 0 ? [] : [`table ${name} has ${strange.length} rows with a value nobody gave`];
}
