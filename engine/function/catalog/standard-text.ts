/** Functions of texts under DuckDB's names: those that it shares with ClickHouse (ids of scalar/text-distance.ts and others), and its own. */

import { type Expr, literal } from '../../plan/expr.ts';
import { unpackItem } from '../../type/nested.ts';
import {
  array,
  BOOL,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isNumeric,
  isWideInteger,
  type LogicalType,
  nullable,
  STRING,
  tuple,
  UINT64,
  UINT128,
} from '../../type/type.ts';
import { apply, choose, int, isIn, text, unlessNull } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import {
  firstOf,
  INTEGER,
  literalInt,
  literalText,
  NUMBER,
  type Param,
  scalar,
  simple,
  TEXT,
  TEXT_LIST,
} from '../signature.ts';
import { exclusiveOr } from './compare.ts';
import { doubled } from './number.ts';

const TEXTS = array(nullable(STRING));
const ALL = literalInt(0);
const PLAIN = literalText('');
const SYSTEM = literalText('system');
const NO: { readonly value: boolean; readonly type: LogicalType } = { value: false, type: BOOL };

const of = (fn: string, result: LogicalType, ...params: readonly Param[]): Resolve =>
  simple(fn, params, result);
const TRUTH: Param = (arg) => (arg.type.id === 'bool' ? arg.type : undefined);

/** A pattern, then what a call may leave out, and options as the last. */
const matching = (fn: string, result: LogicalType, ...more: readonly Param[]): Resolve =>
  simple(fn, [TEXT, TEXT, ...more, TEXT], result, { defaults: [...more.map(() => ALL), PLAIN] });

/** regexp_extract(text, pattern, names [, options]): a struct of the groups. */
const namedGroups: Resolve = (args, context) => {
  const names = args[2];
  if (names?.type.id !== 'array' || typeof names.value !== 'string') return undefined;
  const fields = (unpackItem(names.value, names.type) as readonly string[]).map((name) => ({
    name,
    type: nullable(STRING),
  }));
  return simple('regex_named_groups', [TEXT, TEXT, TEXT_LIST, TEXT], tuple(fields), { defaults: [PLAIN] })(
    args,
    context,
  );
};

/** Whole numbers, floats, truths; all else as text. */
const kindOf = (type: LogicalType): string => {
  if (isInteger(type) || isWideInteger(type)) return 'i';
  return isFloat(type) || type.id === 'decimal' ? 'f' : type.id === 'bool' ? 'b' : 's';
};

const formatted =
  (fn: string): Resolve =>
  (args, context) => {
    const [pattern, ...values] = args;
    const kept = pattern === undefined ? undefined : TEXT(pattern, context);
    if (kept === undefined) return undefined;
    const kinds = values.map(({ type }) => kindOf(type)).join('');
    return {
      casts: [
        kept,
        ...values.map(({ type }) => (type.id === 'decimal' ? { ...FLOAT64, nullable: type.nullable } : type)),
      ],
      build: ([by, ...given]) => apply(fn, [by, text(kinds), ...given.map((value) => asText(value))], STRING),
    };
  };
const asText = (value: Expr): Expr => cast(value, { ...STRING, nullable: value.type.nullable }, WIDEN);

/** A bar filled up with blanks. */
const bar: Resolve = (args, context) => {
  const found = simple('bar', [NUMBER, NUMBER, NUMBER, NUMBER], STRING, {
    defaults: [{ value: 80, type: FLOAT64 }],
  })(args, context);
  if (found?.fn === undefined) return undefined;
  return {
    casts: found.casts,
    build: (given) => {
      const [x, from, to, width = literal(80, FLOAT64)] = given;
      return apply(
        'rpad',
        [apply('bar', [x, from, to, width], STRING), cast(width, INT64, WIDEN), text(' ')],
        STRING,
      );
    },
  };
};

const isText = ({ type }: Argument): boolean => type.id === 'string';

/** Of a number without its first zeros, of a text eight a byte. */
const inTwos: Resolve = (args, context) => {
  if (args.length !== 1) return undefined;
  if (isInteger(args[0].type)) return simple('digits_of_two', [INTEGER], STRING)(args, context);
  return isText(args[0]) ? simple('bin_text', [TEXT], STRING)(args, context) : undefined;
};

const PATH: readonly Param[] = [TEXT, TEXT];
const onPath = (fn: string, result: LogicalType = STRING): Resolve =>
  simple(fn, PATH, result, { defaults: [SYSTEM] });
/** (path [, without the ending] [, separator]) */
const fileName: Resolve = firstOf(
  simple('path_file', [TEXT, TRUTH, TEXT], STRING, { defaults: [NO, SYSTEM] }),
  (args) =>
    args.length === 2
      ? {
          casts: args.map(({ type }) => type),
          build: ([path, by]) => apply('path_file', [path, literal(false, BOOL), by], STRING),
        }
      : undefined,
);

type Row = readonly [
  names: string,
  resolve: Resolve,
  args: string,
  doc: string,
  example: string,
  result: string,
];

const ROWS: readonly Row[] = [
  [
    'glob_matches',
    of('glob_match', BOOL, TEXT, TEXT),
    'text, pattern',
    'Whether the text fits a pattern of the shell; text ~~~ pattern is the same.',
    "glob_matches('abc', 'a*')",
    'true',
  ],
  [
    'levenshtein, editdist3',
    of('edit_distance_bytes', INT64, TEXT, TEXT),
    'a, b',
    'Bytes to insert, delete or replace.',
    "levenshtein('duck', 'db')",
    '3',
  ],
  [
    'damerau_levenshtein',
    of('damerau_standard', INT64, TEXT, TEXT),
    'a, b',
    'Bytes to insert, delete, replace or swap with the next one.',
    "damerau_levenshtein('ab', 'ba')",
    '1',
  ],
  [
    'hamming, mismatches',
    of('hamming_equal', INT64, TEXT, TEXT),
    'a, b',
    'Places where bytes of texts of equal length differ.',
    "hamming('duck', 'luck')",
    '1',
  ],
  [
    'jaro_similarity',
    of('jaro_standard', FLOAT64, TEXT, TEXT),
    'a, b',
    "Jaro's similarity of the bytes.",
    "jaro_similarity('ab', 'ab')",
    '1.0',
  ],
  [
    'jaro_winkler_similarity',
    of('jaro_winkler_standard', FLOAT64, TEXT, TEXT),
    'a, b',
    'The same with weight on how the texts begin.',
    "jaro_winkler_similarity('ab', 'ab')",
    '1.0',
  ],
  [
    'jaccard',
    of('jaccard_of_some', FLOAT64, TEXT, TEXT),
    'a, b',
    'Bytes in both texts, of those in one.',
    "jaccard('duck', 'luck')",
    '0.6',
  ],
  [
    'bar',
    bar,
    'x, from, to [, width]',
    'A bar of text, as long as x is between two values.',
    "bar(5, 0, 10, 4) || '|'",
    '██  |',
  ],
  [
    'format',
    formatted('fmt_braces'),
    'pattern, value, ...',
    'The pattern with the values in the place of {}, {0}, {:>8.2f}.',
    "format('{} {:.2f}', 'a', 1.5)",
    'a 1.50',
  ],
  [
    'printf',
    formatted('fmt_percents'),
    'pattern, value, ...',
    'The pattern with the values in the place of %s, %d, %8.2f.',
    "printf('%s %05d', 'a', 42)",
    'a 00042',
  ],
  [
    'translate',
    of('translate_each', STRING, TEXT, TEXT, TEXT),
    'text, from, to',
    'Each character of the second text as the one at its place in the third, without one left out.',
    "translate('12345', '143', 'ax')",
    'a2x5',
  ],
  [
    'strip_accents',
    of('without_marks', STRING, TEXT),
    'text',
    'The text without accents.',
    "strip_accents('mühl')",
    'muhl',
  ],
  [
    'nfc_normalize',
    of('normalize_NFC', STRING, TEXT),
    'text',
    "Unicode's form NFC.",
    "nfc_normalize('é')",
    'é',
  ],
  [
    'prefix',
    of('starts_with', BOOL, TEXT, TEXT),
    'text, prefix',
    'Whether the text begins so.',
    "prefix('abc', 'ab')",
    'true',
  ],
  [
    'bin, to_binary',
    inTwos,
    'value',
    'The digits of base 2 of a whole number, or of the bytes of a text.',
    'bin(42)',
    '101010',
  ],
  [
    'to_base',
    simple('text_in_base', [INTEGER, INTEGER, INTEGER], STRING, { defaults: [ALL] }),
    'number, base [, length]',
    'The digits of base 2 to 36, so many at least.',
    'to_base(42, 16, 5)',
    '0002A',
  ],
  [
    'to_base64, base64',
    of('base64_encode', STRING, TEXT),
    'text',
    'The bytes in base 64.',
    "to_base64('A')",
    'QQ==',
  ],
  [
    'from_base64',
    of('base64_decode', STRING, TEXT),
    'text',
    'The bytes that base 64 means.',
    "from_base64('QQ==')",
    'A',
  ],
  [
    'unbin, from_binary',
    of('unbin', STRING, TEXT),
    'text',
    'The bytes whose digits of base 2 are given.',
    "unbin('01100001')",
    'a',
  ],
  [
    'md5_number',
    of('md5_number', UINT128, TEXT),
    'text',
    'MD5 as a number.',
    "CAST(md5_number('abc') AS VARCHAR)",
    '152195979970564155685860391459828531600',
  ],
  [
    'regexp_matches, regexp_like',
    matching('regex_match', BOOL),
    'text, pattern [, options]',
    "Whether the RE2 pattern is found in the text; in any case with option 'i'.",
    "regexp_matches('Basalt', '^b', 'i')",
    'true',
  ],
  [
    'regexp_full_match',
    matching('regex_full_match', BOOL),
    'text, pattern [, options]',
    'Whether the RE2 pattern matches all of the text.',
    "regexp_full_match('abc', 'a.c')",
    'true',
  ],
  [
    'regexp_extract',
    firstOf(
      namedGroups,
      simple('regex_extract_empty', [TEXT, TEXT, INTEGER, TEXT], STRING, { defaults: [ALL, PLAIN] }),
    ),
    'text, pattern [, group or names, options]',
    'What the RE2 pattern, or one of its groups, matches, empty if nothing; all of them as a struct where names are given.',
    "regexp_extract('a12b', '[0-9]+')",
    '12',
  ],
  [
    'regexp_extract_all',
    matching('regex_all_groups', TEXTS, INTEGER),
    'text, pattern [, group, options]',
    'What all matches of an RE2 pattern are, or a group of theirs.',
    "regexp_extract_all('a12b3', '[0-9]+')",
    '[12, 3]',
  ],
  [
    'regexp_split_to_array, string_split_regex, str_split_regex',
    matching('regex_pieces', TEXTS),
    'text, pattern [, options]',
    'The pieces between matches of an RE2 pattern; characters, if it is empty.',
    "string_split_regex('a12b3c', '[0-9]+')",
    '[a, b, c]',
  ],
  [
    'regexp_escape',
    of('regex_escape', STRING, TEXT),
    'text',
    'The text as a regular expression that finds it.',
    "regexp_escape('a.b')",
    'a\\.b',
  ],
  [
    'length_grapheme',
    of('grapheme_count', INT64, TEXT),
    'text',
    'How many characters a reader sees.',
    "length_grapheme('🤦🏼‍♂️')",
    '1',
  ],
  [
    'left_grapheme',
    of('grapheme_left', STRING, TEXT, INTEGER),
    'text, count',
    'The first of what a reader sees as characters.',
    "left_grapheme('🤦🏼‍♂️a', 1)",
    '🤦🏼‍♂️',
  ],
  [
    'right_grapheme',
    of('grapheme_right', STRING, TEXT, INTEGER),
    'text, count',
    'The last of what a reader sees as characters.',
    "right_grapheme('a🤦🏼‍♂️', 1)",
    '🤦🏼‍♂️',
  ],
  [
    'substring_grapheme',
    simple('grapheme_slice', [TEXT, INTEGER, INTEGER], STRING, { defaults: [literalInt(2 ** 31)] }),
    'text, from [, count]',
    'A piece of what a reader sees as characters.',
    "substring_grapheme('abc', 2, 1)",
    'b',
  ],
  [
    'parse_path',
    onPath('path_parts', TEXTS),
    'path [, separator]',
    "The names of a path; the separator is 'system', 'both_slash', 'forward_slash' or 'backslash'.",
    "parse_path('a/b.csv')",
    '[a, b.csv]',
  ],
  [
    'parse_filename',
    fileName,
    'path [, without_ending, separator]',
    'The last name of a path.',
    "parse_filename('a/b.csv', true)",
    'b',
  ],
  [
    'parse_dirname',
    onPath('path_first'),
    'path [, separator]',
    'The first folder of a path.',
    "parse_dirname('a/b/c.csv')",
    'a',
  ],
  [
    'parse_dirpath',
    onPath('path_folder'),
    'path [, separator]',
    'The path without its last name.',
    "parse_dirpath('a/b/c.csv')",
    'a/b',
  ],
  [
    'format_bytes, formatReadableSize, pg_size_pretty',
    of('size_text', STRING, NUMBER),
    'bytes',
    'A number of bytes in words, by units of 1024.',
    'format_bytes(16000)',
    '15.6 KiB',
  ],
  [
    'formatReadableDecimalSize',
    of('size_text_decimal', STRING, NUMBER),
    'bytes',
    'A number of bytes in words, by units of 1000.',
    'formatReadableDecimalSize(16000)',
    '16.0 kB',
  ],
  [
    'parse_formatted_bytes',
    of('size_of_text', UINT64, TEXT),
    'text',
    'The number of bytes that words say.',
    "parse_formatted_bytes('16 KiB')",
    '16384',
  ],
];

/** Of DuckDB's for whole numbers, of ours for truths as well. */
const XOR: Resolve = (args) =>
  args.length === 2 && args.every(({ type }) => isInteger(type))
    ? {
        fn: 'bit_xor_i64',
        casts: args.map(({ type }) => ({ ...INT64, nullable: type.nullable })),
        type: INT64,
      }
    : undefined;
const nextAfter: Resolve = (args) => {
  if (args.length !== 2 || !args.every(({ type }) => isNumeric(type))) return undefined;
  const isSmall = args.every(({ type }) => type.id === 'float32');
  const result: LogicalType = isSmall ? { id: 'float32', nullable: false } : FLOAT64;
  return {
    casts: args.map(({ type }) => ({ ...FLOAT64, nullable: type.nullable })),
    build: (values) => apply('next_after_f64', [...values, int(isSmall ? 32 : 64)], result),
  };
};
const bitsSet: Resolve = (args) => {
  if (args.length !== 1 || !isInteger(args[0].type)) return undefined;
  const size = Number(args[0].type.id.replace(/\D/g, ''));
  return { casts: [args[0].type], build: ([x]) => apply('bit_count_i64', [x, int(size)], INT64) };
};
/** ClickHouse's, which takes no 0: of 0 a multiple is 0, a divisor the other number. */
const overZero =
  (fn: 'gcd_i64' | 'lcm_i64'): Resolve =>
  (args, context) => {
    const found = doubled(fn)(args, context);
    const { call } = context;
    if (found?.build === undefined || call === undefined) return undefined;
    const { casts, build } = found;
    return {
      casts,
      build: (values) => {
        const product = build(values);
        const { type } = product;
        const [a, b] = values;
        const isZero = (value: Expr): Expr => isIn(value, [0n]);
        const ofZero = (other: Expr): Expr =>
          cast(fn === 'lcm_i64' ? int(0) : call('abs', [other]), type, WIDEN);
        return unlessNull(
          values,
          choose(isZero(a), ofZero(b), choose(isZero(b), ofZero(a), product, type), type),
        );
      },
    };
  };
const HUGE: LogicalType = { id: 'int128', nullable: false };

const NUMBER_ROWS: readonly Row[] = [
  ['even', of('even_f64', FLOAT64, NUMBER), 'x', 'The next even number away from zero.', 'even(2.9)', '4.0'],
  [
    'signbit',
    of('sign_bit_f64', BOOL, NUMBER),
    'x',
    'Whether the number has a minus, also if it is zero.',
    'signbit(-2.0)',
    'true',
  ],
  [
    'isinf',
    of('is_infinite_f64', BOOL, NUMBER),
    'x',
    'Whether the number is infinite.',
    "isinf(CAST('inf' AS DOUBLE))",
    'true',
  ],
  [
    'nextafter',
    nextAfter,
    'x, to',
    'The float next to x on the way to another one.',
    'nextafter(1, 2)',
    '1.0000000000000002',
  ],
  [
    'factorial',
    of('factorial', HUGE, INTEGER),
    'n',
    'The product of 1 to n.',
    'CAST(factorial(5) AS VARCHAR)',
    '120',
  ],
  [
    'log',
    firstOf(of('log10_f64', FLOAT64, NUMBER), of('log_to_base', FLOAT64, NUMBER, NUMBER)),
    '[base,] x',
    'Logarithm to base 10, or another one.',
    'log(2, 64)',
    '6.0',
  ],
  [
    'gcd, greatest_common_divisor',
    overZero('gcd_i64'),
    'a, b',
    'Greatest common divisor.',
    'gcd(42, 57)',
    '3',
  ],
  ['lcm, least_common_multiple', overZero('lcm_i64'), 'a, b', 'Least common multiple.', 'lcm(42, 57)', '798'],
  ['xor', firstOf(XOR, exclusiveOr), 'a, b', 'The bits that one of two numbers has.', 'xor(17, 5)', '20'],
  ['bit_count', bitsSet, 'x', 'How many bits are set.', 'bit_count(31)', '5'],
];

const rowOf = ([names, resolve, args, doc, example, result]: Row): FunctionRow => {
  const list = names.split(', ');
  return scalar(
    { standard: list },
    resolve,
    `${list[0]}(${args})`,
    doc,
    `SELECT ${/^\[/.test(result) ? `CAST(${example} AS VARCHAR)` : example}`,
    result,
  );
};

export const STANDARD_TEXTS: readonly FunctionRow[] = ROWS.map(rowOf);
export const STANDARD_NUMBERS: readonly FunctionRow[] = NUMBER_ROWS.map(rowOf);
