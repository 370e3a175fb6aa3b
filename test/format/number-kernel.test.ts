import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { POWER_BYTES, powerTable } from '../../engine/format/power.ts';
import { Region } from '../../engine/memory/region.ts';
import { arena, kernels, twins } from './reading.ts';

const region = new Region(arena, arena.openOwner());
const input = region.alloc(4096);
const out = region.alloc(64);
const powers = region.alloc(POWER_BYTES);
arena.u8.set(powerTable(), powers);

const put = (text: string): number => {
  const bytes = new TextEncoder().encode(text);
  arena.u8.set(bytes, input);
  arena.u8[input + bytes.length] = 10;
  return bytes.length;
};

const near = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => JSON.stringify(v)),
  fc.bigInt({ min: -(1n << 64n), max: 1n << 64n }).map(String),
  fc.integer().map(String),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 19n }), fc.integer({ min: -340, max: 310 }))
    .map(([m, e]) => `${m}e${e}`),
  fc.stringMatching(/^-?[0-9]{0,20}(\.[0-9]{0,20})?([eE][+-]?[0-9]{0,3})?$/),
  fc.constantFrom(
    '0',
    '-0',
    '00',
    '01',
    '1.',
    '.5',
    '-',
    '1e',
    '1e+',
    '0.1',
    '9007199254740993',
    '1e22',
    '1e23',
    '5e-324',
    '1.7976931348623157e308',
    '2.2250738585072014e-308',
    '123456789012345678',
  ),
);

describe('parse_f64', () => {
  test('gives exactly what Number gives for every text it accepts', () => {
    fc.assert(
      fc.property(near, (text) => {
        const size = put(text);
        const taken = kernels.parse_f64(input, out, powers);
        if (taken === 0 || taken !== size) return;
        expect(Object.is(arena.f64[out >>> 3], JSON.parse(text))).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  test('accepts every double with at most 19 digits that is not subnormal', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (value) => {
        fc.pre(value === 0 || Math.abs(value) > 1e-290);
        fc.pre(Math.abs(value) < 1e19 || Math.abs(value) >= 1e21);
        const size = put(JSON.stringify(value));
        expect(kernels.parse_f64(input, out, powers)).toBe(size);
        expect(arena.f64[out >>> 3]).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('parse_i64 and parse_u64', () => {
  const edges = [1n << 63n, 1n << 64n, 10n ** 18n, 10n ** 19n, 10n ** 20n];
  const integer = fc.oneof(
    fc.bigInt({ min: -(1n << 65n), max: 1n << 65n }),
    fc.tuple(fc.constantFrom(...edges, ...edges.map((e) => -e)), fc.bigInt(-3n, 3n)).map(([e, d]) => e + d),
  );

  test('take every integer of their range, and no other, as BigInt reads it', () => {
    fc.assert(
      fc.property(integer, (value) => {
        const size = put(String(value));
        const signed = BigInt.asIntN(64, value) === value;
        expect(kernels.parse_i64(input, out)).toBe(signed ? size : 0);
        if (signed) expect(arena.i64[out >>> 3]).toBe(value);
        const unsigned = BigInt.asUintN(64, value) === value;
        expect(kernels.parse_u64(input, out)).toBe(unsigned ? size : 0);
        if (unsigned) expect(arena.u64[out >>> 3]).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  test('agree with their twins on any text', () => {
    const text = fc.oneof(near, fc.stringMatching(/^-?0{0,21}[0-9]{0,21}[.e]?$/));
    fc.assert(
      fc.property(text, (value) => {
        put(value);
        for (const name of ['parse_i64', 'parse_u64'] as const) {
          const taken = kernels[name](input, out);
          const found = arena.i64[out >>> 3];
          expect(twins[name](input, out), `${name} ${value}`).toBe(taken);
          if (taken !== 0) expect(arena.i64[out >>> 3]).toBe(found);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('parse_timestamp and parse_date', () => {
  const text = fc.oneof(
    fc
      .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((d) => d.toISOString()),
    fc
      .date({ min: new Date('1600-01-01'), max: new Date('2300-12-31'), noInvalidDate: true })
      .map((d) => d.toISOString().replace('T', ' ').replace('Z', '')),
    fc
      .tuple(
        fc.integer({ min: 0, max: 9999 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
      )
      .map(
        ([y, m, d]) =>
          `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`,
      ),
    fc.stringMatching(/^20[0-9]{2}-0[0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{0,10})?Z?$/),
    fc.stringMatching(/^2015-09-12[T ]00:46:58(\.[0-9]{1,9})?[+-][0-9]{0,3}:?[0-9]{0,3}$/),
  );

  test('agree with Date', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 9 }), (value, precision) => {
        put(value);
        for (const name of ['parse_date', 'parse_timestamp'] as const) {
          const call = (k: typeof kernels): number =>
            name === 'parse_date' ? k.parse_date(input, out) : k.parse_timestamp(input, precision, 0, out);
          const taken = call(kernels);
          const found = arena.i64[out >>> 3];
          expect(call(twins), `${name} ${value}`).toBe(taken);
          if (taken !== 0) expect(found).toBe(arena.i64[out >>> 3]);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('an offset counts as Date counts it', () => {
    const parts = fc.tuple(
      fc.date({ min: new Date('1600-01-01'), max: new Date('2300-12-31'), noInvalidDate: true }),
      fc.constantFrom('+', '-'),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
    );
    fc.assert(
      fc.property(parts, fc.boolean(), ([date, sign, hours, minutes], colon) => {
        const two = (n: number): string => String(n).padStart(2, '0');
        const offset = `${sign}${two(hours)}${colon ? ':' : ''}${two(minutes)}`;
        const plain = date.toISOString().slice(0, -1);
        const size = put(`${plain}${offset}`);
        expect(kernels.parse_timestamp(input, 3, 0, out)).toBe(size);
        expect(arena.i64[out >>> 3]).toBe(BigInt(Date.parse(`${plain}${sign}${two(hours)}:${two(minutes)}`)));
      }),
    );
  });

  test('a full ISO text of milliseconds', () => {
    put('2015-09-12T00:46:58.771Z');
    expect(kernels.parse_timestamp(input, 3, 0, out)).toBe(24);
    expect(arena.i64[out >>> 3]).toBe(1442018818771n);
  });
});

describe('narrowing', () => {
  test('agrees with its twins', () => {
    const data = region.alloc(8 * 300);
    const valid = region.alloc(300);
    const narrow = region.alloc(8 * 300);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), fc.boolean()), {
          maxLength: 100,
        }),
        fc.boolean(),
        (rows, hasNulls) => {
          rows.forEach(([value, isValid], i) => {
            arena.i64[(data >>> 3) + i] = value;
            arena.u8[valid + i] = isValid ? 1 : 0;
          });
          const address = hasNulls ? valid : 0;
          const results = [kernels, twins].map((k) => {
            const seen = k.minmax_i64(data, address, rows.length, out);
            const bounds = seen === 0 ? [] : [arena.i64[out >>> 3], arena.i64[(out >>> 3) + 1]];
            k.narrow_i64_u8(data, rows.length, 7n, narrow);
            const one = arena.u8.slice(narrow, narrow + rows.length);
            k.narrow_i64_u16(data, rows.length, 7n, narrow);
            const two = arena.u8.slice(narrow, narrow + rows.length * 2);
            k.narrow_i64_u32(data, rows.length, 7n, narrow);
            const four = arena.u8.slice(narrow, narrow + rows.length * 4);
            k.narrow_u32_u8(data, rows.length, narrow);
            const fromWord1 = arena.u8.slice(narrow, narrow + rows.length);
            k.narrow_u32_u16(data, rows.length, narrow);
            const fromWord2 = arena.u8.slice(narrow, narrow + rows.length * 2);
            return { seen, bounds, one, two, four, fromWord1, fromWord2 };
          });
          expect(results[0]).toEqual(results[1]);
        },
      ),
    );
  });
});

describe('scanning', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const texty = fc
    .array(fc.constantFrom(34, 10, 44, 97, 98, 13), { maxLength: 120 })
    .map((a) => Uint8Array.from(a));

  test('counts and finds agree with their twins', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, texty), fc.constantFrom(10, 34, 0), (data, byte) => {
        arena.u8.set(data, input);
        for (const name of ['scan_count_byte', 'scan_find_byte', 'scan_last_byte', 'scan_csv_cut'] as const) {
          const wanted = name === 'scan_csv_cut' ? 44 : byte;
          expect(kernels[name](input, data.length, wanted), name).toBe(
            twins[name](input, data.length, wanted),
          );
        }
      }),
      { numRuns: 2000 },
    );
  });
});
