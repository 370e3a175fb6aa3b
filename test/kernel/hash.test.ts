import { describe, expect, it } from 'vitest';
import { loadKernels } from '../../engine/kernel/load.ts';
import { Arena, PAGE_BYTES } from '../../engine/memory/arena.ts';

/**
 * Keys that come in patterns must spread like random ones, over partitions (the upper 8 bits) and slots (the lower bits). Bounds are
 * those of 65,536 random numbers of 32 bits: 256 of them fall in a partition of 256, give or take 16 (one standard deviation); two
 * numbers are the same for half a pair in all; and they use 63 % of as many slots.
 */
const N = 65536;
const arena = Arena.create();
const kernels = loadKernels(arena);
const base = arena.takePages((N * 12) / PAGE_BYTES + 1, arena.openOwner()) * PAGE_BYTES;
const hashesAt = base + N * 8;
const SEED = 0x5bd1e9955bd1e995n;

const float = (x: number): bigint => new BigInt64Array(new Float64Array([x]).buffer)[0];
const PATTERNS: Record<string, (i: number) => bigint> = {
  'small numbers': (i) => BigInt(i),
  'negative numbers': (i) => BigInt(-i),
  'multiples of 1000': (i) => BigInt(i * 1000),
  'multiples of 65,536': (i) => BigInt(i) << 16n,
  'multiples of 2^32': (i) => BigInt(i) << 32n,
  'multiples of 2^48': (i) => BigInt(i) << 48n,
  'days in microseconds': (i) => BigInt(i) * 86_400_000_000n,
  'the same number in both halves': (i) => (BigInt(i) << 32n) | BigInt(i),
  'a grid of two halves': (i) => (BigInt(i >> 8) << 32n) | BigInt(i & 255),
  'halves as floats': (i) => float(i / 2),
  'powers as floats': (i) => float(1.01 ** (i % 8192) * (1 + (i >> 13))),
};

describe('hashes of words', () => {
  const spread = (hashes: Uint32Array): { partition: number; same: number; used: number } => {
    const partitions = new Uint32Array(256);
    const slots = new Set<number>();
    for (const h of hashes) {
      partitions[h >>> 24]++;
      slots.add(h & (N - 1));
    }
    const largest = Math.max(...partitions);
    return { partition: largest, same: N - new Set(hashes).size, used: slots.size };
  };
  const expectSpread = (hashes: Uint32Array): void => {
    const { partition, same, used } = spread(hashes);
    expect(partition).toBeLessThan(256 + 6 * 16);
    expect(same).toBeLessThan(8);
    expect(used / N).toBeGreaterThan(0.6);
  };
  const hashed = (word: (i: number) => bigint): Uint32Array => {
    for (let i = 0; i < N; i++) arena.i64[base / 8 + i] = word(i);
    kernels.hash_u64(base, N, SEED, hashesAt);
    return arena.u32.slice(hashesAt / 4, hashesAt / 4 + N);
  };

  it.each(Object.entries(PATTERNS))('spread %s', (_, word) => expectSpread(hashed(word)));

  it('spread pairs of small numbers', () => {
    const second = hashed((i) => BigInt(i & 255));
    hashed((i) => BigInt(i >> 8));
    arena.u32.set(second, base / 4);
    kernels.hash_combine(hashesAt, base, N);
    expectSpread(arena.u32.slice(hashesAt / 4, hashesAt / 4 + N));
  });
});
