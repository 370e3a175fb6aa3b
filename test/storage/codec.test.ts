/**
 * Encodings of blocks and text pages: what goes in comes out bit by bit, the cheapest is chosen, and bytes that are not what the
 * writer wrote are refused or read within bounds.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BasaltError } from '../../engine/base/error.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { type BlockEntry, type BlockKind, frameBytes, hasValidity } from '../../storage/codec/block.ts';
import { COMPRESSORS, type Compression } from '../../storage/codec/byte-codec.ts';
import { withScratch } from '../../storage/codec/context.ts';
import { decodeBlock } from '../../storage/codec/decode-block.ts';
import { encodeBlock } from '../../storage/codec/encode-block.ts';
import { ColumnSymbols } from '../../storage/codec/symbol-training.ts';
import { decodeText, encodeText, type TextEntry, textFrame } from '../../storage/codec/text-page.ts';
import { arena, newContext } from './support/ground.ts';

const context = newContext();
const random = new SeededRandom(5);
const LOW = -(1n << 63n);
const HIGH = (1n << 63n) - 1n;

const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const bitsOf = (value: number): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigInt64(0);
};
/** A walk of normal steps. */
const walk = (count: number, step: number): number[] => {
  let at = 100;
  return many(count, () => {
    for (let k = 0; k < 12; k++) at += (random.float() - 0.5) * step;
    return at;
  });
};

type Column = {
  readonly kind: Exclude<BlockKind, 'bool'>;
  /** Integers, codes, bits of floats; null: NULL. */
  readonly values: readonly (bigint | null)[];
  readonly floatWidth?: 4 | 8;
};
type Encoded = { readonly entry: BlockEntry; readonly stored: Uint8Array };

function encode({ kind, values, floatWidth }: Column, compression: Compression): Encoded {
  return withScratch(context, (scratch) => {
    const data = scratch.alloc(values.length * 8);
    values.forEach((value, i) => {
      arena.i64[(data >>> 3) + i] = value ?? 0n;
    });
    let valid = 0;
    if (values.includes(null)) {
      valid = scratch.alloc(values.length);
      values.forEach((value, i) => {
        arena.u8[valid + i] = Number(value !== null);
      });
    }
    const { entry, stored } = encodeBlock(
      context,
      { kind, rows: values.length, data, valid, floatWidth },
      COMPRESSORS[compression],
    );
    return { entry: { ...entry, offset: 0, checksum: 0n }, stored: stored.slice() };
  });
}

const GUARD = 64;

/** Nothing was written before and behind a frame. */
function expectGuards(start: number, size: number): void {
  const guards = [start, start + GUARD + size].flatMap((at) => [...arena.u8.subarray(at, at + GUARD)]);
  if (guards.some((byte) => byte !== 0xa5)) expect(guards).toEqual(guards.map(() => 0xa5));
}

/** The values of the frame; fails when a byte outside of it was written. */
function decode(kind: BlockKind, { entry, stored }: Encoded): (bigint | null)[] {
  if (entry.encoding === 'constant')
    return many(entry.rows, () => (entry.nullCount === entry.rows ? null : entry.base));
  return withScratch(context, (scratch) => {
    const size = frameBytes(kind, entry);
    const start = scratch.alloc(size + GUARD * 2);
    const frame = start + GUARD;
    arena.u8.fill(0xa5, start, start + size + GUARD * 2);
    decodeBlock(context, kind, entry, frame, (at) => arena.u8.set(stored, at));
    expectGuards(start, size);
    const valid = hasValidity(kind, entry) ? frame + ((entry.rows * entry.width + 15) & ~15) : 0;
    return many(entry.rows, (i) => {
      if (valid !== 0 && arena.u8[valid + i] === 0) return null;
      if (entry.width === 8) return arena.i64[(frame >>> 3) + i];
      if (kind === 'float') return bitsOf(arena.f32[(frame >>> 2) + i]);
      const stored =
        entry.width === 1
          ? arena.u8[frame + i]
          : entry.width === 2
            ? arena.u16[(frame >>> 1) + i]
            : arena.u32[(frame >>> 2) + i];
      return entry.base + BigInt(stored);
    });
  });
}

function roundTrip(column: Column, compression: Compression = 'fast'): BlockEntry {
  const encoded = encode(column, compression);
  expect(decode(column.kind, encoded)).toEqual(column.values);
  return encoded.entry;
}

const withNulls = (values: readonly bigint[]): (bigint | null)[] =>
  values.map((value) => (random.below(7) === 0 ? null : value));
const float32 = (values: readonly number[]): bigint[] => values.map((v) => bitsOf(Math.fround(v)));

/** Columns by the encoding that is cheapest for them; `make` takes the rows there are to be. */
const COLUMNS: Record<
  string,
  { kind: Column['kind']; floatWidth?: 4; encoding: string; make: (n: number) => bigint[] }
> = {
  'a rate that grows': { kind: 'int', encoding: 'delta2', make: (n) => many(n, (i) => BigInt(i * i * 3)) },
  'a rate that grows, around the end of 64 bits': {
    kind: 'int',
    encoding: 'delta2',
    make: (n) => many(n, (i) => BigInt.asIntN(64, HIGH - 1000n + BigInt(i) ** 2n * (1n << 40n))),
  },
  'times with pauses': {
    kind: 'int',
    encoding: 'local-delta',
    make: (n) => {
      let at = 1_700_000_000_000n;
      return many(n, (i) => (at += i % 3000 === 2999 ? 1n << 40n : BigInt(random.below(60))));
    },
  },
  'levels that change': {
    kind: 'int',
    encoding: 'local',
    make: (n) =>
      many(
        n,
        (i) =>
          ((BigInt(Math.floor(i / 1024)) * 7919n * (1n << 30n)) % (1n << 60n)) + BigInt(random.below(500)),
      ),
  },
  'a default': {
    kind: 'int',
    encoding: 'sparse',
    make: (n) => many(n, (i) => (i % 50 === 17 ? BigInt(random.below(1 << 20)) : -1n)),
  },
  'a default of both ends': {
    kind: 'int',
    encoding: 'sparse',
    make: (n) => many(n, (i) => (i % 60 === 3 ? LOW + BigInt(i) : HIGH)),
  },
  'a frequent code': {
    kind: 'dict',
    encoding: 'sparse',
    make: (n) => many(n, (i) => (i % 40 === 9 ? BigInt(1 + random.below(900)) : 5n)),
  },
  'a frequent float': {
    kind: 'float',
    encoding: 'sparse',
    make: (n) => many(n, (i) => bitsOf(i % 50 === 5 ? Math.sin(i) : -0)),
  },
  'a frequent float32': {
    kind: 'float',
    floatWidth: 4,
    encoding: 'sparse',
    make: (n) => float32(many(n, (i) => (i % 50 === 5 ? Math.sin(i) : Number.NaN))),
  },
  'a walk of floats': { kind: 'float', encoding: 'local-delta', make: (n) => walk(n, 0.1).map(bitsOf) },
  'a walk of float32': {
    kind: 'float',
    floatWidth: 4,
    encoding: 'local-delta',
    make: (n) => float32(walk(n, 0.1)),
  },
  'a walk of decimals': {
    kind: 'float',
    encoding: 'local-decimal',
    make: (n) => {
      let at = 1_000_000;
      return many(n, (i) => bitsOf(i % 100 === 3 ? Math.PI * i : (at += random.below(40) - 15) / 100));
    },
  },
  'floats of few bits': {
    kind: 'float',
    encoding: 'scaled',
    make: (n) => many(n, () => bitsOf(1 + Math.fround(random.float()))),
  },
  'floats of a few exponents': {
    kind: 'float',
    encoding: 'packed',
    make: (n) => many(n, () => bitsOf(1 + random.below(2 ** 30) / 2 ** 40 + 2 ** -52 * random.below(2))),
  },
};
const cases = Object.entries(COLUMNS);

describe('encodings of blocks', () => {
  it.each(cases)('of %s are chosen and come back', (_, { kind, floatWidth, encoding, make }) => {
    for (const rows of [65536, 5000]) {
      const column = { kind, floatWidth, values: make(rows) };
      const entry = roundTrip(column, 'none');
      if (rows === 65536) expect(entry.encoding).toBe(encoding);
      roundTrip(column, 'small');
    }
  });

  it.each(cases)('of %s come back at every size, with NULLs', (_, { kind, floatWidth, make }) => {
    for (const rows of [1, 2, 3, 4, 1023, 1024, 1025, 1026, 2049, 40000]) {
      const values = make(rows);
      roundTrip({ kind, floatWidth, values });
      if (kind !== 'dict') roundTrip({ kind, floatWidth, values: withNulls(values) });
    }
  });

  const pieces = (value: fc.Arbitrary<bigint>): fc.Arbitrary<bigint[]> =>
    fc
      .array(
        fc.record({
          start: value,
          step: fc.oneof(value, fc.bigInt({ min: -3n, max: 3n })),
          bend: fc.oneof(fc.constant(0n), fc.bigInt({ min: -9n, max: 9n })),
          count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1500 })),
        }),
        { minLength: 1, maxLength: 5 },
      )
      .map((all) =>
        all.flatMap(({ start, step, bend, count }) =>
          many(count, (i) => BigInt.asIntN(64, start + step * BigInt(i) + bend * BigInt(i) * BigInt(i))),
        ),
      );

  it('of any integers, and any bits of floats, come back', () => {
    const any = pieces(
      fc.oneof(
        fc.constantFrom(LOW, HIGH, 0n, -1n, bitsOf(Number.NaN), bitsOf(-0), bitsOf(Number.NEGATIVE_INFINITY)),
        fc.bigInt({ min: LOW, max: HIGH }),
        fc.bigInt({ min: -300n, max: 300n }),
        fc.double().map(bitsOf),
      ),
    );
    fc.assert(
      fc.property(any, fc.boolean(), (values, nulls) => {
        roundTrip({ kind: 'int', values: nulls ? withNulls(values) : values });
        roundTrip({ kind: 'float', values: nulls ? withNulls(values) : values });
      }),
      { numRuns: 60 },
    );
  });
});

/** Runs a reader of damaged bytes: it may answer anything or refuse, and fails the test when it does anything else. */
function survives(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (!(error instanceof BasaltError)) throw error;
    expect(error.errorName).toBe('CORRUPTED_DATA');
    return false;
  }
}

/** All of the bytes with one bit changed, and all of them cut or grown. */
function* damages(stored: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < stored.length * 8; bit++) {
    const copy = stored.slice();
    copy[bit >> 3] ^= 1 << (bit & 7);
    yield copy;
  }
}

describe('damaged blocks', () => {
  const plain: [string, Column][] = [
    ['packed', { kind: 'int', values: many(90, () => BigInt(random.below(1000))) }],
    ['runs', { kind: 'int', values: many(90, (i) => BigInt(Math.floor(i / 20)) * 100_000n) }],
    [
      'decimal',
      { kind: 'float', values: many(90, (i) => bitsOf(i % 30 === 3 ? Math.PI : random.below(1000) / 8)) },
    ],
    ['delta', { kind: 'int', values: many(90, (i) => BigInt(i * 1000 + random.below(3))) }],
  ];
  const all: [string, Column][] = [
    ...plain,
    ...cases.map(([name, { kind, floatWidth, make }]): [string, Column] => [
      name,
      { kind, floatWidth, values: make(90) },
    ]),
  ];

  it.each(all)('of %s are refused or read within bounds, whichever bit changed', (_, column) => {
    for (const values of [
      column.values,
      column.kind === 'dict' ? column.values : withNulls(column.values as bigint[]),
    ]) {
      for (const compression of ['none', 'fast'] as const) {
        const { entry, stored } = encode({ ...column, values }, compression);
        for (const bytes of damages(stored)) survives(() => decode(column.kind, { entry, stored: bytes }));
      }
    }
  });

  it.each(all)('of %s are refused or read within bounds, whatever their entry says', (_, column) => {
    const { entry, stored } = encode(column, 'none');
    const fields = ['rows', 'payloadBytes', 'width', 'bits', 'runs', 'nullCount'] as const;
    let refused = 0;
    for (const field of fields) {
      for (const value of [0, 1, 2, 3, 4, 7, 8, 33, 58, 64, 89, 91, 255, 256, 4096, 65536]) {
        const other = { ...entry, [field]: value };
        if (!survives(() => decode(column.kind, { entry: other, stored }))) refused++;
      }
    }
    if (stored.length > 0) expect(refused).toBeGreaterThan(20);
  });
});

type Text = string | null;
type EncodedPage = { readonly entry: TextEntry; readonly stored: Uint8Array };

function encodePage(texts: readonly Text[], compression: Compression, symbols?: ColumnSymbols): EncodedPage {
  return withScratch(context, (scratch) => {
    const refs = scratch.allocZero(texts.length * 8);
    const valid = scratch.alloc(texts.length);
    texts.forEach((text, i) => {
      const bytes = new TextEncoder().encode(text ?? '');
      const at = scratch.alloc(bytes.length);
      arena.u8.set(bytes, at);
      arena.u32.set([at, bytes.length], (refs >>> 2) + i * 2);
      arena.u8[valid + i] = Number(text !== null);
    });
    const hasNull = texts.includes(null);
    const { entry, stored } = encodeText(
      context,
      refs,
      hasNull ? valid : 0,
      texts.length,
      COMPRESSORS[compression],
      symbols,
    );
    return { entry: { ...entry, offset: 0, checksum: 0n }, stored: stored.slice() };
  });
}

function decodePage({ entry, stored }: EncodedPage): Text[] {
  return withScratch(context, (scratch) => {
    const at = textFrame(entry);
    const start = scratch.alloc(at.size + GUARD * 2);
    const frame = start + GUARD;
    arena.u8.fill(0xa5, start, start + at.size + GUARD * 2);
    decodeText(context, entry, frame, (address) => arena.u8.set(stored, address));
    expectGuards(start, at.size);
    const offsets = arena.u32.subarray(frame >>> 2, (frame >>> 2) + entry.rows + 1);
    return many(entry.rows, (i) =>
      entry.nullCount === entry.rows || (at.valid !== 0 && arena.u8[frame + at.valid + i] === 0)
        ? null
        : new TextDecoder().decode(
            arena.u8.slice(frame + at.bytes + offsets[i], frame + at.bytes + offsets[i + 1]),
          ),
    );
  });
}

const words = ['stone', 'basalt', 'column', 'größe', '日本', 'x', 'granite'];
const sentence = (): string => many(1 + random.below(8), () => words[random.below(words.length)]).join(' ');

describe('text pages', () => {
  it('of words become symbols, through a byte codec where that pays', () => {
    const texts = many(8192, sentence);
    for (const compression of ['fast', 'small'] as const) {
      const page = encodePage(texts, compression);
      expect(page.entry.encoding).toBe('symbols');
      expect(page.stored.length).toBeLessThan(page.entry.textBytes / 3);
      expect(decodePage(page)).toEqual(texts);
    }
    const none = encodePage(texts, 'none');
    expect([none.entry.encoding, none.entry.codec]).toEqual(['plain', 'none']);
    expect(decodePage(none)).toEqual(texts);
  });

  it('of hexadecimal digits, which LZ4 finds nothing in, become symbols', () => {
    const texts = many(8192, () => `${random.uint32().toString(16)}-${random.uint32().toString(16)}`);
    const page = encodePage(texts, 'fast');
    expect([page.entry.encoding, page.entry.codec]).toEqual(['symbols', 'none']);
    expect(decodePage(page)).toEqual(texts);
  });

  it('of a column that changes get symbols of their own within eight pages, and a byte codec where it pays by then', () => {
    const symbols = new ColumnSymbols();
    const digits = () => many(1024, () => `${random.uint32().toString(16)}-${random.uint32().toString(16)}`);
    // Whole sentences come again, which a byte codec finds in codes, too.
    const known = many(40, () => `${sentence()} ${sentence()} ${sentence()}`);
    const sentences = () => many(1024, () => known[random.below(known.length)]);
    const alone = encodePage(sentences(), 'fast');
    const pages = [...many(8, digits), ...many(16, sentences)].map((texts) => {
      const page = encodePage(texts, 'fast', symbols);
      expect(decodePage(page)).toEqual(texts);
      return page;
    });
    expect(pages.slice(0, 8).map(({ entry }) => entry.codec)).toEqual(new Array(8).fill('none'));
    const share = ({ entry, stored }: EncodedPage) => stored.length / entry.textBytes;
    for (const page of pages.slice(-8)) {
      expect(page.entry.codec).toBe('lz4');
      expect(share(page)).toBeLessThan(share(alone) * 1.2);
    }
  });

  it('of a few bytes stay as they are', () => {
    const texts = many(40, (i) => `${i % 7}`);
    const page = encodePage(texts, 'fast');
    expect(page.entry.encoding).toBe('plain');
    expect(decodePage(page)).toEqual(texts);
  });

  it('of any texts come back', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\u00ff', 'ab', 'xyz'), maxLength: 80 }),
      fc.constantFrom('', '\0', '\0\0\0\0', 'a'.repeat(300), null),
    );
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (some, times) => {
          const texts = many(times, () => some).flat();
          for (const compression of ['none', 'fast', 'small'] as const)
            expect(decodePage(encodePage(texts, compression))).toEqual(texts);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('that are damaged are refused or read within bounds, whichever bit changed', () => {
    const texts: Text[] = many(120, (i) => (i % 9 === 4 ? null : sentence()));
    const pages = [
      encodePage(texts, 'fast'),
      encodePage(texts, 'none'),
      encodePage([...texts, 'y'.repeat(400)], 'fast'),
    ];
    expect(pages.map(({ entry }) => entry.encoding)).toEqual(['symbols', 'plain', 'symbols']);
    for (const { entry, stored } of pages) {
      let refused = 0;
      for (const bytes of damages(stored))
        if (!survives(() => decodePage({ entry, stored: bytes }))) refused++;
      expect(refused).toBeGreaterThan(0);
      for (const field of ['rows', 'payloadBytes', 'width', 'textBytes', 'nullCount'] as const)
        for (const value of [0, 1, 2, 3, 4, 119, 121, 65536])
          survives(() => decodePage({ entry: { ...entry, [field]: value }, stored }));
    }
  });

  it('whose lengths are more than 32 bits can count are refused', () => {
    const page = encodePage(['z'.repeat(70_000), 'a'], 'none');
    const stored = page.stored.slice();
    expect(decodePage(page)).toHaveLength(2);
    // 70,001 in all, and 2^32.
    new DataView(stored.buffer).setUint32(0, 0xffff_ffff, true);
    new DataView(stored.buffer).setUint32(4, 70_002, true);
    expect(survives(() => decodePage({ entry: page.entry, stored }))).toBe(false);
  });
});
