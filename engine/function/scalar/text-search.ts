/**
 * ClickHouse's search in strings: positions and counts, of one needle or several, in bytes or characters, with or without case.
 *
 * A way of reading says what a position counts and which texts are equal; each function is there once a way:
 * `position_<way>`, `multi_any_<way>` and so on.
 */

import { byteStringOf, isAscii, lowerAscii, lowerEach } from '../../base/byte-string.ts';
import { packItem, unpackItem } from '../../type/nested.ts';
import { array, STRING, UINT64 } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

/** As a string whose UTF-16 units are searched, and what a place among them is as a number of units that count. */
type Way = { readonly name: string; readonly read: (text: string) => string; readonly chars: boolean };

export const WAYS: readonly Way[] = [
  { name: 'bytes', read: byteStringOf, chars: false },
  { name: 'bytes_caseless', read: (text) => lowerAscii(byteStringOf(text)), chars: false },
  { name: 'chars', read: (text) => text, chars: true },
  { name: 'chars_caseless', read: lowerEach, chars: true },
];

/** Characters before a place. */
function charsBefore(text: string, at: number): number {
  if (isAscii(text)) return at;
  let count = 0;
  for (let i = 0; i < at; i += text.codePointAt(i)! > 0xffff ? 2 : 1) count += 1;
  return count;
}

/** Where so many characters end; beyond the text, if it has fewer. */
function placeOfChar(text: string, count: number): number {
  if (isAscii(text)) return count;
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at >= text.length) return at + count - i;
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  }
  return at;
}

/** From 1; 0 if it is not there from `start` on. */
function position({ read, chars }: Way, text: string, needle: string, start: number): number {
  const searched = read(text);
  const from = Math.max(0, start - 1);
  const at = chars ? placeOfChar(searched, from) : from;
  if (at > searched.length) return 0;
  const found = searched.indexOf(read(needle), at);
  return found === -1 ? 0 : 1 + (chars ? charsBefore(searched, found) : found);
}

/** Occurrences that do not overlap. */
function count({ read, chars }: Way, text: string, needle: string, start: number): number {
  const searched = read(text);
  const wanted = read(needle);
  if (wanted === '') return 0;
  const from = Math.max(0, start - 1);
  let found = 0;
  let at = searched.indexOf(wanted, chars ? placeOfChar(searched, from) : from);
  for (; at !== -1; at = searched.indexOf(wanted, at + wanted.length)) found += 1;
  return found;
}

/** Whether the needle's characters come in this order, whatever is between. */
function subsequence({ read }: Way, text: string, needle: string): boolean {
  const searched = read(text);
  let at = 0;
  for (const unit of read(needle)) {
    const found = searched.indexOf(unit, at);
    if (found === -1) return false;
    at = found + unit.length;
  }
  return true;
}

const TEXTS = array(STRING);
const NUMBERS = array(UINT64);

/** The texts of a packed array; the same array comes row after row. */
export function memoOfTexts(): (packed: string) => readonly string[] {
  let last: string | undefined;
  let texts: readonly string[] = [];
  return (packed) => {
    if (packed !== last) {
      texts = unpackItem(packed, TEXTS) as readonly string[];
      last = packed;
    }
    return texts;
  };
}

export const packTexts = (texts: readonly string[]): string => packItem(texts, TEXTS);
export const packNumbers = (numbers: readonly number[]): string => packItem(numbers.map(BigInt), NUMBERS);

function searches(way: Way): readonly Implementation[] {
  const needlesOf = memoOfTexts();
  const positions = (text: string, needles: string): readonly number[] =>
    needlesOf(needles).map((needle) => position(way, text, needle, 1));
  return [
    implement(
      `position_${way.name}_from`,
      ['str', 'str', 'i64'],
      'i64',
      (text: string, needle: string, start: number) => position(way, text, needle, start),
    ),
    implement(
      `locate_${way.name}`,
      ['str', 'str', 'i64'],
      'i64',
      (needle: string, text: string, start: number) => position(way, text, needle, start),
    ),
    implement(
      `count_${way.name}`,
      ['str', 'str', 'i64'],
      'i64',
      (text: string, needle: string, start: number) => count(way, text, needle, start),
    ),
    implement(`subsequence_${way.name}`, ['str', 'str'], 'bool', (text: string, needle: string) =>
      subsequence(way, text, needle),
    ),
    implement(`multi_any_${way.name}`, ['str', 'str'], 'bool', (text: string, needles: string) =>
      positions(text, needles).some((at) => at > 0),
    ),
    implement(
      `multi_first_index_${way.name}`,
      ['str', 'str'],
      'i64',
      (text: string, needles: string) => 1 + positions(text, needles).findIndex((at) => at > 0),
    ),
    implement(`multi_first_position_${way.name}`, ['str', 'str'], 'i64', (text: string, needles: string) => {
      const found = positions(text, needles).filter((at) => at > 0);
      return found.length === 0 ? 0 : Math.min(...found);
    }),
    implement(`multi_positions_${way.name}`, ['str', 'str'], 'str', (text: string, needles: string) =>
      packNumbers(positions(text, needles)),
    ),
  ];
}

export const TEXT_SEARCH: readonly Implementation[] = WAYS.flatMap(searches);
