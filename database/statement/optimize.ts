/**
 * OPTIMIZE TABLE: merges what is due. With FINAL or PARTITION it merges until each partition, or the one named, is one
 * segment, as large as it may be; of a table with a policy whatever its size, because only then no key is left twice.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { hasPolicy } from '../../engine/plan/row-policy.ts';
import type { BoundStatement } from '../../sql/index.ts';
import type { SegmentChoice } from '../../storage/index.ts';
import { choiceOf } from '../catalog/partition-choice.ts';
import { dropExpired, expireRows } from '../retention/expire.ts';
import { ttlRules } from '../retention/ttl-rule.ts';
import type { Settings } from '../setting/setting.ts';
import type { Environment } from './environment.ts';

export async function optimizeTable(
  environment: Environment,
  tableId: number,
  { final, partition }: Extract<BoundStatement, { kind: 'optimizeTable' }>,
  { settings, signal }: { readonly settings: Settings; readonly signal: AbortSignal },
): Promise<void> {
  const { store, catalog } = environment;
  if (store.mergesArePaused(tableId))
    throw new BasaltError('MERGES_STOPPED', 'Merges of the table were stopped', {
      hint: 'SYSTEM START MERGES lets them go on',
    });
  const wanted = partition === null ? null : choiceOf(partition, catalog.definition(tableId));
  await store.flush(tableId);
  const idsNow = (): string => segmentIds(environment, tableId, wanted ?? (() => true));
  const before = idsNow();
  if (!final && wanted === null) await store.mergeAll(tableId, signal);
  else await mergeAndExpire(environment, tableId, wanted ?? (() => true), signal);
  if (!final && settings.boolean('optimize_throw_if_noop') && idsNow() === before)
    throw new BasaltError('CANNOT_ASSIGN_OPTIMIZE', 'Cannot OPTIMIZE table: there is nothing to merge', {
      hint: 'FINAL makes one segment of each partition',
    });
}

/** They change with every merge. */
const segmentIds = ({ store }: Environment, tableId: number, wanted: SegmentChoice): string =>
  store
    .tableInfo(tableId)
    .segments.filter(wanted)
    .map(({ id }) => id)
    .join();

/**
 * What has expired goes in the same step. Where rows of equal key become one, only what is left of them expires, but for
 * segments of which nothing is left: those go before, as in ClickHouse.
 */
async function mergeAndExpire(
  environment: Environment,
  tableId: number,
  wanted: SegmentChoice,
  signal: AbortSignal,
): Promise<void> {
  const { store, catalog } = environment;
  const table = catalog.definition(tableId);
  const merge = (): Promise<void> => store.mergeFinal(tableId, signal, wanted);
  if (ttlRules(table).length === 0) return merge();
  await dropExpired(environment, table, wanted);
  if (hasPolicy(table)) await merge();
  await expireRows(environment, table, wanted, signal);
  if (!hasPolicy(table)) await merge();
}
