import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CLICKHOUSE_NESTED,
  parseValue,
  STANDARD_NESTED,
  valueText,
} from '../../engine/function/value-text.ts';
import { ipv6Text, parseIpv6, parseUuid, uuidText } from '../../engine/type/address.ts';
import { decimalText, parseDecimal, rescaleDecimal } from '../../engine/type/decimal.ts';
import { type Item, packElement, packItem, unpackItem } from '../../engine/type/nested.ts';
import { packUnsigned, packWords } from '../../engine/type/packed.ts';
import { array, BOOL, type LogicalType, map, nullable, STRING, tuple, type } from '../../engine/type/type.ts';

/**
 * Packed values against what they stand for: they come back as they went in, and bytes are ordered as the values are. The order is
 * told by a comparison of the items themselves, written here.
 */

const encoder = new TextEncoder();
const byteOrder = (a: string, b: string): number =>
  Math.sign(Buffer.compare(encoder.encode(a), encoder.encode(b)));

function itemOrder(a: Item, b: Item): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const order = itemOrder(a[i] as Item, b[i] as Item);
      if (order !== 0) return order;
    }
    return Math.sign(a.length - b.length);
  }
  if (typeof a === 'number' && typeof b === 'number') {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a === b ? 0 : a < b ? -1 : 1;
  }
  if (typeof a === 'string') return byteOrder(a, b as string);
  return a === b ? 0 : (a as bigint) < (b as bigint) ? -1 : 1;
}

/** A type and a source of its items. */
type Case = { readonly type: LogicalType; readonly items: fc.Arbitrary<Item> };

const integer = (id: LogicalType['id'], min: bigint, max: bigint): Case => ({
  type: type(id),
  items: fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, 0n)),
});

const SCALARS: readonly Case[] = [
  integer('int8', -128n, 127n),
  integer('uint8', 0n, 255n),
  integer('int32', -(1n << 31n), (1n << 31n) - 1n),
  integer('uint32', 0n, (1n << 32n) - 1n),
  integer('int64', -(1n << 63n), (1n << 63n) - 1n),
  integer('date', -100_000n, 100_000n),
  { type: BOOL, items: fc.boolean() },
  { type: type('float64'), items: fc.double() },
  {
    type: STRING,
    items: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\0', '\x01', '\0\x01', '\x01\0\0')),
  },
];

const optional = ({ type: of, items }: Case): Case => ({
  type: nullable(of),
  items: fc.option(items, { nil: null }),
});

const arrayOf = (element: Case): Case => ({
  type: array(element.type),
  items: fc.array(element.items, { maxLength: 5 }),
});
const tupleOf = (...fields: readonly Case[]): Case => ({
  type: tuple(fields.map((field) => ({ name: null, type: field.type }))),
  items: fc.tuple(...fields.map((field) => field.items)),
});

const NESTED: readonly Case[] = [
  ...SCALARS.map(arrayOf),
  ...SCALARS.map((scalar) => arrayOf(optional(scalar))),
  arrayOf(arrayOf(SCALARS[4])),
  arrayOf(arrayOf(optional(SCALARS[8]))),
  tupleOf(SCALARS[0], optional(SCALARS[8]), SCALARS[7]),
  tupleOf(arrayOf(SCALARS[8]), SCALARS[4]),
  arrayOf(tupleOf(optional(SCALARS[4]), SCALARS[8])),
];

/** -0 is 0, as everywhere. */
const normal = (item: Item): Item =>
  Array.isArray(item) ? item.map(normal) : typeof item === 'number' ? item + 0 : item;

describe.each(NESTED.map((c) => [JSON.stringify(c.type), c] as const))('%s', (_, { type: of, items }) => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(items, (item) => {
        expect(unpackItem(packItem(item as readonly Item[], of), of)).toEqual(normal(item));
      }),
    );
  });

  test('is ordered and equal as its values are', () => {
    fc.assert(
      fc.property(items, items, (a, b) => {
        const order = itemOrder(normal(a), normal(b));
        expect(byteOrder(packItem(a as readonly Item[], of), packItem(b as readonly Item[], of))).toBe(order);
      }),
      { numRuns: 300 },
    );
  });

  test.each([CLICKHOUSE_NESTED, STANDARD_NESTED])('its text means it', (style) => {
    fc.assert(
      fc.property(items, (item) => {
        const packed = packItem(item as readonly Item[], of);
        const text = valueText(packed, of, { zone: 'UTC', style });
        const options = { zone: 'UTC', localTime: 'forward', rounding: 'cut' } as const;
        expect(parseValue(text, of, options)).toBe(packed);
      }),
    );
  });
});

test('a map is an array of pairs', () => {
  const of = map(STRING, type('int64'));
  const pairs = [
    ['a', 1n],
    ['b', -1n],
  ];
  expect(unpackItem(packItem(pairs, of), of)).toEqual(pairs);
});

test('words of 32 bits are the number that they make', () => {
  const word = fc.oneof(
    fc.integer({ min: 0, max: 0xffffffff }),
    fc.constantFrom(0, 1, 0x80000000, 0xffffffff),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
      const value = words.reduce((all, w) => (all << 32n) | BigInt(w), 0n);
      expect(packWords(words)).toBe(packUnsigned(value, 32 * words.length));
    }),
  );
});

test('elements written one by one make the array', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string(), { nil: null })), (items) => {
      const element = nullable(STRING);
      const whole = packItem(items, array(element));
      expect(`${items.map((item) => packElement(item, element)).join('')}\0`).toBe(whole);
    }),
  );
});

test('text that is no value of its type is refused', () => {
  const options = { zone: 'UTC', localTime: 'forward', rounding: 'cut' } as const;
  const wrong: readonly (readonly [string, LogicalType])[] = [
    ['[1,2', array(type('int64'))],
    ['[1,,2]', array(type('int64'))],
    ['[1] x', array(type('int64'))],
    ['[300]', array(type('uint8'))],
    ["['a]", array(STRING)],
    ['(1)', tuple([1, 2].map(() => ({ name: null, type: type('int8') })))],
    ['{1}', map(STRING, STRING)],
    ['['.repeat(500), array(array(STRING))],
    ['1.2.3', type('ipv4')],
    ['1.2.3.256', type('ipv4')],
    [':::1', type('ipv6')],
    ['1:2:3:4:5:6:7:8:9', type('ipv6')],
    ['61f0c404', type('uuid')],
  ];
  for (const [text, of] of wrong) expect([text, parseValue(text, of, options)]).toEqual([text, undefined]);
});

describe('decimals', () => {
  test('text and units mean the same', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.nat(30), (units, scale) => {
        expect(parseDecimal(decimalText(units, scale, true), scale, 'cut')).toBe(units);
        expect(parseDecimal(decimalText(units, scale, false), scale, 'cut')).toBe(units);
      }),
    );
  });

  test('exponents and missing digits', () => {
    expect(parseDecimal('1e3', 2, 'cut')).toBe(100_000n);
    expect(parseDecimal('-.5', 1, 'cut')).toBe(-5n);
    expect(parseDecimal('125e-3', 2, 'cut')).toBe(12n);
    expect(parseDecimal('125e-3', 2, 'round')).toBe(13n);
    expect(parseDecimal('.', 2, 'cut')).toBeUndefined();
    expect(parseDecimal('1e9999', 2, 'cut')).toBeUndefined();
  });

  test('a coarser scale cuts off or rounds away from zero at halves', () => {
    expect([-25n, -24n, 25n].map((units) => rescaleDecimal(units, 1, 0, 'round'))).toEqual([-3n, -2n, 3n]);
    expect([-29n, 29n].map((units) => rescaleDecimal(units, 1, 0, 'cut'))).toEqual([-2n, 2n]);
  });
});

describe('addresses', () => {
  test('every IPv6 address comes back', () => {
    const groups = fc.array(fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 0xffffn })), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(groups, (parts) => {
        const value = parts.reduce((sum, part) => (sum << 16n) | part, 0n);
        expect(parseIpv6(ipv6Text(value))).toBe(value);
      }),
    );
  });

  // RFC 5952, section 4 and 5.
  test.each([
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::ffff:c000:0201', '::ffff:192.0.2.1'],
  ])('%s is written %s', (text, written) => {
    expect(ipv6Text(parseIpv6(text) ?? 0n)).toBe(written);
  });

  test('every UUID comes back', () => {
    fc.assert(
      fc.property(fc.uuid(), (text) => {
        expect(uuidText(parseUuid(text) ?? 0n)).toBe(text);
      }),
    );
  });
});
