/**
 * Functions of the standard dialect that are written in SQL, as DuckDB's own macros are: a name, parameters, and an expression of other
 * functions. The binder puts arguments in the place of parameters (sql/bind/sql-function.ts), so aggregates stand in them as anywhere.
 *
 * Parameters of lambdas are called "$x": no column of an argument that is put into the lambda's body is.
 */

import type { FunctionRow, WrittenFunction } from '../row.ts';
import { aggregate, scalar } from '../signature.ts';

/** `x, digits := 0` */
const parametersOf = (list: string): WrittenFunction['parameters'] =>
  list === ''
    ? []
    : list.split(/, (?!')/).map((parameter) => {
        const [name, defaultText = null] = parameter.split(' := ');
        return { name, defaultText };
      });

type Row = readonly [
  names: string,
  parameters: string,
  text: string,
  doc: string,
  example: string,
  result: string,
];

/** What rows of the examples of aggregates are. */
const ROWS = 'FROM (VALUES (1, 2), (2, 3), (4, 9)) AS t(a, b)';

/** Of rows where neither is NULL. */
const X = 'CASE WHEN y IS NOT NULL THEN x END';
const Y = 'CASE WHEN x IS NOT NULL THEN y END';

const SCALARS: readonly Row[] = [
  [
    'unicode, ord',
    'text',
    "CASE WHEN text = '' THEN -1 ELSE ascii(text) END",
    'Code of the first character; -1 of an empty text.',
    "unicode('âb')",
    '226',
  ],
  [
    'date',
    'moment',
    'CAST(moment AS DATE)',
    'The day of a moment, or that a text names.',
    "date(TIMESTAMP '2024-05-06 07:08:09')",
    '2024-05-06',
  ],
  [
    'dayname',
    'moment',
    "strftime(moment, '%A')",
    'The name of the weekday.',
    "dayname(DATE '2024-05-06')",
    'Monday',
  ],
  [
    'monthname',
    'moment',
    "strftime(moment, '%B')",
    'The name of the month.',
    "monthname(DATE '2024-05-06')",
    'May',
  ],
  [
    'julian',
    'moment',
    'epoch_us(moment) / 86400000000 + 2440588',
    'The Julian day, with its fraction.',
    "julian(TIMESTAMP '2006-01-01 12:00:00')",
    '2453737.5',
  ],
  [
    'make_timestamp',
    'year, month, day, hour, minute, second',
    'make_date(year, month, day) + make_time(hour, minute, second)',
    'The moment of these parts.',
    'minute(make_timestamp(2024, 5, 6, 7, 8, 9.5))',
    '8',
  ],
  [
    'make_timestamptz',
    "year, month, day, hour, minute, second, zone := ''",
    "CASE WHEN zone = '' THEN CAST(make_timestamp(year, month, day, hour, minute, second) AS TIMESTAMPTZ) ELSE timezone(zone, make_timestamp(year, month, day, hour, minute, second)) END",
    'The moment at which clocks of the zone, or of the session, show these parts.',
    "CAST(make_timestamptz(2024, 5, 6, 7, 8, 9.5, 'Asia/Tokyo') AS VARCHAR)",
    '2024-05-05 22:08:09.5+00',
  ],
  [
    'uuid_extract_version',
    'uuid',
    'CAST(substr(CAST(CAST(uuid AS UUID) AS VARCHAR), 15, 1) AS INTEGER)',
    'The version of a UUID.',
    "uuid_extract_version('019482e4-1441-7aad-8127-eec99573b0a0')",
    '7',
  ],
  [
    'md5_number_lower',
    'text',
    'CAST(md5_number(text) // 18446744073709551616 AS UBIGINT)',
    'The first half of the bytes of MD5, as a number.',
    "md5_number_lower('abc')",
    '8250560606382298838',
  ],
  [
    'md5_number_upper',
    'text',
    'CAST(md5_number(text) % 18446744073709551616 AS UBIGINT)',
    'The second half of the bytes of MD5, as a number.',
    "CAST(md5_number_upper('abc') AS VARCHAR)",
    '12704604231530709392',
  ],
  [
    'array_to_string_comma_default',
    "list, separator := ','",
    'array_to_string(list, separator)',
    'The texts of the elements, with a comma between if nothing else is said.',
    "array_to_string_comma_default(['a', 'b'])",
    'a,b',
  ],
  ['fdiv', 'x, y', 'floor(x / y)', 'The quotient, rounded down.', 'fdiv(7, 2)', '3.0'],
  ['fmod', 'x, y', 'x - y * floor(x / y)', 'What is left of it, with the sign of y.', 'fmod(-7, 3)', '2.0'],
  [
    'round_even, roundbankers',
    'x, digits',
    'CASE WHEN abs(x) * pow(10, digits + 1) % 10 = 5 THEN round(x / 2, digits) * 2 ELSE round(x, digits) END',
    'Rounded to so many digits, halves to the even one.',
    'round_even(2.5, 0)',
    '2.0',
  ],
  [
    'days_in_month',
    'day',
    'day(last_day(day))',
    'How many days the month has.',
    "days_in_month(DATE '2024-02-03')",
    '29',
  ],
  [
    'ago',
    'span',
    'current_timestamp - CAST(span AS INTERVAL)',
    'The moment so long ago.',
    'ago(INTERVAL 1 DAY) < current_timestamp',
    'true',
  ],
  [
    'pg_typeof',
    'value',
    'lower(typeof(value))',
    'The name of the type, in lower case.',
    "pg_typeof('a')",
    'varchar',
  ],
  [
    'map_contains_value',
    'map, value',
    'list_contains(map_values(map), value)',
    'Whether a key of the map has the value.',
    "map_contains_value(MAP {'a': 1}, 1)",
    'true',
  ],
  [
    'map_extract, element_at',
    'map, key',
    'CASE WHEN map_contains(map, key) THEN [map_extract_value(map, key)] WHEN map IS NOT NULL THEN [] END',
    'A list of the value of a key, empty where there is none.',
    "CAST(map_extract(MAP {'a': 1}, 'a') AS VARCHAR)",
    '[1]',
  ],
  [
    'map_contains_entry',
    'map, key, value',
    'CASE WHEN map IS NOT NULL THEN coalesce(map_extract_value(map, key) = value, false) END',
    'Whether the key has the value in the map.',
    "map_contains_entry(MAP {'a': 1}, 'a', 1)",
    'true',
  ],
  [
    'regexp_split_to_table',
    'text, pattern',
    'unnest(string_split_regex(text, pattern))',
    'Rows of the pieces between matches.',
    "count(*) FROM (SELECT regexp_split_to_table('a1b2c', '[0-9]'))",
    '3',
  ],
  [
    'generate_subscripts',
    'list, dimension',
    'unnest(generate_series(1, CASE dimension WHEN 1 THEN array_length(list) END))',
    'Rows of the positions 1, 2, 3 ...',
    'count(*) FROM (SELECT generate_subscripts([5, 6], 1))',
    '2',
  ],
  [
    'ilike_escape',
    'text, pattern, mark',
    'text ILIKE pattern ESCAPE mark',
    'text ILIKE pattern ESCAPE mark.',
    "ilike_escape('A%c', 'a$%C', '$')",
    'true',
  ],
  [
    'like_escape',
    'text, pattern, mark',
    'text LIKE pattern ESCAPE mark',
    'text LIKE pattern ESCAPE mark.',
    "like_escape('a%c', 'a$%c', '$')",
    'true',
  ],
  [
    'not_ilike_escape',
    'text, pattern, mark',
    'text NOT ILIKE pattern ESCAPE mark',
    'text NOT ILIKE pattern ESCAPE mark.',
    "not_ilike_escape('A%c', 'a$%C', '$')",
    'false',
  ],
  [
    'not_like_escape',
    'text, pattern, mark',
    'text NOT LIKE pattern ESCAPE mark',
    'text NOT LIKE pattern ESCAPE mark.',
    "not_like_escape('a%c', 'a$%c', '$')",
    'false',
  ],
  ['bit_length', 'text', 'octet_length(text) * 8', 'Eight times the bytes.', "bit_length('abc')", '24'],
  [
    'constant_or_null',
    'value, other',
    'CASE WHEN other IS NOT NULL THEN value END',
    'The value, NULL where the other is.',
    'constant_or_null(42, NULL)',
    'null',
  ],
];

/** x of the rows whose values come first in an order. */
function bestOf(sort: string, condition = ''): string {
  const pairs = `list({"by": by_value, "value": x}) FILTER (WHERE by_value IS NOT NULL${condition})`;
  return `list_transform(list_slice(${sort}(${pairs}), 1, count), "$pair" -> struct_extract("$pair", 'value'))`;
}

const AGGREGATES: readonly Row[] = [
  [
    'arg_min_nulls_last',
    'x, by_value, count',
    bestOf('list_sort'),
    'x, NULL as well, of the rows whose by_value are least.',
    `CAST(arg_min_nulls_last(a, b, 2) AS VARCHAR) ${ROWS}`,
    '[1, 2]',
  ],
  [
    'arg_max_nulls_last',
    'x, by_value, count',
    bestOf('list_reverse_sort'),
    'x, NULL as well, of the rows whose by_value are greatest.',
    `CAST(arg_max_nulls_last(a, b, 2) AS VARCHAR) ${ROWS}`,
    '[4, 2]',
  ],
  [
    'arg_max_null',
    'x, by_value',
    'struct_extract(list_max(list({"by": by_value, "value": x}) FILTER (WHERE by_value IS NOT NULL)), 2)',
    'x where by_value is greatest, NULL as well.',
    `arg_max_null(a, b) ${ROWS}`,
    '4',
  ],
  [
    'json_group_structure',
    'json',
    "json_extract(json_structure(json_group_array(json)), '$[0]')",
    'The shape of the documents of all rows.',
    `json_group_structure(a) ${ROWS}`,
    '"UBIGINT"',
  ],
  [
    'json_group_array',
    'value',
    "CAST('[' || string_agg(CASE WHEN value IS NULL THEN 'null' ELSE CAST(to_json(value) AS VARCHAR) END, ',') || ']' AS JSON)",
    'An array of JSON of the values of all rows.',
    `json_group_array(a) ${ROWS}`,
    '[1,2,4]',
  ],
  [
    'json_group_object',
    'key, value',
    "CAST('{' || string_agg(CAST(to_json(CAST(key AS VARCHAR)) AS VARCHAR) || ':' || CASE WHEN value IS NULL THEN 'null' ELSE CAST(to_json(value) AS VARCHAR) END, ',') || '}' AS JSON)",
    'An object of JSON of the keys and values of all rows.',
    `json_group_object(a, b) ${ROWS}`,
    '{"1":2,"2":3,"4":9}',
  ],
  [
    'favg',
    'x',
    'fsum(x) / count(x)',
    'The mean as a float that loses nothing.',
    `favg(a) ${ROWS}`,
    '2.3333333333333335',
  ],
  ['count_star', '', 'count(*)', 'The number of rows.', `count_star() ${ROWS}`, '3'],
  ['geomean, geometric_mean', 'x', 'exp(avg(ln(x)))', 'The geometric mean.', `geomean(a) ${ROWS}`, '2.0'],
  [
    'weighted_avg, wavg',
    'x, weight',
    'sum(x * weight) / sum(CASE WHEN x IS NOT NULL THEN weight END)',
    'The mean of values with weights.',
    `weighted_avg(a, b) ${ROWS}`,
    '3.142857142857143',
  ],
  [
    'sem',
    'x',
    'stddev_pop(x) / sqrt(count(x))',
    'The standard error of the mean.',
    `round(sem(a), 4) ${ROWS}`,
    '0.7201',
  ],
  ['product', 'x', 'list_product(list(x))', 'The product of the values.', `product(a) ${ROWS}`, '8.0'],
  [
    'mode',
    'x',
    'list_mode(list(x))',
    'The value that most rows have, the first of several.',
    `mode(a % 2) ${ROWS}`,
    '0',
  ],
  ['mad', 'x', 'list_mad(list(x))', 'The median of the distances from the median.', `mad(a) ${ROWS}`, '1.0'],
  [
    'histogram',
    'x',
    'list_histogram(list(x))',
    'How many rows have each value, as a map.',
    `CAST(histogram(a % 2) AS VARCHAR) ${ROWS}`,
    '{0=2, 1=1}',
  ],
  [
    'approx_top_k',
    'x, k',
    'list_top(list(x), k)',
    'The values that most rows have; exact here.',
    `CAST(approx_top_k(a % 2, 1) AS VARCHAR) ${ROWS}`,
    '[0]',
  ],
  [
    'reservoir_quantile',
    'x, level, size := 8192',
    'quantile_disc(x, level)',
    'The value with a share of all not above it; exact here.',
    `reservoir_quantile(a, 0.5, 1024) ${ROWS}`,
    '2',
  ],
  [
    'arg_min_null',
    'x, by_value',
    'struct_extract(list_min(list({"by": by_value, "value": x}) FILTER (WHERE by_value IS NOT NULL)), 2)',
    'x where by_value is least, NULL as well.',
    `arg_min_null(a, b) ${ROWS}`,
    '1',
  ],
  [
    'covar_samp',
    'y, x',
    `CASE WHEN count(${Y}) > 1 THEN covar_pop(y, x) * count(${Y}) / (count(${Y}) - 1) END`,
    'Covariance estimated from a sample.',
    `round(covar_samp(b, a), 4) ${ROWS}`,
    '5.6667',
  ],
  ['regr_count', 'y, x', `count(${Y})`, 'How many rows have both values.', `regr_count(b, a) ${ROWS}`, '3'],
  [
    'regr_avgx',
    'y, x',
    `avg(${X})`,
    'The mean of x where both are known.',
    `round(regr_avgx(b, a), 4) ${ROWS}`,
    '2.3333',
  ],
  [
    'regr_avgy',
    'y, x',
    `avg(${Y})`,
    'The mean of y where both are known.',
    `round(regr_avgy(b, a), 4) ${ROWS}`,
    '4.6667',
  ],
  [
    'regr_sxx',
    'y, x',
    `count(${Y}) * var_pop(${X})`,
    'The squares of what x is off its mean.',
    `round(regr_sxx(b, a), 4) ${ROWS}`,
    '4.6667',
  ],
  [
    'regr_syy',
    'y, x',
    `count(${Y}) * var_pop(${Y})`,
    'The squares of what y is off its mean.',
    `round(regr_syy(b, a), 4) ${ROWS}`,
    '28.6667',
  ],
  [
    'regr_sxy',
    'y, x',
    `count(${Y}) * covar_pop(y, x)`,
    'The products of what both are off their means.',
    `round(regr_sxy(b, a), 4) ${ROWS}`,
    '11.3333',
  ],
  [
    'regr_slope',
    'y, x',
    `covar_pop(y, x) / var_pop(${X})`,
    'The slope of the line of least squares.',
    `round(regr_slope(b, a), 4) ${ROWS}`,
    '2.4286',
  ],
  [
    'regr_intercept',
    'y, x',
    `avg(${Y}) - covar_pop(y, x) / nullif(var_pop(${X}), 0) * avg(${X})`,
    'Where the line of least squares is at 0.',
    `round(regr_intercept(b, a), 4) ${ROWS}`,
    '-1.0',
  ],
  [
    'regr_r2',
    'y, x',
    `CASE WHEN var_pop(${X}) = 0 THEN NULL WHEN var_pop(${Y}) = 0 THEN 1 ELSE pow(corr(y, x), 2) END`,
    'How much of what y is off its mean the line explains.',
    `round(regr_r2(b, a), 4) ${ROWS}`,
    '0.9601',
  ],
  [
    'skewness',
    'x',
    'CASE WHEN count(x) > 2 THEN sqrt(count(x) * (count(x) - 1)) / (count(x) - 2) * skew_pop(x) END',
    'Skewness estimated from a sample.',
    `round(skewness(a), 4) ${ROWS}`,
    '0.9352',
  ],
  [
    'kurtosis',
    'x',
    'CASE WHEN count(x) > 3 AND var_pop(x) > 0 THEN (count(x) - 1) / ((count(x) - 2) * (count(x) - 3)) * ((count(x) + 1) * kurt_pop(x) - 3 * (count(x) - 1)) END',
    'Excess kurtosis estimated from a sample.',
    'round(kurtosis(a), 4) FROM (VALUES (1), (2), (4), (9)) AS t(a)',
    '1.5',
  ],
  [
    'kurtosis_pop',
    'x',
    'CASE WHEN count(x) > 1 AND var_pop(x) > 0 THEN kurt_pop(x) - 3 END',
    'Excess kurtosis.',
    `round(kurtosis_pop(a), 4) ${ROWS}`,
    '-1.5',
  ],
];

/** Aggregates of the elements of a list, by their names. */
const OF_LISTS: readonly (readonly [name: string, what: string, list: string, result: string])[] = [
  ['any_value', 'The first element that is not NULL', '[NULL, 2, 3]', '2'],
  ['approx_count_distinct', 'How many different elements there are', '[1, 1, 2]', '2'],
  ['avg', 'The mean of the elements', '[1, 2]', '1.5'],
  ['bit_and', 'The bits that all elements have', '[7, 3]', '3'],
  ['bit_or', 'The bits that an element has', '[5, 2]', '7'],
  ['bit_xor', 'The bits that an odd number of elements has', '[5, 1]', '4'],
  ['bool_and', 'Whether all elements are true', '[true, false]', 'false'],
  ['bool_or', 'Whether an element is true', '[true, false]', 'true'],
  ['count', 'How many elements are not NULL', '[1, NULL]', '1'],
  ['entropy', 'Entropy of the elements, in bits', '[1, 2]', '1.0'],
  ['first', 'The first element', '[1, 2]', '1'],
  ['last', 'The last element', '[1, 2]', '2'],
  ['median', 'The element in the middle, or between the two of them', '[1, 2, 4]', '2.0'],
  ['kurt_pop', 'Kurtosis of the elements', '[1, 3]', '1.0'],
  ['skew_pop', 'Skewness of the elements', '[1, 3]', '0.0'],
  ['stddev_pop', 'Standard deviation of the elements', '[1, 3]', '1.0'],
  ['stddev_samp', 'Standard deviation estimated from a sample', '[1, 3]', '1.4142135623730951'],
  ['string_agg', 'The elements as texts with a comma between', "['a', 'b']", 'a,b'],
  ['var_pop', 'Variance of the elements', '[1, 3]', '1.0'],
  ['var_samp', 'Variance estimated from a sample', '[1, 3]', '2.0'],
];

const written = ([names, list, text, doc, example, result]: Row, row = scalar): FunctionRow => {
  const parameters = parametersOf(list);
  const [name, ...more] = names.split(', ');
  return {
    ...row(
      { standard: [name, ...more] },
      () => undefined,
      `${name}(${list})`,
      doc,
      `SELECT ${example}`,
      result,
    ),
    written: [{ parameters, text }],
  };
};

export const WRITTEN_SCALARS: readonly FunctionRow[] = SCALARS.map((row) => written(row));
export const WRITTEN_AGGREGATES: readonly FunctionRow[] = AGGREGATES.map((row) => written(row, aggregate));
/** What calls of aggregates with one argument more are: the first so many, instead of one. */
const OF_SEVERAL: Readonly<Record<string, readonly [parameters: string, text: string]>> = {
  min: ['x, count', 'list_slice(list_sort(list(x) FILTER (WHERE x IS NOT NULL)), 1, count)'],
  max: ['x, count', 'list_slice(list_reverse_sort(list(x) FILTER (WHERE x IS NOT NULL)), 1, count)'],
  arg_min: ['x, by_value, count', bestOf('list_sort', ' AND x IS NOT NULL')],
  arg_max: ['x, by_value, count', bestOf('list_reverse_sort', ' AND x IS NOT NULL')],
};

/** Rows of aggregates, with what else calls of them may be. */
export const withSeveral = (rows: readonly FunctionRow[]): readonly FunctionRow[] =>
  rows.map((row) => {
    const [parameters, text] = OF_SEVERAL[row.names.standard?.[0] ?? ''] ?? [];
    if (parameters === undefined || text === undefined) return row;
    const doc = `${row.doc} With a count besides, in the standard dialect, a list of the first so many.`;
    return { ...row, doc, written: [{ parameters: parametersOf(parameters), text }] };
  });

/** Aggregates that are written of others of one value each have a form of lists that is written of theirs. */
const ALSO_OF_LISTS = /^(sem|skewness|kurtosis|kurtosis_pop)$/;
const ofList = ([name, , text, doc, , result]: Row): FunctionRow =>
  written([
    `list_${name}`,
    'list',
    text.replaceAll(/(\w+)\(x\)/g, 'list_$1(list)'),
    doc.replace(/\.$/, ', of the elements of a list.'),
    `round(list_${name}(${name === 'kurtosis' ? '[1, 2, 4, 9]' : '[1, 2, 4]'}), 4)`,
    result,
  ]);

export const WRITTEN_LISTS: readonly FunctionRow[] = [
  ...AGGREGATES.filter(([name]) => ALSO_OF_LISTS.test(name)).map(ofList),
  ...OF_LISTS.map(([name, what, list, result]) =>
    written([
      `list_${name}`,
      'list',
      `list_aggregate(list, '${name}')`,
      `${what}.`,
      `list_${name}(${list})`,
      result,
    ]),
  ),
];
