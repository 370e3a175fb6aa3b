/** Bits of bytes, the first bit of a byte being its highest: shifts and slices as ClickHouse has them. */

import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const bitsOf = (bytes: Uint8Array): number => bytes.length * 8;

/** `count` bits from `from`, with zeros for what is outside, behind `before` zero bits. */
function bitsFrom(bytes: Uint8Array, from: number, count: number, before = 0): Uint8Array {
  const found = new Uint8Array(Math.ceil((before + count) / 8));
  for (let i = 0; i < count; i++) {
    const at = from + i;
    const bit = at < bitsOf(bytes) ? (bytes[at >> 3] >> (7 - (at & 7))) & 1 : 0;
    found[(before + i) >> 3] |= bit << (7 - ((before + i) & 7));
  }
  return found;
}

function placesOf(by: number): number {
  if (by >= 0) return by;
  throw new BasaltError(
    'ARGUMENT_OUT_OF_BOUND',
    'The number of shift positions needs to be a non-negative value',
  );
}

/** A text grows by the bits that would leave it, to whole bytes; as many as it has are nothing. */
function shiftedLeft(bytes: Uint8Array, by: number, fixed: boolean): Uint8Array {
  const bits = bitsOf(bytes);
  if (fixed) return bitsFrom(bytes, Math.min(by, bits), bits);
  if (by >= bits) return new Uint8Array();
  return bitsFrom(bytes, 0, bits + by, (8 - (by % 8)) % 8);
}

/** A text loses its last bytes. */
function shiftedRight(bytes: Uint8Array, by: number, fixed: boolean): Uint8Array {
  const bits = bitsOf(bytes);
  const kept = Math.max(0, bits - by);
  if (fixed) return Uint8Array.from(bitsFrom(bytes, 0, kept, bits - kept));
  return bitsFrom(bytes, 0, kept, (8 - (kept % 8)) % 8);
}

/** From the first bit or, below 0, from behind the last one; a count below 0 leaves so many out. */
function slice(bytes: Uint8Array, from: number, count: number): Uint8Array {
  const bits = bitsOf(bytes);
  if (from === 0) return new Uint8Array();
  const start = from > 0 ? from - 1 : bits + from;
  const end = Math.min(bits, count < 0 ? bits + count : start + count);
  const first = Math.max(0, start);
  return end > first ? bitsFrom(bytes, first, end - first) : new Uint8Array();
}

const shift = (id: string, of: (bytes: Uint8Array, by: number, fixed: boolean) => Uint8Array) =>
  implement(id, ['str', 'i64', 'bool'], 'str', (text: string, by: number, fixed: boolean) =>
    textOfBytes(of(bytesOfText(text), placesOf(by), fixed)),
  );

export const BIT_TEXT: readonly Implementation[] = [
  // text, places, whether its length stays.
  shift('bit_shift_left_text', shiftedLeft),
  shift('bit_shift_right_text', shiftedRight),
  // text, first bit, count.
  implement('bit_slice', ['str', 'i64', 'i64'], 'str', (text: string, from: number, count: number) =>
    textOfBytes(slice(bytesOfText(text), from, count)),
  ),
];
