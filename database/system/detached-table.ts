/** `system.detached_tables` and `dropped_tables`: what is there and nobody sees. */

import { STRING, timestamp, type } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { DetachedTable, DroppedTable } from '../../sql/index.ts';
import { databaseOfTable } from '../catalog/table-options.ts';
import type { QueryColumn } from './query-tables.ts';

const UUID = type('uuid');

export const DETACHED_COLUMNS: readonly QueryColumn<DetachedTable>[] = [
  ['database', STRING, ({ schema }) => databaseOfTable({ schema })],
  ['table', STRING, ({ name }) => name],
  ['uuid', UUID, () => zeroOf(UUID)],
  ['metadata_path', STRING, () => ''],
  ['is_permanently', type('uint8'), ({ isPermanent }) => BigInt(isPermanent)],
];

export const DROPPED_COLUMNS: readonly QueryColumn<DroppedTable & { readonly index: number }>[] = [
  ['index', type('uint32'), ({ index }) => BigInt(index)],
  ['database', STRING, ({ schema }) => databaseOfTable({ schema })],
  ['table', STRING, ({ name }) => name],
  ['uuid', UUID, () => zeroOf(UUID)],
  ['engine', STRING, ({ engine }) => engine],
  ['metadata_dropped_path', STRING, () => ''],
  ['table_dropped_time', timestamp(0), ({ untilMs }) => BigInt(Math.floor(untilMs / 1000))],
];

export const droppedRows = (
  dropped: readonly DroppedTable[],
): readonly (DroppedTable & { readonly index: number })[] =>
  dropped.map((table, index) => ({ ...table, index }));
