/**
 * Tables that show the database to its users: INFORMATION_SCHEMA, ClickHouse's `system`, Druid's `sys`.
 *
 * Each is a row: schema, name, columns, and a function that lists its rows as they are now. They have no storage: a
 * scan of one becomes literal rows in the plan. Ids are negative, so that they never meet a stored table's.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { INT64, type LogicalType, nullable, STRING, type, type Value } from '../../engine/type/type.ts';
import type { DetachedTable, DroppedTable, TableInfo } from '../../sql/index.ts';
import type { ListedDictionary } from '../dictionary/dictionary-book.ts';
import type { ListedRefresh } from '../refresh/refresher.ts';
import type { SettingRow } from '../setting/setting.ts';
import type { RunningStatement } from '../statement/running.ts';
import type { NodeView } from '../types.ts';
import { DAMAGE_COLUMNS, type DamageRow } from './damage-table.ts';
import { DETACHED_COLUMNS, DROPPED_COLUMNS, droppedRows } from './detached-table.ts';
import { DICTIONARY_COLUMNS } from './dictionary-table.ts';
import {
  FUNCTION_COLUMNS,
  functionRows,
  type ListedFunction,
  ROUTINE_COLUMNS,
  routineRows,
} from './function-table.ts';
import { MERGE_COLUMNS, type MergeRow } from './merge-table.ts';
import { MUTATION_COLUMNS, type MutationRow } from './mutation-log.ts';
import {
  PROPERTY_COLUMNS,
  propertyRows,
  SERVER_COLUMNS,
  SERVER_SEGMENT_COLUMNS,
  SUPERVISOR_COLUMNS,
  serverRows,
  serverSegmentRows,
  TASK_COLUMNS,
  taskRows,
} from './node-table.ts';
import { DETACHED_PART_COLUMNS, PART_COLUMNS, type PartRow } from './parts-table.ts';
import {
  PROJECTION_COLUMNS,
  PROJECTION_PART_COLUMNS,
  type ProjectionPartRow,
  type ProjectionRow,
} from './projection-table.ts';
import type { QueryLogEntry } from './query-log.ts';
import { PROCESS_COLUMNS, QUERY_LOG_COLUMNS, type QueryColumn } from './query-tables.ts';
import { REFRESH_COLUMNS } from './refresh-table.ts';
import { SEGMENT_COLUMNS, type SegmentRow } from './segment-table.ts';
import { SKIP_INDEX_COLUMNS, type SkipIndexRow } from './skip-index-table.ts';
import { COLUMN_COLUMNS, columnsOfTables, type ListedTable, TABLE_COLUMNS } from './tables-table.ts';

import {
  CLUSTER_COLUMNS,
  clusterRows,
  ENGINE_COLUMNS,
  engineRows,
  FORMAT_COLUMNS,
  formatRows,
  GRANT_COLUMNS,
  GRANTS,
  MACRO_COLUMNS,
  macroRows,
  ROLE_COLUMNS,
  TABLE_FUNCTION_COLUMNS,
  TIME_ZONE_COLUMNS,
  TYPE_COLUMNS,
  tableFunctionRows,
  timeZoneRows,
  typeRows,
  USER_COLUMNS,
  USERS,
} from './vocabulary-table.ts';

/** What the rows are made from. */
export type SystemSource = {
  readonly tables: readonly ListedTable[];
  readonly schemas: readonly string[];
  readonly schemaComment: (schema: string) => string;
  /** Of Druid's. */
  readonly lookups: readonly string[];
  readonly settings: readonly (SettingRow & { readonly current: Value })[];
  readonly functions: readonly ListedFunction[];
  readonly segments: () => readonly SegmentRow[];
  /** Servers over the database. */
  readonly nodes: readonly NodeView[];
  /** Asked for when they are listed: rows in memory are looked at. */
  readonly parts: () => readonly PartRow[];
  readonly skipIndexes: () => readonly SkipIndexRow[];
  readonly projections: () => readonly ProjectionRow[];
  readonly projectionParts: () => readonly ProjectionPartRow[];
  readonly detachedParts: () => readonly PartRow[];
  readonly detachedTables: readonly DetachedTable[];
  readonly droppedTables: readonly DroppedTable[];
  readonly merges: readonly MergeRow[];
  readonly mutations: readonly MutationRow[];
  readonly damaged: readonly DamageRow[];
  readonly dictionaries: () => readonly ListedDictionary[];
  readonly refreshes: () => readonly ListedRefresh[];
  readonly processes: readonly RunningStatement[];
  readonly queryLog: readonly QueryLogEntry[];
  readonly typeName: { readonly sql: (t: LogicalType) => string };
  readonly version: string;
};

export type SystemColumn = readonly [name: string, type: LogicalType];

export type SystemTable = {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly SystemColumn[];
  readonly rows: (source: SystemSource) => Value[][];
  /** The same with these columns only, where making all of them would cost. */
  readonly project?: (source: SystemSource, columnIds: readonly number[]) => Value[][];
};

const U8 = type('uint8');
const int = (n: number): bigint => BigInt(n);
const flag = (b: boolean): bigint => (b ? 1n : 0n);
/** Where a table is: the default schema under the name of the door whose tables these are, and that of a session as DuckDB has it. */
const placeOf = ({ schema, isTemporary }: TableInfo, door: string, catalog: string): [string, string] =>
  isTemporary === true ? ['temp', door] : [catalog, schema === 'main' ? door : schema];

const tableType = ({ view, isTemporary }: TableInfo, door: string): string =>
  view !== undefined
    ? 'VIEW'
    : isTemporary === true
      ? 'LOCAL TEMPORARY'
      : door === 'druid'
        ? 'TABLE'
        : 'BASE TABLE';

const LOOKUP_SCHEMA = 'lookup';
const LOOKUP_COLUMNS = [
  { name: 'k', type: STRING },
  { name: 'v', type: nullable(STRING) },
];
/** Druid's door shows them as tables. */
const lookupsOf = (source: SystemSource, door: string): readonly string[] =>
  door === 'druid' ? source.lookups : [];

const columnsOf = (source: SystemSource, door: string, catalog: string) =>
  [
    ...source.tables.map((t) => ({ place: placeOf(t, door, catalog), name: t.name, columns: t.columns })),
    ...lookupsOf(source, door).map((name) => ({
      place: [catalog, LOOKUP_SCHEMA],
      name,
      columns: LOOKUP_COLUMNS,
    })),
  ].flatMap(({ place, name, columns }) =>
    columns.map((column, i) => ({ place, table: name, column, position: i + 1 })),
  );

/** JDBC's numbers of types, which Druid's clients read. */
const JDBC: Readonly<Record<string, number>> = {
  VARCHAR: 12,
  BIGINT: -5,
  DOUBLE: 8,
  FLOAT: 6,
  TIMESTAMP: 93,
  DATE: 91,
  BOOLEAN: 16,
};

const informationSchema = (schema: string, door: string, catalog: string): SystemTable[] => [
  {
    schema,
    name: 'SCHEMATA',
    columns: [
      ['CATALOG_NAME', STRING],
      ['SCHEMA_NAME', STRING],
      ['SCHEMA_OWNER', nullable(STRING)],
    ],
    rows: (source) =>
      (door === 'druid'
        ? [door, schema, 'sys', LOOKUP_SCHEMA]
        : source.schemas.map((name) => (name === 'main' ? door : name))
      ).map((name) => [catalog, name, null]),
  },
  {
    schema,
    name: 'TABLES',
    columns: [
      ['TABLE_CATALOG', STRING],
      ['TABLE_SCHEMA', STRING],
      ['TABLE_NAME', STRING],
      ['TABLE_TYPE', STRING],
      ['IS_JOINABLE', STRING],
      ['IS_BROADCAST', STRING],
    ],
    rows: (source) => [
      ...source.tables.map((t) => [...placeOf(t, door, catalog), t.name, tableType(t, door), 'YES', 'NO']),
      ...lookupsOf(source, door).map((name) => [catalog, LOOKUP_SCHEMA, name, 'TABLE', 'YES', 'YES']),
      // Druid lists its own, too.
      ...(door === 'druid' ? SYSTEM_TABLES.filter((t) => t.schema === schema || t.schema === 'sys') : []).map(
        (t) => [catalog, t.schema, t.name, 'SYSTEM_TABLE', 'NO', 'NO'],
      ),
    ],
  },
  {
    schema,
    name: 'VIEWS',
    columns: [
      ['TABLE_CATALOG', STRING],
      ['TABLE_SCHEMA', STRING],
      ['TABLE_NAME', STRING],
      ['VIEW_DEFINITION', STRING],
      ['CHECK_OPTION', STRING],
      ['IS_UPDATABLE', STRING],
    ],
    rows: (source) =>
      source.tables.flatMap((t) =>
        t.view === undefined || t.view.dictionary !== undefined
          ? []
          : [[...placeOf(t, door, catalog), t.name, t.view.text, 'NONE', 'NO']],
      ),
  },
  {
    schema,
    name: 'ROUTINES',
    columns: ROUTINE_COLUMNS,
    rows: (source) =>
      source.functions.flatMap((fn) => routineRows(fn, door === 'druid' ? 'druid' : 'standard', catalog)),
  },
  {
    schema,
    name: 'COLUMNS',
    columns: [
      ['TABLE_CATALOG', STRING],
      ['TABLE_SCHEMA', STRING],
      ['TABLE_NAME', STRING],
      ['COLUMN_NAME', STRING],
      ['ORDINAL_POSITION', INT64],
      ['COLUMN_DEFAULT', nullable(STRING)],
      ['IS_NULLABLE', STRING],
      ['DATA_TYPE', STRING],
      ['JDBC_TYPE', INT64],
    ],
    rows: (source) =>
      columnsOf(source, door, catalog).map(({ place, table, column, position }) => {
        const name =
          door === 'druid' ? source.typeName.sql(column.type) : dialectTypeName(column.type, 'standard');
        return [
          ...place,
          table,
          column.name,
          int(position),
          null,
          column.type.nullable ? 'YES' : 'NO',
          name,
          int(JDBC[name] ?? 1111),
        ];
      }),
  },
];

/** A table whose columns say themselves what stands in them. */
const tableOf = <T>(
  name: string,
  columns: readonly QueryColumn<T>[],
  rowsOf: (source: SystemSource) => readonly T[],
  schema = 'system',
): SystemTable => ({
  schema,
  name,
  columns: columns.map(([column, columnType]) => [column, columnType]),
  rows: (source) => rowsOf(source).map((row) => columns.map(([, , value]) => value(row))),
  project: (source, ids) => rowsOf(source).map((row) => ids.map((id) => columns[id][2](row))),
});

const sysTable = <T>(
  name: string,
  columns: readonly QueryColumn<T>[],
  rowsOf: (source: SystemSource) => readonly T[],
): SystemTable => tableOf(name, columns, rowsOf, 'sys');

/** With all names in small letters. */
const inSmall = (table: SystemTable): SystemTable => ({
  ...table,
  name: table.name.toLowerCase(),
  columns: table.columns.map(([name, columnType]) => [name.toLowerCase(), columnType]),
});

export const SYSTEM_TABLES: readonly SystemTable[] = [
  ...informationSchema('INFORMATION_SCHEMA', 'druid', 'druid'),
  ...informationSchema('information_schema', 'main', 'basalt').map(inSmall),
  {
    schema: 'system',
    name: 'one',
    columns: [['dummy', U8]],
    rows: () => [[0n]],
  },
  {
    schema: 'system',
    name: 'databases',
    columns: [
      ['name', STRING],
      ['engine', STRING],
      ['comment', STRING],
    ],
    rows: (source) =>
      source.schemas.map((name) => [
        name === 'main' ? 'default' : name,
        'Atomic',
        source.schemaComment(name),
      ]),
  },
  tableOf('tables', TABLE_COLUMNS, (source) => source.tables),
  tableOf('columns', COLUMN_COLUMNS, (source) => columnsOfTables(source.tables)),
  {
    schema: 'system',
    name: 'settings',
    columns: [
      ['name', STRING],
      ['value', STRING],
      ['changed', U8],
      ['description', STRING],
      ['readonly', U8],
      ['type', STRING],
      ['default', STRING],
    ],
    rows: (source) =>
      source.settings.map((s) => [
        s.name,
        settingText(s.current),
        flag(settingText(s.current) !== settingText(s.value)),
        s.doc,
        0n,
        s.kind === 'string' ? 'String' : s.kind === 'boolean' ? 'Bool' : 'UInt64',
        settingText(s.value),
      ]),
  },
  {
    schema: 'system',
    name: 'functions',
    columns: FUNCTION_COLUMNS,
    rows: (source) => functionRows(source.functions),
  },
  sysTable('segments', SEGMENT_COLUMNS, (source) => source.segments()),
  sysTable('servers', SERVER_COLUMNS, ({ nodes, segments }) => serverRows(nodes, segments())),
  sysTable('server_segments', SERVER_SEGMENT_COLUMNS, ({ nodes, segments }) =>
    serverSegmentRows(nodes, segments()),
  ),
  sysTable('tasks', TASK_COLUMNS, (source) => taskRows(source.nodes)),
  sysTable('supervisors', SUPERVISOR_COLUMNS, () => []),
  sysTable('server_properties', PROPERTY_COLUMNS, (source) => propertyRows(source.nodes)),
  tableOf('parts', PART_COLUMNS, (source) => source.parts()),
  tableOf('projections', PROJECTION_COLUMNS, (source) => source.projections()),
  tableOf('projection_parts', PROJECTION_PART_COLUMNS, (source) => source.projectionParts()),
  tableOf('data_skipping_indices', SKIP_INDEX_COLUMNS, (source) => source.skipIndexes()),
  tableOf('detached_parts', DETACHED_PART_COLUMNS, (source) => source.detachedParts()),
  tableOf('detached_tables', DETACHED_COLUMNS, (source) => source.detachedTables),
  tableOf('dropped_tables', DROPPED_COLUMNS, (source) => droppedRows(source.droppedTables)),
  tableOf('merges', MERGE_COLUMNS, (source) => source.merges),
  tableOf('damaged_parts', DAMAGE_COLUMNS, (source) => source.damaged),
  tableOf('view_refreshes', REFRESH_COLUMNS, (source) => source.refreshes()),
  tableOf('dictionaries', DICTIONARY_COLUMNS, (source) => source.dictionaries()),
  tableOf('processes', PROCESS_COLUMNS, (source) => source.processes),
  tableOf('query_log', QUERY_LOG_COLUMNS, (source) => source.queryLog),
  tableOf('table_engines', ENGINE_COLUMNS, engineRows),
  tableOf('formats', FORMAT_COLUMNS, formatRows),
  tableOf('data_type_families', TYPE_COLUMNS, typeRows),
  tableOf('table_functions', TABLE_FUNCTION_COLUMNS, tableFunctionRows),
  tableOf('time_zones', TIME_ZONE_COLUMNS, timeZoneRows),
  tableOf('clusters', CLUSTER_COLUMNS, clusterRows),
  tableOf('macros', MACRO_COLUMNS, macroRows),
  tableOf('users', USER_COLUMNS, () => USERS),
  tableOf('roles', ROLE_COLUMNS, () => []),
  tableOf('grants', GRANT_COLUMNS, () => GRANTS),
  tableOf('mutations', MUTATION_COLUMNS, (source) => source.mutations),
];

const settingText = (value: Value): string =>
  typeof value === 'boolean' ? String(Number(value)) : String(value ?? '');

/** System tables as the catalog sees them. */
export const systemTableInfo: readonly TableInfo[] = SYSTEM_TABLES.map((table, i) => ({
  id: -1 - i,
  schema: table.schema,
  name: table.name,
  columns: table.columns.map(([name, columnType], c) => ({
    id: c,
    name,
    type: columnType,
    defaultValue: null,
  })),
  timeColumn: null,
}));

export const isSystemTable = (id: number): boolean => id < 0 && id >= -SYSTEM_TABLES.length;
/** The id, of a table that may be changed. */
export function stored(id: number): number {
  if (isSystemTable(id)) throw new BasaltError('ACCESS_DENIED', 'System tables cannot be changed');
  return id;
}

export const systemTable = (id: number): SystemTable => SYSTEM_TABLES[-1 - id];
