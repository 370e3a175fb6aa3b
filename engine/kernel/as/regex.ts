// Regular expressions over bytes: runs the program that function/regex/program.ts makes of RE2's.
//
// A backtracker that tells by the next byte which ways can go on: in most expressions that is one, and nothing is kept to come
// back to. Where two are possible the (instruction, position) is marked, so none is tried twice and time stays linear in the text.
//
// Program: u32 words [start, instructions' address, first bytes' table, may match at the end, anchored, slots, forks]; an
// instruction is 8 words [op, out, arg, table, extra, at end, fork, 0]. Tables have a byte per next byte. A LITERAL of up to 8 bytes
// has them in extra and at end, its length in arg; UNTIL is a LOOP over all bytes but the one in arg. Both read up to 16 bytes
// beyond the text, which is still inside of the arena.
// Work: MARK_BYTES of marks, then a stack of (instruction or -1 - slot, position) pairs.

const CHAR: u32 = 0, FORK: u32 = 1, LOOP: u32 = 2, CAPTURE: u32 = 3, EMPTY: u32 = 4, MATCH: u32 = 5, LITERAL: u32 = 6, UNTIL: u32 = 7;
const MARK_BYTES: usize = 32768;
const STACK_PAIRS: u32 = 4000;
const NO_POSITION: u32 = 0xffffffff;
const GAVE_UP: i32 = -1;

// @ts-ignore: decorator
@inline
function width_of(c: u32): usize {
  return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

// The character at p; U+FFFD for what is no UTF-8.
function rune_at(p: usize, end: usize): u32 {
  const c = <u32>load<u8>(p);
  const width = width_of(c);
  if (width == 1 || p + width > end) return c < 0x80 ? c : 0xfffd;
  let rune = c & (0xff >> (<u32>width + 1));
  for (let k: usize = 1; k < width; k++) rune = (rune << 6) | (<u32>load<u8>(p + k) & 0x3f);
  return rune;
}

// @ts-ignore: decorator
@inline
function is_word(p: usize): bool {
  const c = <u32>load<u8>(p);
  return c - 48 < 10 || (c | 32) - 97 < 26 || c == 95;
}

// RE2's flags: 1 begin of line, 2 end of line, 4 begin of text, 8 end of text, 16 word boundary, 32 none.
function holds(flags: u32, p: usize, begin: usize, end: usize): bool {
  if (flags & 1 && !(p == begin || load<u8>(p - 1) == 10)) return false;
  if (flags & 2 && !(p == end || load<u8>(p) == 10)) return false;
  if (flags & 4 && p != begin) return false;
  if (flags & 8 && p != end) return false;
  if (flags & 48) {
    const boundary = (p > begin && is_word(p - 1)) != (p < end && is_word(p));
    if (flags & 16 && !boundary) return false;
    if (flags & 32 && boundary) return false;
  }
  return true;
}

function in_ranges(ranges: usize, rune: u32): bool {
  const n = load<u32>(ranges);
  for (let i: u32 = 0; i < n; i++) {
    const lo = load<u32>(ranges + 4 + (<usize>i << 3));
    if (rune < lo) return false;
    if (rune <= load<u32>(ranges + 8 + (<usize>i << 3))) return true;
  }
  return false;
}

// A match that begins at `from`: 1 and its slots, 0 for none, GAVE_UP when the stack is full.
function match_at(program: usize, begin: usize, end: usize, from: usize, work: usize, slots: usize): i32 {
  const code = <usize>load<u32>(program + 4);
  const positions = <u32>(end - begin) + 1;
  const stack = work + MARK_BYTES;
  let depth: u32 = 0;
  let at = load<u32>(program);
  let p = from;
  for (;;) {
    const inst = code + (<usize>at << 5);
    const op = load<u32>(inst);
    if (op == CHAR) {
      if (p < end) {
        const c = <u32>load<u8>(p);
        const t = load<u8>(<usize>load<u32>(inst + 12) + c);
        if (t == 1 || (t == 2 && in_ranges(<usize>load<u32>(inst + 16), rune_at(p, end)))) {
          p += c < 0x80 ? 1 : min(width_of(c), end - p);
          at = load<u32>(inst + 4);
          continue;
        }
      }
    } else if (op == FORK) {
      const ways = p < end ? <u32>load<u8>(<usize>load<u32>(inst + 12) + <usize>load<u8>(p)) : load<u32>(inst + 20);
      if (ways == 1) {
        at = load<u32>(inst + 4);
        continue;
      }
      if (ways == 2) {
        at = load<u32>(inst + 8);
        continue;
      }
      if (ways == 3) {
        const bit = load<u32>(inst + 24) * positions + <u32>(p - begin);
        const mark = work + <usize>(bit >> 3);
        const m = load<u8>(mark), b = <u8>(<u32>1 << (bit & 7));
        if (!(m & b)) {
          store<u8>(mark, m | b);
          if (depth == STACK_PAIRS) return GAVE_UP;
          store<u32>(stack + (<usize>depth << 3), load<u32>(inst + 8));
          store<u32>(stack + (<usize>depth << 3) + 4, <u32>p);
          depth++;
          at = load<u32>(inst + 4);
          continue;
        }
      }
    } else if (op == LITERAL) {
      const length = <usize>load<u32>(inst + 8);
      if (p + length <= end && (load<u64>(p) ^ load<u64>(inst + 16)) << (64 - (<u64>length << 3)) == 0) {
        p += length;
        at = load<u32>(inst + 4);
        continue;
      }
    } else if (op == UNTIL) {
      const stop = i8x16.splat(<i8>load<u32>(inst + 8));
      for (;;) {
        if (p >= end) {
          p = end;
          break;
        }
        const bits = i8x16.bitmask(i8x16.eq(v128.load(p), stop));
        if (bits != 0) {
          p = min(end, p + <usize>ctz(bits));
          break;
        }
        p += 16;
      }
      at = load<u32>(inst + 4);
      continue;
    } else if (op == LOOP) {
      const table = <usize>load<u32>(inst + 12);
      while (p < end && load<u8>(table + <usize>load<u8>(p)) != 0) p++;
      at = load<u32>(inst + 4);
      continue;
    } else if (op == CAPTURE) {
      const slot = slots + (<usize>load<u32>(inst + 8) << 2);
      if (depth > 0) {
        if (depth == STACK_PAIRS) return GAVE_UP;
        store<u32>(stack + (<usize>depth << 3), ~load<u32>(inst + 8));
        store<u32>(stack + (<usize>depth << 3) + 4, load<u32>(slot));
        depth++;
      }
      store<u32>(slot, <u32>p);
      at = load<u32>(inst + 4);
      continue;
    } else if (op == EMPTY) {
      if (holds(load<u32>(inst + 8), p, begin, end)) {
        at = load<u32>(inst + 4);
        continue;
      }
    } else if (op == MATCH) {
      store<u32>(slots, <u32>from);
      store<u32>(slots + 4, <u32>p);
      return 1;
    }
    // Back to the last fork, undoing the captures since.
    for (;;) {
      if (depth == 0) return 0;
      depth--;
      const where = load<u32>(stack + (<usize>depth << 3)), position = load<u32>(stack + (<usize>depth << 3) + 4);
      if (<i32>where >= 0) {
        at = where;
        p = <usize>position;
        break;
      }
      store<u32>(slots + (<usize>~where << 2), position);
    }
  }
  return 0;
}

function find(program: usize, begin: usize, end: usize, work: usize, slots: usize): i32 {
  const first = <usize>load<u32>(program + 8), atEnd = load<u32>(program + 12), anchored = load<u32>(program + 16);
  const slotCount = load<u32>(program + 20), forks = load<u32>(program + 24);
  const marks = (<usize>forks * (end - begin + 1) + 7) >> 3;
  if (marks > MARK_BYTES) return GAVE_UP;
  if (forks > 0) for (let o: usize = 0; o < marks; o += 8) store<u64>(work + o, 0);
  let from = begin;
  for (;;) {
    for (let k: u32 = 0; k < slotCount; k++) store<u32>(slots + (<usize>k << 2), NO_POSITION);
    if (!anchored) while (from < end && load<u8>(first + <usize>load<u8>(from)) == 0) from++;
    if (from == end && !atEnd) return 0;
    const found = match_at(program, begin, end, from, work, slots);
    if (found != 0 || anchored || from >= end) return found;
    from++;
  }
  return 0;
}

// Rows with a match: out[i] = 1 or 0, slots of row i at slots + i * slotCount * 4 (addresses; 0xffffffff = none). Answers n, or the
// first row that is beyond the work space.
export function regex_find(program: usize, refs: usize, n: i32, work: usize, out: usize, slots: usize): i32 {
  const bytes = <usize>load<u32>(program + 20) << 2;
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    const begin = <usize>(<u32>ref);
    const found = find(program, begin, begin + <usize>(ref >> 32), work, slots + <usize>i * bytes);
    if (found == GAVE_UP) return i;
    store<u8>(out + i, <u8>found);
  }
  return n;
}

// Slots of group `group` as references; where there is no match the text itself, or nothing if `empty` is 1.
export function regex_group_refs(refs: usize, found: usize, slots: usize, slotCount: i32, group: i32, n: i32, empty: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const at = slots + <usize>(i * slotCount + group * 2 << 2);
    const from = load<u32>(at), to = load<u32>(at + 4);
    let ref = load<u64>(refs + (i << 3));
    if (load<u8>(found + i)) ref = from == NO_POSITION || to == NO_POSITION ? ref & 0xffffffff : ((<u64>(to - from)) << 32) | <u64>from;
    else if (empty) ref = ref & 0xffffffff;
    store<u64>(out + (i << 3), ref);
  }
}

// Rows whose match is the whole text, or that have none: what a replacement by one group needs no new bytes for.
export function regex_whole(refs: usize, found: usize, slots: usize, slotCount: i32, n: i32): i32 {
  for (let i = 0; i < n; i++) {
    if (!load<u8>(found + i)) continue;
    const at = slots + <usize>(i * slotCount << 2);
    const ref = load<u64>(refs + (i << 3));
    if (load<u32>(at) != <u32>ref || load<u32>(at + 4) - load<u32>(at) != <u32>(ref >> 32)) return 0;
  }
  return 1;
}

// The first match replaced by a template: u32 count, then per piece [group, 0, 0] or [0xffffffff, address, length] of fixed bytes. The
// bytes go one after another to `to`, whose room is the sum that regex_replaced_bytes gives.
export function regex_replaced_bytes(refs: usize, found: usize, slots: usize, slotCount: i32, n: i32, template: usize): u32 {
  let total: u32 = 0;
  for (let i = 0; i < n; i++) total += replaced(load<u64>(refs + (i << 3)), load<u8>(found + i), slots + <usize>(i * slotCount << 2), template, 0);
  return total;
}
export function regex_replace(refs: usize, found: usize, slots: usize, slotCount: i32, n: i32, template: usize, to: usize, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    if (!load<u8>(found + i)) {
      store<u64>(out + (i << 3), ref);
      continue;
    }
    const bytes = replaced(ref, 1, slots + <usize>(i * slotCount << 2), template, to);
    store<u64>(out + (i << 3), (<u64>bytes << 32) | <u64>to);
    to += bytes;
  }
}

// Bytes of one replaced text, written to `to` unless it is 0; rows without a match need none.
function replaced(ref: u64, found: u8, slots: usize, template: usize, to: usize): u32 {
  if (!found) return 0;
  const begin = <u32>ref, end = begin + <u32>(ref >> 32);
  const from = load<u32>(slots), until = load<u32>(slots + 4);
  let bytes = put(to, 0, begin, from - begin);
  const pieces = load<u32>(template);
  for (let k: u32 = 0; k < pieces; k++) {
    const piece = template + 4 + <usize>k * 12;
    const group = load<u32>(piece);
    if (group == NO_POSITION) bytes = put(to, bytes, load<u32>(piece + 4), load<u32>(piece + 8));
    else {
      const a = load<u32>(slots + (<usize>group << 3)), b = load<u32>(slots + (<usize>group << 3) + 4);
      if (a != NO_POSITION && b != NO_POSITION) bytes = put(to, bytes, a, b - a);
    }
  }
  return put(to, bytes, until, end - until);
}

// @ts-ignore: decorator
@inline
function put(to: usize, at: u32, from: u32, length: u32): u32 {
  if (to != 0) memory.copy(to + <usize>at, <usize>from, <usize>length);
  return at + length;
}
