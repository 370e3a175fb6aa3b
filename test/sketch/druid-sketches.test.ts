import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../engine/base/base64.ts';
import { BasaltError } from '../../engine/base/error.ts';
import { addToBloom, bloomTest } from '../../engine/sketch/bloom.ts';
import { addToBuckets, bucketQuantile } from '../../engine/sketch/buckets.ts';
import { addDigests, digestQuantile } from '../../engine/sketch/digest.ts';
import { hiveHash } from '../../engine/sketch/hive-hash.ts';
import { addCoupon, estimateHll } from '../../engine/sketch/hll.ts';
import { hllBounds } from '../../engine/sketch/hll-bounds.ts';
import { STATE_KINDS, type StateKindId } from '../../engine/sketch/kind.ts';
import { blockBytes, blockOf, LocalMemory } from '../../engine/sketch/memory.ts';
import { thetaBounds } from '../../engine/sketch/theta-bounds.ts';
import { parseTuples, type TupleSet, tupleSetOf, tupleSums } from '../../engine/sketch/tuples-format.ts';
import * as made from './druid-sketches.ts';

const memory = new LocalMemory();
const bytesOf = (text: string): Uint8Array => fromBase64(text) as Uint8Array;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(kind: StateKindId, text: string, params: readonly number[] = [26]): number {
  const slot = memory.slot();
  STATE_KINDS[kind].read(memory, bytesOf(text), slot, params);
  return slot;
}
const written = (kind: StateKindId, slot: number): string =>
  toBase64(STATE_KINDS[kind].write(memory, blockOf(memory, slot), [26]));

/** Address of a column of numbers, and of group numbers that are all 0. */
function column(values: readonly number[]): readonly [address: number, gids: number] {
  const at = memory.alloc(8 * values.length);
  memory.f64.set(values, at / 8);
  const gids = memory.alloc(4 * values.length);
  memory.u8.fill(0, gids, gids + 4 * values.length);
  return [at, gids];
}

const THOUSAND = Array.from({ length: 1000 }, (_, i) => (i * 7) % 1000);
const LEVELS = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1];
const QUANTILES = [
  0, 9.77452153110048, 100.33298315000208, 249.67180341524363, 497.9774606756487, 748.1796137647664,
  898.4793685265619, 989.4415584415586, 999,
];

describe('t-digests', () => {
  it('are byte for byte those of MergingDigest', () => {
    memory.reset();
    const slot = memory.slot();
    const [values, gids] = column(THOUSAND);
    addDigests(memory, 20, values, gids, 0, THOUSAND.length, slot);
    expect(written('digest', slot)).toBe(made.DIGEST_1000);
    expect(LEVELS.map((level) => digestQuantile(memory, blockOf(memory, slot), level))).toEqual(QUANTILES);
  });

  it('are read in both forms', () => {
    memory.reset();
    expect(written('digest', read('digest', made.DIGEST_1000))).toBe(made.DIGEST_1000);
    const small = blockOf(memory, read('digest', made.DIGEST_1000_SMALL));
    for (const [i, level] of LEVELS.entries())
      expect(digestQuantile(memory, small, level)).toBeCloseTo(QUANTILES[i], 3);
  });

  it('go together, whichever has seen more', () => {
    memory.reset();
    const [a, b] = [memory.slot(), memory.slot()];
    const [values, gids] = column(THOUSAND);
    addDigests(memory, 100, values, gids, 0, 900, a);
    addDigests(memory, 100, values + 8 * 900, gids, 0, 100, b);
    STATE_KINDS.digest.merge(memory, b, blockOf(memory, a), blockBytes(memory, a));
    for (const level of LEVELS)
      expect(Math.abs(digestQuantile(memory, blockOf(memory, b), level) - 1000 * level)).toBeLessThan(8);
  });
});

describe('t-digests of infinite values', () => {
  const { NEGATIVE_INFINITY: LOW, POSITIVE_INFINITY: HIGH } = Number;
  it.each([
    ['both ends', THOUSAND.map((x) => (x < 100 ? LOW : x >= 900 ? HIGH : x)), 500],
    ['one', THOUSAND.map(() => HIGH), HIGH],
    ['nothing else', THOUSAND.map((x) => (x < 300 ? LOW : HIGH)), HIGH],
  ])('can be read again: %s', (_, given, middle) => {
    memory.reset();
    const slot = memory.slot();
    const [values, gids] = column(given);
    addDigests(memory, 20, values, gids, 0, given.length, slot);
    const again = read('digest', written('digest', slot));
    const value = digestQuantile(memory, blockOf(memory, again), 0.5);
    if (Number.isFinite(middle)) expect(Math.abs(value - middle)).toBeLessThan(20);
    else expect(value).toBe(middle);
  });
});

describe('histograms of fixed buckets', () => {
  it('are byte for byte those of Druid', () => {
    memory.reset();
    const outside = [-3, 0, 2.5, 3, 7, 9.99, 10, 25, 1];
    for (const [params, values, expected] of [
      [[5, 0.5, 0, 10, 2], outside, made.BUCKETS_CLIP],
      [[50, 0.5, 0, 10, 0], [1, 2, 2, 5], made.BUCKETS_SPARSE],
    ] as const) {
      const slot = memory.slot();
      const [at, gids] = column(values);
      addToBuckets(memory, params, at, gids, 0, values.length, slot);
      expect(written('buckets', slot)).toBe(expected);
      expect(written('buckets', read('buckets', expected))).toBe(expected);
    }
    const sparse = blockOf(memory, read('buckets', made.BUCKETS_SPARSE));
    const shown = [0.1, 0.25, 0.5, 0.75, 0.9, 1].map((level) => bucketQuantile(memory, sparse, level));
    expect(shown).toEqual([1.08, 1.2, 2.1, 2.2, 5.12, 5.2].map(Math.fround));
  });

  it('go together with as many buckets between the same limits only', () => {
    memory.reset();
    const [clip, sparse] = [read('buckets', made.BUCKETS_CLIP), read('buckets', made.BUCKETS_SPARSE)];
    expect(() => STATE_KINDS.buckets.merge(memory, clip, blockOf(memory, sparse), 0)).toThrow(
      expect.objectContaining({ errorName: 'BAD_ARGUMENTS' }),
    );
  });
});

describe('Bloom filters', () => {
  it('are those of Hive, down to what they take for a value by mistake', () => {
    memory.reset();
    const slot = memory.slot();
    const [at, gids] = column(THOUSAND);
    for (let i = 0; i < 1000; i++)
      memory.u64[at / 8 + i] = BigInt.asUintN(64, hiveHash(utf8(`value ${i} ü`)));
    addToBloom(memory, 1000, at, gids, 0, 1000, slot);
    const test = bloomTest(bytesOf(written('bloom', slot)));
    const others = Array.from({ length: 10_000 }, (_, i) => hiveHash(utf8(`other ${i}`)));
    expect(others.filter(test)).toHaveLength(417);
    expect(THOUSAND.every((i) => test(hiveHash(utf8(`value ${i} ü`))))).toBe(true);
    expect(written('bloom', read('bloom', made.BLOOM_LONGS))).toBe(made.BLOOM_LONGS);
  });
});

describe('tuple sketches', () => {
  // As DataSketches has it: keys, and the sum.
  it.each<[TupleSet, number, number, number]>([
    ['union', 4096, 23, 15238.049558144789],
    ['union', 16, 16, 11612.365564953885],
    ['intersect', 4096, 4, 8954.317781590236],
    ['not', 4096, 7, 6095.219823257916],
  ])('%s of at most %i keys', (kind, most, keys, sum) => {
    const set = tupleSetOf(
      kind,
      most,
      [made.TUPLES_X, made.TUPLES_Y].map((text) => parseTuples(bytesOf(text))),
    );
    expect(set.hashes).toHaveLength(keys);
    expect(tupleSums(set)[0]).toBeCloseTo(sum, 6);
  });

  it('are the same when they were merged as states', () => {
    memory.reset();
    const [x, y] = [read('tuples', made.TUPLES_X, [4, 1]), read('tuples', made.TUPLES_Y, [4, 1])];
    STATE_KINDS.tuples.merge(memory, x, blockOf(memory, y), blockBytes(memory, y));
    const merged = parseTuples(bytesOf(written('tuples', x)));
    expect([merged.hashes.length, tupleSums(merged)[0]]).toEqual([16, expect.closeTo(11612.365564953885, 6)]);
    const two = read('tuples', made.TUPLES_TWO);
    expect(() => STATE_KINDS.tuples.merge(memory, x, blockOf(memory, two), 0)).toThrow(/1 and of 2 values/);
  });
});

describe('error bounds', () => {
  it.each(made.THETA_BOUNDS)(
    '%i hashes below %f, %i deviations',
    (count, theta, deviations, lower, upper) => {
      const bounds = thetaBounds(count, BigInt(Math.round(theta * 2 ** 63)), deviations);
      expect(bounds.lower).toBeCloseTo(lower, 4);
      expect(Math.abs(bounds.upper / upper - 1)).toBeLessThan(1e-9);
    },
  );

  it.each(made.HLL_ERRORS)('HLL of 2^%i registers, %i deviations', (lgK, deviations, below, above) => {
    memory.reset();
    const slot = memory.slot();
    // Ranks of all registers.
    for (let i = 0; i < 2 ** lgK; i++) addCoupon(memory, lgK, slot, ((((i % 3) + 1) << 26) | i) >>> 0);
    const block = blockOf(memory, slot);
    const estimate = estimateHll(memory, block);
    const { lower, upper } = hllBounds(memory, block, deviations);
    expect(lower / Math.max(2 ** lgK, estimate / (1 + below))).toBeCloseTo(1, 12);
    expect(upper / (estimate / (1 - above))).toBeCloseTo(1, 12);
  });

  it('are of 1 to 3 standard deviations', () => {
    expect(() => thetaBounds(5, 1n << 62n, 4)).toThrow(/1, 2 or 3/);
    expect(() => hllBounds(memory, 0, 0)).toThrow(/1, 2 or 3/);
    expect(thetaBounds(5, (1n << 63n) - 1n, 10)).toEqual({ lower: 5, upper: 5 });
  });
});

describe('bytes that are none of them', () => {
  const cases: readonly [StateKindId, string][] = [
    ['tuples', made.TUPLES_X],
    ['tuples', made.TUPLES_TWO],
    ['digest', made.DIGEST_1000],
    ['digest', made.DIGEST_1000_SMALL],
    ['buckets', made.BUCKETS_CLIP],
    ['buckets', made.BUCKETS_SPARSE],
    ['bloom', made.BLOOM_LONGS],
  ];
  it.each(cases)('%s with any byte changed is read or refused', (kind, text) => {
    const bytes = bytesOf(text);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        memory.reset();
        const changed = bytes.slice();
        changed[at] = value;
        try {
          STATE_KINDS[kind].read(memory, changed, memory.slot(), [26]);
        } catch (error) {
          expect(error).toBeInstanceOf(BasaltError);
          expect((error as BasaltError).errorName).toBe('CORRUPTED_DATA');
        }
      }
    }
  });

  it.each(cases)('%s cut short is refused', (kind, text) => {
    const bytes = bytesOf(text);
    for (let length = 0; length < bytes.length; length++) {
      memory.reset();
      const cut = () => STATE_KINDS[kind].read(memory, bytes.subarray(0, length), memory.slot(), [26]);
      expect(cut, `${length} bytes`).toThrow(expect.objectContaining({ errorName: 'CORRUPTED_DATA' }));
    }
  });
});
