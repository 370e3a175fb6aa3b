/**
 * What a sort is told, and how its rows lie: as columns of a run, all of the same kinds whether the run is under
 * construction, sorted in memory, or on disk.
 *
 * Columns of a run: the words of every input column, then one flag byte a row for those that can be NULL (1 = value),
 * then the sort key. A key becomes one column of words that compare unsigned, or of string references; before it, when
 * it can be NULL, a word that puts NULLs where they belong. So the whole order is: compare key columns from left to
 * right (kernels rows_*).
 */

import type { SortKey } from '../../plan/node.ts';
import { type Lane, type LogicalType, laneOf } from '../../type/type.ts';
import type { ColumnShape } from '../spill/block.ts';

export type SortSpec = {
  readonly types: readonly LogicalType[];
  readonly keys: readonly SortKey[];
  readonly limit: number | null;
  readonly offset: number;
};

/** How a key column compares; the numbers are the kernels'. */
export const KIND_WORD = 0;
export const KIND_REF_ASCENDING = 1;
export const KIND_REF_DESCENDING = 2;

export type SortLayout = {
  readonly lanes: readonly Lane[];
  readonly shape: readonly ColumnShape[];
  /** Run column with the flags of input column c; -1 = it cannot be NULL. */
  readonly valid: readonly number[];
  /** First key column of a run; the rest are keys too. */
  readonly firstKey: number;
  /** KIND_... of each key column. */
  readonly kinds: readonly number[];
  /** Bytes of a row, string bytes apart. */
  readonly rowBytes: number;
};

const FLAG: ColumnShape = { width: 1, string: false };
const WORD: ColumnShape = { width: 8, string: false };
const REF: ColumnShape = { width: 8, string: true };

export function sortLayout(spec: SortSpec): SortLayout {
  const lanes = spec.types.map(laneOf);
  const shape = lanes.map((lane) => (lane === 'str' ? REF : WORD));
  const valid = spec.types.map((type) => (type.nullable ? shape.push(FLAG) - 1 : -1));
  const firstKey = shape.length;
  const kinds: number[] = [];
  for (const { expr, descending } of spec.keys) {
    if (expr.type.nullable) {
      shape.push(WORD);
      kinds.push(KIND_WORD);
    }
    const string = laneOf(expr.type) === 'str';
    shape.push(string ? REF : WORD);
    kinds.push(string ? (descending ? KIND_REF_DESCENDING : KIND_REF_ASCENDING) : KIND_WORD);
  }
  const rowBytes = shape.reduce((sum, column) => sum + column.width, 0);
  return { lanes, shape, valid, firstKey, kinds, rowBytes };
}
