/**
 * What a reader is told and what it gives back: plain data, so that a job can be sent to a worker.
 *
 * A reader turns a range of bytes that starts and ends at row boundaries into batches of columns in the working
 * format. Rows that do not fit are counted and, up to a limit, reported; they never become wrong values.
 * Line numbers count from 1 inside the range; sizes in bytes.
 */

import type { LogicalType, Value } from '../type/type.ts';
import type { Chunk } from '../vector/vector.ts';

/**
 * How a timestamp is written: `auto` (ISO, or milliseconds), `iso`, `millis`, `posix` (seconds), `micro`, `nano`,
 * `unix` (ISO-like text; a number counts seconds, or ticks when the column has a finer precision and the number
 * is too large for seconds), or else a Joda-Time pattern.
 */
export type TimeFormat = string;

/** What becomes of the values of a list: sorted, sorted and each once, or as they come. */
export type ListHandling = 'sorted_array' | 'sorted_set' | 'array';

export type ReadColumn = {
  readonly id: number;
  /** Key or header field it is read from; unique among the columns. */
  readonly name: string;
  readonly type: LogicalType;
  /** timestamp columns; default 'unix'. */
  readonly time?: TimeFormat;
  /** What a missing or NULL value becomes in a column that is not nullable; default 0, false or ''. */
  readonly fill?: Value;
  /** A missing or NULL value makes the row bad instead. */
  readonly required?: boolean;
  /** Rows that bring no value (no such key or field, an empty field where that is NULL) are marked: see {@link absentOf}. */
  readonly marksAbsent?: boolean;
  /** string columns: JSON's arrays are multi-values (type/multi.ts), not texts. */
  readonly lists?: ListHandling;
};

export type JsonFormat = { readonly kind: 'json'; readonly shape: 'object' | 'array' };

export type DelimitedFormat = {
  readonly kind: 'delimited';
  /** One ASCII character. */
  readonly delimiter: string;
  /** Fields may stand in double quotes, with quotes inside doubled. */
  readonly quotes: boolean;
  /** Backslash escapes as in ClickHouse's TabSeparated. */
  readonly escapes: boolean;
  /** An empty unquoted field is NULL (or the fill); else it is an empty string, and NULL in other columns. */
  readonly emptyNull: boolean;
  /** `\N` is NULL. */
  readonly nullMark: boolean;
  /** A row with fewer or more fields than named is bad; else missing ones are NULL and others ignored. */
  readonly exactWidth: boolean;
  /** Names of the fields, in order. */
  readonly fields: readonly string[];
};

export type InputFormat = JsonFormat | DelimitedFormat;

export type ReadJob = {
  readonly format: InputFormat;
  readonly columns: readonly ReadColumn[];
  /** Range in the arena. Its last row may lack a line end if 64 bytes after the range may be written. */
  readonly address: number;
  readonly bytes: number;
  /** A value that does not fit its column: makes the row bad, or becomes NULL (and the row counts as misfit). */
  readonly misfit: 'row' | 'null';
  /** Most bad rows to report with their text. */
  readonly maxBadRows: number;
  /** Ids of string columns whose values were near-unique in other ranges: they are not looked for in a dictionary. */
  readonly nearUnique?: readonly number[];
};

export type BadRow = {
  readonly line: number;
  /** The row as it came, cut after 1,000 characters. */
  readonly text: string;
  readonly reason: string;
};

const ABSENT = 1 << 29;

/** Under which id a batch says, with a boolean a row, where a column is NULL because the row brought nothing; only if one did. */
export const absentOf = (columnId: number): number => ABSENT + columnId;

/** Up to 65,536 rows: a chunk per column id. */
export type RowBatch = {
  readonly rows: number;
  readonly columns: ReadonlyMap<number, Chunk>;
};

export type ReadResult = {
  readonly batches: readonly RowBatch[];
  readonly rows: number;
  /** Lines seen, blank ones too, so that the next range's line numbers can be told. */
  readonly lines: number;
  readonly badRows: readonly BadRow[];
  readonly badRowCount: number;
  /** Rows kept with a NULL in place of a value that did not fit. */
  readonly misfitRows: number;
  /** Ids of the columns that have lists of several values now. */
  readonly lists: readonly number[];
  /** For {@link ReadJob.nearUnique} of ranges to come. */
  readonly nearUnique: readonly number[];
};
