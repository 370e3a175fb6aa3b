import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Kernels, loadKernels } from '../../engine/kernel/load.ts';
import { referenceKernels } from '../../engine/kernel/ref/index.ts';
import { Arena, PAGE_BYTES } from '../../engine/memory/arena.ts';
import { effort } from '../effort.ts';

/**
 * Compiled kernels against their TypeScript twins: the same inputs, on lengths around every SIMD width, with NaN,
 * infinities, extremes of every integer width and NULLs, must leave the same bytes and answer the same number.
 */
const arena = Arena.create();
const compiled = loadKernels(arena);
const reference = referenceKernels(arena);
const owner = arena.openOwner();
const base = arena.takePages(96, owner) * PAGE_BYTES;
/** Inputs of one kernel call; each has room for 64 rows of 8 bytes. */
const at = (i: number): number => base + 4096 + i * 1024;
const OUT = base + 512 * 1024;
const OUT_BYTES = 8192;

const interesting64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 255n, 65535n, 4294967295n),
  fc.bigInt({ min: -20n, max: 20n }),
);
const interestingFloat = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.5),
);
const length = fc.integer({ min: 0, max: 40 });
const random = fc.record({
  n: length,
  words: fc.array(interesting64, { minLength: 64, maxLength: 64 }),
  more: fc.array(interesting64, { minLength: 64, maxLength: 64 }),
  floats: fc.array(interestingFloat, { minLength: 64, maxLength: 64 }),
  moreFloats: fc.array(interestingFloat, { minLength: 64, maxLength: 64 }),
  bits: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 64, maxLength: 64 }),
  moreBits: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 64, maxLength: 64 }),
  small: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 64, maxLength: 64 }),
  low: interesting64,
  high: interesting64,
  flag: fc.integer({ min: 0, max: 1 }),
  op: fc.integer({ min: 0, max: 5 }),
});
type Case = typeof random extends fc.Arbitrary<infer T> ? T : never;

// Where inputs lie.
const W = at(0);
const M = at(1);
const F = at(2);
const G = at(3);
const B = at(4);
const C = at(5);
const GIDS = at(6);
const SEL = at(7);
const REFS = at(8);
const TEXT = at(12);
const OFFSETS = at(16);

function place(c: Case): void {
  arena.u8.fill(0, OUT, OUT + OUT_BYTES);
  for (let i = 0; i < 64; i++) {
    arena.i64[W / 8 + i] = c.words[i];
    arena.i64[M / 8 + i] = c.more[i];
    arena.f64[F / 8 + i] = c.floats[i];
    arena.f64[G / 8 + i] = c.moreFloats[i];
    arena.u8[B + i] = c.bits[i];
    arena.u8[C + i] = c.moreBits[i];
    arena.u32[GIDS / 4 + i] = c.small[i];
    arena.u16[SEL / 2 + i] = c.small[i] * 3;
    // Texts over a two-letter alphabet, so that equal and nearly equal ones are common.
    const length = (c.small[i] * 5) % 23;
    const start = TEXT + (c.small[63 - i] % 4) * 7;
    arena.u32[REFS / 4 + 2 * i] = start;
    arena.u32[REFS / 4 + 2 * i + 1] = length;
    arena.u32[OFFSETS / 4 + i] = i * 3;
  }
  for (let i = 0; i < 256; i++) arena.u8[TEXT + i] = 97 + c.bits[i % 64];
}

/** Bytes of every sort in the place of the two letters: signs, digits, characters of several bytes, whole and cut. */
function mixedText(c: Case): void {
  const bytes = [
    0x20, 0x61, 0x5a, 0x39, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0x2d, 0x5f, 0x40,
  ];
  for (let i = 0; i < 256; i++) arena.u8[TEXT + i] = bytes[(c.small[i % 64] * 2 + c.bits[i % 64] + i) % 16];
}

const lohi = (c: Case, bits: bigint): [number, number] => {
  const a = BigInt.asUintN(Number(bits), c.low);
  const b = BigInt.asUintN(Number(bits), c.high);
  return a < b ? [Number(a), Number(b)] : [Number(b), Number(a)];
};
/** Base, least and last of a bitmap in `M`, which some values are within, as bytes or as words. */
const bitsAt = (c: Case): [base: bigint, least: bigint, last: number, bits: number] => {
  const near = c.flag === 1 ? BigInt(c.op) : arena.i64[W / 8] - 3n;
  return [c.low, BigInt.asIntN(64, c.low + near), 400 * c.op + 13, M];
};

/** A set of one of the two letters that texts have. */
const trimmed = (c: Case): number => {
  const set = OUT + OUT_BYTES - 256;
  arena.u8[set + 97 + c.flag] = 1;
  return set;
};

type Call = (k: Kernels, c: Case) => unknown;
const valid = (c: Case): number => (c.flag === 1 ? B : 0);

/** Two key columns: small words, then strings. */
function rowKeys(c: Case): { columns: number; kinds: number } {
  const columns = OUT + 6144;
  const kinds = OUT + 6160;
  arena.u32.set([GIDS, REFS], columns / 4);
  arena.u8.set([0, 1 + c.flag], kinds);
  return { columns, kinds };
}

const JOIN = OUT + 4096;
/** A join table over one page of rows with two key words, small ones and strings; at most 40 of 128 slots are used. */
function joinTable(k: Kernels, c: Case): { insert: number; find: (heads: number) => void } {
  const [keys, pages, kinds, tables] = [JOIN, JOIN + 16, JOIN + 32, JOIN + 48];
  const [pageTables, links, words] = [JOIN + 64, JOIN + 512, JOIN + 1024];
  for (let i = 0; i < 40; i++) arena.u64[words / 8 + i] = BigInt(c.small[i] % 3);
  arena.u32.set([words, REFS], keys / 4);
  arena.u32.set([pageTables, pageTables + 16], pages / 4);
  arena.u32.set([words, 0, 0, 0, REFS, 0, 0, 0, links], pageTables / 4);
  arena.u8.set([0, 1], kinds);
  arena.u32.set([OUT, 127], tables / 4);
  reference.hash_u64(words, 40, 5n, M);
  reference.widen_u32_u64(M, 40, links);
  const nulls = c.flag === 1 ? words : 0;
  const insert = k.join_insert(OUT, 127, 0, c.n, keys, links, nulls, pages, kinds, 2);
  return {
    insert,
    find: (heads) => k.join_find(tables, 0, M, keys, nulls, c.n, pages, kinds, 2, heads),
  };
}

const PICK = OUT + 1024;
/** The rows of {@link joinTable} by groups: counts, representatives, words and numbers, and runs of 16 bytes behind each other. */
function pickTable(k: Kernels, c: Case) {
  const [reps, words, rows, runs] = [PICK + 512, PICK + 768, PICK + 1152, PICK + 1408];
  const [keys, pages, kinds, links] = [JOIN, JOIN + 16, JOIN + 32, JOIN + 96];
  const find = joinTable(reference, { ...c, n: 0 }).find;
  const nulls = c.flag === 1 ? JOIN + 1024 : 0;
  const group = k.join_group(OUT, 127, 0, c.n, keys, nulls, pages, kinds, 2, links, 0, reps);
  const near = c.op === 0 ? 0 : SEL;
  const candidates = k.join_candidates(0, c.n, near, valid(c), JOIN + 512, PICK, words, rows);
  return {
    group,
    candidates,
    find,
    runs: () => {
      k.join_starts(PICK, PICK + 256, group);
      k.join_runs(words, rows, candidates, links, PICK, PICK + 256, pages, kinds, 2, runs);
      k.join_link_runs(reps, PICK, PICK + 256, group, runs, links);
    },
  };
}

/** The rows in eight partitions by their small numbers, each with `op` rows and room for 48 words; order and counts are the twin's. */
function partitions(c: Case) {
  const [order, counts, rows, capacities, addresses] = [0, 1024, 2048, 3072, 4096].map((at) => OUT + at);
  reference.partition_order(GIDS, c.n, 0, counts, order);
  for (let p = 0; p < 8; p++) {
    arena.u32[rows / 4 + p] = c.op;
    arena.u32[capacities / 4 + p] = 48;
    arena.u32[addresses / 4 + p] = OUT + 5120 + p * 384;
  }
  return { order, counts, rows, capacities, addresses, before: c.flag * 4 };
}

const CALLS: Record<string, Call> = {
  mask_count: (k, c) => k.mask_count(B, c.n),
  mask_select: (k, c) => {
    const count = k.mask_select(B, c.n, OUT);
    // Past the answer a kernel may leave anything within n entries.
    arena.u8.fill(0, OUT + count * 2, OUT + c.n * 2);
    return count;
  },
  mask_and: (k, c) => k.mask_and(B, C, c.n, OUT),
  mask_or: (k, c) => k.mask_or(B, C, c.n, OUT),
  mask_not: (k, c) => k.mask_not(B, c.n, OUT),
  logic_and: (k, c) => k.logic_and(B, valid(c), C, C, c.n, OUT, OUT + 1024),
  logic_or: (k, c) => k.logic_or(B, valid(c), C, C, c.n, OUT, OUT + 1024),
  cmp_range_u8_vc: (k, c) => k.cmp_range_u8_vc(W, c.n, ...lohi(c, 8n), c.flag, OUT),
  cmp_range_u16_vc: (k, c) => k.cmp_range_u16_vc(W, c.n, ...lohi(c, 16n), c.flag, OUT),
  cmp_range_u32_vc: (k, c) => k.cmp_range_u32_vc(W, c.n, ...lohi(c, 32n), c.flag, OUT),
  cmp_range_i64_vc: (k, c) => {
    // One value as a range, now and then one that is there.
    const one = c.op % 2 === 0 ? arena.i64[W / 8] : c.low;
    return k.cmp_range_i64_vc(W, c.n, c.flag ? one : c.low, c.flag ? one : c.high, c.flag, OUT);
  },
  cmp_i64_vv: (k, c) => k.cmp_i64_vv(c.op, W, M, c.n, OUT),
  cmp_u64_vv: (k, c) => k.cmp_u64_vv(c.op, W, M, c.n, OUT),
  cmp_f64_vv: (k, c) => k.cmp_f64_vv(c.op, F, G, c.n, OUT),
  cmp_u8_vv: (k, c) => k.cmp_u8_vv(c.op, B, C, c.n, OUT),
  cmp_refs_vv: (k, c) => k.cmp_refs_vv(c.op, REFS, REFS + 8, c.n, OUT),
  cmp_le_u64_vc: (k, c) => k.cmp_le_u64_vc(W, c.n, c.low, OUT),
  lut_u8: (k, c) => k.lut_u8(B, c.n, W, OUT),
  lut_u16: (k, c) => k.lut_u16(SEL, c.n, W, OUT),
  lut_u32: (k, c) => k.lut_u32(GIDS, c.n, W, OUT),
  set_bits_i64: (k, c) => {
    // Distances from `least` below 2,048.
    for (let i = 0; i < c.n; i++) arena.i64[W / 8 + i] = (arena.i64[W / 8 + i] & 2047n) - 1000n;
    return k.set_bits_i64(W, valid(c) && M, c.n, -1000n, OUT);
  },
  in_bits_u8: (k, c) => k.in_bits_u8(W, c.n, ...bitsAt(c), OUT),
  in_bits_u16: (k, c) => k.in_bits_u16(W, c.n, ...bitsAt(c), OUT),
  in_bits_u32: (k, c) => k.in_bits_u32(W, c.n, ...bitsAt(c), OUT),
  in_bits_u64: (k, c) => k.in_bits_u64(W, c.n, ...bitsAt(c), OUT),
  widen_u8_i64: (k, c) => k.widen_u8_i64(W, c.n, c.low, OUT),
  widen_u16_i64: (k, c) => k.widen_u16_i64(W, c.n, c.low, OUT),
  widen_u32_i64: (k, c) => k.widen_u32_i64(W, c.n, c.low, OUT),
  widen_f32_f64: (k, c) => k.widen_f32_f64(SEL, c.n, OUT),
  widen_i64_f64: (k, c) => k.widen_i64_f64(W, c.n, OUT),
  fill_u64: (k, c) => k.fill_u64(c.n, c.low, OUT),
  series_i64: (k, c) => k.series_i64(c.n, c.low, c.high, OUT),
  random_bits: (k, c) => k.random_bits(W, c.n, c.op * 2, c.low, c.op * 9, OUT),
  gather_u8: (k, c) => k.gather_u8(W, SEL, c.n, OUT),
  gather_u16: (k, c) => k.gather_u16(W, SEL, c.n, OUT),
  gather_u32: (k, c) => k.gather_u32(W, SEL, c.n, OUT),
  gather_u64: (k, c) => k.gather_u64(W, SEL, c.n, OUT),
  take_u64_by_u8: (k, c) => k.take_u64_by_u8(W, B, c.n, OUT),
  take_u64_by_u16: (k, c) => k.take_u64_by_u16(W, SEL, c.n, OUT),
  take_u32_by_u8: (k, c) => k.take_u32_by_u8(W, B, c.n, OUT),
  take_u32_by_u16: (k, c) => k.take_u32_by_u16(W, SEL, c.n, OUT),
  take_u64_by_u32: (k, c) => k.take_u64_by_u32(W, GIDS, c.n, OUT),
  take_u64: (k, c) => k.take_u64(W, GIDS, c.n, OUT),
  take_u8_by_u32: (k, c) => k.take_u8_by_u32(W, GIDS, c.n, OUT),
  valid_of_u8: (k, c) => k.valid_of_u8(B, c.n, OUT),
  valid_of_u16: (k, c) => k.valid_of_u16(SEL, c.n, OUT),
  valid_of_u32: (k, c) => k.valid_of_u32(GIDS, c.n, OUT),
  valid_of_counts: (k, c) => k.valid_of_counts(W, c.n, OUT),
  valid_of_bit: (k, c) => k.valid_of_bit(W, c.n, c.op, OUT),
  null_bit_or: (k, c) => k.null_bit_or(B, c.n, c.op, OUT),
  zero_nulls_u64: (k, c) => k.zero_nulls_u64(W, B, c.n, OUT),
  widen_u8_u64: (k, c) => k.widen_u8_u64(B, c.n, OUT),
  widen_u32_u64: (k, c) => k.widen_u32_u64(W, c.n, OUT),
  narrow_u64_u32: (k, c) => k.narrow_u64_u32(W, c.n, OUT),
  narrow_u64_u8: (k, c) => k.narrow_u64_u8(W, c.n, OUT),
  normal_f64: (k, c) => k.normal_f64(F, c.n, OUT),
  refs_of_offsets: (k, c) => k.refs_of_offsets(OFFSETS, TEXT, c.n, OUT),
  refs_of_selected: (k, c) => k.refs_of_selected(OFFSETS, TEXT, SEL, c.n, OUT),
  eq_text_vc: (k, c) => {
    const from = arena.u32[OFFSETS / 4];
    return k.eq_text_vc(OFFSETS, TEXT, c.n, TEXT + from, c.op, c.flag, OUT);
  },
  empty_refs: (k, c) => k.empty_refs(REFS, c.n, c.flag, OUT),
  affix_refs: (k, c) => k.affix_refs(REFS, c.n, TEXT + c.op, c.small[2] % 4, c.flag, OUT),
  trim_refs: (k, c) => k.trim_refs(REFS, c.n, trimmed(c), 1 + (c.op % 3), OUT),
  concat_refs: (k, c) => {
    arena.u32.set([REFS, REFS + 8, REFS], OUT / 4 + 1000);
    return k.concat_refs(OUT + 4000, c.op % 4, c.n, OUT + 4096, OUT);
  },
  case_refs: (k, c) => k.case_refs(REFS, c.n, c.flag, OUT + 4096, OUT),
  reverse_refs: (k, c) => k.reverse_refs(REFS, c.n, OUT + 4096, OUT),
  digits_refs: (k, c) => k.digits_refs(W, c.n, c.flag, OUT + 1024, OUT),
  slice_refs: (k, c) =>
    k.slice_refs(REFS, c.n, c.small[0] * 3 - 5, c.flag, c.small[1] * 4 - 9, c.op & 1, c.op >> 1 && 1, OUT),
  char_lengths: (k, c) => k.char_lengths(REFS, c.n, OUT),
  byte_lengths: (k, c) => k.byte_lengths(REFS, c.n, OUT),
  refs_bytes: (k, c) => k.refs_bytes(REFS, c.n),
  refs_copy: (k, c) => k.refs_copy(REFS, c.n, OUT, OUT + 4096),
  refs_to_text: (k, c) => k.refs_to_text(REFS, c.n, OUT, OUT + 1024),
  arith_i64_vv: (k, c) => k.arith_i64_vv(c.op % 3, W, M, valid(c), c.n, OUT),
  arith_i128_vv: (k, c) => {
    // Some upper words are small, so that products fit.
    if (c.op > 2) for (let i = 0; i < 40; i++) arena.i64[M / 8 + i] = BigInt(c.small[i] - 3);
    return k.arith_i128_vv(c.op % 3, W, M, W, c.flag === 0 ? 0 : M, valid(c), c.n, OUT, OUT + 512);
  },
  beyond_i128: (k, c) => k.beyond_i128(W, M, valid(c), c.n, c.low, c.high),
  arith_f64_vv: (k, c) => k.arith_f64_vv(c.op % 4, F, G, c.n, OUT),
  divide_i64_vc: (k, c) => k.divide_i64_vc(W, c.n, BigInt(c.op) * 7n + 2n, c.flag, OUT),
  floor_i64_vc: (k, c) =>
    k.floor_i64_vc(GIDS, c.n, ((c.low < 0n ? -c.low : c.low) % 1000000n) + 1n, c.high % 1000n, OUT),
  floor_div_i64_vc: (k, c) =>
    k.floor_div_i64_vc(W, c.n, ((c.low < 0n ? -c.low : c.low) % 1000000n) + 1n, OUT),
  cycle_i64_vc: (k, c) => k.cycle_i64_vc(GIDS, c.n, c.high % 1000n, c.op + 1, OUT),
  hash_u64: (k, c) => k.hash_u64(W, c.n, c.low, OUT),
  hash_refs: (k, c) => k.hash_refs(REFS, c.n, c.low, OUT),
  compact_u64: (k, c) => k.compact_u64(W, B, c.n, OUT),
  distinct_u64: (k, c) => {
    for (let i = 0; i < c.n; i++) arena.u64[OUT / 8 + i] = BigInt(c.small[i]);
    arena.fill(OUT + OUT_BYTES, 512, 0);
    return k.distinct_u64(OUT, c.n, OUT + OUT_BYTES, 127);
  },
  bloom_hash_u64: (k, c) => k.bloom_hash_u64(W, c.n, c.low, OUT),
  text_hash_refs: (k, c) => k.text_hash_refs(c.op % 3, REFS, c.n, OUT),
  text_hash_words: (k, c) => k.text_hash_words(c.op % 3, W, 1 << (c.op % 4), c.n, OUT),
  text_hash_ints: (k, c) => k.text_hash_ints(W, 1 << (c.op % 4), c.n, OUT),
  text_hash_pairs: (k, c) => k.text_hash_pairs(c.op % 3, W, M, c.n, OUT),
  bloom_hash_refs: (k, c) => k.bloom_hash_refs(REFS, c.n, c.low, OUT),
  bloom_add: (k, c) => k.bloom_add(W, c.n, OUT, 8 + c.op * 999, 1 + c.op),
  bloom_has: (k, c) => {
    reference.bloom_add(W, c.n, OUT, 300, 1 + c.op);
    return k.bloom_has(c.flag === 0 ? W : M, c.flag === 0 ? c.n : 3, OUT, 300, 1 + c.op);
  },
  bloom_add_tokens: (k, c) => {
    mixedText(c);
    return k.bloom_add_tokens(REFS, c.n, c.low, OUT, 8 + c.op * 999, 1 + c.op);
  },
  bloom_add_ngrams: (k, c) => {
    mixedText(c);
    return k.bloom_add_ngrams(REFS, c.n, 1 + (c.op % 4), c.low, OUT, 8 + c.op * 999, 1 + c.flag);
  },
  range_refs: (k, c) => k.range_refs(REFS, 1 + c.n, OUT),
  hash_entries: (k, c) => k.hash_entries(OFFSETS, TEXT, c.n, c.low, OUT),
  hash_before: (k, c) => {
    arena.u8.copyWithin(OUT, M, M + 512);
    return k.hash_before(OUT, W, c.n);
  },
  hash_last: (k, c) => {
    arena.u8.copyWithin(OUT, M, M + 512);
    return k.hash_last(OUT, W, c.n);
  },
  hash_combine: (k, c) => {
    arena.u8.copyWithin(OUT, M, M + 512);
    return k.hash_combine(OUT, W, c.n);
  },
  sum_u8: (k, c) => k.sum_u8(W, c.n, OUT),
  sum_u16: (k, c) => k.sum_u16(W, c.n, OUT),
  sum_u32: (k, c) => k.sum_u32(W, c.n, OUT),
  sum_i64: (k, c) => k.sum_i64(W, valid(c), c.n, OUT),
  sum_f64: (k, c) => k.sum_f64(F, valid(c), c.n, OUT),
  ends_u8: (k, c) => k.ends_u8(W, c.n + 1, OUT),
  ends_u16: (k, c) => k.ends_u16(W, c.n + 1, OUT),
  ends_u32: (k, c) => k.ends_u32(W, c.n + 1, OUT),
  ends_i64: (k, c) => k.ends_i64(W, c.n + 1, OUT),
  agg_count_g: (k, c) => k.agg_count_g(GIDS, valid(c), c.n, OUT),
  agg_sum_i64_g: (k, c) => k.agg_sum_i64_g(GIDS, W, valid(c), c.n, OUT),
  agg_sum_halves_g: (k, c) => k.agg_sum_halves_g(c.flag, GIDS, W, valid(c), c.n, OUT, OUT + 512),
  agg_sum_i128_g: (k, c) => k.agg_sum_i128_g(GIDS, W, c.flag === 0 ? 0 : M, valid(c), c.n, OUT, OUT + 512),
  agg_sum_i256_g: (k, c) =>
    k.agg_sum_i256_g(GIDS, W, 8, valid(c), c.n, OUT, OUT + 512, OUT + 1024, OUT + 1536),
  sum_i128: (k, c) => k.sum_i128(W, c.n, OUT),
  unpack_words: (k, c) => {
    k.pack_i128(W, M, c.n, c.low, OUT + 1024, OUT);
    k.unpack_words(OUT, valid(c), c.n, 2, c.high, OUT + 1024 + 19 * 64);
  },
  pack_i128: (k, c) => k.pack_i128(W, c.flag === 0 ? 0 : M, c.n, c.low, OUT + 1024, OUT),
  agg_sum_f64_g: (k, c) => k.agg_sum_f64_g(GIDS, F, valid(c), c.n, OUT, OUT + 512),
  agg_sum_merge_f64_g: (k, c) => k.agg_sum_merge_f64_g(GIDS, F, G, c.n, OUT, OUT + 512),
  sum_of_parts_f64: (k, c) => k.sum_of_parts_f64(F, G, c.n, OUT),
  agg_min_i64_g: (k, c) => k.agg_min_i64_g(GIDS, W, valid(c), c.n, OUT, OUT + 512),
  agg_max_i64_g: (k, c) => k.agg_max_i64_g(GIDS, W, valid(c), c.n, OUT, OUT + 512),
  agg_min_u64_g: (k, c) => k.agg_min_u64_g(GIDS, W, valid(c), c.n, OUT, OUT + 512),
  agg_max_u64_g: (k, c) => k.agg_max_u64_g(GIDS, W, valid(c), c.n, OUT, OUT + 512),
  agg_min_f64_g: (k, c) => k.agg_min_f64_g(GIDS, F, valid(c), c.n, OUT, OUT + 512),
  agg_max_f64_g: (k, c) => k.agg_max_f64_g(GIDS, F, valid(c), c.n, OUT, OUT + 512),
  agg_min_str_g: (k, c) => k.agg_min_str_g(GIDS, REFS, valid(c), c.n, OUT, OUT + 512),
  agg_max_str_g: (k, c) => k.agg_max_str_g(GIDS, REFS, valid(c), c.n, OUT, OUT + 512),
  agg_any_g: (k, c) => k.agg_any_g(GIDS, W, valid(c), c.n, OUT, OUT + 512),
  agg_pick_g: (k, c) => k.agg_pick_g(c.flag, GIDS, W, M, valid(c), c.n, OUT, OUT + 512, OUT + 1024),
  agg_var_f64_g: (k, c) => k.agg_var_f64_g(GIDS, F, valid(c), c.n, OUT, OUT + 512, OUT + 1024),
  order_i64: (k, c) => k.order_i64(W, c.n, c.flag === 1 ? -1n : 0n, OUT),
  order_u64: (k, c) => k.order_u64(W, c.n, c.flag === 1 ? -1n : 0n, OUT),
  order_f64: (k, c) => k.order_f64(F, c.n, c.flag === 1 ? -1n : 0n, OUT),
  order_refs: (k, c) => k.order_refs(REFS, c.n, c.op * 4, c.flag === 1 ? -1n : 0n, OUT),
  rows_sorted: (k, c) => {
    const at = rowKeys(c);
    k.iota_u32(c.n, 0, OUT);
    k.rows_sort_groups(at.columns, at.kinds, 2, OUT, c.n);
    return k.rows_sorted(at.columns, at.kinds, 2, OUT, c.op > 2 ? Math.min(c.n, 16) : c.n);
  },
  rows_sort_groups: (k, c) => {
    const at = rowKeys(c);
    k.iota_u32(c.n, 0, OUT);
    k.rows_sort_groups(at.columns, at.kinds, 2, OUT, c.n);
  },
  rows_sort_merge: (k, c) => {
    const at = rowKeys(c);
    k.iota_u32(c.n, 0, OUT);
    k.rows_sort_groups(at.columns, at.kinds, 2, OUT, c.n);
    k.rows_sort_merge(at.columns, at.kinds, 2, OUT, c.n, 16, OUT + 1024);
    k.rows_sort_merge(at.columns, at.kinds, 2, OUT + 1024, c.n, 32, OUT);
    return k.rows_sorted(at.columns, at.kinds, 2, OUT, c.n);
  },
  rows_below: (k, c) => {
    const at = rowKeys(c);
    // Equal rows are in order, whatever the key.
    k.fill_u64(c.n, BigInt(c.small[0]), GIDS);
    k.fill_u64(c.n, c.more[1], REFS);
    arena.u8[at.kinds + 1] = 0;
    return k.rows_below(at.columns, at.kinds, 2, c.n, at.columns, c.n, c.flag);
  },
  differing_u64: (k, c) => k.differing_u64(c.flag === 1 ? W : GIDS, c.n),
  refs_common: (k, c) => k.refs_common(REFS, c.n),
  refs_keep: (k, c) => k.refs_keep(REFS, c.n, OUT, OUT + 4096),
  refs_move: (k, c) => {
    arena.u8.copyWithin(OUT, REFS, REFS + 512);
    arena.u64[OUT / 8 + 1] = 0n;
    return k.refs_move(OUT, c.n, 0xffffff00 + c.op);
  },
  take_u32: (k, c) => k.take_u32(W, GIDS, c.n, OUT),
  iota_u32: (k, c) => k.iota_u32(c.n, c.op, OUT),
  find_text: (k, c) => k.find_text(OFFSETS, TEXT, c.n, TEXT + 3, (c.op % 3) + 1, (c.op % 3) * c.flag, 0, OUT),
  find_refs: (k, c) => k.find_refs(REFS, c.n, TEXT + 3, (c.op % 3) + 1, (c.op % 3) * c.flag, 0, OUT),
  like_refs: (k, c) => {
    [257, 97 + c.flag, 256, 257, 98].forEach((token, i) => {
      arena.u16[(OUT + 4096) / 2 + i] = token;
    });
    return k.like_refs(REFS, c.n, OUT + 4096, c.op, OUT);
  },
  index_add_u8: (k, c) => k.index_add_u8(W, c.n, c.flag, 7, c.flag, OUT),
  index_add_u16: (k, c) => k.index_add_u16(W, c.n, c.flag, 7, c.flag, OUT),
  index_add_u32: (k, c) => k.index_add_u32(GIDS, c.n, c.flag, 7, c.flag, OUT),
  partition_order: (k, c) => k.partition_order(W, c.n, [24, 16, 8, 0][c.n % 4], OUT + 1024, OUT),
  partition_full: (k, c) => {
    const { counts, rows, capacities } = partitions(c);
    arena.u32.fill(c.op, capacities / 4, capacities / 4 + 8);
    return k.partition_full(counts, rows, capacities, OUT + 5120);
  },
  partition_append_u8: (k, c) => {
    const { order, counts, addresses, rows, capacities, before } = partitions(c);
    return k.partition_append_u8(W, c.low, order, counts, addresses, rows, capacities, before);
  },
  partition_append_u16: (k, c) => {
    const { order, counts, addresses, rows, capacities, before } = partitions(c);
    return k.partition_append_u16(W, c.low, order, counts, addresses, rows, capacities, before);
  },
  partition_append_u32: (k, c) => {
    const { order, counts, addresses, rows, capacities, before } = partitions(c);
    return k.partition_append_u32(W, c.low, order, counts, addresses, rows, capacities, before);
  },
  partition_append_u64: (k, c) => {
    const { order, counts, addresses, rows, capacities } = partitions(c);
    return k.partition_append_u64(W, order, counts, addresses, rows, capacities, 0);
  },
  partition_append_hash: (k, c) => {
    const { order, counts, addresses, rows, capacities, before } = partitions(c);
    return k.partition_append_hash(M, order, counts, addresses, rows, capacities, before);
  },
  partition_advance: (k, c) => {
    const { counts, rows } = partitions(c);
    return k.partition_advance(counts, rows);
  },
  join_insert: (k, c) => joinTable(k, c).insert,
  join_find: (k, c) => joinTable(k, c).find(OUT + 1024),
  join_grow: (k, c) => {
    joinTable(k, c);
    return k.join_grow(OUT, 128, OUT + 1024, 255);
  },
  join_filter_add: (k, c) => {
    joinTable(k, c);
    return k.join_filter_add(OUT, 128, OUT + 2048, 15);
  },
  join_filter_has: (k, c) => {
    joinTable(k, c);
    k.join_filter_add(OUT, 128, OUT + 2048, c.op);
    arena.u32.set([OUT + 2048, c.op, 0, 0], (OUT + 3072) / 4);
    return k.join_filter_has(OUT + 3072, c.flag, M, valid(c) && JOIN + 1024, c.n, OUT + 3088);
  },
  join_insert_dense: (k, c) => {
    joinTable(k, c);
    return k.join_insert_dense(OUT, 0n, c.op, c.n, JOIN + 1024, JOIN + 512, valid(c) && M);
  },
  join_find_dense: (k, c) => {
    joinTable(k, c);
    k.join_insert_dense(OUT, 0n, c.op, c.n, JOIN + 1024, JOIN + 512, 0);
    return k.join_find_dense(OUT, BigInt(c.flag), 1, JOIN + 1024, valid(c) && M, c.n, OUT + 1024);
  },
  join_group: (k, c) => pickTable(k, c).group,
  join_candidates: (k, c) => pickTable(k, c).candidates,
  join_starts: (k, c) => {
    pickTable(k, c);
    return k.join_starts(PICK, PICK + 256, 24);
  },
  join_runs: (k, c) => pickTable(k, c).runs(),
  join_link_runs: (k, c) => pickTable(k, c).runs(),
  join_nearest: (k, c) => {
    const table = pickTable(k, c);
    table.runs();
    table.find(PICK + 2560);
    return k.join_nearest(PICK + 2560, c.n, c.op === 0 ? 0 : SEL, valid(c), JOIN + 96, c.flag);
  },
  join_pairs: (k, c) => {
    joinTable(k, c).find(OUT + 1024);
    const state = OUT + 2048;
    const links = c.flag === 1 ? JOIN + 96 : 0;
    const first = k.join_pairs(state, OUT + 1024, c.n, links, 7, OUT + 2064, OUT + 2128);
    return [first, k.join_pairs(state, OUT + 1024, c.n, links, 400, OUT + 2192, OUT + 3072)];
  },
  join_mark: (k, c) => {
    joinTable(k, c);
    return k.join_mark(SEL, GIDS, c.n, OUT + 2048, JOIN + 96, c.flag);
  },
  join_unmatched: (k, c) => {
    joinTable(k, c);
    k.join_mark(SEL, GIDS, c.n, OUT + 2048, JOIN + 96, 1);
    return k.join_unmatched(JOIN + 512, c.op, c.n, c.flag, OUT + 2048);
  },
  join_take: (k, c) => {
    joinTable(k, c);
    return k.join_take(JOIN + 64, GIDS, c.n, OUT + 2048);
  },
  mask_of_u32: (k, c) => k.mask_of_u32(GIDS, c.n, OUT),
  group_upsert_u64: (k, c) => {
    const hashes = OUT + 2048;
    reference.hash_u64(GIDS, c.n, 5n, hashes);
    return k.group_upsert_u64(OUT, 127, hashes, GIDS, c.n, OUT + 4096, OUT + 5120, 0, OUT + 3072);
  },
  key_runs: (k, c) => {
    arena.u32.set([GIDS, REFS], (OUT + 4096) / 4);
    const runs = k.key_runs(OUT + 4096, 1 + (c.op % 2), c.n, c.op, OUT);
    // What lies beyond the runs asked for is nobody's business.
    arena.u8.fill(0, OUT + Math.min(runs, c.op + 1) * 4, OUT + 1024);
    return runs;
  },
  spread_u32: (k, c) => {
    [0, 3, 4].forEach((start, r) => {
      arena.u32[(OUT + 4096) / 4 + r] = start;
    });
    return k.spread_u32(GIDS, OUT + 4096, Math.min(3, c.n), Math.max(5, c.n), OUT);
  },
  group_upsert_ref: (k, c) => {
    const hashes = OUT + 2048;
    reference.hash_refs(REFS, c.n, 5n, hashes);
    return k.group_upsert_ref(OUT, 127, hashes, REFS, c.n, OUT + 4096, OUT + 5120, 0, OUT + 3072);
  },
  group_upsert_u64_u64: (k, c) => {
    const hashes = OUT + 2048;
    reference.hash_u64(GIDS, c.n, 5n, hashes);
    return k.group_upsert_u64_u64(
      OUT,
      127,
      hashes,
      GIDS,
      GIDS + 8,
      c.n,
      OUT + 4096,
      OUT + 5120,
      OUT + 6144,
      0,
      OUT + 3072,
    );
  },
  group_upsert_u64_ref: (k, c) => {
    const hashes = OUT + 2048;
    reference.hash_refs(REFS, c.n, 5n, hashes);
    return k.group_upsert_u64_ref(
      OUT,
      127,
      hashes,
      GIDS,
      REFS,
      c.n,
      OUT + 4096,
      OUT + 5120,
      OUT + 6144,
      0,
      OUT + 3072,
    );
  },
  group_upsert: (k, c) => {
    const hashes = OUT + 2048;
    reference.hash_refs(REFS, c.n, 5n, hashes);
    arena.u32.set([REFS], (OUT + 6144) / 4);
    arena.u32.set([OUT + 5120], (OUT + 6160) / 4);
    arena.u8[OUT + 6176] = 1;
    return k.group_upsert(
      OUT,
      127,
      hashes,
      OUT + 6144,
      OUT + 6176,
      1,
      c.n,
      OUT + 4096,
      OUT + 6160,
      0,
      OUT + 3072,
    );
  },
};

/** Which NaN an operation makes is the machine's choice. */
const FLOATS = /^(sum_f64|arith_f64_vv|agg_sum_f64_g|agg_sum_merge_f64_g|sum_of_parts_f64|agg_var_f64_g)$/;
function sameNaN(): void {
  for (let i = OUT / 8; i < (OUT + OUT_BYTES) / 8; i++) {
    if (Number.isNaN(arena.f64[i])) arena.u64[i] = 0x7ff8000000000000n;
  }
}

const bytesOut = (): string => Buffer.from(arena.u8.slice(OUT, OUT + OUT_BYTES)).toString('latin1');

describe('kernels and their twins', () => {
  beforeEach(() => arena.u8.fill(0, base, base + 4096));

  it('hashes of combined words can be taken apart again', () => {
    fc.assert(
      fc.property(random, (c) => {
        place(c);
        const hashes = [W, M, F].map((words, k) => {
          compiled.hash_u64(words, 40, c.low, OUT + k * 256);
          return Array.from(arena.u32.subarray((OUT + k * 256) / 4, (OUT + k * 256) / 4 + 40));
        });
        const now = (): number[] => Array.from(arena.u32.subarray(OUT / 4, OUT / 4 + 40));
        compiled.hash_combine(OUT, OUT + 256, 40);
        const two = now();
        compiled.hash_combine(OUT, OUT + 512, 40);
        compiled.hash_before(OUT, OUT + 512, 40);
        expect(now()).toEqual(two);
        compiled.hash_before(OUT, OUT + 256, 40);
        expect(now()).toEqual(hashes[0]);
        arena.u32.set(two, OUT / 4);
        arena.u32.set(hashes[0], (OUT + 1024) / 4);
        compiled.hash_last(OUT, OUT + 1024, 40);
        expect(now()).toEqual(hashes[1]);
      }),
    );
  });

  it('normal_f64 makes one NaN of all', () => {
    const bits = [0x7ff8000000000000n, 0xfff8000000000000n, 0x7ff0000000000001n, 0xffffffffffffffffn];
    for (const kernels of [reference, compiled]) {
      arena.u64.set(bits, F / 8);
      kernels.normal_f64(F, bits.length, OUT);
      expect([...arena.u64.subarray(OUT / 8, OUT / 8 + bits.length)]).toEqual(bits.map(() => bits[0]));
    }
  });

  it.each(Object.keys(CALLS))('%s', (name) => {
    fc.assert(
      fc.property(random, (c) => {
        place(c);
        const expected = CALLS[name](reference, c);
        if (FLOATS.test(name)) sameNaN();
        const expectedBytes = bytesOut();
        place(c);
        const answer = CALLS[name](compiled, c);
        if (FLOATS.test(name)) sameNaN();
        expect(answer).toEqual(expected);
        expect(bytesOut() === expectedBytes).toBe(true);
      }),
      { numRuns: effort(300, 120) },
    );
  });

  it('exist in pairs', () => {
    expect(
      Object.keys(compiled)
        .filter((name) => name !== 'memory')
        .sort(),
    ).toEqual(Object.keys(reference).sort());
  });
});
