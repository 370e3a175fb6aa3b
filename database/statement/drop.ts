/** DROP of tables, views, dictionaries and schemas: at once, or kept for UNDROP as long as the settings say. */

import type { BoundStatement } from '../../sql/index.ts';
import type { TableDefinition } from '../../storage/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { forgotten, hasRows, isTemporary } from '../catalog/table-options.ts';
import { catalogChanged } from './catalog-changed.ts';
import { checkTableDrops } from './drop-limit.ts';
import type { StatementContext } from './run.ts';

export async function dropTables(
  ids: readonly number[],
  sync: boolean,
  { environment, settings }: StatementContext,
): Promise<void> {
  const { catalog, store, clock } = environment;
  const drop = withInner(ids, catalog);
  checkTableDrops(drop, catalog, settings);
  const delayMs = sync ? 0 : settings.number('database_atomic_delay_before_drop_table_sec') * 1000;
  const isKept = (table: TableDefinition): boolean =>
    delayMs > 0 && ids.includes(table.id) && hasRows(table) && !isTemporary(table);
  const tables = drop.map((id) => catalog.definition(id));
  const gone = tables.filter((table) => !isKept(table));
  await store.changeTables({
    drop: gone.map(({ id }) => id),
    rename: catalog.dropLater(tables.filter(isKept), clock.nowMs(), delayMs),
    values: forgotten(gone),
  });
  await catalog.dropOrphans();
  catalogChanged(environment);
}

export async function dropSchema(
  { name, ...how }: Extract<BoundStatement, { kind: 'dropSchema' }>,
  { environment, settings }: StatementContext,
): Promise<void> {
  const { catalog } = environment;
  checkTableDrops(catalog.idsIn(name), catalog, settings);
  await catalog.dropSchema(name, how);
  await catalog.dropOrphans();
  catalogChanged(environment);
}

/** Tables of materialized views go with them. */
const withInner = (ids: readonly number[], catalog: Catalog): number[] => [
  ...new Set(
    ids.flatMap((id) => [
      id,
      ...[catalog.innerOf(catalog.definition(id))].flatMap((inner) => inner?.id ?? []),
    ]),
  ),
];
