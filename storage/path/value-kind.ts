/**
 * Which stored kinds a scalar of a document fits. A value fits a kind when the document's own writing comes back from it, so that whatever is asked of
 * the value is answered as if the document had been read: `12.50` is no double that is written so.
 */

import { floatText } from '../../engine/function/number-text.ts';
import { textOf } from '../../engine/json/find.ts';
import { KIND, type Kind } from '../../engine/json/scanner.ts';
import type { PathKind } from '../../engine/plan/path-read.ts';

/** What was seen at a path, a bit each. */
export const SEEN = {
  /** Integers of 64 bits that no double holds, and those that doubles hold. */
  wideInt: 1,
  int: 2,
  /** Doubles with a point or an exponent, as JavaScript writes them, and whole ones with `.0`. */
  float: 4,
  wholeFloat: 8,
  bool: 16,
  string: 32,
  /** Arrays, objects, other numbers, long strings, what is no JSON. */
  other: 64,
  null: 128,
} as const;

/** Longer ones are read from the document. */
export const MAX_STRING_BYTES = 4096;

/** By preference. */
export const FITS: Readonly<Record<PathKind, number>> = {
  int: SEEN.wideInt | SEEN.int,
  float: SEEN.int | SEEN.float,
  double: SEEN.float | SEEN.wholeFloat,
  bool: SEEN.bool,
  string: SEEN.string,
};

const EXACT_DIGITS = 15;
const MAX_INT64 = (1n << 63n) - 1n;

/** @param from, to of the scalar, a string's quotes left out */
export function seenOf(bytes: Uint8Array, kind: Kind, from: number, to: number): number {
  switch (kind) {
    case KIND.null:
      return SEEN.null;
    case KIND.true:
    case KIND.false:
      return SEEN.bool;
    case KIND.string:
      return to - from <= MAX_STRING_BYTES ? SEEN.string : SEEN.other;
    case KIND.int:
      return seenInt(bytes, from, to);
    case KIND.float:
      return seenFloat(textOf(bytes, from, to));
    default:
      return SEEN.other;
  }
}

function seenInt(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === 0x2d;
  if (negative && bytes[from + 1] === 0x30) return SEEN.other;
  const digits = to - from - (negative ? 1 : 0);
  if (digits <= EXACT_DIGITS) return SEEN.int;
  if (digits > 19) return SEEN.other;
  const value = BigInt(textOf(bytes, from, to));
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? SEEN.other : SEEN.wideInt;
}

function seenFloat(text: string): number {
  const value = floatText(Number(text));
  if (value === text) return SEEN.float;
  return `${value}.0` === text ? SEEN.wholeFloat : SEEN.other;
}
