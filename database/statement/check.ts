/**
 * CHECK TABLE: every segment of the table read and compared with its checksums, a row for each, as ClickHouse shows them.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Schema, ValuesPlan } from '../../engine/plan/node.ts';
import { STRING, type } from '../../engine/type/type.ts';
import type { BoundStatement } from '../../sql/index.ts';
import { choiceOf } from '../catalog/partition-choice.ts';
import { partitionTypes, partName } from '../catalog/partition-id.ts';
import { isSystemTable } from '../system/table.ts';
import { noPart } from './partition.ts';
import { runPlan } from './query.ts';
import type { Outcome, StatementContext } from './run.ts';

const SCHEMA: Schema = [
  { name: 'part_path', type: STRING },
  { name: 'is_passed', type: type('uint8') },
  { name: 'message', type: STRING },
];

export async function checkTable(
  { table, partition }: Extract<BoundStatement, { kind: 'checkTable' }>,
  context: StatementContext,
): Promise<Outcome> {
  const { store, catalog } = context.environment;
  const { id } = table;
  if (id === null || isSystemTable(id))
    throw new BasaltError('UNKNOWN_TABLE', `${table.name} is not a stored table`);
  // What was acknowledged is to be checked, whether it is in a segment yet or not.
  await store.flush(id);
  const rows: ValuesPlan['rows'][number][] = [];
  const definition = catalog.definition(id);
  const wanted = partition === null ? () => true : choiceOf(partition, definition);
  const types = partitionTypes(definition);
  if (partition?.kind === 'part' && !store.tableInfo(id).segments.some(wanted))
    throw noPart(partition.name, definition, false);
  const pace = (): void => context.signal.throwIfAborted();
  for await (const { meta, error } of store.check(id, { wanted, pace })) {
    rows.push([partName(meta, types), error === null ? 1n : 0n, messageOf(error)]);
  }
  return {
    kind: 'rows',
    schema: SCHEMA,
    batches: runPlan({ kind: 'values', rows, schema: SCHEMA }, context, false),
  };
}

const messageOf = (error: BasaltError | null): string => error?.text ?? '';
