import { expect, test } from 'vitest';
import { discoverDelimited, discoverJson } from '../../engine/format/index.ts';

const names = (found: readonly { name: string; type: { id: string } }[]) =>
  found.map((c) => `${c.name} ${c.type.id}`);

test('JSON keys get the narrowest type that all their values fit', () => {
  const lines = [
    '{"a":1,"b":1,"c":true,"d":"x","e":null,"f":[1]}',
    'broken',
    '{"a":-5,"b":1.5,"c":false,"d":2,"g":1.0,"h":12345678901234567}',
  ];
  expect(names(discoverJson(lines))).toEqual([
    'a int64',
    'b float64',
    'c bool',
    'd string',
    'e string',
    'f string',
    'g float64',
    'h int64',
  ]);
});

test('delimited fields too; digits with a leading zero stay text', () => {
  const rows = [
    ['1', '1.5', '007', 'true', ''],
    ['', '2', '1', 'false', 'x'],
  ];
  expect(names(discoverDelimited(['a', 'b', 'zip', 'c', 'd'], rows))).toEqual([
    'a int64',
    'b float64',
    'zip string',
    'c bool',
    'd string',
  ]);
});
