/** How Apache Hive hashes values for its Bloom filters. */

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;
const SEED = 104729n;
const MASK = (1n << 64n) - 1n;
/** What Hive takes for the hash of NULL. */
export const NULL_HASH = 2862933555777941757n;

const rotated = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK;
const scrambled = (x: bigint): bigint => (rotated((x * C1) & MASK, 31n) * C2) & MASK;
const mixed = (x: bigint, by: bigint): bigint => ((x ^ (x >> 33n)) * by) & MASK;

/** Hive's 64 bits of MurmurHash3: one half of it, without the other. A signed integer. */
export function hiveHash(bytes: Uint8Array): bigint {
  let hash = SEED;
  let at = 0;
  const word = (count: number): bigint => {
    let value = 0n;
    for (let i = at + count - 1; i >= at; i--) value = (value << 8n) | BigInt(bytes[i]);
    return value;
  };
  for (; at + 8 <= bytes.length; at += 8)
    hash = (rotated(hash ^ scrambled(word(8)), 27n) * 5n + 0x52dce729n) & MASK;
  if (at < bytes.length) hash ^= scrambled(word(bytes.length - at));
  hash ^= BigInt(bytes.length);
  hash = mixed(mixed(hash, 0xff51afd7ed558ccdn), 0xc4ceb9fe1a85ec53n);
  return BigInt.asIntN(64, hash ^ (hash >> 33n));
}
