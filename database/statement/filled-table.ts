/** Tables that get their names only when they are filled, so that nobody sees half of one. */

import type { TableDefinition } from '../../storage/index.ts';
import { CREATING, type newTable, type TableOptions } from '../catalog/catalog.ts';
import type { PlanContext } from './query.ts';

/**
 * Makes a table, fills it, and gives it its name in the place of another one; what failed leaves nothing.
 * @param replaced id of the table that goes then
 */
export async function createFilled<T>(
  wanted: ReturnType<typeof newTable>,
  replaced: number | null,
  { environment: { store, clock } }: PlanContext,
  fill: (hidden: TableDefinition) => Promise<T>,
): Promise<T> {
  const name = `${CREATING}${clock.nowMs()}.${wanted.name}`;
  const hidden = await store.createTable({
    ...wanted,
    name,
    options: { ...(wanted.options as TableOptions), name },
  });
  try {
    const filled = await fill(hidden);
    await store.changeTables({
      rename: [{ tableId: hidden.id, name: wanted.name, options: wanted.options }],
      drop: replaced === null ? [] : [replaced],
    });
    return filled;
  } catch (error) {
    await store.dropTable(hidden.id);
    throw error;
  }
}
