/**
 * What binding needs from outside: the catalog as it looks now, parameters, time zone, the moment. All values;
 * nothing here reaches for a clock or a file.
 */

import type { Dialect, LookupEntries } from '../../engine/function/row.ts';
import type { ColumnCodec } from '../../engine/plan/column-codec.ts';
import type { ComputedColumn, Constraint, KeyExpression, VirtualColumn } from '../../engine/plan/computed.ts';
import type { Plan } from '../../engine/plan/node.ts';
import type { Projection } from '../../engine/plan/projection.ts';
import type { RowPolicy } from '../../engine/plan/row-policy.ts';
import type { SkipIndex } from '../../engine/plan/skip-index.ts';
import type { LogicalType, Value } from '../../engine/type/type.ts';
import type { Settings } from '../ast/statement.ts';

export type ColumnInfo = {
  readonly id: number;
  readonly name: string;
  readonly type: LogicalType;
  /** Value of rows that do not give one; null means NULL, or the type's default where it is not nullable. */
  readonly defaultValue: Value;
  readonly comment?: string;
  readonly codec?: ColumnCodec;
  /** What its values are of: default where no row gives them, materialized always. */
  readonly computed?: ComputedColumn;
};

export type TableKey = { readonly schema: string; readonly name: string };

/** Months or seconds, not both. */
export type Period = { readonly months: number; readonly seconds: number };

/** When a materialized view is made anew, rather than fed. */
export type RefreshInfo = {
  readonly kind: 'every' | 'after';
  readonly period: Period;
  readonly offset: Period;
  /** A moment is chosen in so many seconds around. */
  readonly spreadSeconds: number;
  readonly dependsOn: readonly TableKey[];
  readonly appends: boolean;
  /** Of a refresh that failed. */
  readonly retries: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  /** When it was made EMPTY; null: it was filled at once. */
  readonly emptySinceMs: number | null;
  /** The clause as SHOW CREATE has it. */
  readonly text: string;
};

export type Materialized = {
  /** Each insert into it goes through the query; null: nothing does. */
  readonly source: TableKey | null;
  readonly target: TableKey;
  /** Absent: each insert into the source feeds it. */
  readonly refresh?: RefreshInfo;
  /** The target goes with the view. */
  readonly isInner: boolean;
};

/** A column of a dictionary besides its name and type. */
export type DictionaryAttribute = {
  /** What it is where the source has NULL in a column that takes none, or a key has no row. */
  readonly defaultValue: Value;
  /** As written, empty: none. */
  readonly defaultText: string;
  readonly expressionText: string;
  readonly isHierarchical: boolean;
  readonly isInjective: boolean;
};

/** What a dictionary is besides the query that its rows come from. */
export type DictionaryInfo = {
  /** In the order of the columns; columns of the key come first, as they stand in the key. */
  readonly attributes: readonly DictionaryAttribute[];
  /** So many columns are the key. */
  readonly keys: number;
  /** What keys are: values of one column, tuples of several (or of what may be NULL), or prefixes of addresses. */
  readonly keyKind: 'value' | 'tuple' | 'prefix';
  /** Place of the column with the key of a row's parent; null: rows have none. */
  readonly parent: number | null;
  /** As ClickHouse calls it in system.dictionaries. */
  readonly type: string;
  /** What a key's second row does: the last one stays, or the first. */
  readonly keepsLast: boolean;
  /** Loaded anew for every query. */
  readonly isDirect: boolean;
  /** 0 seconds at most: never loaded anew by itself. */
  readonly lifetime: { readonly minSeconds: number; readonly maxSeconds: number };
  /** Places of columns. */
  readonly range: { readonly from: number; readonly to: number; readonly latest: boolean } | null;
  /** Of the query that loads it. */
  readonly settings: Settings;
  /** Clauses as written, for SHOW CREATE. */
  readonly clauses: readonly string[];
  /** What system.dictionaries says of the source. */
  readonly sourceName: string;
};

/** The query of a view. */
export type ViewInfo = {
  readonly text: string;
  readonly dialect: Dialect;
  /** What names without a schema are looked up in. */
  readonly schema: string;
  /** Of each column of the view, the name it has in the query. */
  readonly outputs: readonly string[];
  /** Of a materialized view, whose rows are those of a table; absent of others. */
  readonly materialized?: Materialized;
  /** Of a dictionary, whose rows are those of the query when it was loaded; absent of others. */
  readonly dictionary?: DictionaryInfo;
  /** By whose rights it reads, as it says; absent: it says nothing. There is one user, so that this changes no answer. */
  readonly security?: { readonly kind: 'DEFINER' | 'INVOKER' | 'NONE'; readonly definer: string | null };
  /** Names that it must be given values for; a view with parameters has no columns by itself. */
  readonly parameters: readonly string[];
};

/** What a table without rows of its own stands for. */
export type Through =
  /** All tables of the schema in whose names the RE2 pattern is found, but itself. */
  | { readonly kind: 'alike'; readonly schema: string; readonly pattern: string }
  | { readonly kind: 'table'; readonly schema: string; readonly name: string }
  /** A path or an address; `format` null: what it ends with says. */
  | {
      readonly kind: 'file';
      readonly isRemote: boolean;
      readonly path: string;
      readonly format: string | null;
    }
  /** A file in the data folder that is its own. */
  | { readonly kind: 'own file'; readonly format: string }
  /** `seed` null: other rows each time. */
  | {
      readonly kind: 'random';
      readonly seed: bigint | null;
      readonly mostCharacters: bigint;
      readonly mostElements: bigint;
    };

export type TableInfo = {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** It is a session's own; absent: everybody's. */
  readonly isTemporary?: boolean;
  readonly columns: readonly ColumnInfo[];
  readonly timeColumn: string | null;
  /** Ids of the columns that sort its rows; absent: none. */
  readonly sortKey?: readonly number[];
  /** Ids of the columns that sort its rows or cut them into partitions, or that are read for it; absent: none. */
  readonly keyColumns?: readonly number[];
  /** As ClickHouse calls it; absent of tables that are not stored. */
  readonly engine?: string;
  /** What becomes of its rows of equal sort key; absent: they stay. */
  readonly policy?: RowPolicy;
  readonly comment?: string;
  /** Of a view; absent of what has rows of its own. */
  readonly view?: ViewInfo;
  /** Whose rows its own are; absent: nobody's. */
  readonly through?: Through;
  /** Its data-skipping indexes; absent: none. */
  readonly indexes?: readonly SkipIndex[];
  /** As they were written with it; absent: none. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What it keeps of its rows a second time; absent: nothing. */
  readonly projections?: readonly Projection[];
  /** Columns that no segment has; absent: none. */
  readonly virtual?: readonly VirtualColumn[];
  /** What must hold of its rows; absent: nothing. */
  readonly constraints?: readonly Constraint[];
  /** What rows are sorted by that is no column; absent: nothing. */
  readonly keys?: readonly KeyExpression[];
  /** Id of the column, or the key, that SAMPLE goes by; absent: none. */
  readonly sampleBy?: number;
  /** Types of the partition key's expressions; absent: none. */
  readonly partitionTypes?: readonly LogicalType[];
};

/** A function written in SQL; it is there in the dialect it was written in. */
export type SqlFunction = {
  readonly name: string;
  readonly dialect: Dialect;
  /** Texts of defaults; null: none. */
  readonly parameters: readonly { readonly name: string; readonly defaultText: string | null }[];
  /** An expression, or a query. */
  readonly text: string;
  readonly givesRows: boolean;
};

/** A table, or a schema, that is there and that nobody sees. */
export type DetachedTable = {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly isDictionary: boolean;
  /** At the next start, too. */
  readonly isPermanent: boolean;
};

/** A table that was dropped, and that UNDROP brings back for a while. */
export type DroppedTable = {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly engine: string;
  /** Milliseconds since the epoch: from then on it may be gone. */
  readonly untilMs: number;
};

export interface CatalogView {
  /** `schema` null: the session's. Names as stored; case rules are the binder's. */
  table(schema: string, name: string): TableInfo | undefined;
  tables(): readonly TableInfo[];
  schemas(): readonly string[];
  /** Those of attached schemas. */
  detachedTables(): readonly DetachedTable[];
  detachedSchemas(): readonly string[];
  /** Those of attached schemas, in the order in which they were dropped. */
  droppedTables(): readonly DroppedTable[];
  /** Empty: none. */
  schemaComment(schema: string): string;
  functions(): readonly SqlFunction[];
  /** A lookup of Druid's. */
  lookup(name: string): LookupEntries | undefined;
}

/** Files that a statement reads as a table. */
export type FileRequest = {
  /** As written: paths, which may hold wildcards, or addresses. */
  readonly paths: readonly string[];
  /** They are addresses. */
  readonly isRemote: boolean;
  /** A name of the table of formats; null: what the path's extension says. */
  readonly format: string | null;
  /** Names and types as given; null: what the files say. */
  readonly columns: readonly { readonly name: string; readonly type: LogicalType }[] | null;
  /** `key=value` folders become columns; null: where all files have them. */
  readonly hivePartitioning: boolean | null;
  /** Columns of all files, NULL where one lacks them; else all files must have the same. */
  readonly unionByName: boolean;
  /** Of delimited text; null: the format's. */
  readonly delimiter: string | null;
  /** Whether delimited text begins with a line of names; null: looked at. */
  readonly header: boolean | null;
};

/** What a table of the engine File holds. */
export type OwnFileRequest = {
  readonly ownFile: number;
  readonly format: string;
  readonly columns: readonly { readonly name: string; readonly type: LogicalType }[];
};

export type InputRequest = {
  /** The rows that came with the statement, in this format. */
  readonly dataFormat: string;
  readonly columns: readonly { readonly name: string; readonly type: LogicalType }[];
};

/** Rows that stand in the statement. */
export type TextRequest = {
  readonly text: string;
  readonly format: string;
  /** null: what the rows say. */
  readonly columns: readonly { readonly name: string; readonly type: LogicalType }[] | null;
};

export type TableRequest = FileRequest | OwnFileRequest | ExternRequest | InputRequest | TextRequest;

/** What an ingestion spec could read, as Druid's specs have it: `inputSource` and `inputFormat` are JSON values. */
export type ExternRequest = {
  readonly source: unknown;
  readonly format: unknown;
  readonly columns: readonly { readonly name: string; readonly type: LogicalType }[];
};

export interface FileView {
  /** The files as a table. Throws something of its own where it has to read them first; binding then begins again. */
  table(request: TableRequest): TableInfo;
}

/** Rows of the database, for statements whose meaning hangs on them. */
export interface RowsView {
  /** The texts of a plan's one column. Throws something of its own where they have to be read first; binding then begins again. */
  texts(plan: Plan): readonly string[];
}

/** What a caller passes for `?`, `$1`, `:name`, `{name:Type}`. */
export type ParameterValue = null | boolean | number | bigint | string | Date;

export type Parameter = ParameterValue | { readonly value: ParameterValue; readonly type: LogicalType };

export type BindContext = {
  readonly dialect: Dialect;
  readonly catalog: CatalogView;
  /** The session's own, which a name without a schema means first; absent: none can be seen. */
  readonly temporary?: readonly TableInfo[];
  /** Of rows that come with the statement; absent: none do. */
  readonly dataFormat?: string;
  /** Absent: no files can be read. */
  readonly files?: FileView;
  /** Absent: no rows can be read, since what is bound is kept. */
  readonly rows?: RowsView | undefined;
  readonly parameters: readonly Parameter[] | Readonly<Record<string, Parameter>>;
  /** IANA zone of the session. */
  readonly timeZone: string;
  /** The one that settings of the statement itself name; null: none. Absent: they cannot. */
  readonly timeZoneOf?: (own: Settings) => string | null;
  /** Milliseconds since the epoch; what is bound with it holds for one statement. null: each row has its moment, that of its writing. */
  readonly now: (() => number) | null;
  /** Rows of a table as it is; absent: not known. */
  readonly rowsOf?: (tableId: number) => number;
  /** The session's schema, in Basalt's own word (`main`, or another). */
  readonly schema: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly user?: string;
  readonly version?: string;
  readonly hostName?: string;
};

/** The one default schema has a name per door. */
const DEFAULT_SCHEMA: Record<Dialect, string> = { standard: 'main', druid: 'druid', clickhouse: 'default' };

/** Every door's word for the default schema means `main`; without regard to case in the standard dialect, whose information_schema is small. */
export function schemaOf(dialect: Dialect, name: string): string {
  if (name === DEFAULT_SCHEMA[dialect]) return 'main';
  const small = name.toLowerCase();
  return dialect === 'standard' && (small === 'main' || small === 'information_schema') ? small : name;
}

/** `main` under the door's own name. */
export const shownSchema = (dialect: Dialect, name: string): string =>
  name === 'main' ? DEFAULT_SCHEMA[dialect] : name;
