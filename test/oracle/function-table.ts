/**
 * What random expressions are made of: per result kind the argument kinds and the text in both languages, `$1`, `$2`
 * standing for arguments. A new function to compare is one row here.
 *
 * ClickHouse gives lengths and absolute values as unsigned numbers, which have no common type with signed ones there;
 * such rows are cast to a signed type, because mixing them is its own subject (see the golden files).
 */

/** `wide`: integers of 128 bits. A span is an interval of hours, a clock a time of day. */
export type Kind = 'int' | 'wide' | 'float' | 'text' | 'bool' | 'time' | 'date' | 'span' | 'clock';

/** Argument kinds; `count` is a small literal above zero, `ascii` text without accents, `pattern` a LIKE pattern. */
export type Parameter =
  | Kind
  | 'leaf int'
  | 'leaf wide'
  | 'leaf float'
  | 'leaf time'
  | 'leaf span'
  | 'small'
  | 'count'
  | 'ascii'
  | 'pattern'
  | `literal ${Kind}`;

export type ExpressionRow = {
  readonly args: readonly Parameter[];
  readonly standard: string;
  /** The same as standard when left out. */
  readonly clickhouse?: string;
};

const row = (args: readonly Parameter[], standard: string, clickhouse = standard): ExpressionRow => ({
  args,
  standard,
  clickhouse,
});

const PARTS: readonly (readonly [standard: string, clickhouse: string])[] = [
  ['year($1)', 'toYear($1)'],
  ['quarter($1)', 'toQuarter($1)'],
  ['month($1)', 'toMonth($1)'],
  ['day($1)', 'toDayOfMonth($1)'],
  ['dayofyear($1)', 'toDayOfYear($1)'],
  ['week($1)', 'toISOWeek($1)'],
  ['extract(isodow FROM $1)', 'toDayOfWeek($1)'],
];
const CLOCK_PARTS: readonly (readonly [standard: string, clickhouse: string])[] = [
  ['hour($1)', 'toHour($1)'],
  ['minute($1)', 'toMinute($1)'],
  ['second($1)', 'toSecond($1)'],
];
const part = (kind: Kind, [standard, clickhouse]: readonly [string, string]): ExpressionRow =>
  row([kind], `CAST(${standard} AS INTEGER)`, `toInt32(${clickhouse})`);

/** ClickHouse cuts to these as days, which are no moments there. */
const CALENDAR_UNITS = ['week', 'month', 'quarter', 'year'] as const;

const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='] as const;
const ORDERED: readonly Kind[] = ['int', 'wide', 'float', 'text', 'time', 'date', 'span', 'clock'];

export const EXPRESSIONS: Readonly<Record<Kind, readonly ExpressionRow[]>> = {
  int: [
    row(['int', 'int'], '($1 + $2)'),
    row(['int', 'int'], '($1 - $2)'),
    row(['leaf int', 'small'], '($1 * $2)'),
    row(['leaf int'], '(- $1)'),
    row(['int'], 'abs($1)', 'toInt64(abs($1))'),
    row(['int'], 'sign($1)', 'toInt32(sign($1))'),
    row(['int', 'count'], '($1 % $2)', 'toInt64($1 % $2)'),
    row(['int', 'count'], '($1 // $2)', 'toInt64(intDiv($1, $2))'),
    row(['int', 'int'], 'nullif($1, $2)'),
    row(['int', 'leaf int'], 'greatest($1, $2)'),
    row(['int', 'leaf int'], 'least($1, $2)'),
    row(['text'], 'length($1)', 'toInt32(lengthUTF8($1))'),
    row(['text', 'text'], 'strpos($1, $2)', 'toInt32(positionUTF8($1, $2))'),
    row(['bool'], 'CAST($1 AS INTEGER)', 'CAST($1 AS Nullable(Int32))'),
    row(['leaf float'], 'CAST(trunc($1) AS BIGINT)', 'CAST(trunc($1) AS Nullable(Int64))'),
    ...PARTS.flatMap((p) => [part('time', p), part('date', p)]),
    ...CLOCK_PARTS.map((p) => part('time', p)),
    ...['minute', 'hour', 'day', 'month', 'year'].map((unit) =>
      row(['time', 'time'], `date_diff('${unit}', $1, $2)`, `dateDiff('${unit}', $1, $2)`),
    ),
    row(['date', 'date'], "date_diff('day', $1, $2)", "dateDiff('day', $1, $2)"),
    ...(['span', 'clock'] as const).map((kind) =>
      row([kind], 'CAST(extract(hour FROM $1) AS INTEGER)', 'toInt32($1)'),
    ),
  ],
  wide: [
    row(['wide', 'wide'], '($1 + $2)'),
    row(['wide', 'wide'], '($1 - $2)'),
    row(['wide', 'leaf int'], '($1 + $2)'),
    row(['leaf wide', 'small'], '($1 * $2)'),
    row(['leaf wide'], '(- $1)'),
    row(['wide'], 'abs($1)', 'toInt128(abs($1))'),
    row(['wide', 'count'], '($1 % $2)', 'toInt128($1 % $2)'),
    row(['wide', 'count'], '($1 // $2)', 'intDiv($1, $2)'),
    row(['wide', 'wide'], 'nullif($1, $2)'),
    row(['wide', 'leaf wide'], 'greatest($1, $2)'),
    row(['wide', 'leaf wide'], 'least($1, $2)'),
    row(['int'], 'CAST($1 AS HUGEINT)', 'CAST($1 AS Nullable(Int128))'),
    row(['leaf wide'], 'CAST(CAST($1 AS DECIMAL(38, 2)) AS HUGEINT)', 'toInt128(toDecimal128($1, 2))'),
  ],
  float: [
    row(['float', 'float'], '($1 + $2)'),
    row(['float', 'leaf int'], '($1 - $2)'),
    row(['leaf float', 'count'], '($1 * $2)'),
    row(['leaf int'], '($1 / 2)'),
    row(['leaf int'], 'CAST($1 AS DOUBLE)', 'CAST($1 AS Nullable(Float64))'),
    row(['leaf float'], '(0 - $1)'),
    row(['float'], 'abs($1)'),
    // Never -0, which is a group of its own in ClickHouse.
    ...['floor', 'ceil', 'trunc', 'round'].map((name) => row(['float'], `(${name}($1) + 0)`)),
    row(['float', 'float'], 'nullif($1, $2)'),
  ],
  text: [
    row(['ascii'], 'lower($1)'),
    row(['ascii'], 'upper($1)'),
    row(['text', 'literal text'], "concat(coalesce($1, '-'), $2)"),
    row(['text', 'text'], '($1 || $2)'),
    row(['text', 'count', 'count'], 'substring($1, $2, $3)', 'substringUTF8($1, $2, $3)'),
    row(['text', 'count'], 'substring($1, $2)', 'substringUTF8($1, $2)'),
    row(['text', 'count'], 'left($1, $2)', 'leftUTF8($1, $2)'),
    row(['text', 'count'], 'right($1, $2)', 'rightUTF8($1, $2)'),
    row(['text'], "replace($1, 'a', 'zz')"),
    row(['text'], 'trim($1)'),
    row(['text'], 'ltrim($1)', 'trimLeft($1)'),
    row(['text'], 'reverse($1)', 'reverseUTF8($1)'),
    row(['text', 'count'], 'repeat($1, $2)'),
    row(['text', 'count'], "lpad($1, $2, '*')", "leftPadUTF8($1, $2, '*')"),
    row(['text', 'count'], "rpad($1, $2, '*')", "rightPadUTF8($1, $2, '*')"),
    row(['text', 'text'], 'nullif($1, $2)'),
    row(['int'], 'CAST($1 AS VARCHAR)', 'toString($1)'),
    row(['wide'], 'CAST($1 AS VARCHAR)', 'toString($1)'),
    ...(['date', 'span', 'clock'] as const).map((kind) => row([kind], 'CAST($1 AS VARCHAR)', 'toString($1)')),
    row(['time'], "strftime($1, '%Y/%m/%d')", "formatDateTime($1, '%Y/%m/%d')"),
    row(['text'], "regexp_replace($1, '[0-9]+', '#')", "replaceRegexpOne($1, '[0-9]+', '#')"),
    row(['text'], "regexp_extract($1, '[a-z]+')", "extract($1, '[a-z]+')"),
  ],
  bool: [
    ...ORDERED.flatMap((kind) =>
      COMPARISONS.flatMap((op) => [
        row([kind, kind], `($1 ${op} $2)`),
        row([kind, `literal ${kind}`], `($1 ${op} $2)`),
      ]),
    ),
    row(['int', 'float'], '($1 < $2)'),
    row(['int', 'literal float'], '($1 >= $2)'),
    row(['bool', 'bool'], '($1 = $2)'),
    ...Array.from({ length: 6 }, () => row(['bool', 'bool'], '($1 AND $2)')),
    ...Array.from({ length: 6 }, () => row(['bool', 'bool'], '($1 OR $2)')),
    ...Array.from({ length: 4 }, () => row(['bool'], '(NOT $1)')),
    row(['bool', 'bool'], '($1 <> $2)', 'xor($1, $2)'),
    ...(['int', 'wide', 'float', 'text', 'bool', 'time', 'date', 'span', 'clock'] as const).flatMap(
      (kind) => [row([kind], '($1 IS NULL)'), row([kind], '($1 IS NOT NULL)')],
    ),
    ...(['int', 'wide', 'text', 'time'] as const).flatMap((kind) => [
      row([kind, kind], '($1 IS DISTINCT FROM $2)', '($1 IS DISTINCT FROM $2)'),
      row([kind, kind], '($1 IS NOT DISTINCT FROM $2)', '($1 IS NOT DISTINCT FROM $2)'),
    ]),
    ...ORDERED.flatMap((kind) => [
      row([kind, `literal ${kind}`, `literal ${kind}`], '($1 BETWEEN $2 AND $3)'),
      row([kind, `literal ${kind}`, `literal ${kind}`], '($1 NOT BETWEEN $2 AND $3)'),
      row([kind, `literal ${kind}`, `literal ${kind}`, `literal ${kind}`], '($1 IN ($2, $3, $4))'),
      row([kind, `literal ${kind}`, `literal ${kind}`], '($1 NOT IN ($2, $3))'),
    ]),
    row(['int', 'literal int'], '($1 IN ($2, NULL))'),
    row(['text', 'literal text'], '($1 NOT IN ($2, NULL))'),
    row(['text', 'pattern'], '($1 LIKE $2)'),
    row(['text', 'pattern'], '($1 NOT LIKE $2)'),
    row(['ascii', 'pattern'], '($1 ILIKE $2)'),
    row(['text', 'literal text'], 'starts_with($1, $2)', 'startsWith($1, $2)'),
    row(['text', 'literal text'], 'ends_with($1, $2)', 'endsWith($1, $2)'),
    row(['text'], "regexp_matches($1, '^[a-c]+')", "match($1, '^[a-c]+')"),
  ],
  time: [
    ...['minute', 'hour', 'day'].map((unit) => row(['leaf time'], `date_trunc('${unit}', $1)`)),
    ...CALENDAR_UNITS.map((unit) =>
      row(['leaf time'], `date_trunc('${unit}', $1)`, `toDateTime64(date_trunc('${unit}', $1), 3, 'UTC')`),
    ),
    ...['3 MINUTE', '5 HOUR', '2 DAY', '1 MONTH', '1 YEAR'].flatMap((interval) => [
      row(['leaf time'], `($1 + INTERVAL ${interval})`),
      row(['leaf time'], `($1 - INTERVAL ${interval})`),
    ]),
    row(['leaf time', 'span'], '($1 + $2)'),
    row(['leaf time', 'span'], '($1 - $2)'),
    row(['time', 'time'], 'nullif($1, $2)'),
  ],
  date: [
    row(['leaf time'], 'CAST($1 AS DATE)', 'toDate($1)'),
    ...CALENDAR_UNITS.map((unit) =>
      row(['leaf time'], `CAST(date_trunc('${unit}', $1) AS DATE)`, `toDate(date_trunc('${unit}', $1))`),
    ),
    row(['date', 'count'], '($1 + $2)'),
    row(['date', 'count'], '($1 - $2)'),
    row(['date'], 'last_day($1)', 'toLastDayOfMonth($1)'),
  ],
  span: [
    row(['span', 'span'], '($1 + $2)'),
    row(['span', 'span'], '($1 - $2)'),
    row(['span'], '(- $1)'),
    row(['leaf int'], 'to_hours($1 % 100)', 'toIntervalHour($1 % 100)'),
    row(['span', 'span'], 'nullif($1, $2)'),
  ],
  clock: [
    row(['clock', 'leaf span'], '($1 + $2)'),
    row(['clock', 'leaf span'], '($1 - $2)'),
    row(['leaf time'], 'CAST($1 AS TIME)', 'toTime64($1, 3)'),
    row(['clock', 'clock'], 'nullif($1, $2)'),
  ],
};

/** Aggregates, each over one argument; `filterable` ones also appear with FILTER and as -If. */
export const AGGREGATES: readonly (ExpressionRow & { readonly combinator?: string })[] = [
  row([], 'count(*)', 'count()'),
  ...(['int', 'wide', 'float', 'text', 'bool', 'time', 'date', 'span', 'clock'] as const).map((kind) =>
    row([kind], 'count($1)'),
  ),
  ...(['int', 'wide', 'float'] as const).flatMap((kind) => [row([kind], 'sum($1)'), row([kind], 'avg($1)')]),
  ...(['int', 'wide', 'float', 'text', 'time', 'date', 'bool', 'span', 'clock'] as const).flatMap((kind) => [
    row([kind], 'min($1)'),
    row([kind], 'max($1)'),
    row([kind], 'count(DISTINCT $1)'),
  ]),
  row(['int'], 'sum(DISTINCT $1)'),
  ...(['int', 'wide', 'text', 'time'] as const).flatMap((kind) => [
    row([kind], 'arg_min($1, $id)', 'argMin($1, $id)'),
    row([kind], 'arg_max($1, $id)', 'argMax($1, $id)'),
  ]),
];
