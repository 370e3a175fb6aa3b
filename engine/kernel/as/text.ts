// Parts of strings and strings made of others. References are addresses with lengths (u64: address | length << 32).

// Characters: bytes that do not continue one (10xxxxxx).
// @ts-ignore: decorator
@inline
function chars_in(p: usize, end: usize): i32 {
  const length = end - p;
  let count: i32 = 0;
  const limit = i8x16.splat(-65);
  for (; p + 16 <= end; p += 16) count += popcnt<i32>(i8x16.bitmask(i8x16.gt_s(v128.load(p), limit)));
  if (length >= 16) {
    // The rest is the upper end of the last 16 bytes.
    const rest = <i32>(end - p);
    return count + popcnt<i32>(i8x16.bitmask(i8x16.gt_s(v128.load(end - 16), limit)) >> (16 - rest));
  }
  for (; p < end; p++) count += <i32>(load<i8>(p) > -65);
  return count;
}

// Characters per string.
export function char_lengths(refs: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3)), p = <usize>(<u32>ref);
    store<u64>(out + (i << 3), <u64>chars_in(p, p + <usize>(ref >> 32)));
  }
}
export function byte_lengths(refs: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (i << 3), load<u64>(refs + (i << 3)) >> 32);
}

// Where character k begins, counted from 0; `end` where there are not so many.
function char_place(p: usize, end: usize, k: i32): usize {
  if (k == 0) return p;
  const limit = i8x16.splat(-65);
  for (; p + 16 <= end; p += 16) {
    const starts = popcnt<i32>(i8x16.bitmask(i8x16.gt_s(v128.load(p), limit)));
    if (starts > k) break;
    k -= starts;
  }
  for (; p < end; p++) if (load<i8>(p) > -65 && k-- == 0) return p;
  return end;
}

// Parts of strings, as references into them: from `low` to before `high`, counted from the start, or where the flag is set from the end,
// in characters or bytes. What lies outside of the string is left out.
export function slice_refs(refs: usize, n: i32, low: i32, lowFromEnd: u32, high: i32, highFromEnd: u32, chars: u32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    const start = <usize>(<u32>ref), end = start + <usize>(ref >> 32);
    const length: i64 = (lowFromEnd | highFromEnd) == 0 ? 0 : chars != 0 ? <i64>chars_in(start, end) : <i64>(end - start);
    const from = max<i64>(0, lowFromEnd != 0 ? length + low : <i64>low);
    const to = max<i64>(from, highFromEnd != 0 ? length + high : <i64>high);
    const first = chars != 0 ? char_place(start, end, <i32>min<i64>(from, i32.MAX_VALUE)) : start + <usize>min<i64>(from, end - start);
    const last = chars != 0 ? char_place(first, end, <i32>min<i64>(to - from, i32.MAX_VALUE)) : start + <usize>min<i64>(to, end - start);
    store<u64>(out + (i << 3), <u64>first | (<u64>(last - first) << 32));
  }
}

// Without bytes (1), or with some (`invert`).
export function empty_refs(refs: usize, n: i32, invert: u32, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(<u32>(load<u32>(refs + (i << 3), 4) == 0) ^ invert));
}

// Begins with the needle (1), or with `atEnd` ends with it.
export function affix_refs(refs: usize, n: i32, needle: usize, length: u32, atEnd: u32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const bytes = load<u32>(refs + (i << 3), 4);
    let same = bytes >= length;
    if (same) {
      const p = <usize>load<u32>(refs + (i << 3)) + (atEnd != 0 ? bytes - length : 0);
      for (let k: u32 = 0; k < length; k++) {
        if (load<u8>(p + k) != load<u8>(needle + k)) {
          same = false;
          break;
        }
      }
    }
    store<u8>(out + i, <u8>same);
  }
}

// Without the bytes that `set` (256 bytes, 1 = taken off) has at the left (side 1), the right (2) or both (3).
export function trim_refs(refs: usize, n: i32, set: usize, sides: u32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    let p = <usize>(<u32>ref);
    let end = p + <usize>(ref >> 32);
    if ((sides & 1) != 0) while (p < end && load<u8>(set + load<u8>(p)) != 0) p++;
    if ((sides & 2) != 0) while (p < end && load<u8>(set + load<u8>(end - 1)) != 0) end--;
    store<u64>(out + (i << 3), <u64>p | (<u64>(end - p) << 32));
  }
}

// Rows of several columns of references, whose addresses are at `columns`, one behind the other at `to`.
export function concat_refs(columns: usize, count: i32, n: i32, to: usize, out: usize): void {
  for (let i = 0; i < n; i++) {
    const start = to;
    for (let c = 0; c < count; c++) {
      const ref = load<u64>(<usize>load<u32>(columns + (c << 2)) + (i << 3));
      const from = <usize>(<u32>ref), length = <usize>(ref >> 32);
      memory.copy(to, from, length);
      to += length;
    }
    store<u64>(out + (i << 3), <u64>start | (<u64>(to - start) << 32));
  }
}

// Letters of ASCII in upper or lower case, everything else as it is. Answers 1 where there was nothing else than ASCII.
export function case_refs(refs: usize, n: i32, upper: u32, to: usize, out: usize): i32 {
  const first: u32 = upper != 0 ? 97 : 65;
  let all: u32 = 0;
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    const from = <usize>(<u32>ref), length = <usize>(ref >> 32);
    for (let k: usize = 0; k < length; k++) {
      const c = <u32>load<u8>(from + k);
      all |= c;
      store<u8>(to + k, <u8>(c - first < 26 ? c ^ 32 : c));
    }
    store<u64>(out + (i << 3), <u64>to | (<u64>length << 32));
    to += length;
  }
  return <i32>(all < 128);
}

// The bytes of each string from its end to its start, one string behind the other at `to`.
export function reverse_refs(refs: usize, n: i32, to: usize, out: usize): void {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    const from = <usize>(<u32>ref), length = <usize>(ref >> 32);
    for (let k: usize = 0; k < length; k++) store<u8>(to + k, load<u8>(from + length - 1 - k));
    store<u64>(out + (i << 3), <u64>to | (<u64>length << 32));
    to += length;
  }
}

// Decimal digits, 20 bytes at most each, from `to` on.
export function digits_refs(src: usize, n: i32, unsigned: u32, to: usize, out: usize): void {
  for (let i = 0; i < n; i++) {
    const word = load<i64>(src + (i << 3));
    const negative = unsigned == 0 && word < 0;
    let x = negative ? <u64>(-word) : <u64>word;
    const end = to + 20;
    let p = end;
    do {
      const q = x / 10;
      store<u8>(--p, <u8>(48 + (x - q * 10)));
      x = q;
    } while (x != 0);
    if (negative) store<u8>(--p, 45);
    store<u64>(out + (i << 3), <u64>p | (<u64>(end - p) << 32));
    to = end;
  }
}
