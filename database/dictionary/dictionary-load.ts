/** A dictionary's rows from its source into the arena: asked by key as they lie, and read as a table by the same cells. */

import { BasaltError } from '../../engine/base/error.ts';
import { KeyedRowsBuilder, type KeyedShape } from '../../engine/keyed/build.ts';
import { type KeyedColumn, type KeyedRows, widthOf } from '../../engine/keyed/keyed-rows.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Plan } from '../../engine/plan/node.ts';
import type { Part } from '../../engine/plan/source.ts';
import { laneOf } from '../../engine/type/type.ts';
import {
  boolVector,
  type Chunk,
  chunk,
  floatVector,
  intVector,
  refVector,
  VECTOR_ROWS,
} from '../../engine/vector/vector.ts';
import type { DictionaryInfo, TableInfo } from '../../sql/index.ts';
import { MEMORY_KIND, type MemoryDescriptor } from '../../storage/index.ts';
import { StatementFiles } from '../file/statement-files.ts';
import type { SourceRules } from '../ingest/index.ts';
import { Settings } from '../setting/setting.ts';
import { language, loadLanguage } from '../statement/language.ts';
import { memoryLimitOf, type PlanContext, runPlan } from '../statement/query.ts';
import { StatementTally } from '../statement/tally.ts';

export type LoadedRows = {
  readonly keyed: KeyedRows;
  readonly parts: readonly Part[];
  readonly bytes: number;
  /** Of the index, the share of places that are taken. */
  readonly load: number;
  readonly free: () => void;
};

export type LoadContext = Pick<PlanContext, 'environment' | 'signal' | 'loading'> & {
  readonly rules: SourceRules;
};

let loads = 0;

export async function loadRows(table: TableInfo, context: LoadContext): Promise<LoadedRows> {
  const { environment, rules, signal } = context;
  const dictionary = table.view?.dictionary;
  if (dictionary === undefined) throw new BasaltError('LOGICAL_ERROR', `${table.name} is no dictionary`);
  await loadLanguage();
  const files = new StatementFiles(rules, null, environment.ownFiles);
  const plan = await files.bound(() => bindRows(table, context, files));
  const settings = dictionarySettings(dictionary);
  const run: PlanContext = { ...context, settings, tally: new StatementTally(), files };
  const { arena } = environment.runtime.engine;
  const owner = arena.openOwner(memoryLimitOf(run));
  try {
    const builder = new KeyedRowsBuilder(arena, owner, shapeOf(dictionary, plan, table));
    for await (const batch of runPlan(plan, run)) {
      builder.add(batch);
      // Others have their turn between batches.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    const keyed = builder.end();
    return {
      keyed,
      parts: partsOf(arena, keyed, table),
      bytes: arena.ownerBytes(owner),
      load: builder.load,
      free: () => arena.closeOwner(owner),
    };
  } catch (error) {
    arena.closeOwner(owner);
    throw error;
  }
}

/** Those that its definition gives the query. */
export const dictionarySettings = ({ settings }: Pick<DictionaryInfo, 'settings'>): Settings =>
  Settings.of(
    Object.fromEntries(
      Object.entries(settings).map(([name, v]) => [name, typeof v === 'bigint' ? Number(v) : (v ?? '')]),
    ),
  );

function bindRows(table: TableInfo, { environment }: LoadContext, files: StatementFiles): Plan {
  const { catalog, clock, store } = environment;
  const nowMs = clock.nowMs();
  return language().dictionaryRows(table, {
    dialect: 'clickhouse',
    catalog,
    files,
    parameters: [],
    timeZone: 'UTC',
    now: () => nowMs,
    rowsOf: (tableId) => (tableId < 0 ? 0 : store.tableInfo(tableId).rows),
    schema: table.view?.schema ?? 'main',
    settings: {},
  });
}

function shapeOf(
  { keyKind, range, keepsLast, parent }: DictionaryInfo,
  { schema }: Plan,
  { columns }: TableInfo,
): KeyedShape {
  return {
    columns: schema.map(({ type }) => ({ lane: laneOf(type), nullable: type.nullable })),
    key: keyKind === 'value' ? 0 : columns.length,
    repeats: range !== null ? 'all' : keepsLast ? 'last' : 'first',
    range: range && { ...range, unsigned: columns[range.from].type.id === 'uint64' },
    parent,
    isPrefix: keyKind === 'prefix',
  };
}

/** Blocks of cells as parts of a table, each column under its id. */
function partsOf(arena: Arena, { rows, columns }: KeyedRows, table: TableInfo): readonly Part[] {
  const name = `dictionary ${loads++}`;
  return Array.from({ length: Math.ceil(rows / VECTOR_ROWS) }, (_, block): Part => {
    const count = Math.min(VECTOR_ROWS, rows - block * VECTOR_ROWS);
    const descriptor: MemoryDescriptor = {
      rows: count,
      columns: table.columns.map(({ id }, i) => [id, blockOf(arena, columns[i], block, count)]),
      defaults: [],
    };
    return {
      kind: MEMORY_KIND,
      key: `${name} ${block}`,
      rows: count,
      blocks: 1,
      zones: new Map(),
      descriptor,
    };
  });
}

function blockOf({ u32 }: Arena, column: KeyedColumn, block: number, rows: number): Chunk {
  const at = (directory: number): number => u32[(directory >>> 2) + block];
  const data = at(column.cells);
  const valid = column.valid === 0 ? 0 : at(column.valid);
  switch (column.lane) {
    case 'i64':
      return chunk(intVector(rows, data, widthOf(column.lane) as 8, 0n, valid));
    case 'f64':
      return chunk(floatVector(rows, data, 8, valid));
    case 'bool':
      return chunk(boolVector(rows, data, valid));
    case 'str':
      return chunk(refVector(rows, data, valid));
  }
}
