/** XXH3 of 64 bits (Yann Collet), with the seed and secret it has by itself; xx3-wide.ts has that of 128. */

import { folded, rotl, u64, viewOf } from './word.ts';

export const P32 = [0x9e3779b1n, 0x85ebca77n, 0xc2b2ae3dn] as const;
export const P64 = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;

/** 192 bytes. */
const SECRET_HEX =
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c' +
  '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364' +
  'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e';
const SECRET = viewOf(Uint8Array.from(SECRET_HEX.match(/../g)!, (digits) => Number.parseInt(digits, 16)));
export const SECRET_BYTES = 192;
/** As much of it as a text of middle length may use. */
export const SECRET_LEAST = 136;

export const STRIPE = 64;
const BLOCK_STRIPES = (SECRET_BYTES - STRIPE) / 8;

export const secret = (at: number): bigint => SECRET.getBigUint64(at, true);
export const shifted = (x: bigint, bits: bigint): bigint => x ^ (x >> bits);
export const avalanche = (x: bigint): bigint => shifted(u64(shifted(x, 37n) * 0x165667919e3779f9n), 32n);
export const oldAvalanche = (x: bigint): bigint =>
  shifted(u64(shifted(u64(shifted(x, 33n) * P64[1]), 29n) * P64[2]), 32n);

export function swapped(x: bigint): bigint {
  let turned = 0n;
  for (let rest = x, i = 0; i < 8; i++, rest >>= 8n) turned = (turned << 8n) | (rest & 0xffn);
  return turned;
}

function upTo16(view: DataView): bigint {
  const length = view.byteLength;
  if (length > 8) {
    const low = view.getBigUint64(0, true) ^ secret(24) ^ secret(32);
    const high = view.getBigUint64(length - 8, true) ^ secret(40) ^ secret(48);
    return avalanche(u64(BigInt(length) + swapped(low) + high + folded(low, high)));
  }
  if (length >= 4) {
    const first = BigInt(view.getUint32(0, true));
    const last = BigInt(view.getUint32(length - 4, true));
    const x = (last + (first << 32n)) ^ secret(8) ^ secret(16);
    const y = u64((x ^ rotl(x, 49n) ^ rotl(x, 24n)) * 0x9fb21c651e98df25n);
    return shifted(u64((y ^ u64((y >> 35n) + BigInt(length))) * 0x9fb21c651e98df25n), 28n);
  }
  if (length === 0) return oldAvalanche(secret(56) ^ secret(64));
  const [first, middle, last] = [0, length >> 1, length - 1].map((at) => BigInt(view.getUint8(at)));
  const all = (first << 16n) | (middle << 24n) | last | (BigInt(length) << 8n);
  return oldAvalanche(all ^ BigInt((SECRET.getUint32(0, true) ^ SECRET.getUint32(4, true)) >>> 0));
}

export const mixed = (view: DataView, at: number, key: number): bigint =>
  folded(view.getBigUint64(at, true) ^ secret(key), view.getBigUint64(at + 8, true) ^ secret(key + 8));

/** From both ends to the middle. */
function upTo128(view: DataView): bigint {
  const length = view.byteLength;
  let hash = BigInt(length) * P64[0];
  for (let i = 0; i < Math.ceil(length / 32); i++)
    hash += mixed(view, 16 * i, 32 * i) + mixed(view, length - 16 * (i + 1), 32 * i + 16);
  return avalanche(u64(hash));
}

function upTo240(view: DataView): bigint {
  const length = view.byteLength;
  let hash = BigInt(length) * P64[0];
  for (let i = 0; i < 8; i++) hash += mixed(view, 16 * i, 16 * i);
  hash = avalanche(u64(hash)) + mixed(view, length - 16, SECRET_LEAST - 17);
  for (let i = 8; i < length >> 4; i++) hash += mixed(view, 16 * i, 16 * (i - 8) + 3);
  return avalanche(u64(hash));
}

/** What is left of more than 240 bytes. */
export function lanesOf(view: DataView): readonly bigint[] {
  const length = view.byteLength;
  const lanes: bigint[] = [P32[2], P64[0], P64[1], P64[2], P64[3], P32[1], P64[4], P32[0]];
  const add = (at: number, key: number): void => {
    for (let i = 0; i < 8; i++) {
      const word = view.getBigUint64(at + 8 * i, true);
      const keyed = word ^ secret(key + 8 * i);
      lanes[i ^ 1] = u64(lanes[i ^ 1] + word);
      lanes[i] = u64(lanes[i] + (keyed & 0xffffffffn) * (keyed >> 32n));
    }
  };
  const stripes = (length - 1) >> 6;
  for (let stripe = 0; stripe < stripes; stripe++) {
    add(stripe * STRIPE, (stripe % BLOCK_STRIPES) * 8);
    if (stripe % BLOCK_STRIPES < BLOCK_STRIPES - 1) continue;
    for (let i = 0; i < 8; i++)
      lanes[i] = u64((shifted(lanes[i], 47n) ^ secret(SECRET_BYTES - STRIPE + 8 * i)) * P32[0]);
  }
  add(length - STRIPE, SECRET_BYTES - STRIPE - 7);
  return lanes;
}

/** One word of them. @param key a place in the secret */
export function mergedLanes(lanes: readonly bigint[], key: number, start: bigint): bigint {
  let hash = start;
  for (let i = 0; i < 8; i += 2)
    hash += folded(lanes[i] ^ secret(key + 8 * i), lanes[i + 1] ^ secret(key + 8 + 8 * i));
  return avalanche(u64(hash));
}

const long = (view: DataView): bigint => mergedLanes(lanesOf(view), 11, BigInt(view.byteLength) * P64[0]);

export function xxh3(bytes: Uint8Array): bigint {
  const view = viewOf(bytes);
  if (bytes.length <= 16) return upTo16(view);
  if (bytes.length <= 128) return upTo128(view);
  return bytes.length <= 240 ? upTo240(view) : long(view);
}
