/** Statements that add rows: INSERT of a plan's result or of data in a format, and CREATE TABLE AS. */

import { BasaltError } from '../../engine/base/error.ts';
import { uint64 } from '../../engine/base/random.ts';
import { formatByName, type InputData, type ReadColumn } from '../../engine/format/index.ts';
import { Region } from '../../engine/memory/region.ts';
import type { Plan } from '../../engine/plan/node.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import { nullable, zonedWithin } from '../../engine/type/type.ts';
import type { ResultBatch } from '../../engine/vector/batch.ts';
import type { Chunk } from '../../engine/vector/vector.ts';
import type { BoundStatement } from '../../sql/index.ts';
import {
  type Batch,
  BatchBuilder,
  type BuiltSegment,
  type PublishOptions,
  type TableDefinition,
} from '../../storage/index.ts';
import { optionsOf } from '../catalog/table-options.ts';
import { readInsert } from '../ingest/index.ts';
import type { Settings } from '../setting/setting.ts';
import { insertEnvironment } from '../work.ts';
import { type BulkOptions, type BulkResult, BulkWriter } from '../write/bulk-writer.ts';
import { completionOf, hasOwnDefault } from '../write/completion.ts';
import { resultChunk } from '../write/result-chunk.ts';
import { type RowSource, storageValue } from '../write/rows.ts';
import type { Environment } from './environment.ts';
import { type PlanContext, runPlan } from './query.ts';
import type { ReturnedRows } from './returned-rows.ts';
import { abandon, feedingOf, publish } from './view-feed.ts';

const BUILDER_ROWS = 8192;

type WriterOptions = Pick<BulkOptions, 'maxRowsPerSegment' | 'signal' | 'onBatch'> & {
  /** Whether rows are looked at for the table's constraints: not those that are there already. */
  readonly checks?: boolean;
};

export function bulkWriter(
  environment: Environment,
  table: TableDefinition,
  { maxRowsPerSegment, signal, onBatch, checks = true }: WriterOptions = {},
): BulkWriter {
  return new BulkWriter(environment.runtime.engine, environment.store, table, {
    partitionOf: environment.partitionOf(table),
    complete: completionOf(environment.runtime.engine, table, {
      nowMs: environment.clock.nowMs(),
      seed: uint64(environment.random),
      checks,
    }),
    builder: environment.builder,
    width: 2,
    signal,
    ...(maxRowsPerSegment === undefined ? {} : { maxRowsPerSegment }),
    ...(onBatch === undefined ? {} : { onBatch }),
  });
}

/** Runs `fill` and commits; anything thrown before leaves no trace. */
async function writeAll(
  environment: Environment,
  table: TableDefinition,
  token: string,
  signal: AbortSignal | undefined,
  fill: (writer: BulkWriter) => Promise<void>,
  publishing: () => PublishOptions = () => (token === '' ? {} : { token }),
): Promise<BulkResult> {
  await environment.store.admitInsert(table.id, signal);
  const feeding = await feedingOf(environment, table, { signal: signal ?? new AbortController().signal });
  try {
    await fill(feeding.writer);
    const result = await publish(feeding, publishing());
    environment.wrote();
    return result;
  } catch (error) {
    await abandon(feeding);
    throw error;
  }
}

/** The plan's columns go into `columnIds`, in order; further ones are returned. */
export function insertPlan(
  table: TableDefinition,
  columnIds: readonly number[],
  plan: Plan,
  context: PlanContext,
  { returned = null, nullsAreDefaults = false, publish: publishing }: InsertOptions = {},
): Promise<BulkResult> {
  const { environment, settings, signal } = context;
  const token = settings.string('insert_deduplication_token');
  const fill = (writer: BulkWriter): Promise<void> =>
    addPlan(writer, table, columnIds, plan, context, { returned, nullsAreDefaults });
  return writeAll(environment, table, token, signal, fill, publishing);
}

type InsertOptions = {
  readonly returned?: ReturnedRows | null;
  /** NULL in a column that takes none stands for what the column is computed of. */
  readonly nullsAreDefaults?: boolean;
  /** How the rows are published, asked for when all are there; default: as those of an INSERT. */
  readonly publish?: (() => PublishOptions) | undefined;
};

/**
 * The same as segments that nobody sees yet: who asked publishes them, or discards them.
 * @param pinned what the plan reads of tables, where that is not all of them
 */
export async function buildPlan(
  table: TableDefinition,
  columnIds: readonly number[],
  plan: Plan,
  context: PlanContext,
  pinned: ReadonlyMap<number, Snapshot> | null = null,
): Promise<readonly BuiltSegment[]> {
  const writer = bulkWriter(context.environment, table, { signal: context.signal, checks: false });
  try {
    await addPlan(writer, table, columnIds, plan, context, {}, pinned);
    return (await writer.finish()).built;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function addPlan(
  writer: BulkWriter,
  table: TableDefinition,
  columnIds: readonly number[],
  plan: Plan,
  context: PlanContext,
  { returned = null, nullsAreDefaults = false }: InsertOptions = {},
  pinned: ReadonlyMap<number, Snapshot> | null = null,
): Promise<void> {
  checkKnown(table, columnIds);
  const profile = pinned === null ? undefined : false;
  for await (const batch of runPlan(plan, context, profile, pinned)) {
    await addResult(writer, table, columnIds, batch, context.environment, nullsAreDefaults);
    returned?.take(batch);
  }
}

/** The statement was bound to the table as it was. */
function checkKnown(table: TableDefinition, columnIds: readonly number[]): void {
  const { virtual = [] } = optionsOf(table);
  if (columnIds.every((id) => [...table.columns, ...virtual].some((c) => c.id === id))) return;
  throw new BasaltError('INCOMPATIBLE_COLUMNS', `Table ${table.name} was altered before rows were inserted`, {
    hint: 'Nothing was inserted: insert them again',
  });
}

/** Rows of a result into `columnIds`, in order; further columns are left out. */
export async function addResult(
  writer: BulkWriter,
  table: TableDefinition,
  columnIds: readonly number[],
  batch: ResultBatch,
  { runtime }: Environment,
  nullsAreDefaults = false,
): Promise<void> {
  const { arena } = runtime.engine;
  const owner = arena.openOwner();
  try {
    const region = new Region(arena, owner);
    const columns = new Map<number, Chunk>();
    columnIds.forEach((id, c) => {
      const column = batch.columns[c];
      checkNotNull(table, id, column.valid, nullsAreDefaults);
      columns.set(id, resultChunk(arena, region, column, batch.rows));
    });
    await writer.add({ rows: batch.rows, columns });
  } finally {
    arena.closeOwner(owner);
  }
}

function checkNotNull(
  table: TableDefinition,
  columnId: number,
  valid: Uint8Array | null,
  nullsAreDefaults: boolean,
): void {
  const definition = table.columns.find((c) => c.id === columnId);
  if (nullsAreDefaults && definition?.computed !== undefined) return;
  if (valid === null || definition === undefined || definition.type.nullable || !valid.includes(0)) return;
  throw new BasaltError(
    'CANNOT_INSERT_NULL',
    `Column ${definition.name} of table ${table.name} takes no NULL`,
  );
}

/** `INSERT ... FORMAT x` with the rows as bytes. */
export function insertData(
  environment: Environment,
  table: TableDefinition,
  columnIds: readonly number[],
  source: RowsInFormat,
  data: InputData,
  settings: Settings,
  signal: AbortSignal,
): Promise<BulkResult> {
  const format = formatByName(source.format);
  const { engine, pool } = environment.runtime;
  const maxFileBytes = settings.number('max_inserted_file_bytes');
  const columns = columnIds.map((id) => inZone(readColumn(table, id), source.zone));
  return writeAll(
    environment,
    table,
    settings.string('insert_deduplication_token'),
    signal,
    async (writer) => {
      await readInsert(
        insertEnvironment(engine, pool),
        { format, columns, data, maxFileBytes, signal, onShare: (share) => writer.reads(share) },
        (batch) => writer.add(batch),
      );
    },
  );
}

type RowsInFormat = Extract<Extract<BoundStatement, { kind: 'insert' }>['source'], { kind: 'format' }>;

const inZone = (column: ReadColumn, zone: string): ReadColumn =>
  zone === 'UTC' ? column : { ...column, type: zonedWithin(column.type, zone) };

function readColumn(table: TableDefinition, id: number): ReadColumn {
  const definition = table.columns.find((c) => c.id === id);
  const input = optionsOf(table).virtual?.find((c) => c.id === id);
  if (definition !== undefined && definition.computed === undefined) {
    const { name, type, default: fill } = definition;
    return { id, name, type, fill, marksAbsent: hasOwnDefault(definition) };
  }
  const found = definition ?? input;
  if (found === undefined)
    throw new BasaltError('NO_SUCH_COLUMN_IN_TABLE', `Table ${table.name} lost a column meanwhile`);
  // What is not given is computed when the row is written: until then it is NULL.
  return { id, name: found.name, type: nullable(found.type), marksAbsent: found.type.nullable };
}

/** Rows of the library's `insert`. */
export function insertRows(
  environment: Environment,
  table: TableDefinition,
  source: RowSource,
  token: string,
): Promise<BulkResult> {
  const { arena } = environment.runtime.engine;
  return writeAll(environment, table, token, undefined, async (writer) => {
    let builder = new BatchBuilder(source.columns);
    let held = 0;
    let total = 0;
    const flush = async (): Promise<void> => {
      if (held === 0) return;
      const owner = arena.openOwner();
      try {
        const batch: Batch = builder.build(arena, new Region(arena, owner));
        await writer.add(batch);
      } finally {
        arena.closeOwner(owner);
      }
      builder = new BatchBuilder(source.columns);
      held = 0;
    };
    for await (const row of source.rows) {
      source.columns.forEach((column, i) => {
        builder.append(column.id, storageValue(row[i], column, total));
      });
      total++;
      if (++held === BUILDER_ROWS) await flush();
    }
    await flush();
  });
}
