/**
 * Takes out segments that Druid's rules drop: whole ones, by the bounds of `__time` in their statistics.
 *
 * Only tables with a `__time` column are datasources in this sense: a `_default` rule must not take rows of a table that
 * was never meant to go by time.
 */

import type { Store, TableDefinition } from '../../storage/index.ts';
import { MAIN_SCHEMA, type TableOptions } from '../catalog/catalog.ts';
import { spanOf } from '../segment-span.ts';
import { actionOf, canDrop } from './druid-rule.ts';
import { decidingRules } from './rule-book.ts';

const TIME_COLUMN = '__time';

export const hasDropRules = (store: Store, table: TableDefinition): boolean =>
  timeColumnOf(table) !== undefined && canDrop(decidingRules(store, table.name));

/** Answers whether a segment went. */
export async function dropByRules(store: Store, table: TableDefinition, nowMs: number): Promise<boolean> {
  const column = timeColumnOf(table);
  if (column === undefined || !hasDropRules(store, table)) return false;
  const rules = decidingRules(store, table.name);
  const dropped = store.tableInfo(table.id).segments.filter((segment) => {
    const span = spanOf(column, segment);
    return span !== null && actionOf(rules, span, nowMs) === 'drop';
  });
  if (dropped.length === 0) return false;
  const ids = new Set(dropped.map(({ id }) => id));
  await store.publish(table.id, [], { replaces: ({ id }) => ids.has(id) });
  return true;
}

function timeColumnOf({ columns, options }: TableDefinition): TableDefinition['columns'][number] | undefined {
  if ((options as TableOptions).schema !== MAIN_SCHEMA) return undefined;
  return columns.find(({ name, type }) => name === TIME_COLUMN && type.id === 'timestamp');
}
