/**
 * The example of a function in each dialect that has it. A row shows one; here is where another dialect writes it
 * differently or gives another result: truth as 1, its own name, seconds with other digits.
 */

import type { Dialect, FunctionRow } from './row.ts';

export type Example = { readonly sql: string; readonly result: string };

const A_MOMENT = "TIMESTAMP '2024-05-06 07:08:09'";
const VALUES = '(VALUES (1, 10), (2, 20), (3, 60)) AS t(a, b)';

/** By the syntax of the row. */
const OTHERS: Readonly<Record<string, Partial<Record<Dialect, readonly [sql: string, result: string]>>>> = {
  'a / b': { druid: ['SELECT 7 / 2', '3'] },
  'intDiv(a, b)': { druid: ['SELECT DIV(7, 2)', '3'], clickhouse: ['SELECT intDiv(7, 2)', '3'] },
  'bitwise_and(a, b)': { clickhouse: ['SELECT bitAnd(12, 10)', '8'] },
  'bitwise_or(a, b)': { clickhouse: ['SELECT bitOr(12, 10)', '14'] },
  'bitwise_xor(a, b)': { clickhouse: ['SELECT bitXor(12, 10)', '6'] },
  'a = b': { clickhouse: ['SELECT 1 = 1', '1'] },
  'a <> b': { clickhouse: ['SELECT 1 <> 1', '0'] },
  'a < b': { clickhouse: ['SELECT 1 < 2', '1'] },
  'a <= b': { clickhouse: ['SELECT 2 <= 1', '0'] },
  'a > b': { clickhouse: ['SELECT 2 > 1', '1'] },
  'a >= b': { clickhouse: ['SELECT 1 >= 2', '0'] },
  'a IS DISTINCT FROM b': { clickhouse: ['SELECT NULL IS DISTINCT FROM 1', '1'] },
  'a IS NOT DISTINCT FROM b': { clickhouse: ['SELECT NULL IS NOT DISTINCT FROM NULL', '1'] },
  'a IS NULL': { clickhouse: ['SELECT isNull(NULL)', '1'] },
  'a IS NOT NULL': { clickhouse: ['SELECT isNotNull(NULL)', '0'] },
  'a IS TRUE': { clickhouse: ['SELECT (NULL = 1) IS TRUE', '0'] },
  'a IS FALSE': { clickhouse: ['SELECT (1 = 2) IS FALSE', '1'] },
  'isnan(x)': { clickhouse: ["SELECT isNaN(toFloat64('nan'))", '1'] },
  'isfinite(x)': { clickhouse: ['SELECT isFinite(1.0)', '1'] },
  'text LIKE pattern': { clickhouse: ["SELECT 'basalt' LIKE 'b%t'", '1'] },
  'text ILIKE pattern': { clickhouse: ["SELECT 'BASALT' ILIKE 'b%t'", '1'] },
  'length(text)': { clickhouse: ["SELECT lengthUTF8('häh')", '3'] },
  'octet_length(text)': { standard: ["SELECT octet_length('häh')", '4'] },
  'contains(text, needle)': { druid: ["SELECT CONTAINS_STRING('basalt', 'sal')", 'true'] },
  'date_trunc(unit, moment)': {
    druid: [`SELECT DATE_TRUNC('month', ${A_MOMENT})`, '2024-05-01 00:00:00.000'],
  },
  'MILLIS_TO_TIMESTAMP(ms)': { standard: ['SELECT epoch_ms(0)', '1970-01-01 00:00:00.000000'] },
  'FLOOR(moment TO unit)': { standard: [`SELECT FLOOR(${A_MOMENT} TO DAY)`, '2024-05-06 00:00:00.000000'] },
  'CEIL(moment TO unit)': { standard: [`SELECT CEIL(${A_MOMENT} TO DAY)`, '2024-05-07 00:00:00.000000'] },
  'TIMESTAMPADD(unit, count, moment)': {
    standard: ["SELECT timestampadd(DAY, 1, TIMESTAMP '2024-02-28 00:00:00')", '2024-02-29 00:00:00.000000'],
  },
  'moment + INTERVAL': {
    druid: ["SELECT TIMESTAMP '2024-01-31 00:00:00' + INTERVAL '1' MONTH", '2024-02-29 00:00:00.000'],
  },
  'moment - INTERVAL': {
    druid: ["SELECT TIMESTAMP '2024-03-31 00:00:00' - INTERVAL '1' MONTH", '2024-02-29 00:00:00.000'],
  },
  current_date: { clickhouse: ['SELECT today() = today()', '1'] },
  'arg_min(x, order)': {
    druid: [`SELECT EARLIEST_BY(a, b) FROM ${VALUES}`, '1'],
    clickhouse: [`SELECT argMin(a, b) FROM ${VALUES}`, '1'],
  },
  'arg_max(x, order)': {
    druid: [`SELECT LATEST_BY(a, b) FROM ${VALUES}`, '3'],
    clickhouse: [`SELECT argMax(a, b) FROM ${VALUES}`, '3'],
  },
  'arrayReverse(array)': { standard: ['SELECT CAST(list_reverse([1, 2]) AS VARCHAR)', '[2, 1]'] },
  'arrayConcat(array, ...)': {
    druid: ['SELECT ARRAY_LENGTH(ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3]))', '3'],
  },
  'arrayPopBack(array)': { standard: ['SELECT CAST(array_pop_back([1, 2]) AS VARCHAR)', '[1]'] },
  'arrayPopFront(array)': { standard: ['SELECT CAST(array_pop_front([1, 2]) AS VARCHAR)', '[2]'] },
  'hasAll(array, wanted)': { standard: ['SELECT list_has_all([1, 2, 3], [1, 3])', 'true'] },
  'hasAny(array, wanted)': {
    standard: ['SELECT list_has_any([1, 2], [2, 3])', 'true'],
    druid: ['SELECT ARRAY_OVERLAP(ARRAY[1, 2], ARRAY[2, 3])', 'true'],
  },
  'arrayMin([lambda,] array, ...)': { standard: ['SELECT list_min([3, 1])', '1'] },
  'arrayMax([lambda,] array, ...)': { standard: ['SELECT list_max([3, 1])', '3'] },
  'range([start,] end [, step])': { standard: ['SELECT CAST(range(2, 8, 3) AS VARCHAR)', '[2, 5]'] },
  'arrayStringConcat(array [, separator])': {
    standard: ["SELECT array_to_string(['a', 'b'], '-')", 'a-b'],
    druid: ["SELECT ARRAY_TO_STRING(ARRAY['a', 'b'], '-')", 'a-b'],
  },
  'splitByChar(separator, text)': {
    standard: ["SELECT CAST(string_split('a,b', ',') AS VARCHAR)", '[a, b]'],
    druid: ["SELECT ARRAY_LENGTH(STRING_TO_ARRAY('a,b', ','))", '2'],
  },
  'mapContains(map, key)': { standard: ["SELECT map_contains(MAP {'a': 1}, 'b')", 'false'] },
  'toTypeName(value)': { standard: ['SELECT typeof(1)', 'INTEGER'] },
  'array(a, b, ...)': {
    standard: ['SELECT CAST([1, 2] AS VARCHAR)', '[1, 2]'],
    druid: ['SELECT ARRAY_LENGTH(ARRAY[1, 2])', '2'],
  },
  'tuple(a, b, ...)': { standard: ["SELECT CAST(ROW(1, 'a') AS VARCHAR)", '(1, a)'] },
  'map(key, value, ...)': { standard: ["SELECT CAST(MAP {'a': 1} AS VARCHAR)", '{a=1}'] },
  'arrayElement(array, position)': {
    standard: ['SELECT list_extract([10, 20], 2)', '20'],
    druid: ['SELECT ARRAY_ORDINAL(ARRAY[10, 20], 2)', '20'],
  },
  'tupleElement(tuple, number or name)': { standard: ["SELECT struct_extract((1, 'a'), 2)", 'a'] },
  'has(array, value)': {
    standard: ['SELECT list_contains([1, 2], 2)', 'true'],
    druid: ['SELECT ARRAY_CONTAINS(ARRAY[1, 2], 2)', 'true'],
  },
  'mapKeys(map)': {
    standard: ["SELECT CAST(map_keys(CAST('{a=1}' AS MAP(VARCHAR, INTEGER))) AS VARCHAR)", '[a]'],
  },
  'mapValues(map)': {
    standard: ["SELECT CAST(map_values(CAST('{a=1}' AS MAP(VARCHAR, INTEGER))) AS VARCHAR)", '[1]'],
  },
  'gamma(x)': { clickhouse: ['SELECT tgamma(5)', '24.0'] },
  'approx_count_distinct(x)': { clickhouse: [`SELECT uniq(a) FROM ${VALUES}`, '3'] },
};

/** Rows that other dialects write as the row shows need none; the names of these are the keys a test looks for. */
export const OTHER_EXAMPLES: readonly string[] = Object.keys(OTHERS);

export function exampleIn(row: FunctionRow, dialect: Dialect): Example {
  const other = OTHERS[row.syntax]?.[dialect];
  return other === undefined ? row.example : { sql: other[0], result: other[1] };
}
