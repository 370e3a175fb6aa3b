// 64-bit checksum of stored bytes: XXH64 (Yann Collet's specification, xxhash.com).

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline
function round(acc: u64, input: u64): u64 {
  return rotl<u64>(acc + input * P2, 31) * P1;
}

// @ts-ignore: decorator
@inline
function merge(hash: u64, acc: u64): u64 {
  return (hash ^ round(0, acc)) * P1 + P4;
}

/** XXH64 of n bytes. */
export function checksum_xxh64(src: usize, n: i32, seed: u64): u64 {
  const end = src + n;
  let hash: u64;
  if (n >= 32) {
    let a = seed + P1 + P2;
    let b = seed + P2;
    let c = seed;
    let d = seed - P1;
    const limit = end - 32;
    do {
      a = round(a, load<u64>(src));
      b = round(b, load<u64>(src, 8));
      c = round(c, load<u64>(src, 16));
      d = round(d, load<u64>(src, 24));
      src += 32;
    } while (src <= limit);
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  } else {
    hash = seed + P5;
  }
  hash += <u64>n;
  while (src + 8 <= end) {
    hash = rotl<u64>(hash ^ round(0, load<u64>(src)), 27) * P1 + P4;
    src += 8;
  }
  if (src + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(src) * P1), 23) * P2 + P3;
    src += 4;
  }
  while (src < end) {
    hash = rotl<u64>(hash ^ (<u64>load<u8>(src) * P5), 11) * P1;
    src++;
  }
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}
