/**
 * What the product looks like from outside: the types of the public door (`database/index.ts`).
 *
 * The server's doors and the library use the same interface; nothing in `server/` reaches further down.
 * Units: times in milliseconds, sizes in bytes.
 */

import type { OperatorProfile, PruningStep, QueryProfile } from '../engine/exec/profile/query-profile.ts';
import type { InputData } from '../engine/format/input-data.ts';
import type { RandomAccess } from '../engine/format/random-access.ts';
import type { Dialect } from '../engine/function/row.ts';
import type { LogicalType } from '../engine/type/type.ts';
import type { Int64Mode, JsValue, ResultBatch, ResultSchema, TimestampMode } from '../engine/vector/batch.ts';

export type { Dialect, OperatorProfile, PruningStep, QueryProfile, RandomAccess };

/** As it was sent: fields beyond those that decide (tiers, replicants) are kept and given back. */
export type DruidRule = Readonly<Record<string, unknown>> & { readonly type: string };

/** One change, as Druid's audit log has it. */
export type RuleChange = {
  readonly key: string;
  readonly type: 'rules';
  readonly auditInfo: { readonly author: string; readonly comment: string; readonly ip: string };
  /** The rules as JSON. */
  readonly payload: string;
  readonly auditTime: string;
};

export type RuleBook = {
  /** Of all datasources that have some, and of `_default`. */
  readonly all: () => Readonly<Record<string, readonly DruidRule[]>>;
  /** @param full with the default rules behind them. */
  readonly rulesOf: (name: string, full: boolean) => readonly DruidRule[];
  /** Sets the rules of a datasource, or of `_default`; an empty list takes them away. INVALID_SPEC. */
  readonly set: (name: string, rules: unknown, audit: Partial<RuleChange['auditInfo']>) => Promise<void>;
  /** Newest first. @param name null: of all. */
  readonly history: (name: string | null, count: number) => readonly RuleChange[];
};

/** A lookup of Druid's, as its API has it. */
export type LookupSpec = {
  /** Of two versions the greater text is the newer one. */
  readonly version: string;
  readonly lookupExtractorFactory: {
    readonly type: 'map';
    readonly map: Readonly<Record<string, string | null>>;
    readonly isOneToOne: boolean;
  };
};

export type LookupBook = {
  /** By tier and name; queries see those of the tier `__default`. */
  readonly all: () => Readonly<Record<string, Readonly<Record<string, LookupSpec>>>>;
  /**
   * Sets lookups by tier and name; others stay as they are. All of them or none: INVALID_SPEC, NOT_IMPLEMENTED for other types than
   * `map`, BAD_ARGUMENTS where a version does not rise.
   */
  readonly set: (lookups: unknown) => Promise<void>;
  /** False: there was none. @param name null: all of the tier */
  readonly drop: (tier: string, name: string | null) => Promise<boolean>;
};

/** Positional parameters, or named ones. Values are JavaScript's; a Date is a timestamp. */
export type Parameters = readonly unknown[] | Readonly<Record<string, unknown>>;

export type QueryOptions = {
  readonly params?: Parameters;
  /** Default 'standard'. */
  readonly dialect?: Dialect;
  readonly signal?: AbortSignal;
  /** How 64-bit integers come out; default 'number', an error beyond 2^53. */
  readonly int64?: Int64Mode;
  /** How timestamps and dates come out; default 'date'. */
  readonly timestamp?: TimestampMode;
  /** IANA name; default 'UTC'. */
  readonly timeZone?: string;
  /** Names of the settings table; values as text or as they are. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Schema unqualified table names are looked up in; default 'main'. */
  readonly schema?: string;
  readonly queryId?: string;
  /** Without a session, SET and USE end with this statement, and those of others do not hold for it: a request of a server. */
  readonly isolated?: boolean;
  /** The session the statement belongs to; default the caller's own, or none where it is isolated. */
  readonly session?: SessionOptions;
  /** Refuses everything that writes. */
  readonly readonly?: boolean;
  /** How far the statement is: at most every `progressIntervalMs`, default 100, and once at its end. */
  readonly onProgress?: (progress: Progress) => void;
  readonly progressIntervalMs?: number;
  /** As `system.query_log` and `system.processes` show it; default 'default'. */
  readonly user?: string;
  /** Where the statement came in; default 'library'. */
  readonly interface?: ClientInterface;
  /**
   * Rows of `INSERT ... FORMAT x` that follow the text, already decompressed. An open file (`fs.promises.open(path)`, read from its
   * start, and left open) is the fastest: its bytes go straight to the threads that parse them. Of a file, a Blob or anything
   * with its `size` and `slice` only the pieces that are needed are read, where the format is Parquet.
   */
  readonly data?: InputData;
};

/** A session of several statements, one at a time: SET, USE and temporary tables hold for all that name its id. */
export type SessionOptions = {
  readonly id: string;
  /** It ends when no statement has come for so long; default 60,000, at most 3,600,000. */
  readonly timeoutMs?: number;
  /** SESSION_NOT_FOUND where it has not begun. */
  readonly mustExist?: boolean;
  /** It ends with this statement. */
  readonly ends?: boolean;
};

export type ClientInterface = 'library' | 'http';

export type Progress = {
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  /** Rows that will be read in all, as far as that was known at the start. */
  readonly rowsToRead: number;
};

export type Statistics = Progress & {
  readonly rowsWritten: number;
  readonly bytesWritten: number;
  readonly resultRows: number;
  readonly resultBytes: number;
  /** Arena bytes held now, cached frames apart. */
  readonly memoryBytes: number;
  readonly peakMemoryBytes: number;
  /** Bytes written to files for want of memory. */
  readonly spilledBytes: number;
};

/** A statement under way. Batches arrive as the executor makes them; leaving the loop early cancels. */
export type RunningQuery = {
  readonly queryId: string;
  /** 'rows' has a result set (perhaps empty); 'done' has none (DDL, inserts). */
  readonly kind: 'rows' | 'done';
  readonly schema: ResultSchema;
  /** IANA zone that timestamps without one are shown in: that of the statement's settings, of the session, or UTC. */
  readonly timeZone: string;
  /** ClickHouse's trailing FORMAT, as written. */
  readonly format: string | null;
  readonly batches: AsyncIterable<ResultBatch>;
  /** The row of ClickHouse's WITH TOTALS, in the result's columns, once the batches have ended; null without it. */
  readonly totals: () => ResultBatch | null;
  /** Final once the batches have ended, live before. */
  readonly statistics: () => Statistics;
  /**
   * Where the time went; complete once the batches have ended. Its tree of operators is there with the setting
   * `log_profile`, and of the query inside of an EXPLAIN ANALYZE. Null for statements that run no plan.
   */
  readonly profile: () => QueryProfile | null;
};

export type ExecuteResult = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: JsValue[][];
  readonly statistics: Statistics;
  /** See {@link RunningQuery.profile}. */
  readonly profile: QueryProfile | null;
};

export type Row = Record<string, JsValue>;

/** A server over the database, as Druid's `sys` shows it. */
export type NodeView = {
  /** Of its Druid door. */
  readonly host: string;
  readonly port: number;
  readonly service: string;
  readonly version: string;
  readonly startedMs: number;
  /** Without secrets. */
  readonly properties: readonly (readonly [name: string, value: string])[];
  /** Newest first. */
  tasks(): readonly NodeTask[];
};

/** An ingestion task, in Druid's words. */
export type NodeTask = {
  readonly id: string;
  readonly type: string;
  readonly dataSource: string;
  readonly createdMs: number;
  readonly status: string;
  readonly runnerStatus: string;
  /** -1: it has not ended. */
  readonly durationMs: number;
  readonly errorText: string | null;
};

export type IngestProgress = {
  readonly rows: number;
  readonly bytes: number;
  readonly totalBytes: number | null;
};

/** Druid's row statistics (druid.md section 1). */
export type RowStatistics = {
  readonly processed: number;
  readonly processedBytes: number;
  readonly processedWithError: number;
  readonly thrownAway: number;
  readonly unparseable: number;
};

export type ParseExceptionReport = {
  readonly type: 'unparseable' | 'thrownAway';
  readonly input: string;
  readonly source: string;
  readonly line: number;
  readonly details: readonly string[];
};

export type IngestReport = {
  readonly dataSource: string;
  readonly rowStats: RowStatistics;
  readonly unparseableEvents: readonly ParseExceptionReport[];
  readonly segments: number;
  /** Rows stored, after rollup. */
  readonly rowsStored: number;
};

export type IngestOptions = {
  readonly signal?: AbortSignal;
  /** Rows to read in the place of the spec's inputSource. */
  readonly input?: AsyncIterable<Uint8Array>;
  readonly onProgress?: (progress: IngestProgress) => void;
};

export type InsertResult = { readonly rows: number };

/** What `insert` takes: rows as objects or arrays, columns by name, Arrow tables or batches, or a stream of any of them. */
export type InsertData =
  | readonly Readonly<Record<string, unknown>>[]
  | readonly (readonly unknown[])[]
  | Readonly<Record<string, ArrayLike<unknown>>>
  | ArrowLike
  | AsyncIterable<Readonly<Record<string, unknown>> | readonly unknown[] | ArrowLike>;

/** The part of Arrow's Table and RecordBatch that inserting reads. */
export type ArrowLike = {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  getChildAt(index: number): { get(row: number): unknown } | null;
};

export type InsertOptions = {
  /** Columns the arrays are in; default the table's. */
  readonly columns?: readonly string[];
  readonly schema?: string;
  /** Inserts with the same token into a table happen once. */
  readonly token?: string;
};

export type TableSummary = {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly segments: number;
};

/** What the doors show of a table. */
export type TableDescription = {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly segments: number;
  readonly columns: readonly { readonly name: string; readonly type: LogicalType }[];
  /** Bounds of the primary time column; null when there is none or no row. */
  readonly minTimeMs: number | null;
  readonly maxTimeMs: number | null;
};

export type DatabaseStatus = {
  readonly version: string;
  /** Of the arena, and what it may become; heaps and code come on top. */
  readonly memoryUsedBytes: number;
  readonly memoryLimitBytes: number;
  /** A failed sync stopped all writes. */
  readonly readOnly: boolean;
};

export type PreparedStatement = {
  query(params?: Parameters): Promise<Row[]>;
  execute(params?: Parameters): Promise<ExecuteResult>;
};

/** The product without sockets. */
/** A statement that was understood and not run. */
export type CheckedStatement = {
  /** Whether it writes what Druid's INSERT and REPLACE ... PARTITIONED BY write. */
  readonly isIngestion: boolean;
  /** That it inserts into; null: none. */
  readonly table: string | null;
};

export interface Database extends AsyncDisposable {
  /** Rows as objects; a statement without a result gives none. */
  query(sql: string, options?: QueryOptions): Promise<Row[]>;
  /** Columns with their types, rows as arrays, and what it took. */
  execute(sql: string, options?: QueryOptions): Promise<ExecuteResult>;
  /** The statement as it runs: what the doors use. */
  run(sql: string, options?: QueryOptions): Promise<RunningQuery>;
  /** Understands the statement as `run` would, without running it. */
  check(sql: string, options?: QueryOptions): Promise<CheckedStatement>;
  /** Arrow record batches. */
  stream(sql: string, options?: QueryOptions): AsyncIterable<unknown>;
  /** Checks the statement now and runs it often. */
  prepare(sql: string, options?: QueryOptions): Promise<PreparedStatement>;
  insert(table: string, data: InsertData, options?: InsertOptions): Promise<InsertResult>;
  /** Runs a Druid native batch spec (`index_parallel`); publishes whole or not at all. */
  ingest(spec: unknown, options?: IngestOptions): Promise<IngestReport>;
  tables(): readonly TableSummary[];
  /** Tables of the default schema with their columns and time bounds. */
  describeTables(): Promise<readonly TableDescription[]>;
  status(): DatabaseStatus;
  /** Druid's rules of which segments stay (docs/operate/retention.md). */
  readonly rules: RuleBook;
  /** Druid's lookups (docs/operate/lookups.md). */
  readonly lookups: LookupBook;
  /** Shows a server in Druid's `sys` until what comes back is called. */
  attach(node: NodeView): () => void;
  /** An isolated copy in memory that shares immutable data; changes of one are not seen by the other. */
  fork(): Promise<Database>;
  close(): Promise<void>;
}

export type OpenOptions = {
  /** Data folder; absent = in memory. */
  readonly path?: string;
  /** Worker threads; default the machine's cores. The first database of the process decides. */
  readonly threads?: number;
  /** Bytes the process may take (docs/operate/memory.md). The first database of the process decides. */
  readonly memoryLimitBytes?: number;
  /** 'sync' (default): an acknowledged write survives power loss; 'os': only the end of the process. */
  readonly durability?: 'sync' | 'os';
  /** Folders below which `local` input sources may read; default none, in memory and library use the current folder. */
  readonly files?: readonly string[];
  /** Folders below which COPY ... TO may write; default none, in memory and library use the current folder. */
  readonly exports?: readonly string[];
  /** Hosts that `http` input sources may read from. */
  readonly allowHosts?: readonly string[];
  /** Starts the worker threads now instead of with the first query that needs them; for servers. */
  readonly warm?: boolean;
  /** 'reference' runs TypeScript instead of WebAssembly; for tests. */
  readonly kernels?: 'compiled' | 'reference';
};

/** What `inspectFile` tells of a column. Sizes are bytes; ratios are taken of `plainBytes`, what the values take by themselves. */
export type ColumnInspection = {
  readonly id: number;
  /** null: no manifest says. */
  readonly name: string | null;
  readonly type: string | null;
  readonly kind: 'int' | 'float' | 'bool' | 'dict' | 'text';
  /** `packed 9 bits, LZ4` and how many blocks, pages or dictionaries are so; the most frequent first. */
  readonly encodings: readonly (readonly [encoding: string, count: number])[];
  readonly storedBytes: number;
  readonly plainBytes: number;
  readonly nulls: number;
  /** Strings in the dictionary; 0 without one. */
  readonly distinct: number;
  /** Of numbers, and of texts with a dictionary only where a manifest is found. */
  readonly min: null | boolean | bigint | number | string;
  readonly max: null | boolean | bigint | number | string;
  readonly bitmaps: number;
  readonly bitmapBytes: number;
  /** Of each 8,192 rows; 0 where none are kept. */
  readonly zones: number;
  /** Of a path of a JSON column: which, and how many pages are read from the documents. null: it is a column of the table. */
  readonly path: { readonly of: number; readonly path: string; readonly unfitPages: number } | null;
  /** Pieces that do not match their checksum. */
  readonly damaged: readonly string[];
};

/** What `inspectFile` tells of a data-skipping index. */
export type IndexInspection = {
  readonly id: number;
  /** null: no manifest says. */
  readonly name: string | null;
  readonly type: string | null;
  readonly form: 'bounds' | 'values' | 'filter';
  /** Pages of a granule, and granules of all terms; those of which nothing is known among them. */
  readonly pages: number;
  readonly granules: number;
  readonly unknown: number;
  readonly storedBytes: number;
  /** Pieces that do not match their checksum. */
  readonly damaged: readonly string[];
};

/** What `inspectFile` tells of a segment file. */
export type SegmentInspection = {
  readonly path: string;
  readonly fileBytes: number;
  readonly tableId: number;
  readonly segmentId: number;
  /** null: no manifest says. */
  readonly table: string | null;
  readonly rows: number;
  readonly blocks: number;
  readonly footerBytes: number;
  readonly columns: readonly ColumnInspection[];
  readonly indexes: readonly IndexInspection[];
  /** Of the file as a whole. */
  readonly damaged: readonly string[];
};
