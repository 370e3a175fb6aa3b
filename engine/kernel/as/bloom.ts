// Bloom filters: what a block of values may hold (docs/internals/segment-format.md). An item is known by 64 bits, of texts
// their XXH64; its k bits are picked by the lower half plus multiples of the upper half.

import { order_of_refs } from "./bytes";
import { checksum_xxh64 } from "./checksum";

// @ts-ignore: decorator
@inline
function bit_of(hash: u64, i: u32, bits: u32): u32 {
  const mixed: u32 = <u32>hash + i * (<u32>(hash >> 32) | 1);
  return <u32>((<u64>mixed * <u64>bits) >> 32);
}

// @ts-ignore: decorator
@inline
function put(hash: u64, filter: usize, bits: u32, k: u32): void {
  for (let i: u32 = 0; i < k; i++) {
    const bit = bit_of(hash, i, bits);
    const at = filter + (bit >> 3);
    store<u8>(at, load<u8>(at) | (<u8>1 << <u8>(bit & 7)));
  }
}

// Words of the rows whose valid byte is set, one after another; answers how many.
export function compact_u64(src: usize, valid: usize, n: i32, out: usize): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (load<u8>(valid + i) == 0) continue;
    store<u64>(out + (<usize>count << 3), load<u64>(src + (<usize>i << 3)));
    count++;
  }
  return count;
}

// Leaves each of n words once, in the order they came; `table` is mask + 1 > n zeroed u32. Answers how many.
export function distinct_u64(words: usize, n: i32, table: usize, mask: u32): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const word = load<u64>(words + (<usize>i << 3));
    let slot = <u32>((word ^ (word >> 32)) * 0x9e3779b97f4a7c15 >> 32) & mask;
    for (;;) {
      const at = table + (<usize>slot << 2);
      const entry = load<u32>(at);
      if (entry == 0) {
        store<u64>(words + (<usize>count << 3), word);
        store<u32>(at, ++count);
        break;
      }
      if (load<u64>(words + (<usize>(entry - 1) << 3)) == word) break;
      slot = (slot + 1) & mask;
    }
  }
  return count;
}

// XXH64 of each of n words; `out` may be `src`.
export function bloom_hash_u64(src: usize, n: i32, seed: u64, out: usize): void {
  for (let i = 0; i < n; i++)
    store<u64>(out + (<usize>i << 3), checksum_xxh64(src + (<usize>i << 3), 8, seed));
}

// XXH64 of each of n texts.
export function bloom_hash_refs(refs: usize, n: i32, seed: u64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (<usize>i << 3));
    store<u64>(out + (<usize>i << 3), checksum_xxh64(<usize>(<u32>ref), <i32>(ref >> 32), seed));
  }
}

// Puts n hashes into a filter of `bits` bits, k bits each.
export function bloom_add(hashes: usize, n: i32, filter: usize, bits: u32, k: u32): void {
  for (let i = 0; i < n; i++) put(load<u64>(hashes + (<usize>i << 3)), filter, bits, k);
}

// 1 when the filter has all of n hashes.
export function bloom_has(hashes: usize, n: i32, filter: usize, bits: u32, k: u32): i32 {
  for (let i = 0; i < n; i++) {
    const hash = load<u64>(hashes + (<usize>i << 3));
    for (let j: u32 = 0; j < k; j++) {
      const bit = bit_of(hash, j, bits);
      if (((load<u8>(filter + (bit >> 3)) >> <u8>(bit & 7)) & 1) == 0) return 0;
    }
  }
  return 1;
}

// Letters and digits of ASCII, and every byte beyond it.
// @ts-ignore: decorator
@inline
function in_token(byte: u32): bool {
  return byte >= 0x80 || byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 26;
}

// Puts the tokens of n texts into a filter: the longest runs of ASCII letters and digits, and bytes beyond ASCII.
export function bloom_add_tokens(refs: usize, n: i32, seed: u64, filter: usize, bits: u32, k: u32): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (<usize>i << 3));
    const end = <usize>(<u32>ref) + <usize>(ref >> 32);
    for (let at = <usize>(<u32>ref); at < end; ) {
      if (!in_token(load<u8>(at))) {
        at++;
        continue;
      }
      const start = at;
      while (at < end && in_token(load<u8>(at))) at++;
      put(checksum_xxh64(start, <i32>(at - start), seed), filter, bits, k);
    }
  }
}

// @ts-ignore: decorator
@inline
function char_bytes(lead: u32): u32 {
  return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 1;
}

// Puts every run of `length` characters of n texts into a filter. A character is as long as its first byte says.
export function bloom_add_ngrams(refs: usize, n: i32, length: i32, seed: u64, filter: usize, bits: u32, k: u32): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (<usize>i << 3));
    const end = <usize>(<u32>ref) + <usize>(ref >> 32);
    for (let start = <usize>(<u32>ref); start < end; start++) {
      if ((load<u8>(start) & 0xc0) == 0x80) continue;
      let at = start;
      let left = length;
      while (left > 0 && at < end) {
        at += char_bytes(load<u8>(at));
        left--;
      }
      if (left > 0 || at > end) continue;
      put(checksum_xxh64(start, <i32>(at - start), seed), filter, bits, k);
    }
  }
}

// out: u32 rows of the first and the last of n > 0 texts in the order of their bytes.
export function range_refs(refs: usize, n: i32, out: usize): void {
  let low = 0;
  let high = 0;
  for (let i = 1; i < n; i++) {
    const ref = load<u64>(refs + (<usize>i << 3));
    if (order_of_refs(ref, load<u64>(refs + (<usize>low << 3))) < 0) low = i;
    else if (order_of_refs(ref, load<u64>(refs + (<usize>high << 3))) > 0) high = i;
  }
  store<u32>(out, low);
  store<u32>(out, high, 4);
}
