/**
 * `system.tables` and `system.columns`: what clients list and describe tables by. Columns have ClickHouse's names, types and order. What no
 * table has is what ClickHouse shows of tables without it: no path, no dependency.
 */

import { type ListedColumn, listedColumns } from '../../engine/function/listed-columns.ts';
import { columnsOf } from '../../engine/plan/expr.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { array, nullable, STRING, timestamp, type, UINT64, type Value } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { TableInfo } from '../../sql/index.ts';
import type { Store, TableDefinition } from '../../storage/index.ts';
import { databaseOfTable, keysOf, optionsOf } from '../catalog/table-options.ts';
import type { PartitionBy } from '../partition.ts';
import {
  engineFullText,
  partitionKeyText,
  primaryKeyText,
  samplingKeyText,
  sortingKeyText,
} from '../statement/show-create.ts';
import { partRows } from './parts-table.ts';
import type { QueryColumn } from './query-tables.ts';

export type ListedTable = TableInfo & {
  /** null: a view. */
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly engineFull: string;
  readonly createText: string;
  readonly sortingKey: string;
  readonly primaryKey: string;
  readonly samplingKey: string;
  /** Ids of columns, with those that expressions of the key read. */
  readonly sortColumns: readonly number[];
  readonly primaryColumns: readonly number[];
  readonly sampleColumns: readonly number[];
  readonly partitionKey: string;
  /** Ids of columns. */
  readonly partitionColumns: readonly number[];
  /** Asked for when it is listed: rows in memory are looked at. */
  readonly parts: () => number;
};

export const listedTable = (
  info: TableInfo,
  definition: TableDefinition,
  store: Store,
  held: { readonly rows: number; readonly bytes: number } | null,
  createText: string,
): ListedTable => ({
  ...info,
  rows: held?.rows ?? null,
  bytes: held?.bytes ?? null,
  engineFull: info.view === undefined ? engineFullText(definition) : '',
  createText,
  sortingKey: sortingKeyText(definition),
  primaryKey: primaryKeyText(definition),
  samplingKey: samplingKeyText(definition),
  sortColumns: keyReads(definition, definition.sortKey),
  primaryColumns: keyReads(definition, definition.sortKey.slice(0, optionsOf(definition).primaryKey)),
  sampleColumns: keyReads(definition, optionsOf(definition).sampleBy ?? []),
  partitionKey: partitionKeyText(definition),
  partitionColumns: columnsOf(...((definition.partitionBy ?? []) as PartitionBy)),
  parts: () => partRows(store, definition).length,
});

/** Ids of the columns that are these parts of the sort key, or are read for them. */
const keyReads = (table: TableDefinition, ids: readonly number[] | number): readonly number[] =>
  [ids].flat().flatMap((id) => {
    const key = keysOf(table).find((k) => k.id === id);
    return key === undefined ? [id] : columnsOf(key.expr);
  });

const U8 = type('uint8');
const UUID = type('uuid');
const STRINGS = array(STRING);
const COUNT = nullable(UINT64);

const countOrNull = (n: number | null): Value => (n === null ? null : BigInt(n));
const flag = (yes: boolean): bigint => (yes ? 1n : 0n);
const database = ({ schema, isTemporary = false }: TableInfo): string =>
  databaseOfTable({ schema, temporary: isTemporary });
const never = (): null => null;
const none = (): string => '';
const noStrings = (): Value => zeroOf(STRINGS);

const isMergeTree = ({ engine = '' }: TableInfo): boolean => engine.endsWith('MergeTree');

const parts = (t: ListedTable): Value => (isMergeTree(t) ? BigInt(t.parts()) : null);

export const TABLE_COLUMNS: readonly QueryColumn<ListedTable>[] = [
  ['database', STRING, database],
  ['name', STRING, (t) => t.name],
  ['uuid', UUID, () => zeroOf(UUID)],
  ['engine', STRING, (t) => t.engine ?? 'MergeTree'],
  ['is_temporary', U8, (t) => flag(t.isTemporary === true)],
  ['data_paths', STRINGS, noStrings],
  ['metadata_path', STRING, none],
  ['metadata_modification_time', timestamp(0), () => 0n],
  ['metadata_version', type('int32'), () => 0n],
  ['dependencies_database', STRINGS, noStrings],
  ['dependencies_table', STRINGS, noStrings],
  ['create_table_query', STRING, (t) => t.createText],
  ['engine_full', STRING, (t) => t.engineFull],
  ['as_select', STRING, (t) => (t.view?.dictionary === undefined ? (t.view?.text ?? '') : '')],
  ['partition_key', STRING, (t) => t.partitionKey],
  ['sorting_key', STRING, (t) => t.sortingKey],
  ['primary_key', STRING, (t) => t.primaryKey],
  ['sampling_key', STRING, (t) => t.samplingKey],
  ['storage_policy', STRING, (t) => (isMergeTree(t) ? 'default' : '')],
  ['total_rows', COUNT, (t) => countOrNull(t.rows)],
  ['total_bytes', COUNT, (t) => countOrNull(t.bytes)],
  ['parts', COUNT, parts],
  ['active_parts', COUNT, parts],
  ['lifetime_rows', COUNT, never],
  ['lifetime_bytes', COUNT, never],
  ['comment', STRING, (t) => t.comment ?? ''],
  ['has_own_data', U8, (t) => flag(t.view === undefined)],
  ['loading_dependencies_database', STRINGS, noStrings],
  ['loading_dependencies_table', STRINGS, noStrings],
  ['loading_dependent_database', STRINGS, noStrings],
  ['loading_dependent_table', STRINGS, noStrings],
  ['definer', STRING, (t) => (t.view?.security?.kind === 'DEFINER' ? t.view.security.definer : '')],
];

export type ColumnOfTable = {
  readonly table: ListedTable;
  readonly column: ListedColumn;
  /** From 1. */
  readonly position: number;
};

export const columnsOfTables = (tables: readonly ListedTable[]): ColumnOfTable[] =>
  tables.flatMap((table) => listedColumns(table).map((column, i) => ({ table, column, position: i + 1 })));

export const COLUMN_COLUMNS: readonly QueryColumn<ColumnOfTable>[] = [
  ['database', STRING, ({ table }) => database(table)],
  ['table', STRING, ({ table }) => table.name],
  ['name', STRING, ({ column }) => column.name],
  ['type', STRING, ({ column }) => dialectTypeName(column.type, 'clickhouse')],
  ['position', UINT64, ({ position }) => BigInt(position)],
  ['default_kind', STRING, ({ column }) => column.kind],
  ['default_expression', STRING, ({ column }) => column.expression],
  ['comment', STRING, ({ column }) => column.comment ?? ''],
  ['is_in_partition_key', U8, ({ table, column }) => flag(table.partitionColumns.includes(column.id))],
  ['is_in_sorting_key', U8, ({ table, column }) => flag(table.sortColumns.includes(column.id))],
  ['is_in_primary_key', U8, ({ table, column }) => flag(table.primaryColumns.includes(column.id))],
  ['is_in_sampling_key', U8, ({ table, column }) => flag(table.sampleColumns.includes(column.id))],
  [
    'compression_codec',
    STRING,
    ({ column }) => (column.codec === undefined ? '' : `CODEC(${column.codec.text})`),
  ],
];
