import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { JsonPlace, jsonBreak } from '../../engine/json/find.ts';
import { elementStep, keyStep, pathOf } from '../../engine/json/path.ts';
import { KIND } from '../../engine/json/scanner.ts';
import { compactText } from '../../engine/json/text.ts';

/** The walker against `JSON.parse`, on random documents and on documents with one byte changed. */

const random = new SeededRandom(11);
const KEYS = ['a', 'b', 'é', 'a b', '', '"', 'k\\', '\u{1f600}'];

function value(depth: number): unknown {
  switch (random.below(depth > 4 ? 5 : 7)) {
    case 0:
      return null;
    case 1:
      return random.below(2) === 0;
    case 2:
      return (random.uint32() - 2 ** 31) / 2 ** random.below(20);
    case 3:
      return random.below(1000) - 500;
    case 4:
      return Array.from({ length: random.below(8) }, () => KEYS[random.below(KEYS.length)]).join('/\t');
    case 5:
      return Array.from({ length: random.below(4) }, () => value(depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [KEYS[random.below(KEYS.length)], value(depth + 1)]),
      );
  }
}

const escaped = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const documents = Array.from({ length: 400 }, (_, i) => {
  const of = value(0);
  const text = JSON.stringify(of, null, i % 3);
  return { of, text: i % 2 === 0 ? text : escaped(text) };
});

const kindOf = (of: unknown): number =>
  of === undefined
    ? KIND.missing
    : of === null
      ? KIND.null
      : Array.isArray(of)
        ? KIND.array
        : typeof of === 'object'
          ? KIND.object
          : typeof of === 'string'
            ? KIND.string
            : typeof of === 'boolean'
              ? of
                ? KIND.true
                : KIND.false
              : Number.isInteger(of) && !/e/.test(String(of))
                ? KIND.int
                : KIND.float;

describe('the walker', () => {
  it('takes for JSON what JSON.parse does', () => {
    let broken = 0;
    for (const { text } of documents) {
      expect(jsonBreak(text)).toBe(null);
      for (let i = 0; i < 20; i++) {
        const at = random.below(text.length);
        const changed = `${text.slice(0, at)}${'{}[]",:\\0-1.eE tu\n'[random.below(18)]}${text.slice(at + 1)}`;
        // A surrogate by itself is no character here.
        if (/\\ud[89a-f]/i.test(changed)) continue;
        let isJson = true;
        try {
          JSON.parse(changed);
        } catch {
          isJson = false;
          broken++;
        }
        expect(jsonBreak(changed) === null, changed).toBe(isJson);
      }
    }
    expect(broken).toBeGreaterThan(1000);
  });

  it('finds what is at every path', () => {
    const place = new JsonPlace();
    const check = (document: string, of: unknown, path: string): void => {
      place.findIn(document, pathOf(path));
      expect(place.kind, `${path} of ${document}`).toBe(kindOf(of));
      if (typeof of === 'string') expect(place.text).toBe(of);
      if (typeof of === 'number') expect(Number(place.text)).toBe(of);
      if (typeof of !== 'object' || of === null) return;
      expect(JSON.parse(compactText(place.bytes, place.from, place.to, 'standard'))).toEqual(of);
      if (Array.isArray(of)) {
        for (const [i, item] of of.entries()) {
          check(document, item, path + elementStep(i));
          check(document, item, path + elementStep(i - of.length));
        }
        check(document, undefined, path + elementStep(of.length));
      } else
        for (const key of [...KEYS, 'nowhere'])
          check(document, (of as Record<string, unknown>)[key], path + keyStep(key));
    };
    for (const { of, text } of documents) check(text, of, '');
  });

  it('keeps digits, takes the first of two keys, and bounds what is nested', () => {
    const place = new JsonPlace();
    const at = (document: string, path: string): string => place.findIn(document, pathOf(path)).text;
    expect(at('{"a": 12345678901234567890123}', keyStep('a'))).toBe('12345678901234567890123');
    expect(at('{"a": 1, "\\u0061": 2}', keyStep('a'))).toBe('1');
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(jsonBreak(nested(1024))).toBe(null);
    expect(jsonBreak(nested(1025))).toBe(1024);
    expect(jsonBreak('"\\ud83d"')).not.toBe(null);
    expect(jsonBreak('"\\ud83d\\ude00"')).toBe(null);
  });
});
