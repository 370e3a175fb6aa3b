import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { druidFormatByName, formatByName, type WriteOptions } from '../../engine/format/index.ts';
import { type LogicalType, timestamp, type } from '../../engine/type/type.ts';
import type { ResultBatch, ResultColumn, ResultSchema } from '../../engine/vector/batch.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Cell = string | number | bigint | boolean | null;

function column(t: LogicalType, values: readonly Cell[]): ResultColumn {
  const valid = values.some((v) => v === null) ? Uint8Array.from(values, (v) => (v === null ? 0 : 1)) : null;
  if (t.id === 'string') {
    const texts = values.map((v) => encoder.encode(String(v ?? '')));
    const offsets = new Uint32Array(values.length + 1);
    texts.forEach((bytes, i) => {
      offsets[i + 1] = offsets[i] + bytes.length;
    });
    return { lane: 'str', offsets, bytes: Uint8Array.from(texts.flatMap((bytes) => [...bytes])), valid };
  }
  if (t.id === 'bool') return { lane: 'bool', values: Uint8Array.from(values, (v) => (v ? 1 : 0)), valid };
  if (t.id.startsWith('float'))
    return { lane: 'f64', values: Float64Array.from(values, (v) => Number(v ?? 0)), valid };
  return { lane: 'i64', values: BigInt64Array.from(values, (v) => BigInt.asIntN(64, BigInt(v ?? 0))), valid };
}

type Table = readonly {
  readonly name: string;
  readonly type: LogicalType;
  readonly values: readonly Cell[];
}[];

const DRUID = ['object', 'array', 'objectLines', 'arrayLines', 'csv'];
const FOOTER = { rows: 2, elapsedMs: 1.5, rowsRead: 10, bytesRead: 80 };

function write(format: string, table: Table, options: WriteOptions = {}): string {
  const row = DRUID.includes(format) ? druidFormatByName(format)! : formatByName(format);
  const schema: ResultSchema = table.map(({ name, type: t }) => ({ name, type: t }));
  const batch: ResultBatch = {
    rows: table[0].values.length,
    columns: table.map((c) => column(c.type, c.values)),
  };
  const writer = row.write!(schema, options);
  return [writer.begin(), writer.batch(batch), writer.end({ ...FOOTER, rows: batch.rows })]
    .map((bytes) => decoder.decode(bytes))
    .join('');
}

const TABLE: Table = [
  { name: 'n', type: type('uint64'), values: [1n, 18446744073709551615n] },
  { name: 's', type: type('string', true), values: ['a/"b"\\\n', null] },
];

describe('ClickHouse formats', () => {
  test('JSON', () => {
    expect(write('JSON', TABLE)).toBe(
      `{
	"meta":
	[
		{
			"name": "n",
			"type": "UInt64"
		},
		{
			"name": "s",
			"type": "Nullable(String)"
		}
	],

	"data":
	[
		{
			"n": 1,
			"s": "a\\/\\"b\\"\\\\\\n"
		},
		{
			"n": 18446744073709551615,
			"s": null
		}
	],

	"rows": 2,

	"statistics":
	{
		"elapsed": 0.0015,
		"rows_read": 10,
		"bytes_read": 80
	}
}
`,
    );
  });

  test('JSON without rows is still JSON', () => {
    const text = write('JSON', [{ name: 'a', type: type('int8'), values: [] }]);
    expect(JSON.parse(text)).toMatchObject({ data: [], rows: 0 });
  });

  test('JSONCompact, JSONEachRow, JSONCompactEachRow', () => {
    expect(JSON.parse(write('JSONCompact', TABLE)).data[0]).toEqual([1, 'a/"b"\\\n']);
    expect(write('JSONEachRow', TABLE)).toBe(
      '{"n":1,"s":"a\\/\\"b\\"\\\\\\n"}\n{"n":18446744073709551615,"s":null}\n',
    );
    expect(write('jsoncompacteachrow', TABLE)).toBe(
      '[1, "a\\/\\"b\\"\\\\\\n"]\n[18446744073709551615, null]\n',
    );
    expect(write('JSONEachRow', TABLE, { quoteInt64: true })).toContain('"n":"18446744073709551615"');
  });

  test('CSV quotes every string, TabSeparated escapes', () => {
    expect(write('CSV', TABLE)).toBe('1,"a/""b""\\\n"\n18446744073709551615,\\N\n');
    expect(write('CSVWithNames', TABLE)).toMatch(/^"n","s"\n1,/);
    expect(write('TabSeparated', TABLE)).toBe('1\ta/"b"\\\\\\n\n18446744073709551615\t\\N\n');
    expect(write('TSVWithNamesAndTypes', TABLE)).toMatch(/^n\ts\nUInt64\tNullable\(String\)\n1\t/);
    expect(write('TSV', [{ name: 'q', type: type('string'), values: ["it's\t\0"] }])).toBe("it\\'s\\t\\0\n");
  });

  test('times, dates, floats and booleans', () => {
    const table: Table = [
      { name: 't', type: timestamp(3), values: [1442018818771n, -1n] },
      { name: 'z', type: timestamp(0, false, 'America/New_York'), values: [1442018818n, 0n] },
      { name: 'd', type: type('date'), values: [16690n, -1n] },
      { name: 'f', type: type('float64'), values: [0.1, 1e21] },
      { name: 'g', type: type('float32'), values: [Math.fround(0.1), Number.NaN] },
      { name: 'b', type: type('bool'), values: [true, false] },
    ];
    expect(write('TSV', table)).toBe(
      '2015-09-12 00:46:58.771\t2015-09-11 20:46:58\t2015-09-12\t0.1\t0.1\ttrue\n' +
        '1969-12-31 23:59:59.999\t1969-12-31 19:00:00\t1969-12-31\t1e21\tnan\tfalse\n',
    );
    expect(write('JSONEachRow', table)).toContain('"d":"1969-12-31","f":1e21,"g":null,"b":false}');
    expect(write('CSV', table)).toContain(
      '"2015-09-12 00:46:58.771","2015-09-11 20:46:58","2015-09-12",0.1,0.1,true',
    );
  });

  test('an unknown format is an error that lists those there are', () => {
    expect(() => formatByName('Nope')).toThrow('Unknown format Nope');
  });
});

describe('Druid formats', () => {
  const rows: Table = [
    { name: '2', type: timestamp(3), values: [1442018818771n, 0n] },
    { name: '1', type: type('int64', true), values: [-5n, null] },
    { name: 'x', type: type('float64'), values: [1, 1.5e10] },
    { name: 's', type: type('string'), values: ['a,"b/', ''] },
  ];
  const first = '"2015-09-12T00:46:58.771Z"';
  const second = '"1970-01-01T00:00:00.000Z"';

  test('object and array end with one newline; keys keep their order', () => {
    expect(write('object', rows)).toBe(
      `[{"2":${first},"1":-5,"x":1.0,"s":"a,\\"b/"},{"2":${second},"1":null,"x":1.5E10,"s":""}]\n`,
    );
    expect(write('array', rows)).toBe(`[[${first},-5,1.0,"a,\\"b/"],[${second},null,1.5E10,""]]\n`);
  });

  test('lines and csv end with a blank line', () => {
    expect(write('objectLines', rows).split('\n').slice(2)).toEqual(['', '']);
    expect(write('arrayLines', rows)).toBe(`[${first},-5,1.0,"a,\\"b/"]\n[${second},null,1.5E10,""]\n\n`);
    expect(write('csv', rows)).toBe(
      '2015-09-12T00:46:58.771Z,-5,1.0,"a,""b/"\n1970-01-01T00:00:00.000Z,,1.5E10,\n\n',
    );
  });

  test('headers of names and types, in the format of the rows', () => {
    const all = { header: true, typesHeader: true, sqlTypesHeader: true };
    expect(write('object', rows, { header: true })).toMatch(
      /^\[\{"2":null,"1":null,"x":null,"s":null\},\{"2":/,
    );
    expect(write('object', rows, all)).toMatch(/^\[\{"2":\{"type":"LONG","sqlType":"TIMESTAMP"\},"1":/);
    expect(JSON.parse(write('array', rows, all)).slice(0, 3)).toEqual([
      ['2', '1', 'x', 's'],
      ['LONG', 'LONG', 'DOUBLE', 'STRING'],
      ['TIMESTAMP', 'BIGINT', 'DOUBLE', 'VARCHAR'],
    ]);
    expect(write('csv', rows, all)).toMatch(
      /^2,1,x,s\nLONG,LONG,DOUBLE,STRING\nTIMESTAMP,BIGINT,DOUBLE,VARCHAR\n2015/,
    );
    expect(write('array', [{ ...rows[1], values: [] }], { header: true })).toBe('[["1"]]\n');
  });

  test('a zone shows in the offset', () => {
    expect(write('arrayLines', [rows[0]], { zone: 'America/Los_Angeles' })).toMatch(
      /^\["2015-09-11T17:46:58.771-07:00"\]/,
    );
  });
});

describe('any values', () => {
  test('JSONEachRow gives back what was put in', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.option(fc.string({ unit: 'grapheme' })),
            fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
            fc.double({ noNaN: true, noDefaultInfinity: true }),
          ),
          { minLength: 1 },
        ),
        (rows) => {
          const text = write('JSONEachRow', [
            { name: 's', type: type('string', true), values: rows.map((r) => r[0]) },
            { name: 'i', type: type('int64'), values: rows.map((r) => r[1]) },
            { name: 'f', type: type('float64'), values: rows.map((r) => r[2]) },
          ]);
          text
            .trimEnd()
            .split('\n')
            .forEach((line, i) => {
              const [s, int, f] = rows[i];
              expect(JSON.parse(line).s).toBe(s);
              expect(Object.is(JSON.parse(line).f, f)).toBe(true);
              expect(line).toContain(`"i":${int},`);
            });
        },
      ),
    );
  });
});
