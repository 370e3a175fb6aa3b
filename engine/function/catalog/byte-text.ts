/**
 * ClickHouse's functions of strings that the other dialects lack, or have by characters: one row for bytes, one for UTF8 where there
 * are both.
 */

import { BOOL, FLOAT64, isInteger, isSigned, notNull, STRING, type } from '../../type/type.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import {
  BYTES,
  firstOf,
  INTEGER,
  literalInt,
  literalText,
  type Param,
  scalar,
  simple,
  TEXT,
} from '../signature.ts';
import { reversedArray } from './text.ts';

const REST = literalInt(2 ** 31 - 1);
const BLANK = literalText(' ');

/** Names, separated by commas; the syntax's arguments; SQL of a call, and what it gives. */
function ch(
  names: string,
  resolve: Resolve,
  syntax: string,
  doc: string,
  call: string,
  result: string,
): FunctionRow {
  const list = names.split(', ');
  return scalar({ clickhouse: list }, resolve, `${list[0]}(${syntax})`, doc, `SELECT ${call}`, result);
}

/** An integer that cannot be negative by its type. */
const UNSIGNED: Param = (arg, context) =>
  isInteger(arg.type) && isSigned(arg.type) ? undefined : INTEGER(arg, context);

const text = (fn: string, ...more: readonly Param[]): Resolve => simple(fn, [BYTES, ...more], STRING);
/** Where the other text is whole characters, comparing characters is comparing bytes, and indexes know that function. */
const exactly =
  (ofChars: string, ofBytes: string): Resolve =>
  (args, context) => {
    const other = args[1]?.value;
    const whole = typeof other === 'string' && other.isWellFormed();
    return twoTexts(whole ? ofChars : ofBytes)(args, context);
  };
/** Fixed strings stay what they are. */
const sameText =
  (fn: string): Resolve =>
  (args, context) => {
    const type = args[0]?.type;
    return args.length === 1 && type?.id === 'fixedstring'
      ? { fn, casts: [type], type: notNull(type) }
      : text(fn)(args, context);
  };
const twoTexts = (fn: string): Resolve => simple(fn, [BYTES, BYTES], BOOL);
const orLess = (fn: string, params: readonly Param[], last: typeof REST): Resolve =>
  simple(fn, params, STRING, { defaults: [last] });

const overlaid =
  (of: string): Resolve =>
  (args, context) =>
    args.length === 3
      ? text(`overlay_${of}`, BYTES, INTEGER)(args, context)
      : text(`overlay_count_${of}`, BYTES, INTEGER, INTEGER)(args, context);

const UINT16 = type('uint16');
const INT8 = type('int8');
const INT32 = type('int32');

/** Each in bytes, and again in characters under the name with UTF8. */
const PAIRS: readonly (readonly [
  names: string,
  utf8: string,
  resolve: (of: 'bytes' | 'chars') => Resolve,
  syntax: string,
  doc: string,
  args: string,
  result: string,
])[] = [
  [
    'substring, substr, mid, byteSlice',
    'substringUTF8, substrUTF8',
    (of) => orLess(`ch_substring_${of}`, [BYTES, INTEGER, INTEGER], REST),
    'text, from [, count]',
    'from a position on, the first being 1; a negative one counts from the end, a negative count leaves so many out there.',
    "'basalt', 2, 3",
    'asa',
  ],
  [
    'left',
    'leftUTF8',
    (of) => text(`ch_left_${of}`, INTEGER),
    'text, count',
    'at the start; a negative count leaves out the last ones.',
    "'basalt', 3",
    'bas',
  ],
  [
    'right',
    'rightUTF8',
    (of) => text(`ch_right_${of}`, INTEGER),
    'text, count',
    'at the end; a negative count leaves out the first ones.',
    "'basalt', 4",
    'salt',
  ],
  [
    'leftPad, lpad',
    'leftPadUTF8',
    (of) => orLess(`ch_left_pad_${of}`, [BYTES, INTEGER, BYTES], BLANK),
    'text, length [, fill]',
    'filled up, or cut, to a length; filled at the start.',
    "'7', 3, '0'",
    '007',
  ],
  [
    'rightPad, rpad',
    'rightPadUTF8',
    (of) => orLess(`ch_right_pad_${of}`, [BYTES, INTEGER, BYTES], BLANK),
    'text, length [, fill]',
    'filled up, or cut, to a length; filled at the end.',
    "'7', 3, '0'",
    '700',
  ],
  [
    'overlay',
    'overlayUTF8',
    overlaid,
    'text, by, from [, count]',
    'replaced from a position on; as many as come in, if not said.',
    "'basalt', 'old', 4",
    'basold',
  ],
  [
    'translate',
    'translateUTF8',
    (of) => text(`translate_${of}`, BYTES, BYTES),
    'text, from, to',
    'replaced one by one; those without a counterpart go.',
    "'basalt', 'at', 'o'",
    'bosol',
  ],
  [
    'substringIndex, SUBSTRING_INDEX',
    'substringIndexUTF8',
    (of) => text(`substring_index_${of}`, BYTES, INTEGER),
    'text, separator, count',
    'before the count-th separator; after it from the end, if the count is negative.',
    "'a.b.c', '.', 2",
    'a.b',
  ],
];

const pairs = PAIRS.flatMap(([names, utf8, resolve, syntax, doc, args, result]) => [
  ch(names, resolve('bytes'), syntax, `Bytes ${doc}`, `${names.split(',')[0]}(${args})`, result),
  ch(utf8, resolve('chars'), syntax, `Characters ${doc}`, `${utf8.split(',')[0]}(${args})`, result),
]);

/** Whether a text begins or ends so: names, implementation, what it compares. */
const ENDS = ['starts', 'ends'].flatMap((word): FunctionRow[] => {
  const affix = word === 'starts' ? 'prefix' : 'suffix';
  const sample = word === 'starts' ? "'Basalt', 'BAS'" : "'Basalt', 'ALT'";
  const exact = word === 'starts' ? "'basalt', 'bas'" : "'basalt', 'alt'";
  const does = word === 'starts' ? 'begins' : 'ends';
  return [
    ch(
      `${word}With`,
      exactly(`${word}_with`, `${word}_with_bytes`),
      `text, ${affix}`,
      `Whether the bytes of the text ${does === 'begins' ? 'begin' : 'end'} so.`,
      `${word}With(${exact})`,
      '1',
    ),
    ch(
      `${word}WithUTF8`,
      twoTexts(`${word}_with`),
      `text, ${affix}`,
      `Whether the text ${does} with these whole characters.`,
      `${word}WithUTF8(${exact})`,
      '1',
    ),
    ch(
      `${word}WithCaseInsensitive`,
      twoTexts(`${word}_with_caseless`),
      `text, ${affix}`,
      `Whether the text ${does} so, whatever the case of ASCII letters.`,
      `${word}WithCaseInsensitive(${sample})`,
      '1',
    ),
    ch(
      `${word}WithCaseInsensitiveUTF8`,
      twoTexts(`${word}_with_caseless_chars`),
      `text, ${affix}`,
      `Whether the text ${does} so, in any case.`,
      `${word}WithCaseInsensitiveUTF8(${sample})`,
      '1',
    ),
  ];
});

export const BYTE_TEXTS: readonly FunctionRow[] = [
  ...pairs,
  ...ENDS,
  ch(
    'reverse',
    firstOf(sameText('ch_reverse_bytes'), reversedArray),
    'text',
    'The bytes in opposite order.',
    "reverse('abc')",
    'cba',
  ),
  ch(
    'reverseUTF8',
    firstOf(text('ch_reverse_chars'), reversedArray),
    'text',
    'The characters in opposite order.',
    "reverseUTF8('äb')",
    'bä',
  ),
  ch('ascii', simple('ascii_byte', [TEXT], INT32), 'text', 'The first byte.', "ascii('A')", '65'),
  ch('space', simple('space', [INTEGER], STRING), 'count', 'Blanks.', "concat(space(2), '|')", '  |'),
  ch('soundex', text('soundex'), 'text', 'The code of how it sounds.', "soundex('Robert')", 'R163'),
  ch(
    'conv',
    simple('conv', [TEXT, INTEGER, INTEGER], STRING),
    'number, from, to',
    'The digits in another base.',
    "conv('ff', 16, 10)",
    '255',
  ),
  ch(
    'compareSubstrings',
    simple('compare_substrings', [BYTES, BYTES, UNSIGNED, UNSIGNED, UNSIGNED], INT8),
    'a, b, from_a, from_b, count',
    'How so many bytes of two texts compare, from offsets that begin with 0: -1, 0 or 1.',
    "compareSubstrings('basalt', 'salt', 2, 0, 4)",
    '0',
  ),
  ch(
    'stringBytesEntropy',
    simple('bytes_entropy', [BYTES], FLOAT64),
    'text',
    'Bits of information in a byte, by how often each occurs.',
    "stringBytesEntropy('ab')",
    '1',
  ),
  ch(
    'stringBytesUniq',
    simple('bytes_distinct', [BYTES], UINT16),
    'text',
    'How many different bytes there are.',
    "stringBytesUniq('hello')",
    '4',
  ),
  ch(
    'appendTrailingCharIfAbsent',
    text('end_with', BYTES),
    'text, byte',
    'The text with this byte at its end; the empty one stays.',
    "appendTrailingCharIfAbsent('a', '/')",
    'a/',
  ),
  ch(
    'basename',
    text('base_name'),
    'path',
    'What stands behind the last slash or backslash.',
    "basename('a/b.txt')",
    'b.txt',
  ),
  ch(
    'firstLine',
    text('first_line'),
    'text',
    'The text up to the end of its first line.',
    "firstLine('a\\nb')",
    'a',
  ),
];
