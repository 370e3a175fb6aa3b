/**
 * What the product looks like from outside: the types of the public door (`database/index.ts`).
 *
 * The server's doors and the library use the same interface; nothing in `server/` reaches further down.
 * Units: times in milliseconds, sizes in bytes.
 */

import type { Dialect } from '../engine/function/row.ts';
import type { Int64Mode, JsValue, ResultBatch, ResultSchema, TimestampMode } from '../engine/vector/batch.ts';

export type { Dialect };

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
  /** Refuses everything that writes. */
  readonly readonly?: boolean;
  /** Rows of `INSERT ... FORMAT x` that follow the text, already decompressed. */
  readonly data?: AsyncIterable<Uint8Array>;
};

export type Statistics = {
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly rowsWritten: number;
  readonly bytesWritten: number;
  readonly peakMemoryBytes: number;
};

/** A statement under way. Batches arrive as the executor makes them; leaving the loop early cancels. */
export type RunningQuery = {
  readonly queryId: string;
  /** 'rows' has a result set (perhaps empty); 'done' has none (DDL, inserts). */
  readonly kind: 'rows' | 'done';
  readonly schema: ResultSchema;
  /** ClickHouse's trailing FORMAT, as written. */
  readonly format: string | null;
  readonly batches: AsyncIterable<ResultBatch>;
  /** Final once the batches have ended, live before. */
  readonly statistics: () => Statistics;
};

export type ExecuteResult = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: JsValue[][];
  readonly statistics: Statistics;
};

export type Row = Record<string, JsValue>;

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
  readonly onProgress?: (progress: IngestProgress) => void;
};

export type InsertResult = { readonly rows: number };
