/** One refresh of a materialized view: its query's rows into its table, in one record of the manifest. */

import { BasaltError } from '../../engine/base/error.ts';
import type { RefreshInfo, TableInfo } from '../../sql/index.ts';
import { NO_FILES } from '../file/statement-files.ts';
import { Settings } from '../setting/setting.ts';
import type { Environment } from '../statement/environment.ts';
import { loadLanguage } from '../statement/language.ts';
import type { StatementTally } from '../statement/tally.ts';
import { insertOf } from '../statement/view-feed.ts';
import { insertPlan } from '../statement/write.ts';

/** @param values what that record sets besides, asked for when the rows are there */
export async function refreshView(
  { name, view, columns }: TableInfo,
  { appends }: RefreshInfo,
  environment: Environment,
  signal: AbortSignal,
  tally: StatementTally,
  values: () => readonly (readonly [string, unknown])[],
): Promise<void> {
  await loadLanguage();
  if (view === undefined) throw new BasaltError('LOGICAL_ERROR', `${name} is no view`);
  const { tableId, columnIds, source } = insertOf({ view, columns: columns.map((c) => c.name) }, environment);
  if (source.kind !== 'plan') throw new BasaltError('LOGICAL_ERROR', 'A view inserts the rows of a query');
  const table = environment.catalog.definition(tableId);
  const settings = Settings.of({});
  const context = { environment, settings, signal, tally, files: NO_FILES };
  const { rows, bytes } = await insertPlan(table, columnIds, source.plan, context, {
    nullsAreDefaults: true,
    publish: () => ({ replaces: () => !appends, values: values() }),
  });
  tally.wrote(rows, bytes);
}
