/**
 * FarmHash (Geoff Pike): the fingerprint, whose values never change, and the hash of 64 bits as ClickHouse has it, which differs from it for
 * texts of 33 to 96 bytes and of more than 256; the longest are in farm-wide.ts.
 */

import { farmWide } from './farm-wide.ts';
import { rotr, u64, viewOf, wordAt } from './word.ts';

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const PAIR = 0x9ddfea08eb382d69n;
const SEED = 81n;

type Pair = readonly [first: bigint, second: bigint];

const mix = (x: bigint): bigint => x ^ (x >> 47n);

function pair(u: bigint, v: bigint, mul: bigint): bigint {
  const a = mix(u64((u ^ v) * mul));
  return u64(mix(u64((v ^ a) * mul)) * mul);
}

const mulOf = (length: number): bigint => u64(K2 + BigInt(length) * 2n);

function upTo16(bytes: Uint8Array): bigint {
  const { length } = bytes;
  const mul = mulOf(length);
  if (length >= 8) {
    const a = u64(wordAt(bytes, 0, 8) + K2);
    const b = wordAt(bytes, length - 8, 8);
    return pair(u64(rotr(b, 37n) * mul + a), u64((rotr(a, 25n) + b) * mul), mul);
  }
  if (length >= 4)
    return pair(BigInt(length) + (wordAt(bytes, 0, 4) << 3n), wordAt(bytes, length - 4, 4), mul);
  if (length === 0) return K2;
  const y = BigInt(bytes[0] + bytes[length >> 1] * 256);
  const z = BigInt(length + bytes[length - 1] * 4);
  return u64(mix(u64(y * K2) ^ u64(z * K0)) * K2);
}

/** What 17 to 32 bytes from a place become before they are mixed. */
function halves(bytes: Uint8Array, from: number, length: number, mul: bigint): Pair {
  const a = u64(wordAt(bytes, from, 8) * K1);
  const b = wordAt(bytes, from + 8, 8);
  const c = u64(wordAt(bytes, from + length - 8, 8) * mul);
  const d = u64(wordAt(bytes, from + length - 16, 8) * K2);
  return [u64(rotr(u64(a + b), 43n) + rotr(c, 30n) + d), u64(a + rotr(u64(b + K2), 18n) + c)];
}

const upTo32 = (bytes: Uint8Array): bigint => {
  const mul = mulOf(bytes.length);
  return pair(...halves(bytes, 0, bytes.length, mul), mul);
};

function upTo64(bytes: Uint8Array): bigint {
  const { length } = bytes;
  const at = (place: number): bigint => wordAt(bytes, place < 0 ? length + place : place, 8);
  const mul = mulOf(length);
  const a = u64(at(0) * K2);
  const b = at(8);
  const c = u64(at(-8) * mul);
  const y = u64(rotr(u64(a + b), 43n) + rotr(c, 30n) + at(-16) * K2);
  const z = pair(y, u64(a + rotr(u64(b + K2), 18n) + c), mul);
  const e = u64(at(16) * mul);
  const f = at(24);
  const g = u64((y + at(-32)) * mul);
  const h = u64((z + at(-24)) * mul);
  return pair(u64(rotr(u64(e + f), 43n) + rotr(g, 30n) + h), u64(e + rotr(u64(f + a), 18n) + g), mul);
}

function weak(view: DataView, at: number, a: bigint, b: bigint): Pair {
  const word = (i: number): bigint => view.getBigUint64(at + 8 * i, true);
  const first = u64(a + word(0));
  const next = u64(first + word(1) + word(2));
  const second = u64(rotr(u64(b + first + word(3)), 21n) + rotr(next, 44n));
  return [u64(next + word(3)), u64(second + first)];
}

/** Bytes behind the last whole 64, 1 to 64, less one. */
const restOf = (length: number): bigint => BigInt((length - 1) & 63);

function long(bytes: Uint8Array): bigint {
  const { length } = bytes;
  const view = viewOf(bytes);
  let x = SEED;
  let y = u64(SEED * K1 + 113n);
  let z = u64(mix(u64(y * K2 + 113n)) * K2);
  let v: Pair = [0n, 0n];
  let w: Pair = [0n, 0n];
  x = u64(x * K2 + view.getBigUint64(0, true));
  const round = (from: number, mul: bigint, times: bigint): void => {
    const at = (place: number): bigint => view.getBigUint64(from + place, true);
    x = u64(rotr(u64(x + y + v[0] + at(8)), 37n) * mul);
    y = u64(rotr(u64(y + v[1] + at(48)), 42n) * mul);
    x ^= u64(w[1] * times);
    y = u64(y + v[0] * times + at(40));
    z = u64(rotr(u64(z + w[0]), 33n) * mul);
    v = weak(view, from, u64(v[1] * mul), u64(x + w[0]));
    w = weak(view, from + 32, u64(z + w[1]), u64(y + at(16)));
    [z, x] = [x, z];
  };
  for (let from = 0; from < ((length - 1) & ~63); from += 64) round(from, K1, 1n);
  const mul = u64(K1 + ((z & 0xffn) << 1n));
  w = [u64(w[0] + restOf(length)), w[1]];
  v = [u64(v[0] + w[0]), v[1]];
  w = [u64(w[0] + v[0]), w[1]];
  round(length - 64, mul, 9n);
  return pair(u64(pair(v[0], w[0], mul) + mix(y) * K0 + z), u64(pair(v[1], w[1], mul) + x), mul);
}

export function farmFingerprint64(bytes: Uint8Array): bigint {
  const { length } = bytes;
  if (length <= 16) return upTo16(bytes);
  if (length <= 32) return upTo32(bytes);
  return length <= 64 ? upTo64(bytes) : long(bytes);
}

/** Of two hashes, in the words of the fingerprint. */
export function farmPair(low: bigint, high: bigint): bigint {
  const a = mix(u64((low ^ high) * PAIR));
  let b = u64((high ^ a) * PAIR);
  b = u64((b ^ (b >> 44n)) * PAIR);
  return u64((b ^ (b >> 41n)) * PAIR);
}

/** 32 bytes from a place. */
function of32(bytes: Uint8Array, from: number, mul: bigint, seeds: Pair = [0n, 0n]): bigint {
  const [u, v] = halves(bytes, from, 32, mul);
  const second = u64(v + seeds[1]);
  const a = mix(u64((u64(u + seeds[0]) ^ second) * mul));
  return mix(u64((second ^ a) * mul));
}

function from33To96(bytes: Uint8Array): bigint {
  const { length } = bytes;
  const mul0 = u64(K2 - (length <= 64 ? 30n : 114n));
  const mul1 = u64(mul0 + 2n * BigInt(length));
  const h0 = of32(bytes, 0, mul0);
  if (length <= 64) return u64((of32(bytes, length - 32, mul1) * mul1 + h0) * mul1);
  const h1 = of32(bytes, 32, mul1);
  const h2 = of32(bytes, length - 32, mul1, [h0, h1]);
  return u64((h2 * 9n + (h0 >> 17n) + (h1 >> 21n)) * mul1);
}

function turned(x: bigint, y: bigint, mul: bigint, bits: bigint): bigint {
  const a = mix(u64((x ^ y) * mul));
  return u64(rotr(u64((y ^ a) * mul), bits) * mul);
}

function veryLong(bytes: Uint8Array): bigint {
  const { length } = bytes;
  const view = viewOf(bytes);
  let x = SEED;
  let y = 113n;
  let z = u64(mix(u64(y * K2)) * K2);
  let [v0, v1, w0, w1] = [SEED, 0n, 0n, 0n];
  let u = u64(x - z);
  x = u64(x * K2);
  const mul = u64(K2 + (u & 0x82n));
  for (let from = 0; from < ((length - 1) & ~63); from += 64) {
    const a = Array.from({ length: 8 }, (_, i) => view.getBigUint64(from + 8 * i, true));
    x = u64(rotr(u64(x + a[0] + a[1]), 26n) * 9n);
    y = rotr(u64(y + a[2]), 29n);
    z = u64((z + a[3]) * mul);
    v0 = rotr(u64(v0 + a[4]), 33n);
    v1 = rotr(u64(v1 + a[5] + a[1]), 30n);
    w0 = u64((u64(w0 + a[6]) ^ x) * 9n);
    w1 = u64(w1 + a[7]);
    z = u64(rotr(z, 32n) + w1);
    w1 = u64(w1 + z);
    z = u64(z * 9n);
    [u, y] = [y, u];
    z = u64(z + a[0] + a[6]);
    v0 = u64(v0 + a[2]);
    v1 = u64(v1 + a[3]);
    w0 = u64(w0 + a[4]);
    w1 = u64(w1 + a[5] + a[6]);
    x = u64(x + a[1]);
    y = u64(y + a[7] + v0);
    v0 = u64(v0 + x - y);
    v1 = u64(v1 + w0);
    w0 = u64(w0 + v1);
    w1 = u64(w1 + x - y);
    x = u64(x + w1);
    w1 = rotr(w1, 34n);
    [u, z] = [z, u];
  }
  const at = (place: number): bigint => view.getBigUint64(length - 64 + place, true);
  u = u64(u * 9n);
  v1 = rotr(v1, 28n);
  v0 = rotr(v0, 20n);
  w0 = u64(w0 + restOf(length));
  u = u64(u + y);
  y = u64(y + u);
  x = u64(rotr(u64(y - x + v0 + at(8)), 37n) * mul);
  y = u64(rotr(y ^ v1 ^ at(48), 42n) * mul);
  x ^= u64(w1 * 9n);
  y = u64(y + v0 + at(40));
  z = u64(rotr(u64(z + w0), 33n) * mul);
  const v = weak(view, length - 64, u64(v1 * mul), u64(x + w0));
  const w = weak(view, length - 32, u64(z + w1), u64(y + at(16)));
  return turned(
    u64(pair(u64(v[0] + x), w[0] ^ y, mul) + z - u),
    turned(u64(v[1] + y), u64(w[1] + z), K2, 30n) ^ x,
    K2,
    31n,
  );
}

export function farmHash64(bytes: Uint8Array): bigint {
  const { length } = bytes;
  if (length >= 512) return farmWide(bytes, [K2, K1], farmHash64);
  if (length > 256) return veryLong(bytes);
  return length > 32 && length <= 96 ? from33To96(bytes) : farmFingerprint64(bytes);
}
