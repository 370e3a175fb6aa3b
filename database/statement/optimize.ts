/**
 * OPTIMIZE TABLE: merges what is due. With FINAL or PARTITION it merges until each partition, or the one named, is one
 * segment, as large as it may be; of a table with a policy whatever its size, because only then no key is left twice.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import type { Value } from '../../engine/type/type.ts';
import type { BoundStatement } from '../../sql/index.ts';
import type { TableDefinition } from '../../storage/index.ts';
import type { PartitionBy } from '../partition.ts';
import type { Environment } from './environment.ts';

const STRICT = { onBadValue: 'error', timeZone: 'UTC', localTime: 'forward', roundFloats: false } as const;

export async function optimizeTable(
  { store, catalog }: Environment,
  tableId: number,
  { final, partition }: Extract<BoundStatement, { kind: 'optimizeTable' }>,
  signal: AbortSignal,
): Promise<void> {
  const wanted = partition === null ? null : partitionValue(catalog.definition(tableId), partition);
  await store.flush(tableId);
  if (!final && partition === null) await store.mergeAll(tableId, signal);
  else await store.mergeFinal(tableId, signal, wanted);
}

function partitionValue(table: TableDefinition, given: Expr): readonly Value[] {
  const keys = (table.partitionBy ?? []) as PartitionBy;
  const [key] = keys;
  if (key === undefined) {
    throw new BasaltError('INVALID_PARTITION_VALUE', `Table ${table.name} has no partition key`, {
      hint: 'Leave PARTITION out, or write PARTITION tuple()',
    });
  }
  return [evaluateConstant(cast(given, key.type, STRICT))];
}
