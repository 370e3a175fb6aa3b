// MurmurHash3 x64 128 (Austin Appleby), as Apache DataSketches hashes the values that sketches count: 16 bytes a value.

const C1: u64 = 0x87c37b91114253d5;
const C2: u64 = 0x4cf5ad432745937f;

// @ts-ignore: decorator
@inline
function mix(h: u64): u64 {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
  return h ^ (h >> 33);
}

// @ts-ignore: decorator
@inline
function first(k: u64): u64 { return rotl<u64>(k * C1, 31) * C2; }
// @ts-ignore: decorator
@inline
function second(k: u64): u64 { return rotl<u64>(k * C2, 33) * C1; }

// @ts-ignore: decorator
@inline
function finish(h1: u64, h2: u64, bytes: u64, out: usize): void {
  h1 ^= bytes;
  h2 ^= bytes;
  h1 += h2;
  h2 += h1;
  h1 = mix(h1);
  h2 = mix(h2);
  h1 += h2;
  store<u64>(out, h1);
  store<u64>(out, h2 + h1, 8);
}

/** Of n words of 8 bytes. */
export function murmur_u64(src: usize, n: i32, seed: u64, out: usize): void {
  for (let i = 0; i < n; i++) finish(seed ^ first(load<u64>(src + (i << 3))), seed, 8, out + (i << 4));
}

/** Of n floats: -0 is 0, and there is one NaN. */
export function murmur_f64(src: usize, n: i32, seed: u64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<f64>(src + (i << 3)) + 0.0;
    const word: u64 = x != x ? 0x7ff8000000000000 : reinterpret<u64>(x);
    finish(seed ^ first(word), seed, 8, out + (i << 4));
  }
}

// The last bytes, fewer than 8, as a number.
// @ts-ignore: decorator
@inline
function tail(p: usize, bytes: usize): u64 {
  let word: u64 = 0;
  for (let i: usize = 0; i < bytes; i++) word |= <u64>load<u8>(p + i) << (<u64>i << 3);
  return word;
}

/** Of the bytes of n strings. */
export function murmur_refs(refs: usize, n: i32, seed: u64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3)), bytes = <usize>(ref >> 32);
    let p = <usize>(<u32>ref);
    const end = p + bytes;
    let h1 = seed, h2 = seed;
    for (; p + 16 <= end; p += 16) {
      h1 = (rotl<u64>(h1 ^ first(load<u64>(p)), 27) + h2) * 5 + 0x52dce729;
      h2 = (rotl<u64>(h2 ^ second(load<u64>(p, 8)), 31) + h1) * 5 + 0x38495ab5;
    }
    if (end - p > 8) h2 ^= second(tail(p + 8, end - p - 8));
    if (end > p) h1 ^= first(tail(p, min<usize>(8, end - p)));
    finish(h1, h2, <u64>bytes, out + (i << 4));
  }
}
