/** ClickHouse's pieces, distances and forms of texts: one line each. */

import { BasaltError } from '../../base/error.ts';
import { literal } from '../../plan/expr.ts';
import { array, BOOL, FLOAT64, INT64, type LogicalType, STRING, type, UINT64 } from '../../type/type.ts';
import { apply, text, unlessNull } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import {
  ANY_AS_TEXT,
  BYTES,
  clickhouseScalar,
  firstOf,
  INTEGER,
  literalInt,
  literalText,
  nullOfNull,
  type Param,
  simple,
  TEXT,
  TEXT_LIST,
} from '../signature.ts';
import { composed } from './compose.ts';

const UINT8 = type('uint8');
const UINT32 = type('uint32');
const TEXTS = array(STRING);
const LISTS = array(TEXTS);
const ALL = literalInt(0);
const DOT = literalText('.');

/** ClickHouse's arrays are never NULL: NULL is read as no text. */
const never =
  (resolve: Resolve): Resolve =>
  (args, context) => {
    const found = resolve(args, context);
    if (found === undefined || found.build !== undefined) return found;
    const { fn, type: result, casts, extra = [] } = found;
    return {
      casts,
      build: (values) =>
        apply(
          fn,
          [
            ...values.map((value) =>
              value.type.nullable && value.type.id === 'string'
                ? apply('coalesce_str', [value, text('')], STRING)
                : value,
            ),
            ...extra.map(({ value, type: own }) => literal(value, own)),
          ],
          result,
        ),
    };
  };
const of = (fn: string, result: LogicalType, ...params: readonly Param[]): Resolve =>
  result.id === 'array' ? never(simple(fn, params, result)) : simple(fn, params, result);
const pieces = (fn: string, ...params: readonly Param[]): Resolve =>
  never(simple(fn, [...params, INTEGER], TEXTS, { defaults: [ALL] }));
const flagged = (fn: string, flags: string): Resolve =>
  simple(fn, [TEXT, TEXT], UINT64, { extra: [literalText(flags)] });

/** Which implementation a tokenizer is; its name is read here. */
const tokens: Resolve = (args, context) => {
  const [name, rest] = [args[1]?.value, [args[0], ...args.slice(2)]];
  const way =
    args.length === 1 || (name === 'splitByNonAlpha' && args.length === 2)
      ? pieces('word_tokens', TEXT)
      : name === 'array' && args.length === 2
        ? of('text_itself', TEXTS, TEXT)
        : name === 'ngrams' && args.length === 3
          ? of('text_ngrams', TEXTS, TEXT, INTEGER)
          : undefined;
  if (way === undefined && typeof name === 'string')
    throw new BasaltError('BAD_ARGUMENTS', 'tokens knows splitByNonAlpha, array, and ngrams with a length');
  const found = args.length === 0 ? undefined : way?.(rest, context);
  if (found?.build === undefined) return undefined;
  const { build } = found;
  return {
    casts: args.map((arg) => arg.type),
    build: (values) => build([values[0], ...values.slice(2)]),
  };
};

const not = (name: string): Resolve =>
  composed(
    (args) => args.length === 2,
    (args, call) => call('not', call(name, ...args)),
  );

/** The tokens are listed, or those of a text. */
const ofTokens = (fn: string): Resolve =>
  firstOf(simple(fn, [TEXT, TEXT_LIST], BOOL), (args, context) => {
    const found = simple(fn, [TEXT, TEXT], BOOL)(args, context);
    return (
      found?.casts && {
        casts: found.casts,
        build: ([text, wanted]) =>
          apply(fn, [text, apply('word_tokens', [wanted, literal(0n, INT64)], TEXTS)], BOOL),
      }
    );
  });

/** The first of what another function lists. */
const firstOfAll = (all: string, count: number): Resolve =>
  composed(
    (args) => args.length === count,
    (args, call) => unlessNull([args[0]], call('arrayElement', call(all, ...args), literal(1n, INT64))),
  );

/** names, resolve, arguments, doc, arguments of the example, its result. */
const ROWS: readonly (readonly [string, Resolve, string, string, string, string])[] = [
  [
    'alphaTokens, splitByAlpha',
    pieces('alpha_tokens', TEXT),
    'text [, most]',
    'Runs of letters of ASCII.',
    "'ab1c'",
    "['ab','c']",
  ],
  [
    'splitByNonAlpha',
    pieces('word_tokens', TEXT),
    'text [, most]',
    'Runs of letters and digits, and of all beyond ASCII.',
    "'a,b c'",
    "['a','b','c']",
  ],
  [
    'tokens',
    tokens,
    'text [, tokenizer, length]',
    'The words of a text, or what a tokenizer makes of it.',
    "'a,b c'",
    "['a','b','c']",
  ],
  [
    'ngrams',
    of('text_ngrams', TEXTS, TEXT, INTEGER),
    'text, length',
    'All runs of so many characters.',
    "'abcd', 3",
    "['abc','bcd']",
  ],
  [
    'splitByRegexp',
    pieces('split_regex', TEXT, TEXT),
    'pattern, text [, most]',
    'The pieces between matches of an RE2 pattern; bytes, if it is empty.',
    "'[0-9]+', 'a12b3c'",
    "['a','b','c']",
  ],
  [
    'reverseBySeparator',
    simple('reverse_pieces', [TEXT, TEXT], STRING, { defaults: [DOT] }),
    'text [, separator]',
    'The pieces between separators in opposite order.',
    "'www.a.com'",
    'com.a.www',
  ],
  [
    'extractAll',
    of('regex_all', TEXTS, TEXT, TEXT),
    'text, pattern',
    'What all matches of an RE2 pattern are, or their first groups.',
    "'a12b3', '[0-9]+'",
    "['12','3']",
  ],
  [
    'extractGroups',
    of('regex_groups', TEXTS, TEXT, TEXT),
    'text, pattern',
    'The groups of the first match.',
    "'a1b2', '([a-z])([0-9])'",
    "['a','1']",
  ],
  [
    'extractAllGroupsVertical, extractAllGroups',
    of('regex_groups_by_match', LISTS, TEXT, TEXT),
    'text, pattern',
    'The groups of each match.',
    "'a1b2', '([a-z])([0-9])'",
    "[['a','1'],['b','2']]",
  ],
  [
    'extractAllGroupsHorizontal',
    of('regex_groups_by_group', LISTS, TEXT, TEXT),
    'text, pattern',
    'What each group is in all matches.',
    "'a1b2', '([a-z])([0-9])'",
    "[['a','b'],['1','2']]",
  ],
  [
    'countMatches',
    flagged('regex_count', 's'),
    'text, pattern',
    'How many matches of an RE2 pattern are not empty.',
    "'a12b3', '[0-9]+'",
    '2',
  ],
  [
    'countMatchesCaseInsensitive',
    flagged('regex_count', 'si'),
    'text, pattern',
    'How many matches in any case are not empty.',
    "'aAb', 'a'",
    '2',
  ],
  [
    'regexpExtract, REGEXP_EXTRACT, REGEXP_SUBSTR, regexp_extract, regexp_substr',
    firstOf(of('regex_group', STRING, TEXT, TEXT), of('regex_group_at', STRING, TEXT, TEXT, INTEGER)),
    'text, pattern [, group]',
    'A group of the first match, the first if not said, or all of it.',
    "'100-200', '([0-9]+)-([0-9]+)', 2",
    '200',
  ],
  [
    'multiMatchAny',
    of('multi_match_any', UINT8, TEXT, TEXT_LIST),
    'text, patterns',
    'Whether one of the RE2 patterns is found.',
    "'basalt', ['x', 's.l']",
    '1',
  ],
  [
    'multiMatchAllIndices',
    of('multi_match_all', array(UINT64), TEXT, TEXT_LIST),
    'text, patterns',
    'Numbers of the patterns that are found, from 1, by where their matches end.',
    "'basalt', ['x', 's.l', 'b']",
    '[3,2]',
  ],
  [
    'multiMatchAnyIndex',
    firstOfAll('multiMatchAllIndices', 2),
    'text, patterns',
    'The number of a pattern that is found, from 1; 0 if none is.',
    "'basalt', ['x', 's.l']",
    '2',
  ],
  [
    'hasAnyTokens',
    ofTokens('has_any_tokens'),
    'text, tokens',
    'Whether one of the tokens, or of those of a text, is a run of letters and digits of the text.',
    "'foo-bar', ['bar', 'baz']",
    '1',
  ],
  [
    'hasAllTokens',
    ofTokens('has_all_tokens'),
    'text, tokens',
    'Whether all of the tokens, or of those of a text, are runs of letters and digits of the text.',
    "'foo-bar', 'bar baz'",
    '0',
  ],
  [
    'multiFuzzyMatchAny',
    of('multi_fuzzy_any', UINT8, TEXT, INTEGER, TEXT_LIST),
    'text, distance, patterns',
    'Whether one of the RE2 patterns is found but for so many edits: bytes changed, missing, or too many.',
    "'basalt', 1, ['x..x', 'bazalt']",
    '1',
  ],
  [
    'multiFuzzyMatchAllIndices',
    of('multi_fuzzy_all', array(UINT64), TEXT, INTEGER, TEXT_LIST),
    'text, distance, patterns',
    'Numbers of the patterns that are found but for so many edits, from 1, by where their first matches end.',
    "'basalt', 1, ['x..x', 'bazalt', 'bsal']",
    '[3,2]',
  ],
  [
    'multiFuzzyMatchAnyIndex',
    firstOfAll('multiFuzzyMatchAllIndices', 3),
    'text, distance, patterns',
    'The number of a pattern that is found but for so many edits, from 1; 0 if none is.',
    "'basalt', 1, ['x..x', 'bazalt']",
    '2',
  ],
  [
    'notLike',
    not('like'),
    'text, pattern',
    'Whether the text does not fit a pattern of % and _.',
    "'basalt', 'b%'",
    '0',
  ],
  [
    'notILike',
    not('ilike'),
    'text, pattern',
    'Whether the text does not fit in any case.',
    "'BASALT', 'x%'",
    '1',
  ],
  [
    'hasPhrase, matchPhrase',
    of('has_phrase', UINT8, TEXT, TEXT),
    'text, phrase',
    'Whether the words of the phrase follow each other in the text.',
    "'the quick brown fox', 'quick brown'",
    '1',
  ],
  [
    'editDistance, levenshteinDistance',
    of('edit_distance_bytes', UINT64, BYTES, BYTES),
    'a, b',
    'Bytes to insert, delete or replace.',
    "'clickhouse', 'mouse'",
    '6',
  ],
  [
    'editDistanceUTF8, levenshteinDistanceUTF8',
    of('edit_distance_chars', UINT64, BYTES, BYTES),
    'a, b',
    'Characters to insert, delete or replace.',
    "'häh', 'hoh'",
    '1',
  ],
  [
    'damerauLevenshteinDistance',
    of('damerau_bytes', UINT64, BYTES, BYTES),
    'a, b',
    'Bytes to insert, delete, replace or swap with their neighbour.',
    "'ab', 'ba'",
    '1',
  ],
  [
    'byteHammingDistance, mismatches',
    of('hamming_bytes', UINT64, BYTES, BYTES),
    'a, b',
    'Places where bytes differ.',
    "'karolin', 'kathrin'",
    '3',
  ],
  [
    'jaroSimilarity',
    of('jaro_bytes', FLOAT64, BYTES, BYTES),
    'a, b',
    "Jaro's similarity of the bytes.",
    "'ab', 'ab'",
    '1',
  ],
  [
    'jaroWinklerSimilarity',
    of('jaro_winkler_bytes', FLOAT64, BYTES, BYTES),
    'a, b',
    'The same with weight on how the texts begin.',
    "'ab', 'ab'",
    '1',
  ],
  [
    'stringJaccardIndex',
    of('jaccard_bytes', FLOAT64, BYTES, BYTES),
    'a, b',
    'Bytes in both texts, of those in one.',
    "'abc', 'abd'",
    '0.5',
  ],
  [
    'stringJaccardIndexUTF8',
    of('jaccard_chars', FLOAT64, BYTES, BYTES),
    'a, b',
    'Characters in both texts, of those in one.',
    "'abc', 'abcd'",
    '0.75',
  ],
  [
    'CRC32',
    of('crc_32', UINT32, BYTES),
    'text',
    "The checksum of 32 bits, as zlib's.",
    "'ClickHouse'",
    '1538217360',
  ],
  [
    'CRC32IEEE',
    of('crc_32_ieee', UINT32, BYTES),
    'text',
    'The checksum of 32 bits that begins with 0.',
    "'ClickHouse'",
    '3089448422',
  ],
  [
    'CRC64',
    of('crc_64', UINT64, BYTES),
    'text',
    'The checksum of 64 bits by ECMA 182.',
    "'a'",
    '3219832958944941148',
  ],
  ['normalizeUTF8NFC', of('normalize_NFC', STRING, TEXT), 'text', "Unicode's form NFC.", "'é'", 'é'],
  ['normalizeUTF8NFD', of('normalize_NFD', STRING, TEXT), 'text', "Unicode's form NFD.", "'a'", 'a'],
  ['normalizeUTF8NFKC', of('normalize_NFKC', STRING, TEXT), 'text', "Unicode's form NFKC.", "'①'", '1'],
  ['normalizeUTF8NFKD', of('normalize_NFKD', STRING, TEXT), 'text', "Unicode's form NFKD.", "'H₂O²'", 'H2O2'],
  [
    'removeDiacriticsUTF8, removeAccentsUTF8',
    of('without_marks', STRING, TEXT),
    'text',
    'The text without accents.',
    "'café'",
    'cafe',
  ],
  [
    'isValidASCII, isASCII',
    of('is_ascii', UINT8, BYTES),
    'text',
    'Whether all bytes are below 128.',
    "'a'",
    '1',
  ],
  ['isValidUTF8', of('is_utf8', UINT8, BYTES), 'text', 'Whether the bytes are UTF-8.', "'ä'", '1'],
  [
    'toValidUTF8',
    of('to_utf8', STRING, TEXT),
    'text',
    'The text with one sign for each run of bytes that are no UTF-8.',
    "'a'",
    'a',
  ],
  [
    'encodeXMLComponent',
    of('xml_encode', STRING, TEXT),
    'text',
    'The text with `<>&"\'` escaped.',
    "'<a>'",
    '&lt;a&gt;',
  ],
  [
    'decodeXMLComponent',
    of('xml_decode', STRING, TEXT),
    'text',
    'The text without the escapes of XML.',
    "'&lt;a&#62;'",
    '<a>',
  ],
  [
    'convertCharset',
    of('convert_charset', STRING, BYTES, TEXT, TEXT),
    'text, from, to',
    'The text in another character set.',
    "'ab', 'UTF-8', 'ISO-8859-1'",
    'ab',
  ],
  [
    'format',
    simple('fill_format', [TEXT, ANY_AS_TEXT], STRING, { variadic: true }),
    'pattern, a, ...',
    'The pattern with the arguments in the place of {} or {0}.',
    "'{1} {0}', 'a', 'b'",
    'b a',
  ],
  [
    'regexpQuoteMeta',
    of('quote_meta', STRING, TEXT),
    'text',
    'The text as a regular expression that finds it.',
    "'a.b'",
    'a\\.b',
  ],
  [
    'concatAssumeInjective',
    simple('concat', [ANY_AS_TEXT], STRING, { variadic: true }),
    'a, ...',
    'The texts one after another.',
    "'a', 'b'",
    'ab',
  ],
  [
    'concatWithSeparatorAssumeInjective',
    nullOfNull(simple('concat_ws', [TEXT, ANY_AS_TEXT], STRING, { variadic: true })),
    'separator, a, ...',
    'The texts with a separator between.',
    "'-', 'a', 'b'",
    'a-b',
  ],
  [
    'initcapUTF8',
    of('initcap', STRING, TEXT),
    'text',
    'Every word with a capital first letter.',
    "'ähm so'",
    'Ähm So',
  ],
];

export const MORE_TEXTS: readonly FunctionRow[] = ROWS.map(([names, resolve, args, doc, example, result]) => {
  const list = names.split(', ');
  const call = `${list[0]}(${example})`;
  return clickhouseScalar([
    list,
    resolve,
    `${list[0]}(${args})`,
    doc,
    `SELECT ${result.startsWith('[') ? `toString(${call})` : call}`,
    result,
  ]);
});
