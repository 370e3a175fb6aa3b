/** Columns of a table as statements and system tables list them: those that have names, virtual ones in their places. */

import type { ColumnCodec } from '../plan/column-codec.ts';
import {
  type ComputedColumn,
  listedIds,
  type VirtualColumn,
  type Written,
  writtenText,
} from '../plan/computed.ts';
import type { CombineRule } from '../plan/row-policy.ts';
import { dialectTypeName } from '../type/dialect-name.ts';
import type { LogicalType, Value } from '../type/type.ts';
import { defaultText } from './default-text.ts';

type StoredColumn = {
  readonly id: number;
  readonly name: string;
  readonly type: LogicalType;
  readonly defaultValue: Value;
  readonly comment?: string;
  readonly codec?: ColumnCodec;
  readonly combine?: { readonly fn: string; readonly rule: CombineRule };
  readonly computed?: ComputedColumn;
};

type Table = { readonly columns: readonly StoredColumn[]; readonly virtual?: readonly VirtualColumn[] };

export type ListedColumn = Omit<StoredColumn, 'computed'> & {
  /** Empty: rows that do not give it have what its type has. */
  readonly kind: '' | 'DEFAULT' | 'MATERIALIZED' | 'ALIAS' | 'EPHEMERAL';
  /** In ClickHouse's words. */
  readonly expression: string;
};

export function listedColumns(table: Table): readonly ListedColumn[] {
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
          ? `defaultValueOfTypeName('${dialectTypeName(type, 'clickhouse')}')`
          : writtenIn(table, text),
    });
  return listedIds(table).flatMap((id) => all.get(id) ?? []);
}

function valueOfStored(
  { defaultValue, type, computed }: StoredColumn,
  table: Table,
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
export function writtenIn({ columns, virtual = [] }: Table, text: Written): string {
  const named = [...columns, ...virtual];
  return writtenText(text, (id) => named.find((c) => c.id === id)?.name ?? '');
}
