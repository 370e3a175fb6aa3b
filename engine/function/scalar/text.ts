/**
 * Functions of strings. Positions count from 1; `chars` are Unicode code points, `bytes` UTF-8 bytes.
 */

import { bytesOfText } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { sliceOf } from './slice.ts';

/** Longest string a function may make, in UTF-16 units: repeat and lpad would otherwise eat the memory. */
const MAX_RESULT = 16 * 1024 * 1024;

function bounded(length: number, name: string): void {
  if (length > MAX_RESULT)
    throw new BasaltError(
      'LIMIT_EXCEEDED',
      `${name} would make a string longer than ${MAX_RESULT} characters`,
    );
}

/** True when every code point is one UTF-16 unit and positions can be used as they are. */
const isPlain = (text: string): boolean => !/[\ud800-\udbff]/.test(text);

function charCount(text: string): number {
  if (isPlain(text)) return text.length;
  if (!text.isWellFormed()) return Array.from(text).length;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0xdc00 || c > 0xdfff) count += 1;
  }
  return count;
}

function byteCount(text: string): number {
  if (!text.isWellFormed()) return bytesOfText(text).length;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    // A surrogate pair is four bytes: two for each half.
    bytes += c < 0x80 ? 1 : c < 0x800 || (c >= 0xd800 && c <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}

const sliceChars = (text: string, from: number, to: number): string =>
  isPlain(text) ? text.slice(from, to) : Array.from(text).slice(from, to).join('');

/** SQL: characters from position `from` (may be below 1) for `count`. */
function substring(text: string, from: number, count: number): string {
  const end = from - 1 + Math.max(0, count);
  return sliceChars(text, Math.max(0, from - 1), Math.max(0, end));
}

/** ClickHouse and DuckDB: a negative start counts from the end; 0 is an empty string's start. */
function substringFromEnd(text: string, from: number, count: number): string {
  if (from >= 0) return from === 0 ? substring(text, 0, count) : substring(text, from, count);
  const length = charCount(text);
  return substring(text, Math.max(1, length + from + 1), count - Math.max(0, -(length + from)));
}

function sliceText(text: string, low: number, high: number): string {
  const { from, to } = sliceOf(charCount(text), low, high);
  return sliceChars(text, from, to);
}

/** @param from characters that are passed over; below 0: none */
function position(text: string, needle: string, from = 0): number {
  const at = text.indexOf(needle, isPlain(text) ? from : sliceChars(text, 0, Math.max(0, from)).length);
  return at === -1 ? 0 : charCount(text.slice(0, at)) + 1;
}

function pad(text: string, length: number, fill: string, side: 'left' | 'right'): string {
  bounded(length, side === 'left' ? 'lpad' : 'rpad');
  const have = charCount(text);
  if (length <= have) return sliceChars(text, 0, Math.max(0, length));
  if (fill === '') return text;
  const missing = length - have;
  const filling = sliceChars(fill.repeat(Math.ceil(missing / Math.max(1, charCount(fill)))), 0, missing);
  return side === 'left' ? filling + text : text + filling;
}

function trimmed(text: string, characters: string, left: boolean, right: boolean): string {
  let from = 0;
  let to = text.length;
  while (left && from < to && characters.includes(text[from])) from += 1;
  while (right && to > from && characters.includes(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

function repeat(text: string, count: number): string {
  const times = Math.max(0, count);
  bounded(text.length * times, 'repeat');
  return text.repeat(times);
}

const title = (text: string): string =>
  text
    .toLowerCase()
    .replace(
      /(^|[^\p{L}\p{N}])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    );

/** What tokens are made of: letters and digits of ASCII, and everything beyond ASCII. */
const IN_TOKEN = /[0-9A-Za-z\u0080-\uffff]/;

const isToken = (needle: string): boolean =>
  needle !== '' && needle.split('').every((unit) => IN_TOKEN.test(unit));

/** ClickHouse's tokens; a needle that is none is refused, the empty one is in no text. */
function hasToken(text: string, needle: string): boolean {
  for (const unit of needle.split(''))
    if (!IN_TOKEN.test(unit))
      throw new BasaltError('BAD_ARGUMENTS', 'Needle must not contain whitespace or separator characters', {
        hint: 'Ask for one token at a time',
      });
  if (needle === '') return false;
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
    const end = at + needle.length;
    if ((at === 0 || !IN_TOKEN.test(text[at - 1])) && (end === text.length || !IN_TOKEN.test(text[end])))
      return true;
  }
  return false;
}

export const TEXT: readonly Implementation[] = [
  implement('length_bytes', ['str'], 'i64', byteCount),
  implement('length_chars', ['str'], 'i64', charCount),
  implement('lower', ['str'], 'str', (a: string) => a.toLowerCase()),
  implement('upper', ['str'], 'str', (a: string) => a.toUpperCase()),
  implement('initcap', ['str'], 'str', title),
  implement('initcap_ascii', ['str'], 'str', (text: string) =>
    text.replace(/[0-9A-Za-z]+/g, (word) => word[0].toUpperCase() + word.slice(1).toLowerCase()),
  ),
  implement('lower_ascii', ['str'], 'str', (a: string) => a.replace(/[A-Z]+/g, (m) => m.toLowerCase())),
  implement('upper_ascii', ['str'], 'str', (a: string) => a.replace(/[a-z]+/g, (m) => m.toUpperCase())),
  implement('concat', ['str'], 'str', (...all: string[]) => all.join(''), { variadic: true }),
  implement('concat_skip_null', ['str'], 'str', (...all: (string | null)[]) => all.join(''), {
    variadic: true,
    nulls: 'custom',
  }),
  implement(
    'concat_ws',
    ['str'],
    'str',
    (separator: string | null, ...all: (string | null)[]) =>
      separator === null ? null : all.filter((s) => s !== null).join(separator),
    { variadic: true, nulls: 'custom' },
  ),
  implement('substring_chars', ['str', 'i64', 'i64'], 'str', substring),
  implement('substring_from_end', ['str', 'i64', 'i64'], 'str', substringFromEnd),
  implement('slice_chars', ['str', 'i64', 'i64'], 'str', sliceText),
  implement('left_chars', ['str', 'i64'], 'str', (text: string, count: number) =>
    sliceChars(text, 0, count >= 0 ? count : Math.max(0, charCount(text) + count)),
  ),
  implement('right_chars', ['str', 'i64'], 'str', (text: string, count: number) => {
    const length = charCount(text);
    return sliceChars(text, count >= 0 ? Math.max(0, length - count) : Math.min(length, -count), length);
  }),
  implement('starts_with', ['str', 'str'], 'bool', (a: string, b: string) => a.startsWith(b)),
  implement('ends_with', ['str', 'str'], 'bool', (a: string, b: string) => a.endsWith(b)),
  implement('contains_str', ['str', 'str'], 'bool', (a: string, b: string) => a.includes(b)),
  implement('has_token', ['str', 'str'], 'bool', hasToken),
  implement('has_token_or_null', ['str', 'str'], 'bool', (text: string, needle: string) =>
    isToken(needle) ? hasToken(text, needle) : null,
  ),
  implement('contains_caseless', ['str', 'str'], 'bool', (a: string, b: string) =>
    a.toLowerCase().includes(b.toLowerCase()),
  ),
  implement('position_chars', ['str', 'str'], 'i64', (text: string, needle: string) =>
    position(text, needle),
  ),
  // needle, text: SQL's POSITION(needle IN text).
  implement('position_chars_in', ['str', 'str'], 'i64', (needle: string, text: string) =>
    position(text, needle),
  ),
  implement(
    'position_chars_in_from',
    ['str', 'str', 'i64'],
    'i64',
    (needle: string, text: string, start: number) => position(text, needle, start - 1),
  ),
  implement('position_bytes', ['str', 'str'], 'i64', (text: string, needle: string) => {
    const at = text.indexOf(needle);
    return at === -1 ? 0 : byteCount(text.slice(0, at)) + 1;
  }),
  implement('replace_all', ['str', 'str', 'str'], 'str', (text: string, from: string, to: string) =>
    from === '' ? text : text.replaceAll(from, () => to),
  ),
  implement('replace_one', ['str', 'str', 'str'], 'str', (text: string, from: string, to: string) =>
    from === '' ? text : text.replace(from, () => to),
  ),
  implement('reverse_chars', ['str'], 'str', (a: string) => Array.from(a).reverse().join('')),
  implement('repeat', ['str', 'i64'], 'str', repeat),
  implement('lpad', ['str', 'i64', 'str'], 'str', (a: string, n: number, fill: string) =>
    pad(a, n, fill, 'left'),
  ),
  implement('rpad', ['str', 'i64', 'str'], 'str', (a: string, n: number, fill: string) =>
    pad(a, n, fill, 'right'),
  ),
  implement('trim_both', ['str', 'str'], 'str', (a: string, set: string) => trimmed(a, set, true, true)),
  implement('trim_left', ['str', 'str'], 'str', (a: string, set: string) => trimmed(a, set, true, false)),
  implement('trim_right', ['str', 'str'], 'str', (a: string, set: string) => trimmed(a, set, false, true)),
  implement('is_empty', ['str'], 'bool', (a: string) => a === ''),
  implement('is_not_empty', ['str'], 'bool', (a: string) => a !== ''),
  implement('ascii_code', ['str'], 'i64', (a: string) => a.codePointAt(0) ?? 0),
  implement('char_of', ['i64'], 'str', (code: number) =>
    code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '',
  ),
  implement('split_part', ['str', 'str', 'i64'], 'str', (text: string, separator: string, index: number) => {
    const parts = separator === '' ? Array.from(text) : text.split(separator);
    return parts[index > 0 ? index - 1 : parts.length + index] ?? '';
  }),
];
