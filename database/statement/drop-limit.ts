/**
 * What a statement may remove at once: tables and partitions above a size stay, so that a slip of the pen costs an error. Bytes are
 * those of files, and of rows in memory.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { SegmentMeta, TableDefinition } from '../../storage/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { hasRows, optionsOf } from '../catalog/table-options.ts';
import type { Settings } from '../setting/setting.ts';

/** @throws TABLE_SIZE_EXCEEDS_MAX_DROP_SIZE_LIMIT before anything happens */
export function checkTableDrops(ids: readonly number[], catalog: Catalog, settings: Settings): void {
  for (const id of ids) {
    const table = catalog.definition(id);
    if (hasRows(table)) check(catalog.summary(table).bytes, 'max_table_size_to_drop', table, settings);
  }
}

/** Of segments that leave the table together. */
export const checkPartitionDrop = (
  leaving: readonly SegmentMeta[],
  table: TableDefinition,
  settings: Settings,
): void =>
  check(
    leaving.reduce((sum, { fileBytes }) => sum + fileBytes, 0),
    'max_partition_size_to_drop',
    table,
    settings,
  );

function check(
  bytes: number,
  name: 'max_table_size_to_drop' | 'max_partition_size_to_drop',
  table: TableDefinition,
  settings: Settings,
): void {
  const limit = settings.number(name);
  if (limit === 0 || bytes <= limit) return;
  throw new BasaltError(
    'TABLE_SIZE_EXCEEDS_MAX_DROP_SIZE_LIMIT',
    `${optionsOf(table).name} was not touched: ${bytes} bytes are more than ${name} (${limit})`,
    { hint: `Write SETTINGS ${name} = 0 behind the statement` },
  );
}
