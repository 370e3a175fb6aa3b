/** What goes into a segment comes out of it: every type, every encoding, every shape of data. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { Region } from '../../engine/memory/region.ts';
import {
  FLOAT64,
  INT64,
  type LogicalType,
  nullable,
  STRING,
  timestamp,
  type,
} from '../../engine/type/type.ts';
import { MemoryFile, MemoryFileSystem } from '../../storage/fs/memory.ts';
import { RealFileSystem } from '../../storage/fs/real.ts';
import { buildSegment } from '../../storage/segment/build.ts';
import { type SegmentDescriptor, segmentPart } from '../../storage/segment/descriptor.ts';
import { FooterCache } from '../../storage/segment/footer-cache.ts';
import type { SegmentMeta } from '../../storage/segment/meta.ts';
import { FileOutput } from '../../storage/segment/output.ts';
import { SegmentReader } from '../../storage/segment/reader.ts';
import type { BatchValue } from '../../storage/table/batch-builder.ts';
import type { TableDefinition } from '../../storage/table/definition.ts';
import {
  arena,
  column,
  columnValues,
  frames,
  makeBatches,
  newContext,
  type Rows,
  stored,
  table,
} from './support/ground.ts';

const context = newContext();

function write(definition: TableDefinition, values: Rows, batchRows?: number) {
  const fs = new MemoryFileSystem();
  fs.makeDirectory('/d');
  const region = new Region(arena, arena.openOwner());
  const batches = makeBatches(region, definition, values, batchRows);
  const identity = { tableId: 1, segmentId: 7, partition: [] };
  const meta = buildSegment(context, definition, batches, identity, new FileOutput(fs, '/d/7.seg'));
  arena.closeOwner(region.owner);
  return { fs, meta };
}

function open(definition: TableDefinition, fs: MemoryFileSystem, meta: SegmentMeta): SegmentReader {
  const slots = frames.allocSlots(meta.slotCount);
  const part = segmentPart(definition, meta, fs.descriptor('/d/7.seg'), slots);
  return new SegmentReader(context, frames, structuredClone(part.descriptor) as SegmentDescriptor);
}

/** Writes one column, reads it back, and answers how its blocks were stored. */
function roundTrip(
  logical: LogicalType,
  values: readonly BatchValue[],
  compression: 'none' | 'fast' | 'small' = 'fast',
) {
  const definition = table([column(1, 'x', logical)], { compression });
  const { fs, meta } = write(definition, { x: values });
  const reader = open(definition, fs, meta);
  expect(columnValues(reader, 1)).toEqual(values.map((value) => stored(logical, value)));
  const footer = reader.columnFooter(1);
  reader.close();
  return { footer, meta };
}

const random = new SeededRandom(42);
const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const withNulls = (values: readonly BatchValue[]): BatchValue[] =>
  values.map((value) => (random.below(5) === 0 ? null : value));

const integers: Record<string, { values: bigint[]; encoding: string; width: number }> = {
  'one value': { values: many(1000, () => -5n), encoding: 'constant', width: 0 },
  'a single row': { values: [123456789012345n], encoding: 'constant', width: 0 },
  'long runs': {
    values: many(5000, (i) => BigInt(Math.floor(i / 500) * 1000003)),
    encoding: 'runs',
    width: 4,
  },
  'full bytes': { values: many(3000, () => BigInt(random.below(256)) - 100n), encoding: 'plain', width: 1 },
  'few bits': { values: many(3000, () => BigInt(random.below(9)) + 2n ** 40n), encoding: 'packed', width: 1 },
  'ten bits': { values: many(3000, () => BigInt(random.below(1000))), encoding: 'packed', width: 2 },
  'twenty bits': { values: many(3000, () => BigInt(random.below(1 << 20))), encoding: 'packed', width: 4 },
  'forty bits': {
    values: many(3000, () => BigInt(random.uint32()) * 256n + BigInt(random.below(256)) - 2n ** 39n),
    encoding: 'packed',
    width: 8,
  },
  'all 64 bits': {
    values: many(3000, () => BigInt.asIntN(64, (BigInt(random.uint32()) << 32n) | BigInt(random.uint32()))),
    encoding: 'plain',
    width: 8,
  },
  // Differences wrap around, and differences of these.
  'both ends': { values: [-(1n << 63n), (1n << 63n) - 1n, 0n], encoding: 'delta2', width: 8 },
  'a clock': {
    values: many(70000, (i) => 1442016000000n + BigInt(i * 700 + random.below(50))),
    encoding: 'delta',
    width: 4,
  },
  'a slow counter': { values: many(70000, (i) => BigInt(i >> 1)), encoding: 'delta', width: 2 },
  'an arithmetic row': { values: many(1000, (i) => BigInt(i) * -12345678901n), encoding: 'delta', width: 8 },
};

/** Of the first block. */
const encodingOf = ({ footer }: ReturnType<typeof roundTrip>) => [
  footer?.blocks[0].encoding,
  footer?.blocks[0].bits,
];

describe('integers', () => {
  it.each(Object.entries(integers))('of %s come back', (_, { values, encoding, width }) => {
    const { footer } = roundTrip(INT64, values, 'none');
    expect([footer?.blocks[0].encoding, footer?.blocks[0].width]).toEqual([encoding, width]);
  });

  it.each(Object.entries(integers))('of %s with NULLs come back', (_, { values }) => {
    for (const compression of ['none', 'fast', 'small'] as const) {
      roundTrip(nullable(INT64), withNulls(values), compression);
    }
  });

  it('that are multiples of something take the bits of their quotients', () => {
    const start = Date.UTC(2020, 0) * 1000;
    const seconds = many(5000, (i) => BigInt(start) + BigInt((i * 7919) % 3600) * 1_000_000n);
    expect(encodingOf(roundTrip(INT64, seconds))).toEqual(['scaled', 12]);
    const minutes = many(5000, (i) => ((i * 7919) % 3600) * 60_000);
    expect(encodingOf(roundTrip(type('int32'), minutes))).toEqual(['scaled', 12]);
    // The whole range of 64 bits.
    roundTrip(INT64, [-(2n ** 63n), 0n, 2n ** 63n - 2n ** 40n]);
    roundTrip(nullable(INT64), withNulls(seconds));
  });

  it('of every width keep their bounds', () => {
    for (const id of [
      'int8',
      'int16',
      'int32',
      'int64',
      'uint8',
      'uint16',
      'uint32',
      'uint64',
      'date',
    ] as const) {
      roundTrip(type(id), [1, 2, 100, 3]);
    }
    const { meta } = roundTrip(nullable(INT64), [null, 5n, -3n, null]);
    expect(meta.columns).toEqual([{ id: 1, min: -3n, max: 5n, nullCount: 2 }]);
  });

  it('that are all NULL take no bytes', () => {
    const { footer } = roundTrip(nullable(INT64), [null, null, null]);
    expect(footer?.blocks[0].storedBytes).toBe(0);
  });
});

describe('floats and booleans', () => {
  const floats = [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, -1e300];

  it('come back bit by bit', () => {
    roundTrip(FLOAT64, floats);
    roundTrip(
      FLOAT64,
      many(1000, () => 2.5),
    );
    roundTrip(
      FLOAT64,
      many(1000, () => Number.NaN),
    );
    roundTrip(nullable(FLOAT64), withNulls(many(70000, () => random.float())));
    roundTrip(
      FLOAT64,
      many(5000, (i) => Math.floor(i / 100) / 4),
    );
    roundTrip(type('float32'), floats);
    roundTrip(
      type('float32'),
      many(5000, (i) => Math.floor(i / 100) / 3),
    );
  });

  it('that are decimals take the bits of their integers', () => {
    const prices = many(70_000, (i) => ((i * 7919) % 100_000) / 100);
    expect(encodingOf(roundTrip(FLOAT64, prices))).toEqual(['decimal', 17]);
    // Some that are none are kept as they are.
    const mixed = prices.map((price, i) =>
      i % 50 === 7 ? Math.sqrt(i) : i % 997 === 3 ? Number.NaN : price,
    );
    expect(encodingOf(roundTrip(FLOAT64, mixed))).toEqual(['decimal', 17]);
    roundTrip(nullable(FLOAT64), withNulls(mixed));
    const tiny = many(5000, (i) => -((i * 7919) % 1000) * 1e-9);
    roundTrip(FLOAT64, tiny);
    expect(
      encodingOf(
        roundTrip(
          FLOAT64,
          many(5000, () => random.float()),
        ),
      )[0],
    ).not.toBe('decimal');
  });

  it('of booleans come back', () => {
    const bool = type('bool');
    roundTrip(
      bool,
      many(1000, () => true),
    );
    roundTrip(
      bool,
      many(70001, () => random.below(2) === 0),
    );
    roundTrip(nullable(bool), withNulls(many(1003, () => random.below(2) === 0)));
    roundTrip(nullable(bool), [null, true, null]);
    roundTrip(nullable(bool), [null, null]);
  });
});

describe('strings', () => {
  const text = nullable(STRING);

  it('that repeat become a sorted dictionary', () => {
    const words = ['', 'a', 'ab', 'ärger', '日本', 'zz', 'abcdefghijk', 'abcdefghijl'];
    const values = withNulls(many(70000, () => words[random.below(words.length)]));
    const { footer, meta } = roundTrip(text, values);
    expect(footer?.kind).toBe('dict');
    expect(footer?.distinct).toBe(words.length + 1);
    expect(meta.columns[0]).toMatchObject({ min: '', max: '日本' });
  });

  it('that hardly repeat become pages', () => {
    for (const compression of ['none', 'fast', 'small'] as const) {
      const values = withNulls(many(20000, (i) => `http://example.com/${i}/${random.uint32()}`));
      const { footer } = roundTrip(text, values, compression);
      expect(footer?.kind).toBe('text');
      expect(footer?.pages.map((pages) => pages.length)).toEqual([3]);
    }
  });

  it('of any length come back', () => {
    const values = ['x'.repeat(70000), '', null, 'y'.repeat(300), 'z'];
    roundTrip(text, values);
    roundTrip(
      text,
      many(9000, (i) => 'long'.repeat(i % 100) + i),
    );
  });

  it('that are one, or all NULL, take no codes', () => {
    expect(
      roundTrip(
        text,
        many(100, () => 'same'),
      ).footer?.blocks[0].storedBytes,
    ).toBe(0);
    expect(
      roundTrip(
        text,
        many(100, () => null),
      ).footer?.blocks[0].storedBytes,
    ).toBe(0);
  });
});

describe('segment', () => {
  const definition = table(
    [
      column(1, 'time', timestamp(3)),
      column(2, 'city', nullable(STRING), 'always'),
      column(3, 'value', nullable(INT64)),
      column(4, 'ratio', nullable(FLOAT64)),
    ],
    { sortKey: [2, 4, 1], timeColumn: 1 },
  );
  const rowCount = 150000;
  const values: Rows = {
    time: many(rowCount, () => 1442016000000 + random.below(86400000)),
    city: withNulls(many(rowCount, () => `city ${random.below(90)}`)),
    value: many(rowCount, (i) => i),
    ratio: withNulls(many(rowCount, () => random.below(5) - 2)),
  };
  const { fs, meta } = write(definition, values, 40000);

  it('is sorted by the sort key, NULL first, and keeps rows together', () => {
    const reader = open(definition, fs, meta);
    const order = columnValues(reader, 3).map(Number);
    const rank = (value: BatchValue): [number, BatchValue] => (value === null ? [0, 0] : [1, value]);
    const compare = (a: BatchValue, b: BatchValue): number => {
      const [x, y] = [rank(a), rank(b)];
      return x[0] - y[0] || ((x[1] as number) < (y[1] as number) ? -1 : x[1] === y[1] ? 0 : 1);
    };
    const expected = many(rowCount, (i) => i).sort(
      (a, b) =>
        compare(values.city[a], values.city[b]) ||
        compare(values.ratio[a], values.ratio[b]) ||
        compare(values.time[a], values.time[b]) ||
        a - b,
    );
    expect(order).toEqual(expected);
    expect(columnValues(reader, 2)).toEqual(order.map((i) => values.city[i]));
    expect(columnValues(reader, 1)).toEqual(order.map((i) => BigInt(values.time[i] as number)));
    reader.close();
  });

  it('knows the bounds of segments, blocks and pages', () => {
    const reader = open(definition, fs, meta);
    const times = columnValues(reader, 1) as bigint[];
    const bounds = (list: bigint[]) => {
      const sorted = BigInt64Array.from(list).sort();
      return { min: sorted[0], max: sorted[sorted.length - 1] };
    };
    expect(meta.columns[0]).toEqual({ id: 1, nullCount: 0, ...bounds(times) });
    expect(reader.zone(1, 1)).toEqual({ nullCount: 0, ...bounds(times.slice(65536, 131072)) });
    expect(reader.pageZones(1, 1)?.[2]).toEqual(bounds(times.slice(65536 + 16384, 65536 + 24576)));
    expect(reader.zone(2, 2)?.max).toBe('city 9');
    expect(reader.pageZones(0, 3)).toBeUndefined();
    reader.close();
  });

  it('finds rows by bitmap', () => {
    const reader = open(definition, fs, meta);
    const cities = columnValues(reader, 2);
    const mask = context.scratch.allocZero(65536);
    const { count } = reader.dictionary(2);
    for (let block = 0; block < reader.blockCount; block++) {
      for (const codes of [[0], [5, 6], [count - 1], [1, 40, 80]]) {
        arena.u8.fill(0, mask, mask + 65536);
        const found = reader.candidates(block, 2, codes, mask);
        const names = codes.map((code) => (code === 0 ? null : [...new Set(cities)].sort()[code - 1]));
        const rows = cities.slice(block * 65536, block * 65536 + reader.blockRows(block));
        expect([...arena.u8.slice(mask, mask + rows.length)]).toEqual(
          rows.map((c) => Number(names.includes(c as string))),
        );
        expect(found).toBe(rows.filter((c) => names.includes(c as string)).length);
      }
    }
    expect(reader.candidates(0, 3, [1], mask)).toBeUndefined();
    reader.close();
  });

  it('gives columns it was written without their default', () => {
    const wider = {
      ...definition,
      columns: [
        ...definition.columns,
        column(9, 'new', INT64, 'auto', 17n),
        column(10, 'none', nullable(STRING)),
      ],
    };
    const reader = open(wider, fs, meta);
    expect(columnValues(reader, 9).every((v) => v === 17n)).toBe(true);
    expect(columnValues(reader, 10).every((v) => v === null)).toBe(true);
    expect(reader.zone(0, 9)).toEqual({ min: 17n, max: 17n, nullCount: 0 });
    reader.close();
  });

  it('holds bytes that are not UTF-8', () => {
    const one = table([column(1, 'x', STRING)]);
    const region = new Region(arena, arena.openOwner());
    const [batch] = makeBatches(region, one, { x: ['ab', 'ab'] });
    const page = batch.columns.get(1)?.pages?.[0];
    arena.u8.fill(0xff, page?.bytes, (page?.bytes ?? 0) + 4);
    const memory = new MemoryFileSystem();
    memory.makeDirectory('/d');
    const identity = { tableId: 1, segmentId: 7, partition: [] };
    const written = buildSegment(context, one, [batch], identity, new FileOutput(memory, '/d/7.seg'));
    expect(written.columns[0]).toMatchObject({ min: null, max: null });
    expect(columnValues(open(one, memory, written), 1)).toEqual(['\ufffd\ufffd', '\ufffd\ufffd']);
  });
});

describe('a segment that was read before', () => {
  it('is read again without its file, as far as caches have it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'basalt-segment-'));
    try {
      const definition = table([column(1, 'id', INT64), column(2, 'text', STRING)]);
      const values = { id: many(1000, (i) => BigInt(i * i)), text: many(1000, (i) => `text ${i % 20}`) };
      const fs = new RealFileSystem();
      const path = join(folder, '7.seg');
      const region = new Region(arena, arena.openOwner());
      const batches = makeBatches(region, definition, values);
      const identity = { tableId: 1, segmentId: 7, partition: [] };
      const meta = buildSegment(context, definition, batches, identity, new FileOutput(fs, path));
      arena.closeOwner(region.owner);
      const part = segmentPart(definition, meta, fs.descriptor(path), frames.allocSlots(meta.slotCount));
      const footers = new FooterCache();
      const read = (columnId: number) => {
        const reader = new SegmentReader(context, frames, part.descriptor as SegmentDescriptor, footers);
        try {
          return columnValues(reader, columnId);
        } finally {
          reader.close();
        }
      };
      expect(read(1)).toEqual(values.id);
      rmSync(path);
      expect(read(1)).toEqual(values.id);
      expect(() => read(2)).toThrow(/Cannot open/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a damaged segment', () => {
  const definition = table([column(1, 'a', INT64), column(2, 'b', STRING), column(3, 'c', STRING, 'always')]);
  const values: Rows = {
    a: many(300, (i) => i * 7919),
    b: many(300, (i) => `text ${i}`),
    c: many(300, (i) => `word ${i % 3}`),
  };
  const { fs, meta } = write(definition, values);
  const good = fs.files.get('/d/7.seg')?.contents().slice() as Uint8Array;

  const readAll = (contents: Uint8Array, from = meta) => {
    const disk = new MemoryFileSystem();
    disk.makeDirectory('/d');
    disk.put('/d/7.seg', MemoryFile.of(contents));
    const reader = open(definition, disk, from);
    const mask = context.scratch.allocZero(65536);
    reader.candidates(0, 3, [0, 1, 2, 3], mask);
    return [1, 2, 3].map((id) => columnValues(reader, id));
  };
  const truth = readAll(good);

  it('is found out, whichever bit was flipped', () => {
    for (let at = 0; at < good.length; at++) {
      const damaged = good.slice();
      damaged[at] ^= 1 << (at % 8);
      let result: unknown;
      try {
        result = readAll(damaged);
      } catch (error) {
        expect(error).toMatchObject({ name: 'BasaltError' });
        continue;
      }
      // Only the trailer is read by nobody here.
      expect(result).toEqual(truth);
      expect(at).toBeGreaterThanOrEqual(meta.footerOffset + meta.footerBytes);
    }
  });

  it('is found out when it was cut short', () => {
    expect(() => readAll(good.slice(0, 100))).toThrow(/7\.seg/);
    expect(() => readAll(good.slice(0, 10))).toThrow(/7\.seg/);
  });

  it('is refused when it is of a newer format or another table', () => {
    const newer = good.slice();
    newer[8] = 99;
    expect(() => readAll(newer)).toThrow(/segment format 99/);
    expect(() => readAll(good, { ...meta, identity: meta.identity + 1n })).toThrow(/another segment/);
  });
});
