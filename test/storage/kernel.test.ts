/** Every storage kernel against its TypeScript twin, on random inputs with awkward lengths. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Kernels, loadKernels } from '../../engine/kernel/load.ts';
import { referenceKernels } from '../../engine/kernel/ref/index.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';

const sides = [
  (() => {
    const arena = Arena.create();
    return { arena, kernels: loadKernels(arena) };
  })(),
  (() => {
    const arena = Arena.create();
    return { arena, kernels: referenceKernels(arena) as Kernels };
  })(),
];

/** Runs the same work on both sides, at the same addresses; both must answer alike. */
function agree(work: (kernels: Kernels, arena: Arena, region: Region) => unknown): unknown {
  const [compiled, reference] = sides.map(({ kernels, arena }) => {
    const owner = arena.openOwner();
    const answer = work(kernels, arena, new Region(arena, owner));
    arena.closeOwner(owner);
    return answer;
  });
  expect(compiled).toEqual(reference);
  return compiled;
}

const check = <T>(input: fc.Arbitrary<T>, property: (input: T) => void): void =>
  fc.assert(fc.property(input, property), { numRuns: 60 });

const bytes = (max = 300) => fc.uint8Array({ maxLength: max });
const mask = (max = 300) => fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: max });
const integers = (low = -(1n << 63n), high = (1n << 63n) - 1n) =>
  fc.array(fc.bigInt({ min: low, max: high }), { minLength: 1, maxLength: 200 });
const runsOf = fc
  .array(fc.tuple(fc.bigInt({ min: -5n, max: 5n }), fc.integer({ min: 1, max: 30 })), {
    minLength: 1,
    maxLength: 20,
  })
  .map((runs) => runs.flatMap(([value, count]) => Array<bigint>(count).fill(value)));

function put(arena: Arena, region: Region, source: Uint8Array | number[]): number {
  const address = region.allocZero(source.length + 16);
  arena.u8.set(source, address);
  return address;
}
function putI64(arena: Arena, region: Region, source: readonly bigint[]): number {
  const address = region.alloc(source.length * 8);
  arena.i64.set(source, address >>> 3);
  return address;
}
function putRefs(arena: Arena, region: Region, strings: readonly string[]): number {
  const refs = region.alloc(strings.length * 8);
  strings.forEach((s, i) => {
    const encoded = new TextEncoder().encode(s);
    const at = put(arena, region, encoded);
    arena.u32[(refs >>> 2) + i * 2] = at;
    arena.u32[(refs >>> 2) + i * 2 + 1] = encoded.length;
  });
  return refs;
}
const read = (arena: Arena, address: number, count: number): number[] => [
  ...arena.u8.slice(address, address + count),
];

const checksumOf = (arena: Arena, address: number, count: number): number =>
  arena.u8.slice(address, address + count).reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 7);

describe('checksum', () => {
  it('agrees on any bytes and seed', () => {
    check(fc.tuple(bytes(), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })), ([input, seed]) => {
      agree((k, arena, region) =>
        BigInt.asUintN(64, k.checksum_xxh64(put(arena, region, input), input.length, seed)),
      );
    });
  });

  it('gives the values of the specification', () => {
    const sum = (text: string, seed: bigint) =>
      agree((k, arena, region) => {
        const input = new TextEncoder().encode(text);
        return BigInt.asUintN(64, k.checksum_xxh64(put(arena, region, input), input.length, seed));
      });
    expect(sum('', 0n)).toBe(0xef46db3751d8e999n);
    expect(sum('abc', 0n)).toBe(0x44bc2cf5ad770999n);
    expect(sum('Nobody inspects the spammish repetition', 0n)).toBe(0xfbcea83c8a378bf1n);
  });
});

describe('integers', () => {
  it('agree on statistics', () => {
    for (const input of [integers(), integers(-3n, 3n)]) {
      check(input, (values) => {
        agree((k, arena, region) => {
          const out = region.allocZero(40);
          const src = putI64(arena, region, values);
          k.stat_i64(src, values.length, out);
          const whole = read(arena, out, 40);
          k.stat_range_i64(src, values.length, out);
          return [whole, read(arena, out, 16)];
        });
      });
    }
  });

  it('come back from bit packing at every width', () => {
    check(fc.tuple(fc.integer({ min: 1, max: 57 }), integers(0n, (1n << 62n) - 1n)), ([bits, raw]) => {
      const values = raw.map((v) => BigInt.asUintN(bits, v) - 7n);
      const result = agree((k, arena, region) => {
        const src = putI64(arena, region, values);
        const packed = region.allocZero(values.length * 8 + 32);
        k.pack_bits_i64(src, values.length, -7n, bits, packed);
        const stream = read(arena, packed, Math.ceil((values.length * bits) / 8));
        const out = region.alloc(values.length * 8);
        k.unpack_bits_i64(packed, values.length, bits, -7n, out);
        expect([...arena.i64.subarray(out >>> 3, (out >>> 3) + values.length)]).toEqual(values);
        const narrow: number[][] = [];
        if (bits <= 7) {
          k.unpack_bits_u8(packed, values.length, bits, out);
          narrow.push([...arena.u8.subarray(out, out + values.length)]);
        }
        if (bits <= 16) {
          k.unpack_bits_u16(packed, values.length, bits, out);
          narrow.push([...arena.u16.subarray(out >>> 1, (out >>> 1) + values.length)]);
        }
        if (bits <= 32) {
          k.unpack_bits_u32(packed, values.length, bits, out);
          narrow.push([...arena.u32.subarray(out >>> 2, (out >>> 2) + values.length)]);
        }
        for (const list of narrow) expect(list).toEqual(values.map((v) => Number(v + 7n)));
        return stream;
      });
      expect(result).toBeDefined();
    });
  });

  it('come back from deltas', () => {
    check(fc.tuple(fc.integer({ min: 1, max: 40 }), integers(0n, (1n << 40n) - 1n)), ([bits, deltas]) => {
      const values = [1000n];
      for (const delta of deltas) values.push((values.at(-1) as bigint) + BigInt.asUintN(bits, delta) - 3n);
      const n = values.length;
      agree((k, arena, region) => {
        const src = putI64(arena, region, values);
        const packed = region.allocZero(n * 8 + 32);
        k.pack_delta_i64(src, n, -3n, bits, packed);
        const out = region.alloc(n * 8);
        k.unpack_delta_i64(packed, n, bits, -3n, 1000n, out);
        expect([...arena.i64.subarray(out >>> 3, (out >>> 3) + n)]).toEqual(values);
        const narrow = region.allocZero(n * 8);
        k.unpack_delta_u32(packed, n, bits, -3n, 1000n, narrow);
        const wide = read(arena, narrow, n * 4);
        k.unpack_delta_u16(packed, n, bits, -3n, 1000n, narrow);
        return [read(arena, packed, Math.ceil(((n - 1) * bits) / 8)), wide, read(arena, narrow, n * 2)];
      });
    });
  });

  it('come back from runs', () => {
    check(runsOf, (values) => {
      const n = values.length;
      agree((k, arena, region) => {
        const src = putI64(arena, region, values);
        const lengths = region.allocZero(n * 2);
        const out = region.allocZero(n * 8);
        const runs = k.collect_runs_u64(src, n, lengths, out);
        const back = region.alloc(n * 8);
        k.expand_runs_u64(lengths, out, runs, back);
        expect(read(arena, back, n * 8)).toEqual(read(arena, src, n * 8));
        const answers: unknown[] = [runs, read(arena, lengths, runs * 2), read(arena, out, runs * 8)];
        const narrow = region.allocZero(runs * 4);
        k.narrow_i64_u32(out, runs, -5n, narrow);
        k.expand_runs_u32(lengths, narrow, runs, back);
        answers.push(read(arena, back, n * 4));
        k.narrow_i64_u16(out, runs, -5n, narrow);
        k.expand_runs_u16(lengths, narrow, runs, back);
        answers.push(read(arena, back, n * 2));
        k.narrow_i64_u8(out, runs, -5n, narrow);
        k.expand_runs_u8(lengths, narrow, runs, back);
        answers.push(read(arena, back, n));
        return answers;
      });
    });
  });

  it('come back from units', () => {
    const wide = fc.tuple(fc.bigInt({ min: 1n, max: 1n << 40n }), integers(0n, (1n << 20n) - 1n));
    check(wide, ([factor, multiples]) => {
      const base = -(1n << 62n);
      const values = multiples.map((m) => base + m * factor);
      agree((k, arena, region) => {
        const n = values.length;
        const src = putI64(arena, region, values);
        const unit = k.unit_i64(src, n, base);
        const differences = values.map((v) => v - base);
        // The greatest common divisor, by Euclid.
        const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
        expect(unit).toBe(differences.reduce(gcd, 0n));
        if (unit === 0n) return [];
        const divided = region.alloc(n * 8);
        k.divide_i64(src, n, base, unit, divided);
        const answer = read(arena, divided, n * 8);
        k.apply_unit_i64(divided, n, unit, base);
        expect([...arena.i64.subarray(divided >>> 3, (divided >>> 3) + n)]).toEqual(values);
        const narrow = region.alloc(n * 4 + 4);
        arena.u32.set(
          multiples.map((m) => Number(m & 0xffn)),
          narrow >>> 2,
        );
        k.apply_unit_u32(narrow, n, 60_000);
        return [answer, read(arena, narrow, n * 4)];
      });
    });
  });

  it('come back from stretches with bits of their own, and from differences', () => {
    const near = fc.tuple(fc.bigInt({ min: -(1n << 63n), max: 1n << 62n }), fc.integer({ min: 0, max: 62 }));
    const stretches = fc.array(fc.tuple(near, fc.integer({ min: 1, max: 1500 })), {
      minLength: 1,
      maxLength: 4,
    });
    check(stretches, (shapes) => {
      const values = shapes.flatMap(([[low, bits], count]) =>
        Array.from({ length: count }, (_, i) =>
          BigInt.asIntN(64, low + BigInt.asUintN(bits, BigInt(i) * 0x9e3779b97f4a7c15n)),
        ),
      );
      agree((k, arena, region) => {
        const n = values.length;
        const src = putI64(arena, region, values);
        const packed = region.allocZero(n * 8 + 4096);
        const size = k.pack_local_i64(src, n, packed);
        expect(k.local_bytes_i64(src, n)).toBe(size);
        expect([0, 1, 9].map((more) => k.check_local(packed, size + more, n))).toEqual([1, 0, 0]);
        const out = region.alloc(n * 8);
        k.unpack_local_i64(packed, n, out);
        expect([...arena.i64.subarray(out >>> 3, (out >>> 3) + n)]).toEqual(values);
        const answer = [size, checksumOf(arena, packed, size)];
        k.deltas_i64(src, n, out + 8);
        answer.push(checksumOf(arena, out + 8, (n - 1) * 8));
        k.running_i64(out, n, values[0]);
        expect([...arena.i64.subarray(out >>> 3, (out >>> 3) + n)]).toEqual(values);
        arena.u8[packed + Math.ceil(n / 1024) * 8] = 60;
        return [...answer, k.check_local(packed, size, n), k.check_local(packed, 8, n)];
      });
    });
  });

  it('agree on the value most are, and on the others', () => {
    check(fc.tuple(integers(-3n, 3n), integers()), ([many, others]) => {
      const values = [...many, ...many.map(() => 9n), 9n, ...others.slice(0, 3)];
      agree((k, arena, region) => {
        const n = values.length;
        const src = putI64(arena, region, values);
        const most = k.majority_u64(src, n);
        const positions = region.allocZero(n * 2);
        const count = k.positions_unlike_u64(src, n, most, positions);
        expect(values.filter((value) => value !== most)).toHaveLength(count);
        const answers: unknown[] = [most, count, read(arena, positions, count * 2)];
        for (const [width, scatter] of [
          [1, k.scatter_u8],
          [2, k.scatter_u16],
          [4, k.scatter_u32],
        ] as const) {
          const out = region.allocZero(n * width);
          scatter(positions, src, count, out);
          answers.push(read(arena, out, n * width));
        }
        answers.push(
          k.below_u16(positions, count, n),
          k.below_u16(positions, count, Math.max(0, n - 5)),
          k.below_u16(positions, 0, 0),
        );
        return [...answers, k.rows_of_runs(positions, count)];
      });
    });
  });

  it('of 32-bit floats are their bits', () => {
    check(fc.array(fc.double(), { minLength: 1, maxLength: 50 }), (values) => {
      agree((k, arena, region) => {
        const src = region.alloc(values.length * 8);
        arena.f64.set(values, src >>> 3);
        const out = region.alloc(values.length * 8);
        k.float_bits_i64(src, values.length, out);
        const expected = new Uint32Array(Float32Array.from(values).buffer);
        expect([...arena.i64.subarray(out >>> 3, (out >>> 3) + values.length)]).toEqual(
          [...expected].map(BigInt),
        );
        return read(arena, out, values.length * 8);
      });
    });
  });

  it('agree on filling NULLs', () => {
    check(fc.tuple(integers(), mask(200)), ([values, valid]) => {
      const n = Math.min(values.length, valid.length);
      agree((k, arena, region) => {
        const data = putI64(arena, region, values);
        const nulls = k.fill_null_u64(data, put(arena, region, valid), n);
        return [nulls, read(arena, data, n * 8)];
      });
    });
  });
});

describe('floats and booleans', () => {
  it('come back from decimals, those that are none as they are', () => {
    const decimals = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 6 }));
    const value = fc.oneof(
      { weight: 6, arbitrary: decimals.map(([whole, digits]) => Number(`${whole}e-${digits}`)) },
      { weight: 1, arbitrary: fc.double() },
      { weight: 1, arbitrary: fc.constantFrom(-0, 0, Number.NaN, 1 / 3, 2 ** 51, 2 ** 53 + 2) },
    );
    check(
      fc.tuple(fc.integer({ min: 0, max: 7 }), fc.array(value, { minLength: 1, maxLength: 100 })),
      ([digits, values]) => {
        agree((k, arena, region) => {
          const n = values.length;
          const src = region.alloc(n * 8);
          arena.f64.set(values, src >>> 3);
          const whole = region.allocZero(n * 8);
          const positions = region.allocZero(n * 2);
          const misfits = k.whole_of_f64(src, n, 10 ** digits, whole, positions);
          const answer = [misfits, read(arena, whole, n * 8), read(arena, positions, misfits * 2)];
          const kept = region.alloc(misfits * 8 + 8);
          k.gather_u64(src, positions, misfits, kept);
          k.fraction_of_i64(whole, n, 10 ** digits);
          k.scatter_u64(positions, kept, misfits, whole);
          expect(read(arena, whole, n * 8)).toEqual(read(arena, src, n * 8));
          return answer;
        });
      },
    );
  });

  it('agree on statistics, sort keys and narrowing', () => {
    check(fc.array(fc.double(), { minLength: 1, maxLength: 100 }), (values) => {
      agree((k, arena, region) => {
        const n = values.length;
        const src = region.alloc(n * 8);
        arena.f64.set(values, src >>> 3);
        const out = region.allocZero(n * 8 + 24);
        k.stat_f64(src, n, out);
        const stats = read(arena, out, 24);
        k.narrow_f64_f32(src, n, out);
        const narrow = [...arena.f32.slice(out >>> 2, (out >>> 2) + n)];
        k.key_of_f64(src, n, out);
        return [stats, narrow, read(arena, out, n * 8)];
      });
    });
  });

  it('sort keys keep the order of floats', () => {
    const ordered = [-Infinity, -1.5, -5e-324, 0, 5e-324, 1, 2, Infinity, NaN];
    agree((k, arena, region) => {
      const src = region.alloc(ordered.length * 8);
      arena.f64.set(ordered, src >>> 3);
      const out = region.alloc(ordered.length * 8);
      k.key_of_f64(src, ordered.length, out);
      const keys = [...arena.i64.slice(out >>> 3, (out >>> 3) + ordered.length)];
      expect([...keys].sort((a, b) => (a < b ? -1 : 1))).toEqual(keys);
      return keys;
    });
  });

  it('come back from bits', () => {
    check(mask(), (values) => {
      agree((k, arena, region) => {
        const src = put(arena, region, values);
        const packed = region.allocZero(values.length + 16);
        const ones = k.pack_bools(src, values.length, packed);
        const out = region.alloc(values.length);
        k.unpack_bools(packed, values.length, out);
        expect(read(arena, out, values.length)).toEqual(values);
        const set = region.allocZero(values.length);
        k.mask_set_bits(packed, values.length, set);
        expect(read(arena, set, values.length)).toEqual(values);
        return [ones, read(arena, packed, Math.ceil(values.length / 8))];
      });
    });
  });
});

describe('LZ4', () => {
  const repetitive = fc
    .array(fc.constantFrom('http://', 'example.com/', 'a', 'bb', '?x=1', '\u0000\u0000\u0000\u0000'), {
      maxLength: 400,
    })
    .map((parts) => new TextEncoder().encode(parts.join('')));

  it('comes back, whoever wrote and whoever reads it', () => {
    for (const arbitrary of [repetitive, bytes(1000)]) {
      check(arbitrary, (input) => {
        const blocks = sides.map(({ arena, kernels }) => {
          const region = new Region(arena, arena.openOwner());
          const out = region.alloc(input.length * 2 + 64);
          const size = kernels.encode_lz4(put(arena, region, input), input.length, region.alloc(32768), out);
          const block = arena.u8.slice(out, out + size);
          region.free();
          return block;
        });
        for (const block of blocks) {
          agree((k, arena, region) => {
            const out = region.alloc(input.length + 1);
            const size = k.decode_lz4(put(arena, region, block), block.length, out, input.length);
            expect(size).toBe(input.length);
            expect(read(arena, out, size)).toEqual([...input]);
            const tight = Math.max(0, input.length - 1);
            if (input.length > 0)
              expect(k.decode_lz4(put(arena, region, block), block.length, out, tight)).toBe(-1);
            return size;
          });
        }
      });
    }
  });

  it('refuses or survives damaged blocks alike', () => {
    check(bytes(200), (input) => {
      agree((k, arena, region) => {
        const out = region.allocZero(1024);
        return k.decode_lz4(put(arena, region, input), input.length, out, 1000);
      });
    });
  });
});

describe('strings', () => {
  const strings = fc.array(
    fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('', 'a', 'abcdefgh', 'abcdefghi')),
    {
      minLength: 1,
      maxLength: 120,
    },
  );

  it('get equal codes, in order of first appearance', () => {
    check(fc.tuple(strings, mask(120)), ([values, valid]) => {
      const n = Math.min(values.length, valid.length);
      const codes = agree((k, arena, region) => {
        const state = region.allocZero(32);
        const limit = 128;
        arena.u32.set(
          [region.allocZero(256 * 4), 255, region.alloc(limit * 8), region.alloc(limit * 4), 0, limit, 0, 99],
          state >>> 2,
        );
        const out = region.alloc(n * 4);
        const done = k.dict_insert_refs(
          state,
          putRefs(arena, region, values),
          put(arena, region, valid),
          n,
          out,
        );
        expect(done).toBe(n);
        arena.u32.fill(0, arena.u32[state >>> 2] >>> 2, (arena.u32[state >>> 2] >>> 2) + 256);
        k.dict_rehash(state);
        const again = region.alloc(n * 4);
        k.dict_insert_refs(state, putRefs(arena, region, values), put(arena, region, valid), n, again);
        expect(read(arena, again, n * 4)).toEqual(read(arena, out, n * 4));
        return [...arena.u32.slice(out >>> 2, (out >>> 2) + n)];
      });
      const seen = new Map<string, number>();
      const expected = values.slice(0, n).map((value, i) => {
        if (valid[i] === 0) return 0;
        if (!seen.has(value)) seen.set(value, seen.size + 1);
        return seen.get(value);
      });
      expect(codes).toEqual(expected);
    });
  });

  it('sort by bytes', () => {
    check(strings, (values) => {
      const n = values.length;
      const ranks = agree((k, arena, region) => {
        const refs = putRefs(arena, region, values);
        let records = region.alloc(n * 16);
        let other = region.alloc(n * 16);
        k.sort_records_refs(refs, n, records);
        k.sort_groups_refs(refs, records, n);
        for (let width = 16; width < n; width *= 2) {
          k.sort_merge_refs(refs, records, n, width, other);
          [records, other] = [other, records];
        }
        const out = region.alloc(n * 4);
        k.sort_ranks_refs(refs, records, n, out);
        return [...arena.u32.slice(out >>> 2, (out >>> 2) + n)];
      });
      const encode = (s: string) => Buffer.from(s, 'utf8');
      const distinct = [...new Set(values)].sort((a, b) => Buffer.compare(encode(a), encode(b)));
      expect(ranks).toEqual(values.map((v) => distinct.indexOf(v) + 1));
    });
  });

  it('agree on lengths, bytes and NULLs', () => {
    check(fc.tuple(strings, mask(120)), ([values, valid]) => {
      const n = Math.min(values.length, valid.length);
      agree((k, arena, region) => {
        const refs = putRefs(arena, region, values);
        const nulls = k.clear_null_refs(refs, put(arena, region, valid), n);
        const lengths = region.alloc(n * 8);
        k.refs_lengths_i64(refs, n, lengths);
        const out = region.allocZero(4096);
        const total = k.refs_concat(refs, n, out);
        const narrow = region.alloc(n * 4);
        k.narrow_i64_u8(lengths, n, 0n, narrow);
        const offsets = region.alloc(n * 4 + 4);
        expect(k.offsets_of_lengths_u8(narrow, n, offsets)).toBe(total);
        k.narrow_i64_u16(lengths, n, 0n, narrow);
        expect(k.offsets_of_lengths_u16(narrow, n, offsets)).toBe(total);
        k.narrow_i64_u32(lengths, n, 0n, narrow);
        expect(k.offsets_of_lengths_u32(narrow, n, offsets)).toBe(total);
        return [nulls, read(arena, out, total), read(arena, offsets, n * 4 + 4)];
      });
    });
  });

  it('agree on looking up codes and grouping their rows', () => {
    check(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 150 }), (codes) => {
      const n = codes.length;
      agree((k, arena, region) => {
        const map = region.alloc(40);
        arena.u32.set([5, 3, 9, 1, 0, 2, 4, 6, 7, 8], map >>> 2);
        const src = region.alloc(n * 4);
        const out = region.alloc(n * 4);
        arena.u8.set(codes, src);
        k.remap_u8_u32(src, n, map, out);
        const answers: unknown[] = [read(arena, out, n * 4)];
        arena.u16.set(codes, src >>> 1);
        k.remap_u16_u32(src, n, map, out);
        answers.push(read(arena, out, n * 4));
        arena.u32.set(codes, src >>> 2);
        k.remap_u32_u32(src, n, map, out);
        answers.push(read(arena, out, n * 4));
        const starts = region.alloc(44);
        const positions = region.alloc(n * 2);
        k.group_positions_i64(putI64(arena, region, codes.map(BigInt)), n, 10, starts, positions);
        const set = region.allocZero(n);
        k.mask_set_positions(positions, arena.u32[(starts >>> 2) + 5], set);
        answers.push(read(arena, starts, 44), read(arena, positions, n * 2), read(arena, set, n));
        return answers;
      });
    });
  });
});

describe('row order', () => {
  it('sorts by packed keys, stably, and gathers by the order', () => {
    check(fc.tuple(integers(0n, 500n), fc.integer({ min: 0, max: 40 })), ([values, shift]) => {
      const n = values.length;
      agree((k, arena, region) => {
        const src = putI64(arena, region, values);
        let keys = region.allocZero(n * 8);
        k.key_pack_i64(src, n, -3n, shift, keys);
        let rows = region.alloc(n * 4);
        k.fill_rows_u32(1, n, rows);
        let [keys2, rows2] = [region.alloc(n * 8), region.alloc(n * 4)];
        const counts = region.alloc(1024);
        const before = k.key_sorted_u64(keys, n);
        for (let bit = 0; bit < 64; bit += 8) {
          if (k.sort_pass_u64(keys, rows, n, bit, counts, keys2, rows2) === 0) continue;
          [keys, keys2, rows, rows2] = [keys2, keys, rows2, rows];
        }
        expect(k.key_sorted_u64(keys, n)).toBe(1);
        const pages = region.alloc(16);
        arena.u32[(pages >>> 2) + 1] = src;
        const out = region.alloc(n * 8);
        k.gather_pages_u64(pages, rows, n, out);
        const sorted = [...arena.i64.slice(out >>> 3, (out >>> 3) + n)];
        expect(sorted).toEqual([...values].sort((a, b) => Number(a - b)));
        k.gather_pages_u32(pages, rows, n, out);
        const fours = read(arena, out, n * 4);
        k.gather_pages_u8(pages, rows, n, out);
        return [before, [...arena.u32.slice(rows >>> 2, (rows >>> 2) + n)], fours, read(arena, out, n)];
      });
    });
  });

  it('agrees on NULL keys', () => {
    check(fc.tuple(integers(), mask(200)), ([values, valid]) => {
      const n = Math.min(values.length, valid.length);
      agree((k, arena, region) => {
        const data = putI64(arena, region, values);
        k.key_null_i64(data, put(arena, region, valid), n, -9n);
        return read(arena, data, n * 8);
      });
    });
  });
});

describe('merging sorted inputs', () => {
  const keys = fc.tuple(fc.bigInt({ min: 0n, max: 6n }), fc.string({ maxLength: 3 }));
  const order = (a: readonly [bigint, string], b: readonly [bigint, string]): number =>
    Number(a[0] - b[0]) || Buffer.compare(Buffer.from(a[1]), Buffer.from(b[1]));
  const inputs = fc
    .array(fc.array(keys, { maxLength: 40 }), { minLength: 1, maxLength: 9 })
    .map((lists) => lists.map((rows) => rows.sort(order)));

  it('gives the order, equal rows by input, and every column in it', () => {
    check(fc.tuple(inputs, fc.integer({ min: 1, max: 50 })), ([lists, step]) => {
      const expected = lists
        .flatMap((rows, input) => rows.map((row) => ({ row, input })))
        .sort((a, b) => order(a.row, b.row) || a.input - b.input);
      agree((k, arena, region) => {
        const words = (count: number): number => region.allocZero(Math.max(4, count * 4));
        const [records, heap, kinds] = [
          words(lists.length * 3),
          words(lists.length),
          put(arena, region, [0, 1]),
        ];
        const [left, numberHeads, flagHeads] = [0, 0, 0].map(() => words(lists.length));
        lists.forEach((rows, i) => {
          const columns = words(2);
          const numbers = putI64(arena, region, [...rows.map(([n]) => n), 0n]);
          arena.u32.set([numbers, putRefs(arena, region, [...rows.map(([, s]) => s), ''])], columns >>> 2);
          arena.u32.set([columns, 0, rows.length], (records >>> 2) + i * 3);
          arena.u32[(left >>> 2) + i] = rows.length;
          arena.u32[(numberHeads >>> 2) + i] = numbers;
          arena.u32[(flagHeads >>> 2) + i] = put(arena, region, [...rows.map((_, row) => row), 0]);
        });
        const total = expected.length;
        const out = region.allocZero(total + 64);
        let done = 0;
        while (done < total) {
          const rows = k.merge_order(
            records,
            lists.length,
            kinds,
            2,
            heap,
            Math.min(step, total - done),
            out + done,
          );
          expect(rows).toBeGreaterThan(0);
          done += rows;
        }
        expect(k.merge_order(records, lists.length, kinds, 2, heap, 1, out + done)).toBe(0);
        expect(read(arena, out, total)).toEqual(expected.map(({ input }) => input));
        expect(k.merge_span(out, total, left)).toBe(total);
        if (total > 0) expect(k.merge_span(out, 1, left)).toBe(0);
        const numbers = region.alloc(total * 8 + 8);
        k.merge_take_u64(out, total, numberHeads, numbers);
        expect([...arena.i64.slice(numbers >>> 3, (numbers >>> 3) + total)]).toEqual(
          expected.map(({ row }) => row[0]),
        );
        const flags = region.alloc(total + 8);
        k.merge_take_u8(out, total, flagHeads, flags);
        return [
          read(arena, flags, total),
          [...arena.u32.slice(numberHeads >>> 2, (numberHeads >>> 2) + lists.length)],
        ];
      });
    });
  });

  it('gives distinct strings once, and where each entry went', () => {
    const dictionaries = fc.array(fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 30 }), {
      minLength: 1,
    });
    const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
    check(dictionaries, (lists) => {
      for (const list of lists) list.sort(byBytes);
      const distinct = [...new Set(lists.flat())].sort(byBytes);
      agree((k, arena, region) => {
        const total = lists.flat().length;
        const [records, heads, maps] = [3, 1, 1].map((n) => region.allocZero(lists.length * n * 4));
        const places = lists.map((list, i) => {
          const refs = putRefs(arena, region, [...list, '']);
          const place = region.allocZero(list.length * 4 + 4);
          arena.u32.set(
            [put(arena, region, [...new Uint8Array(new Uint32Array([refs]).buffer)]), 0, list.length],
            (records >>> 2) + i * 3,
          );
          arena.u32[(heads >>> 2) + i] = refs;
          arena.u32[(maps >>> 2) + i] = place;
          return place;
        });
        const order = region.alloc(total + 8);
        const kinds = put(arena, region, [1]);
        const heap = region.alloc(lists.length * 4);
        let done = 0;
        while (done < total)
          done += k.merge_order(records, lists.length, kinds, 1, heap, total - done, order + done);
        const out = region.allocZero(total * 8 + 8);
        const half = total >> 1;
        const some = k.merge_distinct_refs(order, half, heads, maps, out, 1);
        const count = k.merge_distinct_refs(order + half, total - half, heads, maps, out, some);
        expect(count).toBe(distinct.length + 1);
        lists.forEach((list, i) => {
          const found = [...arena.u32.slice(places[i] >>> 2, (places[i] >>> 2) + list.length)];
          expect(found).toEqual(list.map((s) => distinct.indexOf(s) + 1));
        });
        return count;
      });
    });
  });
});

describe('symbols', () => {
  const symbol = fc.uint8Array({ minLength: 1, maxLength: 8 });
  const letters = fc.array(fc.constantFrom(0, 97, 98, 99, 255), { minLength: 0, maxLength: 300 });

  /** As a matcher says it: by two bytes, and in slots by a hash of three. */
  function matcherOf(arena: Arena, region: Region, symbols: readonly Uint8Array[]): number {
    const matcher = region.alloc(131072 + 2048 * 16);
    const pairs = matcher >>> 1;
    arena.u16.fill(255 | (1 << 8) | (1 << 15), pairs, pairs + 65536);
    for (let slot = 0; slot < 2048; slot++) {
      const at = matcher + 131072 + slot * 16;
      arena.u8.fill(255, at, at + 8);
      arena.u8.set([0, 0, 63], at + 8);
    }
    symbols.forEach((bytes, code) => {
      if (bytes.length > 2) {
        const hash = Math.imul(bytes[0] | (bytes[1] << 8) | (bytes[2] << 16), 2971215073) >>> 21;
        const at = matcher + 131072 + hash * 16;
        arena.u8.fill(0, at, at + 16);
        arena.u8.set(bytes, at);
        arena.u8.set([code, bytes.length, 64 - bytes.length * 8], at + 8);
      } else if (bytes.length === 2) arena.u16[pairs + bytes[0] + bytes[1] * 256] = code | (2 << 8);
      else
        for (let second = 0; second < 256; second++) {
          const at = pairs + bytes[0] + second * 256;
          if (((arena.u16[at] >> 8) & 3) < 2) arena.u16[at] = code | (1 << 8);
        }
    });
    return matcher;
  }

  const word = fc
    .array(fc.constantFrom(0, 97, 98, 255), { minLength: 1, maxLength: 8 })
    .map((w) => Uint8Array.from(w));
  it('take texts there and back', () => {
    check(fc.tuple(fc.array(fc.oneof(word, symbol), { maxLength: 60 }), letters), ([symbols, text]) => {
      agree((k, arena, region) => {
        const src = put(arena, region, text);
        // What lies behind the text is not looked at.
        arena.u8.fill(97, src + text.length, src + text.length + 8);
        const codes = region.allocZero(text.length * 2 + 16);
        const size = k.encode_symbols(src, text.length, matcherOf(arena, region, symbols), codes);
        const table = region.allocZero(2048 + 256);
        symbols.forEach((bytes, code) => {
          arena.u8.set(bytes, table + code * 8);
          arena.u8[table + 2048 + code] = bytes.length;
        });
        const out = region.allocZero(text.length + 16);
        expect(k.decode_symbols(codes, size, table, out, text.length)).toBe(text.length);
        expect(read(arena, out, text.length + 8)).toEqual([...text, ...Array<number>(8).fill(0)]);
        return [
          read(arena, codes, size),
          k.decode_symbols(codes, size, table, out, Math.max(0, text.length - 1)),
          k.decode_symbols(put(arena, region, [255]), 1, table, out, 8),
        ];
      });
    });
  });

  it('of any codes are read within bounds', () => {
    check(fc.tuple(bytes(), bytes(2304), fc.integer({ min: 0, max: 400 })), ([codes, symbols, size]) => {
      agree((k, arena, region) => {
        const table = region.allocZero(2304);
        arena.u8.set(symbols, table);
        for (let code = 0; code < 256; code++) arena.u8[table + 2048 + code] %= 9;
        const out = region.allocZero(size + 16);
        const written = k.decode_symbols(put(arena, region, codes), codes.length, table, out, size);
        expect(read(arena, out + size, 16)).toEqual(Array(16).fill(0));
        return written < 0 ? written : [written, read(arena, out, written)];
      });
    });
  });
});
