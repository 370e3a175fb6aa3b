// ClickHouse's hashes of 64 bits over bytes: CityHash64 in its version 1.0.2, SipHash-2-4 without a key, xxHash64.
// `kind`: 0 city, 1 sip, 2 xx.

const K0: u64 = 0xc3a5c85c97cb3127;
const K1: u64 = 0xb492b66fbe98f273;
const K2: u64 = 0x9ae16a3b2f90404f;
const K3: u64 = 0xc949d7c7509e6557;
const PAIR: u64 = 0x9ddfea08eb382d69;

// @ts-ignore: decorator
@inline
function word(p: usize): u64 { return load<u64>(p); }
// @ts-ignore: decorator
@inline
function shiftMix(x: u64): u64 { return x ^ (x >> 47); }

function pair(low: u64, high: u64): u64 {
  let a = (low ^ high) * PAIR;
  a ^= a >> 47;
  let b = (high ^ a) * PAIR;
  b ^= b >> 47;
  return b * PAIR;
}

function citySmall(p: usize, n: usize): u64 {
  if (n > 8) {
    const b = word(p + n - 8);
    return pair(word(p), rotr<u64>(b + <u64>n, <u64>n)) ^ b;
  }
  if (n >= 4) return pair(<u64>n + (<u64>load<u32>(p) << 3), <u64>load<u32>(p + n - 4));
  if (n == 0) return K2;
  const y = <u64>load<u8>(p) + (<u64>load<u8>(p + (n >> 1)) << 8);
  const z = <u64>n + (<u64>load<u8>(p + n - 1) << 2);
  return shiftMix(y * K2 ^ z * K3) * K2;
}

function cityMiddle(p: usize, n: usize): u64 {
  const a = word(p) * K1, b = word(p + 8), c = word(p + n - 8) * K2, d = word(p + n - 16) * K0;
  return pair(rotr<u64>(a - b, 43) + rotr<u64>(c, 30) + d, a + rotr<u64>(b ^ K3, 20) - c + <u64>n);
}

function cityLarge(p: usize, n: usize): u64 {
  const end = p + n;
  let z = word(p + 24);
  let a = word(p) + (<u64>n + word(end - 16)) * K0;
  let b = rotr<u64>(a + z, 52), c = rotr<u64>(a, 37);
  a += word(p + 8);
  c += rotr<u64>(a, 7);
  a += word(p + 16);
  const vf = a + z, vs = b + rotr<u64>(a, 31) + c;
  a = word(p + 16) + word(end - 32);
  z = word(end - 8);
  b = rotr<u64>(a + z, 52);
  c = rotr<u64>(a, 37);
  a += word(end - 24);
  c += rotr<u64>(a, 7);
  a += word(end - 16);
  const wf = a + z, ws = b + rotr<u64>(a, 31) + c;
  return shiftMix(shiftMix((vf + ws) * K2 + (wf + vs) * K0) * K0 + vs) * K2;
}

// What `weak` gives besides its result.
let weakSecond: u64 = 0;
function weak(p: usize, a: u64, b: u64): u64 {
  a += word(p);
  b = rotr<u64>(b + a + word(p + 24), 21);
  const c = a;
  a += word(p + 8) + word(p + 16);
  b += rotr<u64>(a, 44);
  weakSecond = b + c;
  return a + word(p + 24);
}

function city(p: usize, n: usize): u64 {
  if (n <= 16) return citySmall(p, n);
  if (n <= 32) return cityMiddle(p, n);
  if (n <= 64) return cityLarge(p, n);
  const end = p + n;
  let x = word(p), y = word(end - 16) ^ K1, z = word(end - 56) ^ K0;
  let vf = weak(end - 64, <u64>n, y), vs = weakSecond;
  let wf = weak(end - 32, <u64>n * K1, K0), ws = weakSecond;
  z += shiftMix(vs) * K1;
  x = rotr<u64>(z + x, 39) * K1;
  y = rotr<u64>(y, 33) * K1;
  for (let left = (n - 1) & ~63; left != 0; left -= 64, p += 64) {
    x = rotr<u64>(x + y + vf + word(p + 16), 37) * K1;
    y = rotr<u64>(y + vs + word(p + 48), 42) * K1;
    x ^= ws;
    y ^= vf;
    z = rotr<u64>(z ^ wf, 33);
    vf = weak(p, vs * K1, x + wf);
    vs = weakSecond;
    wf = weak(p + 32, z + ws, y);
    ws = weakSecond;
    const swapped = z;
    z = x;
    x = swapped;
  }
  return pair(pair(vf, wf) + shiftMix(y) * K1 + z, pair(vs, ws) + x);
}

let v0: u64 = 0, v1: u64 = 0, v2: u64 = 0, v3: u64 = 0;

// @ts-ignore: decorator
@inline
function sipRound(): void {
  v0 += v1;
  v1 = rotl<u64>(v1, 13) ^ v0;
  v0 = rotl<u64>(v0, 32);
  v2 += v3;
  v3 = rotl<u64>(v3, 16) ^ v2;
  v0 += v3;
  v3 = rotl<u64>(v3, 21) ^ v0;
  v2 += v1;
  v1 = rotl<u64>(v1, 17) ^ v2;
  v2 = rotl<u64>(v2, 32);
}

function sipWord(w: u64): void {
  v3 ^= w;
  sipRound();
  sipRound();
  v0 ^= w;
}

// The last bytes, fewer than 8, as a number.
// @ts-ignore: decorator
@inline
function rest(p: usize, n: usize): u64 {
  let w: u64 = 0;
  for (let i: usize = 0; i < n; i++) w |= <u64>load<u8>(p + i) << (<u64>i << 3);
  return w;
}

function sip(p: usize, n: usize): u64 {
  v0 = 0x736f6d6570736575;
  v1 = 0x646f72616e646f6d;
  v2 = 0x6c7967656e657261;
  v3 = 0x7465646279746573;
  const end = p + n;
  for (; p + 8 <= end; p += 8) sipWord(word(p));
  sipWord(rest(p, end - p) | (<u64>(n & 255) << 56));
  v2 ^= 0xff;
  sipRound();
  sipRound();
  sipRound();
  sipRound();
  return v0 ^ v1 ^ v2 ^ v3;
}

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline
function taken(lane: u64, w: u64): u64 { return rotl<u64>(lane + w * P2, 31) * P1; }

function xx(p: usize, n: usize): u64 {
  const end = p + n;
  let hash: u64 = P5;
  if (n >= 32) {
    let a: u64 = P1 + P2, b: u64 = P2, c: u64 = 0, d: u64 = 0 - P1;
    for (; p + 32 <= end; p += 32) {
      a = taken(a, word(p));
      b = taken(b, word(p + 8));
      c = taken(c, word(p + 16));
      d = taken(d, word(p + 24));
    }
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    hash = (hash ^ taken(0, a)) * P1 + P4;
    hash = (hash ^ taken(0, b)) * P1 + P4;
    hash = (hash ^ taken(0, c)) * P1 + P4;
    hash = (hash ^ taken(0, d)) * P1 + P4;
  }
  hash += <u64>n;
  for (; p + 8 <= end; p += 8) hash = rotl<u64>(hash ^ taken(0, word(p)), 27) * P1 + P4;
  if (p + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(p) * P1), 23) * P2 + P3;
    p += 4;
  }
  for (; p < end; p++) hash = rotl<u64>(hash ^ (<u64>load<u8>(p) * P5), 11) * P1;
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}

// @ts-ignore: decorator
@inline
function hashed(kind: i32, p: usize, n: usize): u64 {
  return kind == 0 ? city(p, n) : kind == 1 ? sip(p, n) : xx(p, n);
}

/** Of the bytes of n strings. */
export function text_hash_refs(kind: i32, refs: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    store<u64>(out + (i << 3), hashed(kind, <usize>(<u32>ref), <usize>(ref >> 32)));
  }
}

/** Of the lowest bytes of n words. */
export function text_hash_words(kind: i32, src: usize, bytes: i32, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (i << 3), hashed(kind, src + (i << 3), <usize>bytes));
}

/** ClickHouse's hash of integers, of the lowest bytes of n words. */
export function text_hash_ints(src: usize, bytes: i32, n: i32, out: usize): void {
  const mask: u64 = bytes == 8 ? 0xffffffffffffffff : (<u64>1 << (<u64>bytes << 3)) - 1;
  for (let i = 0; i < n; i++) {
    let x = (load<u64>(src + (i << 3)) & mask) ^ 0x4cf2d2baae6da887;
    x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
    x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
    store<u64>(out + (i << 3), x ^ (x >> 33));
  }
}

/** Two hashes each as one: for sip that of their bytes. `out` may be `a`. */
export function text_hash_pairs(kind: i32, a: usize, b: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const low = load<u64>(a + (i << 3)), high = load<u64>(b + (i << 3));
    if (kind != 1) {
      store<u64>(out + (i << 3), pair(low, high));
      continue;
    }
    v0 = 0x736f6d6570736575;
    v1 = 0x646f72616e646f6d;
    v2 = 0x6c7967656e657261;
    v3 = 0x7465646279746573;
    sipWord(low);
    sipWord(high);
    sipWord(<u64>16 << 56);
    v2 ^= 0xff;
    sipRound();
    sipRound();
    sipRound();
    sipRound();
    store<u64>(out + (i << 3), v0 ^ v1 ^ v2 ^ v3);
  }
}
