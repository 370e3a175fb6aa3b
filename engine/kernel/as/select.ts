// Selection kernels: from one byte a row (1 = keep) to row numbers, and the gathers that follow them.

/** Number of ones among n mask bytes (each 0 or 1). */
export function mask_count(mask: usize, n: i32): i32 {
  let total = i64x2.splat(0);
  let i = 0;
  while (i + 16 <= n) {
    // Bytes hold 0 or 1, so up to 255 of them add without overflow before widening.
    let lanes = i8x16.splat(0);
    const stop = min(n - 15, i + 16 * 255);
    for (; i < stop; i += 16) lanes = i8x16.add(lanes, v128.load(mask + i));
    const wide = i16x8.extadd_pairwise_i8x16_u(lanes);
    const wider = i32x4.extadd_pairwise_i16x8_u(wide);
    total = i64x2.add(total, i64x2.add(i64x2.extend_low_i32x4_u(wider), i64x2.extend_high_i32x4_u(wider)));
  }
  let count = <i32>(i64x2.extract_lane(total, 0) + i64x2.extract_lane(total, 1));
  for (; i < n; i++) count += load<u8>(mask + i);
  return count;
}

/** Row numbers (u16) of the ones among n <= 65536 mask bytes, ascending; answers how many. */
export function mask_select(mask: usize, n: i32, out: usize): i32 {
  let count: i32 = 0;
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    let bits = i8x16.bitmask(i8x16.ne(v128.load(mask + i), i8x16.splat(0)));
    if (bits == 0xffff) {
      const first = i16x8.splat(<i16>i);
      v128.store(out + (count << 1), i16x8.add(first, i16x8(0, 1, 2, 3, 4, 5, 6, 7)));
      v128.store(out + (count << 1) + 16, i16x8.add(first, i16x8(8, 9, 10, 11, 12, 13, 14, 15)));
      count += 16;
      continue;
    }
    while (bits != 0) {
      store<u16>(out + (count << 1), <u16>(i + ctz(bits)));
      count++;
      bits &= bits - 1;
    }
  }
  for (; i < n; i++) {
    store<u16>(out + (count << 1), <u16>i);
    count += <i32>(load<u8>(mask + i) != 0);
  }
  return count;
}
