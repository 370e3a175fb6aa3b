import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DelimitedFormat, ReadColumn } from '../../engine/format/column.ts';
import { timestamp, type } from '../../engine/type/type.ts';
import { kernels, readText, twins } from './reading.ts';

const csv = (fields: string[], extra: Partial<DelimitedFormat> = {}): DelimitedFormat => ({
  kind: 'delimited',
  delimiter: ',',
  quotes: true,
  escapes: false,
  emptyNull: true,
  nullMark: true,
  exactWidth: false,
  fields,
  ...extra,
});
const tsv = (fields: string[]): DelimitedFormat =>
  csv(fields, { delimiter: '\t', quotes: false, escapes: true, emptyNull: false, exactWidth: true });

const COLUMNS: ReadColumn[] = [
  { id: 1, name: 's', type: type('string', true) },
  { id: 2, name: 'n', type: type('int64', true) },
  { id: 3, name: 'f', type: type('float64', true) },
  { id: 4, name: 't', type: timestamp(3, true), time: 'auto' },
  { id: 5, name: 'b', type: type('bool', true) },
];
const FIELDS = ['s', 'n', 'skip', 'f', 't', 'b'];

describe('CSV', () => {
  test('quotes, doubled quotes, line ends in quotes, CRLF, empty fields and \\N', () => {
    const { values, badRowCount, lines } = readText(
      'a b,1,x,1.5,2020-01-01T00:00:00Z,true\r\n"q""uo,te","-2","z","2e3","1577836800000",false\n"two\nlines",,"",,,\n"",\\N,,,,1\n',
      COLUMNS,
      { format: csv(FIELDS) },
    );
    expect(badRowCount).toBe(0);
    expect(lines).toBe(5);
    expect(values).toEqual([
      ['a b', 'q"uo,te', 'two\nlines', ''],
      [1n, -2n, null, null],
      [1.5, 2000, null, null],
      [1577836800000n, 1577836800000n, null, null],
      [true, false, null, true],
    ]);
  });

  test('numbers the kernel leaves alone are still read: plus signs, leading zeros, points without digits', () => {
    const { values } = readText('a,+007,x,.5,,\nb,1,x,1.,,\n', COLUMNS, { format: csv(FIELDS) });
    expect(values[1]).toEqual([7n, 1n]);
    expect(values[2]).toEqual([0.5, 1]);
  });

  test('missing fields are NULL and further ones ignored, unless the width must be exact', () => {
    const text = 'a,1\nb,2,,,,,,,\n';
    expect(readText(text, COLUMNS, { format: csv(FIELDS) }).values[1]).toEqual([1n, 2n]);
    expect(
      readText(text, COLUMNS, { format: csv(FIELDS, { exactWidth: true }) }).badRows.map((b) => b.reason),
    ).toEqual(['The row has 2 fields, 6 are expected', 'The row has 9 fields, 6 are expected']);
  });

  test('a record spanning lines keeps later line numbers right', () => {
    const { badRows } = readText('"a\nb",1\nc,x\n', COLUMNS, { format: csv(FIELDS) });
    expect(badRows).toMatchObject([{ line: 3, text: 'c,x' }]);
  });
});

describe('TSV', () => {
  test('escapes and \\N', () => {
    const { values } = readText(
      'a\\tb\\n\\\\\t1\t\t1\t\\N\t\\N\nplain "x"\t\\N\t\t2.5\t2020-01-01 00:00:00\ttrue\n',
      COLUMNS,
      {
        format: tsv(FIELDS),
      },
    );
    expect(values[0]).toEqual(['a\tb\n\\', 'plain "x"']);
    expect(values[1]).toEqual([1n, null]);
    expect(values[3]).toEqual([null, 1577836800000n]);
  });
});

describe('any fields', () => {
  test('written as RFC 4180 come back the same', () => {
    const field = fc.string({
      unit: fc.constantFrom('a', 'ü', ',', '"', '\n', ' ', 'long enough to leave sixteen'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(field, fc.maxSafeInteger()), { minLength: 1, maxLength: 20 }), (rows) => {
        const text = rows.map(([s, n]) => `"${s.replaceAll('"', '""')}",${n}`).join('\n');
        const { values } = readText(text, COLUMNS, { format: csv(['s', 'n']) });
        expect(values[0]).toEqual(rows.map(([s]) => s));
        expect(values[1]).toEqual(rows.map(([, n]) => BigInt(n)));
      }),
      { numRuns: 300 },
    );
  });

  test('any bytes give the same rows with both kernel sets', () => {
    const byte = fc.constantFrom(
      ...'ab1,"\n\\N\t-.eZ'.split(''),
      '\r\n',
      '2020-01-01',
      '12',
      ',,',
      '""',
      'true',
    );
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 60 }),
        fc.constantFrom(
          csv(FIELDS),
          csv(FIELDS, { emptyNull: false, exactWidth: true }),
          tsv(FIELDS),
          csv(['s']),
        ),
        (parts, format) => {
          const fast = readText(parts.join(''), COLUMNS, { format }, kernels);
          const slow = readText(parts.join(''), COLUMNS, { format }, twins);
          expect(fast.values).toEqual(slow.values);
          expect(fast.badRows).toEqual(slow.badRows);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
