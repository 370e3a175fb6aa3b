/**
 * `system.damaged_parts`: segments found damaged, by a check, a merge or the scrub, and still there; `name` is what DETACH PART
 * takes. Ours: ClickHouse detaches such parts by itself.
 */

import { STRING, timestamp } from '../../engine/type/type.ts';
import type { Damage } from '../../storage/index.ts';
import { databaseOf, int, type QueryColumn } from './query-tables.ts';

export type DamageRow = Damage & { readonly schema: string; readonly table: string; readonly name: string };

export const DAMAGE_COLUMNS: readonly QueryColumn<DamageRow>[] = [
  ['database', STRING, (d) => databaseOf(d.schema)],
  ['table', STRING, (d) => d.table],
  ['name', STRING, (d) => d.name],
  ['found_time', timestamp(0), (d) => int(Math.floor(d.foundMs / 1000))],
  ['message', STRING, (d) => d.error.text],
];
