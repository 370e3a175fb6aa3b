import fc from 'fast-check';
import type { ColumnSource } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { BasaltError } from '../../engine/base/error.ts';
import { readFooter } from '../../engine/format/index.ts';
import { type LogicalType, timestamp, type, type Value } from '../../engine/type/type.ts';
import { outcomesOf, readColumns, type WriteOptions, writeParquet } from './parquet-file.ts';

const seconds = (iso: string): bigint => BigInt(Date.parse(iso)) / 1000n;
const column = (to: LogicalType) => ({ id: 1, name: 'v', type: to });

/** One column of values through a file. */
async function through(
  source: Omit<ColumnSource, 'name'>,
  to: LogicalType,
  options: WriteOptions = {},
): Promise<Value[]> {
  const [values] = await readColumns(writeParquet([{ name: 'v', ...source }], options), [column(to)]);
  return values;
}

/** A column whose schema element says more than the writer's short types. */
const annotated = (element: object): WriteOptions => ({
  schema: [
    { name: 'root', num_children: 1 },
    { name: 'v', repetition_type: 'OPTIONAL', ...element },
  ],
});

describe('types', () => {
  const INT = { type: 'INT32' as const };
  const LONG = { type: 'INT64' as const };
  const at = '2024-02-29T12:34:56.789Z';
  const moment = seconds(at.replace('.789', ''));
  const cases: [string, Omit<ColumnSource, 'name'>, WriteOptions, LogicalType, Value[]][] = [
    ['BOOLEAN', { data: [true, null, false] }, {}, type('bool', true), [true, null, false]],
    ['BOOLEAN into integers', { data: [true, false] }, {}, type('uint8'), [1n, 0n]],
    ['INT32', { data: [-1, 2 ** 31 - 1], ...INT }, {}, type('int32'), [-1n, 2n ** 31n - 1n]],
    ['INT32 into UInt8', { data: [0, 255], ...INT }, {}, type('uint8'), [0n, 255n]],
    ['INT64', { data: [-(2n ** 63n), 1n], ...LONG }, {}, type('int64'), [-(2n ** 63n), 1n]],
    [
      'UINT_32',
      { data: [2 ** 32 - 1, 7] },
      annotated({ type: 'INT32', converted_type: 'UINT_32' }),
      type('int64'),
      [2n ** 32n - 1n, 7n],
    ],
    [
      'UINT_64',
      { data: [2n ** 64n - 1n] },
      annotated({ type: 'INT64', converted_type: 'UINT_64' }),
      type('uint64'),
      [-1n],
    ],
    ['integers into floats', { data: [-3, 5], ...INT }, {}, type('float64'), [-3, 5]],
    ['integers into text', { data: [-3, 5], ...INT }, {}, type('string'), ['-3', '5']],
    ['FLOAT', { data: [1.5, -0.25], type: 'FLOAT' }, {}, type('float32'), [1.5, -0.25]],
    ['DOUBLE', { data: [1.1, null], type: 'DOUBLE' }, {}, type('float64', true), [1.1, null]],
    ['whole floats into integers', { data: [3, -4], type: 'DOUBLE' }, {}, type('int32'), [3n, -4n]],
    ['strings', { data: ['', 'ä€𝄞', null] }, {}, type('string', true), ['', 'ä€𝄞', null]],
    ['strings into integers', { data: ['12', '-7'] }, {}, type('int16'), [12n, -7n]],
    ['strings into timestamps', { data: [at] }, {}, timestamp(3), [moment * 1000n + 789n]],
    [
      'UUIDs',
      { data: ['123e4567-e89b-12d3-a456-426614174000'], type: 'UUID' },
      {},
      type('string'),
      ['123e4567-e89b-12d3-a456-426614174000'],
    ],
    [
      'dates',
      { data: [new Date('2024-02-29')] },
      annotated({ type: 'INT32', converted_type: 'DATE' }),
      type('date'),
      [19782n],
    ],
    [
      'dates into timestamps',
      { data: [new Date('2024-02-29')] },
      annotated({ type: 'INT32', converted_type: 'DATE' }),
      timestamp(0),
      [seconds('2024-02-29')],
    ],
    ['milliseconds', { data: [new Date(at)], type: 'TIMESTAMP' }, {}, timestamp(3), [moment * 1000n + 789n]],
    ['milliseconds into seconds', { data: [new Date(at)], type: 'TIMESTAMP' }, {}, timestamp(0), [moment]],
    [
      'milliseconds into nanoseconds',
      { data: [new Date(at)], type: 'TIMESTAMP' },
      {},
      timestamp(9),
      [moment * 1000000000n + 789000000n],
    ],
    [
      'timestamps into dates',
      { data: [new Date('1969-12-31T23:00:00Z')], type: 'TIMESTAMP' },
      {},
      type('date'),
      [-1n],
    ],
    [
      'timestamps into text',
      { data: [new Date(at)], type: 'TIMESTAMP' },
      {},
      type('string'),
      ['2024-02-29 12:34:56.789'],
    ],
    ['seconds as plain integers', { data: [1709210096n], ...LONG }, {}, timestamp(3), [1709210096000n]],
    ['days as plain integers', { data: [19782], ...INT }, {}, type('date'), [19782n]],
    [
      'DECIMAL into floats',
      { data: [1.25, -0.5] },
      annotated({ type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 6 }),
      type('float64'),
      [1.25, -0.5],
    ],
    [
      'DECIMAL into text',
      { data: [1.25, -0.5] },
      annotated({ type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 6 }),
      type('string'),
      ['1.25', '-0.50'],
    ],
  ];
  it.each(cases)('%s', async (_name, source, options, to, expected) => {
    expect(await through(source, to, options)).toEqual(expected);
  });

  it('fills NULLs of columns that take none', async () => {
    expect(await through({ data: [1, null], type: 'INT32' }, type('int32'))).toEqual([1n, 0n]);
    expect(await through({ data: ['x', null] }, type('string'))).toEqual(['x', '']);
    const file = writeParquet([{ name: 'v', data: ['x', null, 'x', 'y'] }]);
    expect(await readColumns(file, [{ ...column(type('string')), fill: 'y' }])).toEqual([
      ['x', 'y', 'x', 'y'],
    ]);
  });
});

describe('values that do not fit', () => {
  it.each([
    [
      { data: [1, null, 300], type: 'INT32' as const },
      type('uint8', true),
      /Column v, row group 1, row 3 of it: 300 is not a value of type uint8/,
    ],
    [{ data: [-1], type: 'INT32' as const }, type('uint64'), /row 1 of it: -1 is not/],
    [{ data: [1.5], type: 'DOUBLE' as const }, type('int32'), /1\.5 is not a value of type int32/],
    [{ data: ['1', 'one'] }, type('int32'), /row 2 of it: one is not/],
    [{ data: [2 ** 60], type: 'DOUBLE' as const }, type('bool'), /is not a value of type bool/],
    [{ data: [2n ** 62n], type: 'INT64' as const }, timestamp(0), null],
    [{ data: [new Date(0)], type: 'TIMESTAMP' as const }, type('float64'), /is not a value of type float64/],
  ] as [Omit<ColumnSource, 'name'>, LogicalType, RegExp | null][])('%o', async (source, to, message) => {
    const read = through(source, to);
    if (message === null) await expect(read).resolves.toEqual([2n ** 62n]);
    else await expect(read).rejects.toThrow(message);
  });

  it('only count when a row has them, not when a dictionary does', async () => {
    const data = Array.from({ length: 2000 }, (_, i) => (i === 1500 ? 70000 : i % 10));
    const read = through({ data, type: 'INT32' }, type('uint16'), { rowGroupSize: 5000 });
    await expect(read).rejects.toThrow(/row group 1, row 1501 of it: 70000/);
  });
});

/** Rows that fall into several blocks, pages and row groups. */
const ROWS = 140_000;
const long = (make: (i: number) => unknown): unknown[] =>
  Array.from({ length: ROWS }, (_, i) => (i % 11 === 3 ? null : make(i)));
const ENCODED: [
  string,
  ColumnSource['encoding'],
  unknown[],
  Omit<ColumnSource, 'name' | 'data'>,
  LogicalType,
][] = [
  ['dictionary of strings', undefined, long((i) => `v${i % 300}`), {}, type('string', true)],
  ['large dictionary of strings', undefined, long((i) => `v${i % 9000}`), {}, type('string', true)],
  ['plain strings', 'PLAIN', long((i) => `http://example.com/${i * 7919}`), {}, type('string', true)],
  ['plain integers', 'PLAIN', long((i) => (i * 7919) % 100000), { type: 'INT32' }, type('int32', true)],
  ['plain booleans', 'PLAIN', long((i) => i % 3 === 0), {}, type('bool', true)],
  ['runs of booleans', 'RLE', long((i) => i % 1000 < 900), {}, type('bool', true)],
  [
    'delta-packed integers',
    'DELTA_BINARY_PACKED',
    long((i) => BigInt(i) * 3n - 5n),
    { type: 'INT64' },
    type('int64', true),
  ],
  ['delta lengths', 'DELTA_LENGTH_BYTE_ARRAY', long((i) => `s${i}`), {}, type('string', true)],
  ['shared beginnings', 'DELTA_BYTE_ARRAY', long((i) => `http://example.com/${i}`), {}, type('string', true)],
  ['split streams', 'BYTE_STREAM_SPLIT', long((i) => i / 8), { type: 'DOUBLE' }, type('float64', true)],
  [
    'split streams of integers',
    'BYTE_STREAM_SPLIT',
    long((i) => i * 3),
    { type: 'INT32' },
    type('int32', true),
  ],
];
const jsOf = (value: unknown): Value =>
  typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : (value as Value);

describe('encodings', () => {
  it.each(ENCODED)('%s', async (_name, encoding, data, rest, to) => {
    const source = { data, ...rest, ...(encoding === undefined ? {} : { encoding }) } as Omit<
      ColumnSource,
      'name'
    >;
    const read = await through(source, to, { pageSize: 20_000, rowGroupSize: 100_000 });
    const expected = to.id === 'float64' ? data : data.map(jsOf);
    expect(read.length).toBe(ROWS);
    expect(read.findIndex((value, i) => value !== expected[i])).toBe(-1);
  });

  it.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'LZ4_RAW'] as const)('%s', async (codec) => {
    const data = Array.from({ length: 5000 }, (_, i) => `text ${i % 700} text`);
    expect(await through({ data }, type('string'), { codec })).toEqual(data);
    expect(await through({ data, encoding: 'PLAIN' }, type('string'), { codec, pageSize: 1000 })).toEqual(
      data,
    );
  });

  it('an unknown codec is refused by name', async () => {
    const file = writeParquet([{ name: 'v', data: ['x'] }], {
      codec: 'BROTLI',
      compressors: { BROTLI: (b) => b },
    });
    await expect(readColumns(file, [column(type('string'))])).rejects.toThrow(/compressed with BROTLI/);
  });
});

const _isBasaltError = (error: unknown): error is BasaltError => error instanceof BasaltError;
const bytesOf = async (file: Blob): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await file.arrayBuffer());

describe('damaged files', () => {
  const fileOf = (codec: 'SNAPPY' | 'UNCOMPRESSED'): Blob =>
    writeParquet(
      [
        { name: 's', data: Array.from({ length: 300 }, (_, i) => (i % 7 === 0 ? null : `v${i % 40}`)) },
        { name: 'p', data: Array.from({ length: 300 }, (_, i) => `plain ${i}`), encoding: 'PLAIN' },
        { name: 'n', data: Array.from({ length: 300 }, (_, i) => i * 3), type: 'INT32' },
        {
          name: 'd',
          data: Array.from({ length: 300 }, (_, i) => BigInt(i * i)),
          encoding: 'DELTA_BINARY_PACKED',
        },
        {
          name: 'f',
          data: Array.from({ length: 300 }, (_, i) => `http://x/${i}`),
          encoding: 'DELTA_BYTE_ARRAY',
        },
      ],
      { pageSize: 500, rowGroupSize: 200, codec },
    );
  const file = fileOf('SNAPPY');
  const columns = ['s', 'p', 'n', 'd', 'f'].map((name, id) => ({
    id,
    name,
    type: type(name === 'n' || name === 'd' ? 'int64' : 'string', true),
  }));

  it.each([
    ['nothing', (b: Uint8Array) => b.subarray(0, 0), /does not end with PAR1/],
    [
      'a wrong magic',
      (b: Uint8Array) => Uint8Array.from([...b.subarray(0, -1), 50]),
      /does not end with PAR1/,
    ],
    [
      'a truncated footer',
      (b: Uint8Array) => Uint8Array.from([...b.subarray(-200, -100), ...b.subarray(-8)]),
      /footer/,
    ],
    [
      'a footer that lies about its size',
      (b: Uint8Array) => Uint8Array.from([...b.subarray(0, -8), 255, 255, 255, 127, ...b.subarray(-4)]),
      /footer of 2147483647 bytes does not fit/,
    ],
    [
      'an encrypted one',
      (b: Uint8Array) => Uint8Array.from([...b.subarray(0, -4), ...Buffer.from('PARE')]),
      /encrypted/,
    ],
  ] as [string, (bytes: Uint8Array) => Uint8Array<ArrayBuffer>, RegExp][])(
    '%s',
    async (_name, damage, message) => {
      await expect(readFooter(new Blob([damage(await bytesOf(file))]))).rejects.toThrow(message);
    },
  );

  it('name column, row group and page of what cannot be', async () => {
    const bytes = await bytesOf(
      writeParquet([{ name: 'v', data: ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b', 'b'] }], { codec: 'SNAPPY' }),
    );
    const { rowGroups } = await readFooter(new Blob([bytes]));
    const { offset, bytes: size } = rowGroups[0].chunks[0];
    bytes.fill(0xff, offset + size - 6, offset + size);
    await expect(readColumns(new Blob([bytes]), [column(type('string'))])).rejects.toThrow(
      /^Column v, row group 1, page \d: /,
    );
  });

  it.each(['SNAPPY', 'UNCOMPRESSED'] as const)(
    'of %s pages give a typed error or values, the same with either set of kernels',
    async (codec) => {
      const whole = await bytesOf(fileOf(codec));
      const mutation = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
        minLength: 1,
        maxLength: 4,
      });
      await fc.assert(
        fc.asyncProperty(mutation, async (changes) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          const { outcomes } = await outcomesOf(bytes, columns);
          expect(outcomes[1]).toBe(outcomes[0]);
        }),
        { numRuns: 400 },
      );
    },
  );
});
