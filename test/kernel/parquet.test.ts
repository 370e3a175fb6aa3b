import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Kernels, loadKernels } from '../../engine/kernel/load.ts';
import { referenceKernels } from '../../engine/kernel/ref/index.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';

/**
 * Parquet's kernels and their twins: the same bytes on both sides, whole ones and garbage, must leave the same memory and
 * answer the same number. Encoders here are written apart from both.
 */
const sides = [loadKernels, (arena: Arena) => referenceKernels(arena) as Kernels].map((load) => {
  const arena = Arena.create();
  return { arena, kernels: load(arena) };
});

type Side = { readonly kernels: Kernels; readonly arena: Arena; readonly region: Region };

/** Runs the same work on both sides, at the same addresses; both must answer alike. */
function agree<T>(work: (side: Side) => T): T {
  const [compiled, reference] = sides.map(({ kernels, arena }) => {
    const owner = arena.openOwner();
    try {
      return work({ kernels, arena, region: new Region(arena, owner) });
    } finally {
      arena.closeOwner(owner);
    }
  });
  expect(compiled).toEqual(reference);
  return compiled;
}

const check = <T>(input: fc.Arbitrary<T>, property: (input: T) => void): void =>
  fc.assert(fc.property(input, property), { numRuns: 200 });

/** Bytes at an odd address, as pages lie. */
function put({ arena, region }: Side, bytes: ArrayLike<number>): number {
  const address = region.allocZero(bytes.length + 32) + 3;
  arena.u8.set(bytes, address);
  return address;
}
function putI64({ arena, region }: Side, values: readonly bigint[]): number {
  const address = region.allocZero(values.length * 8 + 8);
  arena.i64.set(values, address >>> 3);
  return address;
}
const i64s = ({ arena }: Side, at: number, n: number): bigint[] => [
  ...arena.i64.slice(at >>> 3, (at >>> 3) + n),
];
const u32s = ({ arena }: Side, at: number, n: number): number[] => [
  ...arena.u32.slice(at >>> 2, (at >>> 2) + n),
];
const bytesAt = ({ arena }: Side, at: number, n: number): number[] => [...arena.u8.slice(at, at + n)];
const texts = ({ arena }: Side, refs: number, n: number): string[] =>
  Array.from({ length: n }, (_, i) => {
    const at = arena.u32[(refs >>> 2) + i * 2];
    return Buffer.from(arena.u8.slice(at, at + arena.u32[(refs >>> 2) + i * 2 + 1])).toString('latin1');
  });

const varint = (value: bigint): number[] => {
  const bytes: number[] = [];
  for (; value > 127n; value >>= 7n) bytes.push(Number(value & 127n) | 128);
  return [...bytes, Number(value)];
};
const zigzag = (value: bigint): number[] => varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
const little = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, k) => Math.floor(value / 256 ** k) % 256);

function packed(values: readonly bigint[], bits: number): number[] {
  const bytes = new Uint8Array(Math.ceil((values.length * bits) / 8));
  values.forEach((value, i) => {
    for (let b = 0; b < bits; b++) {
      const at = i * bits + b;
      if (((value >> BigInt(b)) & 1n) === 1n) bytes[at >> 3] |= 1 << (at & 7);
    }
  });
  return [...bytes];
}

type Run = { readonly isRun: boolean; readonly values: readonly number[] };
const runs = (bits: number): fc.Arbitrary<Run[]> => {
  const value = fc.integer({ min: 0, max: 2 ** bits - 1 });
  const repeated = fc
    .tuple(value, fc.integer({ min: 0, max: 40 }))
    .map(([v, n]) => ({ isRun: true, values: Array<number>(n).fill(v) }));
  const groups = fc
    .integer({ min: 1, max: 5 })
    .chain((n) => fc.array(value, { minLength: n * 8, maxLength: n * 8 }))
    .map((values) => ({ isRun: false, values }));
  return fc.array(fc.oneof(repeated, groups), { maxLength: 6 });
};
const hybrid = (parts: readonly Run[], bits: number): number[] =>
  parts.flatMap(({ isRun, values }) =>
    isRun
      ? [...varint(BigInt(values.length) * 2n), ...little(values[0] ?? 0, (bits + 7) >> 3)]
      : [...varint(BigInt(values.length / 8) * 2n + 1n), ...packed(values.map(BigInt), bits)],
  );

const garbage = fc.uint8Array({ maxLength: 60 });
const small64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -300n, max: 300n }),
);
const int64s = fc.array(small64, { maxLength: 150 });

describe('the hybrid of runs and bit packing', () => {
  it('gives codes back, cut anywhere', () => {
    const input = fc
      .integer({ min: 0, max: 32 })
      .chain((bits) => fc.tuple(fc.constant(bits), runs(bits), fc.nat(7)));
    check(input, ([bits, parts, less]) => {
      const values = parts.flatMap((part) => part.values);
      const n = Math.max(0, values.length - less);
      const bytes = hybrid(parts, bits);
      const got = agree((side) => {
        const out = side.region.allocZero(n * 4 + 32);
        const taken = side.kernels.hybrid_u32(put(side, bytes), bytes.length, bits, n, 0xffffffff, out);
        return { taken, codes: u32s(side, out, n) };
      });
      // Code 2^32 - 1 is the one that no dictionary can have.
      if (!values.slice(0, n).includes(0xffffffff)) expect(got.codes).toEqual(values.slice(0, n));
    });
  });

  it('says when a code is not below the limit', () => {
    check(runs(5), (parts) => {
      const values = parts.flatMap((part) => part.values);
      const bytes = hybrid(parts, 5);
      const limit = 20;
      const taken = agree((side) =>
        side.kernels.hybrid_u32(
          put(side, bytes),
          bytes.length,
          5,
          values.length,
          limit,
          side.region.alloc(values.length * 4 + 32),
        ),
      );
      expect(taken === -2).toBe(values.some((value) => value >= limit));
    });
  });

  it('takes bits as bytes', () => {
    check(runs(1), (parts) => {
      const values = parts.flatMap((part) => part.values);
      const bytes = hybrid(parts, 1);
      const got = agree((side) => {
        const out = side.region.alloc(values.length + 16);
        side.kernels.hybrid_bools(put(side, bytes), bytes.length, values.length, out);
        return bytesAt(side, out, values.length);
      });
      expect(got).toEqual(values);
    });
  });

  it('refuses garbage alike', () => {
    check(fc.tuple(garbage, fc.integer({ min: 0, max: 32 }), fc.nat(100)), ([bytes, bits, n]) => {
      agree((side) =>
        side.kernels.hybrid_u32(put(side, bytes), bytes.length, bits, n, 100, side.region.alloc(512)),
      );
      agree((side) => side.kernels.hybrid_bools(put(side, bytes), bytes.length, n, side.region.alloc(512)));
    });
  });
});

/** Blocks of 128 values in 4 miniblocks, as most writers make them. */
function deltaPacked(values: readonly bigint[], width: number): number[] {
  const bytes = [
    ...varint(128n),
    ...varint(4n),
    ...varint(BigInt(values.length)),
    ...zigzag(values[0] ?? 0n),
  ];
  const deltas = values.slice(1).map((value, i) => BigInt.asIntN(width * 8, value - values[i]));
  for (let start = 0; start < deltas.length; start += 128) {
    const block = deltas.slice(start, start + 128);
    const step = block.reduce((a, b) => (a < b ? a : b));
    const minis = [0, 32, 64, 96].map((at) =>
      block.slice(at, at + 32).map((d) => BigInt.asUintN(width * 8, d - step)),
    );
    const widths = minis.map((mini) =>
      Math.max(0, ...mini.map((d) => d.toString(2).replace(/^0$/, '').length)),
    );
    bytes.push(...zigzag(step), ...widths);
    minis.forEach((mini, m) => {
      if (mini.length === 0) return;
      bytes.push(...packed([...mini, ...Array<bigint>(32 - mini.length).fill(0n)], widths[m]));
    });
  }
  return bytes;
}

describe('delta packing', () => {
  it.each([4, 8])('gives integers of %i bytes back', (width) => {
    check(int64s, (input) => {
      const values = input.map((value) => BigInt.asIntN(width * 8, value));
      const bytes = deltaPacked(values, width);
      const got = agree((side) => {
        const out = side.region.alloc(values.length * 8 + 8);
        const taken = side.kernels.delta_i64(put(side, bytes), bytes.length, values.length, width, out);
        return { taken, values: i64s(side, out, values.length) };
      });
      expect(got).toEqual({ taken: bytes.length, values });
    });
  });

  it('refuses what is cut or garbage alike', () => {
    check(fc.tuple(int64s, fc.nat(40), garbage), ([values, less, noise]) => {
      const bytes = deltaPacked(values, 8).slice(0, -1 - less);
      for (const damaged of [bytes, [...noise]]) {
        agree((side) =>
          side.kernels.delta_i64(
            put(side, damaged),
            damaged.length,
            values.length,
            8,
            side.region.alloc(values.length * 8 + 8),
          ),
        );
      }
    });
  });
});

const strings = fc.array(fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'b', 'c') }), {
  maxLength: 40,
});

describe('byte arrays', () => {
  it('are found after their lengths, and never beyond the page', () => {
    check(fc.tuple(strings, fc.nat(3)), ([values, less]) => {
      const bytes = values.flatMap((s) => [...little(s.length, 4), ...Buffer.from(s)]);
      const size = Math.max(0, bytes.length - less);
      const got = agree((side) => {
        const refs = side.region.allocZero(values.length * 8 + 8);
        const taken = side.kernels.plain_refs(put(side, bytes), size, values.length, refs);
        return { taken, values: taken < 0 ? [] : texts(side, refs, values.length) };
      });
      expect(got).toEqual(size < bytes.length ? { taken: -1, values: [] } : { taken: size, values });
    });
  });

  it('are cut by lengths', () => {
    check(fc.tuple(strings, fc.constantFrom(0, 1)), ([values, less]) => {
      const bytes = Buffer.from(values.join(''));
      const size = Math.max(0, bytes.length - less);
      const got = agree((side) => {
        const refs = side.region.allocZero(values.length * 8 + 8);
        const lengths = putI64(
          side,
          values.map((s) => BigInt(s.length)),
        );
        const taken = side.kernels.length_refs(lengths, put(side, bytes), size, values.length, refs);
        return { taken, values: taken < 0 ? [] : texts(side, refs, values.length) };
      });
      expect(got).toEqual(size < bytes.length ? { taken: -1, values: [] } : { taken: bytes.length, values });
    });
    expect(
      agree((side) =>
        side.kernels.length_refs(putI64(side, [-1n]), put(side, [1, 2]), 2, 1, side.region.alloc(8)),
      ),
    ).toBe(-1);
  });

  it('are joined with what they share with the one before', () => {
    const prefixOf = (a: string, b: string): number => {
      let n = 0;
      while (n < a.length && a[n] === b[n]) n++;
      return n;
    };
    check(strings, (values) => {
      const prefixes = values.map((s, i) => prefixOf(s, values[i - 1] ?? ''));
      const got = agree((side) => {
        const suffixes = side.region.allocZero(values.length * 8 + 8);
        const suffixBytes = values.flatMap((s, i) => [
          ...little(s.length - prefixes[i], 4),
          ...Buffer.from(s.slice(prefixes[i])),
        ]);
        side.kernels.plain_refs(put(side, suffixBytes), suffixBytes.length, values.length, suffixes);
        const lengths = putI64(side, prefixes.map(BigInt));
        const size = side.kernels.front_bytes(lengths, suffixes, values.length);
        const refs = side.region.allocZero(values.length * 8 + 8);
        side.kernels.front_refs(lengths, suffixes, values.length, side.region.alloc(size + 16), refs);
        return { size, values: texts(side, refs, values.length) };
      });
      expect(got).toEqual({ size: values.join('').length, values });
    });
    const lying = agree((side) => {
      const suffix = side.region.allocZero(16);
      return side.kernels.front_bytes(putI64(side, [1n]), suffix, 1);
    });
    expect(lying).toBe(-1);
  });
});

describe('values of a fixed width', () => {
  it('come out of streams, and at their places', () => {
    check(
      fc.tuple(fc.uint8Array({ minLength: 24, maxLength: 240 }), fc.constantFrom(4, 8, 12)),
      ([bytes, width]) => {
        const n = Math.floor(bytes.length / width);
        const got = agree((side) => {
          const out = side.region.alloc(n * width + 16);
          side.kernels.join_streams(put(side, bytes), n, width, out);
          const refs = side.region.allocZero(n * 8);
          side.kernels.fixed_refs(out, n, width, refs);
          expect(side.kernels.text_bytes(refs, n)).toBe(n * width);
          return { joined: bytesAt(side, out, n * width), texts: texts(side, refs, n) };
        });
        expect(got.joined).toEqual(
          Array.from({ length: n * width }, (_, k) => bytes[(k % width) * n + Math.floor(k / width)]),
        );
        expect(got.texts.join('').length).toBe(n * width);
      },
    );
  });

  it('widen with their sign, scale and divide', () => {
    check(fc.tuple(int64s, fc.constantFrom(1n, 10n, 86_400n, 1_000_000_000n)), ([values, factor]) => {
      const n = values.length;
      const narrow = values.map((value) => BigInt.asIntN(32, value));
      const got = agree((side) => {
        const bytes = narrow.flatMap((value) => little(Number(BigInt.asUintN(32, value)), 4));
        const out = side.region.allocZero(n * 8 + 8);
        side.kernels.widen_i32_i64(put(side, bytes), n, out);
        const scaled = side.region.allocZero(n * 8 + 8);
        const bad = side.kernels.scale_i64(putI64(side, values), n, factor, scaled);
        const divided = side.region.allocZero(n * 8 + 8);
        side.kernels.floor_div_i64_vc(putI64(side, values), n, factor, divided);
        return {
          wide: i64s(side, out, n),
          bad,
          scaled: i64s(side, scaled, n),
          divided: i64s(side, divided, n),
        };
      });
      expect(got.wide).toEqual(narrow);
      expect(got.bad).toBe(values.findIndex((value) => BigInt.asIntN(64, value * factor) !== value * factor));
      expect(got.divided.every((q, i) => q * factor <= values[i] && (q + 1n) * factor > values[i])).toBe(
        true,
      );
    });
  });

  it('are big-endian integers of any length', () => {
    check(fc.array(fc.uint8Array({ maxLength: 17 }), { maxLength: 20 }), (values) => {
      const exact = values.map((bytes) =>
        BigInt.asIntN(bytes.length * 8, BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)),
      );
      const got = agree((side) => {
        const bytes = values.flatMap((value) => [...little(value.length, 4), ...value]);
        const refs = side.region.allocZero(values.length * 8 + 8);
        side.kernels.plain_refs(put(side, bytes), bytes.length, values.length, refs);
        const out = side.region.allocZero(values.length * 8 + 8);
        const bad = side.kernels.big_endian_i64(refs, values.length, out);
        return { bad, values: i64s(side, out, bad < 0 ? values.length : bad) };
      });
      const bad = values.findIndex(
        (bytes, i) => bytes.length === 0 || BigInt.asIntN(64, exact[i]) !== exact[i],
      );
      expect(got).toEqual({ bad, values: bad < 0 ? exact : exact.slice(0, bad) });
    });
  });

  it('are INT96 timestamps', () => {
    const moment = fc.tuple(
      fc.bigInt({ min: 0n, max: 86_400_000_000_001n }),
      fc.integer({ min: -110_000, max: 110_000 }),
    );
    check(fc.array(moment, { maxLength: 20 }), (values) => {
      const n = values.length;
      const got = agree((side) => {
        const bytes = values.flatMap(([nanos, days]) => [
          ...little(Number(nanos), 8),
          ...little(days + 2440588, 4),
        ]);
        const out = side.region.allocZero(n * 8 + 8);
        const bad = side.kernels.int96_ticks(put(side, bytes), n, 86_400_000_000_000n, 1n, 106_750, out);
        return { bad, values: i64s(side, out, bad < 0 ? n : bad) };
      });
      const bad = values.findIndex(
        ([nanos, days]) => nanos > 86_400_000_000_000n || Math.abs(days) > 106_750,
      );
      expect(got.bad).toBe(bad);
      const exact = values.map(([nanos, days]) => BigInt(days) * 86_400_000_000_000n + nanos);
      expect(got.values).toEqual(bad < 0 ? exact : exact.slice(0, bad));
    });
  });
});

describe('rows and codes', () => {
  it('expand over NULLs', () => {
    check(fc.array(fc.tuple(fc.boolean(), small64), { maxLength: 100 }), (rows) => {
      const dense = rows.filter(([isThere]) => isThere).map(([, value]) => value);
      const got = agree((side) => {
        const n = rows.length;
        const valid = put(
          side,
          rows.map(([isThere]) => (isThere ? 1 : 0)),
        );
        const src = putI64(side, dense);
        const out = side.region.allocZero(n * 8 + 8);
        const out32 = side.region.allocZero(n * 4 + 8);
        const out8 = side.region.allocZero(n + 8);
        const taken = side.kernels.expand_u64(src, valid, n, 77n, out);
        side.kernels.expand_u32(src, valid, n, 9, out32);
        side.kernels.expand_u8(src, valid, n, 5, out8);
        return {
          taken,
          wide: i64s(side, out, n),
          codes: u32s(side, out32, n),
          bytes: bytesAt(side, out8, n),
        };
      });
      expect(got.taken).toBe(dense.length);
      expect(got.wide).toEqual(rows.map(([isThere, value]) => (isThere ? value : 77n)));
    });
  });

  it('keep only the codes in use', () => {
    check(fc.array(fc.nat(29), { maxLength: 60 }), (codes) => {
      const got = agree((side) => {
        const refs = putI64(
          side,
          Array.from({ length: 30 }, (_, i) => BigInt(i * 100)),
        );
        const at = side.region.alloc(codes.length * 4 + 4);
        side.arena.u32.set(codes, at >>> 2);
        const kept = side.region.allocZero(31 * 8);
        const used = side.kernels.compact_codes(at, codes.length, 30, refs, side.region.alloc(120), kept);
        return { kept: i64s(side, kept, used), codes: u32s(side, at, codes.length) };
      });
      const used = [...new Set([0, ...codes])].sort((a, b) => a - b);
      expect(got.kept).toEqual(used.map((code) => BigInt(code * 100)));
      expect(got.codes.map((code) => used[code])).toEqual(codes);
    });
  });
});

describe('Snappy', () => {
  const literal = (text: string): number[] => [(text.length - 1) << 2, ...Buffer.from(text)];
  const block = (size: number, ...parts: readonly number[][]): number[] => [
    ...varint(BigInt(size)),
    ...parts.flat(),
  ];

  const decode = (bytes: readonly number[], size: number): string | number =>
    agree((side) => {
      const out = side.region.allocZero(size + 16);
      const n = side.kernels.decode_snappy(put(side, bytes), bytes.length, out, size);
      return n < 0 ? n : Buffer.from(bytesAt(side, out, n)).toString('latin1');
    });

  // The format description's own cases: literals, copies with offsets of 1, 2 and 4 bytes, overlapping copies.
  it.each([
    ['nothing', block(0), 0, ''],
    ['a literal', block(5, literal('basal')), 5, 'basal'],
    ['a run', block(10, literal('a'), [((9 - 4) << 2) | 1, 1]), 10, 'aaaaaaaaaa'],
    ['a pattern', block(11, literal('abc'), [((8 - 1) << 2) | 2, 3, 0]), 11, 'abcabcabcab'],
    ['a far copy', block(8, literal('abcd'), [((4 - 1) << 2) | 3, 4, 0, 0, 0]), 8, 'abcdabcd'],
    [
      'a literal with its length apart',
      block(61, [60 << 2, 60, ...Buffer.from('x'.repeat(61))]),
      61,
      'x'.repeat(61),
    ],
    ['another length than it says', block(4, literal('basal')), 4, -1],
    ['another length than wanted', block(5, literal('basal')), 6, -1],
    ['a copy of what is not there', block(8, literal('a'), [((7 - 4) << 2) | 1, 2]), 8, -1],
    ['a copy without distance', block(8, literal('a'), [((7 - 4) << 2) | 1, 0]), 8, -1],
    ['a literal that is cut', block(5, [4 << 2, 98, 97]), 5, -1],
    ['a length without end', [255, 255, 255, 255, 255, 1], 5, -1],
  ] as [string, number[], number, string | number][])('%s', (_name, bytes, size, expected) => {
    expect(decode(bytes, size)).toBe(expected);
  });

  it('refuses garbage alike', () => {
    check(fc.tuple(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 100 })), ([bytes, size]) => {
      decode([...varint(BigInt(size)), ...bytes], size);
    });
  });
});
