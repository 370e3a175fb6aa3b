/**
 * OPTIMIZE TABLE: merges what is due. With FINAL or PARTITION it merges until each partition, or the one named, is one
 * segment, as large as it may be; of a table with a policy whatever its size, because only then no key is left twice.
 */

import type { BoundStatement } from '../../sql/index.ts';
import { choiceOf } from '../catalog/partition-choice.ts';
import type { Environment } from './environment.ts';

export async function optimizeTable(
  { store, catalog }: Environment,
  tableId: number,
  { final, partition }: Extract<BoundStatement, { kind: 'optimizeTable' }>,
  signal: AbortSignal,
): Promise<void> {
  const wanted = partition === null ? undefined : choiceOf(partition, catalog.definition(tableId));
  await store.flush(tableId);
  if (!final && wanted === undefined) await store.mergeAll(tableId, signal);
  else await store.mergeFinal(tableId, signal, wanted);
}
