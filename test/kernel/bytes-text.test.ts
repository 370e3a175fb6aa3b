import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesOfText,
  passingBytesOfText,
  textIn,
  textOfByte,
  textOfBytes,
} from '../../engine/base/bytes-text.ts';
import { orderOfText } from '../../engine/base/text-order.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  // Starts and ends of sequences, the forms Unicode forbids among them.
  fc
    .array(
      fc.constantFrom(
        0x41,
        0x80,
        0xbf,
        0xc0,
        0xc3,
        0xa9,
        0xe0,
        0x9f,
        0xed,
        0xa0,
        0xef,
        0xbb,
        0xf0,
        0x90,
        0xf4,
        0x8f,
        0xf5,
        0xff,
      ),
      {
        maxLength: 8,
      },
    )
    .map((all) => Uint8Array.from(all)),
);

describe('strings of any bytes', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(bytes, (some) => {
        expect(bytesOfText(textOfBytes(some))).toEqual(some);
      }),
      { numRuns: 5000 },
    );
  });

  it('are UTF-8 wherever they can be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const encoded = new TextEncoder().encode(text);
        expect(textOfBytes(encoded)).toBe(text.toWellFormed());
        if (text.isWellFormed()) expect(bytesOfText(text)).toEqual(encoded);
      }),
    );
    expect(textOfBytes(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
    expect(textOfBytes(Uint8Array.of(0xef, 0xbf, 0xbd, 0xff))).toBe('\ufffd\udcff');
    // A surrogate, an overlong slash, and a character cut short.
    expect(textOfBytes(Uint8Array.of(0xed, 0xa0, 0x80))).toBe('\udced\udca0\udc80');
    expect(textOfBytes(Uint8Array.of(0xc0, 0xaf, 0xe2, 0x82))).toBe('\udcc0\udcaf\udce2\udc82');
  });

  it('are a character where bytes written one by one make one', () => {
    expect(bytesOfText(textOfByte(0xc3) + textOfByte(0xa9))).toEqual(new TextEncoder().encode('é'));
    expect(textOfByte(0x41)).toBe('A');
  });

  it('are the same read in place, and written to be copied at once', () => {
    fc.assert(
      fc.property(bytes, bytes, (before, some) => {
        const memory = Buffer.from(new SharedArrayBuffer(before.length + some.length + 1));
        memory.set(before);
        memory.set(some, before.length);
        const text = textOfBytes(some);
        expect(textIn(memory, before.length, before.length + some.length)).toBe(text);
        expect(passingBytesOfText(text)).toEqual(some);
      }),
      { numRuns: 5000 },
    );
    for (const length of [1023, 1024, 1025, 5000]) {
      const text = '日'.repeat(length);
      expect(passingBytesOfText(text)).toEqual(new TextEncoder().encode(text));
    }
  });

  it('are in the order of their bytes', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(orderOfText(textOfBytes(a), textOfBytes(b)))).toBe(Math.sign(Buffer.compare(a, b)));
      }),
      { numRuns: 5000 },
    );
  });
});
