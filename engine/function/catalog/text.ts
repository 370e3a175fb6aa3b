/**
 * Functions of strings under each dialect's names. ClickHouse counts and cuts by bytes unless a name says UTF8: what does so
 * is in byte-text.ts.
 */

import { literal } from '../../plan/expr.ts';
import { BOOL, INT64, type LogicalType, nullable, STRING } from '../../type/type.ts';
import { apply, choose } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import {
  ALL,
  ANY_AS_TEXT,
  COUNT,
  firstOf,
  INTEGER,
  LOOSE_INTEGER,
  literalInt,
  literalText,
  named,
  nullOfNull,
  resultOf,
  SQL,
  scalar,
  simple,
  TEXT,
} from '../signature.ts';
import { composed } from './compose.ts';
import { isEmpty, isNotEmpty, itemCount } from './nested.ts';
import { joinedLists } from './standard-list.ts';

const WHITE = literalText(' \t\n\r\v\f');
const BLANK = literalText(' ');
/** Longer than any string: "up to the end". */
const REST = literalInt(2 ** 31 - 1);
const NULLABLE_TEXT: LogicalType = nullable(STRING);

export const reversedArray = composed(
  (args) => args.length === 1 && args[0].type.id === 'array',
  (args, call) => call('arrayReverse', ...args),
);

const trim =
  (fn: string): Resolve =>
  (args, context) =>
    simple(fn, [TEXT, TEXT], STRING, { defaults: [context.dialect === 'clickhouse' ? BLANK : WHITE] })(
      args,
      context,
    );

const lengthOf = (fn: string): Resolve => simple(fn, [TEXT], COUNT);

/** A fixed string has its zero bytes, too. */
const fixedLength: Resolve = (args, context) =>
  args.length === 1 && args[0].type.id === 'fixedstring' && !args[0].type.nullable
    ? {
        casts: [args[0].type],
        build: () => literal(BigInt(args[0].type.length ?? 0), resultOf(COUNT, context)),
      }
    : undefined;

const regex = (fn: string, params: number, type: LogicalType, flags: string): Resolve =>
  simple(
    fn,
    Array.from({ length: params }, () => TEXT),
    type,
    { extra: [literalText(flags)] },
  );

/** Where ClickHouse has no pattern it replaces nothing; others replace what is between characters. */
const keptWithoutPattern =
  (replace: Resolve): Resolve =>
  (args, context) => {
    const found = replace(args, context);
    if (found?.fn === undefined || context.dialect !== 'clickhouse') return found;
    const pattern = args[1].value;
    if (typeof pattern === 'string' && pattern !== '') return found;
    const { casts, fn, type, extra = [] } = found;
    return {
      casts,
      build: (parts) =>
        choose(
          apply('eq_str', [parts[1], literal('', STRING)], BOOL),
          parts[0],
          apply(fn, [...parts, ...extra.map(({ value, type }) => literal(value, type))], type),
          parts.some((part) => part.type.nullable) ? nullable(type) : type,
        ),
    };
  };

const predicate = (fn: string): Resolve => simple(fn, [TEXT, TEXT], BOOL);

export const TEXTS: readonly FunctionRow[] = [
  scalar(
    named(SQL, 'lower', 'lcase'),
    simple('lower', [TEXT], STRING),
    'lower(text)',
    'The text in lower case.',
    "SELECT lower('BaSalt')",
    'basalt',
  ),
  scalar(
    named(SQL, 'upper', 'ucase'),
    simple('upper', [TEXT], STRING),
    'upper(text)',
    'The text in upper case.',
    "SELECT upper('BaSalt')",
    'BASALT',
  ),
  scalar(
    { clickhouse: ['lower', 'lcase'] },
    simple('lower_ascii', [TEXT], STRING),
    'lower(text)',
    'The text with ASCII letters in lower case.',
    "SELECT lower('BaSalt')",
    'basalt',
  ),
  scalar(
    { clickhouse: ['upper', 'ucase'] },
    simple('upper_ascii', [TEXT], STRING),
    'upper(text)',
    'The text with ASCII letters in upper case.',
    "SELECT upper('BaSalt')",
    'BASALT',
  ),
  scalar(
    { clickhouse: ['lowerUTF8'] },
    simple('lower', [TEXT], STRING),
    'lowerUTF8(text)',
    'The text in lower case.',
    "SELECT lowerUTF8('ÄB')",
    'äb',
  ),
  scalar(
    { clickhouse: ['upperUTF8'] },
    simple('upper', [TEXT], STRING),
    'upperUTF8(text)',
    'The text in upper case.',
    "SELECT upperUTF8('äb')",
    'ÄB',
  ),
  scalar(
    { standard: ['initcap'], clickhouse: ['initcap'] },
    (args, context) =>
      simple(context.dialect === 'clickhouse' ? 'initcap_ascii' : 'initcap', [TEXT], STRING)(args, context),
    'initcap(text)',
    'Every word with a capital first letter.',
    "SELECT initcap('hello world')",
    'Hello World',
  ),
  scalar(
    {
      standard: ['length', 'char_length', 'character_length', 'len'],
      druid: ['char_length', 'character_length', 'length', 'strlen'],
      clickhouse: ['lengthUTF8', 'char_length', 'character_length'],
    },
    firstOf(itemCount, lengthOf('length_chars')),
    'length(text)',
    'Number of characters.',
    "SELECT length('häh')",
    '3',
  ),
  scalar(
    { clickhouse: ['length', 'octet_length'], standard: ['octet_length', 'strlen'] },
    firstOf(itemCount, fixedLength, lengthOf('length_bytes')),
    'octet_length(text)',
    'Number of bytes.',
    "SELECT length('häh')",
    '4',
  ),
  scalar(
    { clickhouse: ['empty'] },
    firstOf(isEmpty, simple('is_empty', [TEXT], BOOL)),
    'empty(text)',
    'Whether the text has no characters.',
    "SELECT empty('')",
    '1',
  ),
  scalar(
    { clickhouse: ['notEmpty'] },
    firstOf(isNotEmpty, simple('is_not_empty', [TEXT], BOOL)),
    'notEmpty(text)',
    'Whether the text has characters.',
    "SELECT notEmpty('a')",
    '1',
  ),
  scalar(
    named(['druid'], 'substring', 'substr'),
    simple('substring_chars', [TEXT, LOOSE_INTEGER, LOOSE_INTEGER], STRING, { defaults: [REST] }),
    'substring(text, from [, count])',
    'Characters from a position on, the first being 1.',
    "SELECT SUBSTRING('basalt', 2, 3)",
    'asa',
  ),
  scalar(
    { standard: ['substring', 'substr'] },
    simple('substring_from_end', [TEXT, INTEGER, INTEGER], STRING, { defaults: [REST] }),
    'substring(text, from [, count])',
    'Characters from a position on, the first being 1; a negative one counts from the end.',
    "SELECT substring('basalt', 2, 3)",
    'asa',
  ),
  scalar(
    { standard: ['left'], druid: ['left'] },
    simple('left_chars', [TEXT, INTEGER], STRING),
    'left(text, count)',
    'The first characters; a negative count leaves out the last ones.',
    "SELECT left('basalt', 3)",
    'bas',
  ),
  scalar(
    { standard: ['right'], druid: ['right'] },
    simple('right_chars', [TEXT, INTEGER], STRING),
    'right(text, count)',
    'The last characters; a negative count leaves out the first ones.',
    "SELECT right('basalt', 4)",
    'salt',
  ),
  scalar(
    { standard: ['trim'], druid: ['trim', 'btrim'], clickhouse: ['trimBoth', 'trim'] },
    trim('trim_both'),
    'trim(text [, characters])',
    'The text without blanks, or the given characters, at both ends.',
    "SELECT trim('  a ')",
    'a',
  ),
  scalar(
    { standard: ['ltrim'], druid: ['ltrim'], clickhouse: ['trimLeft', 'ltrim'] },
    trim('trim_left'),
    'ltrim(text [, characters])',
    'The text without blanks at its start.',
    "SELECT ltrim('xxa', 'x')",
    'a',
  ),
  scalar(
    { standard: ['rtrim'], druid: ['rtrim'], clickhouse: ['trimRight', 'rtrim'] },
    trim('trim_right'),
    'rtrim(text [, characters])',
    'The text without blanks at its end.',
    "SELECT rtrim('axx', 'x')",
    'a',
  ),
  scalar(
    { standard: ['concat'] },
    simple('concat_skip_null', [ANY_AS_TEXT], STRING, { variadic: true }),
    'concat(a, b, ...)',
    'The texts one after another; NULL counts as empty.',
    "SELECT concat('a', NULL, 'b')",
    'ab',
  ),
  scalar(
    { druid: ['concat', 'textcat', '||'], clickhouse: ['concat', '||'] },
    simple('concat', [ANY_AS_TEXT], STRING, { variadic: true }),
    'concat(a, b, ...)',
    'The texts one after another; NULL if one is NULL.',
    "SELECT CONCAT('a', 'b')",
    'ab',
  ),
  scalar(
    { standard: ['||'] },
    firstOf(joinedLists, simple('concat', [ANY_AS_TEXT, ANY_AS_TEXT], STRING)),
    'a || b',
    'The texts, or the elements of the lists, one after another.',
    "SELECT 'a' || 1",
    'a1',
  ),
  scalar(
    { standard: ['concat_ws'], clickhouse: ['concatWithSeparator', 'concat_ws'] },
    nullOfNull(simple('concat_ws', [TEXT, ANY_AS_TEXT], STRING, { variadic: true })),
    'concat_ws(separator, a, b, ...)',
    'The texts with a separator between; NULLs are left out, in ClickHouse nothing is left.',
    "SELECT concat_ws('-', 'a', 'b')",
    'a-b',
  ),
  scalar(
    { standard: ['replace'], druid: ['replace'], clickhouse: ['replaceAll', 'replace'] },
    simple('replace_all', [TEXT, TEXT, TEXT], STRING),
    'replace(text, from, to)',
    'Every occurrence replaced.',
    "SELECT replace('banana', 'a', 'o')",
    'bonono',
  ),
  scalar(
    { clickhouse: ['replaceOne'] },
    simple('replace_one', [TEXT, TEXT, TEXT], STRING),
    'replaceOne(text, from, to)',
    'The first occurrence replaced.',
    "SELECT replaceOne('banana', 'a', 'o')",
    'bonana',
  ),
  scalar(
    { standard: ['strpos', 'instr'], druid: ['strpos'] },
    simple('position_chars', [TEXT, TEXT], COUNT),
    'strpos(text, needle)',
    'Position of the first occurrence, from 1; 0 if there is none.',
    "SELECT strpos('basalt', 'salt')",
    '3',
  ),
  scalar(
    { standard: ['position'] },
    simple('position_chars_in', [TEXT, TEXT], COUNT),
    'position(needle IN text)',
    'Position of the first occurrence, from 1; 0 if there is none.',
    "SELECT position('salt' IN 'basalt')",
    '3',
  ),
  scalar(
    { druid: ['position'] },
    firstOf(
      simple('position_chars_in', [TEXT, TEXT], COUNT),
      simple('position_chars_in_from', [TEXT, TEXT, LOOSE_INTEGER], COUNT),
    ),
    'position(needle IN text [FROM start])',
    'Position of the first occurrence that is not before the start, from 1; 0 if there is none.',
    "SELECT position('a' IN 'basalt' FROM 3)",
    '4',
  ),
  scalar(
    { standard: ['reverse'], druid: ['reverse'] },
    firstOf(simple('reverse_chars', [TEXT], STRING), reversedArray),
    'reverse(text)',
    'The characters in opposite order.',
    "SELECT reverse('abc')",
    'cba',
  ),
  scalar(
    named(ALL, 'repeat'),
    simple('repeat', [TEXT, INTEGER], STRING),
    'repeat(text, count)',
    'The text several times.',
    "SELECT repeat('ab', 3)",
    'ababab',
  ),
  scalar(
    { standard: ['lpad'], druid: ['lpad'] },
    simple('lpad', [TEXT, INTEGER, TEXT], STRING, { defaults: [BLANK] }),
    'lpad(text, length [, fill])',
    'The text filled up, or cut, to a length; filled at its start.',
    "SELECT lpad('7', 3, '0')",
    '007',
  ),
  scalar(
    { standard: ['rpad'], druid: ['rpad'] },
    simple('rpad', [TEXT, INTEGER, TEXT], STRING, { defaults: [BLANK] }),
    'rpad(text, length [, fill])',
    'The text filled up, or cut, to a length; filled at its end.',
    "SELECT rpad('7', 3, '0')",
    '700',
  ),
  scalar(
    { standard: ['starts_with'] },
    predicate('starts_with'),
    'starts_with(text, prefix)',
    'Whether the text begins so.',
    "SELECT starts_with('basalt', 'bas')",
    'true',
  ),
  scalar(
    { standard: ['ends_with', 'suffix'] },
    predicate('ends_with'),
    'ends_with(text, suffix)',
    'Whether the text ends so.',
    "SELECT ends_with('basalt', 'salt')",
    'true',
  ),
  scalar(
    { standard: ['contains'], druid: ['contains_string'] },
    predicate('contains_str'),
    'contains(text, needle)',
    'Whether the needle occurs in the text.',
    "SELECT contains('basalt', 'sal')",
    'true',
  ),
  scalar(
    { clickhouse: ['hasToken'] },
    predicate('has_token'),
    'hasToken(text, token)',
    'Whether the token stands in the text by itself: tokens are runs of ASCII letters and digits, and of all beyond ASCII.',
    "SELECT hasToken('foo-bar', 'bar')",
    '1',
  ),
  scalar(
    { clickhouse: ['hasTokenOrNull'] },
    simple('has_token_or_null', [TEXT, TEXT], nullable(BOOL)),
    'hasTokenOrNull(text, token)',
    'The same; NULL where the token is none.',
    "SELECT hasTokenOrNull('foo-bar', 'o-b')",
    'null',
  ),
  scalar(
    { druid: ['icontains_string'] },
    predicate('contains_caseless'),
    'icontains_string(text, needle)',
    'Whether the needle occurs in the text, in any case.',
    "SELECT ICONTAINS_STRING('BASALT', 'sal')",
    'true',
  ),
  scalar(
    { druid: ['regexp_like'] },
    regex('regex_match', 2, BOOL, ''),
    'regexp_like(text, pattern)',
    'Whether the RE2 pattern is found in the text.',
    "SELECT regexp_like('basalt', 's.l')",
    'true',
  ),
  scalar(
    { clickhouse: ['match'] },
    regex('regex_match', 2, BOOL, 's'),
    'match(text, pattern)',
    'Whether the RE2 pattern is found in the text.',
    "SELECT match('basalt', 's.l')",
    '1',
  ),
  scalar(
    { druid: ['regexp_extract'] },
    simple('regex_extract_null', [TEXT, TEXT, INTEGER], NULLABLE_TEXT, {
      defaults: [literalInt(0)],
      extra: [literalText('')],
    }),
    'regexp_extract(text, pattern [, group])',
    'What the RE2 pattern, or one of its groups, matches; NULL if nothing.',
    "SELECT REGEXP_EXTRACT('a12b', '[0-9]+')",
    '12',
  ),
  scalar(
    { clickhouse: ['extract'] },
    clickhouseExtract,
    'extract(text, pattern)',
    'What the first group of the RE2 pattern matches, or all of it; empty if nothing.',
    "SELECT extract('a12b', '[0-9]+')",
    '12',
  ),
  scalar(
    { druid: ['regexp_replace'], clickhouse: ['replaceRegexpAll', 'REGEXP_REPLACE'] },
    keptWithoutPattern(regex('regex_replace_all', 3, STRING, '')),
    'regexp_replace(text, pattern, to)',
    'Every match of the RE2 pattern replaced; \\1 is its first group.',
    "SELECT REGEXP_REPLACE('a1b2', '[0-9]', '_')",
    'a_b_',
  ),
  scalar(
    { standard: ['regexp_replace'] },
    standardReplace,
    'regexp_replace(text, pattern, to [, options])',
    "The first match of the RE2 pattern replaced, every one with option 'g'.",
    "SELECT regexp_replace('a1b2', '[0-9]', '_')",
    'a_b2',
  ),
  scalar(
    { clickhouse: ['replaceRegexpOne'] },
    keptWithoutPattern(regex('regex_replace_one', 3, STRING, '')),
    'replaceRegexpOne(text, pattern, to)',
    'The first match of the RE2 pattern replaced.',
    "SELECT replaceRegexpOne('a1b2', '[0-9]', '_')",
    'a_b2',
  ),
  scalar(
    { standard: ['ascii'] },
    simple('ascii_code', [TEXT], INT64),
    'ascii(text)',
    'Code of the first character.',
    "SELECT ascii('A')",
    '65',
  ),
  scalar(
    { standard: ['chr'] },
    simple('char_of', [INTEGER], STRING),
    'chr(code)',
    'The character of a code.',
    'SELECT chr(65)',
    'A',
  ),
  scalar(
    { standard: ['split_part'] },
    simple('split_part', [TEXT, TEXT, INTEGER], STRING),
    'split_part(text, separator, index)',
    'One of the pieces between separators, from 1.',
    "SELECT split_part('a-b-c', '-', 2)",
    'b',
  ),
  scalar(
    { standard: ['like'], druid: ['like'], clickhouse: ['like'] },
    like('like'),
    'text LIKE pattern',
    'Whether the whole text fits a pattern of % and _.',
    "SELECT 'basalt' LIKE 'b%t'",
    'true',
  ),
  scalar(
    { standard: ['ilike'], druid: ['ilike'], clickhouse: ['ilike'] },
    like('ilike'),
    'text ILIKE pattern',
    'LIKE without regard to case.',
    "SELECT 'BASALT' ILIKE 'b%t'",
    'true',
  ),
];

/** ClickHouse and DuckDB escape with a backslash only if told or by default; the binder passes ESCAPE as third. */
function like(fn: string): Resolve {
  return (args, context) =>
    simple(fn, [TEXT, TEXT, TEXT], BOOL, {
      defaults: [literalText(context.dialect === 'clickhouse' ? '\\' : '')],
    })(args, context);
}

function clickhouseExtract(...[args, context]: Parameters<Resolve>): ReturnType<Resolve> {
  const pattern = args[1]?.value;
  const group = typeof pattern === 'string' && /(^|[^\\])\((?!\?)/.test(pattern) ? 1 : 0;
  return simple('regex_extract_empty', [TEXT, TEXT], STRING, {
    extra: [literalInt(group), literalText('s')],
  })(args, context);
}

function standardReplace(...[args, context]: Parameters<Resolve>): ReturnType<Resolve> {
  if (args.length === 3) return regex('regex_replace_one', 3, STRING, '')(args, context);
  const options = args[3]?.value;
  if (args.length !== 4 || typeof options !== 'string') return undefined;
  const fn = options.includes('g') ? 'regex_replace_all' : 'regex_replace_one';
  return simple(fn, [TEXT, TEXT, TEXT, TEXT], STRING)(args, context);
}
