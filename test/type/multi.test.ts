import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { implementation } from '../../engine/function/index.ts';
import { LIST_MARK, multiOf, multiText, packedList, storedMulti, valuesOf } from '../../engine/type/multi.ts';
import { packItem, unpackItem } from '../../engine/type/nested.ts';
import { array, nullable, STRING } from '../../engine/type/type.ts';

const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '\0', '\x01', '\x02', LIST_MARK, `${LIST_MARK}\0`, `${LIST_MARK}\x01a\0\0`),
);
const lists = fc.array(fc.option(texts), { maxLength: 5 });
const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom('\0', '\x01', '\x02', '\x03', 'a') }),
  fc.constantFrom('\x01a\0\0', '\x02\0', '\x01\x01\x03\0\x01b\0\0', '\0', '\x02\x02\0', '\x02\x02\0\0'),
);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('multi-values', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const text = multiOf(list);
        expect(text === null ? [null] : valuesOf(text)).toEqual(list);
      }),
    );
  });

  test('one text is its own text, but for one that could be a list', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(multiOf([text]) === text).toBe(!text.startsWith(LIST_MARK));
      }),
    );
  });

  test('no values are NULL in a column', () => {
    expect(storedMulti([])).toBeNull();
    expect(storedMulti([null])).toBeNull();
    expect(storedMulti([null, null])).not.toBeNull();
  });

  test('a list is the packed form of an array', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const type = array(nullable(STRING));
        expect(packedList(list)).toBe(packItem(list, type));
        expect(unpackItem(packedList(list), type)).toEqual(list);
      }),
    );
  });

  test('lists come after texts, in the order of their values', () => {
    const compare = (a: string, b: string): number => Buffer.compare(bytes(a), bytes(b));
    fc.assert(
      fc.property(texts, lists, (text, list) => {
        const known = multiOf(list);
        if (!text.startsWith(LIST_MARK) && known !== null && list.length !== 1)
          expect(compare(text, known)).toBeLessThan(0);
      }),
    );
    expect(compare(multiOf(['a', 'b'])!, multiOf(['a', 'c'])!)).toBeLessThan(0);
    expect(compare(multiOf(['a'])!, multiOf(['a', 'a'])!)).toBeLessThan(0);
  });

  test('whatever follows the mark, it is read', () => {
    fc.assert(
      fc.property(hostile, (rest) => {
        const text = LIST_MARK + rest;
        const values = valuesOf(text);
        // A list as it is written, or one text: no two forms of one value.
        expect(values.length === 1 && values[0] === text ? text : multiOf(values)).toBe(text);
        expect(() => multiText(text)).not.toThrow();
        expect(() =>
          (implementation('multi_to_array').evaluate as (t: string) => unknown)(text),
        ).not.toThrow();
      }),
    );
  });

  test('as JSON', () => {
    expect(multiText('a"b')).toBe('a"b');
    expect(multiText(multiOf(['a"b', null, 'c'])!)).toBe('["a\\"b",null,"c"]');
    expect(multiText(multiOf([])!)).toBe('[]');
    expect(multiText(multiOf([null, null])!)).toBe('[null,null]');
  });
});
