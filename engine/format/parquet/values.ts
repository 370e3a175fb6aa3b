/**
 * The encodings of a page's values: bytes to dense values, NULLs left out, in the lane that the physical type has here.
 *
 *   lane   one value is
 *   i64    8 bytes            bool   1 byte
 *   f64    8 bytes            refs   8 bytes: address | length << 32
 *
 * Dense values lie in `region` or, for strings, point into the page; both must live until they have been placed.
 */

import type { Kernels } from '../../kernel/load.ts';
import type { Arena } from '../../memory/arena.ts';
import type { Region } from '../../memory/region.ts';
import type { Leaf, Physical } from './leaf.ts';

export type DenseLane = 'i64' | 'f64' | 'bool' | 'refs';

export type ValueWork = {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly region: Region;
  readonly leaf: Leaf;
  /** Ticks of the column that INT96 timestamps go into: 10^-precision seconds. */
  readonly int96Precision: number;
};

/** The values of a page do not hold what its header says. */
export class BadValues {
  readonly what: string;

  constructor(what: string) {
    this.what = what;
  }
}

export const ENCODING = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  deltaPacked: 5,
  deltaLength: 6,
  deltaStrings: 7,
  rleDictionary: 8,
  streamSplit: 9,
} as const;

/** Of the strings of one page that share their beginnings. */
const MAX_TEXT_BYTES = 1 << 30;

const RAW_BYTES: Record<Physical, number> = {
  BOOLEAN: 0,
  INT32: 4,
  INT64: 8,
  INT96: 12,
  FLOAT: 4,
  DOUBLE: 8,
  BYTE_ARRAY: 0,
  FIXED_LEN_BYTE_ARRAY: 0,
};

export const laneOfPhysical: Record<Physical, DenseLane> = {
  BOOLEAN: 'bool',
  INT32: 'i64',
  INT64: 'i64',
  INT96: 'i64',
  FLOAT: 'f64',
  DOUBLE: 'f64',
  BYTE_ARRAY: 'refs',
  FIXED_LEN_BYTE_ARRAY: 'refs',
};

type Decode = (work: ValueWork, from: number, bytes: number, n: number) => number;

/** Decoders by encoding; each answers the address of n dense values. @throws BadValues */
const DECODERS: Record<number, Decode> = {
  [ENCODING.plain]: decodePlain,
  [ENCODING.rle]: decodeRle,
  [ENCODING.deltaPacked]: decodeDelta,
  [ENCODING.deltaLength]: decodeLengths,
  [ENCODING.deltaStrings]: decodeFrontCoded,
  [ENCODING.streamSplit]: decodeStreams,
};

export const isDictionaryEncoding = (encoding: number): boolean =>
  encoding === ENCODING.plainDictionary || encoding === ENCODING.rleDictionary;

/** undefined: no such encoding for this physical type. */
export function valueDecoder({ physical }: Leaf, encoding: number): Decode | undefined {
  const isString = laneOfPhysical[physical] === 'refs';
  const fits: Record<number, boolean> = {
    [ENCODING.plain]: true,
    [ENCODING.rle]: physical === 'BOOLEAN',
    [ENCODING.deltaPacked]: physical === 'INT32' || physical === 'INT64',
    [ENCODING.deltaLength]: physical === 'BYTE_ARRAY',
    [ENCODING.deltaStrings]: isString,
    [ENCODING.streamSplit]: physical !== 'BYTE_ARRAY' && physical !== 'BOOLEAN' && physical !== 'INT96',
  };
  return fits[encoding] === true ? DECODERS[encoding] : undefined;
}

const need = (isThere: boolean, what: string): void => {
  if (!isThere) throw new BadValues(what);
};

const rawBytes = ({ leaf }: ValueWork): number =>
  leaf.physical === 'FIXED_LEN_BYTE_ARRAY' ? leaf.typeLength : RAW_BYTES[leaf.physical];

function decodePlain(work: ValueWork, from: number, bytes: number, n: number): number {
  const { kernels, region, leaf } = work;
  if (leaf.physical === 'BOOLEAN') {
    need(bytes * 8 >= n, `has ${bytes} bytes for ${n} booleans`);
    const out = region.alloc(n + 8);
    kernels.unpack_bools(from, n, out);
    return out;
  }
  if (leaf.physical === 'BYTE_ARRAY') {
    const refs = region.alloc(n * 8 + 8);
    need(kernels.plain_refs(from, bytes, n, refs) >= 0, `ends before its ${n} strings do`);
    return refs;
  }
  const width = rawBytes(work);
  need(n * width <= bytes, `has ${bytes} bytes for ${n} values of ${width} bytes`);
  return fromRaw(work, from, n);
}

/** Values of a fixed width one after another, at any address. */
function fromRaw(work: ValueWork, from: number, n: number): number {
  const { arena, kernels, region, leaf } = work;
  const width = rawBytes(work);
  const out = region.alloc(n * 8 + 8);
  if (leaf.physical === 'FIXED_LEN_BYTE_ARRAY') {
    kernels.fixed_refs(from, n, width, out);
    return out;
  }
  if (leaf.physical === 'INT96') {
    const precision = work.int96Precision;
    const perSecond = 10n ** BigInt(precision);
    const maxDays = precision > 6 ? 106_750 : 100_000_000;
    const bad = kernels.int96_ticks(from, n, 86_400n * perSecond, 10n ** BigInt(9 - precision), maxDays, out);
    need(bad < 0, `has an INT96 timestamp that is out of range (value ${bad + 1})`);
    return out;
  }
  if (leaf.physical === 'INT32' && isSigned(leaf)) {
    kernels.widen_i32_i64(from, n, out);
    return out;
  }
  const aligned = width === 8 ? out : from % 4 === 0 ? from : region.alloc(n * 4);
  if (aligned !== from) arena.u8.copyWithin(aligned, from, from + n * width);
  if (leaf.physical === 'INT32') kernels.widen_u32_i64(aligned, n, 0n, out);
  else if (leaf.physical === 'FLOAT') kernels.widen_f32_f64(aligned, n, out);
  return out;
}

const isSigned = ({ meaning }: Leaf): boolean => meaning.kind !== 'int' || meaning.signed;

function decodeRle(work: ValueWork, from: number, bytes: number, n: number): number {
  const { arena, kernels, region } = work;
  const out = region.alloc(n + 8);
  if (n === 0) return out;
  need(bytes >= 4, 'is too short');
  const size = littleU32(arena.u8, from);
  need(size <= bytes - 4, `says that ${size} bytes of runs follow in ${bytes - 4}`);
  need(kernels.hybrid_bools(from + 4, size, n, out) >= 0, `ends before its ${n} booleans do`);
  return out;
}

export const littleU32 = (u8: Uint8Array, at: number): number =>
  (u8[at] | (u8[at + 1] << 8) | (u8[at + 2] << 16) | (u8[at + 3] << 24)) >>> 0;

function decodeDelta(work: ValueWork, from: number, bytes: number, n: number): number {
  const { kernels, region, leaf } = work;
  const out = region.alloc(n * 8 + 8);
  const width = leaf.physical === 'INT32' ? 4 : 8;
  need(kernels.delta_i64(from, bytes, n, width, out) >= 0, `does not hold ${n} delta-packed integers`);
  if (width === 4 && !isSigned(leaf)) {
    const narrow = region.alloc(n * 4);
    kernels.narrow_i64_u32(out, n, 0n, narrow);
    kernels.widen_u32_i64(narrow, n, 0n, out);
  }
  return out;
}

/** Delta-packed lengths; answers their address and the bytes they took. */
function lengthsOf(work: ValueWork, from: number, bytes: number, n: number): readonly [number, number] {
  const { kernels, region } = work;
  const lengths = region.alloc(n * 8 + 8);
  const taken = kernels.delta_i64(from, bytes, n, 4, lengths);
  need(taken >= 0, `does not hold ${n} delta-packed lengths`);
  return [lengths, taken];
}

function decodeLengths(work: ValueWork, from: number, bytes: number, n: number): number {
  const { kernels, region } = work;
  const [lengths, taken] = lengthsOf(work, from, bytes, n);
  const refs = region.alloc(n * 8 + 8);
  const used = kernels.length_refs(lengths, from + taken, bytes - taken, n, refs);
  need(used >= 0, `ends before its ${n} strings do`);
  return refs;
}

function decodeFrontCoded(work: ValueWork, from: number, bytes: number, n: number): number {
  const { kernels, region, leaf } = work;
  const [prefixes, taken] = lengthsOf(work, from, bytes, n);
  const suffixes = decodeLengths(work, from + taken, bytes - taken, n);
  const size = kernels.front_bytes(prefixes, suffixes, n);
  need(size >= 0, 'has a string that takes more from the one before it than that has');
  need(size <= MAX_TEXT_BYTES, `has strings of ${size} bytes`);
  if (leaf.physical === 'FIXED_LEN_BYTE_ARRAY') {
    need(size === n * leaf.typeLength, `has strings that are not ${leaf.typeLength} bytes long`);
  }
  const refs = region.alloc(n * 8 + 8);
  kernels.front_refs(prefixes, suffixes, n, region.alloc(size + 16), refs);
  return refs;
}

function decodeStreams(work: ValueWork, from: number, bytes: number, n: number): number {
  const width = rawBytes(work);
  need(n * width <= bytes, `has ${bytes} bytes for ${n} values of ${width} bytes`);
  const joined = work.region.alloc(n * width + 16);
  work.kernels.join_streams(from, n, width, joined);
  return fromRaw(work, joined, n);
}
