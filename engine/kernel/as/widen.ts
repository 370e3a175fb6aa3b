// Widening and gathering: from narrow or selected storage to dense lanes of 8 bytes (i64, f64) or references.

export function widen_u8_i64(src: usize, n: i32, base: i64, out: usize): void {
  for (let i = 0; i < n; i++) store<i64>(out + (i << 3), <i64>load<u8>(src + i) + base);
}
export function widen_u16_i64(src: usize, n: i32, base: i64, out: usize): void {
  for (let i = 0; i < n; i++) store<i64>(out + (i << 3), <i64>load<u16>(src + (i << 1)) + base);
}
export function widen_u32_i64(src: usize, n: i32, base: i64, out: usize): void {
  for (let i = 0; i < n; i++) store<i64>(out + (i << 3), <i64>load<u32>(src + (i << 2)) + base);
}
export function widen_f32_f64(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<f64>(out + (i << 3), <f64>load<f32>(src + (i << 2)));
}
export function widen_i64_f64(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<f64>(out + (i << 3), <f64>load<i64>(src + (i << 3)));
}
export function fill_u64(n: i32, value: i64, out: usize): void {
  for (let i = 0; i < n; i++) store<i64>(out + (i << 3), value);
}

// start, start + step, ... (wrapping).
export function series_i64(n: i32, start: i64, step: i64, out: usize): void {
  for (let i = 0; i < n; i++, start += step) store<i64>(out + (i << 3), start);
}

// Gathers by u16 row numbers.
export function gather_u8(src: usize, sel: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, load<u8>(src + load<u16>(sel + (i << 1))));
}
export function gather_u16(src: usize, sel: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u16>(out + (i << 1), load<u16>(src + (<usize>load<u16>(sel + (i << 1)) << 1)));
}
export function gather_u32(src: usize, sel: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (i << 2), load<u32>(src + (<usize>load<u16>(sel + (i << 1)) << 2)));
}
export function gather_u64(src: usize, sel: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (i << 3), load<u64>(src + (<usize>load<u16>(sel + (i << 1)) << 3)));
}

// Tables of 8-byte entries looked up by code or row number.
export function take_u64_by_u8(table: usize, codes: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (i << 3), load<u64>(table + (<usize>load<u8>(codes + i) << 3)));
}
export function take_u64_by_u16(table: usize, codes: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (i << 3), load<u64>(table + (<usize>load<u16>(codes + (i << 1)) << 3)));
}
export function take_u64_by_u32(table: usize, codes: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u64>(out + (i << 3), load<u64>(table + (<usize>load<u32>(codes + (i << 2)) << 3)));
}
// The same for entries of 4 bytes (take_u32 takes codes of 4).
export function take_u32_by_u8(table: usize, codes: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (i << 2), load<u32>(table + (<usize>load<u8>(codes + i) << 2)));
}
export function take_u32_by_u16(table: usize, codes: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (i << 2), load<u32>(table + (<usize>load<u16>(codes + (i << 1)) << 2)));
}
export function take_u8_by_u32(table: usize, rows: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, load<u8>(table + load<u32>(rows + (i << 2))));
}

// References (address | length << 32) to the n entries of an offsets array.
export function refs_of_offsets(offsets: usize, bytes: usize, n: i32, out: usize): void {
  let at = load<u32>(offsets);
  for (let i = 0; i < n; i++) {
    const end = load<u32>(offsets + (i << 2) + 4);
    store<u64>(out + (i << 3), (<u64>(end - at) << 32) | <u64>(<u32>bytes + at));
    at = end;
  }
}
export function refs_of_selected(offsets: usize, bytes: usize, sel: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const p = offsets + (<usize>load<u16>(sel + (i << 1)) << 2);
    const at = load<u32>(p);
    store<u64>(out + (i << 3), (<u64>(load<u32>(p + 4) - at) << 32) | <u64>(<u32>bytes + at));
  }
}

// Bytes that n references point at; the size of a copy.
export function refs_bytes(refs: usize, n: i32): u32 {
  let total: u32 = 0;
  for (let i = 0; i < n; i++) total += load<u32>(refs + (i << 3) + 4);
  return total;
}
// Copies the bytes of n references one after another to `to` and makes the references in `out` point there.
export function refs_copy(refs: usize, n: i32, to: usize, out: usize): void {
  let at = to;
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    const length = <usize>(ref >> 32);
    memory.copy(at, <usize>ref, length);
    store<u64>(out + (i << 3), (ref & 0xffffffff00000000) | <u64>at);
    at += length;
  }
}
// Offsets (n + 1, u32, from 0) and bytes of n references; for handing strings out of the arena.
export function refs_to_text(refs: usize, n: i32, offsets: usize, bytes: usize): void {
  let at: u32 = 0;
  store<u32>(offsets, 0);
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    const length = <u32>(ref >> 32);
    memory.copy(bytes + at, <usize>ref, length);
    at += length;
    store<u32>(offsets + (i << 2) + 4, at);
  }
}
// 1 where the code is not 0: the validity of a dictionary column.
export function valid_of_u8(codes: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<u8>(codes + i) != 0));
}
export function valid_of_u16(codes: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<u16>(codes + (i << 1)) != 0));
}
export function valid_of_u32(codes: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<u32>(codes + (i << 2)) != 0));
}
