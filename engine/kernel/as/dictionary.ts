// Dictionaries: distinct strings by hash, their order, and codes.
// References are u64: address | length << 32.
//
// The state of a table under construction is a row of u32 words:
//   0 slots (address of mask + 1 words: entry + 1, or 0)   1 mask            2 entries (address of u64 refs)
//   3 hashes (address of u32)                              4 count           5 limit of count
//   6 bytes of all entries                                 7 seed

// @ts-ignore: decorator
@inline
function mix(a: u64, b: u64): u64 {
  const x = (a ^ 0x9e3779b97f4a7c15) * (b ^ 0xe7037ed1a0b428db);
  return x ^ (x >> 32);
}

// @ts-ignore: decorator
@inline
function hash_bytes(at: usize, length: u32, seed: u64): u32 {
  let hash = mix(seed, <u64>length);
  if (length >= 8) {
    const last = at + length - 8;
    for (; at < last; at += 8) hash = rotl<u64>(mix(hash, load<u64>(at)), 29);
    hash = mix(hash, load<u64>(last));
  } else if (length >= 4) {
    hash = mix(hash, (<u64>load<u32>(at) << 32) | <u64>load<u32>(at + length - 4));
  } else if (length > 0) {
    hash = mix(hash, <u64>load<u8>(at) | (<u64>load<u8>(at + (length >> 1)) << 8) | (<u64>load<u8>(at + length - 1) << 16));
  }
  hash *= 0xd6e8feb86659fd93;
  return <u32>(hash >> 32);
}

// @ts-ignore: decorator
@inline
function same_bytes(a: usize, b: usize, length: u32): bool {
  if (length >= 8) {
    const end = length - 8;
    for (let i: u32 = 0; i < end; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
    return load<u64>(a + end) == load<u64>(b + end);
  }
  if (length >= 4) {
    return load<u32>(a) == load<u32>(b) && load<u32>(a + length - 4) == load<u32>(b + length - 4);
  }
  for (let i: u32 = 0; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

// Codes (u32, from 1; NULL rows 0) of n strings, new ones entered. Answers the rows done: fewer than n when the
// table is full and must grow first.
export function dict_insert_refs(state: usize, refs: usize, valid: usize, n: i32, out: usize): i32 {
  const slots = <usize>load<u32>(state);
  const mask = load<u32>(state, 4);
  const entries = <usize>load<u32>(state, 8);
  const hashes = <usize>load<u32>(state, 12);
  const limit = load<u32>(state, 20);
  const seed = <u64>load<u32>(state, 28);
  let count = load<u32>(state, 16);
  let total = load<u32>(state, 24);
  let i = 0;
  for (; i < n; i++) {
    if (valid != 0 && load<u8>(valid + i) == 0) {
      store<u32>(out + (i << 2), 0);
      continue;
    }
    const ref = load<u64>(refs + (i << 3));
    const at = <usize>(<u32>ref);
    const length = <u32>(ref >> 32);
    const hash = hash_bytes(at, length, seed);
    let slot = hash & mask;
    let code: u32;
    while (true) {
      code = load<u32>(slots + (<usize>slot << 2));
      if (code == 0) break;
      const entry = <usize>(code - 1);
      if (load<u32>(hashes + (entry << 2)) == hash) {
        const other = load<u64>(entries + (entry << 3));
        if (<u32>(other >> 32) == length && same_bytes(at, <usize>(<u32>other), length)) break;
      }
      slot = (slot + 1) & mask;
    }
    if (code == 0) {
      if (count == limit) break;
      store<u64>(entries + (<usize>count << 3), ref);
      store<u32>(hashes + (<usize>count << 2), hash);
      code = ++count;
      total += length;
      store<u32>(slots + (<usize>slot << 2), code);
    }
    store<u32>(out + (i << 2), code);
  }
  store<u32>(state, count, 16);
  store<u32>(state, total, 24);
  return i;
}

// Enters all entries again into empty slots (after they grew).
export function dict_rehash(state: usize): void {
  const slots = <usize>load<u32>(state);
  const mask = load<u32>(state, 4);
  const hashes = <usize>load<u32>(state, 12);
  const count = load<u32>(state, 16);
  for (let entry: u32 = 0; entry < count; entry++) {
    let slot = load<u32>(hashes + (<usize>entry << 2)) & mask;
    while (load<u32>(slots + (<usize>slot << 2)) != 0) slot = (slot + 1) & mask;
    store<u32>(slots + (<usize>slot << 2), entry + 1);
  }
}

// Sorting strings by unsigned bytes. A record is 16 bytes: u64 first eight bytes, big-endian, zero-padded; u32
// number of the reference; u32 length.

// Records of n references.
export function sort_records_refs(refs: usize, n: i32, records: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    const at = <usize>(<u32>ref);
    const length = <u32>(ref >> 32);
    let prefix: u64 = 0;
    if (length >= 8) prefix = bswap<u64>(load<u64>(at));
    else for (let k: u32 = 0; k < length; k++) prefix |= <u64>load<u8>(at + k) << (56 - (k << 3));
    const record = records + (i << 4);
    store<u64>(record, prefix);
    store<u32>(record, i, 8);
    store<u32>(record, length, 12);
  }
}

// a <= b by bytes. Prefixes are equal only up to zero padding, so lengths decide below eight bytes.
function in_order(refs: usize, a: usize, b: usize): bool {
  const pa = load<u64>(a);
  const pb = load<u64>(b);
  if (pa != pb) return pa < pb;
  const la = load<u32>(a, 12);
  const lb = load<u32>(b, 12);
  const shared = min(la, lb);
  if (shared > 8) {
    const x = <usize>load<u32>(refs + (<usize>load<u32>(a, 8) << 3));
    const y = <usize>load<u32>(refs + (<usize>load<u32>(b, 8) << 3));
    let i: u32 = 8;
    for (; i + 8 <= shared; i += 8) {
      const p = load<u64>(x + i);
      const q = load<u64>(y + i);
      if (p != q) return bswap<u64>(p) < bswap<u64>(q);
    }
    for (; i < shared; i++) {
      const p = load<u8>(x + i);
      const q = load<u8>(y + i);
      if (p != q) return p < q;
    }
  }
  return la <= lb;
}

// Sorts each group of 16 neighbours.
export function sort_groups_refs(refs: usize, records: usize, n: i32): void {
  for (let start = 0; start < n; start += 16) {
    const stop = min(start + 16, n);
    for (let i = start + 1; i < stop; i++) {
      const record = v128.load(records + (i << 4));
      let at = i;
      while (at > start) {
        const before = records + ((at - 1) << 4);
        // The record under way lies at `at` while it is compared.
        v128.store(records + (at << 4), record);
        if (in_order(refs, before, records + (at << 4))) break;
        v128.store(records + (at << 4), v128.load(before));
        at--;
      }
      v128.store(records + (at << 4), record);
    }
  }
}

// One pass of a merge sort: sorted groups of `width` records at src become groups of 2 * width at out.
export function sort_merge_refs(refs: usize, src: usize, n: i32, width: i32, out: usize): void {
  for (let start = 0; start < n; start += 2 * width) {
    let a = src + (<usize>start << 4);
    const aEnd = src + (<usize>min(start + width, n) << 4);
    let b = aEnd;
    const bEnd = src + (<usize>min(start + 2 * width, n) << 4);
    while (a < aEnd && b < bEnd) {
      if (in_order(refs, a, b)) {
        v128.store(out, v128.load(a));
        a += 16;
      } else {
        v128.store(out, v128.load(b));
        b += 16;
      }
      out += 16;
    }
    memory.copy(out, a, aEnd - a);
    out += aEnd - a;
    memory.copy(out, b, bEnd - b);
    out += bEnd - b;
  }
}

// ranks[number] = rank from 1 of each sorted record, equal strings sharing one; answers the largest rank.
export function sort_ranks_refs(refs: usize, records: usize, n: i32, ranks: usize): u32 {
  let rank: u32 = 0;
  for (let i = 0; i < n; i++) {
    const record = records + (<usize>i << 4);
    if (i == 0 || !in_order(refs, record, record - 16)) rank++;
    store<u32>(ranks + (<usize>load<u32>(record, 8) << 2), rank);
  }
  return rank;
}

// out[i] = refs[number of sorted record i].
export function sort_gather_refs(refs: usize, records: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const number = <usize>load<u32>(records + (<usize>i << 4), 8);
    store<u64>(out + (<usize>i << 3), load<u64>(refs + (number << 3)));
  }
}

// Codes looked up in a table of u32.
export function remap_u8_u32(codes: usize, n: i32, map: usize, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (i << 2), load<u32>(map + (<usize>load<u8>(codes + i) << 2)));
}
export function remap_u16_u32(codes: usize, n: i32, map: usize, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (i << 2), load<u32>(map + (<usize>load<u16>(codes + (i << 1)) << 2)));
}
export function remap_u32_u32(codes: usize, n: i32, map: usize, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (i << 2), load<u32>(map + (<usize>load<u32>(codes + (i << 2)) << 2)));
}

// Row numbers of n <= 65536 codes (i64, below `count`) grouped by code, ascending within each: u16 positions, and
// count + 1 u32 starts of the groups.
export function group_positions_i64(codes: usize, n: i32, count: i32, starts: usize, positions: usize): void {
  memory.fill(starts, 0, <usize>(count + 1) << 2);
  for (let i = 0; i < n; i++) {
    const p = starts + (load<usize>(codes + (i << 3)) << 2);
    store<u32>(p, load<u32>(p, 4) + 1, 4);
  }
  for (let c = 1; c <= count; c++) {
    const p = starts + (<usize>c << 2);
    store<u32>(p, load<u32>(p) + load<u32>(p - 4));
  }
  for (let i = n - 1; i >= 0; i--) {
    const p = starts + (load<usize>(codes + (i << 3)) << 2);
    const at = load<u32>(p, 4) - 1;
    store<u32>(p, at, 4);
    store<u16>(positions + (<usize>at << 1), <u16>i);
  }
  // Each start was counted down to the group before it: shift by one.
  for (let c = 0; c < count; c++) store<u32>(starts + (<usize>c << 2), load<u32>(starts + (<usize>c << 2), 4));
  store<u32>(starts + (<usize>count << 2), n);
}
