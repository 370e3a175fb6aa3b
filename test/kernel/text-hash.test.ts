import { describe, expect, it } from 'vitest';
import { loadKernels } from '../../engine/kernel/load.ts';
import { referenceKernels } from '../../engine/kernel/ref/index.ts';
import { Arena, PAGE_BYTES } from '../../engine/memory/arena.ts';

const arena = Arena.create();
const base = arena.takePages(1, arena.openOwner()) * PAGE_BYTES;
const TEXT = base + 1024;
const OUT = base + 512;
/** Longer than two rounds of every hash, which take up to 64 bytes. */
const LONGEST = 200;

describe('hashes of texts', () => {
  it.each([0, 1, 2])('agree with their twins on texts of every length, kind %i', (kind) => {
    const compiled = loadKernels(arena);
    const reference = referenceKernels(arena);
    for (let i = 0; i < LONGEST; i++) arena.u8[TEXT + i] = (i * 37 + 200) & 255;
    for (let length = 0; length <= LONGEST; length++) {
      arena.u32[base / 4] = TEXT;
      arena.u32[base / 4 + 1] = length;
      compiled.text_hash_refs(kind, base, 1, OUT);
      const found = arena.u64[OUT / 8];
      reference.text_hash_refs(kind, base, 1, OUT);
      expect(found, `${length} bytes`).toBe(arena.u64[OUT / 8]);
    }
  });
});
