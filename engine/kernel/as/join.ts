// Join tables: from the hash of a key to the chain of rows that have it.
//
// Rows lie in pages; row number = page << 13 | row in page, row numbers + 1 stand in tables, 0 = none. A column is a
// table of u32 page addresses; its words are 8 bytes. `pages` points at one such table per key word, `kinds` at one byte
// each (1 = string reference, compared by bytes). A table is u64 slots, `mask` = their count - 1, at most half full: hash
// << 32 | first row of the chain + 1; it can grow without its rows. Link column: next row of the chain + 1, then 4 bytes that are not 0 once the row was matched.

import { order_of_refs } from "./bytes";

// @ts-ignore: decorator
@inline
function word_of(pages: usize, id: u32): u64 {
  return load<u64>(<usize>load<u32>(pages + (<usize>(id >> 13) << 2)) + (<usize>(id & 0x1fff) << 3));
}

// Row i of dense key columns has the key of row `id`.
// @ts-ignore: decorator
@inline
function same_row(keys: usize, i: i32, pages: usize, id: u32, kinds: usize, width: i32): bool {
  for (let k = 0; k < width; k++) {
    const a = load<u64>(<usize>load<u32>(keys + (k << 2)) + (<usize>i << 3));
    const b = word_of(<usize>load<u32>(pages + (k << 2)), id);
    if (a != b && (load<u8>(kinds + k) == 0 || (a >> 32) != (b >> 32) || order_of_refs(a, b) != 0)) return false;
  }
  return true;
}

// Enters the n rows of a page, from the last to the first, so that chains list rows in their order. `keys` points at the
// page's own key columns; `links` holds the rows' hashes as words and becomes their links. Rows with a word other than 0 in
// column `nulls` (0 = no such column) stay out. Answers how many keys are new.
export function join_insert(slots: usize, mask: u32, page: u32, n: i32, keys: usize, links: usize, nulls: usize, pages: usize, kinds: usize, width: i32): i32 {
  let added = 0;
  for (let i = n - 1; i >= 0; i--) {
    const link = links + (<usize>i << 3);
    const tag = <u64>load<u32>(link);
    store<u64>(link, 0);
    if (nulls != 0 && load<u64>(nulls + (<usize>i << 3)) != 0) continue;
    const id = (page << 13) | <u32>i;
    let at = <u32>tag & mask;
    for (;;) {
      const p = slots + (<usize>at << 3);
      const slot = load<u64>(p);
      if (slot == 0) {
        store<u64>(p, (tag << 32) | <u64>(id + 1));
        added++;
        break;
      }
      if (slot >> 32 == tag && same_row(keys, i, pages, <u32>slot - 1, kinds, width)) {
        store<u32>(link, <u32>slot);
        store<u64>(p, (tag << 32) | <u64>(id + 1));
        break;
      }
      at = (at + 1) & mask;
    }
  }
  return added;
}

// Enters the chains of one table into another, larger one.
export function join_grow(from: usize, count: i32, slots: usize, mask: u32): void {
  for (let i = 0; i < count; i++) {
    const slot = load<u64>(from + (<usize>i << 3));
    if (slot == 0) continue;
    let at = <u32>(slot >> 32) & mask;
    while (load<u64>(slots + (<usize>at << 3)) != 0) at = (at + 1) & mask;
    store<u64>(slots + (<usize>at << 3), slot);
  }
}

// First row + 1 of the chain with each row's key. `tables` is pairs of u32 (slots, mask), chosen by the upper `bits` bits
// of the hash; slots 0 = empty.
export function join_find(tables: usize, bits: i32, hashes: usize, keys: usize, nulls: usize, n: i32, pages: usize, kinds: usize, width: i32, heads: usize): void {
  for (let i = 0; i < n; i++) {
    const hash = load<u32>(hashes + (<usize>i << 2)), tag = <u64>hash;
    const table = tables + (bits == 0 ? 0 : <usize>(hash >> (32 - bits)) << 3);
    const slots = <usize>load<u32>(table), mask = load<u32>(table, 4);
    let head: u32 = 0;
    if (slots != 0 && (nulls == 0 || load<u64>(nulls + (<usize>i << 3)) == 0)) {
      let at = <u32>tag & mask;
      for (;;) {
        const slot = load<u64>(slots + (<usize>at << 3));
        if (slot == 0) break;
        if (slot >> 32 == tag && same_row(keys, i, pages, <u32>slot - 1, kinds, width)) {
          head = <u32>slot;
          break;
        }
        at = (at + 1) & mask;
      }
    }
    store<u32>(heads + (<usize>i << 2), head);
  }
}

// A Bloom filter of a table's keys, for who wants to know only that a key is not there: `mask` + 1 words, of which a key has one, and in it four
// bits (Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007). Below 2^20 words.
// @ts-ignore: decorator
@inline
function mixed(hash: u32): u64 {
  return <u64>hash * 0x9e3779b97f4a7c15;
}
// @ts-ignore: decorator
@inline
function four_bits(mix: u64): u64 {
  return (<u64>1 << ((mix >> 20) & 63)) | (<u64>1 << ((mix >> 26) & 63)) | (<u64>1 << ((mix >> 32) & 63)) | (<u64>1 << ((mix >> 38) & 63));
}
export function join_filter_add(slots: usize, count: i32, filter: usize, mask: u32): void {
  for (let i = 0; i < count; i++) {
    const slot = load<u64>(slots + (<usize>i << 3));
    if (slot == 0) continue;
    const mix = mixed(<u32>(slot >> 32));
    const at = filter + (<usize>(<u32>(mix >> 44) & mask) << 3);
    store<u64>(at, load<u64>(at) | four_bits(mix));
  }
}

// 1 where the filter may have the row's key. `filters` is pairs of u32 (words, mask), chosen by the upper `bits` bits of the hash; words 0 = no
// key is there.
export function join_filter_has(filters: usize, bits: i32, hashes: usize, nulls: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const hash = load<u32>(hashes + (<usize>i << 2));
    const filter = filters + (bits == 0 ? 0 : <usize>(hash >> (32 - bits)) << 3);
    const words = <usize>load<u32>(filter);
    let has: u8 = 0;
    if (words != 0 && (nulls == 0 || load<u64>(nulls + (<usize>i << 3)) == 0)) {
      const mix = mixed(hash), wanted = four_bits(mix);
      has = <u8>((load<u64>(words + (<usize>(<u32>(mix >> 44) & load<u32>(filter, 4)) << 3)) & wanted) == wanted);
    }
    store<u8>(out + i, has);
  }
}

// Tables of integer keys that lie close together: `table` is a u32 head per key from `least` on, up to `last`.
export function join_insert_dense(table: usize, least: i64, page: u32, n: i32, keys: usize, links: usize, nulls: usize): i32 {
  let added = 0;
  for (let i = n - 1; i >= 0; i--) {
    store<u64>(links + (<usize>i << 3), 0);
    if (nulls != 0 && load<u64>(nulls + (<usize>i << 3)) != 0) continue;
    const p = table + (<usize>(load<i64>(keys + (<usize>i << 3)) - least) << 2);
    const head = load<u32>(p);
    if (head == 0) added++;
    else store<u32>(links + (<usize>i << 3), head);
    store<u32>(p, ((page << 13) | <u32>i) + 1);
  }
  return added;
}
export function join_find_dense(table: usize, least: i64, last: u32, keys: usize, nulls: usize, n: i32, heads: usize): void {
  for (let i = 0; i < n; i++) {
    const at = <u64>(load<i64>(keys + (<usize>i << 3)) - least);
    let head: u32 = 0;
    if (at <= <u64>last && (nulls == 0 || load<u64>(nulls + (<usize>i << 3)) == 0)) head = load<u32>(table + (<usize>at << 2));
    store<u32>(heads + (<usize>i << 2), head);
  }
}

// Pairs of (left row u16, right row number u32) along the chains, at most `room`; answers how many. `state` is two u32:
// the left row to go on with, and where in its chain (0 = at its head); the left row is n when all is done. `links` 0:
// every chain is one row long.
export function join_pairs(state: usize, heads: usize, n: i32, links: usize, room: i32, left: usize, right: usize): i32 {
  let row = <i32>load<u32>(state), at = load<u32>(state, 4), count = 0;
  while (row < n) {
    if (at == 0) at = load<u32>(heads + (<usize>row << 2));
    while (at != 0) {
      if (count == room) {
        store<u32>(state, row);
        store<u32>(state, at, 4);
        return count;
      }
      store<u16>(left + (<usize>count << 1), <u16>row);
      store<u32>(right + (<usize>count << 2), at - 1);
      count++;
      at = links == 0 ? 0 : <u32>word_of(links, at - 1);
    }
    row++;
  }
  store<u32>(state, row);
  store<u32>(state, 0, 4);
  return count;
}

// Sets hit[left row] and the matched half of each right row's link.
export function join_mark(left: usize, right: usize, n: i32, hit: usize, links: usize, both: i32): void {
  for (let i = 0; i < n; i++) {
    store<u8>(hit + load<u16>(left + (<usize>i << 1)), 1);
    if (both == 0) continue;
    const id = load<u32>(right + (<usize>i << 2));
    store<u32>(<usize>load<u32>(links + (<usize>(id >> 13) << 2)) + (<usize>(id & 0x1fff) << 3), 1, 4);
  }
}

// Rows of a page (row numbers, u32) that were never matched, or those that were (`matched` 1); answers how many.
export function join_unmatched(links: usize, page: u32, n: i32, matched: i32, out: usize): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    store<u32>(out + (<usize>count << 2), (page << 13) | i);
    count += <i32>((load<u32>(links + (<usize>i << 3) + 4) == 0) != (matched != 0));
  }
  return count;
}

// Words of a column by row numbers.
export function join_take(pages: usize, rows: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (<usize>i << 3), word_of(pages, load<u32>(rows + (<usize>i << 2))));
}

// 1 where a u32 is not 0.
export function mask_of_u32(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<u32>(src + (<usize>i << 2)) != 0));
}

// Joins that take one partner a left row. Groups are numbered from `next` on as keys are met; a row's link becomes the number of its group
// (0xffffffff = its key is NULL), and `reps` has one row of each. Answers how many groups are new.
export function join_group(slots: usize, mask: u32, page: u32, n: i32, keys: usize, nulls: usize, pages: usize, kinds: usize, width: i32, links: usize, next: u32, reps: usize): i32 {
  const own = <usize>load<u32>(links + (<usize>page << 2));
  let group = next;
  for (let i = 0; i < n; i++) {
    const link = own + (<usize>i << 3);
    const tag = <u64>load<u32>(link);
    if (nulls != 0 && load<u64>(nulls + (<usize>i << 3)) != 0) {
      store<u64>(link, 0xffffffff);
      continue;
    }
    const id = (page << 13) | <u32>i;
    let at = <u32>tag & mask;
    for (;;) {
      const p = slots + (<usize>at << 3);
      const slot = load<u64>(p);
      if (slot == 0) {
        store<u64>(p, (tag << 32) | <u64>(id + 1));
        store<u32>(reps + (<usize>group << 2), id);
        store<u64>(link, group);
        group++;
        break;
      }
      if (slot >> 32 == tag && same_row(keys, i, pages, <u32>slot - 1, kinds, width)) {
        store<u64>(link, <u64><u32>word_of(links, <u32>slot - 1));
        break;
      }
      at = (at + 1) & mask;
    }
  }
  return group - next;
}

// Words and numbers of a page's rows that have a group and a value, which their groups count; `words` 0: all words are 0. Answers how many.
export function join_candidates(page: u32, n: i32, words: usize, valid: usize, links: usize, counts: usize, outWords: usize, outRows: usize): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const group = load<u32>(links + (<usize>i << 3));
    if (group == 0xffffffff || (valid != 0 && load<u8>(valid + i) == 0)) continue;
    store<u64>(outWords + (<usize>count << 3), words == 0 ? 0 : load<u64>(words + (<usize>i << 3)));
    store<u32>(outRows + (<usize>count << 2), (page << 13) | <u32>i);
    const c = counts + (<usize>group << 2);
    store<u32>(c, load<u32>(c) + 1);
    count++;
  }
  return count;
}

// Counts become the places where runs begin, twice: in `starts`, and in `ends`, which join_runs moves on.
export function join_starts(starts: usize, ends: usize, n: i32): void {
  let sum: u32 = 0;
  for (let i = 0; i < n; i++) {
    const count = load<u32>(starts + (<usize>i << 2));
    store<u32>(starts + (<usize>i << 2), sum);
    store<u32>(ends + (<usize>i << 2), sum);
    sum += count;
  }
}

// Row a against row b over all columns of words (kinds: 1 = string).
// @ts-ignore: decorator
@inline
function order_of_ids(pages: usize, a: u32, b: u32, kinds: usize, width: i32): i32 {
  for (let k = 0; k < width; k++) {
    const table = <usize>load<u32>(pages + (k << 2));
    const x = word_of(table, a), y = word_of(table, b);
    if (x == y) continue;
    if (load<u8>(kinds + k) == 0) return x < y ? -1 : 1;
    const order = order_of_refs(x, y);
    if (order != 0) return order;
  }
  return 0;
}

// Rows in the order of their words go behind each other in the runs of their groups, as 16 bytes: word, row number, 0. Of equal words in
// a group the least row stays.
export function join_runs(words: usize, rows: usize, n: i32, links: usize, starts: usize, ends: usize, pages: usize, kinds: usize, width: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const word = load<u64>(words + (<usize>i << 3)), id = load<u32>(rows + (<usize>i << 2));
    const group = <usize>(<u32>word_of(links, id)) << 2;
    const end = load<u32>(ends + group);
    const entry = out + (<usize>end << 4);
    if (end > load<u32>(starts + group) && load<u64>(entry - 16) == word) {
      if (order_of_ids(pages, id, load<u32>(entry - 16, 8), kinds, width) < 0) store<u32>(entry - 16, id, 8);
      continue;
    }
    store<u64>(entry, word);
    store<u64>(entry, id, 8);
    store<u32>(ends + group, end + 1);
  }
}

// The link of each group's row in `reps` becomes the address of its run, 0 = empty; the run's first entry ends with its length.
export function join_link_runs(reps: usize, starts: usize, ends: usize, n: i32, runs: usize, links: usize): void {
  for (let i = 0; i < n; i++) {
    const id = load<u32>(reps + (<usize>i << 2)), start = load<u32>(starts + (<usize>i << 2));
    const link = <usize>load<u32>(links + (<usize>(id >> 13) << 2)) + (<usize>(id & 0x1fff) << 3);
    const length = load<u32>(ends + (<usize>i << 2)) - start;
    const run = runs + (<usize>start << 4);
    store<u64>(link, length == 0 ? 0 : <u64>run);
    if (length != 0) store<u32>(run, length, 12);
  }
}

// A head (row number + 1 of a group) becomes the row of its run with the greatest word up to the left row's, or below it when `strict`;
// 0 = none. `words` 0: all are 0. Rows that are not valid (0 = all are) have none.
export function join_nearest(heads: usize, n: i32, words: usize, valid: usize, links: usize, strict: i32): void {
  for (let i = 0; i < n; i++) {
    const p = heads + (<usize>i << 2);
    const head = load<u32>(p);
    if (head == 0) continue;
    const run = <usize>(<u32>word_of(links, head - 1));
    const word = words == 0 ? 0 : load<u64>(words + (<usize>i << 3));
    let lo: u32 = 0, hi: u32 = run == 0 || (valid != 0 && load<u8>(valid + i) == 0) ? 0 : load<u32>(run, 12);
    while (lo < hi) {
      const middle = (lo + hi) >> 1;
      const at = load<u64>(run + (<usize>middle << 4));
      if (strict != 0 ? at < word : at <= word) lo = middle + 1;
      else hi = middle;
    }
    store<u32>(p, lo == 0 ? 0 : load<u32>(run + (<usize>(lo - 1) << 4), 8) + 1);
  }
}
