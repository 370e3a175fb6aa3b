/**
 * `system.dictionaries`, with ClickHouse's columns, those of types apart that Basalt lacks. All keys are in memory once a dictionary is loaded, so
 * every question hits; what was found is not counted.
 */

import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { packItem } from '../../engine/type/nested.ts';
import {
  array,
  FLOAT64,
  type LogicalType,
  STRING,
  timestamp,
  type,
  UINT64,
  type Value,
} from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { DictionaryInfo } from '../../sql/index.ts';
import type { ListedDictionary } from '../dictionary/dictionary-book.ts';
import { databaseOf, int, type QueryColumn } from './query-tables.ts';

const STRINGS = array(STRING);
const UUID = type('uuid');
const STATUS = {
  ...type('enum8'),
  entries: [
    'NOT_LOADED',
    'LOADED',
    'FAILED',
    'LOADING',
    'FAILED_AND_RELOADING',
    'LOADED_AND_RELOADING',
    'NOT_EXIST',
  ].map((name, code) => [name, code] as const),
} satisfies LogicalType;

function statusOf(of: ListedDictionary): bigint {
  const { rows, status, isLoading } = of;
  const hasFailed = status.lastError !== '';
  if (isLoading) return rows !== null ? 5n : hasFailed ? 4n : 3n;
  // One that is read for every query keeps nothing.
  const isRead = definition(of).isDirect && status.loadedMs > 0 && !hasFailed;
  if (rows !== null || isRead) return 1n;
  return hasFailed ? 2n : 0n;
}

const definition = ({ table }: ListedDictionary): DictionaryInfo => table.view!.dictionary!;

const texts = (list: readonly string[]): Value => packItem(list, STRINGS);

/** Columns of the key, or the others. */
const listed = (
  of: ListedDictionary,
  areKeys: boolean,
  text: (column: ListedDictionary['table']['columns'][number]) => string,
): Value => {
  const { keys } = definition(of);
  return texts(of.table.columns.filter((_, i) => i < keys === areKeys).map(text));
};

const typeOf = (column: { readonly type: LogicalType }): string => dialectTypeName(column.type, 'clickhouse');
const moment = (ms: number): bigint => int(Math.floor(ms / 1000));

export const DICTIONARY_COLUMNS: readonly QueryColumn<ListedDictionary>[] = [
  ['database', STRING, (d) => databaseOf(d.table.schema)],
  ['name', STRING, (d) => d.table.name],
  ['uuid', UUID, () => zeroOf(UUID)],
  ['status', STATUS, statusOf],
  ['origin', STRING, (d) => `${databaseOf(d.table.schema)}.${d.table.name}`],
  ['type', STRING, (d) => definition(d).type],
  ['key.names', STRINGS, (d) => listed(d, true, (c) => c.name)],
  ['key.types', STRINGS, (d) => listed(d, true, typeOf)],
  ['attribute.names', STRINGS, (d) => listed(d, false, (c) => c.name)],
  ['attribute.types', STRINGS, (d) => listed(d, false, typeOf)],
  ['bytes_allocated', UINT64, (d) => int(d.rows?.bytes ?? 0)],
  ['hierarchical_index_bytes_allocated', UINT64, () => 0n],
  ['query_count', UINT64, (d) => int(d.status.queries)],
  ['hit_rate', FLOAT64, () => 1],
  ['found_rate', FLOAT64, () => 0],
  ['element_count', UINT64, (d) => int(d.rows?.count ?? 0)],
  ['load_factor', FLOAT64, (d) => d.rows?.load ?? 0],
  ['source', STRING, (d) => definition(d).sourceName],
  ['lifetime_min', UINT64, (d) => int(definition(d).lifetime.minSeconds)],
  ['lifetime_max', UINT64, (d) => int(definition(d).lifetime.maxSeconds)],
  ['loading_start_time', timestamp(0), (d) => moment(d.status.startedMs)],
  ['last_successful_update_time', timestamp(0), (d) => moment(d.status.loadedMs)],
  ['error_count', UINT64, (d) => int(d.status.errors)],
  ['loading_duration', type('float32'), (d) => d.status.durationMs / 1000],
  ['last_exception', STRING, (d) => d.status.lastError],
  ['comment', STRING, (d) => d.table.comment ?? ''],
];
