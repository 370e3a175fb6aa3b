/**
 * Columns of a scan that are paths of a JSON column: what a function reads at a constant path through objects. Parts that keep the path as a
 * column of its own (source.ts) answer from that, all others from the document; the answer is the same.
 *
 * Plain data. A path read has an id like a column's, below every id that a table gives.
 */

import { type LogicalType, STRING } from '../type/type.ts';
import { type CallExpr, column, type Expr, literal } from './expr.ts';
import type { ScanPlan } from './node.ts';

export type PathRead = {
  /** Stands in the scan's `columnIds`. */
  readonly id: number;
  /** The table's column that has the documents. */
  readonly columnId: number;
  readonly documentType: LogicalType;
  /** As text (json/path.ts). */
  readonly path: string;
  /** The function, of a document and a path. */
  readonly fn: string;
  readonly type: LogicalType;
};

/**
 * What a stored path is: one lane for all rows that are not NULL. A `float` is a number as JavaScript writes it, whole ones without a point; a `double`
 * has a point or an exponent, always.
 */
export const PATH_KINDS = ['int', 'float', 'double', 'bool', 'string'] as const;
export type PathKind = (typeof PATH_KINDS)[number];

type Rule = {
  /** Values of these kinds are what the function gives. */
  readonly same: readonly PathKind[];
  /** JSON's null and a value that is not there are one to the function. */
  readonly nullIsMissing: boolean;
};

/** Functions that give NULL where there is no value, and depend on nothing but the value. */
const PATH_READS: Readonly<Record<string, Rule>> = {
  json_text_lax: { same: ['string'], nullIsMissing: true },
  json_text_strict: { same: ['string'], nullIsMissing: true },
  json_leaf: { same: ['string'], nullIsMissing: true },
  json_dynamic: { same: [], nullIsMissing: true },
  json_string: { same: ['string'], nullIsMissing: true },
  json_scalar: { same: ['string'], nullIsMissing: true },
  json_scalar_lax: { same: ['string'], nullIsMissing: false },
  json_int_lax: { same: ['int'], nullIsMissing: true },
  json_int: { same: ['int'], nullIsMissing: true },
  json_uint_lax: { same: [], nullIsMissing: true },
  json_float_lax: { same: ['float', 'double'], nullIsMissing: true },
  json_float: { same: ['double'], nullIsMissing: true },
  json_bool_lax: { same: ['bool'], nullIsMissing: true },
  json_bool: { same: ['bool'], nullIsMissing: true },
  json_raw: { same: [], nullIsMissing: true },
  json_raw_lax: { same: [], nullIsMissing: false },
  json_raw_strict: { same: [], nullIsMissing: false },
};

export const isPathFunction = (fn: string): boolean => Object.hasOwn(PATH_READS, fn);
export const pathRule = (fn: string): Rule => PATH_READS[fn];

/** Ids of columns that are not stored: from here down, below that of row numbers. */
const FIRST_PATH_ID = -2;
export const pathId = (count: number): number => FIRST_PATH_ID - count;

export const pathReadOf = ({ paths }: Pick<ScanPlan, 'paths'>, id: number): PathRead | undefined =>
  id > FIRST_PATH_ID ? undefined : paths?.find((read) => read.id === id);

/** The function over a document. */
export const pathCall = ({ fn, path, type }: PathRead, document: Expr): CallExpr => ({
  kind: 'call',
  fn,
  args: [document, literal(path, STRING)],
  type,
});

/** Columns of the table that a scan reads or may have to read. */
export const tableColumnIds = ({ columnIds, paths = [] }: ScanPlan): readonly number[] => [
  ...columnIds.filter((id) => id >= 0),
  ...paths.map(({ columnId }) => columnId),
];

/** The scan's column as it is told of columns by id: a path is its function over its column. */
export function byColumnId(
  scan: Pick<ScanPlan, 'columnIds' | 'paths'>,
  index: number,
  type: LogicalType,
): Expr {
  const id = scan.columnIds[index];
  const read = pathReadOf(scan, id);
  return read === undefined ? column(id, type) : pathCall(read, column(read.columnId, read.documentType));
}
