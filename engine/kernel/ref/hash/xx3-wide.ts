/** XXH3 of 128 bits (Yann Collet), with the seed and secret it has by itself. */

import { u64, viewOf } from './word.ts';
import {
  avalanche,
  lanesOf,
  mergedLanes,
  mixed,
  oldAvalanche,
  P32,
  P64,
  SECRET_BYTES,
  SECRET_LEAST,
  STRIPE,
  secret,
  shifted,
  swapped,
} from './xx3.ts';

const joined = (low: bigint, high: bigint): bigint => u64(low) | (u64(high) << 64n);
const low32 = (x: bigint): bigint => x & 0xffffffffn;
const half = (at: number): bigint => low32(secret(at));

function upTo3(view: DataView): bigint {
  const length = view.byteLength;
  const [first, middle, last] = [0, length >> 1, length - 1].map((at) => BigInt(view.getUint8(at)));
  const low = (first << 16n) | (middle << 24n) | last | (BigInt(length) << 8n);
  const turned = swapped(low) >> 32n;
  const high = low32((turned << 13n) | (turned >> 19n));
  return joined(oldAvalanche(low ^ half(0) ^ half(4)), oldAvalanche(high ^ half(8) ^ half(12)));
}

function upTo8(view: DataView): bigint {
  const length = view.byteLength;
  const word = BigInt(view.getUint32(0, true)) | (BigInt(view.getUint32(length - 4, true)) << 32n);
  const product = (word ^ secret(16) ^ secret(24)) * (P64[0] + BigInt(4 * length));
  const high = u64((product >> 64n) + (u64(product) << 1n));
  const low = u64(shifted(u64(product) ^ (high >> 3n), 35n) * 0x9fb21c651e98df25n);
  return joined(shifted(low, 28n), avalanche(high));
}

function upTo16(view: DataView): bigint {
  const length = view.byteLength;
  const last = view.getBigUint64(length - 8, true);
  const product = (view.getBigUint64(0, true) ^ last ^ secret(32) ^ secret(40)) * P64[0];
  const keyed = last ^ secret(48) ^ secret(56);
  const high = u64((product >> 64n) + keyed + low32(keyed) * (P32[1] - 1n));
  const low = u64(product + (BigInt(length - 1) << 54n)) ^ swapped(high);
  const next = low * P64[1];
  return joined(avalanche(u64(next)), avalanche(u64((next >> 64n) + high * P64[1])));
}

/** Two words that 32 bytes at a time go into. */
class Halves {
  readonly #view: DataView;
  #low: bigint;
  #high = 0n;

  constructor(view: DataView) {
    this.#view = view;
    this.#low = u64(BigInt(view.byteLength) * P64[0]);
  }

  add(a: number, b: number, key: number): void {
    this.#low = u64(this.#low + mixed(this.#view, a, key)) ^ this.#sum(b);
    this.#high = u64(this.#high + mixed(this.#view, b, key + 16)) ^ this.#sum(a);
  }

  #sum(at: number): bigint {
    return u64(this.#view.getBigUint64(at, true) + this.#view.getBigUint64(at + 8, true));
  }

  scatter(): void {
    this.#low = avalanche(this.#low);
    this.#high = avalanche(this.#high);
  }

  end(): bigint {
    const high = this.#low * P64[0] + this.#high * P64[3] + BigInt(this.#view.byteLength) * P64[1];
    return joined(avalanche(u64(this.#low + this.#high)), -avalanche(u64(high)));
  }
}

/** From the middle to both ends. */
function upTo128(view: DataView): bigint {
  const halves = new Halves(view);
  for (let i = Math.ceil(view.byteLength / 32) - 1; i >= 0; i--)
    halves.add(16 * i, view.byteLength - 16 * (i + 1), 32 * i);
  return halves.end();
}

function upTo240(view: DataView): bigint {
  const length = view.byteLength;
  const halves = new Halves(view);
  for (let at = 0; at < 128; at += 32) halves.add(at, at + 16, at);
  halves.scatter();
  for (let at = 128; at + 32 <= length; at += 32) halves.add(at, at + 16, at - 128 + 3);
  halves.add(length - 16, length - 32, SECRET_LEAST - 17 - 16);
  return halves.end();
}

function long(view: DataView): bigint {
  const length = BigInt(view.byteLength);
  const lanes = lanesOf(view);
  return joined(
    mergedLanes(lanes, 11, length * P64[0]),
    mergedLanes(lanes, SECRET_BYTES - STRIPE - 11, u64(~(length * P64[1]))),
  );
}

export function xxh3of128(bytes: Uint8Array): bigint {
  const view = viewOf(bytes);
  const { length } = bytes;
  if (length === 0)
    return joined(oldAvalanche(secret(64) ^ secret(72)), oldAvalanche(secret(80) ^ secret(88)));
  if (length <= 16) return length <= 3 ? upTo3(view) : length <= 8 ? upTo8(view) : upTo16(view);
  if (length <= 128) return upTo128(view);
  return length <= 240 ? upTo240(view) : long(view);
}
