/**
 * Bound statements: everything the database needs to do one, with no names left to resolve and no dialect.
 *
 * Statements that only answer from the catalog (SHOW, DESCRIBE, EXISTS) are queries over literal rows.
 */

import type { Position } from '../../engine/base/error.ts';
import type { ColumnCodec } from '../../engine/plan/column-codec.ts';
import type { ComputedColumn, Constraint, KeyExpression, VirtualColumn } from '../../engine/plan/computed.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import type { Plan, Schema } from '../../engine/plan/node.ts';
import type { CombineRule, RowPolicy } from '../../engine/plan/row-policy.ts';
import type { SkipIndex } from '../../engine/plan/skip-index.ts';
import type { TableLimits, TtlRule } from '../../engine/plan/ttl.ts';
import type { LogicalType, Value } from '../../engine/type/type.ts';
import type { RefreshAction } from '../ast/refresh.ts';
import type { ExplainForm, KillMode, Settings, SystemCommand } from '../ast/statement.ts';
import type { RefreshInfo, SqlFunction, Through, ViewInfo } from '../bind/context.ts';
import type { ProjectionSpec } from './projection.ts';

/** Settings of a table, all of them or those that change. */
export type BoundTableSettings = {
  /** As SHOW CREATE TABLE has them; null: it says nothing of it any more. */
  readonly written: Readonly<Record<string, string | null>>;
  /** null: the server's. */
  readonly limits: { readonly [K in keyof TableLimits]: number | null };
  /** null: none; absent: it stays. */
  readonly codec?: ColumnCodec | null;
};

/** Of every statement: the output format asked for, and settings for this statement only. */
export type Output = {
  readonly format: string | null;
  readonly settings: Settings;
  /** It answers how each node of a cluster did. */
  readonly onCluster: boolean;
};

export type ColumnSpec = {
  readonly name: string;
  readonly type: LogicalType;
  /** Value of rows that do not give one; null means NULL, or the type's default where it is not nullable. */
  readonly defaultValue: Value;
  readonly comment: string | null;
  /** Absent: the table's. */
  readonly codec?: ColumnCodec;
  /** Over the table's columns: their positions, then the ids of what is virtual. */
  readonly computed?: ComputedColumn;
};

export type CreateTableSpec = {
  /** Basalt's own schema name. */
  readonly schema: string;
  readonly name: string;
  /** In the session, whatever the schema; absent: it is not. */
  readonly isTemporary?: boolean;
  readonly columns: readonly ColumnSpec[];
  /** Their ids follow those of the columns. */
  readonly virtual: readonly VirtualColumn[];
  /** Over the ids of both. */
  readonly constraints: readonly Constraint[];
  /** Their ids follow those of what is virtual. */
  readonly keys: readonly KeyExpression[];
  /** Over the table's columns: index i is columns[i]. */
  readonly partitionBy: readonly Expr[];
  /** As written; null: none. */
  readonly partitionText: string | null;
  /** Positions in `columns`, and ids of `keys`. */
  readonly orderBy: readonly number[];
  /** So many of `orderBy` are the primary key as it was written; null: all. */
  readonly primaryKey: number | null;
  /** Of `orderBy`: what SAMPLE goes by; null: nothing. */
  readonly sampleBy: number | null;
  /** The column time partitions, retention and Druid's `__time` go by; null when there is no timestamp. */
  readonly timeColumn: string | null;
  /** As written (`MergeTree`); null when the dialect needs none. */
  readonly engine: string | null;
  /** As written, without parentheses. */
  readonly engineArguments: string;
  /** Absent: rows of its own. */
  readonly through?: Through;
  /** What becomes of rows of equal sort key; columns are positions in `columns`. */
  readonly policy: RowPolicy;
  readonly ttl: readonly TtlRule[];
  /** Columns are positions in `columns`; so are ids in the list. */
  readonly indexes: readonly SkipIndex[];
  /** Columns are positions in `columns`. */
  readonly projections: readonly ProjectionSpec[];
  readonly tableSettings: BoundTableSettings;
  readonly comment: string | null;
};

export type ViewSpec = {
  /** Basalt's own schema name. */
  readonly schema: string;
  readonly name: string;
  readonly isTemporary?: boolean;
  /** None where it has parameters. */
  readonly columns: readonly Pick<ColumnSpec, 'name' | 'type' | 'comment'>[];
  readonly view: ViewInfo;
  readonly comment: string | null;
};

export type IngestFold = Extract<CombineRule, 'sum' | 'min' | 'max' | 'any' | 'states'>;

/** A change of rows that are there. */
export type BoundChange = Bare<'delete'> | Bare<'update'>;

/** What a statement is apart from what every statement has. */
export type Bare<K extends BoundStatement['kind']> = Omit<Extract<BoundStatement, { kind: K }>, keyof Output>;

export type BoundStatement = Output &
  /** `totals` gives one row beside the result, in its columns; null: none. */
  (
    | {
        readonly kind: 'query';
        readonly plan: Plan;
        readonly totals: Plan | null;
        readonly schema: Schema;
      }
    | {
        readonly kind: 'insert';
        readonly tableId: number;
        readonly schema: string;
        readonly table: string;
        /** Columns given, in the order of the source's columns. */
        readonly columnIds: readonly number[];
        /** Columns of a plan behind those given are what is returned. */
        readonly source:
          | { readonly kind: 'plan'; readonly plan: Plan }
          /** `zone`: of times in the rows whose columns have none. */
          | { readonly kind: 'format'; readonly format: string; readonly zone: string };
        /** NULL in a column that takes none stands for what the column is computed of. */
        readonly nullsAreDefaults: boolean;
        readonly returning: Schema | null;
      }
    /** Rows in all columns of a table of the engine File. */
    | {
        readonly kind: 'appendFile';
        readonly tableId: number;
        readonly fileFormat: string;
        readonly plan: Plan;
      }
    /** Rows that are made and kept nowhere. */
    | { readonly kind: 'discard'; readonly plan: Plan }
    /** Druid's INSERT and REPLACE: the table is made, or gets the columns it lacks. */
    | {
        readonly kind: 'ingest';
        readonly schema: string;
        readonly table: string;
        /** Of the name. */
        readonly where: Position;
        /** Those of the plan, in its order; the first is the time, a UTC timestamp of milliseconds. */
        readonly columns: readonly {
          readonly name: string;
          readonly type: LogicalType;
          /** How rows of equal keys become one; null: a key, or rows do not. */
          readonly fold: IngestFold | null;
        }[];
        /** Rows are groups that may be combined further. */
        readonly rollup: boolean;
        /** A granularity of Druid's: a name or a period. */
        readonly partitionedBy: { readonly text: string; readonly where: Position };
        /** Positions in `columns`: how rows of the same time are sorted. */
        readonly clusteredBy: readonly number[];
        /** What the rows take the place of: nothing, everything, or times in milliseconds, ends exclusive and perhaps infinite. */
        readonly replaces: 'all' | readonly (readonly [startMs: number, endMs: number])[] | null;
        readonly plan: Plan;
      }
    /** `plan` gives the number of each row that goes (engine/exec/row-number.ts), and what is returned of it; null: all go. */
    | {
        readonly kind: 'delete';
        readonly tableId: number;
        readonly table: string;
        /** As written, for `system.mutations`. */
        readonly command: string;
        readonly plan: Plan | null;
        /** Only rows of it; null: of all. */
        readonly partition: BoundPartition | null;
        readonly returning: Schema | null;
      }
    | {
        readonly kind: 'update';
        readonly tableId: number;
        readonly table: string;
        readonly command: string;
        /** Columns that the plan gives of each changed row, as they will be; the row's number comes after them, then what is returned. */
        readonly columnIds: readonly number[];
        readonly plan: Plan;
        readonly partition: BoundPartition | null;
        readonly returning: Schema | null;
      }
    /** Changes of rows of one table, one after the other; null: there is nothing to do. */
    | { readonly kind: 'alterRows'; readonly changes: readonly (BoundChange | null)[] }
    | {
        readonly kind: 'createTable';
        /** Of its name. */
        readonly where: Position;
        readonly spec: CreateTableSpec;
        readonly ifNotExists: boolean;
        readonly orReplace: boolean;
        /** CREATE TABLE ... AS another table: what it says of layout holds where this statement says nothing. */
        readonly like: TableRef | null;
        /** CREATE TABLE ... AS: its columns are the spec's columns. */
        readonly as: Plan | null;
      }
    | {
        readonly kind: 'createView';
        /** Of its name. */
        readonly where: Position;
        readonly spec: ViewSpec;
        readonly ifNotExists: boolean;
        readonly orReplace: boolean;
      }
    | {
        readonly kind: 'createDictionary';
        /** Of its name. */
        readonly where: Position;
        readonly spec: ViewSpec;
        readonly ifNotExists: boolean;
        readonly orReplace: boolean;
      }
    | { readonly kind: 'refreshViews'; readonly action: RefreshAction; readonly tableIds: readonly number[] }
    | {
        readonly kind: 'modifySecurity';
        readonly tableId: number;
        readonly security: NonNullable<ViewInfo['security']>;
      }
    | { readonly kind: 'modifyRefresh'; readonly tableId: number; readonly refresh: RefreshInfo }
    /** `onlyLoaded`: others stay as they are. */
    | {
        readonly kind: 'reloadDictionaries';
        readonly tableIds: readonly number[];
        readonly onlyLoaded: boolean;
      }
    | {
        readonly kind: 'createMaterializedView';
        /** Of its name. */
        readonly where: Position;
        readonly spec: ViewSpec;
        /** null: it writes to a table that is there. */
        readonly inner: CreateTableSpec | null;
        /** What the inner table begins with; null: nothing. */
        readonly populate: Plan | null;
        readonly ifNotExists: boolean;
      }
    /** Of a materialized view, from now on. */
    | { readonly kind: 'modifyQuery'; readonly tableId: number; readonly spec: ViewSpec }
    | {
        readonly kind: 'createFunction';
        readonly fn: SqlFunction;
        readonly ifNotExists: boolean;
        readonly orReplace: boolean;
      }
    /** null: there is none. */
    | { readonly kind: 'dropFunction'; readonly fn: SqlFunction | null }
    | {
        readonly kind: 'copyTo';
        /** In the order of the columns it is partitioned by. */
        readonly plan: Plan;
        readonly path: string;
        readonly fileFormat: 'Parquet' | 'CSV' | 'JSONEachRow';
        /** CSV: a line of names first. */
        readonly header: boolean;
        readonly compression: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD';
        /** Positions of columns whose values name folders; none: one file. */
        readonly partitionBy: readonly number[];
      }
    /** `sync`: UNDROP is not to bring them back. */
    | {
        readonly kind: 'dropTable';
        readonly tables: readonly TableRef[];
        readonly ifExists: boolean;
        readonly sync: boolean;
      }
    | { readonly kind: 'undropTable'; readonly tableId: number }
    | { readonly kind: 'detachTable'; readonly table: TableRef; readonly permanently: boolean }
    /** null: there is nothing to do. */
    | { readonly kind: 'attachTable'; readonly tableId: number | null }
    | { readonly kind: 'detachSchema'; readonly name: string | null }
    | { readonly kind: 'attachSchema'; readonly name: string | null }
    | { readonly kind: 'truncateTables'; readonly tables: readonly TableRef[] }
    | {
        readonly kind: 'alterTable';
        readonly table: TableRef;
        readonly commands: readonly BoundColumnCommand[];
        /** Indexes that segments are to have afterwards. */
        readonly materialize: readonly BoundMaterialize[];
        /** What segments are to have of projections afterwards, or not to have any more. */
        readonly projected: readonly BoundProjected[];
      }
    | {
        readonly kind: 'alterPartitions';
        readonly table: TableRef;
        readonly commands: readonly BoundPartitionCommand[];
      }
    /** In order; `to` are new names. */
    | {
        readonly kind: 'renameTables';
        readonly pairs: readonly { readonly from: TableRef; readonly to: TableRef }[];
      }
    | { readonly kind: 'exchangeTables'; readonly left: TableRef; readonly right: TableRef }
    | {
        readonly kind: 'createSchema';
        readonly name: string;
        readonly ifNotExists: boolean;
        readonly comment: string | null;
      }
    | { readonly kind: 'renameSchema'; readonly from: string; readonly to: string }
    | { readonly kind: 'commentSchema'; readonly name: string; readonly text: string }
    | {
        readonly kind: 'dropSchema';
        readonly name: string;
        readonly ifExists: boolean;
        readonly onlyEmpty: boolean;
      }
    | { readonly kind: 'showCreateTable'; readonly table: TableRef }
    | { readonly kind: 'use'; readonly schema: string }
    | { readonly kind: 'set'; readonly values: Settings }
    | {
        readonly kind: 'explain';
        readonly form: ExplainForm;
        readonly statement: BoundStatement;
      }
    | { readonly kind: 'checkTable'; readonly table: TableRef; readonly partition: BoundPartition | null }
    | {
        readonly kind: 'optimizeTable';
        readonly table: TableRef;
        readonly final: boolean;
        readonly partition: BoundPartition | null;
        /** Rows of which there is another; null: they stay. */
        readonly duplicates: BoundChange | null;
      }
    /** `plan` gives the ids of the queries. */
    /** null: all tables. */
    | { readonly kind: 'system'; readonly command: SystemCommand; readonly table: TableRef | null }
    | { readonly kind: 'killQuery'; readonly plan: Plan; readonly mode: KillMode }
  );

/** Behind a column, or first; null where nothing was said. */
export type BoundPlace = { readonly after: string | null } | null;

/** A TTL rule over positions in `names`, columns by the names they have when the commands before are done. */
export type BoundTtl = { readonly rule: TtlRule; readonly names: readonly string[] };

/** What an expression calls columns, and the names they have when the commands before are done. */
export type BoundNames = readonly (readonly [ref: number, name: string])[];

/** Columns by the names they have when the commands before are done. */
export type BoundColumnCommand =
  | {
      readonly kind: 'add';
      readonly column: ColumnSpec;
      /** Of what it is computed. */
      readonly names: BoundNames;
      readonly place: BoundPlace;
      /** null: none. */
      readonly ttl: BoundTtl | null;
    }
  | {
      readonly kind: 'addVirtual';
      readonly column: Omit<VirtualColumn, 'after'>;
      readonly names: BoundNames;
      readonly place: BoundPlace;
    }
  /** The table's own rules, in the place of those it had. */
  | { readonly kind: 'ttl'; readonly rules: readonly BoundTtl[] }
  | { readonly kind: 'drop'; readonly name: string }
  | { readonly kind: 'clear'; readonly name: string; readonly partition: BoundPartition | null }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string }
  | {
      readonly kind: 'modify';
      readonly name: string;
      /** `cast` is over column 0, which has the old type. */
      readonly type: { readonly to: LogicalType; readonly cast: Expr } | null;
      /** `value` null: no default of its own any more. */
      readonly defaultValue: { readonly value: Value } | null;
      /** `to` null: its values are of nothing any more. */
      readonly computed: { readonly to: ComputedColumn | null; readonly names: BoundNames } | null;
      readonly comment: string | null;
      /** `to` null: none of its own any more. */
      readonly codec: { readonly to: ColumnCodec | null } | null;
      /** null: it stays. */
      readonly ttl: BoundTtl | 'remove' | null;
      readonly place: BoundPlace;
    }
  | { readonly kind: 'addIndex'; readonly index: IndexSpec; readonly place: BoundPlace }
  | { readonly kind: 'dropIndex'; readonly name: string }
  | { readonly kind: 'clearIndex'; readonly name: string; readonly partition: BoundPartition | null }
  | {
      readonly kind: 'addProjection';
      readonly projection: ProjectionSpec;
      readonly names: BoundNames;
      readonly place: BoundPlace;
    }
  | { readonly kind: 'dropProjection'; readonly name: string }
  | { readonly kind: 'renameTable'; readonly to: TableRef }
  | { readonly kind: 'addConstraint'; readonly constraint: Constraint; readonly names: BoundNames }
  | { readonly kind: 'dropConstraint'; readonly name: string }
  | { readonly kind: 'commentTable'; readonly text: string }
  | { readonly kind: 'settings'; readonly settings: BoundTableSettings }
  | { readonly kind: 'orderBy'; readonly names: readonly string[] };

export type BoundProjected = BoundMaterialize & { readonly action: 'materialize' | 'clear' };

export type BoundMaterialize = { readonly name: string; readonly partition: BoundPartition | null };

/** An index without its id; its columns are positions in `columns`, which has their names when the commands before are done. */
export type IndexSpec = Omit<SkipIndex, 'id'> & { readonly columns: readonly string[] };

export type BoundPartition =
  | { readonly kind: 'all' }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'value'; readonly values: readonly Value[] }
  | { readonly kind: 'part'; readonly name: string };

export type BoundPartitionCommand = {
  readonly action: 'drop' | 'detach' | 'attach' | 'dropDetached' | 'replace' | 'move' | 'freeze';
  readonly partition: BoundPartition;
  readonly other: TableRef | null;
  readonly name: string | null;
};

/** `id` is null when the table does not exist (IF EXISTS). */
export type TableRef = {
  readonly id: number | null;
  readonly schema: string;
  readonly name: string;
  /** It has no rows of its own. */
  readonly isView: boolean;
  /** Such a view. */
  readonly isDictionary: boolean;
};
