/**
 * A row's place in the parts of a scan as one number: part, block and row. A scan gives it as a column of the id ROW_NUMBER,
 * which no stored column has. It means something only within one query, for the same list of parts; where parts say their own
 * numbers, for whoever gave them.
 */

import type { Part } from '../plan/source.ts';
import { BLOCK_ROWS, VECTOR_ROWS } from '../vector/vector.ts';

export const ROW_NUMBER = -1;

/** Blocks of a part; more than 2^20 blocks are 2^36 rows. */
const PART_BLOCKS = 2 ** 20;

/** Number of the block's first row; those of the others follow. */
export const firstRowNumber = (part: number, block: number): number =>
  (part * PART_BLOCKS + block) * BLOCK_ROWS;

export type RowPlace = {
  readonly part: number;
  readonly block: number;
  /** First row of the vector in the block. */
  readonly from: number;
  /** Row of the vector. */
  readonly row: number;
};

export function placeOf(rowNumber: number): RowPlace {
  const inBlock = rowNumber % BLOCK_ROWS;
  const block = Math.floor(rowNumber / BLOCK_ROWS);
  const row = inBlock % VECTOR_ROWS;
  return { part: Math.floor(block / PART_BLOCKS), block: block % PART_BLOCKS, from: inBlock - row, row };
}

/** The number of the part at `index` of a scan's list. */
export const partNumber = ({ number }: Part, index: number): number => number ?? index;

/** The place of the row whose number has these 32-bit words. */
export const placeOfWords = (
  low: number,
  high: number,
): { readonly part: number; readonly block: number; readonly row: number } => ({
  part: high >>> 4,
  block: ((high & 15) << 16) | (low >>> 16),
  row: low & 0xffff,
});
