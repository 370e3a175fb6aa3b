/**
 * Statements as written.
 */

import type { AlterTable, ExchangeTables, PartitionName, RenameTables } from './alter.ts';
import type { CreateDictionary, DropDictionary, ReloadDictionary } from './dictionary.ts';
import type { Expression, Identifier, SortItem, Span, TypeName } from './expression.ts';
import type { Query, SelectItem, TableExpression } from './query.ts';
import type { Refresh, RefreshCommand } from './refresh.ts';

/** Schema (or null) and name of a table. */
export type TableName = Span & {
  readonly schema: Identifier | null;
  readonly name: Identifier;
  /** A temporary one was said; false: whichever is found. */
  readonly isTemporary: boolean;
};

export type SettingValue = string | number | bigint | boolean | null;
export type Settings = Readonly<Record<string, SettingValue>>;

/** What every statement may carry: `FORMAT x`, `SETTINGS a = b`, Druid's leading `SET a = b;`. */
export type Output = {
  readonly format: string | null;
  readonly settings: Settings;
  /** ClickHouse's ON CLUSTER. */
  readonly cluster: (Span & { readonly name: string }) | null;
};

export type ColumnDefinition = Span & {
  readonly name: Identifier;
  readonly type: TypeName | null;
  readonly notNull: boolean;
  /** `NULL` was written out: ClickHouse makes the type Nullable. */
  readonly explicitNull: boolean;
  readonly value: ColumnValue | null;
  /** When values of the column become its default. */
  readonly ttl: Expression | null;
  readonly comment: string | null;
  readonly codec: readonly CodecStep[] | null;
  readonly checks: readonly ConstraintDefinition[];
};

/** CHECK and ASSUME; `name` null: none was given. */
export type ConstraintDefinition = Span & {
  readonly name: Identifier | null;
  readonly kind: 'check' | 'assume';
  readonly value: Expression;
  /** Where the expression stands, parentheses and all. */
  readonly text: Span;
};

/** What a column's values are where no row gives them (default, ephemeral), or always. `value` null: EPHEMERAL alone. */
export type ColumnValue = {
  readonly kind: 'default' | 'materialized' | 'alias' | 'ephemeral';
  readonly value: Expression | null;
  /** Where the expression stands, parentheses and all. */
  readonly text: Span;
};

/** One of CODEC(...), its name as written. */
export type CodecStep = Span & { readonly name: string; readonly args: readonly Expression[] };

/** When rows go: once `expires` lies in the past, those for which `where` is true. */
export type TtlElement = Span & { readonly expires: Expression; readonly where: Expression | null };

/** A data-skipping index. */
export type IndexDefinition = Span & {
  readonly name: Identifier;
  readonly value: Expression;
  /** Where the expression stands, parentheses and all. */
  readonly text: Span;
  /** null: none was given. */
  readonly type: { readonly name: Identifier; readonly args: readonly Expression[] | null } | null;
  readonly granularity: number;
};

/** A query of the table's own rows: groups of them, or all of them in another order. */
export type ProjectionDefinition = Span & {
  readonly name: Identifier;
  readonly query: Query;
};

export type CreateTable = {
  readonly kind: 'create table';
  readonly table: TableName;
  readonly ifNotExists: boolean;
  readonly orReplace: boolean;
  readonly columns: readonly ColumnDefinition[];
  readonly indexes: readonly IndexDefinition[];
  readonly projections: readonly ProjectionDefinition[];
  readonly constraints: readonly ConstraintDefinition[];
  readonly engine: { readonly name: Identifier; readonly args: readonly Expression[] } | null;
  readonly partitionBy: Expression | null;
  readonly orderBy: readonly SortItem[] | null;
  readonly primaryKey: Expression | null;
  readonly sampleBy: Expression | null;
  readonly ttl: readonly TtlElement[];
  readonly tableSettings: Settings;
  /** Those among them that no table has: they are the statement's. */
  readonly statementSettings: Settings;
  readonly comment: string | null;
  readonly empty: boolean;
  readonly as: Query | null;
  readonly like: TableName | null;
};

/** `type` null: that of the query's column. Without any types the names are given to the query's columns in order. */
export type ViewColumn = Span & {
  readonly name: Identifier;
  readonly type: TypeName | null;
  readonly comment: string | null;
};

/** By whose rights a view's query reads. */
export type ViewSecurity = Span & {
  readonly kind: 'DEFINER' | 'INVOKER' | 'NONE';
  /** null: whoever makes the statement, or nobody is meant. */
  readonly definer: (Span & { readonly name: string }) | null;
};

export type CreateView = {
  readonly kind: 'create view';
  readonly view: TableName;
  readonly ifNotExists: boolean;
  readonly orReplace: boolean;
  readonly columns: readonly ViewColumn[];
  readonly query: Query;
  /** The query's, where it is not written out. */
  readonly text: string | null;
  readonly comment: string | null;
  /** null: nothing is said of it. */
  readonly security: ViewSecurity | null;
};

/** A view that writes what its query makes of each insert into a table. */
export type CreateMaterializedView = {
  readonly kind: 'create materialized view';
  readonly view: TableName;
  readonly ifNotExists: boolean;
  /** null: into a table of its own. */
  readonly to: TableName | null;
  /** That table; `empty` unless it begins with what the query finds (POPULATE). */
  readonly inner: CreateTable;
  readonly query: Query;
  readonly comment: string | null;
  readonly security: ViewSecurity | null;
  /** null: each insert goes through the query. */
  readonly refresh: Refresh | null;
  /** Its first refresh is not now. */
  readonly isEmpty: boolean;
};

export type FunctionParameter = {
  readonly name: Identifier;
  /** With where it stands, parentheses and all. */
  readonly defaultValue: { readonly value: Expression; readonly text: Span } | null;
};

export type CreateFunction = {
  readonly kind: 'create function';
  readonly name: Identifier;
  readonly ifNotExists: boolean;
  readonly orReplace: boolean;
  readonly parameters: readonly FunctionParameter[];
  /** A value, or rows. */
  readonly body: Expression | Query;
  /** Where it stands, parentheses and all. */
  readonly text: Span;
  readonly givesRows: boolean;
};

export type Insert = {
  readonly kind: 'insert';
  readonly table: TableName;
  /** INSERT INTO FUNCTION, in the place of the table; null: the table. */
  readonly into: Extract<TableExpression, { kind: 'function' }> | null;
  readonly columns: readonly Identifier[];
  /** The query's columns go to those of their names. */
  readonly byName: boolean;
  /** ClickHouse's `* EXCEPT (...)`: `columns` are those that are left out. */
  readonly allBut: boolean;
  /** The data follows outside of the statement, in this format. */
  readonly dataFormat: string | null;
  /** null beside no format: one row of defaults. */
  readonly query: Query | null;
  readonly returning: Returning;
};

/** Druid's INSERT and REPLACE, which say how the table lies and make it where it is missing. */
export type Ingest = Span & {
  readonly kind: 'ingest';
  readonly word: 'INSERT' | 'REPLACE';
  readonly table: TableName;
  /** A condition on the time; null: rows are added. */
  readonly overwrites: Expression | 'all' | null;
  readonly query: Query;
  readonly partitionedBy: Expression | 'all' | null;
  readonly clusteredBy: readonly SortItem[];
};

export type Assignment = Span & { readonly name: Identifier; readonly value: Expression };

/** What is answered of each row that was written or is gone; null: nothing. */
export type Returning = readonly SelectItem[] | null;

export type Delete = {
  readonly kind: 'delete';
  readonly table: TableName;
  readonly alias: Identifier | null;
  /** USING: tables that the condition reads, too. */
  readonly using: readonly TableExpression[];
  /** ClickHouse: IN PARTITION. */
  readonly partition: PartitionName | null;
  readonly where: Expression | null;
  readonly returning: Returning;
};

export type Update = {
  readonly kind: 'update';
  readonly table: TableName;
  readonly alias: Identifier | null;
  readonly assignments: readonly Assignment[];
  /** FROM: tables that values and the condition read, too. */
  readonly from: readonly TableExpression[];
  readonly partition: PartitionName | null;
  readonly where: Expression | null;
  readonly returning: Returning;
};

/** ClickHouse: what a column is computed of, for rows that are there. */
export type MaterializeColumn = Span & {
  readonly kind: 'materialize column';
  readonly table: TableName;
  readonly name: Identifier;
  readonly ifExists: boolean;
  readonly partition: PartitionName | null;
};

/** Changes of rows in one ALTER TABLE, one after the other. */
export type AlterRows = {
  readonly kind: 'alter rows';
  readonly changes: readonly (Delete | Update | MaterializeColumn)[];
};

export type CreateDatabase = {
  readonly kind: 'create database';
  readonly name: Identifier;
  readonly ifNotExists: boolean;
  readonly comment: string | null;
};

/** TRUNCATE DATABASE drops what is in it, TRUNCATE TABLES FROM empties tables. */
export type TruncateDatabase = {
  readonly kind: 'truncate database';
  readonly name: Identifier;
  readonly ifExists: boolean;
  readonly drops: boolean;
  readonly like: Pattern | null;
};

/** ClickHouse: what has the name is there and nobody sees it, until the next start or, if permanently, until it is attached. */
export type Detach = {
  readonly kind: 'detach table';
  readonly of: TableKind;
  readonly table: TableName;
  readonly ifExists: boolean;
  readonly permanently: boolean;
};

export type Attach = {
  readonly kind: 'attach table';
  readonly of: 'table' | 'dictionary';
  readonly table: TableName;
  readonly ifNotExists: boolean;
};

/** Whether KILL QUERY waits until queries have ended, or only says which they are. */
export type KillMode = 'sync' | 'async' | 'test';

export type Pattern = { readonly text: string; readonly negated: boolean; readonly caseless: boolean };

/** ClickHouse: columns and indexes as MySQL shows them. */
export type ShowOfTable = {
  readonly kind: 'show columns' | 'show indexes';
  readonly table: TableName;
  readonly full: boolean;
  readonly like: Pattern | null;
};

/** Lists of what a server has, each a query over system tables. */
export type ListName =
  | 'settings'
  | 'changed settings'
  | 'setting'
  | 'functions'
  | 'processlist'
  | 'merges'
  | 'engines'
  | 'clusters'
  | 'users'
  | 'roles'
  | 'grants';

/** ClickHouse: those of a list whose names are alike. */
export type ShowList = {
  readonly kind: 'show list';
  readonly list: ListName;
  readonly like: Pattern | null;
};

/** What SYSTEM asks for: what is always so, memory of what files say, merges that wait or go on. */
export type SystemCommand =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'drop caches' }
  | { readonly kind: 'merges'; readonly run: boolean };

export type System = {
  readonly kind: 'system';
  readonly command: SystemCommand;
  /** null: all, or none is meant. */
  readonly table: TableName | null;
};

/** The plan as text, the statement as it was parsed or bound, the stages it would run in, with what indexes leave of tables, the operators as they ran, Druid's row of JSON, or what of each table would be read. */
export type ExplainForm =
  | 'plan'
  | 'syntax'
  | 'ast'
  | 'query tree'
  | 'pipeline'
  | 'indexes'
  | 'analyze'
  | 'druid'
  | 'estimate';

/** What a name can stand for. */
export type TableKind = 'table' | 'view' | 'dictionary';

export type StatementBody =
  | { readonly kind: 'query'; readonly query: Query }
  | Insert
  | Ingest
  | CreateTable
  | CreateView
  | CreateMaterializedView
  | CreateDictionary
  | DropDictionary
  | ReloadDictionary
  | RefreshCommand
  | CreateFunction
  | { readonly kind: 'drop function'; readonly name: Identifier; readonly ifExists: boolean }
  | { readonly kind: 'drop view'; readonly views: readonly TableName[]; readonly ifExists: boolean }
  | Delete
  | Update
  | AlterRows
  | {
      readonly kind: 'drop table';
      readonly tables: readonly TableName[];
      readonly ifExists: boolean;
      /** UNDROP is not to bring it back. */
      readonly sync: boolean;
    }
  | { readonly kind: 'truncate table'; readonly table: TableName; readonly ifExists: boolean }
  | Detach
  | Attach
  | { readonly kind: 'undrop table'; readonly table: TableName }
  | { readonly kind: 'detach database'; readonly name: Identifier; readonly ifExists: boolean }
  | { readonly kind: 'attach database'; readonly name: Identifier; readonly ifNotExists: boolean }
  | AlterTable
  | RenameTables
  | ExchangeTables
  | CreateDatabase
  | { readonly kind: 'rename database'; readonly from: Identifier; readonly to: Identifier }
  | { readonly kind: 'comment database'; readonly name: Identifier; readonly text: string }
  | TruncateDatabase
  | { readonly kind: 'show create database'; readonly name: Identifier }
  | {
      readonly kind: 'drop database';
      readonly name: Identifier;
      readonly ifExists: boolean;
      /** With tables in it, it stays. */
      readonly onlyEmpty: boolean;
    }
  | {
      readonly kind: 'show tables' | 'show dictionaries';
      readonly schema: Identifier | null;
      readonly onlyTemporary: boolean;
      readonly like: Pattern | null;
    }
  | { readonly kind: 'show databases'; readonly like: Pattern | null }
  | ShowOfTable
  | ShowList
  | { readonly kind: 'show create table'; readonly table: TableName }
  /** `text`: what is written of the table or the query. */
  | { readonly kind: 'summarize'; readonly query: Query; readonly text: Span; readonly isTable: boolean }
  | { readonly kind: 'pragma'; readonly name: Identifier; readonly argument: string | null }
  | { readonly kind: 'show all tables'; readonly where: Span }
  | { readonly kind: 'describe'; readonly table: TableName | null; readonly query: Query | null }
  | { readonly kind: 'exists table'; readonly table: TableName; readonly of: TableKind | null }
  | { readonly kind: 'exists database'; readonly name: Identifier }
  | { readonly kind: 'use'; readonly name: Identifier }
  | { readonly kind: 'set'; readonly settings: Settings }
  | {
      readonly kind: 'explain';
      readonly form: ExplainForm;
      readonly statement: StatementBody;
    }
  | Copy
  | CopyFrom
  | {
      readonly kind: 'check table';
      readonly table: TableName;
      readonly partition: PartitionName | null;
    }
  | {
      readonly kind: 'optimize table';
      readonly table: TableName;
      readonly partition: PartitionName | null;
      readonly final: boolean;
      readonly deduplicates: boolean;
      /** Columns in which duplicates are equal; null: all. */
      readonly by: readonly SelectItem[] | null;
    }
  | System
  | { readonly kind: 'kill query'; readonly where: Expression; readonly mode: KillMode };

export type Statement = Span & {
  readonly text: string;
  readonly body: StatementBody;
  readonly output: Output;
};

/** COPY ... TO. */
export type Copy = {
  readonly kind: 'copy';
  readonly query: Query;
  readonly path: string;
  readonly options: readonly CopyOption[];
} & Span;

export type CopyFrom = {
  readonly kind: 'copy from';
  readonly table: TableName;
  /** None: all of the table. */
  readonly columns: readonly Identifier[];
  readonly path: string;
  readonly options: readonly CopyOption[];
} & Span;

/** `value`: true where only the name stands; a list of names is what stands in parentheses. */
export type CopyOption = {
  readonly name: Identifier;
  readonly value: SettingValue | readonly Identifier[];
};
