/** RENAME TABLE and EXCHANGE TABLES: new names for tables that stay what they are, in one record. */

import type { BoundStatement, TableRef } from '../../sql/index.ts';
import type { CatalogChange } from '../../storage/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { optionsOf, storedName } from '../catalog/table-options.ts';
import type { Environment } from './environment.ts';

type Renaming = NonNullable<CatalogChange['rename']>[number];

export async function renameTables(
  { pairs }: Extract<BoundStatement, { kind: 'renameTables' }>,
  { store, catalog }: Environment,
): Promise<void> {
  // A table that is named twice ends with its last name.
  const last = new Map<number, TableRef>();
  for (const { from, to } of pairs) if (from.id !== null) last.set(from.id, to);
  await store.changeTables({ rename: [...last].map(([id, to]) => renamed(id, to, catalog)) });
}

export async function exchangeTables(
  { left, right }: Extract<BoundStatement, { kind: 'exchangeTables' }>,
  { store, catalog }: Environment,
): Promise<void> {
  if (left.id === null || right.id === null || left.id === right.id) return;
  await store.changeTables({ rename: [renamed(left.id, right, catalog), renamed(right.id, left, catalog)] });
}

export function renamed(
  tableId: number,
  { schema, name }: Pick<TableRef, 'schema' | 'name'>,
  catalog: Catalog,
): Renaming {
  const options = optionsOf(catalog.definition(tableId));
  return { tableId, name: storedName(schema, name), options: { ...options, schema, name } };
}
