/** CityHash64 in its version 1.0.2 (Geoff Pike, Jyrki Alakuijala), which ClickHouse keeps. */

import { rotr, u64, viewOf, wordAt } from './word.ts';

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const K3 = 0xc949d7c7509e6557n;
const MUL = 0x9ddfea08eb382d69n;

type Pair = readonly [first: bigint, second: bigint];

/** A hash of two words. */
export function pairHash(low: bigint, high: bigint): bigint {
  let a = u64((low ^ high) * MUL);
  a ^= a >> 47n;
  let b = u64((high ^ a) * MUL);
  b ^= b >> 47n;
  return u64(b * MUL);
}

const mix = (x: bigint): bigint => x ^ (x >> 47n);

function upTo16(bytes: Uint8Array): bigint {
  const length = bytes.length;
  const size = BigInt(length);
  if (length > 8) {
    const b = wordAt(bytes, length - 8, 8);
    return pairHash(wordAt(bytes, 0, 8), rotr(u64(b + size), size)) ^ b;
  }
  if (length >= 4) return pairHash(size + (wordAt(bytes, 0, 4) << 3n), wordAt(bytes, length - 4, 4));
  if (length === 0) return K2;
  const y = BigInt(bytes[0] + (bytes[length >> 1] << 8));
  const z = size + BigInt(bytes[length - 1] << 2);
  return u64(mix(u64(y * K2) ^ u64(z * K3)) * K2);
}

function upTo32(bytes: Uint8Array): bigint {
  const length = bytes.length;
  const a = u64(wordAt(bytes, 0, 8) * K1);
  const b = wordAt(bytes, 8, 8);
  const c = u64(wordAt(bytes, length - 8, 8) * K2);
  const d = u64(wordAt(bytes, length - 16, 8) * K0);
  return pairHash(
    u64(rotr(u64(a - b), 43n) + rotr(c, 30n) + d),
    u64(a + rotr(b ^ K3, 20n) - c + BigInt(length)),
  );
}

function upTo64(bytes: Uint8Array): bigint {
  const length = bytes.length;
  const at = (place: number): bigint => wordAt(bytes, place < 0 ? length + place : place, 8);
  const half = (a: bigint, z: bigint, second: bigint, third: bigint): Pair => {
    let b = rotr(u64(a + z), 52n);
    let c = rotr(a, 37n);
    a = u64(a + second);
    c = u64(c + rotr(a, 7n));
    a = u64(a + third);
    b = u64(b + rotr(a, 31n) + c);
    return [u64(a + z), b];
  };
  const [vf, vs] = half(u64(at(0) + (BigInt(length) + at(-16)) * K0), at(24), at(8), at(16));
  const [wf, ws] = half(u64(at(16) + at(-32)), at(-8), at(-24), at(-16));
  const r = mix(u64((vf + ws) * K2 + (wf + vs) * K0));
  return u64(mix(u64(r * K0 + vs)) * K2);
}

function weak(view: DataView, at: number, a: bigint, b: bigint): Pair {
  const word = (i: number): bigint => view.getBigUint64(at + 8 * i, true);
  a = u64(a + word(0));
  b = rotr(u64(b + a + word(3)), 21n);
  const c = a;
  a = u64(a + word(1) + word(2));
  b = u64(b + rotr(a, 44n));
  return [u64(a + word(3)), u64(b + c)];
}

export function city64(bytes: Uint8Array): bigint {
  const length = bytes.length;
  if (length <= 16) return upTo16(bytes);
  if (length <= 32) return upTo32(bytes);
  if (length <= 64) return upTo64(bytes);
  const view = viewOf(bytes);
  const at = (place: number): bigint => view.getBigUint64(place, true);
  let x = at(0);
  let y = at(length - 16) ^ K1;
  let z = at(length - 56) ^ K0;
  let v = weak(view, length - 64, BigInt(length), y);
  let w = weak(view, length - 32, u64(BigInt(length) * K1), K0);
  z = u64(z + mix(v[1]) * K1);
  x = u64(rotr(u64(z + x), 39n) * K1);
  y = u64(rotr(y, 33n) * K1);
  for (let from = 0; from < ((length - 1) & ~63); from += 64) {
    x = u64(rotr(u64(x + y + v[0] + at(from + 16)), 37n) * K1);
    y = u64(rotr(u64(y + v[1] + at(from + 48)), 42n) * K1);
    x ^= w[1];
    y ^= v[0];
    z = rotr(z ^ w[0], 33n);
    v = weak(view, from, u64(v[1] * K1), u64(x + w[0]));
    w = weak(view, from + 32, u64(z + w[1]), y);
    [z, x] = [x, z];
  }
  return pairHash(u64(pairHash(v[0], w[0]) + mix(y) * K1 + z), u64(pairHash(v[1], w[1]) + x));
}
