/** Changes of what a view is: its query, when it is refreshed, by whose rights it reads. */

import type { BoundStatement, ViewInfo } from '../../sql/index.ts';
import { newView } from '../catalog/catalog.ts';
import { optionsOf } from '../catalog/table-options.ts';
import type { Environment } from './environment.ts';

export async function modifyQuery(
  { tableId, spec }: Extract<BoundStatement, { kind: 'modifyQuery' }>,
  { store }: Environment,
): Promise<void> {
  const { columns } = newView(spec);
  await store.alterTable(tableId, {
    define: (table) => ({ ...table, columns, options: { ...optionsOf(table), view: spec.view } }),
    settles: false,
    revise: (segment) => segment,
  });
}

export async function modifyRefresh(
  { tableId, refresh }: Extract<BoundStatement, { kind: 'modifyRefresh' }>,
  environment: Environment,
): Promise<void> {
  await modifyView(
    tableId,
    (view) =>
      view.materialized === undefined ? view : { ...view, materialized: { ...view.materialized, refresh } },
    environment,
  );
  environment.refresher().wake();
}

export const modifyView = (
  tableId: number,
  change: (view: ViewInfo) => ViewInfo,
  { store }: Environment,
): Promise<unknown> =>
  store.alterTable(tableId, {
    define: (table) => {
      const { view, ...options } = optionsOf(table);
      return view === undefined ? table : { ...table, options: { ...options, view: change(view) } };
    },
    settles: false,
    revise: (segment) => segment,
  });
