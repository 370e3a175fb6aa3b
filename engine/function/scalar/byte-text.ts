/**
 * ClickHouse's functions of strings, which count bytes unless their name says UTF8. Those of bytes are written for byte strings
 * (base/byte-string.ts); `chars` are Unicode code points.
 */

import { byteStringOf, isAscii, lowerAscii, lowerEach, textOfByteString } from '../../base/byte-string.ts';
import { bytesOfText } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { implement } from '../implementation.ts';
import type { Implementation, Scalar } from '../row.ts';

/** Longest string a function may make, in bytes. */
const MAX_RESULT = 16 * 1024 * 1024;

/** A string as a list of what is counted: its bytes or its characters. */
type Units = {
  readonly of: (text: string) => ArrayLike<string> & Sliceable;
  readonly text: (units: string) => string;
};
type Sliceable = { slice(from: number, to?: number): string | string[] };

const UNITS: Readonly<Record<'bytes' | 'chars', Units>> = {
  bytes: { of: byteStringOf, text: textOfByteString },
  // A string whose characters are one UTF-16 unit each is its own list.
  chars: { of: (text) => (isAscii(text) ? text : Array.from(text)), text: (units) => units },
};

const joined = (part: string | string[]): string => (typeof part === 'string' ? part : part.join(''));

/** @param to below 0 or before `from`: nothing */
function cut(
  text: string,
  { of, text: textOf }: Units,
  place: (length: number) => readonly [number, number],
): string {
  const units = of(text);
  const [from, to] = place(units.length);
  return textOf(joined(units.slice(Math.max(0, from), Math.max(0, from, to))));
}

/**
 * A negative start counts from the end, a negative count leaves so many out there; nothing starts at 0. Of bytes, those that a start
 * before the first asks for count as taken.
 */
const within =
  (from: number, count: number, { of }: Units) =>
  (length: number): readonly [number, number] => {
    if (from === 0) return [0, 0];
    const before = length + from;
    const start = from > 0 ? from - 1 : of === byteStringOf ? before : Math.max(0, before);
    return [start, count < 0 ? length + count : start + count];
  };

/** `text` with `count` units from `from` (1 is the first, -1 the last) replaced; as many as the replacement has if not said. */
function overlay(units: Units, text: string, by: string, from: number, count: number | null): string {
  const all = units.of(text);
  const replacement = units.of(by);
  const start =
    from > 0 ? Math.min(from - 1, all.length) : from < 0 ? Math.max(0, all.length + from) : all.length;
  const end = start + (count === null || count < 0 ? replacement.length : count);
  return units.text(
    joined(all.slice(0, start)) + joined(replacement.slice(0)) + joined(all.slice(Math.min(end, all.length))),
  );
}

function pad(units: Units, text: string, length: number, fill: string, left: boolean): string {
  if (length > MAX_RESULT)
    throw new BasaltError(
      'TOO_LARGE_STRING_SIZE',
      `Too large padded string size: ${length}, at most ${MAX_RESULT}`,
    );
  const all = units.of(text);
  if (length <= all.length) return units.text(joined(all.slice(0, Math.max(0, length))));
  const filler = units.of(fill === '' ? ' ' : fill);
  const missing = length - all.length;
  let filling = joined(filler.slice(0)).repeat(Math.floor(missing / filler.length));
  filling += joined(filler.slice(0, missing % filler.length));
  const whole = joined(all.slice(0));
  return units.text(left ? filling + whole : whole + filling);
}

const reversed = (units: Units, text: string): string =>
  units.text(
    Array.from({ length: units.of(text).length }, (_, i) => units.of(text)[i])
      .reverse()
      .join(''),
  );

function onlyOne(units: Units, separator: string, name: string): void {
  if (units.of(separator).length !== 1)
    throw new BasaltError('BAD_ARGUMENTS', `Second argument to ${name} must be a single character`);
}

/** What stands before the count-th separator, or after it from the end if the count is negative. */
function substringIndex(text: string, separator: string, count: number): string {
  const parts = text.split(separator);
  return (count >= 0 ? parts.slice(0, count) : parts.slice(count)).join(separator);
}

/** From characters to characters; those that have no counterpart go, and of one named twice the last counts. */
function translate(units: Units, text: string, from: string, to: string): string {
  const [before, after] = [units.of(from), units.of(to)];
  if (after.length > before.length)
    throw new BasaltError(
      'BAD_ARGUMENTS',
      `Second argument of function translate must not be shorter than the third argument: ${before.length} and ${after.length}`,
    );
  const table = new Map<string, string>();
  for (let i = 0; i < before.length; i++) table.set(before[i], after[i] ?? '');
  let made = '';
  for (const unit of Array.from(units.of(text))) made += table.get(unit) ?? unit;
  return units.text(made);
}

/** -1, 0 or 1 of the bytes from two offsets on; what begins at an end or beyond is before everything. */
function compareSubstrings(a: string, b: string, fromA: number, fromB: number, count: number): number {
  const [left, right] = [byteStringOf(a), byteStringOf(b)];
  if (count === 0) return 0;
  const x = left.slice(fromA, fromA + count);
  const y = right.slice(fromB, fromB + count);
  return x < y ? -1 : x > y ? 1 : 0;
}

const SOUNDEX = '01230120022455012623010202';

/** The first letter and the codes of three more consonants, as MySQL and ClickHouse count them. */
function soundex(text: string): string {
  const letters = byteStringOf(text)
    .toUpperCase()
    .replace(/[^A-Z]/g, '');
  if (letters === '') return '0000';
  let code = letters[0];
  let last = SOUNDEX[letters.charCodeAt(0) - 65];
  for (let i = 1; i < letters.length && code.length < 4; i++) {
    const digit = SOUNDEX[letters.charCodeAt(i) - 65];
    if (digit !== '0' && digit !== last) code += digit;
    last = digit;
  }
  return code.padEnd(4, '0');
}

/** The quantity of a digit of base 36, 255 if it is none. */
const digitValue = (digit: string): number => {
  const value = '0123456789abcdefghijklmnopqrstuvwxyz'.indexOf(digit.toLowerCase());
  return value === -1 ? 255 : value;
};

const MAX_UNSIGNED = 2n ** 64n - 1n;

/** Digits of one base as those of another; reads up to what is no digit. */
function conv(text: string, from: number, to: number): string {
  for (const base of [from, Math.abs(to)])
    if (base < 2 || base > 36)
      throw new BasaltError('BAD_ARGUMENTS', 'Base is less than 2 or greater than 36 which is not supported');
  if (text === '') throw new BasaltError('BAD_ARGUMENTS', 'Number for conversion is empty');
  const trimmed = text.trim();
  const negative = trimmed[0] === '-';
  let value = 0n;
  for (const digit of trimmed.slice(negative ? 1 : 0)) {
    if (digitValue(digit) >= from) break;
    value = value * BigInt(from) + BigInt(digitValue(digit));
    if (value > MAX_UNSIGNED) return MAX_UNSIGNED.toString(to).toUpperCase();
  }
  return BigInt.asUintN(64, negative ? -value : value)
    .toString(to)
    .toUpperCase();
}

function entropy(text: string): number {
  const counts = new Map<number, number>();
  const bytes = bytesOfText(text);
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  let bits = 0;
  for (let byte = 0; byte < 256; byte++) {
    const part = (counts.get(byte) ?? 0) / bytes.length;
    if (part > 0) bits -= part * Math.log2(part);
  }
  return bits === 0 ? 0 : bits;
}

const withoutCase = (text: string): string => lowerAscii(byteStringOf(text));

type Evaluate = Implementation['evaluate'];
/** The same in bytes and in characters: `name_bytes`, `name_chars`. */
const both = (
  name: string,
  args: Implementation['args'],
  evaluate: (units: Units, ...args: never[]) => Scalar,
) =>
  (['bytes', 'chars'] as const).map((of) =>
    implement(`${name}_${of}`, args, 'str', ((...given: never[]) =>
      evaluate(UNITS[of], ...given)) as unknown as Evaluate),
  );

export const BYTE_TEXT: readonly Implementation[] = [
  both('ch_substring', ['str', 'i64', 'i64'], (units, text: string, from: number, count: number) =>
    cut(text, units, within(from, count, units)),
  ),
  both('ch_left', ['str', 'i64'], (units, text: string, count: number) =>
    cut(text, units, (length) => [0, count < 0 ? length + count : count]),
  ),
  both('ch_right', ['str', 'i64'], (units, text: string, count: number) =>
    cut(text, units, (length) => [count < 0 ? -count : length - count, length]),
  ),
  both('ch_reverse', ['str'], (units, text: string) => reversed(units, text)),
  both('overlay', ['str', 'str', 'i64'], (units, text: string, by: string, from: number) =>
    overlay(units, text, by, from, null),
  ),
  both('overlay_count', ['str', 'str', 'i64', 'i64'], overlay as never),
  both('ch_left_pad', ['str', 'i64', 'str'], (units, text: string, length: number, fill: string) =>
    pad(units, text, length, fill, true),
  ),
  both('ch_right_pad', ['str', 'i64', 'str'], (units, text: string, length: number, fill: string) =>
    pad(units, text, length, fill, false),
  ),
  both('translate', ['str', 'str', 'str'], translate as never),
  both('substring_index', ['str', 'str', 'i64'], (units, text: string, separator: string, count: number) => {
    onlyOne(units, separator, 'substringIndex');
    return units.text(
      substringIndex(joined(units.of(text).slice(0)), joined(units.of(separator).slice(0)), count),
    );
  }),
  implement('ascii_byte', ['str'], 'i64', (text: string) => {
    const byte = text === '' ? 0 : bytesOfText(text.slice(0, 2))[0];
    return byte;
  }),
  implement('space', ['i64'], 'str', (count: number) => {
    if (count > MAX_RESULT)
      throw new BasaltError(
        'TOO_LARGE_STRING_SIZE',
        `space would make ${count} blanks, at most ${MAX_RESULT}`,
      );
    return ' '.repeat(Math.max(0, count));
  }),
  implement('soundex', ['str'], 'str', soundex),
  implement('conv', ['str', 'i64', 'i64'], 'str', conv),
  implement('compare_substrings', ['str', 'str', 'i64', 'i64', 'i64'], 'i64', compareSubstrings),
  implement('bytes_entropy', ['str'], 'f64', entropy),
  implement('bytes_distinct', ['str'], 'i64', (text: string) => new Set(bytesOfText(text)).size),
  implement('end_with', ['str', 'str'], 'str', (text: string, byte: string) => {
    const [bytes, end] = [byteStringOf(text), byteStringOf(byte)];
    if (end.length !== 1)
      throw new BasaltError(
        'BAD_ARGUMENTS',
        'Second argument of function appendTrailingCharIfAbsent must be a one-character string',
      );
    return text === '' || bytes.endsWith(end) ? text : textOfByteString(bytes + end);
  }),
  implement('base_name', ['str'], 'str', (path: string) =>
    path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1),
  ),
  implement('first_line', ['str'], 'str', (text: string) => /^[^\r\n]*/.exec(text)![0]),
  implement('starts_with_bytes', ['str', 'str'], 'bool', (a: string, b: string) =>
    byteStringOf(a).startsWith(byteStringOf(b)),
  ),
  implement('ends_with_bytes', ['str', 'str'], 'bool', (a: string, b: string) =>
    byteStringOf(a).endsWith(byteStringOf(b)),
  ),
  implement('starts_with_caseless', ['str', 'str'], 'bool', (a: string, b: string) =>
    withoutCase(a).startsWith(withoutCase(b)),
  ),
  implement('ends_with_caseless', ['str', 'str'], 'bool', (a: string, b: string) =>
    withoutCase(a).endsWith(withoutCase(b)),
  ),
  implement('starts_with_caseless_chars', ['str', 'str'], 'bool', (a: string, b: string) =>
    lowerEach(a).startsWith(lowerEach(b)),
  ),
  implement('ends_with_caseless_chars', ['str', 'str'], 'bool', (a: string, b: string) =>
    lowerEach(a).endsWith(lowerEach(b)),
  ),
].flat();
