/** Columns of a table as statements and system tables list them: those that have names, virtual ones in their places. */

import { defaultText } from '../../engine/function/default-text.ts';
import { listedIds, type Written, writtenText } from '../../engine/plan/computed.ts';
import { columnTypeName } from '../../engine/type/dialect-name.ts';
import type { ColumnInfo, TableInfo } from './context.ts';

export type ListedColumn = Pick<
  ColumnInfo,
  'id' | 'name' | 'type' | 'comment' | 'codec' | 'combine' | 'defaultValue'
> & {
  /** Empty: rows that do not give it have what its type has. */
  readonly kind: '' | 'DEFAULT' | 'MATERIALIZED' | 'ALIAS' | 'EPHEMERAL';
  /** In ClickHouse's words. */
  readonly expression: string;
};

export function listedColumns(table: TableInfo): readonly ListedColumn[] {
  const { columns, virtual = [] } = table;
  const all = new Map<number, ListedColumn>();
  for (const c of columns) all.set(c.id, { ...c, ...valueOfStored(c, table) });
  for (const { id, name, type, kind, text, comment } of virtual)
    all.set(id, {
      id,
      name,
      type,
      defaultValue: null,
      ...(comment === undefined ? {} : { comment }),
      kind: kind === 'alias' ? 'ALIAS' : 'EPHEMERAL',
      expression:
        text.length === 0
          ? `defaultValueOfTypeName('${columnTypeName({ type }, 'clickhouse')}')`
          : writtenIn(table, text),
    });
  return listedIds(table).flatMap((id) => all.get(id) ?? []);
}

function valueOfStored(
  { defaultValue, type, computed }: ColumnInfo,
  table: TableInfo,
): Pick<ListedColumn, 'kind' | 'expression'> {
  if (computed !== undefined)
    return {
      kind: computed.kind === 'materialized' ? 'MATERIALIZED' : 'DEFAULT',
      expression: writtenIn(table, computed.text),
    };
  return defaultValue === null
    ? { kind: '', expression: '' }
    : { kind: 'DEFAULT', expression: defaultText(defaultValue, type) };
}

/** An expression of the table, with the names that columns have now. */
export function writtenIn({ columns, virtual = [] }: TableInfo, text: Written): string {
  const named = [...columns, ...virtual];
  return writtenText(text, (id) => named.find((c) => c.id === id)?.name ?? '');
}
