/** ClickHouse's hashes of integers. */

import { rotr, u64 } from './word.ts';

/** A bijection of 64 bits: the last step of MurmurHash3. */
export function intHash64(x: bigint): bigint {
  x = u64((x ^ (x >> 33n)) * 0xff51afd7ed558ccdn);
  x = u64((x ^ (x >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return x ^ (x >> 33n);
}

/** Thomas Wang's, salted as ClickHouse does. */
export function saltedHash32(x: bigint): bigint {
  let key = x ^ 0x75d9543de018bf45n;
  key = u64(~key + (key << 18n));
  key ^= rotr(key, 31n);
  key = u64(key * 21n);
  key ^= rotr(key, 11n);
  key = u64(key + (key << 6n));
  key ^= rotr(key, 22n);
  return key & 0xffffffffn;
}

export const saltedHash64 = (x: bigint): bigint => intHash64(x ^ 0x4cf2d2baae6da887n);
