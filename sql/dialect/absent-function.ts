/**
 * Functions that users of each dialect know and that are not here yet, with what to write instead. They are refused by
 * name, because a near name or a near meaning (`any` for `anyLast`) would be a wrong answer.
 */

import type { Dialect } from '../../engine/function/row.ts';

const ARRAY = 'UNNEST makes rows of an array, which aggregates and expressions take';
const QUANTILE =
  'quantile, quantiles, median and quantileExact are supported in ClickHouse; quantile_cont, quantile_disc, median and approx_quantile in SQL';
const JSON_HINT = 'JSON is read by path, with JSONExtract, json_extract or JSON_VALUE';

/** Patterns over lower-case names; the first that fits answers. */
const ABSENT: readonly (readonly [names: RegExp, dialects: readonly Dialect[], hint: string])[] = [
  [
    /^(first_value|last_value)$/,
    ['standard'],
    'arg_min(x, time) and arg_max(x, time) say which order is meant',
  ],
  [
    /^(quantiles?\w*|median\w*|approx_quantile\w*|percentile\w*|mode)$/,
    ['standard', 'druid', 'clickhouse'],
    QUANTILE,
  ],
  [
    /^(grouparray\w*|array\w*|list\w*|unnest|string_to_array|splitby\w+|tuple\w*|map\w*)$/,
    ['standard', 'druid', 'clickhouse'],
    ARRAY,
  ],
  [
    /^(json\w*|simplejson\w*|visitparam\w*|parse_json|try_parse_json|to_json\w*)$/,
    ['standard', 'druid', 'clickhouse'],
    JSON_HINT,
  ],
  [
    /^setseed$/,
    ['standard'],
    'SET random_seed = 42 replays what statements draw, TABLESAMPLE ... REPEATABLE (42) a sample',
  ],
  [/^(generatesnowflakeid|generateserialid)$/, ['clickhouse'], 'generateUUIDv7() gives ids that ascend'],
  [
    /^dictget\w*$/,
    ['clickhouse'],
    'Known: dictGet, dictGetOrDefault, dictGetOrNull, dictHas; or join with the dictionary',
  ],
  [
    /^untuple$/,
    ['clickhouse'],
    'It stands in the select list, in GROUP BY and among the arguments of functions',
  ],
  [
    /^(neighbor|runningdifference\w*|runningaccumulate)$/,
    ['clickhouse'],
    'Blocks of rows mean nothing: say lagInFrame(x) OVER (ORDER BY ...) or sum(x) OVER (ORDER BY ...)',
  ],
  [/^(windowfunnel|retention|sequence\w+)$/, ['clickhouse'], 'Not supported yet'],
  [
    /^\w+tuple(state|merge|mergestate|array|foreach|map|resample|argmin|argmax|ornull|ordefault|distinct|tuple)$/,
    ['clickhouse'],
    'Behind -Tuple stands -If alone: put the others before it, as in maxOrNullTuple',
  ],
  [
    /^\w+(state|merge|array|foreach|map|resample|argmin|argmax)$/,
    ['clickhouse'],
    'Of the combinators -If, -State, -Merge, -MergeState, -OrNull, -OrDefault, -Distinct, -Array and -SimpleState are supported',
  ],
];

/** What to do instead of a known function that is not here; undefined for names nobody knows. */
export function absentFunction(dialect: Dialect, name: string): string | undefined {
  const lower = name.toLowerCase();
  return ABSENT.find(([names, dialects]) => dialects.includes(dialect) && names.test(lower))?.[2];
}
