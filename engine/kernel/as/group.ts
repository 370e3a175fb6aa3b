// Hashing, group tables and radix partitioning.
//
// A group table is `slots` (u64 each: upper half of the hash << 32 | group number + 1; 0 = empty; a power of two
// of them, `mask` = count - 1), a column of hashes and one column of 8-byte words per key, indexed by group number.
// The caller keeps it at most half full: room for n more groups before a call that may add n.

const K0: u64 = 0x9e3779b97f4a7c15;
const K1: u64 = 0xd6e8feb86659fd93;

// @ts-ignore: decorator
@inline
function mix(x: u64): u64 {
  x ^= x >> 32;
  x *= K1;
  x ^= x >> 29;
  x *= K0;
  return x ^ (x >> 32);
}

// Two chains side by side: a multiplication of one does not wait for the other's.
// @ts-ignore: decorator
@inline
function hash_bytes(p: usize, n: usize, seed: u64): u64 {
  let h = seed ^ (<u64>n * K0), g = seed + K1;
  let i: usize = 0;
  for (; i + 16 <= n; i += 16) {
    h = (h ^ load<u64>(p + i)) * K1;
    g = (g ^ load<u64>(p + i + 8)) * K0;
    h ^= h >> 32;
    g ^= g >> 32;
  }
  if (n & 8) {
    h = (h ^ load<u64>(p + i)) * K1;
    h ^= h >> 32;
    i += 8;
  }
  let tail: u64 = 0;
  if (n & 4) {
    tail = <u64>load<u32>(p + i);
    i += 4;
  }
  if (n & 2) {
    tail = (tail << 16) | <u64>load<u16>(p + i);
    i += 2;
  }
  if (n & 1) tail = (tail << 8) | <u64>load<u8>(p + i);
  return mix(h ^ mix(g ^ tail));
}

export function hash_u64(src: usize, n: i32, seed: u64, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (i << 3), mix(load<u64>(src + (i << 3)) ^ seed));
}
export function hash_refs(refs: usize, n: i32, seed: u64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    store<u64>(out + (i << 3), hash_bytes(<usize>(<u32>ref), <usize>(ref >> 32), seed));
  }
}
// Hashes of a dictionary's entries; the same as hash_refs gives for the same bytes.
export function hash_entries(offsets: usize, bytes: usize, n: i32, seed: u64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const at = load<u32>(offsets + (i << 2)), end = load<u32>(offsets + (i << 2) + 4);
    store<u64>(out + (i << 3), hash_bytes(bytes + at, end - at, seed));
  }
}
export function hash_combine(acc: usize, src: usize, n: i32): void {
  for (let i = 0; i < n; i++) store<u64>(acc + (i << 3), mix(load<u64>(acc + (i << 3)) * K0 ^ load<u64>(src + (i << 3))));
}

// Words under NULL become 0, so that equal keys have equal words.
export function zero_nulls_u64(src: usize, valid: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (i << 3), load<u64>(src + (i << 3)) * <u64>load<u8>(valid + i));
}
// Sets bit `bit` of out[i] where the row is NULL.
export function null_bit_or(valid: usize, n: i32, bit: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const p = out + (i << 3);
    store<u64>(p, load<u64>(p) | (<u64>(load<u8>(valid + i) ^ 1) << bit));
  }
}
export function valid_of_bit(words: usize, n: i32, bit: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, <u8>((load<u64>(words + (i << 3)) >> bit) & 1) ^ 1);
}
export function widen_u8_u64(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (i << 3), <u64>load<u8>(src + i));
}
export function narrow_u64_u8(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, <u8>load<u64>(src + (i << 3)));
}
// -0 becomes 0 and every NaN the same NaN, so that equal floats have equal words.
export function normal_f64(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const x = load<f64>(src + (i << 3));
    store<f64>(out + (i << 3), x == 0 ? 0 : x != x ? NaN : x);
  }
}

// The last 16 (8) bytes are compared as a whole, whatever was compared before: no loop over the rest.
// @ts-ignore: decorator
@inline
function same_ref(a: u64, b: u64): bool {
  if (a == b) return true;
  if ((a >> 32) != (b >> 32)) return false;
  const n = <usize>(a >> 32), pa = <usize>(<u32>a), pb = <usize>(<u32>b);
  if (n >= 16) {
    if (v128.any_true(v128.xor(v128.load(pa + n - 16), v128.load(pb + n - 16)))) return false;
    for (let i: usize = 0; i + 16 < n; i += 16) if (v128.any_true(v128.xor(v128.load(pa + i), v128.load(pb + i)))) return false;
    return true;
  }
  if (n >= 8) return load<u64>(pa) == load<u64>(pb) && load<u64>(pa + n - 8) == load<u64>(pb + n - 8);
  if (n >= 4) return load<u32>(pa) == load<u32>(pb) && load<u32>(pa + n - 4) == load<u32>(pb + n - 4);
  for (let i: usize = 0; i < n; i++) if (load<u8>(pa + i) != load<u8>(pb + i)) return false;
  return true;
}

// Row i of the keys is the key of group g.
// @ts-ignore: decorator
@inline
function same_key(keys: usize, kinds: usize, width: i32, i: i32, groupKeys: usize, g: u32): bool {
  for (let k = 0; k < width; k++) {
    const a = load<u64>(<usize>load<u32>(keys + (k << 2)) + (i << 3));
    const b = load<u64>(<usize>load<u32>(groupKeys + (k << 2)) + (<usize>g << 3));
    if (load<u8>(kinds + k) == 1 ? !same_ref(a, b) : a != b) return false;
  }
  return true;
}

// One word of key, string references compared by bytes. Answers the new number of groups.
// @ts-ignore: decorator
@inline
function upsert_one(strings: bool, slots: usize, mask: u32, hashes: usize, keys: usize, n: i32, groupHashes: usize, groupKeys: usize, groups: i32, gids: usize): i32 {
  for (let i = 0; i < n; i++) {
    const hash = load<u64>(hashes + (i << 3)), key = load<u64>(keys + (i << 3)), tag = hash >> 32;
    let at = <u32>hash & mask;
    for (;;) {
      const slot = load<u64>(slots + (<usize>at << 3));
      if (slot == 0) {
        store<u64>(slots + (<usize>at << 3), (tag << 32) | <u64>(groups + 1));
        store<u64>(groupHashes + (<usize>groups << 3), hash);
        store<u64>(groupKeys + (<usize>groups << 3), key);
        store<u32>(gids + (i << 2), groups);
        groups++;
        break;
      }
      if (slot >> 32 == tag) {
        const g = <u32>slot - 1;
        const known = load<u64>(groupKeys + (<usize>g << 3));
        if (strings ? same_ref(known, key) : known == key) {
          store<u32>(gids + (i << 2), g);
          break;
        }
      }
      at = (at + 1) & mask;
    }
  }
  return groups;
}
export function group_upsert_u64(slots: usize, mask: u32, hashes: usize, keys: usize, n: i32, groupHashes: usize, groupKeys: usize, groups: i32, gids: usize): i32 {
  return upsert_one(false, slots, mask, hashes, keys, n, groupHashes, groupKeys, groups, gids);
}
export function group_upsert_ref(slots: usize, mask: u32, hashes: usize, keys: usize, n: i32, groupHashes: usize, groupKeys: usize, groups: i32, gids: usize): i32 {
  return upsert_one(true, slots, mask, hashes, keys, n, groupHashes, groupKeys, groups, gids);
}

// `width` words of key: keys and groupKeys point at u32 addresses of columns, kinds at one byte each (1 = string
// reference, compared by bytes).
export function group_upsert(slots: usize, mask: u32, hashes: usize, keys: usize, kinds: usize, width: i32, n: i32, groupHashes: usize, groupKeys: usize, groups: i32, gids: usize): i32 {
  for (let i = 0; i < n; i++) {
    const hash = load<u64>(hashes + (i << 3)), tag = hash >> 32;
    let at = <u32>hash & mask;
    for (;;) {
      const slot = load<u64>(slots + (<usize>at << 3));
      if (slot == 0) {
        store<u64>(slots + (<usize>at << 3), (tag << 32) | <u64>(groups + 1));
        store<u64>(groupHashes + (<usize>groups << 3), hash);
        for (let k = 0; k < width; k++) {
          store<u64>(<usize>load<u32>(groupKeys + (k << 2)) + (<usize>groups << 3), load<u64>(<usize>load<u32>(keys + (k << 2)) + (i << 3)));
        }
        store<u32>(gids + (i << 2), groups);
        groups++;
        break;
      }
      if (slot >> 32 == tag) {
        const g = <u32>slot - 1;
        if (same_key(keys, kinds, width, i, groupKeys, g)) {
          store<u32>(gids + (i << 2), g);
          break;
        }
      }
      at = (at + 1) & mask;
    }
  }
  return groups;
}

// Finds without adding: gids[i] = group number, or 0xffffffff.
export function group_find(slots: usize, mask: u32, hashes: usize, keys: usize, kinds: usize, width: i32, n: i32, groupKeys: usize, gids: usize): void {
  for (let i = 0; i < n; i++) {
    const hash = load<u64>(hashes + (i << 3)), tag = hash >> 32;
    let at = <u32>hash & mask;
    let found: u32 = 0xffffffff;
    for (;;) {
      const slot = load<u64>(slots + (<usize>at << 3));
      if (slot == 0) break;
      if (slot >> 32 == tag) {
        const g = <u32>slot - 1;
        if (same_key(keys, kinds, width, i, groupKeys, g)) {
          found = g;
          break;
        }
      }
      at = (at + 1) & mask;
    }
    store<u32>(gids + (i << 2), found);
  }
}

// Fills empty slots for groups [from, to) that are already in the columns: after growing.
export function group_reinsert(slots: usize, mask: u32, groupHashes: usize, from: i32, to: i32): void {
  for (let g = from; g < to; g++) {
    const hash = load<u64>(groupHashes + (<usize>g << 3));
    let at = <u32>hash & mask;
    while (load<u64>(slots + (<usize>at << 3)) != 0) at = (at + 1) & mask;
    store<u64>(slots + (<usize>at << 3), (hash >> 32 << 32) | <u64>(g + 1));
  }
}

// Radix partitioning by eight bits of the hash, from bit `shift` on.
export function partition_of(hashes: usize, n: i32, shift: i32, out: usize, counts: usize): void {
  for (let i = 0; i < n; i++) {
    const p = <u32>(load<u64>(hashes + (i << 3)) >> <u64>shift) & 255;
    store<u8>(out + i, <u8>p);
    const c = counts + (p << 2);
    store<u32>(c, load<u32>(c) + 1);
  }
}
// Appends each word to its partition: cursors[p] is the address the next word of partition p goes to.
export function scatter_u64(src: usize, parts: usize, n: i32, cursors: usize): void {
  for (let i = 0; i < n; i++) {
    const c = cursors + (<usize>load<u8>(parts + i) << 2);
    const at = load<u32>(c);
    store<u64>(<usize>at, load<u64>(src + (i << 3)));
    store<u32>(c, at + 8);
  }
}

// Dense group numbers: gids[i] (+)= code * stride. `first` starts from 0.
// @ts-ignore: decorator
@inline
function index_add<T>(src: usize, n: i32, add: u32, stride: u32, first: i32, gids: usize): void {
  for (let i = 0; i < n; i++) {
    const p = gids + (i << 2);
    const g = (<u32>load<T>(src + i * <i32>sizeof<T>()) + add) * stride;
    store<u32>(p, first ? g : load<u32>(p) + g);
  }
}
export function index_add_u8(src: usize, n: i32, add: u32, stride: u32, first: i32, gids: usize): void { index_add<u8>(src, n, add, stride, first, gids); }
export function index_add_u16(src: usize, n: i32, add: u32, stride: u32, first: i32, gids: usize): void { index_add<u16>(src, n, add, stride, first, gids); }
export function index_add_u32(src: usize, n: i32, add: u32, stride: u32, first: i32, gids: usize): void { index_add<u32>(src, n, add, stride, first, gids); }

export function iota_u32(n: i32, from: u32, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (i << 2), from + i);
}

// Runs of rows with equal keys: starts[r] is the first row of run r. Answers their number, or most + 1 as soon as there are more.
export function key_runs(keys: usize, width: i32, n: i32, most: i32, starts: usize): i32 {
  store<u32>(starts, 0);
  let runs = 1;
  for (let i = 1; i < n; i++) {
    let differs = false;
    for (let k = 0; k < width; k++) {
      const p = <usize>load<u32>(keys + (k << 2)) + (i << 3);
      if (load<u64>(p) != load<u64>(p - 8)) {
        differs = true;
        break;
      }
    }
    if (!differs) continue;
    if (runs > most) return runs;
    store<u32>(starts + (runs << 2), i);
    runs++;
  }
  return runs;
}
// One value per run becomes one per row.
export function spread_u32(values: usize, starts: usize, runs: i32, n: i32, out: usize): void {
  for (let r = 0; r < runs; r++) {
    const value = load<u32>(values + (r << 2));
    const end = r + 1 < runs ? <i32>load<u32>(starts + (r << 2) + 4) : n;
    for (let i = <i32>load<u32>(starts + (r << 2)); i < end; i++) store<u32>(out + (i << 2), value);
  }
}
