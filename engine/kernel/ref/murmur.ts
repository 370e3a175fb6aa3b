/** Twins of as/murmur.ts: MurmurHash3 x64 128 in BigInt arithmetic. */

import type { Arena } from '../../memory/arena.ts';

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotl = (x: bigint, n: bigint): bigint => u64((x << n) | (x >> (64n - n)));
const first = (k: bigint): bigint => u64(rotl(u64(k * C1), 31n) * C2);
const second = (k: bigint): bigint => u64(rotl(u64(k * C2), 33n) * C1);

function mix(h: bigint): bigint {
  h = u64((h ^ (h >> 33n)) * 0xff51afd7ed558ccdn);
  h = u64((h ^ (h >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return h ^ (h >> 33n);
}

/** Both halves of the hash of some bytes. */
export function murmur3(bytes: Uint8Array, seed: bigint): readonly [bigint, bigint] {
  const word = (from: number): bigint => {
    let value = 0n;
    for (let i = Math.min(bytes.length, from + 8) - 1; i >= from; i--)
      value = (value << 8n) | BigInt(bytes[i]);
    return value;
  };
  let h1 = u64(seed);
  let h2 = h1;
  let at = 0;
  for (; at + 16 <= bytes.length; at += 16) {
    h1 = u64(u64(rotl(h1 ^ first(word(at)), 27n) + h2) * 5n + 0x52dce729n);
    h2 = u64(u64(rotl(h2 ^ second(word(at + 8)), 31n) + h1) * 5n + 0x38495ab5n);
  }
  h2 ^= second(word(at + 8));
  h1 ^= first(word(at));
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = u64(h1 + h2);
  h2 = mix(u64(h2 + h1));
  h1 = u64(mix(h1) + h2);
  return [h1, u64(h2 + h1)];
}

export const murmurKernels = (arena: Arena) => {
  const { u8, u32, u64: words, f64 } = arena;
  const store = (out: number, i: number, bytes: Uint8Array, seed: bigint): void => {
    [words[out / 8 + 2 * i], words[out / 8 + 2 * i + 1]] = murmur3(bytes, seed);
  };
  return {
    murmur_u64(src: number, n: number, seed: bigint, out: number): void {
      for (let i = 0; i < n; i++) store(out, i, u8.slice(src + i * 8, src + i * 8 + 8), seed);
    },
    murmur_f64(src: number, n: number, seed: bigint, out: number): void {
      for (let i = 0; i < n; i++) {
        const x = f64[src / 8 + i] + 0;
        const bytes = new DataView(new ArrayBuffer(8));
        if (Number.isNaN(x)) bytes.setBigUint64(0, 0x7ff8000000000000n, true);
        else bytes.setFloat64(0, x, true);
        store(out, i, new Uint8Array(bytes.buffer), seed);
      }
    },
    murmur_refs(refs: number, n: number, seed: bigint, out: number): void {
      for (let i = 0; i < n; i++) {
        const [address, length] = [u32[refs / 4 + 2 * i], u32[refs / 4 + 2 * i + 1]];
        store(out, i, u8.slice(address, address + length), seed);
      }
    },
  };
};
