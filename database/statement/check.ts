/**
 * CHECK TABLE: every segment of the table read and compared with its checksums, a row for each, as ClickHouse shows them.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Schema, ValuesPlan } from '../../engine/plan/node.ts';
import { STRING, type } from '../../engine/type/type.ts';
import type { BoundStatement } from '../../sql/index.ts';
import { isSystemTable } from '../system/table.ts';
import { runPlan } from './query.ts';
import type { Outcome, StatementContext } from './run.ts';

const SCHEMA: Schema = [
  { name: 'part_path', type: STRING },
  { name: 'is_passed', type: type('uint8') },
  { name: 'message', type: STRING },
];

export async function checkTable(
  { table }: Extract<BoundStatement, { kind: 'checkTable' }>,
  context: StatementContext,
): Promise<Outcome> {
  const { store } = context.environment;
  const { id } = table;
  if (id === null || isSystemTable(id))
    throw new BasaltError('UNKNOWN_TABLE', `${table.name} is not a stored table`);
  // What was acknowledged is to be checked, whether it is in a segment yet or not.
  await store.flush(id);
  const rows: ValuesPlan['rows'][number][] = [];
  for await (const { segmentId, error } of store.check(id, { pace: () => context.signal.throwIfAborted() })) {
    rows.push([String(segmentId), error === null ? 1n : 0n, messageOf(error)]);
  }
  return {
    kind: 'rows',
    schema: SCHEMA,
    batches: runPlan({ kind: 'values', rows, schema: SCHEMA }, context, false),
  };
}

const messageOf = (error: BasaltError | null): string => error?.text ?? '';
