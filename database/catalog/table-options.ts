/** What the catalog keeps of a table in `TableDefinition.options`, and how names and defaults become the store's. */

import type { Constraint, KeyExpression, VirtualColumn } from '../../engine/plan/computed.ts';
import { columnsOf } from '../../engine/plan/expr.ts';
import type { Projection } from '../../engine/plan/projection.ts';
import type { LogicalType, Value } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { ColumnSpec, Through, ViewInfo } from '../../sql/index.ts';
import type { ColumnDefinition, TableDefinition } from '../../storage/index.ts';

export const MAIN_SCHEMA = 'main';

/** What `TableDefinition.options` holds. */
export type TableOptions = {
  readonly schema: string;
  readonly name: string;
  readonly engine: string | null;
  /** As written, without those that name a replica. */
  readonly engineArguments: string;
  readonly comment: string | null;
  /** It goes with the session that made it, or at the next start; absent: it stays. */
  readonly temporary?: boolean;
  /** Nobody sees it, until it is attached or, if that comes first, until the next start; absent: everybody does. */
  readonly detached?: 'until restart' | 'permanently';
  /** It was dropped, and UNDROP brings it back until then, in milliseconds since the epoch; absent: it was not. */
  readonly dropped?: { readonly atMs: number; readonly untilMs: number };
  /** Settings as SHOW CREATE TABLE has them; absent: none. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The partition key as written; absent: none. */
  readonly partitionText?: string;
  /** So many expressions of the sort key are the primary key as it was written; absent: all. */
  readonly primaryKey?: number;
  /** Id of the column that SAMPLE goes by; absent: none. */
  readonly sampleBy?: number;
  /** Columns that no segment has; absent: none. */
  readonly virtual?: readonly VirtualColumn[];
  /** What must hold of rows that are written; absent: nothing. */
  readonly constraints?: readonly Constraint[];
  /** What it keeps of its rows a second time; absent: nothing. */
  readonly projections?: readonly Projection[];
  /** Above every id that a projection of the table ever had; absent while there was none. */
  readonly nextProjectionId?: number;
  /** The table whose projection it keeps (database/projection); absent: it is a table of its own. */
  readonly projectionOf?: { readonly tableId: number; readonly projectionId: number };
  /** Whose rows its own are; absent: nobody's. */
  readonly through?: Through;
  /** Of a view, which is a table without rows: one list of names, one record for all that happens to them. */
  readonly view?: ViewInfo;
};

export const optionsOf = (table: TableDefinition): TableOptions => table.options as TableOptions;

export const isTemporary = (table: TableDefinition): boolean => optionsOf(table).temporary === true;

/** It is there, and nobody sees it: detached, or dropped a while ago. */
export const isHidden = (table: TableDefinition): boolean =>
  optionsOf(table).detached !== undefined || isDropped(table);

export const isDropped = (table: TableDefinition): boolean => optionsOf(table).dropped !== undefined;

/** Nobody sees it, but queries of the table that it belongs to. */
export const isProjection = (table: TableDefinition): boolean => optionsOf(table).projectionOf !== undefined;

export const projectionsOf = (table: TableDefinition): readonly Projection[] =>
  optionsOf(table).projections ?? [];

/** Views, and tables that stand for others: nothing is ever written to them. */
export const hasRows = (table: TableDefinition): boolean =>
  optionsOf(table).view === undefined && optionsOf(table).through === undefined;

export const isView = (table: TableDefinition): boolean => optionsOf(table).view !== undefined;

/** Under which the manifest keeps when a materialized view was refreshed. */
export const refreshKey = (tableId: number): string => `refresh/${tableId}`;

/** What goes with tables that are dropped. */
export const forgotten = (tables: readonly TableDefinition[]): readonly (readonly [string, null])[] =>
  tables.flatMap((table) =>
    optionsOf(table).view?.materialized?.refresh === undefined ? [] : [[refreshKey(table.id), null] as const],
  );

/** The columns that have names, in the order of the table. */
export const namedColumns = ({ columns }: Pick<TableDefinition, 'columns'>): readonly ColumnDefinition[] =>
  columns.filter((c) => c.computed?.kind !== 'key');

/** The columns that rows can give. */
export const givenColumns = ({ columns }: Pick<TableDefinition, 'columns'>): readonly ColumnDefinition[] =>
  columns.filter(({ computed = null }) => computed === null || computed.kind === 'default');

/** What rows are sorted by that is no named column. */
export const keysOf = ({ columns }: Pick<TableDefinition, 'columns'>): readonly KeyExpression[] =>
  columns.flatMap(({ id, type, computed }) =>
    computed?.kind === 'key' ? [{ id, type, expr: computed.expr, text: computed.text }] : [],
  );

/** Ids of the columns that rows are sorted by, and of those that are read for it. */
export const sortColumns = (table: Pick<TableDefinition, 'columns' | 'sortKey'>): readonly number[] => [
  ...table.sortKey,
  ...columnsOf(...keysOf(table).map(({ expr }) => expr)),
];

/** ClickHouse's word for where a table is; temporary ones are in no database. */
export const databaseOfTable = ({ schema, temporary }: Pick<TableOptions, 'schema' | 'temporary'>): string =>
  temporary === true ? '' : schema === MAIN_SCHEMA ? 'default' : schema;

/** The store's one flat list: a table outside of the default schema is `schema.name`. */
export const storedName = (schema: string, name: string): string =>
  schema === MAIN_SCHEMA ? name : `${schema}.${name}`;

/** Value of a column in rows that do not give it. */
export const defaultOf = (type: LogicalType, given: Value): Value =>
  given !== null || type.nullable ? given : zeroOf(type);

/** A bound column as the store takes it; `computed` is over ids already. */
export const definitionOf = (id: number, c: ColumnSpec): ColumnDefinition => ({
  id,
  name: c.name,
  type: c.type,
  default: defaultOf(c.type, c.defaultValue),
  bitmap: 'auto',
  ...(c.comment === null ? {} : { comment: c.comment }),
  ...(c.codec === undefined ? {} : { codec: c.codec }),
  ...(c.computed === undefined ? {} : { computed: c.computed }),
});
