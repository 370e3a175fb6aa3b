/**
 * Errors about a Parquet file, and where in it they are. Row groups, pages and rows count from 1, as lines do in other
 * formats; a column chunk's dictionary is its page 1.
 */

import { BasaltError } from '../../base/error.ts';

export type Place = { readonly column: string; readonly rowGroup: number };

const HINT = 'The file is damaged, or was written by a program that does not keep to the format';

/** What stands in the file cannot be so. */
export const damagedFile = (what: string, cause?: unknown): BasaltError =>
  new BasaltError('CANNOT_PARSE_INPUT', `The Parquet file cannot be read: ${what}`, { hint: HINT, cause });

export const damagedPage = ({ column, rowGroup }: Place, page: number, what: string): BasaltError =>
  new BasaltError('CANNOT_PARSE_INPUT', `Column ${column}, row group ${rowGroup}, page ${page}: ${what}`, {
    hint: HINT,
  });

/** It may well be so, and is not read here. */
export const unsupportedPage = ({ column, rowGroup }: Place, what: string, hint: string): BasaltError =>
  new BasaltError('NOT_IMPLEMENTED', `Column ${column}, row group ${rowGroup}: ${what}`, { hint });

/** A value that its column does not take. */
export const misfitValue = ({ column, rowGroup }: Place, row: number, reason: string): BasaltError =>
  new BasaltError('INCORRECT_DATA', `Column ${column}, row group ${rowGroup}, row ${row} of it: ${reason}`);
