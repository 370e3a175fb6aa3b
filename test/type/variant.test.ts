import { describe, expect, test } from 'vitest';
import { packItem } from '../../engine/type/nested.ts';
import {
  array,
  BOOL,
  DATE,
  DYNAMIC,
  FLOAT64,
  INT64,
  type LogicalType,
  map,
  NULL_TYPE,
  nullable,
  STRING,
  timestamp,
  tuple,
  type,
  UINT64,
  type Value,
  variant,
} from '../../engine/type/type.ts';
import { hasMember, holdsAll, packVariant, unpackVariant, variantOf } from '../../engine/type/variant.ts';

/** Values that bring their type: they come back with it, and their bytes are ordered by its name, then as they are. */

const encoder = new TextEncoder();
const byteOrder = (a: string, b: string): number => Buffer.compare(encoder.encode(a), encoder.encode(b));

/** Ascending, as ClickHouse sorts a Dynamic: by the types' names, then by the values. */
const ASCENDING: readonly (readonly [LogicalType, Exclude<Value, null>])[] = [
  [array(INT64), packItem([1n], array(INT64))],
  [array(INT64), packItem([1n, 2n], array(INT64))],
  [array(STRING), packItem([''], array(STRING))],
  [BOOL, false],
  [BOOL, true],
  [DATE, -1n],
  [DATE, 18_262n],
  [timestamp(0), 0n],
  [timestamp(3, false, 'Europe/Berlin'), 0n],
  [FLOAT64, -1.5],
  [FLOAT64, Number.NaN],
  [INT64, -(1n << 63n)],
  [INT64, 5n],
  [map(STRING, INT64), packItem([['k', 1n]], map(STRING, INT64))],
  [STRING, ''],
  [STRING, '\0'],
  [STRING, 'a'],
  [STRING, 'ä'],
  [UINT64, 5n],
  // Of the upper half, which the lane holds as its bits.
  [UINT64, -1n],
];

describe('values with their types', () => {
  test.each(ASCENDING)('%j %s comes back', (of, value) => {
    expect(unpackVariant(packVariant(value, of))).toEqual({ type: of, value });
  });

  test('are ordered by the name of the type, then by value', () => {
    const packed = ASCENDING.map(([of, value]) => packVariant(value, of));
    expect([...packed].sort(byteOrder)).toEqual(packed);
  });

  test('are the same bytes however their type was made', () => {
    const made: LogicalType = { nullable: true, precision: 3, id: 'timestamp' };
    expect(packVariant(7n, made)).toBe(packVariant(7n, timestamp(3)));
  });
});

describe('variants', () => {
  test('have each type once, by name', () => {
    expect(variantOf([type('uint8'), STRING, nullable(type('uint8')), NULL_TYPE, DATE])).toEqual(
      variant([DATE, STRING, type('uint8')]),
    );
  });

  test('take in those that they are made of, and with anything they are anything', () => {
    expect(variantOf([variant([STRING]), INT64])).toEqual(variant([INT64, STRING]));
    expect(variantOf([variant([STRING]), DYNAMIC])).toBe(DYNAMIC);
  });

  test('hold values of their types only', () => {
    const some = variant([tuple([{ name: 'a', type: INT64 }]), STRING]);
    expect(hasMember(some, nullable(STRING))).toBe(true);
    expect(hasMember(some, tuple([{ name: 'b', type: INT64 }]))).toBe(false);
    expect(holdsAll(some, variant([STRING]))).toBe(true);
    expect(holdsAll(variant([STRING]), some)).toBe(false);
    expect(holdsAll(DYNAMIC, some)).toBe(true);
    expect(holdsAll(some, DYNAMIC)).toBe(false);
  });
});
