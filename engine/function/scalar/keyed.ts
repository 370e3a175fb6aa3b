/**
 * Keyed rows (engine/keyed) in expressions. The first argument is the number of a table that has such rows in the query's snapshot:
 *
 *   keyed_row_<lane>(table, key), keyed_row_prefix(table, address), keyed_row_range_<lane>(table, key, value)
 *                                              the number of the row that is found; NULL where there is none
 *   keyed_value_<lane>(table, column, row)     a value of that row
 *   keyed_value_or_<lane>(table, column, row, otherwise)   the same, and `otherwise` where the row is NULL
 *   keyed_ancestors(table, key)                the key and those above it, as an array of UInt64
 *   keyed_is_within(table, key, above)         whether `above` is one of them
 *   keyed_descendants(table, key, level)       keys below it, of one generation or of all (0), as an array of UInt64
 *
 * They are asked where the rows are, by the executor (exec/expression/keyed.ts): here they have no value, so neither has what must be constant.
 */

import { BasaltError } from '../../base/error.ts';
import { prefixKey, prefixText } from '../../keyed/prefix.ts';
import type { Lane } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

export const noKeyedRows = (): BasaltError =>
  new BasaltError('NOT_IMPLEMENTED', 'A dictionary is asked by queries, not in definitions or constants', {
    hint: 'SELECT what it gives, or INSERT ... SELECT it',
  });

const keyed = (
  id: string,
  args: readonly Lane[],
  result: Lane,
  nulls: Implementation['nulls'] = 'propagate',
): Implementation =>
  implement(
    id,
    ['i64', ...args],
    result,
    () => {
      throw noKeyedRows();
    },
    { nulls },
  );

const LANES = ['i64', 'f64', 'bool', 'str'] as const;

export const KEYED: readonly Implementation[] = [
  ...(['i64', 'str'] as const).flatMap((lane) => [
    keyed(`keyed_row_${lane}`, [lane], 'i64'),
    keyed(`keyed_row_range_${lane}`, [lane, 'i64'], 'i64'),
  ]),
  keyed('keyed_row_prefix', ['str'], 'i64'),
  ...LANES.flatMap((lane) => [
    keyed(`keyed_value_${lane}`, ['i64', 'i64'], lane),
    keyed(`keyed_value_or_${lane}`, ['i64', 'i64', lane], lane, 'custom'),
  ]),
  keyed('keyed_ancestors', ['i64'], 'str'),
  keyed('keyed_is_within', ['i64', 'i64'], 'bool'),
  keyed('keyed_descendants', ['i64', 'i64'], 'str'),
  implement('prefix_text', ['str'], 'str', prefixText),
  implement('prefix_key', ['str'], 'str', prefixKey),
];

/** Whether a function asks keyed rows, and so needs a snapshot that has them. */
export const asksKeyedRows = (id: string): boolean => id.startsWith('keyed_');
