/**
 * ClickHouse's distances by n-grams: four bytes or three characters each, counted by 16 bits of their CRC-32C. `distance` counts what
 * only one text has, `search` what the needle has.
 */

import { bytesOfText } from '../../base/bytes-text.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { crc32c } from './shingle.ts';

/** Longer texts are not alike. */
const MAX_BYTES = 2 ** 15;
const OF_BYTES = 4;
const OF_CHARS = 3;

const WORD = new Uint8Array(8);
const VIEW = new DataView(WORD.buffer);

function byteGrams(bytes: Uint8Array, caseless: boolean): number[] {
  const units = caseless ? bytes.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte)) : bytes;
  const grams: number[] = [];
  WORD.fill(0);
  for (let at = 0; at + OF_BYTES <= units.length; at++) {
    WORD.set(units.subarray(at, at + OF_BYTES));
    grams.push(crc32c(0xffffffff, WORD) & 0xffff);
  }
  return grams;
}

const lengthOf = (byte: number): number => (byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4);

/** Characters as their bytes, lowest first; without case some bits are dropped, which suits ASCII and Cyrillic. */
function characters(bytes: Uint8Array, caseless: boolean): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Math.min(lengthOf(bytes[at]), bytes.length - at);
    let code = 0;
    for (let i = 0; i < length; i++) code |= (caseless ? bytes[at + i] & ~0x20 : bytes[at + i]) << (8 * i);
    if (caseless && length > 1) code &= ~1;
    found.push(code >>> 0);
    at += length;
  }
  return found;
}

function charGrams(bytes: Uint8Array, caseless: boolean): number[] {
  const codes = characters(bytes, caseless);
  const grams: number[] = [];
  for (let at = 0; at + OF_CHARS <= codes.length; at++) {
    VIEW.setUint32(0, codes[at + 1], true);
    VIEW.setUint32(4, codes[at], true);
    grams.push(crc32c(codes[at + 2], WORD) & 0xffff);
  }
  return grams;
}

function compared(text: string, needle: string, chars: boolean, caseless: boolean, both: boolean): number {
  const [a, b] = [bytesOfText(text), bytesOfText(needle)];
  if (a.length > MAX_BYTES || b.length > MAX_BYTES) return both ? 1 : 0;
  const grams = chars ? charGrams : byteGrams;
  const [own, wanted] = [grams(a, caseless), grams(b, caseless)];
  const counts = new Map<number, number>();
  for (const gram of wanted) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  let distance = wanted.length;
  for (const gram of own) {
    const count = counts.get(gram) ?? 0;
    if (count > 0) distance -= 1;
    else if (both) distance += 1;
    counts.set(gram, count - 1);
  }
  const share = Math.fround(distance / Math.max(1, both ? own.length + wanted.length : wanted.length));
  return both ? share : Math.fround(1 - share);
}

export const NGRAM_DISTANCE: readonly Implementation[] = [false, true].flatMap((chars) =>
  [false, true].flatMap((caseless) =>
    [true, false].map((both) =>
      implement(
        `ngram_${both ? 'distance' : 'search'}${caseless ? '_caseless' : ''}${chars ? '_chars' : ''}`,
        ['str', 'str'],
        'f64',
        (text: string, needle: string) => compared(text, needle, chars, caseless, both),
      ),
    ),
  ),
);
