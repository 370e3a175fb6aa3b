/** Lists, maps and structs in Parquet files, as an independent writer puts them there. DuckDB's files are in the oracle suite. */

import fc from 'fast-check';
import type { SchemaElement } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { columnsOf, typeOfColumn } from '../../engine/format/parquet/shape.ts';
import { type Item, unpackItem } from '../../engine/type/nested.ts';
import { array, type LogicalType, map, nullable, tuple, type, type Value } from '../../engine/type/type.ts';
import { outcomesOf, readColumns, writeParquet } from './parquet-file.ts';

type Element = Omit<SchemaElement, 'name'> & { readonly name: string };

const ROOT = { name: 'root', num_children: 1 };
const group = (name: string, children: number, rest: Partial<Element> = {}): Element => ({
  name,
  repetition_type: 'OPTIONAL',
  num_children: children,
  ...rest,
});
const repeated = (name: string, children: number): Element => ({
  name,
  repetition_type: 'REPEATED',
  num_children: children,
});
const leaf = (name: string, of: 'INT32' | 'BYTE_ARRAY', repetition: Element['repetition_type']): Element => ({
  name,
  type: of,
  repetition_type: repetition,
  ...(of === 'BYTE_ARRAY' ? { converted_type: 'UTF8' as const } : {}),
});
const LIST = { converted_type: 'LIST' as const };
const MAP = { converted_type: 'MAP' as const };

const INT = type('int32');
const TEXT = type('string');

/** The format's own examples, of LogicalTypes.md, "Nested Types". */
describe('schemas', () => {
  const cases: [string, Element[], LogicalType][] = [
    [
      'a list of optional strings',
      [group('v', 1, LIST), repeated('list', 1), leaf('element', 'BYTE_ARRAY', 'OPTIONAL')],
      nullable(array(nullable(TEXT))),
    ],
    [
      'a required list of required strings',
      [
        group('v', 1, { ...LIST, repetition_type: 'REQUIRED' }),
        repeated('list', 1),
        leaf('element', 'BYTE_ARRAY', 'REQUIRED'),
      ],
      array(TEXT),
    ],
    [
      'the old list whose repeated field is the element',
      [group('v', 1, LIST), leaf('element', 'INT32', 'REPEATED')],
      nullable(array(INT)),
    ],
    [
      'the old list of groups with two fields',
      [
        group('v', 1, LIST),
        repeated('element', 2),
        leaf('str', 'BYTE_ARRAY', 'REQUIRED'),
        leaf('num', 'INT32', 'REQUIRED'),
      ],
      nullable(
        array(
          tuple([
            { name: 'str', type: TEXT },
            { name: 'num', type: INT },
          ]),
        ),
      ),
    ],
    [
      'the old list of groups with one field, named array',
      [group('v', 1, LIST), repeated('array', 1), leaf('str', 'BYTE_ARRAY', 'REQUIRED')],
      nullable(array(tuple([{ name: 'str', type: TEXT }]))),
    ],
    [
      'the old list of groups with one field, named after the list',
      [group('v', 1, LIST), repeated('v_tuple', 1), leaf('str', 'BYTE_ARRAY', 'REQUIRED')],
      nullable(array(tuple([{ name: 'str', type: TEXT }]))),
    ],
    [
      'the old list of lists',
      [group('v', 1, LIST), { ...repeated('array', 1), ...LIST }, leaf('array', 'INT32', 'REPEATED')],
      nullable(array(array(INT))),
    ],
    ['a repeated field by itself', [leaf('v', 'INT32', 'REPEATED')], array(INT)],
    [
      'a map',
      [
        group('v', 1, MAP),
        repeated('key_value', 2),
        leaf('key', 'BYTE_ARRAY', 'REQUIRED'),
        leaf('value', 'INT32', 'OPTIONAL'),
      ],
      nullable(map(TEXT, nullable(INT))),
    ],
    [
      'the old map',
      [
        group('v', 1, { converted_type: 'MAP_KEY_VALUE' as const }),
        repeated('map', 2),
        leaf('key', 'BYTE_ARRAY', 'REQUIRED'),
        leaf('value', 'INT32', 'REQUIRED'),
      ],
      nullable(map(TEXT, INT)),
    ],
  ];
  it.each(cases)('%s', (_name, elements, expected) => {
    const [column, ...rest] = columnsOf([ROOT, ...elements] as SchemaElement[]);
    expect(rest).toEqual([]);
    expect(column.refusal).toBeNull();
    expect(typeOfColumn(column)).toEqual(expected);
  });

  it('too deep to be read is damage', () => {
    const nested = Array.from({ length: 100 }, (_, i) => group(`g${i}`, 1));
    expect(() => columnsOf([ROOT, ...nested, leaf('v', 'INT32', 'OPTIONAL')] as SchemaElement[])).toThrow(
      /levels deep/,
    );
  });
});

const LISTS = [ROOT, group('v', 1, LIST), repeated('list', 1), leaf('element', 'INT32', 'OPTIONAL')];
const LISTS_OF_LISTS = [
  ROOT,
  group('v', 1, LIST),
  repeated('list', 1),
  group('element', 1, LIST),
  repeated('list', 1),
  leaf('element', 'INT32', 'OPTIONAL'),
];
const MAPS = [
  ROOT,
  group('v', 1, MAP),
  repeated('key_value', 2),
  leaf('key', 'INT32', 'REQUIRED'),
  leaf('value', 'BYTE_ARRAY', 'OPTIONAL'),
];
const STRUCTS = [
  ROOT,
  group('v', 2),
  leaf('a', 'INT32', 'OPTIONAL'),
  group('b', 1, LIST),
  repeated('list', 1),
  leaf('element', 'BYTE_ARRAY', 'OPTIONAL'),
];

async function read(
  schema: readonly Element[],
  data: unknown[],
  to: LogicalType,
  rowGroupSize = 1000,
): Promise<unknown[]> {
  const file = writeParquet([{ name: 'v', data }], { schema: schema as SchemaElement[], rowGroupSize });
  const [values] = await readColumns(file, [{ id: 1, name: 'v', type: to }]);
  return values.map((value) => (value === null ? null : plain(unpackItem(value as string, to))));
}

const plain = (item: Item): unknown =>
  Array.isArray(item) ? item.map(plain) : typeof item === 'bigint' ? Number(item) : item;

describe('values', () => {
  const optionalInt = fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: null });

  it('of lists, whatever is missing in them', async () => {
    const lists = fc.array(fc.option(fc.array(optionalInt, { maxLength: 5 }), { nil: null }), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 30 }), async (data, rowGroupSize) => {
        const to = nullable(array(nullable(INT)));
        expect(await read(LISTS, data, to, rowGroupSize)).toEqual(data);
      }),
      { numRuns: 100 },
    );
  });

  it('of lists of lists', async () => {
    const inner = fc.option(fc.array(optionalInt, { maxLength: 4 }), { nil: null });
    const lists = fc.array(fc.option(fc.array(inner, { maxLength: 4 }), { nil: null }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(lists, async (data) => {
        const to = nullable(array(nullable(array(nullable(INT)))));
        expect(await read(LISTS_OF_LISTS, data, to)).toEqual(data);
      }),
      { numRuns: 100 },
    );
  });

  it('of maps, in their order', async () => {
    const to = nullable(map(INT, nullable(TEXT)));
    const pairs = (...entries: [number, string | null][]) => entries.map(([key, value]) => ({ key, value }));
    const data = [pairs([3, 'c'], [1, null], [2, 'b']), null, []];
    expect(await read(MAPS, data, to)).toEqual([
      [
        [3, 'c'],
        [1, null],
        [2, 'b'],
      ],
      null,
      [],
    ]);
  });

  it('of structs with lists in them', async () => {
    const to = nullable(
      tuple([
        { name: 'a', type: nullable(INT) },
        { name: 'b', type: nullable(array(nullable(TEXT))) },
      ]),
    );
    const data = [{ a: 1, b: ['x', null] }, null, { a: null, b: null }, { a: 4, b: [] }];
    expect(await read(STRUCTS, data, to)).toEqual([[1, ['x', null]], null, [null, null], [4, []]]);
  });

  it('go into text as JSON, into other element types, and never into a number', async () => {
    const data = [[1, null, 3], null];
    const into = async (to: LogicalType): Promise<Value[]> =>
      (
        await readColumns(writeParquet([{ name: 'v', data }], { schema: LISTS as SchemaElement[] }), [
          { id: 1, name: 'v', type: to },
        ])
      )[0];
    expect(await into(type('string', true))).toEqual(['[1,null,3]', null]);
    expect(await read(LISTS, data, array(nullable(TEXT)))).toEqual([['1', null, '3'], []]);
    expect(await read(LISTS, data, array(INT))).toEqual([[1, 0, 3], []]);
    await expect(into(type('int64', true))).rejects.toThrow(/Column v is nested in the Parquet file/);
    await expect(read(LISTS, [[1, 300]], array(type('uint8')))).rejects.toThrow(
      /Column v, row group 1, row 1 of it/,
    );
  });
});

describe('damaged files', () => {
  it('give a typed error or values, the same with either set of kernels', async () => {
    const data = Array.from({ length: 200 }, (_, i) =>
      i % 9 === 0
        ? null
        : { a: i, b: Array.from({ length: i % 4 }, (_item, n) => (n === 2 ? null : `t${i % 7}`)) },
    );
    const file = writeParquet([{ name: 'v', data }], {
      schema: STRUCTS as SchemaElement[],
      rowGroupSize: 90,
      pageSize: 200,
      codec: 'UNCOMPRESSED',
    });
    const whole = new Uint8Array(await file.arrayBuffer());
    const mutation = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    let errors = 0;
    await fc.assert(
      fc.asyncProperty(mutation, async (changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        const found = await outcomesOf(bytes, [{ id: 1, name: 'v', type: TEXT }]);
        errors += found.errors;
        const { outcomes } = found;
        expect(outcomes[1]).toBe(outcomes[0]);
      }),
      { numRuns: 600 },
    );
    expect(errors).toBeGreaterThan(0);
  });
});
