/** ClickHouse's aggregates that collect values, of which one is made outside of the aggregation. */

import { single, withNulls } from './collect-resolve.ts';
import { type PlainRow, plain } from './plain.ts';

export const FINISHED: readonly PlainRow[] = [
  plain(
    ['anyRespectNulls', 'any_respect_nulls', 'firstValueRespectNulls', 'first_value_respect_nulls'],
    withNulls(false),
    '(x)',
    'The value of the first row that was seen, which may be NULL.',
    'number',
    '0',
  ),
  plain(
    ['anyLastRespectNulls', 'anyLast_respect_nulls', 'lastValueRespectNulls', 'last_value_respect_nulls'],
    withNulls(true),
    '(x)',
    'The value of the last row that was seen, which may be NULL.',
    'number',
    '3',
  ),
  plain(
    'singleValueOrNull',
    single,
    '(x)',
    'The value, where all rows have the same one; otherwise NULL.',
    'intDiv(number, 4)',
    '0',
  ),
];
