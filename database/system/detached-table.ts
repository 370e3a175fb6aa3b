/** `system.detached_tables`: what is there and nobody sees. */

import { STRING, type } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { DetachedTable } from '../../sql/index.ts';
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
