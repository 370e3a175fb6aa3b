/**
 * DELETE and UPDATE: an ordinary plan finds the rows by their numbers, and one record of the manifest hides them, with the
 * changed rows in their place. Whoever reads sees all of it or nothing; until it is done there is no trace of it.
 */

import { assert, BasaltError } from '../../engine/base/error.ts';
import { placeOfWords } from '../../engine/exec/row-number.ts';
import type { Plan } from '../../engine/plan/node.ts';
import type { ResultBatch, ResultColumn } from '../../engine/vector/batch.ts';
import type { BoundChange, BoundPartition } from '../../sql/index.ts';
import type { Mutation, TableDefinition } from '../../storage/index.ts';
import { choiceOf } from '../catalog/partition-choice.ts';
import { givenColumns } from '../catalog/table-options.ts';
import type { Environment } from './environment.ts';
import { nameNumberedScan } from './final-scan.ts';
import { type PlanContext, runPlan } from './query.ts';
import { returnedRows } from './returned-rows.ts';
import { addResult, bulkWriter } from './write.ts';

type Change<K extends BoundChange['kind']> = Extract<BoundChange, { kind: K }>;
/** Rows that went or were changed, bytes written for them, and what is returned of them. */
export type Changed = {
  readonly rows: number;
  readonly bytes: number;
  readonly returned: readonly ResultBatch[] | null;
};

/** Answers how many rows are gone. */
export function deleteRows(
  { plan, partition, command, returning }: Change<'delete'>,
  table: TableDefinition,
  context: PlanContext,
): Promise<Changed> {
  return change(table, command, context, async (mutation) => {
    const held = returnedRows(returning, 1, context);
    if (plan === null) mutation.hideAll();
    else
      for await (const batch of rowsOf(plan, table, partition, mutation, context)) {
        hideRows(mutation, batch.columns[0]);
        held?.take(batch);
      }
    context.signal.throwIfAborted();
    const rows = mutation.hiddenRows;
    await mutation.commit();
    return { rows, bytes: 0, returned: held?.batches ?? null };
  });
}

/** Answers how many rows were changed, and what was written of them. */
export function updateRows(
  { plan, columnIds, partition, command, returning }: Change<'update'>,
  table: TableDefinition,
  context: PlanContext,
): Promise<Changed> {
  return change(table, command, context, async (mutation) => {
    checkWhole(table, columnIds);
    const held = returnedRows(returning, columnIds.length + 1, context);
    const writer = bulkWriter(context.environment, table, { signal: context.signal });
    try {
      for await (const batch of rowsOf(plan, table, partition, mutation, context)) {
        hideRows(mutation, batch.columns[columnIds.length]);
        await addResult(writer, table, columnIds, batch, context.environment);
        held?.take(batch);
      }
      const { built, rows, bytes } = await writer.finish();
      if (context.signal.aborted) context.environment.store.discard(built);
      context.signal.throwIfAborted();
      await mutation.commit(built);
      return { rows, bytes, returned: held?.batches ?? null };
    } catch (error) {
      await writer.abort();
      throw error;
    }
  });
}

async function change(
  table: TableDefinition,
  command: string,
  { environment, signal }: PlanContext,
  work: (mutation: Mutation) => Promise<Changed>,
): Promise<Changed> {
  const { id } = table;
  const createdMs = environment.clock.nowMs();
  try {
    const asItWas = (mutation: Mutation): Promise<Changed> => {
      checkUnchanged(table, environment);
      return work(mutation);
    };
    const changed = await environment.store.mutate(id, asItWas, signal);
    environment.mutations.add({ tableId: id, command, createdMs });
    return changed;
  } finally {
    // Merges waited meanwhile.
    environment.wrote();
  }
}

/** The statement was bound to the columns that the table has: a changed row is written with all of them. */
function checkWhole(table: TableDefinition, columnIds: readonly number[]): void {
  const known = new Set(columnIds);
  const given = givenColumns(table);
  if (given.length === known.size && given.every(({ id }) => known.has(id))) return;
  throw altered(table);
}

/** Rows written for the table as it was would lose what columns that came since have. */
function checkUnchanged(table: TableDefinition, { catalog }: Environment): void {
  if (catalog.definition(table.id) === table) return;
  throw altered(table);
}

const altered = ({ name }: TableDefinition): BasaltError =>
  new BasaltError('INCOMPATIBLE_COLUMNS', `Table ${name} was altered before its rows were changed`, {
    hint: 'Nothing was changed: send the statement again',
  });

/** What the plan gives of rows that the mutation sees; of those to be changed, the partition's alone. */
function rowsOf(
  plan: Plan,
  table: TableDefinition,
  partition: BoundPartition | null,
  { snapshot, segments }: Mutation,
  context: PlanContext,
): AsyncGenerator<ResultBatch> {
  const seen = new Map([[table.id, snapshot]]);
  if (partition === null) return runPlan(plan, context, false, seen);
  const isMeant = choiceOf(partition, table);
  const parts = snapshot.parts.filter((_, part) => isMeant(segments[part]));
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const { plan: named, name } = nameNumberedScan(plan, table.id);
  return runPlan(named, context, false, seen.set(name, { ...snapshot, parts, rows }));
}

/** Hides the rows of these numbers. */
export function hideRows(mutation: Mutation, numbers: ResultColumn): void {
  assert(numbers.lane === 'i64', 'row numbers are integers');
  assert(numbers.valid === null || !numbers.valid.includes(0), 'every row has a number');
  const words = new Uint32Array(numbers.values.buffer, numbers.values.byteOffset, numbers.values.length * 2);
  for (let i = 0; i < words.length; i += 2) {
    const { part, block, row } = placeOfWords(words[i], words[i + 1]);
    mutation.hide(part, block, row);
  }
}
