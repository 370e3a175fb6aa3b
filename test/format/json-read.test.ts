import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReadColumn } from '../../engine/format/column.ts';
import { timestamp, type } from '../../engine/type/type.ts';
import { kernels, readText, twins } from './reading.ts';

const column = (
  id: number,
  name: string,
  t: Parameters<typeof type>[0],
  extra: Partial<ReadColumn> = {},
): ReadColumn => ({
  id,
  name,
  type: t === 'timestamp' ? timestamp(3, true) : type(t, true),
  ...extra,
});

const COLUMNS = [
  column(1, 'time', 'timestamp', { time: 'auto' }),
  column(2, 'user', 'string'),
  column(3, 'added', 'int64'),
  column(4, 'score', 'float64'),
  column(5, 'robot', 'bool'),
];

describe('plain rows', () => {
  test('a row per line, in any order of keys, with unknown keys and missing ones', () => {
    const { values, rows, lines } = readText(
      [
        '{"time":"2015-09-12T00:46:58.771Z","user":"Ann","added":36,"score":1.5,"robot":false}',
        '{"user":"Bob","added":-7,"other":[1,{"x":"}"}],"robot":true,"time":1442018818771}',
        '',
        '{ "score" : 1e3 , "user" : null }',
        '{}',
      ].join('\n'),
      COLUMNS,
    );
    expect(rows).toBe(4);
    expect(lines).toBe(5);
    expect(values).toEqual([
      [1442018818771n, 1442018818771n, null, null],
      ['Ann', 'Bob', null, null],
      [36n, -7n, null, null],
      [1.5, null, 1000, null],
      [false, true, null, null],
    ]);
  });

  test('escapes, surrogate pairs, and keys written with escapes', () => {
    const { values } = readText(
      '{"\\u0075ser":"a\\"b\\\\c\\/\\u00e9\\ud83d\\ude00\\n"}\n{"user":"\\ud800x"}\n',
      COLUMNS,
    );
    expect(values[1]).toEqual(['a"b\\c/é😀\n', '\ufffdx']);
  });

  test('the last of two equal keys counts, as in JSON.parse', () => {
    expect(readText('{"added":1,"added":2}\n', COLUMNS).values[2]).toEqual([2n]);
  });

  test('integers up to 64 bits are exact', () => {
    const { values } = readText('{"added":9223372036854775807}\n{"added":-9223372036854775808}\n', COLUMNS);
    expect(values[2]).toEqual([9223372036854775807n, -9223372036854775808n]);
  });

  test('a number in a string column keeps its text; nested values become JSON text', () => {
    const { values } = readText('{"user":1.50}\n{"user":true}\n{"user":[1,"a",1.50]}\n', COLUMNS);
    expect(values[1]).toEqual(['1.50', 'true', '[1,"a",1.50]']);
  });

  test('a column that is not nullable takes its fill for missing values', () => {
    const columns: ReadColumn[] = [
      { id: 1, name: 'a', type: type('int64') },
      { id: 2, name: 'b', type: type('string') },
      { id: 3, name: 'c', type: type('string'), fill: 'none' },
    ];
    expect(readText('{"a":5}\n{"b":"x","c":null}\n', columns).values).toEqual([
      [5n, 0n],
      ['', 'x'],
      ['none', 'none'],
    ]);
  });
});

describe('rows that do not fit', () => {
  test('are counted and reported with line, text and reason; the others are kept', () => {
    const result = readText('{"added":1}\n{"added":"x"}\nnot json\n{"added":1.5}\n{"added":300}\n', COLUMNS);
    expect(result.values[2]).toEqual([1n, 300n]);
    expect(result.badRowCount).toBe(3);
    expect(result.badRows.map(({ line, text }) => ({ line, text }))).toEqual([
      { line: 2, text: '{"added":"x"}' },
      { line: 3, text: 'not json' },
      { line: 4, text: '{"added":1.5}' },
    ]);
    expect(result.badRows[0].reason).toContain('Column added');
  });

  test('with misfit null the value is NULL, fractions are cut, and the row counts as misfit', () => {
    const result = readText('{"added":"x"}\n{"added":1.9}\n', COLUMNS, { misfit: 'null' });
    expect(result.values[2]).toEqual([null, 1n]);
    expect(result.misfitRows).toBe(1);
  });

  test('names that every object inherits are only text', () => {
    const lines = ['constructor', '__proto__', 'toString'].map((s) =>
      JSON.stringify({ user: s, score: s, [s]: 1 }),
    );
    const result = readText(lines.join('\n'), COLUMNS, { misfit: 'null' });
    expect(result.values[1]).toEqual(['constructor', '__proto__', 'toString']);
    expect(result.values[3]).toEqual([null, null, null]);
  });

  test('a required column refuses NULL', () => {
    const columns = [column(1, 'time', 'timestamp', { time: 'iso', required: true })];
    const result = readText('{"time":null}\n{"x":1}\n{"time":"2020-01-01"}\n', columns, { misfit: 'null' });
    expect(result.badRowCount).toBe(2);
    expect(result.rows).toBe(1);
  });

  test('no more than asked for are kept', () => {
    expect(readText('x\nx\nx\n', COLUMNS, { maxBadRows: 1 })).toMatchObject({
      badRowCount: 3,
      badRows: [{ line: 1 }],
    });
  });
});

describe('values nobody wants', () => {
  test('are stepped over by the kernel, nested and escaped ones too', () => {
    const line = String.raw`{"x":{"y":[1,{"z":"]}\\\"\u00e9"},[[]],{}],"w":-1.5e3},"added":5,"v":"\"","u":[ ]}`;
    // A kernel set whose exact path must not be taken.
    let exact = 0;
    const counting = {
      ...kernels,
      json_rows: (state: number) => {
        const status = kernels.json_rows(state);
        if (status === 1) exact++;
        return status;
      },
    };
    expect(readText(`${line}\n${line}\n`, COLUMNS, {}, counting).values[2]).toEqual([5n, 5n]);
    expect(exact).toBe(0);
  });
});

describe('arrays', () => {
  test('values by position; a wrong count is a bad row', () => {
    const result = readText('["2020-01-01 00:00:00","a",1,2,true]\n[1]\n', COLUMNS, {
      format: { kind: 'json', shape: 'array' },
    });
    expect(result.values.map((v) => v[0])).toEqual([1577836800000n, 'a', 1n, 2, true]);
    expect(result.badRowCount).toBe(1);
  });
});

describe('many rows', () => {
  test('batches of at most 65,536 rows; near-unique strings become text pages, repeated ones stay codes', () => {
    const lines = Array.from({ length: 150000 }, (_, i) => `{"user":"unique value ${i}","kind":"k${i % 7}"}`);
    const columns = [column(1, 'user', 'string'), column(2, 'kind', 'string')];
    const { batches, values, rows } = readText(lines.join('\n'), columns);
    expect(rows).toBe(150000);
    expect(batches.map((b) => b.rows)).toEqual([65536, 65536, 18928]);
    expect(batches[1].columns.get(1)!.pages!.map((p) => p.rows)).toEqual(new Array(8).fill(8192));
    expect(batches[1].columns.get(2)!.whole).toMatchObject({ kind: 'dict', width: 1 });
    expect(values[0][149999]).toBe('unique value 149999');
    expect(values[0][8192]).toBe('unique value 8192');
    expect(values[1][65537]).toBe(`k${65537 % 7}`);
  });

  test('what one range says of its columns, the next may be told: the rows are the same', () => {
    const lines = Array.from({ length: 20000 }, (_, i) => {
      const user = i % 10 === 0 ? 'null' : `"${'unique '.repeat(i % 40)}${i}"`;
      return `{"user":${user},"kind":"k${i % 7}"}`;
    });
    const required: ReadColumn = { id: 3, name: 'user', type: type('string'), fill: '' };
    for (const user of [column(1, 'user', 'string'), required]) {
      const columns = [user, column(2, 'kind', 'string')];
      const first = readText(lines.join('\n'), columns);
      expect(first.nearUnique).toEqual([user.id]);
      const second = readText(lines.join('\n'), columns, { nearUnique: first.nearUnique });
      expect(second.values).toEqual(first.values);
      expect(second.nearUnique).toEqual([user.id]);
      expect(second.batches[0].columns.get(user.id)!.pages![0].kind).toBe('text');
      // One row and no row need no page of text.
      expect(readText(lines[1], columns, { nearUnique: [user.id] }).values[0]).toEqual(['unique 1']);
      expect(readText('', columns, { nearUnique: [user.id] }).rows).toBe(0);
    }
  });

  test('huge strings close a batch rather than grow one piece without bound', () => {
    const big = 'x'.repeat(1 << 20);
    const lines = Array.from({ length: 12 }, (_, i) => `{"user":"${i}${big}"}`);
    const { values, batches } = readText(lines.join('\n'), [column(1, 'user', 'string')]);
    expect(batches.length).toBeGreaterThan(1);
    expect(values[0].map((v) => (v as string).length)).toEqual(
      lines.map((_, i) => big.length + String(i).length),
    );
  });
});

describe('against JSON.parse', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'long key with spaces', 'é"\\');
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const row = fc.dictionary(key, value);
  const columns = [
    column(1, 'a', 'string'),
    column(2, 'b', 'string'),
    column(3, 'é"\\', 'float64'),
    column(4, 'd', 'int64'),
  ];
  const wellFormed = (text: string) => new TextDecoder().decode(new TextEncoder().encode(text));

  test('any rows give the values JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), fc.constantFrom(undefined, 1), (rows, indent) => {
        const text = rows.map((r) => JSON.stringify(r, null, indent).replaceAll('\n', ' ')).join('\n');
        const { values } = readText(text, columns, { misfit: 'null' });
        const strings = (name: string) =>
          rows.map((r) => {
            const v = Object.hasOwn(r, name) ? r[name] : null;
            if (v === null) return null;
            return wellFormed(typeof v === 'string' ? v : JSON.stringify(v));
          });
        expect(values[0]).toEqual(strings('a'));
        expect(values[1]).toEqual(strings('b'));
        rows.forEach((r, i) => {
          const v = Object.hasOwn(r, 'é"\\') ? r['é"\\'] : null;
          if (typeof v === 'number') expect(values[2][i]).toBe(Object.is(v, -0) ? 0 : v);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('mutated bytes never crash, and both kernel sets agree on every row', () => {
    const seedRow = [
      String.raw`{"a":"x\ty","b":12.5,"d":-3,"é\"\\":1e5}`,
      '{"d":7,"a":null,"z":{"q":[1]}}',
      String.raw`{"skip":"q\"\u00e9\/","n":[ ],"o":{},"deep":{"a":[1,{"b":"]}\\"},[[]]],"c":-1.5e3},"d":5}`,
      '[1]',
      '',
    ].join('\n');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(seedRow.length + 3), fc.integer({ min: 0, max: 127 })), { maxLength: 4 }),
        (edits) => {
          const bytes = new TextEncoder().encode(seedRow);
          for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
          const options = { misfit: 'null' } as const;
          const fast = readText(bytes, columns, options, kernels);
          const slow = readText(bytes, columns, options, twins);
          expect(fast.values).toEqual(slow.values);
          expect(fast.badRows).toEqual(slow.badRows);
          expect(fast.lines).toBe(slow.lines);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
