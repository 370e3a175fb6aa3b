/** What an INTERVAL may count. */
export const INTERVAL_UNITS: ReadonlySet<string> = new Set([
  'nanosecond',
  'microsecond',
  'millisecond',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
]);
