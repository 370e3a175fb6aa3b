// Hashing, group tables and radix partitioning.
//
// Hashes are 32 bits: partitions go by the upper ones, slots by the lower ones, and slots keep the whole hash as a tag.
//
// A group table is `slots` (u64 each: hash << 32 | group number + 1; 0 = empty; a power of two of them, `mask` =
// count - 1), a column of hashes and one column of 8-byte words per key, indexed by group number.
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
function hash_bytes(p: usize, n: usize, seed: u64): u32 {
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
  return <u32>(mix(h ^ mix(g ^ tail)) >> 32);
}

// Words of 64 bits to 32: the lower half is spread before the upper one is added, then every bit may change every other.
const M0: u32 = 0x9e3779b1;
const M1: u32 = 0x85ebca77;
const M2: u32 = 0x21f0aaad;
const M3: u32 = 0x735a2d97;

// @ts-ignore: decorator
@inline
function finish32(h: u32): u32 {
  h = (h ^ (h >> 16)) * M2;
  h = (h ^ (h >> 15)) * M3;
  return h ^ (h >> 15);
}
// @ts-ignore: decorator
@inline
function finish32x4(h: v128): v128 {
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(M2));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(M3));
  return v128.xor(h, i32x4.shr_u(h, 15));
}

export function hash_u64(src: usize, n: i32, seed: u64, out: usize): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const p = src + (<usize>i << 3), a = v128.load(p), b = v128.load(p, 16);
    const low = i32x4.mul(v128.xor(v128.shuffle<u32>(a, b, 0, 2, 4, 6), i32x4.splat(<i32>seed)), i32x4.splat(M0));
    const high = i32x4.mul(v128.shuffle<u32>(a, b, 1, 3, 5, 7), i32x4.splat(M1));
    v128.store(out + (<usize>i << 2), finish32x4(i32x4.add(v128.xor(low, i32x4.shr_u(low, 16)), high)));
  }
  for (; i < n; i++) {
    const x = load<u64>(src + (<usize>i << 3));
    const low = (<u32>x ^ <u32>seed) * M0;
    store<u32>(out + (<usize>i << 2), finish32((low ^ (low >> 16)) + <u32>(x >> 32) * M1));
  }
}
export function hash_refs(refs: usize, n: i32, seed: u64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (<usize>i << 3));
    store<u32>(out + (<usize>i << 2), hash_bytes(<usize>(<u32>ref), <usize>(ref >> 32), seed));
  }
}
// Hashes of a dictionary's entries; the same as hash_refs gives for the same bytes.
export function hash_entries(offsets: usize, bytes: usize, n: i32, seed: u64, out: usize): void {
  for (let i = 0; i < n; i++) {
    const at = load<u32>(offsets + (<usize>i << 2)), end = load<u32>(offsets + (<usize>i << 2) + 4);
    store<u32>(out + (<usize>i << 2), hash_bytes(bytes + at, end - at, seed));
  }
}
export function hash_combine(acc: usize, src: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const p = acc + (<usize>i << 2);
    const h = i32x4.add(i32x4.mul(v128.load(p), i32x4.splat(M0)), v128.load(src + (<usize>i << 2)));
    v128.store(p, finish32x4(h));
  }
  for (; i < n; i++) {
    const p = acc + (<usize>i << 2);
    store<u32>(p, finish32(load<u32>(p) * M0 + load<u32>(src + (<usize>i << 2))));
  }
}

// What hash_combine did can be undone, all its steps being one to one: given the hash of the last word, back to that of the
// words before it; given theirs, to the last word's own. Inverses are modulo 2^32.
const M0_INVERSE: u32 = 0x0e8b2f51;
const M2_INVERSE: u32 = 0x333c4925;
const M3_INVERSE: u32 = 0x97132227;

// @ts-ignore: decorator
@inline
function unfinish32x4(h: v128): v128 {
  h = i32x4.mul(v128.xor(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.shr_u(h, 30)), i32x4.splat(M3_INVERSE));
  h = i32x4.mul(v128.xor(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.shr_u(h, 30)), i32x4.splat(M2_INVERSE));
  return v128.xor(h, i32x4.shr_u(h, 16));
}
// @ts-ignore: decorator
@inline
function unfinish32(h: u32): u32 {
  h = (h ^ (h >> 15) ^ (h >> 30)) * M3_INVERSE;
  h = (h ^ (h >> 15) ^ (h >> 30)) * M2_INVERSE;
  return h ^ (h >> 16);
}
export function hash_before(acc: usize, last: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const p = acc + (<usize>i << 2);
    const sum = i32x4.sub(unfinish32x4(v128.load(p)), v128.load(last + (<usize>i << 2)));
    v128.store(p, i32x4.mul(sum, i32x4.splat(M0_INVERSE)));
  }
  for (; i < n; i++) {
    const p = acc + (<usize>i << 2);
    store<u32>(p, (unfinish32(load<u32>(p)) - load<u32>(last + (<usize>i << 2))) * M0_INVERSE);
  }
}
export function hash_last(acc: usize, before: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const p = acc + (<usize>i << 2);
    const part = i32x4.mul(v128.load(before + (<usize>i << 2)), i32x4.splat(M0));
    v128.store(p, i32x4.sub(unfinish32x4(v128.load(p)), part));
  }
  for (; i < n; i++) {
    const p = acc + (<usize>i << 2);
    store<u32>(p, unfinish32(load<u32>(p)) - load<u32>(before + (<usize>i << 2)) * M0);
  }
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
export function widen_u32_u64(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (<usize>i << 3), <u64>load<u32>(src + (<usize>i << 2)));
}
export function narrow_u64_u32(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (<usize>i << 2), <u32>load<u64>(src + (<usize>i << 3)));
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
    const hash = load<u32>(hashes + (i << 2)), key = load<u64>(keys + (i << 3)), tag = <u64>hash;
    let at = hash & mask;
    for (;;) {
      const slot = load<u64>(slots + (<usize>at << 3));
      if (slot == 0) {
        store<u64>(slots + (<usize>at << 3), (tag << 32) | <u64>(groups + 1));
        store<u32>(groupHashes + (<usize>groups << 2), hash);
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

// Two words of key, of which the second may be string references.
// @ts-ignore: decorator
@inline
function upsert_two(strings: bool, slots: usize, mask: u32, hashes: usize, first: usize, second: usize, n: i32, groupHashes: usize, groupFirst: usize, groupSecond: usize, groups: i32, gids: usize): i32 {
  for (let i = 0; i < n; i++) {
    const hash = load<u32>(hashes + (i << 2)), tag = <u64>hash;
    const a = load<u64>(first + (i << 3)), b = load<u64>(second + (i << 3));
    let at = hash & mask;
    for (;;) {
      const slot = load<u64>(slots + (<usize>at << 3));
      if (slot == 0) {
        store<u64>(slots + (<usize>at << 3), (tag << 32) | <u64>(groups + 1));
        store<u32>(groupHashes + (<usize>groups << 2), hash);
        store<u64>(groupFirst + (<usize>groups << 3), a);
        store<u64>(groupSecond + (<usize>groups << 3), b);
        store<u32>(gids + (i << 2), groups);
        groups++;
        break;
      }
      if (slot >> 32 == tag) {
        const g = <u32>slot - 1;
        const known = load<u64>(groupSecond + (<usize>g << 3));
        if (load<u64>(groupFirst + (<usize>g << 3)) == a && (strings ? same_ref(known, b) : known == b)) {
          store<u32>(gids + (i << 2), g);
          break;
        }
      }
      at = (at + 1) & mask;
    }
  }
  return groups;
}
export function group_upsert_u64_u64(slots: usize, mask: u32, hashes: usize, first: usize, second: usize, n: i32, groupHashes: usize, groupFirst: usize, groupSecond: usize, groups: i32, gids: usize): i32 {
  return upsert_two(false, slots, mask, hashes, first, second, n, groupHashes, groupFirst, groupSecond, groups, gids);
}
export function group_upsert_u64_ref(slots: usize, mask: u32, hashes: usize, first: usize, second: usize, n: i32, groupHashes: usize, groupFirst: usize, groupSecond: usize, groups: i32, gids: usize): i32 {
  return upsert_two(true, slots, mask, hashes, first, second, n, groupHashes, groupFirst, groupSecond, groups, gids);
}

// `width` words of key: keys and groupKeys point at u32 addresses of columns, kinds at one byte each (1 = string
// reference, compared by bytes).
export function group_upsert(slots: usize, mask: u32, hashes: usize, keys: usize, kinds: usize, width: i32, n: i32, groupHashes: usize, groupKeys: usize, groups: i32, gids: usize): i32 {
  for (let i = 0; i < n; i++) {
    const hash = load<u32>(hashes + (i << 2)), tag = <u64>hash;
    let at = hash & mask;
    for (;;) {
      const slot = load<u64>(slots + (<usize>at << 3));
      if (slot == 0) {
        store<u64>(slots + (<usize>at << 3), (tag << 32) | <u64>(groups + 1));
        store<u32>(groupHashes + (<usize>groups << 2), hash);
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
    const hash = load<u32>(hashes + (i << 2)), tag = <u64>hash;
    let at = hash & mask;
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
    const hash = load<u32>(groupHashes + (<usize>g << 2));
    let at = hash & mask;
    while (load<u64>(slots + (<usize>at << 3)) != 0) at = (at + 1) & mask;
    store<u64>(slots + (<usize>at << 3), (<u64>hash << 32) | <u64>(g + 1));
  }
}

// Radix partitioning by eight bits of the hash, from bit `shift` on: rows of a batch (at most 65,536) in the order of
// their partitions (u16 each), and how many each has.
export function partition_order(hashes: usize, n: i32, shift: i32, counts: usize, order: usize): void {
  memory.fill(counts, 0, 1024);
  for (let i = 0; i < n; i++) {
    const c = counts + ((<usize>(load<u32>(hashes + (<usize>i << 2)) >> shift) & 255) << 2);
    store<u32>(c, load<u32>(c) + 1);
  }
  let at: u32 = 0;
  for (let p: usize = 0; p < 1024; p += 4) {
    const count = load<u32>(counts + p);
    store<u32>(counts + p, at);
    at += count;
  }
  for (let i = 0; i < n; i++) {
    const c = counts + ((<usize>(load<u32>(hashes + (<usize>i << 2)) >> shift) & 255) << 2);
    const to = load<u32>(c);
    store<u16>(order + (<usize>to << 1), <u16>i);
    store<u32>(c, to + 1);
  }
  let end: u32 = 0;
  for (let p: usize = 0; p < 1024; p += 4) {
    const next = load<u32>(counts + p);
    store<u32>(counts + p, next - end);
    end = next;
  }
}
// Partitions without room for their rows; answers how many.
export function partition_full(counts: usize, rows: usize, capacities: usize, out: usize): i32 {
  let full = 0;
  for (let p: usize = 0; p < 1024; p += 4) {
    if (load<u32>(rows + p) + load<u32>(counts + p) <= load<u32>(capacities + p)) continue;
    store<u32>(out + (<usize>full << 2), <u32>(p >> 2));
    full++;
  }
  return full;
}
// Appends a column of words, less `base`, to the partitions' chunks as T. In a chunk of address a and capacity c the column
// begins at a + c * before; `rows` are there already.
// @ts-ignore: decorator
@inline
function append<S, T>(src: usize, base: i64, order: usize, counts: usize, addresses: usize, rows: usize, capacities: usize, before: u32): void {
  const size = <i32>sizeof<T>();
  for (let p: usize = 0; p < 1024; p += 4) {
    const end = order + (<usize>load<u32>(counts + p) << 1);
    let to = <usize>(load<u32>(addresses + p) + load<u32>(capacities + p) * before + load<u32>(rows + p) * size);
    for (; order < end; order += 2) {
      store<T>(to, <T>(load<S>(src + <usize>load<u16>(order) * sizeof<S>()) - <S>base));
      to += size;
    }
  }
}
export function partition_append_u8(src: usize, base: i64, order: usize, counts: usize, addresses: usize, rows: usize, capacities: usize, before: i32): void { append<u64, u8>(src, base, order, counts, addresses, rows, capacities, before); }
export function partition_append_u16(src: usize, base: i64, order: usize, counts: usize, addresses: usize, rows: usize, capacities: usize, before: i32): void { append<u64, u16>(src, base, order, counts, addresses, rows, capacities, before); }
export function partition_append_u32(src: usize, base: i64, order: usize, counts: usize, addresses: usize, rows: usize, capacities: usize, before: i32): void { append<u64, u32>(src, base, order, counts, addresses, rows, capacities, before); }
export function partition_append_u64(src: usize, order: usize, counts: usize, addresses: usize, rows: usize, capacities: usize, before: i32): void { append<u64, u64>(src, 0, order, counts, addresses, rows, capacities, before); }
// The same for hashes, which are 4 bytes already.
export function partition_append_hash(src: usize, order: usize, counts: usize, addresses: usize, rows: usize, capacities: usize, before: i32): void { append<u32, u32>(src, 0, order, counts, addresses, rows, capacities, before); }
export function partition_advance(counts: usize, rows: usize): void {
  for (let p: usize = 0; p < 1024; p += 4) store<u32>(rows + p, load<u32>(rows + p) + load<u32>(counts + p));
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
