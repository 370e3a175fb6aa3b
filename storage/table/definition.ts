/**
 * What the catalog knows of a table. Plain data: it lies in the manifest as JSON (bigints as strings, see
 * manifest/json.ts).
 *
 * Column ids are stable: a rename changes a name, a re-added column gets a new id, and old segments keep
 * speaking of the ids they were written with.
 */

import { assert } from '../../engine/base/error.ts';
import type { ColumnCodec } from '../../engine/plan/column-codec.ts';
import type { ComputedColumn } from '../../engine/plan/computed.ts';
import type { RowPolicy } from '../../engine/plan/row-policy.ts';
import type { SkipIndex } from '../../engine/plan/skip-index.ts';
import type { TableLimits } from '../../engine/plan/ttl.ts';
import type { LogicalType, Value } from '../../engine/type/type.ts';
import { COMPRESSORS, type Compression, type Compressor } from '../codec/byte-codec.ts';

export type ColumnDefinition = {
  readonly id: number;
  readonly name: string;
  readonly type: LogicalType;
  /** Of rows inserted without it, and of segments that do not say what they have in its place. */
  readonly default: Value;
  /** Roaring bitmaps of the values: `auto` where it is likely to pay. */
  readonly bitmap: 'auto' | 'always' | 'never';
  readonly comment?: string;
  /** Absent: the table's. */
  readonly codec?: ColumnCodec;
  /** Whoever makes batches computes it; opaque to storage. */
  readonly computed?: ComputedColumn;
};

export type TableDefinition = {
  readonly id: number;
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  /** Column ids rows are sorted by within a segment, NULL first; empty: insertion order. */
  readonly sortKey: readonly number[];
  readonly timeColumn: number | null;
  /** How rows are cut into partitions; bound expressions, opaque to storage. null: one partition. */
  readonly partitionBy: unknown;
  /** What becomes of rows of equal sort key. */
  readonly policy: RowPolicy;
  /** When rows and values expire; bound, opaque to storage. Absent: never. */
  readonly ttl?: unknown;
  /** Absent: none. */
  readonly indexes?: readonly SkipIndex[];
  /** Above every id that an index of the table ever had; absent while there was none. */
  readonly nextIndexId?: number;
  /** Absent: the store's. */
  readonly limits?: TableLimits;
  readonly compression: Compression;
  /** Of columns that have none of their own; absent: `compression`. */
  readonly codec?: ColumnCodec;
  /** Engine, rollup, comments ...; opaque to storage. */
  readonly options: unknown;
  /** Above every id that a column of the table ever had; absent while none was dropped. */
  readonly nextColumnId?: number;
  /** Grows with every change that rows made for the table as it was do not survive (new types, new defaults); absent: 0. */
  readonly layout?: number;
};

/** The column of an id that the table is known to have. */
export function columnOf(
  { columns, name }: Pick<TableDefinition, 'columns' | 'name'>,
  id: number,
): ColumnDefinition {
  const found = columns.find((column) => column.id === id);
  assert(found !== undefined, `column ${id} is no column of ${name}`);
  return found;
}

/** What is tried on the blocks of a table's columns: what a column says, else what the table says. */
export const compressorsOf =
  ({ compression, codec }: Pick<TableDefinition, 'compression' | 'codec'>) =>
  (column: Pick<ColumnDefinition, 'codec'>): Compressor =>
    column.codec?.compressor ?? codec?.compressor ?? COMPRESSORS[compression];

/** Paths of a JSON column that a segment keeps as columns, where the type does not say. */
export const MOST_PATHS = 64;

/** The JSON columns of a table, and how many of their paths become columns. */
export const documentColumns = ({
  columns,
}: Pick<TableDefinition, 'columns'>): { definition: ColumnDefinition; mostPaths: number }[] =>
  columns.flatMap((definition) => {
    const mostPaths = definition.type.id === 'json' ? (definition.type.paths ?? MOST_PATHS) : 0;
    return mostPaths > 0 ? [{ definition, mostPaths }] : [];
  });

/** The id that the next new column gets. */
export const nextColumnId = ({ columns, nextColumnId: next = 0 }: TableDefinition): number =>
  Math.max(next, ...columns.map(({ id }) => id + 1));

export const layoutOf = ({ layout = 0 }: TableDefinition): number => layout;
