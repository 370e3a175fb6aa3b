/** What we write is what others read: LZ4 blocks and Roaring bitmaps, against independent implementations. */

import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { Region } from '../../engine/memory/region.ts';
import { BitmapIndexBuilder, maskFromBitmap } from '../../storage/segment/bitmap-index.ts';
import { arena, kernels, newContext } from './support/ground.ts';

const require = createRequire(import.meta.url);
const context = newContext();
const random = new SeededRandom(9);

describe('LZ4', () => {
  type Lz4 = { compress(input: Uint8Array): Uint8Array; decompress(input: Uint8Array): Uint8Array };
  const lz4 = require('lz4-wasm-nodejs') as Lz4;
  const inputs = [0, 1, 12, 13, 100, 70000, 300000].map((size) =>
    Uint8Array.from({ length: size }, (_, i) => (i % 1000 < 700 ? (i * 7) % 11 : random.below(256))),
  );

  it('blocks are read by another implementation, and its blocks by us', () => {
    for (const input of inputs) {
      const region = new Region(arena, arena.openOwner());
      const source = region.alloc(input.length + 1);
      const out = region.alloc(input.length * 2 + 64);
      arena.u8.set(input, source);
      const size = kernels.encode_lz4(source, input.length, region.alloc(32768), out);
      const framed = new Uint8Array(4 + size);
      new DataView(framed.buffer).setUint32(0, input.length, true);
      framed.set(arena.u8.subarray(out, out + size), 4);
      if (input.length > 0) expect(Buffer.compare(lz4.decompress(framed), input)).toBe(0);
      const theirs = lz4.compress(input).subarray(4);
      arena.u8.set(theirs, out);
      expect(kernels.decode_lz4(out, theirs.length, source, input.length)).toBe(input.length);
      expect(Buffer.compare(arena.u8.slice(source, source + input.length), input)).toBe(0);
      arena.closeOwner(region.owner);
    }
  });
});

describe('Roaring bitmaps', () => {
  it('are in the portable format', async () => {
    const { RoaringBitmap32, roaringLibraryInitialize, DeserializationFormat } = (await import(
      'roaring-wasm'
    )) as unknown as {
      RoaringBitmap32: {
        deserialize(format: string, bytes: Uint8Array): { toArray(): number[]; dispose(): void };
      };
      roaringLibraryInitialize(): Promise<void>;
      DeserializationFormat: { portable: string };
    };
    await roaringLibraryInitialize();
    const codeCount = 5;
    const builder = new BitmapIndexBuilder(codeCount);
    const rowsOf: number[][] = Array.from({ length: codeCount }, () => []);
    const blocks = [65536, 65536, 1000];
    blocks.forEach((rows, block) => {
      const codes = context.scratch.alloc(rows * 8);
      for (let i = 0; i < rows; i++) {
        // Code 4 is rare, code 0 is not in block 1.
        const code = random.below(1000) === 0 ? 4 : 1 + random.below(3) - (block === 1 ? 0 : random.below(2));
        arena.i64[(codes >>> 3) + i] = BigInt(code);
        rowsOf[code].push(block * 65536 + i);
      }
      builder.add(context, block, codes, rows);
    });
    [...builder.bitmaps()].forEach((bytes, code) => {
      const bitmap = RoaringBitmap32.deserialize(DeserializationFormat.portable, bytes);
      expect(bitmap.toArray()).toEqual(rowsOf[code]);
      bitmap.dispose();
      const address = context.scratch.alloc(bytes.length);
      arena.u8.set(bytes, address);
      blocks.forEach((rows, block) => {
        const mask = context.scratch.allocZero(rows);
        const count = maskFromBitmap(context, address, block, rows, mask);
        const expected = rowsOf[code].filter((row) => row >> 16 === block);
        expect(count).toBe(expected.length);
        expect(kernels.mask_count(mask, rows)).toBe(expected.length);
        expect(expected.every((row) => arena.u8[mask + (row & 65535)] === 1)).toBe(true);
      });
    });
  });
});
