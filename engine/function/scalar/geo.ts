/** Implementations on places: distances on the sphere and the ellipsoid, geohashes, ellipses and polygons. Angles are degrees. */

import { BasaltError } from '../../base/error.ts';
import { packItem } from '../../type/nested.ts';
import { array, FLOAT64, type LogicalType, STRING, tuple } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { DISTANCES } from './geo-distance.ts';

const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';
const MAX_LENGTH = 12;
/** The longest where none, or too much, is asked for. */
const lengthOf = (asked: number): number => (asked < 1 || asked > MAX_LENGTH ? MAX_LENGTH : asked);

/** Bits of a length: longitude has one more where they are odd. */
const bitsOf = (length: number) => ({ x: Math.ceil((length * 5) / 2), y: Math.floor((length * 5) / 2) });

const shareOf = (value: number, low: number, high: number): number =>
  Math.min(1, Math.max(0, (value - low) / (high - low)));

/** The cell of a value between two bounds, of 2^bits. */
function cellOf(value: number, low: number, high: number, bits: number): number {
  const cells = 2 ** bits;
  return Math.min(cells - 1, Math.floor(shareOf(value, low, high) * cells));
}

/** Bits of both cells in turn, that of the longitude first, five a letter. */
function hashOf(x: number, y: number, length: number): string {
  const bits = bitsOf(length);
  let [text, letter] = ['', 0];
  for (let i = 0; i < length * 5; i++) {
    const [cell, width] = i % 2 === 0 ? [x, bits.x] : [y, bits.y];
    letter = letter * 2 + (Math.floor(cell / 2 ** (width - 1 - (i >> 1))) % 2);
    if (i % 5 === 4) [text, letter] = [text + ALPHABET[letter], 0];
  }
  return text;
}

function encode(longitude: number, latitude: number, asked: number): string {
  if (Number.isNaN(longitude) || Number.isNaN(latitude))
    throw new BasaltError('BAD_ARGUMENTS', 'A place without a longitude and a latitude has no geohash');
  const length = lengthOf(asked);
  const bits = bitsOf(length);
  return hashOf(cellOf(longitude, -180, 180, bits.x), cellOf(latitude, -90, 90, bits.y), length);
}

/** @returns the middle of a cell: longitude, latitude */
function middleOf(text: string): readonly [number, number] {
  const letters = text.slice(0, MAX_LENGTH);
  if (letters === '') return [0, 0];
  let [x, y] = [0, 0];
  for (let i = 0; i < letters.length * 5; i++) {
    const value = ALPHABET.indexOf(letters[Math.floor(i / 5)]);
    // What is no letter of a geohash has every bit.
    const bit = ((value < 0 ? 31 : value) >> (4 - (i % 5))) & 1;
    if (i % 2 === 0) x = x * 2 + bit;
    else y = y * 2 + bit;
  }
  const bits = bitsOf(letters.length);
  return [((x + 0.5) / 2 ** bits.x) * 360 - 180, ((y + 0.5) / 2 ** bits.y) * 180 - 90];
}

const MAX_HASHES = 10_000;

/** Of all cells that meet a box: columns from west to east, each from south to north. */
function hashesIn(
  west: number,
  south: number,
  east: number,
  north: number,
  asked: number,
): readonly string[] {
  if (!(east >= west && north >= south)) return [];
  const length = lengthOf(asked);
  const bits = bitsOf(length);
  const [from, low] = [cellOf(west, -180, 180, bits.x), cellOf(south, -90, 90, bits.y)];
  // A cell that only begins where the box ends is not in it.
  const width = Math.max(1, Math.ceil(shareOf(east, -180, 180) * 2 ** bits.x) - from);
  const height = Math.max(1, Math.ceil(shareOf(north, -90, 90) * 2 ** bits.y) - low);
  const count = width * height;
  if (count > MAX_HASHES)
    throw new BasaltError(
      'LIMIT_EXCEEDED',
      `geohashesInBox would give ${count} geohashes, at most ${MAX_HASHES}; ask for shorter ones`,
    );
  return Array.from({ length: count }, (_, i) =>
    hashOf(from + Math.floor(i / height), low + (i % height), length),
  );
}

/** (x, y) in an ellipse of (x, y, a, b). */
const inEllipses = (x: number, y: number, ...ellipses: readonly number[]): boolean => {
  for (let i = 0; i < ellipses.length; i += 4) {
    const [cx, cy, a, b] = ellipses.slice(i, i + 4);
    if (((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 <= 1) return true;
  }
  return false;
};

const PLACE: LogicalType = tuple([
  { name: null, type: FLOAT64 },
  { name: null, type: FLOAT64 },
]);
const HASHES = array(STRING);

export const GEO: readonly Implementation[] = [
  implement('geohash', ['f64', 'f64', 'i64'], 'str', encode),
  implement('geohash_middle', ['str'], 'str', (text: string) => packItem(middleOf(text), PLACE)),
  implement(
    'geohashes_in',
    ['f64', 'f64', 'f64', 'f64', 'i64'],
    'str',
    (...box: [number, number, number, number, number]) => packItem(hashesIn(...box), HASHES),
  ),
  ...Object.entries(DISTANCES).map(([name, distance]) =>
    implement(name, ['f64', 'f64', 'f64', 'f64'], 'f64', distance),
  ),
  implement('point_in_ellipses', ['f64'], 'bool', inEllipses, { variadic: true }),
];
