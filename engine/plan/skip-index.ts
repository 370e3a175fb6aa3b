/**
 * Indexes that say which granules of a table cannot hold what a condition asks for: plain data of the table's definition.
 *
 * A granule is 1, 2, 4 or 8 pages (VECTOR_ROWS) of a block. Every term of an index, one of its expressions, is indexed by
 * itself. Whatever an index does not know may hold anything.
 */

import { BLOCK_ROWS, VECTOR_ROWS } from '../vector/vector.ts';
import { mapText, type Written } from './computed.ts';
import { columnsOf, type Expr, overColumns } from './expr.ts';

export type SkipIndexKind =
  | { readonly type: 'minmax' }
  /** The distinct values of a granule, where they are at most `maxRows`; 0: however many. */
  | { readonly type: 'set'; readonly maxRows: number }
  | { readonly type: 'bloom_filter'; readonly falsePositives: number }
  | ({ readonly type: 'tokenbf_v1' } & FilterSize)
  /** `length`: characters of an n-gram. */
  | ({ readonly type: 'ngrambf_v1'; readonly length: number } & FilterSize);

export type FilterSize = { readonly bytes: number; readonly hashes: number; readonly seed: number };

export type SkipIndex = {
  /** Given once in a table. */
  readonly id: number;
  readonly name: string;
  /** Over the ids of the table's columns. */
  readonly terms: readonly Expr[];
  readonly kind: SkipIndexKind;
  /** As asked for, in pages. */
  readonly granularity: number;
  /** The type with its arguments as written. */
  readonly typeText: string;
  /** The expression as written; numbers stand for the names of columns. */
  readonly text: Written;
};

export const PAGES_PER_BLOCK = BLOCK_ROWS / VECTOR_ROWS;

/** Pages of a granule: what was asked for, rounded up to what divides a block. */
export const granulePages = ({ granularity }: Pick<SkipIndex, 'granularity'>): number => {
  let pages = 1;
  while (pages < granularity && pages < PAGES_PER_BLOCK) pages *= 2;
  return pages;
};

/** Ids of the columns that the index reads. */
export const indexedColumns = ({ terms }: SkipIndex): readonly number[] => columnsOf(...terms);

/** The same indexes over other ids. */
export const mapSkipIndexes = (
  indexes: readonly SkipIndex[],
  idOf: (id: number) => number,
): readonly SkipIndex[] =>
  indexes.map((index) => ({
    ...index,
    terms: index.terms.map((term) => overColumns(term, idOf)),
    text: mapText(index.text, idOf),
  }));
